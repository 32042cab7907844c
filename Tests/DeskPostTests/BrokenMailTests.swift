import DeskMail
import Testing

/// Messages that break the rules and are understood all the same.
struct BrokenMailTests {
    private static let head = "From: a@b.example\nTo: desk@desk.example\nSubject: x\n"
    private let worker: WorkerProcess

    init() throws {
        worker = try WorkerProcess("read")
    }

    private func latin1(_ text: String) -> [UInt8] {
        text.unicodeScalars.map { UInt8($0.value) }
    }

    @Test(arguments: [
        ("\(head) \nErste Zeile.\n\nZweite.", "Erste Zeile.\n\nZweite."),
        ("\(head)\t \t\nErste Zeile.\n\nZweite.", "Erste Zeile.\n\nZweite."),
        ("\(head) \n \n  Erste Zeile.\n\nZweite.", "  Erste Zeile.\n\nZweite."),
        ("\(head)Erste Zeile.\n\nZweite.", "Erste Zeile.\n\nZweite."),
        ("\(head)Gerät: läuft nicht\n\nZweite.", "Gerät: läuft nicht\n\nZweite."),
        ("\(head)10:00 Uhr\n\nZweite.", "10:00 Uhr\n\nZweite."),
        ("\(head)http://example.org/\n\nZweite.", "http://example.org/\n\nZweite."),
        ("\(head) \nFrom: Anna\nTo: Berta\n\nZweite.", "From: Anna\nTo: Berta\n\nZweite."),
        ("\n\n\(head)\nText", "Text"),
    ])
    func `no paragraph is lost where a header does not end as it should`(raw: String, text: String) throws {
        let mail = try worker.read(raw)
        #expect(mail.text == text && mail.subject == "x" && mail.from.map(\.address) == ["a@b.example"])
        #expect(mail.problems == [.header])
        // The same bytes with CRLF, as they come over LMTP.
        let crlf = raw.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")
        #expect(try worker.read(crlf).text == text)
    }

    @Test(arguments: [
        ("Subject: lang\n und länger\n \nFrom: a@b.example\n\nText", "lang und länger"),
        ("Subject: lang\nund länger\nFrom: a@b.example\n\nText", "lang und länger"),
        ("Subject: a\u{0}b\nFrom: a@b.example\n\nText", "a b"),
        ("Unsinn am Anfang\nSubject: y\nFrom: a@b.example\n\nText", "y"),
        ("Subject: y\nReceived: from x\nby y with z\nid 4\nFrom: a@b.example\n\nText", "y"),
        ("From someone Mon Nov 30\nSubject: y\nFrom: a@b.example\n\nText", "y"),
        ("Subject: y\nTo: a@b,\nc@d\nFrom: a@b.example\n\nText", "y"),
    ])
    func `a header goes on behind what is no field`(raw: String, subject: String) throws {
        let mail = try worker.read(raw)
        #expect(mail.subject == subject && mail.from.map(\.address) == ["a@b.example"] && mail.text == "Text")
    }

    @Test(arguments: [
        (
            "--b\nContent-Type: text/plain\nContent-Transfer-Encoding: 7bit\n== STATUS ==\nAkku leer\n\nEnde",
            "== STATUS ==\nAkku leer\n\nEnde"
        ),
        ("--b\nErste Zeile\n\nEnde", "Erste Zeile\n\nEnde"),
        ("--b\nHinweis: bitte lesen\n\nEnde", "Hinweis: bitte lesen\n\nEnde"),
        ("--b\nContent-Type: text/plain\n \nErste\n\nEnde", "Erste\n\nEnde"),
        ("--b\n  eingerückt\n\nEnde", "eingerückt\n\nEnde"),
        (
            "--b\nContent-Type: multipart/alternative;\nboundary=c\n\n--c\nContent-Type: text/plain\nErste\n\n"
                + "Ende\n--c--",
            "Erste\n\nEnde"
        ),
    ])
    func `a part without an empty line keeps its first paragraph`(part: String, text: String) throws {
        let mail = try worker.read(
            "\(Self.head)Content-Type: multipart/mixed; boundary=\"b\"\n\n\(part)\n--b--\nFuß ohne Kopf\n")
        #expect(mail.text.drop { $0 == " " } == text)
        #expect(mail.problems == [.header])
        let inner = try worker.read(
            "\(Self.head)Content-Type: message/rfc822\n\nFrom: c@d.example\nSubject: y\nErste\n\nEnde")
        #expect(inner.text == "Erste\n\nEnde" && inner.files.map(\.name) == ["y"] && inner.problems == [.header])
    }

    @Test func `parts that are in order are left alone`() throws {
        let mail = try worker.read(
            """
            \(Self.head)Content-Type: multipart/mixed; boundary=b

            Vorspann ohne Kopf
            --b
            Content-Type: text/plain; charset=utf-8
            Content-Language: de

            Text
            --b--

            Nachspann ohne Kopf
            --x
            Kein Kopf
            """)
        #expect(mail.text == "Text" && mail.problems == [])
    }

