import DeskEngine
import DeskModel
import DeskNet
import Glibc
import Testing

@testable import DeskServer

@Suite struct SettingsTests {
    private func read(_ text: String) throws(SettingsError) -> Settings {
        var settings = Settings()
        var file = SettingsFile(name: "zuruf.conf", bytes: Array(text.utf8))
        try file.apply(to: &settings)
        return settings
    }

    @Test func `a file says words and values`() throws {
        let settings = try read(
            """
            # a desk
            host Desk.Example.ORG   # its name
            \tlisten 127.0.0.1:6789
            listen [::1]:6789\r
            state "/srv/my desk"
            pauses 1s,2m
            mail-most 2M
            clock hand
            zone -03:30
            smarthost mail.example.org:587
            smarthost-security starttls
            replies-per-address-hour 7
            """)
        #expect(settings.host == "desk.example.org")
        #expect(settings.listen.map(\.description) == ["127.0.0.1:6789", "[::1]:6789"])
        #expect(settings.state == "/srv/my desk")
        #expect(settings.pauses == [.seconds(1), .minutes(2)])
        #expect(settings.mailMost == 2 << 20)
        #expect(settings.clockByHand)
        #expect(settings.zone == -210)
        #expect(settings.smarthost.endpoint == Settings.Endpoint(host: "mail.example.org", port: 587))
        #expect(settings.smarthost.security == .starttls)
        #expect(settings.automaticReplies.addressHourly == 7)
    }

    private static let endpoint = "HOST:PORT, for example 127.0.0.1:6789 or [::1]:6789"
    private static let server = "HOST:PORT of a server, for example mail.example.org:587"

    static let wrong: [(String, String)] = [
        ("hots a", "zuruf.conf:1:1: unknown word hots"),
        ("\n  hots a", "zuruf.conf:2:3: unknown word hots"),
        ("\u{1B}[2J x", "zuruf.conf:1:1: control characters are not allowed"),
        ("host a\rlogin-time 5m", "zuruf.conf:1:6: control characters are not allowed"),
        ("host", "zuruf.conf:1:1: host needs a value: NAME"),
        ("host a b", "zuruf.conf:1:8: host takes one value: put one with blanks in double quotes"),
        ("host \"a", "zuruf.conf:1:6: the closing quote is missing"),
        ("host \"a\"b", "zuruf.conf:1:9: a blank is missing after the closing quote"),
        ("host a\nhost b", "zuruf.conf:2:1: host is set in line 1 already"),
        ("listen 6789", "zuruf.conf:1:8: listen expects HOST:PORT, for example 127.0.0.1:6789 or [::1]:6789"),
        ("listen ::1:6789", "zuruf.conf:1:8: listen expects HOST:PORT, for example 127.0.0.1:6789 or [::1]:6789"),
        ("listen a:65536", "zuruf.conf:1:8: listen expects HOST:PORT, for example 127.0.0.1:6789 or [::1]:6789"),
        (
            "plain-listen 0.0.0.0:1",
            "zuruf.conf:1:14: plain-listen expects an address of this machine alone, for example 127.0.0.1:1"
        ),
        (
            "plain-listen 127.example.org:1",
            "zuruf.conf:1:14: plain-listen expects an address of this machine alone, for example 127.0.0.1:1"
        ),
        ("smarthost [mail]:25", "zuruf.conf:1:11: smarthost expects \(SettingsTests.endpoint)"),
        ("smarthost [127.0.0.1]:25", "zuruf.conf:1:11: smarthost expects \(SettingsTests.endpoint)"),
        ("smarthost user@mail:25", "zuruf.conf:1:11: smarthost expects \(SettingsTests.endpoint)"),
        ("smarthost mail/x:25", "zuruf.conf:1:11: smarthost expects \(SettingsTests.endpoint)"),
        ("smarthost mail#:25", "zuruf.conf:1:11: smarthost expects \(SettingsTests.endpoint)"),
        ("smarthost -x:25", "zuruf.conf:1:11: smarthost expects \(SettingsTests.endpoint)"),
        ("smarthost \u{E4}:25", "zuruf.conf:1:11: smarthost expects \(SettingsTests.endpoint)"),
        ("smarthost mail:0", "zuruf.conf:1:11: smarthost expects \(SettingsTests.server)"),
        ("smarthost *:25", "zuruf.conf:1:11: smarthost expects \(SettingsTests.server)"),
        ("smarthost [fe80::1%eth0]:25", "zuruf.conf:1:11: smarthost expects \(SettingsTests.server)"),
        ("login-time 5", "zuruf.conf:1:12: login-time expects a time such as 90s, 5m, 2h or 7d"),
        ("login-time 99999999999999999999s", "zuruf.conf:1:12: login-time expects a time such as 90s, 5m, 2h or 7d"),
        ("connections 0", "zuruf.conf:1:13: connections expects a number from 1 to 1000000"),
        (
            "mail-most 9999999999999999M",
            "zuruf.conf:1:11: mail-most expects a size from 1024 to 52424704 bytes, for example 25M"
        ),
        ("clock sun", "zuruf.conf:1:7: clock expects wall or hand"),
        ("lmtp-mode 8", "zuruf.conf:1:11: lmtp-mode expects three octal digits, for example 660"),
    ]

