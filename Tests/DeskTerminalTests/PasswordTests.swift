import DeskNet
import Glibc
import Testing

/// After a canceled password prompt, the terminal echoes again.
struct PasswordTests {
    private let desk: ScriptedDesk

    init() throws { desk = try ScriptedDesk() }

    /// What cancels the prompt: keys, or a signal from another process.
    static let ways: [(keys: String, signal: Int32)] = [
        ("\u{3}", SIGINT), ("geh\u{3}", SIGINT), ("\u{1C}", SIGQUIT), ("geh", SIGINT), ("geh", SIGTERM), ("", SIGHUP),
    ]

    private func leave(_ person: Person, _ keys: String, _ signal: Int32) {
        #expect(!person.isEchoing)
        person.type(keys)
        if keys.unicodeScalars.allSatisfy({ $0.value >= 0x20 }) { person.send(signal) }
    }

    private func setUp() throws -> Person {
        try Person(["init", "--state", desk.folder + "/state"], of: "zurufd", environment: desk.environment)
    }

    @Test(arguments: ways) func `zurufd is killed by the signal, and nothing is created`(
        keys: String, signal: Int32
    ) throws {
        let person = try setUp()
        try person.expect("the prompt") { $0.lines.last == "password of admin (nothing: one is made up):" }
        leave(person, keys, signal)
        #expect(person.wait() == -signal)
        #expect(person.isEchoing)
        #expect(!Files.exists(desk.folder + "/state"))
    }

    @Test func `zurufd does not echo the password, and ^Z does not suspend it`() throws {
        let person = try setUp()
        try person.expect("the prompt") { $0.lines.last == "password of admin (nothing: one is made up):" }
        person.type("\u{1A}geheim\r")
        try person.expect("the second prompt") { $0.lines.last == "once more:" }
        #expect(!person.isEchoing)
        person.type("geheim\r")
        #expect(person.wait() == 0)
        #expect(person.isEchoing)
        #expect(person.screen.lines.last?.hasPrefix("certificate pin: ") == true)
        #expect(!person.screen.lines.joined().contains("geheim"))
    }

    @Test(arguments: ways) func `zuruf restores the terminal`(keys: String, signal: Int32) throws {
        let person = try Person(
            ["--user", "meier", "--pin", desk.pin, desk.server], environment: desk.environment)
        try #require(try desk.accept())
        try person.expect("the prompt") { $0.lines.last == "password:" }
        leave(person, keys, signal)
        #expect(person.wait() == 128 + SIGINT)
        #expect(person.isEchoing)
    }
}
