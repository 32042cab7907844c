import DeskMail
import DeskModel
import Testing

struct MailReaderTests {
    private static let head = "From: Anna Weber <weber@example.org>\nTo: hotline@desk.example\nSubject: x\n"

    @Test func `a plain mail is read whole`() throws {
        let mail = try WorkerProcess("read").read(
            """
            From: =?iso-8859-1?Q?J=F6rg_M=FCller?= <joerg@example.org>
            To: Hotline <hotline@desk.example>, b@desk.example
            Cc: c@example.org
            Reply-To: office@example.org
            Subject: =?utf-8?Q?=C3=9Cbung?= =?iso-8859-15?Q?_f=FCr_5_=A4?=
            Date: Tue, 24 Nov 2026 09:00:00 +0100
            Message-ID: <m1@example.org>
            In-Reply-To: <a@b>
            References: <c@d> <a@b>
            Content-Type: text/plain; charset=utf-8

            Guten Tag,
            es läuft nicht.

            -- 
            Jörg
            """)
        #expect(mail.from == [MailAddress(name: "Jörg Müller", address: "joerg@example.org")])
        #expect(mail.to.map(\.address) == ["hotline@desk.example", "b@desk.example"])
        #expect(mail.cc.map(\.address) == ["c@example.org"] && mail.replyTo.map(\.address) == ["office@example.org"])
        #expect(mail.subject == "Übung für 5 €")
        #expect(mail.messageID == "m1@example.org")
        #expect(mail.inReplyTo == ["a@b"] && mail.references == ["c@d", "a@b"])
        #expect(
            mail.segments == [
                Segment(kind: .new, text: "Guten Tag,\nes läuft nicht."), Segment(kind: .signature, text: "-- \nJörg"),
            ])
        #expect(mail.values(of: "CC") == ["c@example.org"])
        #expect(mail.problems == [] && mail.files == [] && mail.report == nil)
    }

    @Test(arguments: [
        "=?UTF-8?Q?Anna_Weber_=3Canna.weber@kunde.example=3E?=",
        "=?UTF-8?B?QW5uYSBXZWJlciA8YW5uYS53ZWJlckBrdW5kZS5leGFtcGxlPg==?=",
        "=?iso-8859-1?Q?Anna_Weber?= =?iso-8859-1?Q?_=3Canna.weber@kunde.example=3E?=",
        "\"Anna Weber\" <=?UTF-8?Q?anna.weber@kunde.example?=>",
    ])
    func `an author in one encoded word has an address`(field: String) throws {
        let mail = try WorkerProcess("read").read("From: \(field)\nSubject: x\n\nHallo\n")
        #expect(mail.from.map(\.address) == ["anna.weber@kunde.example"])
    }

    @Test func `references are found in several fields and with commas`() throws {
        let mail = try WorkerProcess("read").read(
            """
            From: a@b
            Message-ID: m1@x
            In-Reply-To: p1@x
            References: <r1@x>,<r2@x>
            References: <r3@x>

            Hallo
            """)
        #expect(mail.messageID == "m1@x" && mail.inReplyTo == ["p1@x"])
        #expect(mail.references == ["r1@x", "r2@x", "r3@x"])
    }

    @Test(arguments: [
        ("iso-8859-1", "=FCber =80", "über €"), ("us-ascii", "=FCber", "über"), ("utf-8", "=C3=BCber", "über"),
        ("iso-8859-1", "=C3=BCber", "über"), ("iso-2022-jp", "=1B$B$3$s=1B(B", "こん"),
        ("gb2312", "=C4=E3=BA=C3", "你好"), ("iso-gb2312", "=C4=E3", "你"), ("x-sjis", "=82=A0", "あ"),
        ("ks_c_5601-1987", "=BD=BA", "스"), ("koi8-r", "=F0=F2", "ПР"), ("unicode-1-1-utf-7", "+APw-ber", "über"),
        ("utf-7", "Hi +AOQ-", "Hi ä"), ("windows-1250", "=9Aed", "šed"), ("x-mac-roman", "=9F", "ü"),
    ])
    func `text of every charset is read, inside the box`(label: String, body: String, text: String) throws {
        let mail = try WorkerProcess("read").read(
            Self.head + "Content-Type: text/plain; charset=\(label)\nContent-Transfer-Encoding: quoted-printable\n\n"
                + body.split(separator: "=", omittingEmptySubsequences: false).joined(separator: "="))
        #expect(mail.text == text)
        #expect(mail.problems == [])
    }

    @Test(arguments: [
        ("x-unknown", "=FCber", "über"), ("utf-8", "a=FFb", "a\u{FFFD}b"), ("iso-2022-jp", "=1B$B$3$", "こ\u{FFFD}"),
        ("../../etc/passwd", "=FC", "ü"), ("", "=FC", "ü"), ("euc-jp", "=8F", "\u{FFFD}"),
    ])
    func `an unknown charset and broken text are shown as well as can be`(label: String, body: String, text: String)
        throws
    {
        let mail = try WorkerProcess("read").read(
            Self.head
                + "Content-Type: text/plain; charset=\"\(label)\"\nContent-Transfer-Encoding: quoted-printable\n\n"
                + body)
        #expect(mail.text.hasPrefix(text.prefix(1)), "\(mail.text)")
        #expect(!mail.text.isEmpty)
        #expect(mail.problems == (label.isEmpty ? [] : [.charset]))
    }

    @Test(arguments: [
        ("=?x-sjis?B?gqA=?=", "あ"), ("=?unicode-1-1-utf-7?Q?+APw-ber?=", "über"), ("=?cp-850?Q?=81?=", "ü"),
        ("=?gb2312?B?xOO6ww==?=", "你好"), ("=?utf-8?Q?=C3?= =?utf-8?Q?=9C?=", "Ü"),
        ("=?utf-8?Q?a=0Ab=0D=0Ac?=", "a b c"),
        ("=?broken", "=?broken"), ("plain", "plain"),
    ])
    func `subjects are decoded to one line`(subject: String, text: String) throws {
        let mail = try WorkerProcess("read").read("From: a@b.example\nSubject: \(subject)\n\nx")
        #expect(mail.subject.filter { $0 != " " } == text.filter { $0 != " " })
        #expect(!mail.subject.utf8.contains { $0 < 0x20 })
    }

    @Test(arguments: [
        ("", "Die Lampe \nleuchtet \nnicht.\n\nWarum?", "Die Lampe leuchtet nicht.\n\nWarum?"),
        ("; delsp=yes", "Donau \ndampf \nschiff", "Donaudampfschiff"),
        ("", "  eingerückt\n From hier\n >kein Zitat", " eingerückt\nFrom hier\n>kein Zitat"),
        ("", "kurz \n-- \nWeber", "kurz \n-- \nWeber"),
        ("", "fest\nfest", "fest\nfest"), ("", "Punkt.\n \nNeu", "Punkt.\n\nNeu"),
        ("", "neu \n> alt \n> älter\n>> noch \n>> älter", "neu \n> alt älter\n>> noch älter"),
    ])
    func `paragraphs that were broken for the way are whole again`(more: String, body: String, text: String) throws {
        let mail = try WorkerProcess("read").read(
            "\(Self.head)Content-Type: text/plain; charset=utf-8; Format=Flowed\(more)\n\n\(body)")
        #expect(mail.segments.map(\.text).joined(separator: "\n") == text)
        let fixed = try WorkerProcess("read").read("\(Self.head)Content-Type: text/plain; charset=utf-8\n\nA \nB")
        #expect(fixed.segments.map(\.text) == ["A \nB"])
    }

    @Test func `a mail that was forwarded without a word shows what was forwarded`() throws {
        func forward(_ words: String) throws -> ReadMail {
            try WorkerProcess("read").read(
                """
                \(Self.head)Content-Type: multipart/mixed; boundary=b

                --b

                \(words)
                --b
                Content-Type: message/rfc822

                From: Kunz <kunz@example.org>
                Subject: innen

                Das Bild rauscht.
                --b--
                """)
        }
        #expect(try forward("").segments == [Segment(kind: .quoted, text: "Das Bild rauscht.")])
        #expect(try forward("Bitte lesen.").segments == [Segment(kind: .new, text: "Bitte lesen.")])
        #expect(try forward("").files.map(\.name) == ["innen"])
    }

    @Test func `of two alternatives the plain one is shown, unless it is empty`() throws {
        func mail(_ plain: String) -> String {
            Self.head + """
                Content-Type: multipart/alternative; boundary=b

                --b
                Content-Type: text/plain

                \(plain)
                --b
                Content-Type: text/html

                <p>Reich &amp; schön</p>
                --b--
                """
        }
        let worker = try WorkerProcess("read")
        #expect(try worker.read(mail("Arm")).text == "Arm")
        #expect(try worker.read(mail("  ")).text == "Reich & schön")
    }

    @Test func `photos are listed and never overlooked`() throws {
        let mail = try WorkerProcess("read").read(
            Self.head + """
                Content-Type: multipart/mixed; boundary=b

                --b
                Content-Type: text/plain

                siehe Foto
                --b
                Content-Type: image/jpeg
                Content-Disposition: attachment; filename*=utf-8''..%2f..%2fb%C3%BCro%07.jpg
                Content-Transfer-Encoding: base64

                AAECAwQF
                --b
                Content-Type: Text/Plain; name=log.txt

                zweite Zeile
                --b
                Content-Type: message/rfc822

                Message-ID: <inner@x>
                Subject: innen

                hallo
                --b--
                """)
        #expect(mail.text == "siehe Foto")
        #expect(mail.files.map(\.name) == ["büro.jpg", "log.txt", "innen"])
        #expect(mail.files.map(\.type) == ["image/jpeg", "text/plain", "message/rfc822"])
        #expect(mail.files[0].size == 6 && mail.files.map(\.part) == [3, 4, 5])
        #expect(mail.embeddedMessageIDs == ["inner@x"])
    }

    @Test(arguments: [
        ("Weber <we..ber@example.org>", "we..ber@example.org"), ("weber.@example.org", "weber.@example.org"),
        ("\"Weber, Anna\" <.weber@example.org>", ".weber@example.org"),
        ("Weber <we..ber@example.org", "we..ber@example.org"),
        ("=?utf-8?Q?M=C3=BCller?= <mue..ller@example.org>", "mue..ller@example.org"),
        ("niemand <>", ""), ("@", ""), ("we..ber@", ""), ("a..b@exa mple", "a..b@exa"), ("a..b@x>y@z <c..d@e@f>", ""),
    ])
    func `an address that breaks the grammar is still the sender's`(value: String, address: String) throws {
        let mail = try WorkerProcess("read").read("From: \(value)\nSubject: x\n\nHallo")
        #expect(mail.from.map(\.address) == (address.isEmpty ? [] : [address]))
    }

    @Test(arguments: [
        ("delayed", Report.delay), ("relayed", .delay), ("Failed", .delivery), ("failed\n\nAction: delayed", .delivery),
        ("", .delivery),
    ])
    func `a report of a delay is not one of a failure`(action: String, report: Report) throws {
        let status = "Reporting-MTA: dns; mx.example.org\n\nFinal-Recipient: rfc822; w@example.org\nAction: \(action)\n"
        let kind = "multipart/report; report-type=delivery-status; boundary=b"
        let mail = try WorkerProcess("read").read(
            "\(Self.head)Content-Type: \(kind)\n\n--b\nContent-Type: message/delivery-status\n\n\(status)--b--\n")
        #expect(mail.report == report)
    }

    @Test func `a delivery report tells whom it is about and which mail`() throws {
        let mail = try WorkerProcess("read").read(
            """
            From: MAILER-DAEMON
            To: hotline@desk.example
            Subject: Undelivered
            Content-Type: multipart/report; report-type=delivery-status; boundary=b

            --b

            Leider nicht.
            --b
            Content-Type: message/delivery-status

            Reporting-MTA: dns; mx.example.org

            Final-Recipient: rfc822; <weber@example.org>
            Action: failed
            Status: 5.1.1
            Diagnostic-Code: smtp; 550 5.1.1
              no such user

            Final-Recipient: rfc822; spaet@example.org
            Action: delayed
            --b
            Content-Type: text/rfc822-headers

            Message-ID: <t42.e3.abc@desk.example>
            Subject: x
            --b--
            """)
        #expect(mail.report == .delivery && mail.failedRecipients == ["weber@example.org"])
        #expect(mail.diagnosis == "550 5.1.1 no such user")
        #expect(mail.embeddedMessageIDs == ["t42.e3.abc@desk.example"])
        #expect(mail.text == "Leider nicht." && mail.from.map(\.address) == ["MAILER-DAEMON"])
    }

    @Test(arguments: [
        "", "\n", "\n\nnur Text", "Hallo\nohne Kopf", "\u{0}\u{0}", "From: \n\n", ":\n:\n\n:", "From:<", "\r\r\r",
    ])
    func `whatever comes is answered`(raw: String) throws {
        let worker = try WorkerProcess("read")
        _ = try worker.read(raw)
        #expect(try worker.read("From: a@b.example\n\nja").text == "ja")
    }

    @Test func `a mail with CR alone as line ends is read`() throws {
        let mail = try WorkerProcess("read").read("From: a@b.example\rSubject: x\r\reins\rzwei")
        #expect(mail.subject == "x" && mail.text == "eins\nzwei")
    }

    @Test func `an address in another script is one customer however it is spelt`() throws {
        let worker = try WorkerProcess("read")
        #expect(try worker.read("From: w@Bücher.example\n\nx").from[0].address == "w@xn--bcher-kva.example")
        #expect(try worker.read("From: w@=?utf-8?Q?b=C3=BCcher?=.example\n\nx").from.count <= 1)
    }
}
