import DeskNet
import DeskTestSupport
import Glibc
import Testing

/// Whether `make tsan` or `make asan` runs this.
private let isSanitized = unsafe getenv("ZURUF_SANITIZER") != nil

/// What a worker may do and what it may not, tried in a process that has closed the worker's sandbox.
struct SandboxTests {
    /// How an attempt must end.
    enum Expected: Equatable {
        case done
        case refused(Int32)
        /// The process ends by this signal.
        case killed(Int32)
        /// Landlock refuses it; without Landlock, the user's rights decide.
        case closedFile
    }

    /// One attempt, what comes of it in the reading and in the sending worker, and the path that it needs.
    struct Attempt: CustomTestStringConvertible, Sendable {
        let name: String
        let read: Expected
        let send: Expected
        var object = ""

        init(_ name: String, _ both: Expected, _ object: String = "") {
            (self.name, read, send, self.object) = (name, both, both, object)
        }

        init(_ name: String, read: Expected, send: Expected, _ object: String = "") {
            (self.name, self.read, self.send, self.object) = (name, read, send, object)
        }

        var testDescription: String { object.isEmpty ? name : "\(name) \(object)" }
    }

    private static let forbidden = Expected.refused(EPERM)

    /// No file of the desk or of the system, and no change of a name, an owner or a date.
    static let files: [Attempt] =
        [
            .init("read", .closedFile, "DESK/journal.db"), .init("read", .closedFile, "DESK/key.pem"),
            .init("read", .closedFile, "/etc/passwd"), .init("read", .closedFile, "/etc/shadow"),
            .init("read", .closedFile, "/proc/PARENT/mem"), .init("read", .closedFile, "/proc/PARENT/environ"),
            .init("read", .closedFile, "/proc/self/maps"), .init("list", .closedFile, "DESK"),
            .init("list", .closedFile, "/"),
            .init("read", read: .closedFile, send: .done, "/etc/hosts"),
            .init("read", read: .closedFile, send: .done, "/etc/nsswitch.conf"),
        ]
        + [
            "write", "append", "create", "unlink", "rename", "link", "symlink", "mkdir", "mknod", "truncate", "chmod",
            "chown", "setxattr", "utimensat",
        ].map { .init($0, forbidden, "DESK/journal.db") }
        + [
            "temporary", "handle", "fchmod", "fsetxattr", "chdir", "chroot", "mount", "pivot_root", "unshare", "setns",
            "inotify", "fanotify", "memfd",
        ].map { .init($0, forbidden) } + [
            .init("openat2", .refused(ENOSYS), "DESK/journal.db"),
            .init("fchmodat2", .refused(ENOSYS), "DESK/journal.db"),
            .init("write", forbidden, "/proc/self/mem"), .init("write", forbidden, "/dev/null"),
        ]

    /// No other program, and no way to another process.
    static let processes: [Attempt] =
        [
            "fork", "clone_namespace", "exec", "execveat", "kill_parent", "kill_all", "kill_self", "tkill", "tgkill",
            "sigqueue", "tgsigqueue", "pidfd_open", "pidfd_getfd", "pidfd_signal", "process_madvise", "kcmp",
            "scheduler", "affinity", "priority", "ioprio", "setsid", "limit_parent", "limit_size", "dumpable", "tracer",
            "death_signal", "capability", "setuid", "personality", "timer", "setown", "setown_ex", "setsig", "async",
            "lease", "notify",
            "duplicate", "fioasync", "fiosetown", "tiocsti",
        ].map { .init($0, forbidden) } + [
            .init("clone3", .refused(ENOSYS)), .init("ptrace", .killed(SIGSYS)), .init("vm_read", .killed(SIGSYS)),
            .init("vm_write", .killed(SIGSYS)), .init("thread", .done), .init("limit_cpu", .done),
            .init("abort", .killed(SIGABRT)),
        ]

    /// No code but that of files, and none of the kernel's other doors.
    static let memory: [Attempt] =
        [
            "map_code", "map_both", "protect_code", "shmget", "semget", "msgget", "mq_open", "io_uring", "userfaultfd",
            "bpf", "perf", "keyctl", "add_key", "request_key",
        ].map { .init($0, forbidden) } + [.init("later_call", .refused(ENOSYS)), .init("space", .refused(ENOMEM))]

    /// The internet for the sending worker alone; Unix sockets, and with them admin.sock, for none.
    static let network: [Attempt] =
        [
            "raw", "ping", "packet", "netlink", "vsock", "alg", "unix_stream", "unix_datagram", "pair_datagram",
            "listen", "bind", "attach_filter", "accept", "sendmsg",
        ].map { .init($0, forbidden) } + [
            .init("inet", read: forbidden, send: .done), .init("inet6", read: forbidden, send: .done),
            .init("pair_stream", read: forbidden, send: .done), .init("connect", forbidden, "DESK/admin.sock"),
            .init("connect", forbidden, "@zuruf"),
            .init("reconnect", read: forbidden, send: .refused(EISCONN), "DESK/admin.sock"),
        ]

