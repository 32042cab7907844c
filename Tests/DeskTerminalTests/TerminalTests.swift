import DeskNet
import DeskTestSupport
import Glibc
import Testing

/// The real program on a terminal, against a desk that the test plays.
struct TerminalTests {
    private let stage: Stage

    init() throws { stage = try Stage() }

    /// A client that is let in and waits for the first command.
    private func person(columns: Int = 80) throws -> Person {
        let password = stage.folder + "/password"
        try Files.write(Array("geheim\n".utf8), to: password)
        let arguments = ["--user", "meier", "--password-file", password, "--pin", stage.pin, stage.server]
        let person = try Person(arguments, environment: stage.environment, columns: columns)
        try stage.welcome(isRead: true)
        try person.sees(last: "zuruf>")
        return person
    }

    @Test(arguments: [
        (80, "reply 42 Grüße aus Köln", 0), (80, "reply 42 Grüße aus Köln", 4), (80, "", 0),
        (20, "reply 42 Grüße aus Köln und mehr", 0), (20, "reply 42 Grüße aus Köln und mehr", 15),
        (20, "reply 42 Grüße aus Köln und mehr", 32), (20, "123456789012日本語日本語日本語", 3),
        (20, "1234567890123", 0), (20, "1234567890123", 1), (20, "日本語日本語日本語日本語", 12),
    ])
    func `a pushed line stands above and typing goes on where it was`(columns: Int, typed: String, left: Int) throws {
        let person = try person(columns: columns)
        person.type(typed)
        try person.sees("typed") { $0.lines.joined().hasSuffix(("zuruf> " + typed).trimmed) }
        person.type(String(repeating: "\u{1b}[D", count: left))
        try stage.say("* 7 new #42", "|\u{1b}[2J\u{7}evil")
        let row = { (screen: Screen) in screen.lines.firstIndex { $0.hasPrefix("* 7 new #42") } }
        try person.sees("pushed") { screen in
            guard let row = row(screen) else { return false }
            return screen.lines[(row + 1)...].joined() == ("|␛[2J␇evil" + "zuruf> " + typed).trimmed
        }
        person.type("X\r")
        let expected = String(typed.dropLast(left)) + "X" + String(typed.suffix(left))
        try stage.hears(expected)
        #expect(person.screen.lines.count { $0.contains("zuruf>") } == 1)
    }

    @Test func `what a lost line leaves is drawn nowhere twice`() throws {
        let person = try person(columns: 30)
        for number in 1...20 {
            person.type("wort\(number) ")
            try stage.say("* \(number) note #42.\(number)")
        }
        let typed = (1...20).map { "wort\($0) " }.joined()
        try person.sees("everything once") { screen in
            screen.lines.joined().replacing("* ", with: "").hasSuffix(("note #42.20zuruf> " + typed).trimmed)
        }
        person.type("\r")
        try stage.hears(typed)
    }

    @Test(arguments: 0..<12)
    func `whatever is typed while lines come, the screen shows it and Enter sends it`(seed: UInt64) throws {
        var dice = Dice(seed: seed)
        let columns = Int.random(in: 18...40, using: &dice)
        let person = try person(columns: columns)
        var (line, cursor) = ([Character](), 0)
        for step in 1...60 {
            switch Int.random(in: 0..<12, using: &dice) {
            case 0:
                person.type("\u{1b}[D")
                cursor = max(0, cursor - 1)
            case 1:
                person.type("\u{1}")
                cursor = 0
            case 2:
                person.type("\u{5}")
                cursor = line.count
            case 3 where cursor > 0:
                person.type("\u{7f}")
                cursor -= 1
                line.remove(at: cursor)
            case 4, 5, 6: try stage.say("* \(step) " + String(repeating: "=", count: step))
            default:
                let letter: Character = ["a", "ü", "日", "€", "z"].randomElement(using: &dice) ?? "a"
                person.type(String(letter))
                line.insert(letter, at: cursor)
                cursor += 1
            }
            if step % 5 == 0 {
                try stage.say("~ \(step)")
                try person.sees("step \(step) of \(columns) cursor \(cursor): \(String(line))") { screen in
                    let text = screen.lines.joined()
                    return text.hasSuffix(("~ \(step)zuruf> " + String(line)).trimmed)
                }
            }
        }
        person.type("\r")
        try stage.hears(String(line))
    }

    @Test(arguments: ["\u{1b}[200~quit\nclose 42\n.\u{1b}[201~", "quit\rclose 42\r."])
    func `a paste where commands are typed is sent nowhere`(paste: String) throws {
        let person = try person()
        person.type(paste)
        try person.sees("refused") { $0.lines.joined().contains("pasted 3 lines, sent none") }
        person.type("ping\r")
        try stage.hears("ping")
    }

    @Test func `where a paste could not be told from typing nothing is typed`() throws {
        let environment = stage.environment.map { $0.hasPrefix("TERM=") ? "TERM=dumb" : $0 }
        let person = try Person(["--pin", stage.pin, stage.server], environment: environment)
        #expect(person.ends() == 2)
        #expect(person.screen.lines.first?.hasPrefix("zuruf: typing needs a terminal") == true)
    }

