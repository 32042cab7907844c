/// One transfer over SMTP: finished bytes, one recipient, one server.
public struct Delivery: Equatable, Sendable {
    /// How the connection to the server is protected.
    public enum Protection: UInt8, Sendable, CaseIterable {
        /// Not at all; for a relay on the same machine.
        case none
        /// STARTTLS, demanded.
        case startTLS
        /// TLS from the first byte.
        case implicit
    }

    /// The server that takes the mail.
    public struct Server: Equatable, Sendable {
        /// Name or address of the server.
        public var host: String
        /// Its port.
        public var port: Int
        /// How the connection is protected.
        public var protection: Protection
        /// File of the trusted certificates (PEM); empty for the system's.
        public var authorities: String
        /// The name that we give in EHLO.
        public var greeting: String
        /// User name for AUTH; empty for none.
        public var user: String
        /// Password for AUTH.
        public var password: String
        /// Longest time to connect, in milliseconds.
        public var connectTime: Int
        /// Longest time for the whole transfer, in milliseconds.
        public var totalTime: Int
        /// Longest time without a byte either way, in seconds.
        public var silence: Int

        /// Makes the description of a server; the times are those of a patient mail client.
        public init(
            host: String, port: Int, protection: Protection, authorities: String = "", greeting: String = "localhost",
            user: String = "", password: String = "", connectTime: Int = 30_000, totalTime: Int = 300_000,
            silence: Int = 60
        ) {
            self.host = host
            self.port = port
            self.protection = protection
            self.authorities = authorities
            self.greeting = greeting
            self.user = user
            self.password = password
            self.connectTime = connectTime
            self.totalTime = totalTime
            self.silence = silence
        }
    }

    /// The server that takes the mail.
    public var server: Server
    /// The envelope sender; empty for `<>`.
    public var sender: String
    /// The envelope recipient.
    public var recipient: String
    /// The mail, 7-bit clean, lines ended by CRLF.
    public var message: [UInt8]

    /// Makes a transfer of `message` to one recipient.
    public init(server: Server, sender: String, recipient: String, message: [UInt8]) {
        self.server = server
        self.sender = sender
        self.recipient = recipient
        self.message = message
    }
}

/// How a transfer ended.
public enum DeliveryOutcome: Equatable, Sendable {
    /// The server has taken the mail; its words.
    case accepted(String)
    /// It will never take it: its 5xx reply, or an address that may not be spoken.
    case refused(String)
    /// Not now: its 4xx reply, or no connection; the same bytes may be tried again.
    case later(String)
    /// The connection was lost after the whole mail had gone out: it may have been taken, a repeat may double it.
    case uncertain(String)
}

extension Delivery {
    func write(to writer: inout FieldWriter) {
        writer.text(server.host)
        writer.number(server.port)
        writer.byte(server.protection.rawValue)
        for value in [server.authorities, server.greeting, server.user, server.password] { writer.text(value) }
        for value in [server.connectTime, server.totalTime, server.silence] { writer.number(value) }
        writer.text(sender)
        writer.text(recipient)
        writer.bytes(message)
    }

    init(from reader: inout FieldReader) throws(MailError) {
        let host = try reader.line()
        let port = try reader.number()
        guard let protection = Protection(rawValue: try reader.byte()), (1...65535).contains(port) else {
            throw .malformed
        }
        let server = Server(
            host: host, port: port, protection: protection, authorities: try reader.line(),
            greeting: try reader.line(), user: try reader.line(), password: try reader.line(),
            connectTime: try reader.number(), totalTime: try reader.number(), silence: try reader.number())
        self.init(
            server: server, sender: try reader.line(), recipient: try reader.line(),
            message: Array(try reader.slice(atMost: MailLimits.rawMail)))
    }
}

extension DeliveryOutcome {
    func write(to writer: inout FieldWriter) {
        let (code, words): (UInt8, String) =
            switch self {
            case .accepted(let words): (0, words)
            case .refused(let words): (1, words)
            case .later(let words): (2, words)
            case .uncertain(let words): (3, words)
            }
        writer.byte(code)
        writer.text(CleanText.shortened(words, to: 1000))
    }

    init(from reader: inout FieldReader) throws(MailError) {
        let code = try reader.byte()
        let words = try reader.line(atMost: 1000)
        switch code {
        case 0: self = .accepted(words)
        case 1: self = .refused(words)
        case 2: self = .later(words)
        case 3: self = .uncertain(words)
        default: throw .malformed
        }
    }
}
