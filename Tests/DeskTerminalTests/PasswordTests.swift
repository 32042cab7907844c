import DeskNet
import Glibc
import Testing

/// Whoever is asked for a password and goes away has a terminal that shows what he types.
struct PasswordTests {
    private let stage: Stage

    init() throws { stage = try Stage() }

    /// What ends a program at its prompt: keys, or a signal from elsewhere.
    static let ways: [(keys: String, signal: Int32)] = [
        ("\u{3}", SIGINT), ("geh\u{3}", SIGINT), ("\u{1C}", SIGQUIT), ("geh", SIGINT), ("geh", SIGTERM), ("", SIGHUP),
    ]

    private func leave(_ person: Person, _ keys: String, _ signal: Int32) {
        #expect(!person.isEchoing)
        person.type(keys)
        if keys.unicodeScalars.allSatisfy({ $0.value >= 0x20 }) { person.send(signal) }
    }

    private func setUp() throws -> Person {
        try Person(["init", "--state", stage.folder + "/state"], of: "zurufd", environment: stage.environment)
    }

    @Test(arguments: ways) func `zurufd ends of the signal, and nothing has been set up`(
        keys: String, signal: Int32
    ) throws {
        let person = try setUp()
        try person.sees("the prompt") { $0.lines.last == "password of admin (nothing: one is made up):" }
        leave(person, keys, signal)
        #expect(person.ends() == -signal)
        #expect(person.isEchoing)
        #expect(!Files.exists(stage.folder + "/state"))
    }

    @Test func `what is typed for zurufd is not seen, and ^Z is no way out`() throws {
        let person = try setUp()
        try person.sees("the prompt") { $0.lines.last == "password of admin (nothing: one is made up):" }
        person.type("\u{1A}geheim\r")
        try person.sees("the second prompt") { $0.lines.last == "once more:" }
        #expect(!person.isEchoing)
        person.type("geheim\r")
        #expect(person.ends() == 0)
        #expect(person.isEchoing)
        #expect(person.screen.lines.last?.hasPrefix("certificate pin: ") == true)
        #expect(!person.screen.lines.joined().contains("geheim"))
    }

    @Test(arguments: ways) func `zuruf gives the terminal back`(keys: String, signal: Int32) throws {
        let person = try Person(
            ["--user", "meier", "--pin", stage.pin, stage.server], environment: stage.environment)
        try #require(try stage.accept())
        try person.sees("the prompt") { $0.lines.last == "password:" }
        leave(person, keys, signal)
        #expect(person.ends() == 128 + SIGINT)
        #expect(person.isEchoing)
    }
}
