import DeskMail
import DeskModel
import Testing

struct MailComposerTests {
    private func mail(_ kind: OutgoingMail.Kind = .answer, subject: String = "x", text: String = "ja") -> OutgoingMail {
        OutgoingMail(
            kind: kind, from: MailAddress(name: "Hotline", address: "hotline@desk.example"),
            to: [MailAddress(name: "Jörg Müller", address: "joerg@example.org")], subject: subject, text: text,
            date: 1_795_511_445, messageID: "t42.e3.abc@desk.example", inReplyTo: "a@b", references: ["c@d", "a@b"])
    }

    private func composed(_ mail: OutgoingMail) throws -> [UInt8] {
        guard case .composed(let bytes)? = try WorkerProcess("read").ask(.compose(mail)) else { throw WorkerIsGone() }
        return bytes
    }

    @Test func `an answer is composed to the byte`() throws {
        let bytes = try composed(mail(subject: "Re: [Ticket#20261124-00042-4] defekt", text: "Guten Tag,\n\nja.\n"))
        let wanted = """
            From: Hotline <hotline@desk.example>
            To: =?UTF-8?b?SsO2cmcgTcO8bGxlcg==?= <joerg@example.org>
            Subject: Re: [Ticket#20261124-00042-4] defekt
            Date: Tue, 24 Nov 2026 09:10:45 +0000
            Message-Id: <t42.e3.abc@desk.example>
            In-Reply-To: <a@b>
            References: <c@d> <a@b>
            MIME-Version: 1.0
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: 7bit

            Guten Tag,

            ja.

            """
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == wanted.split(separator: "\n", omittingEmptySubsequences: false)
                .joined(separator: "\r\n"))
        #expect(
            try composed(mail(subject: "Re: [Ticket#20261124-00042-4] defekt", text: "Guten Tag,\n\nja.\n")) == bytes)
    }

    @Test func `an automatic reply bears its marks, an answer none`() throws {
        let worker = try WorkerProcess("read")
        let automatic = try worker.read(try composed(mail(.automatic)))
        #expect(automatic.values(of: "Auto-Submitted") == ["auto-replied"])
        #expect(automatic.values(of: "X-Auto-Response-Suppress") == ["All"])
        #expect(automatic.values(of: "Precedence") == ["bulk"])
        // No desk of ours would answer it, not even without its envelope.
        #expect(MachineRules(automatic, hasNullSender: false).suppression == .autoSubmitted)
        let answer = try worker.read(try composed(mail(.answer)))
        #expect(MachineRules(answer, hasNullSender: false).suppression == nil)
    }

    @Test(arguments: [
        "ja", "Grüße\n", "äöü ß €\n\n.\n..\n", "From here\nFrom there\n", String(repeating: "x", count: 3000),
        String(repeating: "Zeile mit Ü.\n", count: 300), "日本語のみ\nです", "=20 = ?=\n ", "\n\nmitten\n\n",
        "a\tb \nc\u{1B}[31m",
    ])
    func `any text arrives as it was written, over seven bits`(text: String) throws {
        let bytes = try composed(mail(text: text))
        #expect(bytes.allSatisfy { $0 < 0x80 && $0 != 0 })
        var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        #expect(lines.removeLast().isEmpty)
        #expect(lines.allSatisfy { $0.last == 0x0D && $0.count <= 999 && !$0.dropLast().contains(0x0D) })
        #expect(!lines.contains { $0.starts(with: Array("From ".utf8)) })
        let back = try WorkerProcess("read").read(bytes)
        let words = { (text: String) in text.split { $0 == "\n" }.map(String.init) }
        #expect(words(back.text) == words(text).filter { !$0.allSatisfy { $0 == " " } })
    }

    @Test(arguments: [
        "x\r\nBcc: all@example.org", "=?utf-8?q?x=0D=0ABcc:all@example.org?=", "Ü\nX-Evil: 1",
        String(repeating: "Ü ", count: 400),
        "", "\u{0}", "(:;<>@,\"",
    ])
    func `no subject breaks out of its field`(subject: String) throws {
        let bytes = try composed(mail(subject: subject))
        let read = try WorkerProcess("read").read(bytes)
        // The fields of the content belong to the part.
        #expect(
            read.fields.map(\.name) == [
                "From", "To", "Subject", "Date", "Message-Id", "In-Reply-To", "References", "MIME-Version",
            ])
        #expect(read.to.map(\.address) == ["joerg@example.org"])
    }

    @Test(arguments: ["", "a", "a@b\r\nBcc: c@d", "a@b>", "a b@c", "a@ü"])
    func `an address that no header may hold is refused`(address: String) throws {
        var letter = mail()
        letter.to[0].address = address
        guard case .refused? = try WorkerProcess("read").ask(.compose(letter)) else {
            Issue.record("composed to \(address)")
            return
        }
    }

    @Test func `To and Cc name everyone whom a header may hold`() throws {
        var letter = mail()
        letter.to.append(MailAddress(address: "zwei@example.org"))
        letter.cc = [MailAddress(name: "Bo, x", address: "bo@example.org"), MailAddress(address: "a b@c")]
        let read = try WorkerProcess("read").read(try composed(letter))
        #expect(read.to.map(\.address) == ["joerg@example.org", "zwei@example.org"])
        #expect(read.cc == [MailAddress(name: "Bo, x", address: "bo@example.org")])
    }

    @Test func `references that are no Message-IDs are left out`() throws {
        var letter = mail()
        letter.inReplyTo = "a@b>\r\nBcc: c@d"
        letter.references = ["x y", "<a@b>", "ü@x", "good@x"] + (0..<60).map { "r\($0)@x" }
        let read = try WorkerProcess("read").read(try composed(letter))
        #expect(read.inReplyTo == [])
        #expect(read.references.count == 21 && read.references.first == "good@x" && read.references.last == "r59@x")
    }

    @Test func `the reading worker sends nothing`() throws {
        let server = Delivery.Server(host: "127.0.0.1", port: 25, protection: .none)
        let delivery = Delivery(server: server, sender: "", recipient: "a@b.example", message: [])
        #expect(try WorkerProcess("read").ask(.send(delivery)) == .refused("this worker sends nothing"))
        #expect(try WorkerProcess("send").ask(.read([])) == .refused("this worker reads nothing"))
    }
}
