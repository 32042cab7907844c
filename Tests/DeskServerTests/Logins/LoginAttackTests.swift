import DeskModel
import DeskNet
import DeskTestSupport
import Synchronization
import Testing

@testable import DeskServer

/// Attacks on logins, played against a whole desk.
@Suite struct LoginAttackTests {
    private let office = "192.0.2.7"

    private func logIn(_ who: String, _ line: String, at desk: MemoryDesk, from host: String) throws -> String? {
        try desk.call(who, from: try #require(PeerAddress(digits: host)))
        try desk.send(who, Array((line + "\n").utf8))
        _ = try desk.hear(who)  // the greeting
        return try desk.hear(who)
    }

    @Test func `guesses from elsewhere keep no agent out, and 10,001 names clear nothing`() throws {
        let desk = try MemoryDesk([("login-failures", "100")])
        for number in 1...30 {
            _ = try logIn("g\(number)", "login meier wrong", at: desk, from: "203.0.113.5")
        }
        #expect(
            try logIn("g", "login meier m", at: desk, from: "203.0.113.5")?.hasPrefix("ERR bad-login retry=") == true)
        #expect(try logIn("m", "login meier m", at: desk, from: office)?.hasPrefix("OK hello meier") == true)
        for number in 1...10_001 {
            let origin = try #require(PeerAddress(digits: "203.0.113.5"))
            _ = try desk.switchboard.loginThrottle.fail("n\(number)", from: origin, at: Clock.monotonic())
        }
        #expect(
            try logIn("h", "login meier m", at: desk, from: "203.0.113.5")?.hasPrefix("ERR bad-login retry=") == true)
        #expect(try logIn("s", "login schulze s", at: desk, from: office)?.hasPrefix("OK hello schulze") == true)
    }

    @Test func `an attacker at an agent's own address who knows all names keeps no one out`() throws {
        let desk = try MemoryDesk([("login-failures", "100")])
        let names = ["meier", "schulze", "mustermann"]
        for name in names {
            #expect(
                try logIn("\(name)1", "login \(name) \(name.prefix(1))", at: desk, from: office)?.hasPrefix("OK")
                    == true)
        }
        for name in names {
            for number in 1...8 { _ = try logIn("\(name)-g\(number)", "login \(name) x", at: desk, from: office) }
        }
        for name in names {
            #expect(
                try logIn("\(name)2", "login \(name) \(name.prefix(1))", at: desk, from: office)?.hasPrefix("OK")
                    == true)
        }
        // From an address of which nothing is known the guesser waits.
        for number in 1...3 { _ = try logIn("z\(number)", "login meier x", at: desk, from: "2001:db8::1") }
        #expect(
            try logIn("z", "login meier m", at: desk, from: "2001:db8::2")?.hasPrefix("ERR bad-login retry=") == true)
        #expect(try logIn("y", "login meier m", at: desk, from: "2001:db8:0:1::2")?.hasPrefix("OK") == true)
    }

    @Test func `a token gets in whatever was guessed before`() throws {
        let desk = try MemoryDesk([("login-failures", "100")])
        let token = try #require(try desk.shell(["token", "add", "meier", "robot"]).last)
        for number in 1...5 { _ = try logIn("g\(number)", "login meier x", at: desk, from: office) }
        #expect(try logIn("bot", "login meier \(token)", at: desk, from: office)?.hasPrefix("OK hello meier") == true)
    }

    /// Three hundred origins ask for a check of many milliseconds each while an agent logs in.
    @Test func `a flood of checks delays an agent at a known origin by one`() throws {
        let desk = try MemoryDesk([("password-iterations", "50000")])
        #expect(try logIn("first", "login meier m", at: desk, from: office)?.hasPrefix("OK hello meier") == true)
        let strangers = (1...300).map { "s\($0)" }
        for (number, stranger) in strangers.enumerated() {
            try desk.call(stranger, from: .ipv4(UInt32(0x0A00_0000 + number), port: 1))
            try desk.send(stranger, Array("login meier wrong\n".utf8))
        }
        try desk.call("meier", from: try #require(PeerAddress(digits: office)))
        try desk.switchboard.turn()
        try desk.send("meier", Array("login meier m\n".utf8))
        // Lines have their turns, too; what counts here begins when the password is to be checked.
        while try !desk.isBusy("meier") { try desk.switchboard.turn() }
        let before = try desk.finals(of: strangers).count { $0.hasPrefix("ERR bad-login :") }
        while try desk.finals(of: ["meier"]).isEmpty { try desk.turn() }
        let after = try desk.finals(of: strangers)
        #expect(after.count { $0.hasPrefix("ERR bad-login :") } - before <= 1)
        // The queue holds 256; the others were told to come again.
        #expect(after.count { $0.hasPrefix("ERR bad-login retry=5 ") } >= 300 - 256 - before - 2)
        #expect(try desk.finals(of: ["meier"]).allSatisfy { $0.hasPrefix("OK hello meier ") })
    }

    /// Names as attackers send them, to have others blocked or to blind the filter.
    static let names = [
        "meier", "", "a b", "x\" host=10.0.0.1 name=\"y", "x\\", "x\\\" host=10.0.0.1", "\u{1B}[2J", "\u{202E}x", "ä",
        "login: failed host=10.0.0.1 name=\"x\"", String(repeating: "\"", count: 4000),
    ]

    @Test(arguments: names) func `the filter for fail2ban finds the address, whatever the name says`(name: String)
        throws
    {
        let path = Conversation.root + "/packaging/fail2ban/filter.d/zuruf.conf"
        let filter = String(decoding: try Files.read(path, limit: 10_000), as: UTF8.self)
        let line = try #require(filter.split(separator: "\n").first { $0.hasPrefix("failregex = ") })
        let pattern = line.dropFirst("failregex = ".count)
            .replacing("%(__prefix_line)s", with: "").replacing("<ADDR>", with: "([0-9a-f:.]+)")
        for host in ["192.0.2.7", "2001:db8::7"] {
            let written = Mutex<[UInt8]>([])
            let log = Log(isJournal: false) { bytes in written.withLock { $0 += bytes } }
            log.note(.loginFailed(name: name, from: try #require(PeerAddress(digits: host))))
            let text = String(decoding: written.withLock { $0 }, as: UTF8.self)
            #expect(text.utf8.count { $0 == 0x0A } == 1)
            let match = try #require(try Regex(String(pattern)).firstMatch(in: String(text.dropLast())), "\(text)")
            #expect(match.output[1].substring.map(String.init) == host)
        }
    }
}
