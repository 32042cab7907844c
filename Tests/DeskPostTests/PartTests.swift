import DeskMail
import Testing

/// Which part is the text, which are files, and what is inside them.
struct PartTests {
    private static let head = "From: a@b.example\nSubject: x\n"
    private let worker: WorkerProcess

    init() throws {
        worker = try WorkerProcess("read")
    }

    private func alternative(_ plain: String, _ html: String) throws -> String {
        try worker.read(
            """
            \(Self.head)Content-Type: multipart/alternative; boundary=b

            --b
            Content-Type: text/plain; charset=utf-8

            \(plain)
            --b
            Content-Type: text/html; charset=utf-8

            \(html)
            --b--
            """
        ).text
    }

    @Test(arguments: [
        "This message is in HTML. Please use another program to read it.", "Your mail client does not support HTML.",
        "Ihr E-Mail-Programm kann leider keine HTML-E-Mails anzeigen.", "", " \n\t", "https://example.org/view?id=4711",
        "Um diese Nachricht zu lesen, brauchen Sie einen Webbrowser: http://example.org/x", "--", "[cid:image001.png]",
        "Votre messagerie ne peut afficher ce message.",
    ])
    func `a plain text that is only a stub does not hide the message`(plain: String) throws {
        #expect(try alternative(plain, "<p>Mein Rekorder frisst Bänder.</p>") == "Mein Rekorder frisst Bänder.")
    }

    @Test(arguments: [
        ("Ja.", "<p>Ja.</p>"), ("Ihre HTML-Seite geht nicht.", "<p>Ihre HTML-Seite geht nicht.</p>"),
        ("Hallo *Welt*", "<p>Hallo <b>Welt</b></p>"),
        ("Siehe https://example.org", "<a href='https://example.org'>Siehe</a>"),
    ])
    func `a plain text that says what the HTML says is shown`(plain: String, html: String) throws {
        #expect(try alternative(plain, html) == plain)
    }

    @Test func `the beginning of a text does not stand for all of it`() throws {
        let rest = (1...60).map { "Wort\($0)" }.joined(separator: " ")
        #expect(try alternative("Guten Tag", "<p>Guten Tag \(rest)</p>").hasSuffix("Wort60"))
    }

    @Test(arguments: [
        ("Siehe<img>hier", "Siehe hier"), ("Siehe<img src=x alt=''>hier", "Siehe hier"),
        ("a<img alt=Bild>b", "a [Bild] b"),
        ("a<svg><text>x</text></svg>b", "a b"), ("a<video></video>b", "a b"), ("a<iframe src=x></iframe>b", "a b"),
        ("a<input>b", "a b"), ("a<object>x</object>b", "a b"), ("a<b>b</b>c", "abc"), ("a<wbr>b", "ab"),
        ("a<span></span>b", "ab"),
        ("a<script>x</script>b", "ab"), ("<img>Text", "Text"),
    ])
    func `words beside an image stay apart`(html: String, text: String) throws {
        #expect(try worker.read("\(Self.head)Content-Type: text/html\n\n<p>\(html)</p>").text == text)
    }

    private static let signed = """
        MIIBJgYJKoZIhvcNAQcCoIIBFzCCARMCAQExDTALBglghkgBZQMEAgEwbQYJKoZIhvcNAQcBoGAE
        XkNvbnRlbnQtVHlwZTogdGV4dC9wbGFpbjsgY2hhcnNldD11dGYtOA0KQ29udGVudC1UcmFuc2Zl
        ci1FbmNvZGluZzogOGJpdA0KDQpCaXR0ZSBrw7xuZGlnZW4uDQoxgY8wgYwCAQEwJDAMMQowCAYD
        VQQDDAFrAhRJFjoskQ6P/OOmoKIfneyBBOqASzALBglghkgBZQMEAgEwCgYIKoZIzj0EAwIESDBG
        AiEA/agjvMBOCO/cRs27oXLwI6iPPoSiGoC0WVaJOwXR7l8CIQCguk++ltOamLtVwAM8280xaV8F
        DyYmUWNzeiBLDFjsgA==
        """
    /// The same with indefinite lengths, as programs write it that sign while they send.
    private static let streamed = """
        MIAGCSqGSIb3DQEHAqCAMIACAQExDTALBglghkgBZQMEAgEwgAYJKoZIhvcNAQcBoIAkgAReQ29u
        dGVudC1UeXBlOiB0ZXh0L3BsYWluOyBjaGFyc2V0PXV0Zi04DQpDb250ZW50LVRyYW5zZmVyLUVu
        Y29kaW5nOiA4Yml0DQoNCkJpdHRlIGvDvG5kaWdlbi4NCgAAAAAAADGBjTCBigIBATAkMAwxCjAI
        BgNVBAMMAWsCFEkWOiyRDo/846agoh+d7IEE6oBLMAsGCWCGSAFlAwQCATAKBggqhkjOPQQDAgRG
        MEQCIAMK4+PLeKR/WuRQ6XGO0ZYlmAoS9yc5XlTe4rcPUxZnAiB3IWfFlPRgQqTt/54oCe5Iyn2W
        EF+5GRnkq4Kqg0ARhwAAAAAAAA==
        """

