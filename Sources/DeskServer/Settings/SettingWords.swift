internal import DeskEngine
internal import DeskModel

/// One word of the configuration file, which is a long option of `serve` too.
struct SettingWord: Sendable {
    /// The word: `login-time`.
    let name: String
    /// What its value looks like: `TIME`.
    let form: String
    /// What it is for, one line.
    let help: String
    /// Whether it may be said several times; each adds one value, the first takes the place of what was there.
    var isList = false
    /// Takes the value over, or says what it should have been; `isFirst`: none of this source was taken before.
    let set: @Sendable (inout Settings, String, _ isFirst: Bool) throws(Expected) -> Void
}

/// A setting that holds a `Value`.
private typealias Slot<Value> = any WritableKeyPath<Settings, Value> & Sendable

extension SettingWord {
    private static func word<Value>(
        _ name: String, _ form: String, _ help: String, _ slot: Slot<Value>,
        _ read: @escaping @Sendable (String) throws(Expected) -> Value
    ) -> SettingWord {
        SettingWord(name: name, form: form, help: help) { settings, text, _ throws(Expected) in
            settings[keyPath: slot] = try read(text)
        }
    }

    private static func count(
        _ name: String, _ bounds: ClosedRange<Int>, _ help: String, _ slot: Slot<Int>
    ) -> SettingWord {
        word(name, "N", help, slot) { text throws(Expected) in try SettingValue.count(text, in: bounds) }
    }

    private static func time(_ name: String, _ help: String, _ slot: Slot<TimeSpan>) -> SettingWord {
        word(name, "TIME", help, slot) { text throws(Expected) in try TimeSpan(setting: text) }
    }

    private static func file(_ name: String, _ form: String, _ help: String, _ slot: Slot<String?>) -> SettingWord {
        word(name, form, help, slot) { text throws(Expected) in try SettingValue.path(text) }
    }

    private static func listen(
        _ name: String, _ help: String, _ slot: Slot<[Settings.Endpoint]>, loopbackOnly: Bool
    ) -> SettingWord {
        SettingWord(name: name, form: "HOST:PORT", help: help, isList: true) {
            settings, text, isFirst throws(Expected) in
            let endpoint = try Settings.Endpoint(setting: text)
            guard endpoint.isLoopback || !loopbackOnly else {
                throw Expected("an address of this machine alone, for example 127.0.0.1:\(endpoint.port)")
            }
            if isFirst { settings[keyPath: slot] = [] }
            settings[keyPath: slot].append(endpoint)
        }
    }

    /// Every word there is, in the order in which `--help` shows them.
    static let all: [SettingWord] = places + doors + mail + limits + accounts + clock

    /// The word of that name.
    static func named(_ name: some StringProtocol) -> SettingWord? {
        all.first { $0.name == name }
    }

    private static let places: [SettingWord] = [
        word("host", "NAME", "the desk's name, in greetings and Message-IDs", \.host) { text throws(Expected) in
            try SettingValue.host(text)
        },
        word("state", "DIR", "where journal, mails, certificate and sockets lie", \.state) { text throws(Expected) in
            try SettingValue.path(text)
        },
        file("certificate", "FILE", "certificate chain, PEM [state/certificate.pem]", \.certificate),
        file("key", "FILE", "its private key, PEM [state/key.pem]", \.key),
        file("worker", "FILE", "the mail worker [zuruf-mail beside zurufd]", \.worker),
    ]

    private static let doors: [SettingWord] = [
        listen("listen", "where agents connect, over TLS [[::]:6789]", \.listen, loopbackOnly: false),
        listen(
            "plain-listen", "where agents connect without TLS; loopback [none]", \.plainListen, loopbackOnly: true),
        listen("lmtp-listen", "where mail comes in over TCP; loopback only [none]", \.lmtpListen, loopbackOnly: true),
        file("lmtp-socket", "PATH", "where mail comes in [state/lmtp.sock]", \.lmtpSocket),
        word("lmtp-mode", "MODE", "who may hand mail in there, as for chmod [660]", \.lmtpMode) {
            text throws(Expected) in
            try SettingValue.mode(text)
        },
    ]

