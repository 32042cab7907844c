import DeskCrypto
import DeskNet
import DeskTerminal
import DeskTestSupport
import Glibc
import Testing

/// A server played by the test over TLS, for the real `zuruf`.
final class ScriptedDesk {
    let folder: String
    let pin: String
    private let listener: Listener
    private let tls: TLSContext
    private var client: Connection?
    private var received: [UInt8] = []

    static let greeting = "DESK/1 host=localhost epoch=gwyvvtzq auth=login line=4000 block=1048576"

    init() throws {
        Signals.ignoreBrokenPipes()
        folder = try Files.makeTemporaryDirectory(prefix: "/tmp/zuruf-terminal-")
        let made = try SelfSigned(names: ["localhost", "127.0.0.1"], days: 2)
        pin = try Certificate.pin(pem: made.certificate)
        try Files.write(made.certificate, to: folder + "/cert.pem")
        try Files.write(made.key, to: folder + "/key.pem")
        tls = try TLSContext(certificateFile: folder + "/cert.pem", keyFile: folder + "/key.pem")
        listener = try Listener.tcp(host: "127.0.0.1", port: 0)
    }

    deinit {
        do { try Files.removeDirectory(folder) } catch { Issue.record("\(error)") }
    }

    var server: String { "127.0.0.1:\(listener.port ?? 0)" }

    /// The environment of the program.
    var environment: [String] {
        [
            "HOME=\(folder)", "XDG_CONFIG_HOME=\(folder)/config", "XDG_STATE_HOME=\(folder)/state", "TERM=vt100",
            "LC_ALL=C.UTF-8", "PATH=/usr/bin:/bin",
        ]
    }

    /// Accepts the next connection; returns whether the handshake succeeded.
    @discardableResult
    func accept() throws -> Bool {
        received = []
        while true {
            switch listener.accept(over: tls) {
            case .accepted(let connection, _):
                client = connection
                do throws(NetError) { try connection.completeHandshake(host: "client") } catch { return false }
                return true
            case .wouldBlock: try wait(listener.descriptor)
            default: throw NetError.unresolved(host: "client", reason: "the listener failed")
            }
        }
    }

    /// Accepts a connection and opens a session: greeting, `login` if there is one, and `session reads=no` unless a
    /// person reads.
    func openSession(login: Bool = true, isReadByPerson: Bool = false) throws {
        try #require(try accept())
        try send(Self.greeting)
        guard login else { return }
        try expect("login meier geheim")
        try send("OK hello meier at=3")
        guard !isReadByPerson else { return }
        try expect("session reads=no")
        try send("OK session reads=no at=3")
    }

    /// Sends lines.
    func send(_ lines: String...) throws {
        let text = Array((lines.joined(separator: "\n") + "\n").utf8)
        #expect(client?.send(text.span) == .moved(text.count))
    }

    /// Receives the next line from the client, which must be this one; `(end)` for the end of the connection.
    func expect(_ line: String, at location: SourceLocation = #_sourceLocation) throws {
        #expect(try nextLine() == line, sourceLocation: location)
    }

    /// Closes the connection.
    func close() { client?.close() }

    private func nextLine() throws -> String {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            if let end = received.firstIndex(of: UInt8(ascii: "\n")) {
                defer { received.removeFirst(end + 1) }
                return String(decoding: received[..<end], as: UTF8.self)
            }
            switch try #require(client).receive(into: &buffer) {
            case .bytes(let count): received += buffer[..<count]
            case .wait: try wait(#require(client).descriptor)
            case .ended, .failed: return "(end)"
            }
        }
    }

    private func wait(_ descriptor: Int32) throws {
        try #require(!Console.wait(for: [descriptor], timeout: .seconds(20)).isEmpty, "the client sends nothing")
    }
}

/// A person at a terminal: the real program on a pseudoterminal, its input and its screen.
final class Person {
    private let terminal: FileDescriptor
    private let pid: pid_t
    private(set) var screen: Screen
    private var status: Int32?

