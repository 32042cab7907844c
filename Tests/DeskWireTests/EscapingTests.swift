import DeskModel
import DeskWire
import Testing

struct EscapingTests {
    /// Values as they come from people, and as they stand on a line.
    @Test(arguments: [
        ("inbox", "inbox"), ("", "\"\""), (":", "\":\""), ("::", "::"), ("a:", "a:"), ("a b", "\"a b\""),
        (" ", "\" \""),
        ("a\tb", "\"a\tb\""), ("a=b", "\"a=b\""), ("\"", #""\"""#), ("\\", #""\\""#), ("a\nb", #""a\nb""#),
        ("a\u{A0}b", "\"a\u{A0}b\""), ("ä€😀", "ä€😀"), ("\u{1B}[2J", "\u{241B}[2J"), ("\u{0}", "\u{2400}"),
        ("a\rb", "a\u{240D}b"), ("\u{7F}", "\u{FFFD}"), ("\u{80}\u{9B}", "\u{FFFD}\u{FFFD}"),
        ("\u{2028}\u{2029}", "\u{FFFD}\u{FFFD}"),
        ("\u{202A}\u{202E}\u{2066}\u{2069}", "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"),
        ("\u{200F}\u{202F}\u{2065}", "\u{200F}\u{202F}\u{2065}"),
        ("x\u{0}\" ", "\"x\u{2400}\\\" \""),
    ])
    func `a value is quoted if it must be, and never obeyed by a terminal`(text: String, value: String) {
        #expect(Final.answered(.pong(token: text), at: nil).text == "OK pong \(value)")
    }

    /// In a value, a text line and a hint: every character of the blocks that hold what is dangerous, and many others.
    @Test func `no character breaks a line`() {
        let all = (Array(0...0x3100) + stride(from: 0x3101, through: 0x10FFFF, by: 61)).compactMap(Unicode.Scalar.init)
        for start in stride(from: 0, to: all.count, by: 64) {
            var text = String.UnicodeScalarView()
            text.append(contentsOf: all[start..<min(start + 64, all.count)])
            var out: [UInt8] = []
            Reply(tag: "7").end(.answered(.pong(token: String(text)), at: nil), to: &out)
            Reply(tag: "7").text(String(text), to: &out)
            Notice.hint("x", text: String(text)).append(to: &out)
            #expect(Grammar.areOutput(out), "from U+\(String(all[start].value, radix: 16))")
        }
    }

    @Test func `a subject is cut after 200 characters`() {
        let subject = { (count: Int) in String(repeating: "ä", count: count) }
        let line = { (text: String) in
            var out: [UInt8] = []
            let mail = Samples.mail(EntryID(TicketID(1), 1), subject: text)
            Samples.event(1, .ticket(TicketID(1)), .followUp(mail)).appendLine(to: &out)
            return String(decoding: out, as: UTF8.self)
        }
        #expect(line(subject(200)).hasSuffix(" subject=\(subject(200))\n"))
        #expect(line(subject(201)).hasSuffix(" subject=\(subject(200))…\n"))
    }

    @Test(arguments: [
        ("", ""), ("one", "|one\n"), ("one\n", "|one\n"), ("one\n\n", "|one\n|\n"), ("\n", "|\n"),
        ("one\ntwo", "|one\n|two\n"),
        ("|x\n.\n\\", "||x\n|.\n|\\\n"), ("\u{1B}\r\n", "|\u{241B}\u{240D}\n"), ("OK bye", "|OK bye\n"),
    ])
    func `a text is one line for each of its lines`(text: String, lines: String) {
        var out: [UInt8] = []
        let count = Reply().text(text, to: &out)
        #expect(String(decoding: out, as: UTF8.self) == lines)
        #expect(count == lines.utf8.count { $0 == UInt8(ascii: "\n") })
    }

    @Test(arguments: ["x", "ä", "€", "😀", "\u{1}"], [1, 3998, 3999, 4000, 4001, 12_345])
    func `a line that is too long goes on in the next, and comes back as it was`(character: String, count: Int) throws {
        let text = String(repeating: character, count: count) + "\nend"
        for tag in [nil, String(repeating: "t", count: Limits.tag)] {
            var out: [UInt8] = []
            Reply(tag: tag).text(text, to: &out)
            #expect(Grammar.areOutput(out))
            if tag == nil && character != "\u{1}" {
                #expect(
                    said("note 42 <<\n\(String(decoding: out, as: UTF8.self)).")
                        == .request(.change(.note(.short(42), text: text))))
            }
        }
    }

    @Test(arguments: [
        ("", ""), ("f", "|Zg==\n"), ("fo", "|Zm8=\n"), ("foo", "|Zm9v\n"), ("foobar", "|Zm9vYmFy\n"),
        (String(repeating: "?", count: 58), "|\(String(repeating: "Pz8/", count: 19))\n|Pw==\n"),
    ])
    func `a mail is lines of base64`(text: String, lines: String) {
        var out: [UInt8] = []
        let count = Reply().base64(Array(text.utf8), to: &out)
        #expect(String(decoding: out, as: UTF8.self) == lines)
        #expect(count == lines.utf8.count { $0 == UInt8(ascii: "\n") })
    }
}