    @Test(arguments: [
        ("text", "Text", false), ("", "Text", false), ("TEXT", "Text", false), ("text/", "Text", false),
        ("plain", "Text", false), ("text/plain charset=utf-8", "Text", true),
        ("text / plain; charset=utf-8", "Text", true),
        ("\"text/plain\"", "Text", true), ("text/plain (Unicode); charset=\"utf-8\"", "Text", true),
        ("text/plain, charset=utf-8", "Text", true), ("text/plain;;charset=utf-8;", "Text", true),
        ("=?x?=", "Text", false), ("text/html/x", "<b>Text</b>", false), ("html", "<b>Text</b>", false),
        ("TEXT/HTML", "<b>Text</b>", true), ("text/markdown", "Text", true), ("text/enriched", "Text", true),
    ])
    func `text is text whatever its content type`(type: String, body: String, isSound: Bool) throws {
        let mail = try worker.read("\(Self.head)Content-Type: \(type)\n\n\(body)")
        #expect(mail.text == "Text", "\(type)")
        #expect(mail.problems == (isSound ? [] : [.contentType]), "\(type)")
    }

    @Test(arguments: [
        ("utf-8", "Sch\u{F6}ne Gr\u{FC}\u{DF}e", "Schöne Grüße"), ("UTF_8", "f\u{FC}r 5 \u{80}", "für 5 €"),
        ("us-ascii", "M\u{FC}nchen", "München"), ("ansi_x3.4-1968", "M\u{FC}nchen", "München"),
        ("iso-8859-1", "M\u{C3}\u{BC}nchen", "München"), ("windows-1252", "\u{93}M\u{C3}", "“MÃ"),
        ("koi8_r", "\u{F3}\u{D0}\u{C1}", "Спа"), ("KOI8-RU", "\u{F3}\u{D0}", "Сп"), ("cskoi8r", "\u{F3}", "С"),
        ("win-1251", "\u{D1}\u{EF}\u{E0}", "Спа"), ("x-cp1251", "\u{D1}\u{EF}", "Сп"), ("windows1251", "\u{D1}", "С"),
        ("CP-1251", "\u{D1}", "С"), ("windows_1250", "\u{9A}", "š"), ("x-cp1250", "\u{9A}", "š"),
        ("win1257", "\u{E0}", "ą"),
        ("iso8859-15", "\u{A4}", "€"), ("ISO_8859-15", "\u{A4}", "€"), ("latin9", "\u{A4}", "€"),
        ("latin-9", "\u{A4}", "€"),
        ("iso88592", "\u{B9}", "š"), ("8859_2", "\u{B9}", "š"), ("l2", "\u{B9}", "š"), ("iso-8859-8-i", "\u{E0}", "א"),
        ("gb2312", "\u{81}\u{40}", "丂"), ("x-gbk", "\u{C4}\u{E3}", "你"), ("cp936", "\u{C4}\u{E3}", "你"),
        ("ks_c_5601-1987", "\u{B0}\u{A1}", "가"), ("korean", "\u{B0}\u{A1}", "가"), ("cp949", "\u{B0}\u{A1}", "가"),
        ("shift-jis", "\u{82}\u{A0}\u{87}\u{40}", "あ①"), ("Shift_JIS", "\u{82}\u{A0}", "あ"),
        ("ms_kanji", "\u{82}\u{A0}", "あ"),
        ("x-euc-jp", "\u{A4}\u{A2}\u{AD}\u{A1}", "あ①"), ("big-5", "\u{A4}\u{A4}", "中"), ("x-mac-roman", "\u{9F}", "ü"),
        ("unicode-1-1-utf-8", "\u{C3}\u{BC}", "ü"), ("ibm850", "\u{81}", "ü"), ("cp437", "\u{81}", "ü"),
        ("iso-2022-jp", "\u{1B}$B$3$s\u{1B}(B!", "こん!"), ("iso-2022-jp", "\u{1B}$B-!\u{1B}(B", "①"),
        ("iso-2022-jp", "\u{1B}$B$3/!$s\u{1B}(B!", "こ\u{FFFD}ん!"),
        ("iso-2022-jp", "\u{1B}$B$3$\u{1B}(Bok\n\u{1B}$B$s\u{1B}(B", "こ\u{FFFD}ok\nん"),
        ("iso-2022-jp", "\u{C6}\u{FC}", "日"),
        ("iso-2022-kr", "\u{1B}$)C\n\u{0E}0!\u{0F}!", "가!"), ("hz-gb-2312", "~{VPND~}!", "中文!"),
    ])
    func `text is read under every name of its charset`(label: String, body: String, text: String) throws {
        let raw = latin1("\(Self.head)Content-Type: text/plain; charset=\(label)\n\n\(body)")
        #expect(try worker.read(raw).text.drop { $0 == "\n" } == text, "\(label)")
    }

    @Test func `text that is not in its charset is read line by line, and said`() throws {
        let footer = Array("Grüße\n".utf8) + latin1("Fu\u{DF}zeile der Liste")
        let mail = try worker.read(Array("\(Self.head)Content-Type: text/plain; charset=utf-8\n\n".utf8) + footer)
        #expect(mail.text == "Grüße\nFußzeile der Liste" && mail.problems == [.charset])
    }
}
