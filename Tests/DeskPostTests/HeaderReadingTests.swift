import DeskMail
import Testing

/// Header fields as mail programs really write them.
struct HeaderReadingTests {
    private func read(_ header: String, _ body: String = "ja") throws -> ReadMail {
        try WorkerProcess("read").read("\(header)\n\n\(body)")
    }

    @Test(arguments: [
        // GMime 3.2.13 ends a run of base64 words at the first padding.
        ("=?UTF-8?B?UsO8Y2s=?=\n =?UTF-8?B?ZnJhZ2U=?=\n =?UTF-8?B?IGhldXRl?=", "Rückfrage heute"),
        ("=?utf-8?b?w7xiZXI=?= =?utf-8?B?IMOkcg==?=", "über är"),
        ("=?UTF-8?B?w7xiZXI=?= =?iso-8859-1?Q?_f=FCnf?= =?UTF-8?B?IEV1cm8=?=", "über fünf Euro"),
        ("=?utf-8?B?w7w=?= =?utf-8?q?ber_?= =?UTF8?B?YWxsZXM=?=", "über alles"),
        // Split within a character, between base64, quoted-printable and both.
        ("=?UTF-8?B?w7xiZXLD?= =?UTF-8?B?vA==?=", "überü"), ("=?utf-8?Q?=C3?= =?utf-8?Q?=9Cbung?=", "Übung"),
        ("=?utf-8?Q?=E2=82?= =?utf-8?B?rA==?= =?utf-8?Q?_5?=", "€ 5"), ("=?gb2312?B?xA==?= =?gb2312?B?47rD?=", "你好"),
        // The base64 stream cut wherever the line was full.
        ("=?UTF-8?B?w7xiZXIgYW?=\n =?UTF-8?B?xsZXM=?=", "über alles"),
        // Wrong padding, none, too much, blanks, a raw question mark.
        ("=?UTF-8?B?w7xiZXI?=", "über"), ("=?UTF-8?B?w7xiZXI==?= =?UTF-8?B?IDU===?=", "über 5"),
        ("=?UTF-8?Q?Wie gehts Ihnen?=", "Wie gehts Ihnen"), ("=?UTF-8?B?w7xi ZXI=?=", "über"),
        ("=?utf-8*de?Q?=C3=BCber?=", "über"), ("a=?utf-8?Q?=C3=BC?=b", "aüb"), ("=?utf-8?Q??= x", "x"),
        ("=?UTF-8?Q?Ger=E4t_f=FCr?=", "Gerät für"), ("=?us-ascii?Q?Ger=E4t?=", "Gerät"),
        ("=?iso-2022-jp?B?GyRCJDMk?= =?iso-2022-jp?B?cxsoQg==?=", "こん"),
        ("=?hz-gb-2312?Q?~{VPND~}?=", "中文"), ("=?x-unknown?Q?=FCber?=", "über"), ("Übung", "Übung"),
    ])
    func `a subject is read whole`(subject: String, text: String) throws {
        #expect(try read("From: a@b.example\nSubject: \(subject)").subject == text)
    }

    @Test(arguments: [
        ("=?UTF-8?B?SsO2cmc=?= =?UTF-8?B?IE3DvGxsZXI=?= <j@k.example>", "Jörg Müller", "j@k.example"),
        ("\"=?UTF-8?Q?M=C3=BCller=2C_J=C3=B6rg?=\" <j@k.example>", "Müller, Jörg", "j@k.example"),
        ("=?UTF-8?Q?M=C3=BCller=2C_J=C3=B6rg?= <j@k.example>", "Müller, Jörg", "j@k.example"),
        ("=?UTF-8?Q?Anna_Weber_=3Canna@k.example=3E?=", "Anna Weber", "anna@k.example"),
        ("=?UTF-8?B?QW5uYSBXZWJlciA8YW5uYUBrLmV4YW1wbGU+?=", "Anna Weber", "anna@k.example"),
        ("=?UTF-8?Q?anna=40k.example?=", "", "anna@k.example"),
        ("=?UTF-8?Q?Anna_=3Cfremd@k.example=3E?= <anna@k.example>", "Anna <fremd@k.example>", "anna@k.example"),
        ("\"Jörg\" <j@k.example>", "Jörg", "j@k.example"),
    ])
    func `a name is read whole and the address is the one outside it`(from: String, name: String, address: String)
        throws
    {
        #expect(try read("From: \(from)\nSubject: x").from == [MailAddress(name: name, address: address)])
    }