    init(_ arguments: [String], of program: String = "zuruf", environment: [String], columns: Int = 80) throws {
        let master = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        try #require(master >= 0, "no pseudoterminal")
        terminal = FileDescriptor(owning: master)
        try terminal.setNonBlocking(true)
        // TIOCSPTLCK, TIOCGPTN and TIOCSWINSZ (ioctl_tty(2)): unlock it, get its number, set its size.
        var (locked, number): (Int32, UInt32) = (0, 0)
        var size: [UInt16] = [24, UInt16(columns), 0, 0]
        try #require(unsafe ioctl(master, 0x4004_5431, &locked) == 0)
        try #require(unsafe ioctl(master, 0x8004_5430, &number) == 0)
        try #require(unsafe ioctl(master, 0x5414, &size) == 0)
        screen = Screen(columns: columns)

        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/pts/\(number)", O_RDWR, 0)
        for number: Int32 in [1, 2] { unsafe posix_spawn_file_actions_adddup2(&actions, 0, number) }
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        // POSIX_SPAWN_SETSID: the first terminal that a session opens becomes its controlling terminal. The empty mask:
        // the threads of tests block signals.
        unsafe posix_spawnattr_setflags(&attributes, 0x80 | Int16(POSIX_SPAWN_SETSIGMASK))
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe posix_spawnattr_setsigmask(&attributes, &signals)
        let program = Programs.path(program)
        var words = unsafe ([program] + arguments).map { unsafe strdup($0) } + [nil]
        var values = unsafe environment.map { unsafe strdup($0) } + [nil]
        var pid: pid_t = 0
        let result = unsafe posix_spawn(&pid, program, &actions, &attributes, &words, &values)
        unsafe (words + values).forEach { unsafe free($0) }
        try #require(result == 0, "cannot start \(program)")
        self.pid = pid
    }

    deinit {
        if status == nil {
            kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
        }
    }

    func type(_ text: String) {
        let bytes = Array(text.utf8)
        #expect(terminal.send(bytes.span) == .moved(bytes.count))
    }

    func send(_ signal: Int32) { kill(pid, signal) }

    /// Waits until the screen satisfies a condition, at most 20 seconds without output.
    func expect(_ what: String, at location: SourceLocation = #_sourceLocation, _ wanted: (Screen) -> Bool) throws {
        while !wanted(screen) {
            let hasOutput = !Console.wait(for: [terminal.raw], timeout: .seconds(20)).isEmpty && receive()
            try #require(hasOutput, "\(what): \(screen.lines.suffix(8))", sourceLocation: location)
        }
        #expect(screen.unknown == [], sourceLocation: location)
    }

    /// Waits until this is the last line on the screen.
    func expect(last line: String, at location: SourceLocation = #_sourceLocation) throws {
        try expect("last line \(line)", at: location) { $0.lines.last == line }
    }

    /// Whether the terminal is in raw mode: the program receives each key, and none is echoed.
    var isRaw: Bool { modes & tcflag_t(ICANON | ECHO) == 0 }

    /// Whether typed characters are echoed.
    var isEchoing: Bool { modes & tcflag_t(ECHO) != 0 }

    private var modes: tcflag_t {
        var settings = termios()
        unsafe tcgetattr(terminal.raw, &settings)
        return settings.c_lflag
    }

    /// Waits until the program exits and returns its exit status, or the negative number of the signal that killed it.
    func wait() -> Int32 {
        while receive(), !Console.wait(for: [terminal.raw], timeout: .seconds(20)).isEmpty {}
        var status: Int32 = 0
        unsafe waitpid(pid, &status, 0)
        self.status = status
        return status & 0x7F == 0 ? status >> 8 & 0xFF : -(status & 0x7F)
    }

    /// Applies the program's output to the screen; false at its end.
    private func receive() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 4096)
        switch terminal.receive(into: &buffer) {
        case .bytes(let count): screen.take(buffer[..<count])
        case .wait: break
        case .ended, .failed: return false
        }
        return true
    }
}
