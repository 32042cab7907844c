import DeskMail
import DeskNet
import DeskTestSupport
import Glibc
import Testing

/// A real worker in a process of its own, spoken to over a socket as the desk does.
final class WorkerProcess {
    let child: ChildProcess
    private var buffer = FrameBuffer(limit: MailLimits.answer)
    private var room = [UInt8](repeating: 0, count: 64 * 1024)

    init(_ role: String) throws {
        Signals.ignoreBrokenPipes()
        child = try ChildProcess(
            path: Programs.path("zuruf-mail"), arguments: [role], input: .socket, output: .socket)
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
            switch child.send(frame.span.extracting(at..<frame.count)) {
            case .moved(let count): at += count
            case .wait: wait(for: POLLOUT)
            case .failed: return
            }
        }
    }

    func answer() throws -> WorkerAnswer? {
        while true {
            if let frame = try buffer.next() { return try WorkerAnswer(frame: frame) }
            switch child.receive(into: &room) {
            case .bytes(let count): buffer.append(room[..<count])
            case .wait: wait(for: POLLIN)
            case .ended, .failed: return nil
            }
        }
    }

    /// Sleeps until the worker's socket is ready, at most half a minute.
    private func wait(for events: Int32) {
        var watched = pollfd(fd: child.outputDescriptor, events: Int16(events), revents: 0)
        _ = unsafe poll(&watched, 1, 30_000)
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

extension ReadMail {
    /// The whole text, as it stood in the mail.
    var text: String { segments.map(\.text).joined(separator: "\n") }

    /// The bounds that something was left out for.
    var bounds: [Bound] {
        problems.compactMap { if case .leftOut(let bound, _) = $0 { bound } else { nil } }
    }
}
