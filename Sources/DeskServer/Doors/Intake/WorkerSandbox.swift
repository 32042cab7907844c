internal import DeskNet

/// The sandbox of one role of the mail worker on this machine, as the worker itself reports it.
struct WorkerSandbox: Equatable, Sendable {
    /// `read` or `send`.
    let role: String
    /// `landlock-7,seccomp`; a layer that the kernel or the container lacks begins with `no-`.
    let layers: String

    /// Whether no layer is missing.
    var isWhole: Bool { !layers.contains("no-") }

    /// Starts the worker at `path` once for each role, which closes its sandbox and ends.
    ///
    /// Throws when that fails: such a worker would take no message.
    static func check(_ path: String) throws(ShellError) -> [WorkerSandbox] {
        guard Files.exists(path) else { throw .failed("there is no mail worker \(path)") }
        return try ["read", "send"].map { role throws(ShellError) in
            let objection: String
            do throws(NetError) {
                let (output, end) = try ChildProcess.run(path: path, arguments: [role, "check"])
                let line = String(decoding: output.prefix { $0 != 0x0A }, as: UTF8.self)
                let isReport = line.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } && line.contains("seccomp")
                if end == .exited(0), isReport { return WorkerSandbox(role: role, layers: line) }
                objection = end == .exited(0) ? "it is another program" : "\(end)"
            } catch {
                objection = error.description
            }
            throw .failed("the mail worker \(path) does not work: \(objection)")
        }
    }
}