    private static let mail: [SettingWord] = [
        word("mail-most", "SIZE", "the largest mail that is taken in [25M]", \.mailMost) { text throws(Expected) in
            try SettingValue.size(text, in: 1024...(50 << 20) - 4096)
        },
        file("outgoing", "DIR", "write outgoing messages there as .eml files instead of sending them", \.outgoing),
        word("smarthost", "HOST:PORT", "the server that takes outgoing mail", \.smarthost.endpoint) {
            text throws(Expected) in
            try Settings.Endpoint(server: text)
        },
        word(
            "smarthost-security", "none|starttls|tls",
            "how that connection is protected; to be said unless it is on this machine", \.smarthost.security
        ) { text throws(Expected) in
            guard let security = Settings.Smarthost.Security(rawValue: text) else {
                throw Expected("none, starttls or tls")
            }
            return security
        },
        word("smarthost-user", "NAME", "the name to log in by [no login]", \.smarthost.user) {
            text throws(Expected) in
            guard !text.isEmpty, SettingValue.isPrintable(text) else { throw Expected("a name") }
            return text
        },
        file(
            "smarthost-password", "FILE", "a file whose first line is the password, for its owner's eyes alone",
            \.smarthost.passwordFile),
        file(
            "smarthost-authorities", "FILE", "certificates to trust, PEM [the system's]", \.smarthost.authorities),
        word("pauses", "TIMES", "pauses between tries to send, the last repeats [1m,2m,5m,15m,30m,1h]", \.pauses) {
            text throws(Expected) in try SettingValue.spans(text)
        },
        time("give-up", "after so long a mail is given up [5d]", \.giveUp),
    ]

    private static let limits: [SettingWord] = [
        count("connections", 1...1_000_000, "agents' connections in all [20000]", \.connections),
        count(
            "connections-per-address", 1...1_000_000, "agents' connections from one address [100]",
            \.connectionsPerAddress),
        count(
            "strangers-per-address", 1...1_000_000, "of these, not logged in [20]", \.strangersPerAddress),
        time("login-time", "how long a connection may stay without logging in [2m]", \.loginTime),
        count("login-failures", 1...100, "failed logins of one connection [5]", \.loginFailures),
        count(
            "replies-per-address-hour", 0...1_000_000, "automatic replies to one address in an hour [3]",
            \.automaticReplies.addressHourly),
        count(
            "replies-per-address-day", 0...1_000_000, "automatic replies to one address in a day [10]",
            \.automaticReplies.addressDaily),
        count(
            "replies-per-domain-hour", 0...1_000_000, "automatic replies to one domain in an hour [60]",
            \.automaticReplies.domainHourly),
        count(
            "replies-per-subject-hour", 0...1_000_000, "automatic replies to one subject in an hour [5]",
            \.automaticReplies.subjectHourly),
        count(
            "replies-breaker", 0...1_000_000,
            "automatic replies in ten minutes, or those to the busiest domain stop, then all [300]",
            \.automaticReplies.breaker),
        word(
            "reply-to-follow-ups", "yes|no", "whether mails that join a ticket are answered automatically too [no]",
            \.automaticReplies.answersFollowUps
        ) { text throws(Expected) in try SettingValue.yes(text) },
    ]

    private static let accounts: [SettingWord] = [
        count(
            "password-iterations", 4096...10_000_000, "rounds of PBKDF2 for new passwords [100000]",
            \.passwordIterations)
    ]

    private static let clock: [SettingWord] = [
        word("zone", "UTC|+HH:MM", "where the day in a ticket's number begins [UTC]", \.zone) { text throws(Expected) in
            try SettingValue.zone(text)
        },
        word(
            "clock", "wall|hand", "`hand`: stands still until set by hand, for a throw-away desk [wall]", \.clockByHand
        ) {
            text throws(Expected) in
            switch text {
            case "wall": false
            case "hand": true
            default: throw Expected("wall or hand")
            }
        },
        word("accept-clock", "yes|no", "start though the wall clock is far from the last event [no]", \.acceptClock) {
            text throws(Expected) in try SettingValue.yes(text)
        },
        word(
            "accept-missing-mail", "yes|no", "start though mail.db is gone, without the original messages [no]",
            \.acceptMissingMail
        ) { text throws(Expected) in try SettingValue.yes(text) },
    ]
}
