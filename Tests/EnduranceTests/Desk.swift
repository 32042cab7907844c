import DeskNet
import DeskTestSupport
import Testing

/// A desk of the real programs that can be killed, starved and given a failing disk, in a folder of its own.
///
/// Its agents are meier, schulze (who work everywhere) and mustermann (who may do everything).
final class Desk {
    let folder: String
    /// Where agents connect over TLS, and without it.
    private(set) var port: UInt16 = 0
    private(set) var plainPort: UInt16 = 0
    /// What the server has said since it was started.
    private(set) var said = ""
    private var server: ChildProcess?
    private let tls: TLSContext
    private let options: [String]
    private let descriptors: Int?

    /// Sets a desk up and starts it; `descriptors` is how many the server may have. Unless it `isSending`, what it has
    /// to send waits: then no `sent` comes into the log while a test looks at it.
    init(_ options: [String] = [], descriptors: Int? = nil, isSending: Bool = false) throws {
        folder = try Files.makeTemporaryDirectory(prefix: "/tmp/zuruf-endurance-")
        self.options = options + (isSending ? ["--outgoing", folder + "/outgoing"] : Programs.sendsNothing)
        self.descriptors = descriptors
        try Pattern.copy(to: folder + "/state")
        tls = try TLSContext(trusting: .authorities(file: folder + "/state/certificate.pem"))
        try Files.write([], to: faults)
        try start()
    }

    deinit {
        server?.kill()
        _ = server?.wait()
        try? Files.removeDirectory(folder)
    }

    var state: String { folder + "/state" }
    var outgoing: String { folder + "/outgoing" }
    private var faults: String { folder + "/faults" }

    /// The server's process.
    var pid: Int32 { server?.pid ?? 0 }

    /// Starts the server and waits until its doors are open.
    func start() throws {
        let words =
            [
                Programs.path("zurufd"), "serve", "--state", state, "--listen", "127.0.0.1:0", "--plain-listen",
                "127.0.0.1:0",
            ] + options
        let limit = descriptors.map { "ulimit -n \($0); " } ?? ""
        let server = try ChildProcess(
            path: "/bin/sh",
            arguments: [
                "-c", limit + "exec env \"$@\"", "sh", "LD_PRELOAD=" + Programs.path("libzuruf-faults.so"),
                "ZURUF_FAULTS=" + faults,
            ] + words, environment: ["PATH=/usr/bin:/bin"],
            input: .null, output: .null, errors: .pipe)
        self.server = server
        said = ""
        try hear { $0.split(separator: "\n").filter { $0.hasSuffix("for=agents") }.count == 2 }
        let ports = said.split(separator: "\n").filter { $0.hasSuffix("for=agents") }.compactMap { line in
            line.split(separator: " ").lazy.compactMap { $0.split(separator: ":").last.flatMap { UInt16($0) } }.first
        }
        guard ports.count == 2 else { throw Closed(said: said) }
        (port, plainPort) = (ports[0], ports[1])
    }

    /// The server has ended where it should have opened its doors.
    struct Closed: Error {
        let said: String
    }

    /// Waits until what the server says is enough, or it has ended.
    func hear(until isEnough: (String) -> Bool) throws {
        guard let server, !isEnough(said) else { return }
        let before = said
        said = try before + Programs.read(server, errors: true) { isEnough(before + $0) }
    }

    /// Waits until the server says these words; an issue if it ends without them.
    func hear(_ words: String) throws {
        try hear { $0.contains(words) }
        try #require(said.contains(words), "the server says: \(said)")
    }

    /// Ends the server as a crash does.
    func kill() -> ChildProcess.End {
        server?.kill()
        return end()
    }

    /// Asks the server to go down, and waits until it has.
    func stop() -> ChildProcess.End {
        server?.send(.terminate)
        return end()
    }

    /// Waits until the server has ended by itself.
    func end() -> ChildProcess.End {
        // What it still says must not hold it up.
        try? hear { _ in false }
        return server?.wait() ?? .lost
    }

    /// Whether the server is running.
    var isRunning: Bool { server?.reap() == nil }

    /// Lets storage calls of the server fail from now on, or work again; see `Tests/Faults`.
    func fault(_ line: String) throws {
        try Files.write(Array(line.utf8), to: faults)
    }

    func send(_ signal: Signals.Signal) {
        server?.send(signal)
    }

    /// A new connection over TLS.
    func connect() throws -> LiveLine {
        let connection = try Connection.connect(host: "127.0.0.1", port: port, over: tls)
        try connection.completeHandshake(host: "127.0.0.1", milliseconds: 30_000)
        return LiveLine(connection)
    }

    /// A new connection of an agent who has logged in.
    func connect(_ agent: String) throws -> LiveLine {
        let line = try connect()
        try line.login(agent)
        return line
    }

    /// A new conversation with the mail door.
    func post() throws -> Post {
        try Post(try Connection.connect(unixPath: state + "/lmtp.sock"))
    }

