import DeskMail
import Testing

/// Fields, encodings and charsets that are not as the standards have them, and what they were meant to be.
struct MisspeltMailTests {
    private static let head = "From: a@b.example\nSubject: x\n"

    private func read(_ fields: String, _ body: String, head: String = head) throws -> ReadMail {
        try WorkerProcess("read").read("\(head)\(fields)\n\n\(body)")
    }

    @Test(arguments: ["base-64", "base64;", "\"base64\"", "Base64 (standard)", "x-base64", "b64"])
    func `base64 by any other name is read`(name: String) throws {
        let mail = try read("Content-Transfer-Encoding: \(name)", "RGVyIFrDpGhsZXIgc3RlaHQgYXVmIDQ3MTEu")
        #expect(mail.text == "Der Zähler steht auf 4711." && (mail.problems == [.contentType] || name == "\"base64\""))
    }

    @Test(arguments: ["Quoted-Printable;", "quotedprintable", "quoted/printable", "qp", "quoted_printable"])
    func `quoted-printable by any other name is read`(name: String) throws {
        let mail = try read("Content-Transfer-Encoding: \(name)", "Der Z=C3=A4hler steht auf=\n 4711.")
        #expect(mail.text == "Der Zähler steht auf 4711." && mail.problems == [.contentType])
    }

    @Test func `a text that is no base64 is shown as it is`() throws {
        let mail = try read("Content-Transfer-Encoding: base64", "Der Zaehler steht auf 4711, bitte melden!")
        #expect(mail.text == "Der Zaehler steht auf 4711, bitte melden!" && mail.problems == [.contentType])
    }

    /// iconv keeps the last character of these charsets back until it is told that there is no more.
    @Test(arguments: [("windows-1255", "+ezl7Q==", "שלום"), ("windows-1258", "Y2FtIG9u", "cam on")])
    func `the last character is not lost`(charset: String, content: String, text: String) throws {
        let fields = "Content-Type: text/plain; charset=\(charset)\nContent-Transfer-Encoding: base64"
        #expect(try read(fields, content).text == text)
    }

    @Test(arguments: ["application/text", "application/plain", "type/text"])
    func `a type that names no format is text`(type: String) throws {
        let mail = try read("Content-Type: \(type)", "Der Zähler steht auf 4711.")
        #expect(mail.text == "Der Zähler steht auf 4711." && mail.problems == [.contentType])
    }

    @Test func `a multipart without its boundary has the one of its content`() throws {
        let part = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable"
        for type in ["multipart/alternative", "multipart/mixed; boundary=other"] {
            let mail = try read("Content-Type: \(type)", "--b\n\(part)\n\nSch=C3=B6ne Gr=C3=BC=C3=9Fe\n--b--")
            #expect(mail.text == "Schöne Grüße" && mail.problems == [.contentType])
        }
    }

    @Test func `lines of the text that look like fields are no header`() throws {
        let mail = try WorkerProcess("read").read(
            "\(Self.head)Fehler: die Anzeige bleibt dunkel.\nModell: VR 300\n\nDritte.")
        #expect(mail.text == "Fehler: die Anzeige bleibt dunkel.\nModell: VR 300\n\nDritte.")
        #expect(mail.problems == [.header])
        let field = try WorkerProcess("read").read("Abteilung: Technik und Lager\n\(Self.head)\nText")
        #expect(field.text == "Text" && field.problems.isEmpty && field.subject == "x")
    }

    @Test func `the mark of UTF-8 before the header is none of it`() throws {
        let mail = try read("To: c@d.example", "Text", head: "\u{FEFF}" + Self.head)
        #expect(mail.from.map(\.address) == ["a@b.example"] && mail.text == "Text" && mail.problems == [.header])
    }

    @Test(arguments: [
        "\"Anna Weber <anna@k.example>\"", "Anna @ Weber GmbH <anna@k.example>", "<mailto:anna@k.example>",
        "Weber, Anna <anna@k.example>", "Anna <<anna@k.example>>", "Weber: Anna <anna@k.example>",
        "alt@k.example <anna@k.example>", "Anna <anna@k.example", "Anna < anna@k.example >", "anna@k.example;",
    ])
    func `an author whose field breaks the grammar is the one meant`(from: String) throws {
        #expect(try read("", "ja", head: "From: \(from)\nSubject: x").from.first?.address == "anna@k.example")
    }

    @Test(arguments: [
        "=?utf-8?Q?=3Ca=40b.c=3E_=3Cd=40e.f=3E?=", "=?us-ascii?B?PGFAYi5jPiA8ZEBlLmY+?=",
        "&lt;a@b.c&gt; &lt;d@e.f&gt;", "<mailto:a@b.c> <d@e.f>", "[a@b.c] [d@e.f]", "{a@b.c},{d@e.f}",
        "'<a@b.c>' '<d@e.f>'", "<a@b.c>|<d@e.f>", "a@b.c;d@e.f",
    ])
    func `Message-IDs in any brackets are found`(ids: String) throws {
        let mail = try read("References: \(ids)\nIn-Reply-To: \(ids)", "ja")
        #expect(mail.references == ["a@b.c", "d@e.f"] && mail.inReplyTo == ["a@b.c", "d@e.f"])
    }

    @Test(arguments: [
        "This is a multi-part message in MIME format.", "View this email online: http://x.example/1",
        "Wenn diese Nachricht nicht richtig angezeigt wird, klicken Sie bitte hier.", "No text version available.",
    ])
    func `a plain text that says something else than the HTML is a stub`(plain: String) throws {
        let html = "<p>Mein Rekorder frisst Bänder. Er ist drei Jahre alt und steht im Wohnzimmer.</p>"
        let mail = try read(
            "Content-Type: multipart/alternative; boundary=b",
            "--b\n\n\(plain)\n--b\nContent-Type: text/html; charset=utf-8\n\n\(html)\n--b--")
        #expect(mail.text.hasPrefix("Mein Rekorder frisst"))
    }

    @Test func `a text that is encrypted within is reported`() throws {
        let armour = "-----BEGIN PGP MESSAGE-----\n\nhQEMA\n=abcd\n-----END PGP MESSAGE-----"
        let mail = try read("", armour, head: Self.head.split(separator: "\n").joined(separator: "\n"))
        #expect(mail.text == armour && mail.problems == [.encrypted])
    }
}
