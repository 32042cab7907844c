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

    /// Starts a desk that sends no mail: when `sent` is told depends on the machine. `options` are more words of
    /// `zurufd serve`, `environment` is what the server sees of one.
    package init(options: [String] = [], environment: [String] = []) throws {
        folder = try Files.makeTemporaryDirectory(prefix: "/tmp/zuruf-live-")
        self.options = options
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
        server?.kill()
        _ = server?.wait()
        for line in lines.values { line.close() }
        lines = [:]
        try start()
    }

    /// How the server ended; waits for it.
    package func end() -> ChildProcess.End? {
        server?.wait()
    }

    package struct Died: Error, CustomStringConvertible {
        let said: String
        package var description: String { "the server ended: \(said)" }
    }

    package func say(_ who: String, _ text: String) throws {
        try line(who).send(text + "\n")
    }

    package func hear(_ who: String) throws -> String? {
        try line(who).nextLine()
    }

    package func endInput(_ who: String) throws {
        _ = try line(who).connection.shutdown()
    }

    package func mail(from: String, to: [String], _ bytes: [UInt8]) throws {
        let words = ["deliver", "--state", folder + "/state", "--from", from] + to
        let (end, said) = try Programs.run("zurufd", words, input: bytes)
        #expect(end == .exited(0), "deliver: \(said)")
    }

    package func advanceClock(by span: String) throws {
        try shell(["clock", "advance", span])
    }

    package func desk(_ words: [String]) throws {
        switch words.first {
        case "shell": try shell(Array(words.dropFirst()))
        case "crash": try crash()
        default: Issue.record("the desk does not know: \(words.joined(separator: " "))")
        }
    }

    private func shell(_ words: [String]) throws {
        let (end, said) = try Programs.run("zurufd", words + ["--state", folder + "/state"])
        #expect(end == .exited(0), "\(words.joined(separator: " ")): \(said)")
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
