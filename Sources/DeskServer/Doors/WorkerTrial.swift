internal import DeskMail
internal import DeskNet

/// Tries the reading worker before a desk opens its doors: one that cannot be started, or is another program, would be
/// noticed with the first message only. Of its sandboxes it reports itself (`WorkerSandbox`).
enum WorkerTrial {
    private static let timeout: Int64 = 10_000_000_000
    private static let message = Array("Subject: trial\r\n\r\n".utf8)

    /// Has the worker read a message; makes the caller wait for it, some hundredths of a second.
    ///
    /// Throws a sentence with what went wrong. No process is left behind.
    static func run(_ path: String) throws(ShellError) {
        guard Files.exists(path) else { throw .failed("there is no mail worker \(path)") }
        let objection: String
        do {
            let process = try ChildProcess(
                path: path, arguments: ["read"], input: .socket, output: .socket, errors: .pipe)
            let answer = try ask(process)
            if case .mail? = answer { return }
            objection = answer == nil ? lastWords(of: process) : "it gave another answer than expected"
        } catch {
            objection = (error as? ShellError)?.text ?? "\(error)"
        }
        throw .failed("the mail worker \(path) does not work: \(objection)")
    }

    /// The answer to a request of a few bytes, which fit into any socket; `nil`: it ended without one.
    private static func ask(_ process: ChildProcess) throws -> WorkerAnswer? {
        let request = WorkerRequest.read(message).frame()
        guard case .moved(request.count) = process.send(request.span) else { return nil }
        var poller = try Poller()
        try poller.add(process.outputDescriptor, token: 1, for: .read)
        var input = FrameBuffer(limit: MailLimits.answer)
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        let latest = Clock.monotonic() + timeout
        while true {
            let rest = (latest - Clock.monotonic()) / 1_000_000
            guard rest > 0, try poller.wait(milliseconds: Int32(rest)) > 0 else {
                throw ShellError.failed("no answer within \(timeout / 1_000_000_000) s")
            }
            switch process.receive(into: &buffer) {
            case .bytes(let count): input.append(buffer[..<count])
            case .wait: continue
            case .ended, .failed: return nil
            }
            if let frame = try input.next() { return try WorkerAnswer(frame: frame) }
        }
    }

    /// How a process has ended, and the last line of what it complained of.
    private static func lastWords(of process: ChildProcess) -> String {
        process.kill()
        let end = process.wait().description
        var buffer = [UInt8](repeating: 0, count: 4096)
        guard case .bytes(let count) = process.receiveErrors(into: &buffer) else { return end }
        let lines = buffer[..<count].split(separator: 0x0A)
        guard let line = lines.last else { return end }
        return Log.quoted(String(decoding: line, as: UTF8.self))
    }
}
