import CLinux

/// The sandbox that a worker closes around itself before it reads a stranger's first byte.
public enum Sandbox {
    /// Seconds of CPU time for one message; the desk's own time limit covers a worker that waits for something else.
    public static let secondsPerMail: UInt32 = 10
    /// Bytes of address space; the largest message of 25 MB takes a tenth of it.
    private static let addressSpace: UInt64 = 1 << 30

    /// Closes the sandbox: no other program or process, no signals, no file but those of the role, and a network for a
    /// sender alone. To be called once, by the only thread.
    ///
    /// `readable` is one more file that the worker may read; empty for none. What is read later at that path, after
    /// another file has replaced it there, is not covered: restart the worker.
    ///
    /// Returns the layers that the kernel and the container offer; those that are missing restrict nothing. Throws,
    /// with an open sandbox, when a layer that is offered cannot be closed.
    @discardableResult
    public static func close(for role: Worker.Role, readable: String = "") throws(PostError) -> SandboxLayers {
        let cRole = role == .send ? desk_worker_sends : desk_worker_reads
        try check("descriptors", desk_close_descriptors())
        try check("resources", desk_limit_resources(addressSpace))
        try check("memory", desk_hide_memory())
        try check("privileges", desk_drop_privileges())
        var version: Int32 = 0
        if readable.isEmpty {
            try check("files", unsafe desk_restrict_files(cRole, nil, &version))
        } else {
            try check("files", unsafe desk_restrict_files(cRole, readable, &version))
        }
        var installed: Int32 = 0
        try check("calls", unsafe desk_restrict_calls(cRole, &installed))
        return SandboxLayers(landlock: Int(version), hasSeccomp: installed == 1)
    }

    /// Allows the next message its share of CPU time.
    public static func grantTime() throws(PostError) {
        try check("time", desk_grant_cpu(secondsPerMail))
    }

    private static func check(_ step: String, _ error: Int32) throws(PostError) {
        guard error == 0 else { throw .sandbox(step: step, errno: error) }
    }
}

/// What of the sandbox depends on the kernel and the container.
public struct SandboxLayers: Equatable, Sendable, CustomStringConvertible {
    /// The kernel's version of Landlock; 0 for none: files are restricted by the user's rights alone.
    public let landlock: Int
    /// Whether system calls are restricted.
    public let hasSeccomp: Bool

    /// `landlock-7,seccomp`, or `no-landlock,no-seccomp`.
    public var description: String {
        "\(landlock > 0 ? "landlock-\(landlock)" : "no-landlock"),\(hasSeccomp ? "" : "no-")seccomp"
    }
}