    @Test(arguments: wrong) func `a wrong word is told with line and column`(text: String, sentence: String) {
        let error = #expect(throws: SettingsError.self) { try read(text) }
        #expect(error?.description == sentence)
    }

    @Test func `a byte order mark in front of the file is no part of its first word`() throws {
        #expect(try read("\u{FEFF}host a\r\nzone UTC\r\n").host == "a")
    }

    @Test(arguments: ["[fe80::1%eth0]:6789", "*:6789", "desk_1:6789", "localhost:0"])
    func `an address to listen on may be any of this machine's`(word: String) throws {
        #expect(try read("listen \(word)").listen.count == 1)
    }

    /// How mail goes out, as a file says it, and what is wrong with that.
    static let ways: [(String, String?)] = [
        ("", "it is not said how mail goes out: set smarthost or outgoing"),
        ("outgoing /tmp", nil),
        ("smarthost 127.0.0.1:25", nil),
        ("smarthost localhost:25", nil),
        ("smarthost [::1]:25", nil),
        ("outgoing /tmp\nsmarthost 127.0.0.1:25", "smarthost and outgoing are both set: mail goes out one way"),
        (
            "smarthost mail.example.org:25",
            "smarthost mail.example.org:25 is on another machine: set smarthost-security to tls, starttls or none"
        ),
        (
            "smarthost 127.example.org:25",
            "smarthost 127.example.org:25 is on another machine: set smarthost-security to tls, starttls or none"
        ),
        (
            "smarthost [2001:db8::1]:25\nsmarthost-user a\nsmarthost-password /p",
            "smarthost [2001:db8::1]:25 is on another machine: set smarthost-security to tls, starttls or none"
        ),
        ("smarthost mail.example.org:25\nsmarthost-security none", nil),
        ("smarthost-security tls\nsmarthost mail.example.org:465", nil),
        ("smarthost-password /p\nsmarthost-user a\nsmarthost 127.0.0.1:25", nil),
        ("smarthost 127.0.0.1:25\nsmarthost-user a", "smarthost-user is set without smarthost-password"),
        ("smarthost 127.0.0.1:25\nsmarthost-password /p", "smarthost-password is set without smarthost-user"),
        ("smarthost-user a", "it is not said how mail goes out: set smarthost or outgoing"),
        ("outgoing /tmp\nsmarthost-user a", "smarthost-user is set, but mail goes to the folder of outgoing"),
        (
            "smarthost-security tls\noutgoing /tmp",
            "smarthost-security is set, but mail goes to the folder of outgoing"
        ),
    ]

