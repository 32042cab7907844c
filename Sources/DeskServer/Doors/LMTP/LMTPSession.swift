/// A mail as it came through the door: envelope and bytes, nothing looked at yet.
struct Delivered: Equatable, Sendable {
    /// The envelope's sender; empty for `<>`.
    var sender: String
    /// The envelope's recipients, at least one.
    var recipients: [String]
    /// The mail, lines ended by CR LF.
    var bytes: [UInt8]

    /// Bytes of a small message: it waits for no large one, neither for room nor for the worker that reads it.
    static let smallBytes = 256 << 10
}

/// One LMTP conversation (RFC 2033) without its socket: bytes in, steps out; any split of the bytes gives the same
/// steps.
///
///     greeting ─ LHLO ─▶ ready ─ MAIL ─▶ mail ─ RCPT ─▶ mail ─ DATA ─▶ text ─ large ─▶ crowded
///                          ▲                                            │  ◀─ giveRoom() ─┘
///                          └─────────── answer() ─ waiting ◀─── a dot ──┘
///
/// Speaks PIPELINING, 8BITMIME, SMTPUTF8, SIZE and ENHANCEDSTATUSCODES (RFC 2034).
struct LMTPSession {
    /// What the caller has to do.
    enum Step: Equatable {
        /// Send these bytes.
        case reply(String)
        /// The text is large: call `giveRoom()` once there is room for another large one.
        case wantsRoom
        /// Take this mail in, then call `answer(_:)`.
        case mail(Delivered)
        /// Send what is left and close.
        case close
    }

    private enum State {
        case greeting, ready, mail, text(LMTPText), crowded(LMTPText), waiting, closed
    }

    private let host: String
    private let mailMost: Int
    private var state = State.greeting
    private var input: [UInt8] = []
    private var position = 0
    private var sender = ""
    private var recipients: [String] = []
    private var hasRoom = false
    private var errors = 0
    private var pending: [Step]

    private static let lineMost = 2048
    private static let recipientsMost = 100
    private static let errorsMost = 20

    /// Greets as `host`; takes mails of at most `mailMost` bytes.
    init(host: String, mailMost: Int) {
        self.host = host
        self.mailMost = mailMost
        pending = [.reply("220 \(host) LMTP\r\n")]
    }

    /// Whether bytes are wanted; while a mail is being taken in or waits for room, they had better stay in the socket.
    var wantsInput: Bool {
        switch state {
        case .crowded, .waiting, .closed: false
        case .greeting, .ready, .mail, .text: true
        }
    }

    /// Whether a mail is underway, which may take longer than a command.
    var isInText: Bool {
        switch state {
        case .text, .crowded, .waiting: true
        case .greeting, .ready, .mail, .closed: false
        }
    }

    /// Takes what the peer sent.
    mutating func receive(_ bytes: ArraySlice<UInt8>) {
        if position > 0 {
            input.removeSubrange(..<position)
            position = 0
        }
        input += bytes
    }

    /// What to do next; `nil`: more bytes, or an answer, must come first.
    mutating func next() -> Step? {
        while pending.isEmpty {
            switch state {
            case .crowded, .waiting, .closed: return nil
            case .text(var text):
                // The buffer must have one owner while it grows.
                state = .closed
                let (taken, progress) = text.take(input[position...])
                position += taken
                proceed(text, progress)
                if progress == .open, pending.isEmpty { return nil }
            case .greeting, .ready, .mail:
                if let line = takeLine() { obey(line) } else if pending.isEmpty { return nil }
            }
        }
        return pending.removeFirst()
    }

    /// There is room for the large text that has begun.
    mutating func giveRoom() {
        guard case .crowded(let text) = state else { return }
        hasRoom = true
        state = .text(text)
    }

    /// What became of the mail, told once for every recipient (RFC 2033 §4.2).
    mutating func answer(_ answer: IntakeAnswer) {
        guard case .waiting = state else { return }
        for _ in recipients { say(answer.reply) }
        reset()
    }

    private mutating func proceed(_ text: LMTPText, _ progress: LMTPText.Progress) {
        switch progress {
        case .open:
            if hasRoom || text.bytes.count <= Delivered.smallBytes {
                state = .text(text)
            } else {
                state = .crowded(text)
                pending.append(.wantsRoom)
            }
        case .ended:
            state = .waiting
            pending.append(.mail(Delivered(sender: sender, recipients: recipients, bytes: text.bytes)))
        case .tooLarge:
            state = .waiting
            answer(.tooLarge(most: mailMost))
        case .endless:
            for _ in recipients { say(IntakeAnswer.tooLarge(most: mailMost).reply) }
            close()
        }
    }

