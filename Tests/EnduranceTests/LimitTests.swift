import DeskNet
import DeskTestSupport
import Testing

/// What happens at the desk's limits, and at its end.
@Suite struct LimitTests {
    @Test func `without descriptors newcomers wait, and everybody else goes on`() throws {
        let desk = try Desk(["--strangers-per-address", "1000", "--connections-per-address", "1000"], descriptors: 160)
        try desk.bringIn(2)
        let meier = try desk.connect("meier")
        #expect(try meier.ask("claim 1").hasPrefix("OK claimed "))
        print("limits: \(desk.openDescriptors ?? 0) descriptors with one agent")
        // More than there is room for, most of them without a word.
        var crowd: [Connection] = []
        for _ in 0..<250 { crowd.append(try Connection.connect(host: "127.0.0.1", port: desk.plainPort)) }
        #expect(try meier.ask("say #1 noch da").hasPrefix("OK said "))
        #expect(try meier.ask("show 1").hasPrefix("OK show "))
        #expect(try meier.ask("claim 2").hasPrefix("OK claimed "))
        // Mail comes in through doors, workers and files that need descriptors, too.
        #expect(try desk.deliver(.number(7)).end == .exited(0))
        #expect(desk.openDescriptors ?? 0 <= 160)
        for connection in crowd { connection.close() }
        // Whoever comes now is served again.
        let schulze = try desk.patiently { try desk.connect("schulze") }
        #expect(try schulze.ask("claim 3").hasPrefix("OK claimed "))
        #expect(desk.stop() == .exited(0))
    }

    @Test func `a full desk says so in place of a greeting`() throws {
        let desk = try Desk(["--connections", "3"])
        let lines = try (0..<3).map { _ in try desk.connect("meier") }
        let fourth = try desk.connect()
        #expect(try fourth.nextLine()?.hasPrefix("ERR busy retry=30") == true)
        #expect(try fourth.nextLine() == nil)
        lines[0].close()
        let fifth = try desk.patiently { try desk.connect("schulze") }
        #expect(try fifth.ask("ping").hasPrefix("OK pong"))
        #expect(desk.stop() == .exited(0))
    }

    @Test func `strangers of one address leave room for those who have logged in`() throws {
        let desk = try Desk(["--strangers-per-address", "2", "--connections-per-address", "5"])
        let meier = try desk.connect("meier")
        let strangers = try (0..<2).map { _ in try desk.connect() }
        for stranger in strangers { #expect(try stranger.nextLine()?.hasPrefix("DESK/1 ") == true) }
        #expect(try desk.connect().nextLine()?.hasPrefix("ERR busy retry=30") == true)
        try strangers[0].send("login schulze s\n")
        #expect(try strangers[0].nextLine()?.hasPrefix("OK hello schulze ") == true)
        #expect(try desk.connect("schulze").ask("ping").hasPrefix("OK pong"))
        #expect(try meier.ask("who").hasPrefix("OK who "))
        #expect(desk.stop() == .exited(0))
    }

    @Test func `who speaks HTTP is hung up on without an answer`() throws {
        let desk = try Desk()
        let line = LiveLine(try Connection.connect(host: "127.0.0.1", port: desk.port))
        try line.send("GET / HTTP/1.1\r\nHost: desk.example\r\n\r\n")
        while let said = try line.nextLine() { #expect(!said.contains("HTTP") && !said.contains("DESK")) }
        let inside = try desk.connect()
        #expect(try inside.nextLine()?.hasPrefix("DESK/1 ") == true)
        try inside.send("GET / HTTP/1.1\r\nHost: desk.example\r\n\r\n")
        #expect(try inside.nextLine() == nil)
        #expect(desk.stop() == .exited(0))
    }

    @Test func `who does not log in in time goes, even if he says something now and then`() throws {
        let desk = try Desk(["--login-time", "2s"])
        let silent = try desk.connect()
        let halves = try desk.connect()
        let meier = try desk.connect("meier")
        try halves.send("lo")
        #expect(try silent.nextLine()?.hasPrefix("DESK/1 ") == true)
        #expect(try silent.nextLine() == "~ bye why=login")
        #expect(try silent.nextLine() == nil)
        #expect(try halves.nextLine()?.hasPrefix("DESK/1 ") == true)
        #expect(try halves.nextLine() == "~ bye why=login")
        #expect(try meier.ask("ping").hasPrefix("OK pong"))
        #expect(desk.stop() == .exited(0))
    }

    @Test func `a line that comes a byte at a time is one line, and holds up nobody`() throws {
        let desk = try Desk()
        try desk.bringIn(1)
        let (slow, meier) = (try desk.connect("schulze"), try desk.connect("meier"))
        for letter in "claim 1" {
            try slow.send(String(letter))
            #expect(try meier.ask("ping").hasPrefix("OK pong"))
        }
        #expect(try meier.ask("list inbox").hasPrefix("OK list n=1 "))
        try slow.send("\n")
        #expect(try slow.final().hasPrefix("OK claimed #1 "))
        #expect(desk.stop() == .exited(0))
    }

    @Test func `at its end the desk says good-bye to everybody, and waits are told first`() throws {
        let desk = try Desk()
        let lines = try ["meier", "schulze"].map { try desk.connect($0) }
        let stranger = try desk.connect()
        try lines[0].send("@w claim next inbox wait=60\n@p ping\n")
        #expect(try lines[0].nextLine()?.hasPrefix("@p OK pong") == true)
        desk.send(.terminate)
        #expect(try lines[0].nextLine()?.hasPrefix("@w ERR shutting-down retry=5") == true)
        for line in lines {
            #expect(try line.nextLine() == "~ bye why=shutdown retry=5")
            #expect(try line.nextLine() == nil)
        }
        #expect(try stranger.nextLine()?.hasPrefix("DESK/1 ") == true)
        #expect(try stranger.nextLine()?.hasPrefix("~ bye why=shutdown ") == true)
        #expect(desk.end() == .exited(0))
    }

    @Test func `a certificate is read anew without losing a connection`() throws {
        let desk = try Desk()
        let meier = try desk.connect("meier")
        _ = try meier.ask("subscribe *")
        let other = desk.folder + "/other"
        try Programs.expect(
            "zurufd", ["init", "--state", other, "--password-stdin", "--password-iterations", "4096"],
            input: Array("x\n".utf8))
        for name in ["certificate.pem", "key.pem"] {
            let bytes = try Files.read("\(other)/\(name)", limit: 1 << 16)
            try Files.write(bytes, to: "\(desk.state)/\(name)", mode: 0o600)
        }
        desk.send(.hangup)
        try desk.hear("certificate read anew")
        #expect(try meier.ask("say inbox noch da").hasPrefix("OK said "))
        // Who trusts the old one alone gets in no more; who trusts the new one does.
        #expect(throws: NetError.self) { try desk.connect() }
        let trusted = try TLSContext(trusting: .authorities(file: other + "/certificate.pem"))
        let connection = try Connection.connect(host: "127.0.0.1", port: desk.port, over: trusted)
        try connection.completeHandshake(host: "127.0.0.1")
        try LiveLine(connection).login("schulze")
        #expect(desk.stop() == .exited(0))
    }
}
