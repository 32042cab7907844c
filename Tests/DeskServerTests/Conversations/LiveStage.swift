import DeskNet
import DeskTestSupport
import Testing

/// The real programs: `zurufd serve` over TLS, mail through `zurufd deliver`, the clock and the rest through the shell,
/// failing storage by a library that is loaded before the program.
final class LiveStage: Stage {
    private let desk: LiveDesk
    /// How the desk is about to end, as far as the conversation has said.
    private var doom: (ChildProcess.End) -> Bool = { $0 == .exited(0) }
    /// What is not the desk's own: the plan of faults, the mails that go out.
    private let yard: String

    /// Starts a desk; `settings` are words of `zurufd serve`.
    init(_ settings: [(word: String, value: String)] = []) throws {
        yard = try Files.makeTemporaryDirectory(prefix: "/tmp/zuruf-yard-")
        try Files.makeDirectory(yard + "/out")
        let out = yard + "/out"
        desk = try LiveDesk(
            options: ["--login-time", "2m"]
                + settings.flatMap { ["--\($0.word)", $0.word == "outgoing" ? out : $0.value] },
            environment: ["LD_PRELOAD=" + Programs.path("libzuruf-faults.so"), "ZURUF_FAULTS=\(yard)/plan"])
    }

    deinit {
        do { try Files.removeDirectory(yard) } catch { Issue.record("\(error)") }
    }

    var postFolder: String { yard + "/out" }
    var stateFolder: String { desk.folder + "/state" }

    func send(_ who: String, _ bytes: [UInt8]) throws {
        try desk.send(who, bytes)
    }

    func hear(_ who: String) throws -> String? {
        try desk.hear(who)
    }

    func endInput(_ who: String) throws {
        try desk.endInput(who)
    }

    func tear(_ who: String) throws {
        desk.tear(who)
    }

    /// A socket holds more than a conversation has: what was said meanwhile is read later all the same.
    func read(_ who: String, _ isReading: Bool) {}

    func mail(from: String, to: [String], _ bytes: [UInt8]) throws -> String {
        let (end, said) = try desk.deliver(from: from, to: to, bytes)
        #expect(end == .exited(said.hasPrefix("2.") ? 0 : said.hasPrefix("5.3.4") ? 69 : 75), "\(said)")
        return String(said.prefix { $0 != "\n" })
    }

    func advanceClock(by span: String) throws {
        _ = try desk.shell(["clock", "advance", span])
    }

    func shell(_ words: [String]) throws -> [String] {
        let isSecret = words[0] == "agent" && (words[1] == "add" && !words.contains("--bot") || words[1] == "passwd")
        let asks = [["agent", "retire"], ["customer", "join"]].contains(Array(words.prefix(2)))
        let said = try desk.shell(
            words + (asks ? ["--yes"] : []) + (isSecret ? ["--password-stdin", "--password-iterations", "4096"] : []),
            input: Array((isSecret ? words[2].prefix(1) + "\n" : "").utf8))
        return said.split(separator: "\n").map(String.init)
    }

    func desk(_ words: [String]) throws -> Bool {
        if words.first == "storage" { return try storage(words.dropFirst()) }
        switch words {
        case ["crash"]:
            desk.kill()
            desk.forgetLines()
            doom = { $0 == .killed(signal: 9) }
        case ["stop"]: desk.terminate()
        case ["start"]:
            desk.forgetLines()
            let end = try #require(desk.end())
            #expect(doom(end), "the desk ended: \(end)")
            doom = { $0 == .exited(0) }
            try setFault("")
            try desk.start()
        case ["post", "works"]: try Files.makeDirectory(postFolder)
        case ["post", "broken"]: try Files.removeDirectory(postFolder)
        default: return try replaceFile(words)
        }
        return true
    }

    private func storage(_ words: ArraySlice<String>) throws -> Bool {
        let file = words.dropFirst().first ?? "journal.db"
        switch words.first {
        case "full": try setFault("\(file) full")
        case "fails":
            try setFault("\(file) sync")
            // Ended by itself, and not as if all were well: a supervisor has to start it again.
            doom = { if case .exited(let code) = $0 { code != 0 } else { false } }
        case "dies":
            try setFault("\(file) kill 1")
            doom = { $0 == .killed(signal: 9) }
        case "works":
            try setFault("")
            // It tries once a second; who goes on sooner is refused rightly.
            while try !desk.shell(["status"]).contains("writing=yes") {}
        default: return false
        }
        return true
    }

    private func setFault(_ line: String) throws {
        try Files.write(Array(line.utf8), to: yard + "/plan")
    }
}
