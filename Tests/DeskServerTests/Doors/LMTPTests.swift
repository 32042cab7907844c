import DeskTestSupport
import Testing

@testable import DeskServer

@Suite struct LMTPTests {
    /// Talks to a session: what it replies and which mails it takes, the mails answered as they come.
    private func talk(_ pieces: [ArraySlice<UInt8>], mailMost: Int = 1000) -> (said: String, mails: [Delivered]) {
        var session = LMTPSession(host: "desk.example", mailMost: mailMost)
        var said = ""
        var mails: [Delivered] = []
        func goOn() {
            while let step = session.next() {
                switch step {
                case .reply(let reply): said += reply
                case .wantsRoom: session.giveRoom()
                case .mail(let mail):
                    mails.append(mail)
                    session.answer(.taken(ticket: "20261124-0000\(mails.count)-0"))
                case .close: said += "(closed)"
                }
            }
        }
        goOn()
        for piece in pieces {
            session.receive(piece)
            goOn()
        }
        return (said, mails)
    }

    private func talk(_ text: String, mailMost: Int = 1000) -> (said: String, mails: [Delivered]) {
        talk([Array(text.utf8)[...]], mailMost: mailMost)
    }

    private static let hello = "LHLO mta\r\n"
    private static let mail = "MAIL FROM:<kunde@example.com>\r\nRCPT TO:<hilfe@desk.example>\r\nDATA\r\n"

