package import DeskNet
import Testing

/// The programs of this package, as tests start them.
package enum Programs {
    /// Options of `zurufd serve` for a desk whose outgoing messages wait: nothing listens on the discard port.
    package static let sendsNothing = ["--smarthost", "127.0.0.1:9"]

    /// Where a program lies: beside the tests.
    package static func path(_ name: String) -> String {
        let arguments = CommandLine.arguments
        let own = arguments.first { $0.hasSuffix(".xctest") } ?? arguments.first ?? ""
        return String(own.dropLast(own.reversed().prefix { $0 != "/" }.count)) + name
    }

    /// Runs one to its end with this input; tells how it ended and what it said, complaints included.
    package static func run(_ name: String, _ words: [String], input: [UInt8] = []) throws -> (
        end: ChildProcess.End, said: String
    ) {
        let child = try ChildProcess(path: path(name), arguments: words, errors: .pipe)
        var start = 0
        while start < input.count {
            switch child.send(input.span.extracting(start..<input.count)) {
            case .moved(let count): start += count
            case .wait: try wait(child.inputDescriptor, for: .write)
            case .failed: start = input.count
            }
        }
        child.closeInput()
        let said = try read(child) + read(child, errors: true)
        return (child.wait(), said)
    }

    /// Runs one that has to succeed.
    package static func expect(_ name: String, _ words: [String], input: [UInt8] = []) throws {
        let (end, said) = try run(name, words, input: input)
        #expect(end == .exited(0), "\(name) \(words.joined(separator: " ")): \(said)")
    }

    /// Waits for a descriptor; a minute without anything is an error.
    package static func wait(_ descriptor: Int32, for interest: Interest) throws {
        var poller = try Poller()
        try poller.add(descriptor, token: 1, for: interest)
        guard try poller.wait(milliseconds: 60_000) == 1 else { throw Silence() }
    }

    /// A program says nothing.
    package struct Silence: Error {}

    /// Reads what a program says, or complains of, until that is enough or it ends.
    package static func read(
        _ child: ChildProcess, errors: Bool = false, until isEnough: (String) -> Bool = { _ in false }
    ) throws -> String {
        var buffer = [UInt8](repeating: 0, count: 4096)
        var said: [UInt8] = []
        while true {
            switch errors ? child.receiveErrors(into: &buffer) : child.receive(into: &buffer) {
            case .bytes(let count):
                said += buffer[..<count]
                if isEnough(String(decoding: said, as: UTF8.self)) { return String(decoding: said, as: UTF8.self) }
            case .wait:
                try wait(errors ? child.errorsDescriptor : child.outputDescriptor, for: .read)
            case .ended, .failed: return String(decoding: said, as: UTF8.self)
            }
        }
    }
}

/// A desk as every live conversation finds it; made once by the real programs, then copied.
package enum Pattern {
    private static let made = Result { try make() }

    /// Copies the state directory to a place that does not exist yet.
    package static func copy(to path: String) throws {
        let pattern = try made.get()
        try Files.makeDirectory(path, mode: 0o700)
        for (name, bytes) in pattern { try Files.write(bytes, to: "\(path)/\(name)", mode: 0o600) }
    }

    private static func make() throws -> [(String, [UInt8])] {
        let folder = try Files.makeTemporaryDirectory(prefix: "/tmp/zuruf-pattern-")
        defer { try? Files.removeDirectory(folder) }
        let state = ["--state", folder + "/state"]
        let password = ["--password-stdin", "--password-iterations", "4096"]
        let steps: [([String], String)] = [
            (["init", "--admin", "mustermann"] + password, "m"),
            (["queue", "set", "inbox", "--address", "hotline@desk.example"], ""),
            (["queue", "add", "recorder", "--address", "recorder@desk.example"], ""),
            (["agent", "add", "meier", "--rights", "*=rwm"] + password, "m"),
            (["agent", "add", "schulze", "--rights", "*=rwm"] + password, "s"),
        ]
        for (words, input) in steps {
            let (end, said) = try Programs.run("zurufd", words + state, input: Array((input + "\n").utf8))
            guard end == .exited(0) else { throw Unmade(words: words, said: said) }
        }
        return try Files.list(folder + "/state").filter { $0 != "lock" }.map {
            ($0, try Files.read("\(folder)/state/\($0)", limit: 1 << 24))
        }
    }

    package struct Unmade: Error, CustomStringConvertible {
        let words: [String]
        let said: String
        package var description: String { "zurufd \(words.joined(separator: " ")): \(said)" }
    }
}

/// The other end of a session: a TLS connection, as any client has one.
package final class LiveLine {
    package let connection: Connection
    private var heard: [UInt8] = []
    private var buffer = [UInt8](repeating: 0, count: 16384)

    /// Takes over a connection whose handshake is done.
    package init(_ connection: Connection) {
        self.connection = connection
    }

    package func send(_ text: String) throws {
        try send(Array(text.utf8))
    }

    package func send(_ bytes: [UInt8]) throws {
        var start = 0
        while start < bytes.count {
            switch connection.send(bytes.span.extracting(start..<bytes.count)) {
            case .moved(let count): start += count
            case .wait: try wait(.write)
            case .failed(let failure): throw NetError.failed(host: "the desk", failure)
            }
        }
    }

    /// The next line; `nil` once the desk has closed the connection. Half a minute without one is an error.
    package func nextLine() throws -> String? {
        while true {
            if let end = heard.firstIndex(of: UInt8(ascii: "\n")) {
                defer { heard.removeSubrange(...end) }
                return String(decoding: heard[..<end], as: UTF8.self)
            }
            switch connection.receive(into: &buffer) {
            case .bytes(let count): heard += buffer[..<count]
            case .wait: try wait(.read)
            case .ended, .failed: return nil
            }
        }
    }

    /// The lines that are here already, without waiting for more; `isClosed`: no more will come.
    package func linesHere() -> (lines: [String], isClosed: Bool) {
        var isClosed = false
        receiving: while true {
            switch connection.receive(into: &buffer) {
            case .bytes(let count): heard += buffer[..<count]
            case .wait: break receiving
            case .ended, .failed:
                isClosed = true
                break receiving
            }
        }
        guard let end = heard.lastIndex(of: UInt8(ascii: "\n")) else { return ([], isClosed) }
        let lines = heard[..<end].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        heard.removeSubrange(...end)
        return (lines.map { String(decoding: $0, as: UTF8.self) }, isClosed)
    }

    package func close() {
        connection.close()
    }

    private func wait(_ interest: Interest) throws {
        guard connection.wait(for: interest, milliseconds: 30_000) else { throw Silence() }
    }

    package struct Silence: Error {}
}
