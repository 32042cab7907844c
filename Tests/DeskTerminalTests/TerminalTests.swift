import DeskNet
import DeskTestSupport
import Glibc
import Testing

/// The real `zuruf` on a pseudoterminal, against a scripted server.
struct TerminalTests {
    private let desk: ScriptedDesk

    init() throws { desk = try ScriptedDesk() }

    /// A client with an open session, at its first prompt.
    private func person(columns: Int = 80) throws -> Person {
        let password = desk.folder + "/password"
        try Files.write(Array("geheim\n".utf8), to: password)
        let arguments = ["--user", "meier", "--password-file", password, "--pin", desk.pin, desk.server]
        let person = try Person(arguments, environment: desk.environment, columns: columns)
        try desk.openSession(isReadByPerson: true)
        try person.expect(last: "zuruf>")
        return person
    }

    @Test(arguments: [
        (80, "reply 42 Grüße aus Köln", 0), (80, "reply 42 Grüße aus Köln", 4), (80, "", 0),
        (20, "reply 42 Grüße aus Köln und mehr", 0), (20, "reply 42 Grüße aus Köln und mehr", 15),
        (20, "reply 42 Grüße aus Köln und mehr", 32), (20, "123456789012日本語日本語日本語", 3),
        (20, "1234567890123", 0), (20, "1234567890123", 1), (20, "日本語日本語日本語日本語", 12),
    ])
    func `a pushed line appears above the prompt, and typing continues at the cursor`(
        columns: Int, typed: String, left: Int
    ) throws {
        let person = try person(columns: columns)
        person.type(typed)
        try person.expect("typed") { $0.lines.joined().hasSuffix(("zuruf> " + typed).trimmed) }
        person.type(String(repeating: "\u{1b}[D", count: left))
        try desk.send("* 7 new #42", "|\u{1b}[2J\u{7}evil")
        let row = { (screen: Screen) in screen.lines.firstIndex { $0.hasPrefix("* 7 new #42") } }
        try person.expect("pushed") { screen in
            guard let row = row(screen) else { return false }
            return screen.lines[(row + 1)...].joined() == ("|␛[2J␇evil" + "zuruf> " + typed).trimmed
        }
        person.type("X\r")
        let expected = String(typed.dropLast(left)) + "X" + String(typed.suffix(left))
        try desk.expect(expected)
        #expect(person.screen.lines.count { $0.contains("zuruf>") } == 1)
    }

    @Test func `a long line is not drawn twice while lines arrive`() throws {
        let person = try person(columns: 30)
        for number in 1...20 {
            person.type("wort\(number) ")
            try desk.send("* \(number) note #42.\(number)")
        }
        let typed = (1...20).map { "wort\($0) " }.joined()
        try person.expect("everything once") { screen in
            screen.lines.joined().replacing("* ", with: "").hasSuffix(("note #42.20zuruf> " + typed).trimmed)
        }
        person.type("\r")
        try desk.expect(typed)
    }

