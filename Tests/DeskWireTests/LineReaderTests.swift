import DeskModel
import DeskWire
import Testing

struct LineReaderTests {
    @Test func `one line, one command`() throws {
        guard case .line(let line) = try #require(inputs("@7 !k-1 claim #42 lease=2h\r\n").first) else {
            Issue.record("not a line")
            return
        }
        #expect(line.tag == "7")
        #expect(line.key == "k-1")
        #expect(line.verb.name == "claim")
        #expect(try line.request.get() == .change(.claim(.short(42), lease: .hours(2), anyway: nil)))
    }

    @Test(arguments: ["", " ", "\t ", "\r", "  \r"])
    func `a blank line says nothing`(line: String) {
        #expect(said(line) == .nothing)
    }

    @Test func `an unfinished line or block is never said`() {
        #expect(inputs("claim 42").isEmpty)
        #expect(inputs("note 42 <<\nfirst\n").isEmpty)
        #expect(inputs("note 42 <<\nfirst\n.").isEmpty)
    }

    @Test func `mixed line ends all end lines`() {
        #expect(inputs("me\r\nwho\nmine\r\n").count == 3)
    }

    /// PROTOCOL.md, "Lines".
    @Test(arguments: [
        ("claim\u{1B}[2J 42", Malformed.badCharacter), ("claim 4\u{7F}2", .badCharacter), ("a\u{85}b", .badCharacter),
        ("claim\r42", .badCharacter), ("claim 42\r\r", .badCharacter), ("\u{0}", .badCharacter),
        ("@\u{20AC} me", .badTag), ("@ me", .badTag), ("@a/b me", .badTag),
        ("@" + String(repeating: "x", count: 33), .badTag),
        ("!k/1 me", .badKey), ("! me", .badKey), ("!" + String(repeating: "x", count: 65) + " me", .badKey),
        ("clam 42", .unknownVerb("clam")), ("!k @7 me", .unknownVerb("@7")),
        ("<<\nclose 42\n.", .usage(nil, "a verb is missing")),
        ("@7", .usage(nil, "a verb is missing")), ("@7 !k", .usage(nil, "a verb is missing")),
    ])
    func `a line that is none is refused whole`(line: String, why: Malformed) {
        #expect(said(line) == .wrong(why))
    }

    /// Not UTF-8 by RFC 3629: stray and missing continuations, overlong forms, surrogates, beyond U+10FFFF.
    @Test(
        arguments: [
            [0x80], [0xC3], [0xC3, 0x28], [0xC0, 0xAF], [0xC1, 0xBF], [0xE0, 0x80, 0xAF], [0xE2, 0x82],
            [0xED, 0xA0, 0x80],
            [0xF0, 0x80, 0x80, 0xAF], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xF0, 0x9F, 0x98],
            [0x1B, 0xFF],
        ] as [[UInt8]])
    func `what is not UTF-8 is refused, with its tag`(bytes: [UInt8]) {
        let line = Array("@t note 42 ".utf8) + bytes + Array("\n".utf8)
        #expect(inputs(line) == [.malformed(.badUTF8, tag: "t")])
    }

    @Test(arguments: ["ä", "€", "😀", "\u{D7FF}", "\u{E000}", "\u{10FFFF}", "\u{A0}", "\u{2028}", "a\tb"])
    func `what UTF-8 has is taken as it is`(text: String) {
        #expect(said("note 42 \(text)") == .request(.change(.note(.short(42), text: text))))
    }

    @Test func `a line of 4000 bytes is read, one more is refused by its tag`() {
        let head = "@t note 42 "
        for end in ["\n", "\r\n"] {
            let most = head + String(repeating: "x", count: Limits.line - head.utf8.count)
            guard case .line = inputs(most + end).first else {
                Issue.record("a line of 4000 bytes was refused")
                continue
            }
            #expect(inputs(most + "x" + end + "@u me\n").first == .malformed(.lineTooLong, tag: "t"))
            #expect(inputs(most + "x" + end + "@u me\n").count == 2)
        }
    }

    @Test(arguments: [("@t/ ", nil), ("", nil), ("  @t ", "t"), ("@t", nil)] as [(String, String?)])
    func `the tag of a line that is too long is told if it can be read`(head: String, tag: String?) {
        let line = head + String(repeating: "x", count: 100_000) + "\n"
        #expect(inputs(line) == [.malformed(.lineTooLong, tag: tag)])
    }

    @Test func `what follows a line that is too long and opens a block is text`() {
        for mark in [" <<", "\t<<", " << ", " <<\r"] {
            let head = "@t note 42 " + String(repeating: "x", count: 5000) + mark
            #expect(inputs(head + "\nclose 42\n.\nme\n").count == 2)
            #expect(inputs(head + "\nclose 42\n.\n") == [.malformed(.lineTooLong, tag: "t")])
        }
        let noBlock = "@t note 42 " + String(repeating: "x", count: 5000) + " <<x"
        #expect(inputs(noBlock + "\nme\n").count == 2)
    }

    @Test(arguments: ["GET / HTTP/1.1", "POST /desk?x=1 HTTP/1.0", "\r\nOPTIONS * HTTP/1.1"])
    func `a browser that has lost its way is hung up on`(line: String) {
        #expect(inputs(line + "\r\nclose 42\r\n") == [.hangUp(.http)])
    }

    @Test func `only the first line is suspected of HTTP`() {
        #expect(inputs("me\nGET / HTTP/1.1\n").count == 2)
        #expect(said("say inbox GET / HTTP/1.1") == .request(.change(.say(.queue(.inbox), text: "GET / HTTP/1.1"))))
    }

    @Test func `reading stops after as many inputs as were asked for, and goes on later`() {
        let bytes = Array("me\n\nwho\nmine\nqueues\nca".utf8)
        var reader = LineReader()
        var names: [String] = []
        let hear: (Input) -> Void = { if case .line(let line) = $0 { names.append(line.verb.name) } }
        let first = reader.take(bytes, most: 2, each: hear)
        #expect(names == ["me", "who"])
        #expect(first == 8)
        #expect(reader.take(bytes, from: first, most: 2, each: hear) == 20)
        #expect(reader.take(bytes, from: 20, most: 2, each: hear) == bytes.count)
        #expect(names.count == 4)
        #expect(reader.take(Array("ps\n".utf8), each: hear) == 3)
        #expect(names == ["me", "who", "mine", "queues", "caps"])
    }

    @Test func `a reader is small`() {
        #expect(MemoryLayout<LineReader>.size <= 160)
    }
}
