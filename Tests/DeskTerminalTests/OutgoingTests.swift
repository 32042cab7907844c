import DeskTerminal
import DeskTestSupport
import Testing

struct OutgoingTests {
    @Test func `a command goes out as it is typed`() {
        var outgoing = Outgoing()
        #expect(sent("claim 42", &outgoing) == ["claim 42"])
        #expect(sent("  @7 !k claim 42 ", &outgoing) == ["  @7 !k claim 42 "])
        #expect(sent("", &outgoing) == [])
        #expect(sent(" \t", &outgoing) == [])
        #expect(outgoing.commands == 2)
        #expect(!outgoing.isBlockOpen)
    }

    @Test(arguments: [
        ("reply 42 <<", true), ("@7 !k reply 42 <<", true), ("nonsense <<", true), ("reply 42\t<< \t", true),
        ("<<", true), ("  <<\t", true),
        ("reply 42<<", false), ("reply 42 << x", false), ("reply 42 <<<", false), ("", false),
    ])
    func `a last word of two arrows opens a block`(line: String, opens: Bool) {
        var outgoing = Outgoing()
        _ = outgoing.typed(Array(line.utf8))
        #expect(outgoing.isBlockOpen == opens)
    }

    @Test func `inside a block only a typed dot or cancel is not text`() {
        for end in [".", ".cancel"] {
            var outgoing = Outgoing()
            #expect(sent("reply 42 <<", &outgoing) == ["reply 42 <<"])
            #expect(sent("Guten Tag,", &outgoing) == ["|Guten Tag,"])
            #expect(sent("", &outgoing) == ["|"])
            #expect(sent("|x", &outgoing) == ["||x"])
            #expect(sent("\\x", &outgoing) == ["|\\x"])
            #expect(sent(". ", &outgoing) == ["|. "])
            #expect(sent("close 42", &outgoing) == ["|close 42"])
            #expect(outgoing.isBlockOpen)
            #expect(sent(end, &outgoing) == [end])
            #expect(!outgoing.isBlockOpen)
            #expect(outgoing.commands == 1)
        }
    }

    @Test(arguments: [
        (".", ["|."]), (".cancel", ["|.cancel"]), ("quit", ["|quit"]), ("a\tb", ["|a\tb"]), ("a\u{1b}[2J\r", ["|a[2J"]),
        ("", ["|"]),
    ])
    func `a pasted line cannot be anything but text`(line: String, wire: [String]) {
        #expect(Outgoing.quoted(Array(line.utf8)).map { String(decoding: $0, as: UTF8.self) } == wire)
    }

    @Test(arguments: 0..<200)
    func `a long line comes together again as it was`(seed: UInt64) {
        var dice = Dice(seed: seed)
        let letters = ["a", "ß", "日", "👋", " "]
        let count = Int.random(in: 3900...9000, using: &dice)
        let text = (0..<count).map { _ in letters[Int.random(in: 0..<letters.count, using: &dice)] }.joined()
        let lines = Outgoing.quoted(Array(text.utf8))
        #expect(lines.allSatisfy { $0.count <= Outgoing.limit && String(validating: $0, as: UTF8.self) != nil })
        #expect(lines.first?.first == UInt8(ascii: "|"))
        #expect(lines.dropFirst().allSatisfy { $0.first == UInt8(ascii: "\\") })
        #expect(lines.flatMap { $0.dropFirst() } == Array(text.utf8))
    }

    @Test func `bytes that are no text are mended and the line still fits`() {
        let lines = Outgoing.quoted([UInt8](repeating: 0x80, count: 9000))
        #expect(lines.allSatisfy { $0.count <= Outgoing.limit && String(validating: $0, as: UTF8.self) != nil })
        #expect(lines.flatMap { $0.dropFirst() }.count == 27000)
    }

    @Test(arguments: [
        ("login meier geheim", true), ("  LOGIN meier x", true), ("@7 !k login meier x", true), ("token new bot", true),
        ("list inbox", false), ("", false), ("@7", false), ("note 42 login", false),
    ])
    func `a line with a secret is known`(line: String, secret: Bool) {
        #expect(Outgoing.isSecret(Array(line.utf8)) == secret)
    }

    private func sent(_ line: String, _ outgoing: inout Outgoing) -> [String] {
        outgoing.typed(Array(line.utf8)).map { String(decoding: $0, as: UTF8.self) }
    }
}