    @Test(arguments: files) func `a worker and files`(attempt: Attempt) throws {
        try check(attempt)
    }

    @Test(arguments: processes) func `a worker and other processes`(attempt: Attempt) throws {
        try check(attempt)
    }

    @Test(.disabled(if: isSanitized, "a sanitizer needs the machine's memory"), arguments: memory)
    func `a worker and memory`(attempt: Attempt) throws {
        try check(attempt)
    }

    @Test(arguments: network) func `a worker and the network`(attempt: Attempt) throws {
        try check(attempt)
    }

    private func check(_ attempt: Attempt) throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "/tmp/zuruf-sandbox-")
        defer { try? Files.removeDirectory(folder) }
        for name in ["journal.db", "key.pem"] { try Files.write([0x78], to: "\(folder)/\(name)", mode: 0o600) }
        let door = try Listener.unix(path: folder + "/admin.sock", mode: 0o600)
        defer { withExtendedLifetime(door) {} }
        let object = attempt.object.replacing("DESK", with: folder).replacing("PARENT", with: "\(getpid())")
        for (role, expected) in [("read", attempt.read), ("send", attempt.send)] {
            let probed = try probe([role, attempt.name, object])
            switch expected {
            case .done: #expect(probed.outcome == "done", "\(role)")
            case .refused(let error): #expect(probed.outcome == "refused \(error)", "\(role)")
            case .killed(let signal): #expect(probed.end == .killed(signal: signal), "\(role)")
            case .closedFile:
                #expect(probed.outcome == "refused \(EACCES)" || probed.layers.hasPrefix("no-landlock"), "\(role)")
            }
        }
        #expect(try Files.list(folder).sorted() == ["admin.sock", "journal.db", "key.pem"])
        #expect(try Files.read(folder + "/key.pem", limit: 10) == [0x78])
    }

    /// What the probe says of the sandbox's layers and of its attempt, and how it ends.
    private func probe(_ words: [String]) throws -> (layers: String, outcome: String, end: ChildProcess.End) {
        let (output, end) = try ChildProcess.run(path: Programs.path("sandbox-probe"), arguments: words)
        let lines = String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
        return (lines.first ?? "", lines.count > 1 ? lines[1] : "", end)
    }

    @Test func `charsets convert in the sandbox`() throws {
        #expect(try probe(["read", "charsets"]).outcome == "done")
    }

    @Test func `a sender reads the file of certificates that it was given, and no other beside it`() throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "/tmp/zuruf-sandbox-")
        defer { try? Files.removeDirectory(folder) }
        for name in ["ca.pem", "key.pem"] { try Files.write([0x78], to: "\(folder)/\(name)", mode: 0o600) }
        #expect(try probe(["send", "read", folder + "/ca.pem", folder + "/ca.pem"]).outcome == "done")
        let other = try probe(["send", "read", folder + "/key.pem", folder + "/ca.pem"])
        #expect(other.outcome == "refused \(EACCES)" || other.layers.hasPrefix("no-landlock"))
    }

    @Test(arguments: ["read", "send"]) func `without a layer the others hold, and it is reported`(role: String) throws {
        let whole = try probe([role, "kill_parent"]).layers
        let withoutSeccomp = try probe(["without", "seccomp", role, "read", "/etc/passwd"])
        #expect(withoutSeccomp.layers == whole.replacing(",seccomp", with: ",no-seccomp"))
        #expect(withoutSeccomp.outcome == "refused \(EACCES)" || whole.hasPrefix("no-landlock"))
        let withoutLandlock = try probe(["without", "landlock", role, "unlink", "/tmp/zuruf-sandbox-none"])
        #expect(withoutLandlock.layers == "no-landlock,seccomp")
        #expect(withoutLandlock.outcome == "refused \(EPERM)")
    }

    @Test(arguments: ["read", "send"]) func `the worker reports its sandbox`(role: String) throws {
        let worker = Programs.path("zuruf-mail")
        let report = try ChildProcess.run(path: worker, arguments: [role, "check"])
        #expect(report.end == .exited(0))
        #expect(String(decoding: report.output, as: UTF8.self) == (try probe([role, "inet"]).layers) + "\n")
        #expect(try probe(["without", "seccomp", "run", worker, role, "check"]).layers.hasSuffix(",no-seccomp"))
    }
}
