package import DeskNet
import Testing

/// The same desk as `MemoryDesk`, but the real programs, over TLS: `zurufd serve` in a folder of its own, mail through
/// `zurufd deliver`, the clock through the shell.
package final class LiveDesk {
    package let folder: String
    /// Where agents connect.
    package private(set) var port: UInt16 = 0
    private var server: ChildProcess?
    private let tls: TLSContext
    private var lines: [String: LiveLine] = [:]
    private let options: [String]
    private let environment: [String]

    /// Starts a desk that sends no mail, unless `options` say where to: when `sent` is told depends on the machine.
    ///
    /// `options` are more words of `zurufd serve`, `environment` is all that the server sees of one.
    package init(options: [String] = [], environment: [String] = []) throws {
        folder = try Files.makeTemporaryDirectory(prefix: "/tmp/zuruf-live-")
        self.options = options + (options.contains("--outgoing") ? [] : Programs.sendsNothing)
        self.environment = environment
        try Pattern.copy(to: folder + "/state")
        tls = try TLSContext(trusting: .authorities(file: folder + "/state/certificate.pem"))
        try start()
    }

    deinit {
        for line in lines.values { line.close() }
        server?.kill()
        _ = server?.wait()
        try? Files.removeDirectory(folder)
    }

    /// Starts the server and waits until it says where it listens.
    package func start() throws {
        let words =
            [
                "serve", "--state", folder + "/state", "--listen", "127.0.0.1:0", "--clock", "hand", "--login-time",
                "10m",
            ] + options
        let server = try ChildProcess(
            path: Programs.path("zurufd"), arguments: words, environment: environment, input: .null, output: .null,
            errors: .pipe)
        self.server = server
        let said = try Programs.read(server, errors: true) { said in
            guard let place = said.split(whereSeparator: { $0 == " " || $0 == "\n" }).first(where: Self.isPlace) else {
                return false
            }
            port = UInt16(place.dropFirst(Self.host.utf8.count)) ?? 0
            return said.hasSuffix("\n")
        }
        guard port != 0 else { throw Died(said: said) }
    }

    private static let host = "127.0.0.1:"

    private static func isPlace(_ word: Substring) -> Bool {
        word.hasPrefix(host)
    }

    /// Ends the server at once, as a crash does, and starts another one on the same files.
    package func crash() throws {
        kill()
        forgetLines()
        try start()
    }

    /// Ends the server at once.
    package func kill() {
        server?.kill()
        _ = server?.wait()
    }

    /// Asks the server to end in order.
    package func terminate() {
        server?.send(.terminate)
    }

    /// Closes all connections from this side.
    package func forgetLines() {
        for line in lines.values { line.close() }
        lines = [:]
    }

    /// How the server ended; waits for it.
    package func end() -> ChildProcess.End? {
        guard let server else { return nil }
        // What it still says must not hold it up.
        _ = try? Programs.read(server, errors: true) { _ in false }
        return server.wait()
    }

    package struct Died: Error, CustomStringConvertible {
        let said: String
        package var description: String { "the server ended: \(said)" }
    }

    /// Sends a line; whoever has not said anything yet is connected first.
    package func say(_ who: String, _ text: String) throws {
        try send(who, Array((text + "\n").utf8))
    }

    /// Sends bytes.
    package func send(_ who: String, _ bytes: [UInt8]) throws {
        try line(who).send(bytes)
    }

    /// The next line; `nil` once the desk has closed the connection.
    package func hear(_ who: String) throws -> String? {
        try line(who).nextLine()
    }

    /// Ends what this one has to say; he goes on listening.
    package func endInput(_ who: String) throws {
        _ = try line(who).connection.shutdown()
    }

    /// Closes a connection without a word.
    package func tear(_ who: String) {
        lines.removeValue(forKey: who)?.close()
    }

    /// Hands a mail in, and gives how `deliver` ends and what it says.
    package func deliver(
        from: String, to: [String], _ bytes: [UInt8]
    ) throws -> (end: ChildProcess.End, said: String) {
        try Programs.run(
            "zurufd", ["deliver", "--state", folder + "/state", "--from=" + from, "--"] + to, input: bytes)
    }

    /// Runs a command of the shell for this desk, and gives what it says.
    package func shell(_ words: [String], input: [UInt8] = []) throws -> String {
        let (end, said) = try Programs.run("zurufd", words + ["--state", folder + "/state"], input: input)
        #expect(end == .exited(0), "\(words.joined(separator: " ")): \(said)")
        return said
    }

    private func line(_ who: String) throws -> LiveLine {
        if let line = lines[who] { return line }
        let connection = try Connection.connect(host: "127.0.0.1", port: port, over: tls)
        try connection.completeHandshake(host: "127.0.0.1")
        let line = LiveLine(connection)
        lines[who] = line
        return line
    }
}
