internal import DeskMail
internal import DeskNet

/// `zurufd deliver`: hands one mail from standard input to the desk, as the smallest client of its LMTP door.
///
/// Made for pipes of mail servers, which turn most exit codes into a bounce (operations, "Mail in"): whatever goes
/// wrong is `4.3.0 …` and exit 75, so that the server keeps the mail and tries again; only a mail over the limit is
/// `5.3.4 …` and exit 69. One line, on standard output. It never keeps a mail itself.
enum Deliver {
    static let taken: Int32 = 0
    static let tooLarge: Int32 = 69
    static let later: Int32 = 75

    static let options = [
        ShellOption("state", "DIR", "the desk's state directory [/var/lib/zuruf]"),
        ShellOption("socket", "PATH", "its LMTP socket [DIR/lmtp.sock]"),
        ShellOption("from", "ADDRESS", "the envelope's sender [$SENDER, Return-Path, From]"),
    ]

    private static let inputMost = MailLimits.rawMail

    /// Does it, and gives the exit code.
    static func run(_ words: [String], _ console: Console) -> Int32 {
        console.armLastWords()
        do throws(ShellError) {
            let words = try ShellWords(words, options: options)
            guard let raw = console.readInput(inputMost) else { throw .failed("standard input cannot be read") }
            let mail = PipedMail(raw, arguments: words, environment: console.environment)
            let path = words.value(of: "socket") ?? (words.value(of: "state") ?? Settings().state) + "/lmtp.sock"
            return report(try hand(over: mail, to: path), console)
        } catch {
            console.print("4.3.0 \(error.text)")
            return later
        }
    }

    private static func report(_ reply: LMTPReply, _ console: Console) -> Int32 {
        switch reply.code {
        case 200..<300:
            console.print(reply.text)
            return taken
        case 552 where reply.text.hasPrefix("5.3.4"):
            console.print(reply.text)
            return tooLarge
        default:
            console.print(reply.text.hasPrefix("4.") ? reply.text : "4.3.0 the desk said \(reply.code) \(reply.text)")
            return later
        }
    }

    private static func hand(over mail: PipedMail, to path: String) throws(ShellError) -> LMTPReply {
        let dialogue: Dialogue
        do {
            dialogue = try Dialogue(unixPath: path, seconds: 600)
        } catch {
            throw .failed("the desk does not answer: \(error)")
        }
        do {
            return try converse(mail, dialogue)
        } catch {
            throw .failed("the desk: \(error.why)")
        }
    }

    /// Goes through the dialogue up to the first reply that decides.
    private static func converse(_ mail: PipedMail, _ dialogue: Dialogue) throws(Dialogue.Broken) -> LMTPReply {
        let text = mail.text
        var reply = try LMTPReply(dialogue)
        guard reply.isPositive else { return reply }
        let needsUTF8 = !([mail.sender] + mail.recipients).allSatisfy { $0.utf8.allSatisfy { $0 < 0x80 } }
        let lines =
            ["LHLO localhost", "MAIL FROM:<\(mail.sender)> SIZE=\(text.count)" + (needsUTF8 ? " SMTPUTF8" : "")]
            + mail.recipients.map { "RCPT TO:<\($0)>" } + ["DATA"]
        for line in lines {
            try dialogue.say(Array("\(line)\r\n".utf8))
            reply = try LMTPReply(dialogue)
            guard reply.isPositive else { return reply }
        }
        try dialogue.say(text + [UInt8(ascii: "."), 0x0D, 0x0A])
        reply = try LMTPReply(dialogue)
        try? dialogue.say(Array("QUIT\r\n".utf8))
        return reply
    }
}

/// A reply of an LMTP server, its last line.
private struct LMTPReply {
    let code: Int
    let text: String

    var isPositive: Bool { (200..<400).contains(code) }

    /// Waits for one.
    init(_ dialogue: Dialogue) throws(Dialogue.Broken) {
        while true {
            let line = try dialogue.hear()
            guard line.count >= 3, let code = Int(decimal: line.prefix(3)) else {
                throw Dialogue.Broken(why: "it does not speak LMTP")
            }
            let rest = line.dropFirst(3)
            if rest.first == UInt8(ascii: "-") { continue }
            self.code = code
            text = String(decoding: rest.dropFirst(), as: UTF8.self)
            return
        }
    }
}
