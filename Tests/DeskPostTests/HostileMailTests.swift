import DeskMail
import DeskNet
import DeskTestSupport
import Testing

/// Mails made to break a parser. The worker may die of none of these; what it would die of is the desk's business.
struct HostileMailTests {
    private static func repeated(_ text: String, _ count: Int) -> String {
        String(repeating: text, count: count)
    }

    private static func nested(_ depth: Int) -> String {
        "From: a@b.example\n"
            + (0..<depth).map { "Content-Type: multipart/mixed; boundary=b\($0)\n\n--b\($0)\n" }.joined()
            + "\ntief"
    }

    @Test(arguments: ["To", "from", "CC", "Reply-To", "Sender", "Bcc", "Resent-To", "resent-from"])
    func `nested groups of addresses do not end the worker`(field: String) throws {
        let worker = try WorkerProcess("read")
        let bomb = "\(field): " + Self.repeated("g:", 100_000) + "\nSubject: x\n\nja"
        let mail = try worker.read(bomb)
        #expect(mail.subject == "x" && mail.text == "ja" && mail.problems.contains(.addresses))
        // Folded, and in an attached mail, whose header is parsed too.
        let folded = "Subject: x\n\(field) : " + Self.repeated("g:\n ", 50_000) + "\n\nja"
        #expect(try worker.read(folded).problems.contains(.addresses))
        let inner = "Content-Type: message/rfc822\n\n" + bomb
        #expect(try worker.read(inner).problems.contains(.addresses))
    }

    @Test(arguments: [
        ("headers", repeated("X-A: b\n", 20_000) + "From: a@b.example\n\nja", [Bound.fields]),
        ("parts", "Content-Type: multipart/mixed; boundary=b\n\n" + repeated("--b\n\nx\n", 5000), [.parts]),
        ("depth", nested(2000), [.depth]),
        ("recipients", "To: " + repeated("a@b.example, ", 50_000) + "\n\nja", [.field, .addresses]),
        ("parameters", "Content-Type: text/plain; " + repeated("a=b; ", 50_000) + "\n\nja", [.field, .parameters]),
        ("references", "References: " + repeated("<a@b> ", 50_000) + "\n\nja", [.field, .messageIDs]),
        ("subject", "Subject: " + repeated("ü", 500_000) + "\n\nja", [.field, .subject]),
        ("folds", "Subject: x" + repeated("\n y", 200_000) + "\n\nja", [.field, .subject]),
        ("words", "Subject: " + repeated("=?utf-8?Q?=C3?= ", 50_000) + "\n\nja", [.field, .subject]),
        ("comments", "To: " + repeated("(", 200_000) + "\n\nja", [.field]),
        ("quotes", "To: " + repeated("\"", 200_001) + "\n\nja", [.field]),
        ("routes", "To: <" + repeated("@a,", 200_000) + "\n\nja", [.field]),
        ("line", "From: a@b.example\n\n" + repeated("x", 8_000_000), [.text]),
        ("boundary", "Content-Type: multipart/mixed; boundary=" + repeated("b", 500_000) + "\n\nja", [.field]),
        ("a NUL in an encoding", "Content-Transfer-Encoding: Base-\0 64\n\namE=", []),
        ("open words", "Subject: " + repeated("=?utf-8?Q?", 50_000) + "\n\nja", [.field, .subject]),
        ("blank lines", "Subject: x\n" + repeated(" \n", 500_000) + "\nja", []),
        ("stray lines", "From: a@b.example\n" + repeated("kein Feld\n", 300_000) + "\nja", [.text]),
        ("broken parts", "Content-Type: multipart/mixed; boundary=b\n\n" + repeated("--b\nx y\n", 200_000), [.parts]),
    ])
    func `too much of`(what: String, raw: String, bounds: [Bound]) throws {
        let worker = try WorkerProcess("read")
        let mail = try worker.read(raw)
        #expect(Set(mail.bounds) == Set(bounds), "\(what): \(mail.problems)")
        #expect(try worker.read("From: a@b.example\n\nja").text == "ja")
    }

    @Test(arguments: [
        ("bold", repeated("<b>", 100_000) + "ja", "ja"), ("boxes", repeated("<div>", 100_000) + "ja", "ja"),
        ("attributes", "<p " + repeated("a ", 60_000) + ">ja", "ja"),
        ("closings", repeated("</div>", 100_000) + "ja", "ja"),
        ("angles", repeated("<", 100_000) + ">ja", "ja"), ("entities", repeated("&amp;", 100_000), "&&&&"),
        ("tables", repeated("<table><tr><td>", 500) + "ja", "ja"),
        ("unclosed", "<p>ja<!-- " + repeated("-", 500_000), "ja"),
    ])
    func `hostile HTML gives its text`(what: String, html: String, text: String) throws {
        let mail = try WorkerProcess("read").read("From: a@b.example\nContent-Type: text/html\n\n" + html)
        #expect(mail.text.contains(text), "\(what): \(mail.text.prefix(80))")
    }

    @Test func `a request that is none ends the worker`() throws {
        let worker = try WorkerProcess("read")
        worker.send([0, 0, 0, 1, 99])
        #expect(try worker.answer() == nil)
        #expect(worker.child.wait() == .exited(70))
        let greedy = try WorkerProcess("read")
        greedy.send([0xFF, 0xFF, 0xFF, 0xFF])
        #expect(try greedy.answer() == nil)
    }

    @Test func `the worker goes when the desk goes`() throws {
        let worker = try WorkerProcess("read")
        _ = try worker.read("From: a@b.example\n\nja")
        worker.child.closeInput()
        #expect(worker.child.wait() == .exited(0))
    }

    @Test(arguments: 0..<60 as Range<UInt64>)
    func `a mail with bytes turned over is read to something`(seed: UInt64) throws {
        var dice = Dice(seed: seed)
        let sample = """
            From: =?utf-8?Q?J=C3=B6rg?= <joerg@example.org>
            To: g: a@b.example, c@d.example;, (e) "f" <g@h.example>
            Subject: =?iso-2022-jp?B?GyRCJDMbKEI=?= x
            Content-Type: multipart/mixed; boundary="b"; x*0*=utf-8''a; x*1=b

            --b
            Content-Type: multipart/alternative; boundary=c

            --c
            Content-Type: text/plain; charset=utf-7

            +AOQ-
            --c
            Content-Type: text/html; charset=iso-8859-1
            Content-Transfer-Encoding: quoted-printable

            <p>=FCber <a href="http://x.example">hier</a></p>
            --c--
            --b
            Content-Type: message/rfc822

            From: x@y.example
            Message-ID: <i@j>

            innen
            --b
            Content-Type: message/delivery-status

            Final-Recipient: rfc822; a@b
            Action: failed
            --b--
            """
        let worker = try WorkerProcess("read")
        var bytes = Array(sample.utf8)
        for _ in 0..<40 {
            for _ in 0..<4 { bytes[dice.roll(bytes.count)] = UInt8(dice.roll(256)) }
            if dice.one(in: 3) { bytes.removeSubrange(0..<dice.roll(20)) }
            if dice.one(in: 3) {
                let piece = bytes[dice.roll(bytes.count)...].prefix(30)
                bytes.insert(contentsOf: piece, at: dice.roll(bytes.count))
            }
            let mail = try worker.read(bytes)
            #expect(mail == mail.bounded())
        }
    }
}
