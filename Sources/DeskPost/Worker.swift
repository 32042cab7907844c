import CLinux
public import DeskMail
import Glibc

/// The life of a mail worker: one request from stdin, one answer to stdout, until the desk closes the pipe.
public enum Worker {
    /// What a worker is for; never both, since a hijacked reader must hold neither passwords nor a network.
    public enum Role: String, Sendable {
        /// Reads strangers' mails and makes the bytes of ours.
        case read
        /// Sends ours to a server.
        case send
    }

    /// Works until the end of stdin.
    ///
    /// Throws when the sandbox cannot be closed, when the desk sends nonsense, and when the pipe breaks; the process is
    /// of no use after that.
    public static func run(_ role: Role) throws(PostError) {
        desk_open_standard_descriptors()
        switch role {
        case .read: try runReader()
        case .send: try runSender()
        }
    }

    private static func runReader() throws(PostError) {
        // GMime's own set-up reads nothing of a message, and it needs files that the sandbox closes.
        let reader = try MailReader()
        try Sandbox.close(for: .read)
        try serve { request throws(PostError) in
            try Sandbox.grantTime()
            return answer(to: request, with: reader)
        }
    }

    /// What the reading worker answers to a request.
    public static func answer(to request: WorkerRequest, with reader: borrowing MailReader) -> WorkerAnswer {
        switch request {
        case .read(let raw): .mail(reader.read(raw))
        case .compose(let mail):
            MailComposer.compose(mail).map(WorkerAnswer.composed) ?? .refused("an address that no header may hold")
        case .send: .refused("this worker sends nothing")
        }
    }

    private static func runSender() throws(PostError) {
        let transfer = try MailTransfer()
        var isClosed = false
        try serve { request throws(PostError) in
            guard case .send(let delivery) = request else { return .refused("this worker reads nothing") }
            // Only now is it known which file holds the trusted certificates; no server has been spoken to yet.
            if !isClosed { try Sandbox.close(for: .send, readable: delivery.server.authorities) }
            isClosed = true
            return .delivered(transfer.send(delivery))
        }
    }

    private static func serve(
        _ answer: (WorkerRequest) throws(PostError) -> WorkerAnswer
    ) throws(PostError) {
        // A desk that is gone must be seen as an error of the pipe.
        signal(SIGPIPE, SIG_IGN)
        var buffer = FrameBuffer(limit: MailLimits.rawMail + 64 * 1024)
        var room = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            do {
                while let frame = try buffer.next() {
                    try write(try answer(try WorkerRequest(frame: frame)).frame())
                }
            } catch let error as PostError {
                throw error
            } catch {
                throw .request
            }
            let count = try read(into: &room)
            guard count > 0 else { return }
            buffer.append(room[..<count])
        }
    }

    private static func read(into room: inout [UInt8]) throws(PostError) -> Int {
        while true {
            let count = unsafe room.withUnsafeMutableBytes { unsafe Glibc.read(0, $0.baseAddress, $0.count) }
            if count >= 0 { return count }
            guard errno == EINTR else { throw .pipe(errno) }
        }
    }

    private static func write(_ bytes: [UInt8]) throws(PostError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(1, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                throw .pipe(errno)
            }
        }
    }
}