    private mutating func takeLine() -> ArraySlice<UInt8>? {
        let rest = input[position...]
        guard let end = rest.firstIndex(of: 0x0A) else {
            // One more byte may be the CR.
            if rest.count > LMTPSession.lineMost + 1 { tooLong() }
            return nil
        }
        position = end + 1
        let line = end > rest.startIndex && input[end - 1] == 0x0D ? rest[..<(end - 1)] : rest[..<end]
        guard line.count <= LMTPSession.lineMost else {
            tooLong()
            return nil
        }
        return line
    }

    private mutating func tooLong() {
        say("500 5.5.2 the line is too long")
        close()
    }

    private mutating func obey(_ line: ArraySlice<UInt8>) {
        let verb = line.prefix { $0 != UInt8(ascii: " ") }
        let rest = line[verb.endIndex...].drop { $0 == UInt8(ascii: " ") }
        switch String(decoding: verb, as: UTF8.self).uppercased() {
        case "LHLO": hello(rest)
        case "MAIL": mail(rest)
        case "RCPT": recipient(rest)
        case "DATA": data()
        case "RSET":
            reset()
            say("250 2.0.0 forgotten")
        case "NOOP": say("250 2.0.0 yes")
        case "VRFY": say("252 2.5.0 send it and see")
        case "QUIT":
            say("221 2.0.0 good bye")
            close()
        case "HELO", "EHLO": complain("500 5.5.1 this is LMTP: say LHLO")
        default: complain("500 5.5.1 unknown command")
        }
    }

    private mutating func hello(_ name: ArraySlice<UInt8>) {
        guard !name.isEmpty else { return complain("501 5.5.4 say LHLO and your name") }
        reset()
        state = .ready
        let words = ["PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"]
        pending.append(.reply(([host] + words).map { "250-\($0)\r\n" }.joined() + "250 SIZE \(mailMost)\r\n"))
    }

    private mutating func mail(_ rest: ArraySlice<UInt8>) {
        guard case .ready = state else {
            if case .greeting = state { return complain("503 5.5.1 say LHLO first") }
            return complain("503 5.5.1 one mail at a time")
        }
        guard let path = LMTPSession.path(rest, after: "FROM:") else {
            return complain("501 5.1.7 say MAIL FROM:<address>")
        }
        for parameter in path.parameters {
            switch parameter.name {
            case "SIZE":
                guard let size = Int(decimal: parameter.value.utf8) else {
                    return complain("501 5.5.4 SIZE= needs a number")
                }
                guard size <= mailMost else { return complain(IntakeAnswer.tooLarge(most: mailMost).reply) }
            case "BODY":
                guard ["7BIT", "8BITMIME"].contains(parameter.value.uppercased()) else {
                    return complain("501 5.5.4 BODY= is 7BIT or 8BITMIME")
                }
            case "SMTPUTF8": break
            default: return complain("555 5.5.4 unknown parameter of MAIL")
            }
        }
        sender = path.address
        state = .mail
        say("250 2.1.0 sender noted")
    }

    private mutating func recipient(_ rest: ArraySlice<UInt8>) {
        guard case .mail = state else { return complain("503 5.5.1 say MAIL first") }
        guard let path = LMTPSession.path(rest, after: "TO:"), !path.address.isEmpty else {
            return complain("501 5.1.3 say RCPT TO:<address>")
        }
        guard path.parameters.isEmpty else { return complain("555 5.5.4 unknown parameter of RCPT") }
        guard recipients.count < LMTPSession.recipientsMost else { return say("452 4.5.3 too many recipients") }
        recipients.append(path.address)
        say("250 2.1.5 recipient noted")
    }

    private mutating func data() {
        guard case .mail = state, !recipients.isEmpty else {
            return complain("503 5.5.1 say MAIL and RCPT first")
        }
        state = .text(LMTPText(most: mailMost))
        say("354 go on, end with a dot alone")
    }

    private mutating func reset() {
        sender = ""
        recipients = []
        hasRoom = false
        switch state {
        case .greeting, .closed: break
        case .ready, .mail, .text, .crowded, .waiting: state = .ready
        }
    }

    private mutating func complain(_ reply: String) {
        say(reply)
        errors += 1
        if errors >= LMTPSession.errorsMost {
            say("421 4.7.0 too many errors")
            close()
        }
    }

    private mutating func close() {
        state = .closed
        pending.append(.close)
    }

    private mutating func say(_ line: String) {
        pending.append(.reply(line + "\r\n"))
    }

    private static func path(_ text: ArraySlice<UInt8>, after keyword: String) -> LMTPPath? {
        let head = text.prefix(keyword.utf8.count)
        guard String(decoding: head, as: UTF8.self).uppercased() == keyword else { return nil }
        return LMTPPath(text[head.endIndex...])
    }
}
