import DeskCrypto
import DeskNet
import DeskTerminal
import DeskTestSupport
import Glibc
import Testing

/// A desk that the test plays over real TLS, for the real program at the other end.
final class Stage {
    let folder: String
    let pin: String
    private let listener: Listener
    private let tls: TLSContext
    private var desk: Connection?
    private var heard: [UInt8] = []

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

    /// What the program sees of an environment.
    var environment: [String] {
        [
            "HOME=\(folder)", "XDG_CONFIG_HOME=\(folder)/config", "XDG_STATE_HOME=\(folder)/state", "TERM=vt100",
            "LC_ALL=C.UTF-8", "PATH=/usr/bin:/bin",
        ]
    }

    /// Takes the next caller and says whether the handshake held.
    @discardableResult
    func accept() throws -> Bool {
        heard = []
        while true {
            switch listener.accept(over: tls) {
            case .accepted(let connection, _):
                desk = connection
                do throws(NetError) { try connection.completeHandshake(host: "client") } catch { return false }
                return true
            case .nobody: try wait(listener.descriptor)
            default: throw NetError.unresolved(host: "client", reason: "the listener gave up")
            }
        }
    }

    /// Lets a client in: the greeting, and the login if there is to be one; unless it `isRead` by a person, the client
    /// says that nobody reads.
    func welcome(login: Bool = true, isRead: Bool = false) throws {
        try #require(try accept())
        try say(Self.greeting)
        guard login else { return }
        try hears("login meier geheim")
        try say("OK hello meier at=3")
        guard !isRead else { return }
        try hears("session reads=no")
        try say("OK session reads=no at=3")
    }

    func say(_ lines: String...) throws {
        let text = Array((lines.joined(separator: "\n") + "\n").utf8)
        #expect(desk?.send(text.span) == .moved(text.count))
    }

    /// The next line that the client sends must be this one.
    func hears(_ line: String, at location: SourceLocation = #_sourceLocation) throws {
        #expect(try nextLine() == line, sourceLocation: location)
    }

    func hangUp() { desk?.close() }

    private func nextLine() throws -> String {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            if let end = heard.firstIndex(of: UInt8(ascii: "\n")) {
                defer { heard.removeFirst(end + 1) }
                return String(decoding: heard[..<end], as: UTF8.self)
            }
            switch try #require(desk).receive(into: &buffer) {
            case .bytes(let count): heard += buffer[..<count]
            case .wait: try wait(#require(desk).descriptor)
            case .ended, .failed: return "(end)"
            }
        }
    }

    private func wait(_ descriptor: Int32) throws {
        try #require(!Console.wait(for: [descriptor], milliseconds: 20_000).isEmpty, "the client says nothing")
    }
}

/// The program on a terminal of its own, with somebody who types and looks.
final class Person {
    private let terminal: FileDescriptor
    private let pid: pid_t
    private(set) var screen: Screen
    private var status: Int32?

    init(_ arguments: [String], of program: String = "zuruf", environment: [String], columns: Int = 80) throws {
        let master = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        try #require(master >= 0, "no terminal to be had")
        terminal = FileDescriptor(owning: master)
        try terminal.setNonBlocking(true)
        // TIOCSPTLCK, TIOCGPTN and TIOCSWINSZ (ioctl_tty(2)): unlock it, ask for its number, set its size.
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
        // POSIX_SPAWN_SETSID: the first terminal that a session opens is its own. The threads of tests block signals.
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

    /// Looks until the screen is as wanted.
    func sees(_ what: String, at location: SourceLocation = #_sourceLocation, _ wanted: (Screen) -> Bool) throws {
        while !wanted(screen) {
            let isLooking = !Console.wait(for: [terminal.raw], milliseconds: 20_000).isEmpty && look()
            try #require(isLooking, "\(what): \(screen.lines.suffix(8))", sourceLocation: location)
        }
        #expect(screen.unknown == [], sourceLocation: location)
    }

    /// Looks until the last line is this one.
    func sees(last line: String, at location: SourceLocation = #_sourceLocation) throws {
        try sees("last line \(line)", at: location) { $0.lines.last == line }
    }

    /// Whether keys reach the program singly and unseen.
    var isRaw: Bool { modes & tcflag_t(ICANON | ECHO) == 0 }

    /// Whether keys are shown as they are typed.
    var isEchoing: Bool { modes & tcflag_t(ECHO) != 0 }

    private var modes: tcflag_t {
        var settings = termios()
        unsafe tcgetattr(terminal.raw, &settings)
        return settings.c_lflag
    }

    /// Waits for the end of the program and gives its exit status, or minus the signal.
    func ends() -> Int32 {
        while look(), !Console.wait(for: [terminal.raw], milliseconds: 20_000).isEmpty {}
        var status: Int32 = 0
        unsafe waitpid(pid, &status, 0)
        self.status = status
        return status & 0x7F == 0 ? status >> 8 & 0xFF : -(status & 0x7F)
    }

    /// Takes in what has been drawn; false once nobody draws any more.
    private func look() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 4096)
        switch terminal.receive(into: &buffer) {
        case .bytes(let count): screen.take(buffer[..<count])
        case .wait: break
        case .ended, .failed: return false
        }
        return true
    }
}