    @Test(arguments: [
        ("application/pkcs7-mime; smime-type=signed-data; name=smime.p7m", signed),
        ("application/x-pkcs7-mime", signed),
        ("application/pkcs7-mime; smime-type=signed-data", streamed),
        ("application/octet-stream; name=smime.p7m", streamed),
    ])
    func `a signed message is read without a key`(type: String, content: String) throws {
        let raw = "\(Self.head)Content-Type: \(type)\nContent-Transfer-Encoding: base64\n\n\(content)\n"
        let mail = try worker.read(raw)
        #expect(mail.text == "Bitte kündigen." && mail.problems == [] && mail.files.count == 1)
        // Cut anywhere it is a file that says so, or what is left of it.
        for count in stride(from: 0, to: content.utf8.count, by: 7) {
            let cut = String(decoding: content.utf8.prefix(count), as: UTF8.self)
            let part = try worker.read(
                "\(Self.head)Content-Type: \(type)\nContent-Transfer-Encoding: base64\n\n\(cut)\n")
            #expect(part.files.count == 1 && (part.text.isEmpty == (part.problems == [.wrapping])), "\(count)")
        }
    }

    @Test(arguments: [
        // Enveloped data, and authenticated.
        ("MAsGCSqGSIb3DQEHAw==", Problem.encrypted), ("MA0GCyqGSIb3DQEJEAEX", .encrypted),
        // Certificates alone.
        ("MCMGCSqGSIb3DQEHAqAWMBQCAQExADALBgkqhkiG9w0BBwExAA==", .wrapping), ("AAAA", .wrapping), ("", .wrapping),
        ("MIAGCSqGSIb3DQEHAqCAMIACAQExgDGAMYAxgDGAMYAxgDGAMYAxgDGAMYAxgDGAMYAxgDGAMYAx", .wrapping),
    ])
    func `what cannot be opened is a file that says so`(content: String, problem: Problem) throws {
        let mail = try worker.read(
            "\(Self.head)Content-Type: application/pkcs7-mime; name=smime.p7m\n"
                + "Content-Transfer-Encoding: base64\n\n\(content)\n"
        )
        #expect(mail.files.map(\.name) == ["smime.p7m"] && mail.problems == [problem] && mail.text.isEmpty)
    }

    @Test(arguments: [
        ("Content-Type: message/rfc822; name=\"Fehler.eml\"", "Subject: innen", "Fehler.eml"),
        (
            "Content-Type: message/rfc822\nContent-Disposition: attachment;\n"
                + " filename=\"=?utf-8?B?w5w=?= =?utf-8?B?LmVtbA==?=\"",
            "From: a@b", "Ü.eml"
        ),
        ("Content-Type: message/rfc822", "Subject: =?utf-8?B?w5w=?= =?utf-8?B?LmVtbA==?=", "Ü.eml"),
        ("Content-Type: message/rfc822", "From: a@b", ""),
    ])
    func `an attached message has the name that it was given`(fields: String, inner: String, name: String) throws {
        let mail = try worker.read(
            "\(Self.head)Content-Type: multipart/mixed; boundary=b\n\n"
                + "--b\n\nsiehe Anlage\n--b\n\(fields)\n\n\(inner)\n\nAlt\n--b--\n"
        )
        #expect(mail.files.map(\.name) == [name] && mail.text == "siehe Anlage" && mail.problems == [])
    }

    @Test func `an attached message that was encoded for the way is read`() throws {
        let mail = try worker.read(
            "\(Self.head)Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
                + "U3ViamVjdDogaW5uZW4KTWVzc2FnZS1JRDogPGlAaj4KCkRpZSBBbnplaWdlIGJsZWlidCBkdW5rZWwuCg==\n"
        )
        #expect(mail.text == "Die Anzeige bleibt dunkel." && mail.files.map(\.name) == ["innen"])
        #expect(mail.embeddedMessageIDs == ["i@j"])
    }

    @Test func `a forward of a forward shows what was forwarded first`() throws {
        let inner = "Content-Type: message/rfc822\nSubject: WG: x\n\n"
        let raw = Self.head + inner + inner + "Subject: y\n\nDie Anzeige bleibt dunkel."
        #expect(try worker.read(raw).segments == [Segment(kind: .quoted, text: "Die Anzeige bleibt dunkel.")])
    }

    @Test(arguments: [
        ("Content-Type: text/plain; name=a.txt\nContent-Disposition: inline; filename=a.txt", "SN 4711\n\nsiehe Liste"),
        ("Content-Type: text/plain; name=a.txt", "siehe Liste"),
        ("Content-Type: text/plain\nContent-Disposition: attachment; filename=a.txt", "siehe Liste"),
    ])
    func `a named text is a file and hides no other`(fields: String, text: String) throws {
        let mail = try worker.read(
            "\(Self.head)Content-Type: multipart/mixed; boundary=b\n\n"
                + "--b\n\(fields)\n\nSN 4711\n--b\n\nsiehe Liste\n--b--\n"
        )
        #expect(mail.files.map(\.name) == ["a.txt"] && mail.text == text)
        let alone = try worker.read("\(Self.head)Content-Type: text/plain; name=a.txt\n\nSN 4711")
        #expect(alone.text == "SN 4711" && alone.files.map(\.name) == ["a.txt"])
    }
}
