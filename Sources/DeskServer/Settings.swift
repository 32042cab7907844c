public import DeskEngine
public import DeskModel

/// Everything an owner may want otherwise: the words of the configuration file, which are the long options of `serve`
/// too.
public struct Settings: Equatable, Sendable {
    /// The name by which the desk greets and makes its Message-IDs.
    public var host = "localhost"
    /// Where the state lies: journal, mails, certificate, sockets.
    public var state = "/var/lib/zuruf"
    /// Where agents connect with TLS.
    public var listen = Settings.everywhere
    /// Where agents connect without TLS; loopback only, off by default.
    public var plainListen: [Endpoint] = []
    /// Where mail is handed in over TCP, beside the socket in the state directory; loopback only.
    public var lmtpListen: [Endpoint] = []
    /// Where mail is handed in; `nil`: `lmtp.sock` in the state directory.
    public var lmtpSocket: String?
    /// Who may hand mail in there: the mode of that socket.
    public var lmtpMode: UInt32 = 0o660
    /// The certificate chain, PEM; `nil`: `certificate.pem` in the state directory.
    public var certificate: String?
    /// Its private key, PEM; `nil`: `key.pem` in the state directory.
    public var key: String?
    /// The mail worker; `nil`: `zuruf-mail` beside this program.
    public var worker: String?
    /// A folder that outgoing mails are written to instead of being sent.
    public var outgoing: String?
    /// The server that takes outgoing mail, if one is named.
    public var smarthost = Smarthost()
    /// How long a transfer that failed waits before it is tried again: the first pause, the second, …; the last
    /// repeats.
    public var pauses: [TimeSpan] = [.minutes(1), .minutes(2), .minutes(5), .minutes(15), .minutes(30), .hours(1)]
    /// After so long without success a mail is given up.
    public var giveUp = TimeSpan.days(5)
    /// Bytes of a mail that is taken in.
    public var mailMost = 25 << 20
    /// Connections of agents in all.
    public var connections = 20_000
    /// Connections of agents from one address.
    public var connectionsPerAddress = 100
    /// Connections from one address that have not logged in.
    public var strangersPerAddress = 20
    /// How long a connection may stay without logging in.
    public var loginTime = TimeSpan.seconds(120)
    /// Failed logins of one connection.
    public var loginFailures = 5
    /// Rounds of PBKDF2 for new passwords.
    public var passwordIterations = 100_000
    /// What the day in a ticket's number goes by: minutes east of UTC.
    public var zone = 0
    /// Whether the clock stands still until it is set by hand: for a throw-away desk.
    public var clockByHand = false
    /// Whether to start although the wall clock is far from the last event.
    public var acceptClock = false
    /// Whether to start without `mail.db` although the journal names messages in it.
    public var acceptMissingMail = false
    /// Limits of automatic replies.
    public var automaticReplies = AutoReplyLimits()

    /// The usual settings.
    public init() {}

    /// All addresses of this machine; IPv4 alone where it has no IPv6.
    static let everywhere = [Endpoint(host: "::", port: 6789), Endpoint(host: "0.0.0.0", port: 6789)]

    /// A host and a port to listen on or connect to.
    public struct Endpoint: Equatable, Sendable, CustomStringConvertible {
        /// A name or an address, without brackets.
        public var host: String
        /// 0 lets the system choose.
        public var port: UInt16

        /// Names an endpoint.
        public init(host: String, port: UInt16) {
            self.host = host
            self.port = port
        }

        /// `HOST:PORT`, an address of version 6 in brackets.
        public var description: String {
            host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        }
    }

    /// The server that takes outgoing mail.
    public struct Smarthost: Equatable, Sendable {
        /// How the connection is protected.
        public enum Security: String, Equatable, Sendable {
            /// Not at all: a server on this machine.
            case none
            /// STARTTLS, or nothing is sent.
            case starttls
            /// TLS from the first byte.
            case tls
        }

        /// Where it is; `nil`: none is named.
        public var endpoint: Endpoint?
        /// How the connection is protected; `nil`: the owner has not said, and it is not.
        public var security: Security?
        /// The name to log in by; empty: no login.
        public var user = ""
        /// A file whose first line is the password.
        public var passwordFile: String?
        /// A file with the certificates to trust; `nil`: the system's.
        public var authorities: String?

        /// No server.
        public init(endpoint: Endpoint? = nil) {
            self.endpoint = endpoint
        }
    }
}
