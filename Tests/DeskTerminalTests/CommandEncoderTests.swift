import DeskTerminal
import DeskTestSupport
import Testing

struct CommandEncoderTests {
    @Test func `a command is sent as typed`() {
        var encoder = CommandEncoder()
        #expect(sent("claim 42", &encoder) == ["claim 42"])
        #expect(sent("  @7 !k claim 42 ", &encoder) == ["  @7 !k claim 42 "])
        #expect(sent("", &encoder) == [])
        #expect(sent(" \t", &encoder) == [])
        #expect(encoder.commandCount == 2)
        #expect(!encoder.isBlockOpen)
    }

    @Test(arguments: [
        ("reply 42 <<", true), ("@7 !k reply 42 <<", true), ("nonsense <<", true), ("reply 42\t<< \t", true),
        ("<<", true), ("  <<\t", true),
        ("reply 42<<", false), ("reply 42 << x", false), ("reply 42 <<<", false), ("", false),
    ])
    func `a command whose last word is << opens a block`(line: String, opens: Bool) {
        var encoder = CommandEncoder()
        _ = encoder.encode(Array(line.utf8))
        #expect(encoder.isBlockOpen == opens)
    }

    @Test func `in a block, everything but a typed dot or cancel is text`() {
        for end in [".", ".cancel"] {
            var encoder = CommandEncoder()
            #expect(sent("reply 42 <<", &encoder) == ["reply 42 <<"])
            #expect(sent("Guten Tag,", &encoder) == ["|Guten Tag,"])
            #expect(sent("", &encoder) == ["|"])
            #expect(sent("|x", &encoder) == ["||x"])
            #expect(sent("\\x", &encoder) == ["|\\x"])
            #expect(sent(". ", &encoder) == ["|. "])
            #expect(sent("close 42", &encoder) == ["|close 42"])
            #expect(encoder.isBlockOpen)
            #expect(sent(end, &encoder) == [end])
            #expect(!encoder.isBlockOpen)
            #expect(encoder.commandCount == 1)
        }
    }

    @Test(arguments: [
        (".", ["|."]), (".cancel", ["|.cancel"]), ("quit", ["|quit"]), ("a\tb", ["|a\tb"]), ("a\u{1b}[2J\r", ["|a[2J"]),
        ("", ["|"]),
    ])
    func `a pasted line is always text`(line: String, wire: [String]) {
        #expect(CommandEncoder.quoted(Array(line.utf8)).map { String(decoding: $0, as: UTF8.self) } == wire)
    }

    @Test(arguments: 0..<200)
    func `the parts of a long line are the line`(seed: UInt64) {
        var dice = Dice(seed: seed)
        let letters = ["a", "ß", "日", "👋", " "]
        let count = Int.random(in: 3900...9000, using: &dice)
        let text = (0..<count).map { _ in letters[Int.random(in: 0..<letters.count, using: &dice)] }.joined()
        let lines = CommandEncoder.quoted(Array(text.utf8))
        #expect(
            lines.allSatisfy {
                $0.count <= CommandEncoder.maximumLineByteCount && String(validating: $0, as: UTF8.self) != nil
            })
        #expect(lines.first?.first == UInt8(ascii: "|"))
        #expect(lines.dropFirst().allSatisfy { $0.first == UInt8(ascii: "\\") })
        #expect(lines.flatMap { $0.dropFirst() } == Array(text.utf8))
    }

    @Test func `invalid UTF-8 is replaced, and the lines are not too long`() {
        let lines = CommandEncoder.quoted([UInt8](repeating: 0x80, count: 9000))
        #expect(
            lines.allSatisfy {
                $0.count <= CommandEncoder.maximumLineByteCount && String(validating: $0, as: UTF8.self) != nil
            })
        #expect(lines.flatMap { $0.dropFirst() }.count == 27000)
    }

    @Test(arguments: [
        ("login meier geheim", true), ("  LOGIN meier x", true), ("@7 !k login meier x", true), ("token new bot", true),
        ("list inbox", false), ("", false), ("@7", false), ("note 42 login", false),
    ])
    func `a command with a secret is recognized`(line: String, secret: Bool) {
        #expect(CommandEncoder.isSecret(Array(line.utf8)) == secret)
    }

    private func sent(_ line: String, _ encoder: inout CommandEncoder) -> [String] {
        encoder.encode(Array(line.utf8)).map { String(decoding: $0, as: UTF8.self) }
    }
}
