import DeskMail
import DeskNet
import Glibc
import Testing

/// The programs that were built beside the tests.
enum Built {
    static func path(of program: String) throws -> String {
        let bundle = try #require(CommandLine.arguments.first)
        let folder = try #require(bundle.lastIndex(of: "/").map { bundle[..<$0] })
        return "\(folder)/\(program)"
    }
}

/// A real worker in a process of its own, spoken to over a socket as the desk does.
final class WorkerProcess {
    let child: ChildProcess
    private var buffer = FrameBuffer(limit: MailLimits.answer)
    private var room = [UInt8](repeating: 0, count: 64 * 1024)

    init(_ role: String) throws {
        Signals.ignoreBrokenPipes()
        child = try ChildProcess(
            path: try Built.path(of: "zuruf-mail"), arguments: [role], input: .socket, output: .socket)
        switch child.socket {
        case .some(let socket): try socket.setNonBlocking(false)
        case .none: break
        }
    }

    deinit {
        child.kill()
        _ = child.wait()
    }

    /// Asks and waits for the answer; nil if the worker has gone.
    func ask(_ request: WorkerRequest) throws -> WorkerAnswer? {
        send(request.frame())
        return try answer()
    }

    func send(_ frame: [UInt8]) {
        var at = 0
        while at < frame.count {
            let count = write(frame.span.extracting(at..<frame.count))
            guard count > 0 else { return }
            at += count
        }
    }

    func answer() throws -> WorkerAnswer? {
        while true {
            if let frame = try buffer.next() { return try WorkerAnswer(frame: frame) }
            let count = receive()
            guard count > 0 else { return nil }
            buffer.append(room[..<count])
        }
    }

    private func write(_ bytes: Span<UInt8>) -> Int {
        switch child.socket {
        case .some(let socket): socket.send(bytes).count
        case .none: 0
        }
    }

    private func receive() -> Int {
        switch child.socket {
        case .some(let socket): socket.receive(into: &room).count
        case .none: 0
        }
    }

    /// What the worker makes of a raw mail.
    func read(_ raw: [UInt8]) throws -> ReadMail {
        guard case .mail(let mail)? = try ask(.read(raw)) else { throw WorkerIsGone() }
        return mail
    }

    func read(_ raw: String) throws -> ReadMail {
        try read(Array(raw.utf8))
    }
}

/// The worker gave no mail.
struct WorkerIsGone: Error {}

extension Sent {
    fileprivate var count: Int {
        if case .moved(let count) = self { count } else { 0 }
    }
}

extension Received {
    fileprivate var count: Int {
        if case .bytes(let count) = self { count } else { 0 }
    }
}