    @Test(arguments: 0..<12)
    func `whatever is typed while lines arrive, the screen shows it and Enter sends it`(seed: UInt64) throws {
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
            case 4, 5, 6: try desk.send("* \(step) " + String(repeating: "=", count: step))
            default:
                let letter: Character = ["a", "ü", "日", "€", "z"].randomElement(using: &dice) ?? "a"
                person.type(String(letter))
                line.insert(letter, at: cursor)
                cursor += 1
            }
            if step % 5 == 0 {
                try desk.send("~ \(step)")
                try person.expect("step \(step) of \(columns) cursor \(cursor): \(String(line))") { screen in
                    let text = screen.lines.joined()
                    return text.hasSuffix(("~ \(step)zuruf> " + String(line)).trimmed)
                }
            }
        }
        person.type("\r")
        try desk.expect(String(line))
    }

    @Test(arguments: ["\u{1b}[200~quit\nclose 42\n.\u{1b}[201~", "quit\rclose 42\r."])
    func `a paste of several commands is not sent`(paste: String) throws {
        let person = try person()
        person.type(paste)
        try person.expect("refused") { $0.lines.joined().contains("pasted 3 lines, sent none") }
        person.type("ping\r")
        try desk.expect("ping")
    }

    @Test func `without line editing, typing is refused`() throws {
        let environment = desk.environment.map { $0.hasPrefix("TERM=") ? "TERM=dumb" : $0 }
        let person = try Person(["--pin", desk.pin, desk.server], environment: environment)
        #expect(person.wait() == 2)
        #expect(person.screen.lines.first?.hasPrefix("zuruf: typing requires a terminal") == true)
    }

    @Test func `a paste of one line waits for Enter`() throws {
        let person = try person()
        person.type("\u{1b}[200~close 42\n\u{1b}[201~")
        try person.expect(last: "zuruf> close 42")
        person.type(" fertig\r")
        try desk.expect("close 42 fertig")
    }

    @Test(arguments: ["\u{1b}[200~quit\n.\n.cancel\n|x\nrest\u{1b}[201~", "quit\r.\r.cancel\r|x\rrest"])
    func `a paste into an open text is only text`(paste: String) throws {
        let person = try person()
        person.type("reply 42 <<\r")
        try desk.expect("reply 42 <<")
        try person.expect(last: "|")
        person.type("Guten Tag,\r")
        try person.expect(last: "|")
        person.type("und: ")
        try person.expect(last: "| und:")
        person.type(paste)
        try person.expect("pasted") { $0.lines.last == "| rest" }
        person.type("\u{4}\u{3}.\r")
        let sent = ["|Guten Tag,", "|und: quit", "|.", "|.cancel", "||x", "."]
        for line in sent { try desk.expect(line) }
        try desk.send("OK queued #42.3 seq=8")
        try person.expect(last: "zuruf>")
        person.type("\u{4}")
        try desk.expect("quit")
    }

    @Test func `^C discards the line, and the key that ends a search is handled`() throws {
        let person = try person()
        person.type("list inbox\r")
        try desk.expect("list inbox")
        person.type("close 4")
        try person.expect(last: "zuruf> close 4")
        person.type("\u{3}")
        try person.expect("dropped") { $0.lines.suffix(2) == ["zuruf> close 4^C", "zuruf>"] }
        person.type("\u{12}inb")
        try person.expect("searching") { $0.lines.last?.hasPrefix("bck") == true }
        person.type("\r")
        try desk.expect("list inbox")
        person.type("me\r")
        try desk.expect("me")
    }

    @Test(arguments: ["end", "lost", "terminated", "hangup", "crowded"])
    func `the terminal mode is restored`(way: String) throws {
        let person = try person()
        #expect(person.isRaw)
        switch way {
        case "end":
            person.type("\u{4}")
            try desk.expect("quit")
            try desk.send("OK bye")
            desk.close()
            #expect(person.wait() == 0)
        case "lost":
            person.type("close 42\r")
            try desk.expect("close 42")
            desk.close()
            #expect(person.wait() == 5)
            #expect(person.screen.lines.last?.hasSuffix("one command unanswered, outcome unknown") == true)
        case "terminated":
            person.send(SIGTERM)
            #expect(person.wait() == 128 + SIGTERM)
        case "hangup":
            person.send(SIGHUP)
            #expect(person.wait() == 128 + SIGHUP)
        default:
            try desk.send("~ bye why=shutdown retry=5")
            desk.close()
            #expect(person.wait() == 5)
        }
        #expect(!person.isRaw)
    }

    @Test func `the pin is confirmed once and stored, and a changed key is refused`() throws {
        let known = desk.folder + "/config/zuruf/known-servers"
        let first = try Person(["--user", "meier", desk.server], environment: desk.environment)
        try #require(try !desk.accept())
        try #require(try desk.accept())
        try first.expect("the pin") { $0.lines.joined().contains(desk.pin) && $0.lines.joined().contains("[yes/no]") }
        first.type("yes\r")
        try #require(try desk.accept())
        try first.expect("asked for the password") { $0.lines.last == "password:" }
        first.type("geheim\r")
        try desk.send(ScriptedDesk.greeting)
        try desk.expect("login meier geheim")
        try desk.send("OK hello meier at=3")
        try first.expect(last: "zuruf>")
        #expect(!first.screen.lines.joined().contains("geheim"))
        first.type("login meier anders\r")
        try desk.expect("login meier anders")
        first.type("me\r")
        try desk.expect("me")
        first.type("\u{4}")
        try desk.expect("quit")
        try desk.send("OK bye")
        desk.close()
        #expect(first.wait() == 0)
        let history = try String(
            decoding: Files.read(desk.folder + "/state/zuruf/history", limit: 9999), as: UTF8.self)
        #expect(history.contains("me\n") && !history.contains("login"))
        #expect(try Files.read(known, limit: 9999) == Array("\(desk.server) \(desk.pin)\n".utf8))
        var status = stat()
        #expect(unsafe stat(known, &status) == 0 && status.st_mode & 0o777 == 0o600)

        try Files.write(Array("\(desk.server) \(desk.pin.reversed())\n".utf8), to: known)
        let second = try Person(["--user", "meier", desk.server], environment: desk.environment)
        try desk.accept()
        try desk.accept()
        #expect(second.wait() == 6)
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
