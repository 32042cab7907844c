import DeskMail
import DeskNet
import Testing

struct MailTransferTests {
    private static let message = "From: a@b.example\r\nSubject: x\r\n\r\nja\r\n.\r\n..zwei\r\n"

    private func delivery(
        _ server: Delivery.Server, sender: String = "hotline@desk.example", to recipient: String = "weber@example.org"
    ) -> Delivery {
        Delivery(server: server, sender: sender, recipient: recipient, message: Array(Self.message.utf8))
    }

    @Test(arguments: [Delivery.Protection.none, .startTLS, .implicit])
    func `a mail arrives as it was, dots and all`(protection: Delivery.Protection) throws {
        let peer = try SMTPPeer(.init(protection: protection))
        let worker = try WorkerProcess("send")
        let outcome = try peer.outcome(of: delivery(peer.server()), from: worker)
        #expect(outcome == .accepted("250 2.0.0 queued as 4711"))
        #expect(
            peer.messages == [
                Self.message.split(separator: "\r\n", omittingEmptySubsequences: false)
                    .map { $0.hasPrefix(".") ? "." + $0 : $0 }.joined(separator: "\r\n")
            ])
        #expect(peer.heard.contains("MAIL FROM:<hotline@desk.example> SIZE=\(Self.message.utf8.count)"))
        #expect(peer.heard.contains("RCPT TO:<weber@example.org>") && peer.heard.contains("EHLO desk.example"))
    }

    @Test func `two mails in a row need one connection, and the null sender is spoken`() throws {
        let peer = try SMTPPeer()
        let worker = try WorkerProcess("send")
        for _ in 0..<2 {
            let outcome = try peer.outcome(of: delivery(peer.server(), sender: ""), from: worker)
            #expect(outcome == .accepted("250 2.0.0 queued as 4711"))
        }
        #expect(peer.connections == 1 && peer.messages.count == 2)
        #expect(peer.heard.filter { $0.hasPrefix("MAIL FROM:<> ") }.count == 2)
    }

    @Test(arguments: [
        ("RCPT", "550 5.1.1 no such user", DeliveryOutcome.refused("550 5.1.1 no such user")),
        (
            "RCPT", "550-5.1.1 no such user;\r\n550-5.1.1\r\n550 5.1.1 see https://example.org",
            .refused("550 5.1.1 no such user; 5.1.1 see https://example.org")
        ),
        ("RCPT", "451 4.3.0 try later", .later("451 4.3.0 try later")),
        ("RCPT", "450-4.7.1 greylisted\r\n450 4.7.1 come back", .later("450 4.7.1 greylisted come back")),
        ("MAIL", "553 5.1.8 not you", .refused("553 5.1.8 not you")),
        ("DATA.", "452 4.3.1 disk full", .later("452 4.3.1 disk full")),
        ("DATA.", "554 5.7.1 spam", .refused("554 5.7.1 spam")),
        ("DATA", "554 5.5.1 no", .refused("554 5.5.1 no")),
    ])
    func `the server's code says whether to try again`(line: String, reply: String, outcome: DeliveryOutcome) throws {
        let peer = try SMTPPeer(.init(replies: [line: reply]))
        #expect(try peer.outcome(of: delivery(peer.server()), from: WorkerProcess("send")) == outcome)
    }

    @Test(arguments: [
        ("greets with 554", SMTPPeer.Script(replies: ["": "554 5.7.1 you are blocked"]), "later"),
        ("says nothing", SMTPPeer.Script(silence: ""), "later"),
        ("falls silent at RCPT", SMTPPeer.Script(silence: "RCPT"), "later"),
        ("falls silent after the mail", SMTPPeer.Script(silence: "DATA."), "uncertain"),
        ("offers no STARTTLS", SMTPPeer.Script(protection: .startTLS, offersTLS: false), "later"),
    ])
    func `a server that`(behaviour: String, script: SMTPPeer.Script, outcome: String) throws {
        let peer = try SMTPPeer(script)
        let result = try #require(try peer.outcome(of: delivery(peer.server()), from: WorkerProcess("send")))
        #expect("\(result)".hasPrefix(outcome), "\(behaviour): \(result)")
        #expect(peer.messages.isEmpty || outcome == "uncertain")
    }

    static let withLogin: [(String, SMTPPeer.Script, isSent: Bool)] = [
        ("offers no AUTH", .init(), false),
        ("offers no AUTH in TLS", .init(protection: .implicit), false),
        ("offers no AUTH after STARTTLS", .init(protection: .startTLS), false),
        ("writes AUTH as nobody does", .init(replies: ["EHLO": "250-mx\r\n250 AUTH=PLAIN"]), false),
        ("offers AUTH that no one has", .init(replies: ["EHLO": "250-mx\r\n250 AUTH X-OTHER"]), false),
        ("knows no EHLO", .init(replies: ["EHLO": "502 5.5.1 no"]), false),
        (
            "refuses the login",
            .init(replies: ["EHLO": "250-mx\r\n250 AUTH PLAIN", "AUTH": "535 5.7.8 no"]), false
        ),
        (
            "answers the login with something else",
            .init(replies: ["EHLO": "250-mx\r\n250 AUTH PLAIN", "AUTH": "250 2.0.0 never mind"]), false
        ),
        (
            "takes the login",
            // Base64 of NUL "zuruf" NUL "geheim" begins so.
            .init(replies: [
                "EHLO": "250-mx\r\n250-AUTH PLAIN\r\n250 SIZE", "AUTH": "334 ", "AHp1": "235 2.7.0 welcome",
            ]), true
        ),
    ]

    /// With a user set, two messages in a row: the second uses the connection of the first, if that was of any use.
    @Test(arguments: withLogin)
    func `without a login nothing is sent to a server that`(
        behaviour: String, script: SMTPPeer.Script, isSent: Bool
    ) throws {
        let peer = try SMTPPeer(script)
        let worker = try WorkerProcess("send")
        var server = peer.server()
        (server.user, server.password) = ("zuruf", "geheim")
        for count in 1...2 {
            let outcome = try peer.outcome(of: delivery(server), from: worker)
            #expect(peer.messages.count == (isSent ? count : 0))
            if isSent {
                #expect(outcome == .accepted("250 2.0.0 queued as 4711"))
            } else {
                #expect("\(try #require(outcome))".hasPrefix("later"), "\(behaviour): \(outcome as Any)")
            }
        }
        #expect(isSent || !peer.heard.contains("DATA"))
    }

    static let sentences: [(String, SMTPPeer.Script, String, String)] = [
        (
            "offers no STARTTLS", .init(protection: .startTLS, offersTLS: false), "",
            "the server offers no STARTTLS, which smarthost-security needs"
        ),
        (
            "offers no login that is known", .init(replies: ["EHLO": "250-mx\r\n250 AUTH X-OTHER"]), "zuruf",
            "the server offers no way to log in that is known here: 250 mx AUTH X-OTHER"
        ),
        (
            "refuses the login",
            .init(replies: ["EHLO": "250-mx\r\n250 AUTH PLAIN", "AUTH": "535 5.7.8 no"]), "zuruf",
            "Login denied: 535 5.7.8 no"
        ),
        (
            "greets with a refusal", .init(replies: ["": "554 5.7.1 blocked"]), "",
            "Got unexpected smtp-server response: 554: 554 5.7.1 blocked"
        ),
    ]

    @Test(arguments: sentences) func `the reason says what happened with a server that`(
        behaviour: String, script: SMTPPeer.Script, user: String, sentence: String
    ) throws {
        let peer = try SMTPPeer(script)
        var server = peer.server()
        (server.user, server.password) = (user, user.isEmpty ? "" : "geheim")
        #expect(try peer.outcome(of: delivery(server), from: WorkerProcess("send")) == .later(sentence))
    }

    @Test(arguments: [Delivery.Protection.startTLS, .implicit])
    func `a certificate of nobody we know gets no mail`(protection: Delivery.Protection) throws {
        let peer = try SMTPPeer(.init(protection: protection))
        let stranger = try SMTPPeer()
        let server = peer.server(trusting: stranger.authorities)
        let result = try #require(try peer.outcome(of: delivery(server), from: WorkerProcess("send")))
        #expect("\(result)".hasPrefix("later(\"SSL certificate problem: "), "\(result)")
        #expect(peer.messages.isEmpty && !peer.heard.contains { $0.hasPrefix("MAIL") })
    }

    @Test(arguments: [Delivery.Protection.none, .startTLS])
    func `an address with an umlaut is spoken to a server that takes it`(protection: Delivery.Protection) throws {
        let hello = protection == .startTLS ? "250-mx\r\n250-STARTTLS\r\n250 SMTPUTF8" : "250-mx\r\n250 SMTPUTF8"
        let peer = try SMTPPeer(.init(protection: protection, replies: ["EHLO": hello]))
        let outcome = try peer.outcome(
            of: delivery(peer.server(), to: "müller@example.org"), from: WorkerProcess("send"))
        #expect(outcome == .accepted("250 2.0.0 queued as 4711"))
        #expect(peer.heard.contains { $0.hasPrefix("MAIL FROM:") && $0.contains("SMTPUTF8") })
        #expect(peer.heard.contains("RCPT TO:<müller@example.org>"))
    }

    @Test func `an address with an umlaut is not spoken to another server, and the next message goes through`() throws {
        let peer = try SMTPPeer()
        let worker = try WorkerProcess("send")
        let outcome = try peer.outcome(of: delivery(peer.server(), to: "müller@example.org"), from: worker)
        #expect(outcome == .refused("the mail server takes no address with letters beyond ASCII (SMTPUTF8)"))
        #expect(peer.messages.isEmpty && !peer.heard.contains { $0.hasPrefix("RCPT") })
        #expect(try peer.outcome(of: delivery(peer.server()), from: worker) == .accepted("250 2.0.0 queued as 4711"))
    }

    @Test func `a quoted local part is spoken as it is`() throws {
        let peer = try SMTPPeer()
        let outcome = try peer.outcome(
            of: delivery(peer.server(), to: "\"max muster\"@example.org"), from: WorkerProcess("send"))
        #expect(outcome == .accepted("250 2.0.0 queued as 4711"))
        #expect(peer.heard.contains("RCPT TO:<\"max muster\"@example.org>"))
    }

    @Test func `nobody at the port means later`() throws {
        let port = try SMTPPeer().port
        let server = Delivery.Server(
            host: "127.0.0.1", port: port, protection: .none, connectTime: 2000, totalTime: 2000)
        guard case .delivered(.later)? = try WorkerProcess("send").ask(.send(delivery(server))) else {
            Issue.record("not later")
            return
        }
    }

    @Test(arguments: [
        ("hotline@desk.example", "a@x> X\r\nRCPT TO:<b@x"), ("hotline@desk.example", "a@x\nRSET"),
        ("a b@c", "w@x.example"),
        ("a@b>", "w@x.example"), ("hotline@desk.example", ""), ("hotline@desk.example", "x@ü.example"),
    ])
    func `an address cannot speak SMTP`(sender: String, recipient: String) throws {
        let peer = try SMTPPeer()
        let mail = delivery(peer.server(), sender: sender, to: recipient)
        // CR and LF do not even pass the codec: the worker ends.
        if (sender + recipient).utf8.contains(where: { $0 == 10 || $0 == 13 }) {
            #expect(try WorkerProcess("send").ask(.send(mail)) == nil)
        } else {
            guard case .refused? = try peer.outcome(of: mail, from: WorkerProcess("send")) else {
                Issue.record("not refused")
                return
            }
        }
        #expect(peer.heard == [])
    }

    @Test(arguments: ["mx.example/x", "mx example", "", "mx@evil.example", "mx?x", "a\u{1B}b"])
    func `a server's name cannot leave its place in the URL`(host: String) throws {
        let server = Delivery.Server(host: host, port: 25, protection: .none)
        let answer = try WorkerProcess("send").ask(.send(delivery(server)))
        #expect(answer == .delivered(.later("not a server's name")))
    }
}
