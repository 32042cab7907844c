import DeskModel
import DeskWire
import Testing

struct BlockTests {
    /// PROTOCOL.md, "Blocks": lines as they are typed, and the text that they make.
    @Test(arguments: [
        ("one", "one"), ("one\ntwo", "one\ntwo"), ("one\r\ntwo\r", "one\ntwo"), ("|one\n|two", "one\ntwo"),
        ("|.\n|.cancel", ".\n.cancel"), ("||", "|"), ("|\\", "\\"), ("one\n\\, two\n\\, three", "one, two, three"),
        ("\\one", "one"), ("..", ".."), (".hidden", ".hidden"), (" .", " ."), (". ", ". "), ("a\n\nb", "a\n\nb"),
        ("a\n|\nb", "a\n\nb"), ("|one\nclose 4711\nquit", "one\nclose 4711\nquit"), ("@1 me", "@1 me"),
        ("x <<", "x <<"), ("ümläut", "ümläut"), ("a\tb", "a\tb"),
    ])
    func `lines become a text`(lines: String, text: String) {
        #expect(said("note 42 <<\n\(lines)\n.") == .request(.change(.note(.short(42), text: text))))
    }

    @Test(arguments: ["note 42 <<", "  note  42\t<< ", "NOTE #42 <<\r", "note 42   <<"])
    func `the last word opens a block`(head: String) {
        #expect(said("\(head)\nx\n.\r") == .request(.change(.note(.short(42), text: "x"))))
    }

    /// The framing looks at nothing but `<<`, so nothing within a block is ever executed.
    @Test(arguments: [
        ("@t clam 42 <<", "x", Malformed.unknownVerb("clam")), ("@t <<", "x", .usage(nil, "a verb is missing")),
        ("@t note\u{1B} 42 <<", "x", .badCharacter), ("@t note 42 <<", "x\u{7}", .badCharacter),
        ("@t note 42 <<", String(repeating: "x", count: 4001), .lineTooLong),
        ("@t note 42 <<", "x\n.cancel\n" + "note 42 <<", .canceled),
    ])
    func `a block is consumed even if it is refused`(head: String, lines: String, why: Malformed) {
        let all = inputs("\(head)\n\(lines)\nclose 42\nquit\n.\nme\n")
        #expect(all.first == .malformed(why, tag: "t"))
        #expect(all.count == (why == .canceled ? 3 : 2))
    }

    @Test func `a wrong tag is refused after its block`() {
        #expect(inputs("@/ note 42 <<\nclose 42\n.\n") == [.malformed(.badTag, tag: nil)])
    }

    @Test func `bytes that are not UTF-8 refuse the block`() {
        let block = Array("@t note 42 <<\nx".utf8) + [0xFF] + Array("\nclose 42\n.\n".utf8)
        #expect(inputs(block) == [.malformed(.badUTF8, tag: "t")])
        let head = Array("@t note 42 ".utf8) + [0xFF] + Array(" <<\nclose 42\n.\n".utf8)
        #expect(inputs(head) == [.malformed(.badUTF8, tag: "t")])
    }

    @Test func `no text stands on a line that opens a block`() {
        #expect(refusal("note 42 text <<\nx\n.").hasPrefix("ERR usage : with << no text may stand on the line"))
        #expect(refusal("list inbox <<\nx\n.").hasPrefix("ERR usage : it takes no text"))
        #expect(refusal("login meier <<\nx\n.").hasPrefix("ERR usage : a secret stands on the line"))
    }

    @Test func `an empty block is no text`() {
        #expect(said("draft 42 <<\n.") == .request(.change(.draft(.short(42), text: ""))))
        #expect(said("close 42 <<\n \n.") == .request(.change(.close(.short(42), read: nil, text: nil))))
        #expect(refusal("reply 42 <<\n.").hasPrefix("ERR usage : the text is missing"))
    }

    @Test(arguments: [
        ("note", Limits.block), ("reply", Limits.reply), ("draft", Limits.reply), ("steal", Limits.reason),
        ("release", Limits.reason), ("close", Limits.reason),
    ])
    func `a text over its limit is refused, one at it is taken`(verb: String, most: Int) {
        let lines = { (count: Int) in
            stride(from: 0, to: count, by: 3000).map { "\\" + String(repeating: "x", count: min(3000, count - $0)) }
                .joined(separator: "\n")
        }
        guard case .request = said("\(verb) 42 <<\n\(lines(most))\n.") else {
            Issue.record("a text of \(most) bytes was refused")
            return
        }
        #expect(refusal("\(verb) 42 <<\n\(lines(most + 1))\n.") == "ERR text-too-long max=\(most)")
    }

    @Test func `a block that goes on and on is hung up on`() {
        let line = Array((String(repeating: "x", count: 3999) + "\n").utf8)
        var reader = LineReader()
        var heard: [Input] = []
        _ = reader.take(Array("note 42 <<\n".utf8)) { heard.append($0) }
        for _ in 0..<2200 where heard.isEmpty { _ = reader.take(line) { heard.append($0) } }
        #expect(heard == [.hangUp(.endlessBlock)])
        _ = reader.take(Array("\n.\nme\n".utf8)) { heard.append($0) }
        #expect(heard.count == 1)
    }

    @Test func `one line without an end in a block is hung up on, too`() {
        let bytes = [UInt8](repeating: UInt8(ascii: "x"), count: 100_000)
        var reader = LineReader()
        var heard: [Input] = []
        _ = reader.take(Array("note 42 <<\n".utf8)) { heard.append($0) }
        for _ in 0..<100 where heard.isEmpty { _ = reader.take(bytes) { heard.append($0) } }
        #expect(heard == [.hangUp(.endlessBlock)])
    }
}
