import DeskNet
import DeskTestSupport
import Testing

@testable import DeskServer

/// A desk of the real programs in a folder of its own.
final class Hall {
    let yard: Yard
    private var server: ChildProcess?

    /// Sets a desk up; `mustermann` may do everything.
    init() throws {
        yard = try Yard()
        try #require(
            try zurufd(
                "init", "--state", state, "--admin", "mustermann", "--password-stdin", "--password-iterations", "4096",
                input: "geheim\n"
            ).end == .exited(0))
    }

    deinit {
        server?.kill()
        _ = server?.wait()
    }

    var state: String { yard.path + "/state" }

    /// What a program said and how it ended.
    struct Said {
        var output: String
        var errors: String
        var end: ChildProcess.End
    }

    /// Runs `zurufd` to its end.
    func zurufd(_ words: String..., input: String = "", environment: [String] = []) throws -> Said {
        try run(words, Array(input.utf8), environment)
    }

    /// Runs `zurufd` with bytes as its input.
    func zurufd(_ words: [String], input: [UInt8], environment: [String] = []) throws -> Said {
        try run(words, input, environment)
    }

    private func run(_ words: [String], _ input: [UInt8], _ environment: [String]) throws -> Said {
        // From a file, so that nobody has to write and read at once.
        let (given, out, errors) = (yard.path + "/given", yard.path + "/out", yard.path + "/err")
        try Files.write(input, to: given)
        let script = "exec \"$@\" <\(given) >\(out) 2>\(errors)"
        let process = try ChildProcess(
            path: "/bin/sh", arguments: ["-c", script, "sh", Programs.path("zurufd")] + words,
            environment: ["PATH=/usr/bin:/bin"] + environment, input: .null, output: .null, errors: .null)
        let end = process.wait()
        func text(_ path: String) throws -> String {
            String(decoding: try Files.read(path, limit: 1 << 20), as: UTF8.self)
        }
        return Said(output: try text(out), errors: try text(errors), end: end)
    }

    /// Starts the server and waits until it listens; `options` beside state and log.
    func serve(_ options: String...) throws {
        try serve(options)
    }

    /// Starts the server and waits until it listens.
    func serve(_ options: [String]) throws {
        let log = yard.path + "/log"
        try Files.write([], to: log)
        let sends = options.contains("--outgoing") || options.contains("--smarthost")
        let script = "exec \"$@\" 2>>\(log)"
        let process = try ChildProcess(
            path: "/bin/sh",
            arguments: [
                "-c", script, "sh", Programs.path("zurufd"), "serve", "--state", state, "--listen", "127.0.0.1:0",
            ]
                + options + (sends ? [] : Programs.sendsNothing), environment: ["PATH=/usr/bin:/bin"], input: .null,
            output: .null, errors: .null)
        server = process
        try wait(for: "for=agents")
    }

    /// Says these lines over a new connection and gives what is answered up to as many finals; `toTheEnd`: and all that
    /// comes until the desk closes it.
    func says(_ lines: [String], toTheEnd: Bool = false) throws -> [String] {
        let log = String(decoding: try Files.read(yard.path + "/log", limit: 1 << 20), as: UTF8.self)
        let place = try #require(log.split(separator: " ").first { $0.hasPrefix("127.0.0.1:") })
        let port = try #require(UInt16(place.dropFirst("127.0.0.1:".count)))
        let tls = try TLSContext(trusting: .authorities(file: state + "/certificate.pem"))
        let connection = try Connection.connect(host: "127.0.0.1", port: port, over: tls)
        defer { connection.close() }
        try connection.completeHandshake(host: "127.0.0.1")
        let line = LiveLine(connection)
        var heard: [String] = []
        for said in lines {
            try line.send(said + "\n")
            while let next = try line.nextLine() {
                heard.append(next)
                if next.hasPrefix("OK ") || next.hasPrefix("ERR ") { break }
            }
        }
        while toTheEnd, let next = try line.nextLine() { heard.append(next) }
        return heard
    }

    /// Waits until the log has these words; gives the log.
    @discardableResult
    func wait(for words: String) throws -> String {
        let latest = Clock.monotonic() + 30_000_000_000
        while true {
            let log = String(decoding: try Files.read(yard.path + "/log", limit: 1 << 20), as: UTF8.self)
            if log.contains(words) { return log }
            try #require(Clock.monotonic() < latest, "the log has no \(words):\n\(log)")
            if let end = server?.reap() {
                Issue.record("the server has ended (\(end)):\n\(log)")
                throw NetError.failed(host: "zurufd", .closed)
            }
            try yard.loop.wait(milliseconds: 5)
        }
    }

    /// Ends the server as a crash does.
    func kill() {
        server?.kill()
        _ = server?.wait()
        server = nil
    }

    /// Sends the server a signal.
    func send(_ signal: Signals.Signal) {
        server?.send(signal)
    }

    /// Asks the server to end and waits until it has.
    func stop() -> ChildProcess.End? {
        server?.send(.terminate)
        defer { server = nil }
        return server?.wait()
    }
}
