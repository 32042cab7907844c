import DeskNet

@testable import DeskServer

/// A mail server on loopback that takes what it is told to take (RFC 5321, as far as one client needs it).
final class PlayedPostOffice {
    /// A mail that was handed over, taken or not.
    struct Handed: Equatable {
        var sender = ""
        var recipient = ""
        var text: [UInt8] = []
    }

    /// What it says to the mails, in their order; the last answer stays. An empty one: it hangs up.
    var answers: [String]
    private(set) var handed: [Handed] = []
    /// So many connections from now on hear nothing, not even a greeting.
    var silences = 0
    /// Those that hear nothing.
    private(set) var silent: [DoorStream] = []
    private var listener: DoorListener?

    init(on loop: Loop, answers: [String] = ["250 2.0.0 taken"]) throws {
        self.answers = answers
        listener = try DoorListener(
            try Listener.tcp(host: "127.0.0.1", port: 0), on: loop, most: 10, complain: { _ in },
            welcome: { [weak self] in self?.welcome($0) })
    }

    var endpoint: Settings.Endpoint { Settings.Endpoint(host: "127.0.0.1", port: listener?.port ?? 0) }

    private func welcome(_ stream: DoorStream) {
        guard silences == 0 else {
            silences -= 1
            return silent.append(stream)
        }
        var input: [UInt8] = []
        var mail = Handed()
        var isText = false
        stream.received = { [weak self, weak stream] bytes in
            input += bytes
            while let self, let stream, let end = input.firstIndex(of: 0x0A) {
                let line = Array(input[...end])
                input.removeSubrange(...end)
                guard isText else {
                    isText = obey(String(decoding: line.dropLast(2), as: UTF8.self), &mail, stream)
                    continue
                }
                if line == Array(".\r\n".utf8) {
                    isText = false
                    take(mail, stream)
                } else {
                    mail.text += line.first == UInt8(ascii: ".") ? line.dropFirst() : line[...]
                }
            }
        }
        stream.ended = { [weak stream] in stream?.close() }
        stream.send("220 post.example ESMTP\r\n".utf8)
    }

    /// Answers a command; whether the mail's text follows.
    private func obey(_ line: String, _ mail: inout Handed, _ stream: DoorStream) -> Bool {
        let path = line.split(separator: "<", maxSplits: 1).last?.prefix { $0 != ">" } ?? ""
        switch line.prefix(4).uppercased() {
        case "EHLO": stream.send("250-post.example\r\n250 SIZE 50000000\r\n".utf8)
        case "MAIL":
            mail = Handed(sender: line.contains("<>") ? "" : String(path))
            stream.send("250 2.1.0 yes\r\n".utf8)
        case "RCPT":
            mail.recipient = String(path)
            stream.send("250 2.1.5 yes\r\n".utf8)
        case "DATA":
            stream.send("354 go on\r\n".utf8)
            return true
        case "QUIT":
            stream.send("221 2.0.0 bye\r\n".utf8)
            stream.closeWhenSent()
        default: stream.send("250 2.0.0 yes\r\n".utf8)
        }
        return false
    }

    private func take(_ mail: Handed, _ stream: DoorStream) {
        handed.append(mail)
        let answer = answers.count > 1 ? answers.removeFirst() : answers.first ?? ""
        if answer.isEmpty { stream.close() } else { stream.send("\(answer)\r\n".utf8) }
    }
}