    @Test func `a mail to two recipients is one mail and has two replies`() {
        let (said, mails) = talk(
            LMTPTests.hello + "MAIL FROM:<kunde@example.com> SIZE=20 BODY=8BITMIME SMTPUTF8\r\n"
                + "rcpt to:<hilfe@desk.example>\r\nRCPT TO: <info@desk.example>\r\nDATA\r\n"
                + "Subject: x\r\n\r\n..dot\r\n...\r\n.\r\nQUIT\r\n")
        #expect(
            mails == [
                Delivered(
                    sender: "kunde@example.com", recipients: ["hilfe@desk.example", "info@desk.example"],
                    bytes: Array("Subject: x\r\n\r\n.dot\r\n..\r\n".utf8))
            ])
        #expect(
            said == """
                220 desk.example LMTP\r
                250-desk.example\r
                250-PIPELINING\r
                250-8BITMIME\r
                250-SMTPUTF8\r
                250-ENHANCEDSTATUSCODES\r
                250 SIZE 1000\r
                250 2.1.0 sender noted\r
                250 2.1.5 recipient noted\r
                250 2.1.5 recipient noted\r
                354 go on, end with a dot alone\r
                250 2.0.0 ticket 20261124-00001-0\r
                250 2.0.0 ticket 20261124-00001-0\r
                221 2.0.0 good bye\r
                (closed)
                """)
    }

    static let lines: [(String, String)] = [
        ("MAIL FROM:<a@b>", "503 5.5.1 say LHLO first"),
        ("RSET\r\nMAIL FROM:<a@b>", "503 5.5.1 say LHLO first"),
        ("EHLO x", "500 5.5.1 this is LMTP: say LHLO"),
        ("LHLO", "501 5.5.4 say LHLO and your name"),
        ("GET / HTTP/1.1", "500 5.5.1 unknown command"),
        ("LHLO x\r\nRCPT TO:<a@b>", "503 5.5.1 say MAIL first"),
        ("LHLO x\r\nDATA", "503 5.5.1 say MAIL and RCPT first"),
        ("LHLO x\r\nMAIL FROM:<>\r\nDATA", "503 5.5.1 say MAIL and RCPT first"),
        ("LHLO x\r\nMAIL FROM:<>", "250 2.1.0 sender noted"),
        ("LHLO x\r\nMAIL FROM:<@r1,@r2:a@b>", "250 2.1.0 sender noted"),
        ("LHLO x\r\nMAIL FROM:<\"a>b\"@c>", "250 2.1.0 sender noted"),
        ("LHLO x\r\nMAIL FROM:a@b", "501 5.1.7 say MAIL FROM:<address>"),
        ("LHLO x\r\nMAIL FROM:<a@b", "501 5.1.7 say MAIL FROM:<address>"),
        ("LHLO x\r\nMAIL FROM:<a b@c>", "501 5.1.7 say MAIL FROM:<address>"),
        ("LHLO x\r\nMAIL FROM:<\"max muster\"@example.com>", "250 2.1.0 sender noted"),
        ("LHLO x\r\nMAIL FROM:<\"a\\\" b\"@example.com>", "250 2.1.0 sender noted"),
        ("LHLO x\r\nMAIL FROM:<\"a\" b@example.com>", "501 5.1.7 say MAIL FROM:<address>"),
        ("LHLO x\r\nMAIL FROM:<\"a\tb\"@example.com>", "501 5.1.7 say MAIL FROM:<address>"),
        ("LHLO x\r\nMAIL FROM:<m\u{FC}ller@example.com> SMTPUTF8", "250 2.1.0 sender noted"),
        ("LHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<\"max muster\"@desk.example>", "250 2.1.5 recipient noted"),
        ("LHLO x\r\nMAIL FROM:<a@b> SIZE=1001", "552 5.3.4 a mail may have 1000 bytes"),
        ("LHLO x\r\nMAIL FROM:<a@b> SIZE=99999999999999999999", "501 5.5.4 SIZE= needs a number"),
        ("LHLO x\r\nMAIL FROM:<a@b> BODY=BINARYMIME", "501 5.5.4 BODY= is 7BIT or 8BITMIME"),
        ("LHLO x\r\nMAIL FROM:<a@b> RET=HDRS", "555 5.5.4 unknown parameter of MAIL"),
        ("LHLO x\r\nMAIL FROM:<a@b>\r\nMAIL FROM:<a@b>", "503 5.5.1 one mail at a time"),
        ("LHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<>", "501 5.1.3 say RCPT TO:<address>"),
        ("LHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<postmaster>", "250 2.1.5 recipient noted"),
        ("LHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<a@b> NOTIFY=NEVER", "555 5.5.4 unknown parameter of RCPT"),
        ("VRFY a", "252 2.5.0 send it and see"),
        ("noop", "250 2.0.0 yes"),
    ]

    @Test(arguments: lines) func `every command has its reply`(commands: String, reply: String) {
        let (said, mails) = talk(commands + "\r\n")
        #expect(said.split(separator: "\r\n").last.map(String.init) == reply)
        #expect(mails.isEmpty)
    }

    @Test(arguments: [
        ("a\nb\r\n", "a\nb\r\n"), ("a\rb\r\n", "a\rb\r\n"), ("a\r\r\n", "a\r\r\n"), ("\n.\r\n", "\n.\r\n"),
        ("a\n.\nb\r\n", "a\n.\nb\r\n"), ("a\r.\r\nb\r\n", "a\r.\r\nb\r\n"), ("a\r\n\n.\r\n", "a\r\n\n.\r\n"),
        ("a\r\n..\nb\r\n", "a\r\n.\nb\r\n"), ("a\r\n.\nb\r\n", "a\r\n\nb\r\n"), ("a\r\n.\rMAIL\r\n", "a\r\n\rMAIL\r\n"),
        ("a\r\n.\r\r\n", "a\r\n\r\r\n"), ("a\r\n.\r.\r\n", "a\r\n\r.\r\n"),
    ])
    func `a CR or LF alone is text, and neither a line end nor half of an end mark`(text: String, kept: String) {
        let (said, mails) = talk(LMTPTests.hello + LMTPTests.mail + text + ".\r\n")
        #expect(mails.map(\.bytes) == [Array(kept.utf8)])
        #expect(!said.contains("(closed)"))
    }

    @Test func `a mail over the limit is refused for good, and the next one is taken`() {
        let long = String(repeating: "0123456789\r\n", count: 100)
        let (said, mails) = talk(LMTPTests.hello + LMTPTests.mail + long + ".\r\n" + LMTPTests.mail + "x\r\n.\r\n")
        #expect(mails.map(\.bytes) == [Array("x\r\n".utf8)])
        #expect(said.contains("552 5.3.4 a mail may have 1000 bytes\r\n250 2.1.0"))
    }

    @Test func `a mail without end is not swallowed for ever`() {
        let (said, _) = talk(LMTPTests.hello + LMTPTests.mail + String(repeating: "0123456789\r\n", count: 400))
        #expect(said.hasSuffix("552 5.3.4 a mail may have 1000 bytes\r\n(closed)"))
    }

    @Test func `a command without end is not kept for ever`() {
        let (said, _) = talk("LHLO " + String(repeating: "x", count: 3000))
        #expect(said.hasSuffix("500 5.5.2 the line is too long\r\n(closed)"))
    }

    @Test func `somebody who says nonsense is sent away`() {
        let (said, _) = talk(String(repeating: "nonsense\r\n", count: 100))
        #expect(said.split(separator: "\r\n").count == 1 + 20 + 1 + 1)
        #expect(said.hasSuffix("421 4.7.0 too many errors\r\n(closed)"))
    }

    @Test func `however the bytes come, the conversation is the same`() {
        let whole = Array(
            (LMTPTests.hello + LMTPTests.mail + "A: b\r\n\r\n..\r\n.x\r\n.\r\n" + LMTPTests.mail
                + String(repeating: "0123456789\r\n", count: 90) + ".\r\n" + "RSET\r\nfoo\r\n" + LMTPTests.mail
                + "a\r\n.\r\nQUIT\r\n").utf8)
        let wanted = talk([whole[...]])
        #expect(wanted.mails.count == 2)
        #expect(talk(whole.indices.map { whole[$0...$0] }) == wanted)
        var dice = Dice(seed: 2033)
        for _ in 0..<200 {
            var pieces: [ArraySlice<UInt8>] = []
            var rest = whole[...]
            while !rest.isEmpty {
                let count = Int.random(in: 1...60, using: &dice)
                pieces.append(rest.prefix(count))
                rest = rest.dropFirst(count)
            }
            #expect(talk(pieces) == wanted)
        }
    }
}