    @Test(arguments: ways) func `mail goes out one way, and over a network only as the owner has said`(
        text: String, objection: String?
    ) throws {
        let settings = try read(text)
        let found: String?
        do throws(ShellError) {
            try settings.checkOutgoingMail()
            found = nil
        } catch { found = error.text }
        #expect(found == objection)
    }

    @Test(arguments: [
        ("", EAFNOSUPPORT, true), ("", EADDRNOTAVAIL, true), ("", EADDRINUSE, false), ("", EACCES, false),
        ("listen [::]:6789", EAFNOSUPPORT, false),
    ]) func `without IPv6 the default address of IPv6 is left out, and no other`(
        text: String, errno: Int32, isOptional: Bool
    ) throws {
        let settings = try read(text)
        let error = NetError.system(doing: "listen", errno: errno)
        #expect(settings.isOptional(settings.listen[0], after: error) == isOptional)
        #expect(!settings.isOptional(Settings.everywhere[1], after: error))
    }

    @Test func `the order of the words in the file does not matter`() throws {
        let lines = [
            "smarthost-security starttls", "smarthost mail.example.org:587", "smarthost-user zuruf",
            "host desk.example",
            "smarthost-password /etc/zuruf/password", "smarthost-authorities /etc/ca.pem", "listen 127.0.0.1:1",
        ]
        let settings = try read(lines.joined(separator: "\n"))
        #expect(settings.smarthost.user == "zuruf")
        for shift in lines.indices {
            let turned = lines[shift...] + lines[..<shift]
            #expect(try read(turned.joined(separator: "\n")) == settings)
            #expect(try read(turned.reversed().joined(separator: "\n")) == settings)
        }
    }

    @Test func `a wrong file changes nothing`() {
        var settings = Settings()
        var file = SettingsFile(name: "f", bytes: Array("host a\nhots b\n".utf8))
        #expect(throws: SettingsError.self) { try file.apply(to: &settings) }
        #expect(settings == Settings())
    }

    @Test func `options win over the file, and a list of them replaces the file's`() throws {
        var settings = try read("listen 127.0.0.1:1\nlisten 127.0.0.1:2\nhost a")
        try settings.apply(options: [
            ("listen", "127.0.0.1:3"), ("listen", "127.0.0.1:4"), ("host", "b"), ("host", "c"),
        ])
        #expect(settings.listen.map(\.port) == [3, 4])
        #expect(settings.host == "c")
    }

    @Test func `every word has a line in the help and a value that it refuses`() throws {
        let help = try #require(ShellVerb.find(in: ["serve"])).verb.help
        for word in SettingWord.all {
            #expect(help.contains("  --\(word.name) \(word.form) "))
            var settings = Settings()
            #expect(throws: Expected.self, "\(word.name)") { try word.set(&settings, "", true) }
        }
        #expect(Set(SettingWord.all.map(\.name)).count == SettingWord.all.count)
    }

    @Test(arguments: [("90s", 90_000), ("5m", 300_000), ("2h", 7_200_000), ("7d", 604_800_000)])
    func `a time is a number and a unit`(text: String, milliseconds: Int64) throws {
        let span = try TimeSpan(setting: text)
        #expect(span.milliseconds == milliseconds)
        #expect(try TimeSpan(setting: span.setting) == span)
    }

    @Test func `what strangers wrote is quoted in the log`() {
        #expect(Log.quoted("a@b.example") == "a@b.example")
        #expect(Log.quoted("") == "\"\"")
        #expect(Log.quoted("Größe 3") == "\"Größe 3\"")
        #expect(Log.quoted("\u{1B}[2J\r\n\u{202E}\"\\\u{9B}") == #""\u{1b}[2J\u{d}\u{a}\u{202e}\"\\\u{9b}""#)
        #expect(Log.quoted(String(repeating: "x", count: 1000)).utf8.count == 402)
    }
}