    @Test func `bytes that declare nothing are in the charset of the text`() throws {
        let bytes =
            "From: \u{F0}\u{F2} <a@b.example>\nSubject: \u{EF}\u{DB}\u{C9}\u{C2}\n"
            + "Content-Type: text/plain; charset=koi8-r\n\n\u{F0}"
        let raw = bytes.unicodeScalars.map { UInt8($0.value) }
        let mail = try WorkerProcess("read").read(raw)
        #expect(mail.subject == "Ошиб" && mail.text == "П" && mail.from.first?.name == "ПР")
        #expect(mail.problems == [.headerText])
        let plain = try WorkerProcess("read").read("Subject: Ger\u{E4}t\n\nja".unicodeScalars.map { UInt8($0.value) })
        #expect(plain.subject == "Gerät" && plain.problems == [.headerText])
    }

    @Test(arguments: [
        "=?UTF-8?B?w5xiZXJzaWNodCA=?=\n =?UTF-8?B?ZGVyIEdlcsOkdGUucGRm?=",
        "\"=?UTF-8?B?w5xiZXJzaWNodCA=?=\n =?UTF-8?B?ZGVyIEdlcsOkdGUucGRm?=\"",
        "\"=?iso-8859-1?Q?=DCbersicht_der_?= =?UTF-8?Q?Ger=C3=A4te.pdf?=\"", "\"Übersicht der Geräte.pdf\"",
        "\"C:\\Temp\\Übersicht der Geräte.pdf\"", "Übersicht der Geräte.pdf",
    ])
    func `the name of a file is read whole`(name: String) throws {
        for field in [
            "Content-Disposition: attachment; filename=\(name)", "Content-Type: application/pdf; name=\(name)",
        ] {
            let mail = try read("From: a@b.example\n\(field)\nContent-Transfer-Encoding: base64", "JVBERg==")
            #expect(mail.files.map(\.name) == ["Übersicht der Geräte.pdf"] || mail.text == "JVBERg==", "\(field)")
        }
    }

    @Test(arguments: [
        "filename*=utf-8''%C3%9Cbersicht%20der%20Ger%C3%A4te.pdf",
        "filename*=iso-8859-1'de'%DCbersicht%20der%20Ger%E4te.pdf",
        "filename*0*=utf-8''%C3%9Cbersicht%20;\n filename*1*=der%20Ger%C3;\n filename*2*=%A4te;\n filename*3=\".pdf\"",
        "filename*1=\"Ger=C3=A4te.pdf?=\";\n filename*0=\"=?utf-8?Q?=C3=9Cbersicht_der_\"",
        "filename=\"Uebersicht.pdf\"; filename*=utf-8''%C3%9Cbersicht%20der%20Ger%C3%A4te.pdf",
    ])
    func `a name in pieces is put together`(parameter: String) throws {
        let mail = try read(
            "From: a@b.example\nContent-Type: application/pdf\nContent-Disposition: attachment; \(parameter)")
        #expect(mail.files.map(\.name) == ["Übersicht der Geräte.pdf"])
    }

    @Test(arguments: [
        ("References: <a@b>, <c@d>", ["a@b", "c@d"]), ("References: <a@b>\nReferences: <c@d>", ["a@b", "c@d"]),
        ("References: a@b c@d", ["a@b", "c@d"]), ("References: a@b,<c@d>;", ["a@b", "c@d"]),
        ("References: <a\n @b> <c@d>", ["a@b", "c@d"]), ("References: <a@b><c@d>", ["a@b", "c@d"]),
        ("References: Anna's message <a@b> of \"Mon, 30 Nov\" <c@d", ["a@b", "c@d"]),
        ("References: <a(comment)@b> (x@y) <c@d>", ["a@b", "c@d"]),
        ("References: <ohne-domain> <c@d@e>", ["ohne-domain", "c@d@e"]),
        ("References: <<a@b>>", ["a@b"]), ("References: ", []), ("References: < >", []),
    ])
    func `every Message-ID of a reference is found`(field: String, ids: [String]) throws {
        #expect(
            try read("From: x@y.example\n\(field)").references
                == (field.contains("(x@y)") ? ["a@b", "x@y", "c@d"] : ids))
        let other = field.split(separator: "References").map { "In-Reply-To" + $0 }.joined()
        #expect(try read("From: x@y.example\n\(other)").inReplyTo.suffix(1) == ids.suffix(1))
    }

    @Test(arguments: [
        ("<a@b>", "a@b"), ("a@b", "a@b"), ("<a @ b>", "a@b"), ("4711", "4711"), ("<4711>", "4711"), ("", ""),
        ("\"<a@b>\"", "a@b"), ("<a@b", "a@b"),
    ])
    func `an odd Message-ID is one all the same`(value: String, id: String) throws {
        #expect(try read("From: x@y.example\nMessage-ID: \(value)").messageID == id)
    }
}