    @Test func `a paste of one line waits for Enter`() throws {
        let person = try person()
        person.type("\u{1b}[200~close 42\n\u{1b}[201~")
        try person.sees(last: "zuruf> close 42")
        person.type(" fertig\r")
        try stage.hears("close 42 fertig")
    }

    @Test(arguments: ["\u{1b}[200~quit\n.\n.cancel\n|x\nrest\u{1b}[201~", "quit\r.\r.cancel\r|x\rrest"])
    func `a paste into an open text is text and nothing else`(paste: String) throws {
        let person = try person()
        person.type("reply 42 <<\r")
        try stage.hears("reply 42 <<")
        try person.sees(last: "|")
        person.type("Guten Tag,\r")
        try person.sees(last: "|")
        person.type("und: ")
        try person.sees(last: "| und:")
        person.type(paste)
        try person.sees("pasted") { $0.lines.last == "| rest" }
        person.type("\u{4}\u{3}.\r")
        let sent = ["|Guten Tag,", "|und: quit", "|.", "|.cancel", "||x", "."]
        for line in sent { try stage.hears(line) }
        try stage.say("OK queued #42.3 seq=8")
        try person.sees(last: "zuruf>")
        person.type("\u{4}")
        try stage.hears("quit")
    }

    @Test func `a half-typed line is dropped by ^C and a search ends with its key`() throws {
        let person = try person()
        person.type("list inbox\r")
        try stage.hears("list inbox")
        person.type("close 4")
        try person.sees(last: "zuruf> close 4")
        person.type("\u{3}")
        try person.sees("dropped") { $0.lines.suffix(2) == ["zuruf> close 4^C", "zuruf>"] }
        person.type("\u{12}inb")
        try person.sees("searching") { $0.lines.last?.hasPrefix("bck") == true }
        person.type("\r")
        try stage.hears("list inbox")
        person.type("me\r")
        try stage.hears("me")
    }

    @Test(arguments: ["end", "lost", "terminated", "hangup", "crowded"])
    func `the terminal is given back as it was`(way: String) throws {
        let person = try person()
        #expect(person.isRaw)
        switch way {
        case "end":
            person.type("\u{4}")
            try stage.hears("quit")
            try stage.say("OK bye")
            stage.hangUp()
            #expect(person.ends() == 0)
        case "lost":
            person.type("close 42\r")
            try stage.hears("close 42")
            stage.hangUp()
            #expect(person.ends() == 5)
            #expect(person.screen.lines.last?.hasSuffix("one command unanswered, outcome unknown") == true)
        case "terminated":
            person.send(SIGTERM)
            #expect(person.ends() == 128 + SIGTERM)
        case "hangup":
            person.send(SIGHUP)
            #expect(person.ends() == 128 + SIGHUP)
        default:
            try stage.say("~ bye why=shutdown retry=5")
            stage.hangUp()
            #expect(person.ends() == 5)
        }
        #expect(!person.isRaw)
    }

    @Test func `a key is shown once, kept, and a changed one stops`() throws {
        let known = stage.folder + "/config/zuruf/known-servers"
        let first = try Person(["--user", "meier", stage.server], environment: stage.environment)
        try #require(try !stage.accept())
        try #require(try stage.accept())
        try first.sees("the pin") { $0.lines.joined().contains(stage.pin) && $0.lines.joined().contains("[yes/no]") }
        first.type("yes\r")
        try #require(try stage.accept())
        try first.sees("asked for the password") { $0.lines.last == "password:" }
        first.type("geheim\r")
        try stage.say(Stage.greeting)
        try stage.hears("login meier geheim")
        try stage.say("OK hello meier at=3")
        try first.sees(last: "zuruf>")
        #expect(!first.screen.lines.joined().contains("geheim"))
        first.type("login meier anders\r")
        try stage.hears("login meier anders")
        first.type("me\r")
        try stage.hears("me")
        first.type("\u{4}")
        try stage.hears("quit")
        try stage.say("OK bye")
        stage.hangUp()
        #expect(first.ends() == 0)
        let history = try String(
            decoding: Files.read(stage.folder + "/state/zuruf/history", limit: 9999), as: UTF8.self)
        #expect(history.contains("me\n") && !history.contains("login"))
        #expect(try Files.read(known, limit: 9999) == Array("\(stage.server) \(stage.pin)\n".utf8))
        var status = stat()
        #expect(unsafe stat(known, &status) == 0 && status.st_mode & 0o777 == 0o600)

        try Files.write(Array("\(stage.server) \(stage.pin.reversed())\n".utf8), to: known)
        let second = try Person(["--user", "meier", stage.server], environment: stage.environment)
        try stage.accept()
        try stage.accept()
        #expect(second.ends() == 6)
        #expect(second.screen.lines.joined().contains("has changed"))
    }
}

extension String {
    /// Without blanks at the end, which a screen does not show.
    var trimmed: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