    /// Hands a mail in as a mail server's pipe does.
    func deliver(_ mail: Mail) throws -> (end: ChildProcess.End, said: String) {
        try Programs.run("zurufd", deliver(mail), input: Array(mail.text.utf8))
    }

    /// Begins to hand a mail in, and does not wait for what becomes of it.
    func begin(_ mail: Mail) throws -> ChildProcess {
        let file = "\(folder)/mail-\(mail.name)"
        try Files.write(Array(mail.text.utf8), to: file)
        return try ChildProcess(
            path: "/bin/sh", arguments: ["-c", "exec \"$@\" <\(file)", "sh", Programs.path("zurufd")] + deliver(mail),
            input: .null, output: .null, errors: .null)
    }

    private func deliver(_ mail: Mail) -> [String] {
        ["deliver", "--state", state, "--from", mail.from, mail.to]
    }

    /// Does what may be refused at first, since the desk needs a moment to notice who has gone.
    func patiently<Result>(_ body: () throws -> Result) throws -> Result {
        for _ in 0..<200 {
            if let result = try? body() { return result }
        }
        return try body()
    }

    /// A figure of the server's process, in KiB: `VmRSS`, `VmHWM`.
    func memory(_ name: String) throws -> Int {
        let status = String(decoding: try Files.read("/proc/\(pid)/status", limit: 1 << 16), as: UTF8.self)
        let line = status.split(separator: "\n").first { $0.hasPrefix(name + ":") }
        return line.flatMap {
            Int($0.dropFirst(name.utf8.count + 1).split(whereSeparator: { $0 == " " || $0 == "\t" })[0])
        }
            ?? 0
    }

    /// Descriptors that the server has open; `nil` where only root may see them, as the server hides them.
    var openDescriptors: Int? { try? Files.list("/proc/\(pid)/fd").count }
}

extension LiveLine {
    private static let secrets = ["meier": "m", "schulze": "s", "mustermann": "m"]

    /// Hears the greeting and logs in.
    func login(_ agent: String) throws {
        try #require(try nextLine()?.hasPrefix("DESK/1 ") == true)
        try send("login \(agent) \(LiveLine.secrets[agent] ?? "")\n")
        let hello = try nextLine()
        try #require(hello?.hasPrefix("OK hello ") == true, "\(hello ?? "nothing")")
    }

    /// Says a line and hears its final; what comes before it goes to `others`.
    func ask(_ line: String, others: (String) -> Void = { _ in }) throws -> String {
        try send(line + "\n")
        return try final(others: others)
    }

    /// The next final; what comes before it goes to `others`.
    func final(others: (String) -> Void = { _ in }) throws -> String {
        while let line = try nextLine() {
            if line.hasPrefix("OK ") || line.hasPrefix("ERR ") { return line }
            others(line)
        }
        throw Closed()
    }

    /// Everything that a new line of this agent hears of the log from the first event on.
    func log() throws -> [String] {
        var log: [String] = []
        try send("subscribe * since=0\n")
        while let line = try nextLine(), !line.hasPrefix("~ live ") {
            if line.hasPrefix("* ") { log.append(line) }
        }
        return log
    }

    /// The desk has closed the connection where a final was due.
    struct Closed: Error {}
}

/// A mail of a customer.
struct Mail {
    let name: String
    let from: String
    var to = "hotline@desk.example"
    var subject: String
    var body = "Guten Tag,\r\nder Ton fehlt.\r\n"
    /// Further fields of the header, each with its end.
    var fields = ""

    /// Header and body, ready to be handed in.
    var text: String {
        let id = "<\(name)@customer.example>"
        return "From: \(from)\r\nTo: \(to)\r\nSubject: \(subject)\r\nMessage-ID: \(id)\r\n\(fields)\r\n\(body)"
    }
}

/// A mail server's end of the mail door (RFC 2033).
final class Post {
    private let line: LiveLine

    fileprivate init(_ connection: Connection) throws {
        line = LiveLine(connection)
        _ = try reply()
        try line.send("LHLO customer.example\r\n")
        _ = try reply()
    }

    /// Hands a mail in up to its last dot; `false` if the door has closed, or does not want it.
    func begin(_ mail: Mail) throws -> Bool {
        do {
            try line.send("MAIL FROM:<\(mail.from)>\r\nRCPT TO:<\(mail.to)>\r\nDATA\r\n")
            for _ in 0..<3 {
                guard try reply().map({ $0.hasPrefix("2") || $0.hasPrefix("3") }) == true else { return false }
            }
            try line.send(mail.text + ".\r\n")
            return true
        } catch is NetError {
            return false
        }
    }

    /// What became of the mail: the reply, or `nil` if none came.
    func finish() throws -> String? {
        try reply()
    }

    /// Hands a mail in.
    func send(_ mail: Mail) throws -> String? {
        try begin(mail) ? finish() : nil
    }

    private func reply() throws -> String? {
        while let said = try line.nextLine() {
            if said.dropFirst(3).first != "-" { return said.hasSuffix("\r") ? String(said.dropLast()) : said }
        }
        return nil
    }
}
