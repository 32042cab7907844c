import DeskNet
import DeskTestSupport
import Glibc
import Testing

@testable import DeskServer

@Suite struct ProgramTests {
    private static let mail =
        "From: Karl <kunde@example.com>\nTo: hilfe@desk.example\nSubject: Ton fehlt\n\nKein Ton.\n"

    @Test func `a desk is set up once, and what it keeps is its user's alone`() throws {
        let hall = try Hall()
        let again = try hall.zurufd("init", "--state", hall.state, "--password-stdin", input: "x\n")
        #expect(again.end == .exited(1))
        #expect(again.errors == "zurufd init: there is a desk in \(hall.state) already\n")
        let inside = try Files.list(hall.state)
        #expect(Set(["certificate.pem", "journal.db", "key.pem", "secret"]).isSubset(of: Set(inside)))
        let modes = try hall.zurufd("agent", "list", "--state", hall.state)
        #expect(modes.output == "mustermann admin login=password *=rwml\n")
    }

    @Test func `a stopped desk and a running one are administered by the same words`() throws {
        let hall = try Hall()
        for isRunning in [false, true] {
            if isRunning { try hall.serve() }
            let name = isRunning ? "schulze" : "meier"
            let added = try hall.zurufd(
                "agent", "add", name, "--rights", "*=rw", "--state", hall.state, "--password-iterations", "4096")
            #expect(added.end == .exited(0), "\(added)")
            #expect(added.output.hasPrefix("password of \(name): "))
            let refused = try hall.zurufd("agent", "rights", name, "nowhere=r", "--state", hall.state)
            #expect(refused.end == .exited(1))
            #expect(refused.errors == "zurufd agent rights: there is no queue nowhere\n")
            let wrong = try hall.zurufd("agent", "rights", name, "nowhere", "--state", hall.state)
            #expect(wrong.end == .exited(2))
            let token = try hall.zurufd("token", "add", name, "robot", "--state", hall.state)
            #expect(token.end == .exited(0), "\(token)")
            #expect(token.output.hasPrefix("zt-"))
            let queue = try hall.zurufd(
                ["queue", "add", "\(name)s", "--address", "\(name)@desk.example", "--state", hall.state], input: [])
            #expect(queue.end == .exited(0), "\(queue)")
            let list = try hall.zurufd("agent", "list", "--state", hall.state)
            #expect(list.output.contains("\(name) login=password tokens=robot *=rw\n"), "\(list)")
        }
        let queues = try hall.zurufd("queue", "list", "--state", hall.state).output
        #expect(queues.contains("meiers address=meier@desk.example"))
        #expect(queues.contains("schulzes address=schulze@desk.example"))
        #expect(hall.stop() == .exited(0))
    }

    @Test func `an agent whose rights cannot be granted is not added, and of several rights all hold or none`() throws {
        let hall = try Hall()
        for isRunning in [false, true] {
            if isRunning { try hall.serve() }
            let before = try hall.zurufd("agent", "list", "--state", hall.state).output
            let add = ["agent", "add", "meier", "--bot", "--rights", "*=r", "--rights", "nowhere=rw"]
            let refused = try hall.zurufd(add + ["--state", hall.state], input: [])
            #expect(refused.end == .exited(1))
            #expect(refused.errors == "zurufd agent add: there is no queue nowhere\n")
            let rights = ["agent", "rights", "mustermann", "inbox=r", "nowhere=r"]
            #expect(try hall.zurufd(rights + ["--state", hall.state], input: []).end == .exited(1))
            #expect(try hall.zurufd("agent", "list", "--state", hall.state).output == before)
        }
        let added = ["agent", "add", "meier", "--bot", "--rights", "*=r", "--rights", "inbox=rw"]
        #expect(try hall.zurufd(added + ["--state", hall.state], input: []).end == .exited(0))
        let list = try hall.zurufd("agent", "list", "--state", hall.state).output
        #expect(list.contains("meier bot login=- *=r inbox=rw\n"), "\(list)")
        #expect(hall.stop() == .exited(0))
    }

    @Test func `a mail that is handed in has a ticket, the same mail again has the same`() throws {
        let hall = try Hall()
        try Files.makeDirectory(hall.yard.path + "/outgoing")
        try hall.serve("--outgoing", hall.yard.path + "/outgoing")
        let words = ["deliver", "--state", hall.state, "--from", "kunde@example.com", "hilfe@desk.example"]
        let first = try hall.zurufd(words, input: Array(ProgramTests.mail.utf8))
        #expect(first.end == .exited(0), "\(first)")
        #expect(first.output.hasPrefix("2.0.0 ticket 2"))
        let second = try hall.zurufd(words, input: Array(ProgramTests.mail.utf8))
        #expect(second.output == first.output)
        try hall.wait(for: "courier: handed over")
        let mails = try Files.list(hall.yard.path + "/outgoing")
        #expect(mails.count == 1)
        let sent = String(
            decoding: try Files.read("\(hall.yard.path)/outgoing/\(mails[0])", limit: 10_000), as: UTF8.self)
        #expect(sent.contains("\r\nTo: Karl <kunde@example.com>\r\n"))
        #expect(sent.contains("\r\nAuto-Submitted: auto-replied\r\n"))
        let status = try hall.zurufd("status", "--state", hall.state)
        #expect(status.output.contains("tickets=1\n"))
        #expect(hall.stop() == .exited(0))
    }

    @Test func `what the mail server would not take goes out after a restart, byte for byte`() throws {
        let hall = try Hall()
        let office = try PlayedPostOffice(on: hall.yard.loop, answers: ["451 4.3.0 later"])
        let options = ["--smarthost", "\(office.endpoint)", "--pauses", "1h", "--host", "desk.example"]
        try hall.serve(options)
        _ = try hall.zurufd(
            ["deliver", "--state", hall.state, "--from", "kunde@example.com", "hilfe@desk.example"],
            input: Array(ProgramTests.mail.utf8))
        #expect(try hall.wait(for: "courier: not yet").contains("later"))
        #expect(hall.stop() == .exited(0))
        office.answers = ["250 2.0.0 taken"]
        try hall.serve(options)
        try hall.wait(for: "courier: handed over")
        #expect(office.handed.count == 2)
        #expect(office.handed[0] == office.handed[1])
        #expect(office.handed[0].sender.isEmpty)
        #expect(office.handed[0].recipient == "kunde@example.com")
        #expect(hall.stop() == .exited(0))
    }

    @Test func `without a desk, with wrong words and on a signal the mail server keeps the mail`() throws {
        let hall = try Hall()
        let alone = try hall.zurufd("deliver", "--state", hall.state, input: ProgramTests.mail)
        #expect(alone.end == .exited(75))
        #expect(alone.output.hasPrefix("4.3.0 the desk does not answer"))
        #expect(alone.output.utf8.count { $0 == 0x0A } == 1)
        #expect(alone.errors.isEmpty)
        let wrong = try hall.zurufd("deliver", "--colour", "red", input: ProgramTests.mail)
        #expect(wrong.end == .exited(75))
        #expect(wrong.output == "4.3.0 there is no option --colour\n")
    }

    @Test(arguments: [Int32(11), 4, 5, 6, 7, 8, 15]) func `killed while it reads, it says so`(signal: Int32) throws {
        let yard = try Yard()
        let process = try ChildProcess(
            path: Programs.path("zurufd"), arguments: ["deliver", "--state", yard.path], input: .pipe, output: .pipe,
            errors: .null)
        // Once it has read what is in the pipe, its handlers stand: they come first.
        let half = Array("From: a@b\n".utf8)
        #expect(process.send(half.span) == .moved(half.count))
        var room = [UInt8](repeating: 0, count: 1000)
        let state = "/proc/\(process.pid)/syscall"
        try yard.turn { (try? Files.read(state, limit: 1000))?.starts(with: "0 0x0 ".utf8) == true }
        let killer = try ChildProcess(path: "/bin/sh", arguments: ["-c", "kill -\(signal) \(process.pid)"])
        #expect(killer.wait() == .exited(0))
        #expect(process.wait() == .exited(75))
        guard case .bytes(let count) = process.receive(into: &room) else {
            Issue.record("it said nothing")
            return
        }
        #expect(String(decoding: room[..<count], as: UTF8.self).hasPrefix("4.3.0 "))
    }

    @Test func `a mail over the limit is refused for good, by the pipe and by LMTP`() throws {
        let hall = try Hall()
        try hall.serve("--mail-most", "4K")
        let long = ProgramTests.mail + String(repeating: "x\n", count: 3000)
        let refused = try hall.zurufd("deliver", "--state", hall.state, input: long)
        #expect(refused.end == .exited(69))
        #expect(refused.output == "5.3.4 a mail may have 4096 bytes\n")
        #expect(hall.stop() == .exited(0))
    }

    @Test func `a second server says who has the desk`() throws {
        let hall = try Hall()
        try hall.serve()
        let second = try hall.zurufd(
            ["serve", "--state", hall.state, "--listen", "127.0.0.1:0"] + Programs.sendsNothing, input: [])
        #expect(second.end == .exited(1))
        #expect(second.errors.contains("the desk in \(hall.state) is served by process "))
        #expect(hall.stop() == .exited(0))
    }

    @Test func `what is missing or wrong at the start is one sentence and exit 1`() throws {
        let hall = try Hall()
        let conf = hall.yard.path + "/zuruf.conf"
        try Files.write(Array("state \(hall.state)\nhots desk.example\n".utf8), to: conf)
        let taken = try Listener.tcp(host: "127.0.0.1", port: 0)
        let port = try #require(taken.port)
        let cases: [([String], String)] = [
            (["--config", conf], "\(conf):2:1: unknown word hots"),
            (["--state", hall.yard.path + "/nowhere"], "there is no desk in \(hall.yard.path)/nowhere"),
            (
                ["--state", hall.state, "--worker", "/nowhere/zuruf-mail"],
                "there is no mail worker /nowhere/zuruf-mail"
            ),
            (
                ["--state", hall.state, "--certificate", "/nowhere/c.pem"],
                "cannot read the certificate /nowhere/c.pem: No such file"
            ),
            (["--state", hall.state, "--key", "/nowhere/k.pem"], "cannot read the key /nowhere/k.pem"),
            (["--state", conf], "\(conf) is not a directory"),
            (["--state", hall.state, "--outgoing", "/proc/nowhere"], "cannot make the folder /proc/nowhere"),
            (
                ["--state", hall.state, "--listen", "127.0.0.1:\(port)"],
                "cannot listen on 127.0.0.1:\(port): Address already"
            ),
        ]
        for (words, sentence) in cases {
            let sends = words.contains("--outgoing") ? [] : Programs.sendsNothing
            let said = try hall.zurufd(["serve"] + words + sends, input: [])
            #expect(said.end == .exited(1), "\(words): \(said)")
            #expect(said.errors.sentences("zurufd serve: \(sentence)") == 1, "\(said.errors)")
        }
        withExtendedLifetime(taken) {}
    }

    /// Whoever asks, root too: where a file should be is a folder.
    @Test(arguments: [
        ("lock", "cannot lock ", 1), ("secret", "cannot read ", 1), ("admin.sock", "", 1), ("lmtp.sock", "", 1),
        ("journal.db", "cannot open journal.db", 74), ("mail.db", "cannot open mail.db", 74),
        ("desk.db", "cannot open desk.db", 74),
    ]) func `a state folder in which something cannot be written is one sentence and no desk`(
        file: String, sentence: String, status: Int32
    ) throws {
        let hall = try Hall()
        if Files.exists("\(hall.state)/\(file)") { try Files.remove("\(hall.state)/\(file)") }
        for rest in ["-wal", "-shm"] { try? Files.remove("\(hall.state)/\(file)\(rest)") }
        try Files.makeDirectory("\(hall.state)/\(file)")
        let said = try hall.zurufd(
            ["serve", "--state", hall.state, "--listen", "127.0.0.1:0"] + Programs.sendsNothing, input: [])
        #expect(said.end == .exited(status), "\(said)")
        #expect(said.errors.sentences("zurufd serve: \(sentence)") == 1, "\(said.errors)")
        #expect(!said.errors.contains("for=agents"))
    }

    @Test func `where no desk can be made is one sentence and exit 1`() throws {
        let yard = try Yard()
        try Files.write([], to: yard.path + "/file")
        for place in [yard.path + "/file", yard.path + "/file/deep", "/proc/nowhere"] {
            let (end, said) = try Programs.run(
                "zurufd", ["init", "--state", place, "--password-stdin", "--password-iterations", "4096"],
                input: Array("x\n".utf8))
            #expect(end == .exited(1))
            #expect(said.sentences("zurufd init: cannot ") == 1 && said.hasSuffix("\n"), "\(said)")
        }
    }

    @Test func `a clock that is set by hand goes on when told to, one that runs by itself does not`() throws {
        let hall = try Hall()
        try hall.serve("--clock", "hand")
        let before = try hall.zurufd("status", "--state", hall.state).output
        #expect(try hall.zurufd("clock", "advance", "11m", "--state", hall.state).end == .exited(0))
        #expect(try hall.zurufd("status", "--state", hall.state).output != before)
        #expect(hall.stop() == .exited(0))
        let stopped = try hall.zurufd("clock", "advance", "11m", "--state", hall.state)
        #expect(stopped.end == .exited(1))
    }

    /// Everything comes from 127.0.0.1, as through a proxy: agents and attackers share one origin.
    @Test func `who has logged in from an address gets in there whatever is guessed, also after a restart`() throws {
        let hall = try Hall()
        let added = [
            "agent", "add", "meier", "--password-stdin", "--password-iterations", "4096", "--state", hall.state,
        ]
        #expect(try hall.zurufd(added, input: Array("geheim\n".utf8)).end == .exited(0))
        for isFirst in [true, false] {
            try hall.serve()
            if isFirst { #expect(try hall.says(["login meier geheim"]).last?.hasPrefix("OK hello meier") == true) }
            for _ in 1...4 {
                let said = try hall.says((1...5).map { "login meier wrong\($0)" }, toTheEnd: true)
                #expect(said.last == "~ bye why=login", "\(said)")
            }
            #expect(try hall.says(["login meier geheim"]).last?.hasPrefix("OK hello meier") == true)
            #expect(
                try hall.says(["login nobody x", "login nobody x", "login nobody x"]).last?.contains("retry=") == true)
            let log = try hall.wait(for: "login: failed host=127.0.0.1 name=\"nobody\"")
            #expect(log.split(separator: "\n").count { $0 == "login: failed host=127.0.0.1 name=\"meier\"" } == 20)
            #expect(hall.stop() == .exited(0))
        }
    }

    @Test func `status says whether a server runs, and ends so that a script can tell`() throws {
        let hall = try Hall()
        let stopped = try hall.zurufd("status", "--state", hall.state)
        #expect(stopped.end == .exited(3) && stopped.output == "running=no\n", "\(stopped)")
        try hall.serve()
        let served = try hall.zurufd("status", "--state", hall.state)
        #expect(served.end == .exited(0) && served.output.hasPrefix("running=yes\n"), "\(served)")
        #expect(hall.stop() == .exited(0))
        #expect(try hall.zurufd("status", "--state", hall.state).end == .exited(3))
        #expect(try hall.zurufd("status", "--state", hall.yard.path + "/nowhere").end == .exited(1))
    }

    @Test func `what is hard to take back is shown first, and done only on a yes`() throws {
        let hall = try Hall()
        let words = ["--state", hall.state]
        #expect(try hall.zurufd(["agent", "add", "meier", "--bot"] + words, input: []).end == .exited(0))
        #expect(try hall.zurufd(["token", "add", "meier", "robot"] + words, input: []).end == .exited(0))
        for isRunning in [false, true] {
            if isRunning { try hall.serve() }
            let asked = try hall.zurufd(["agent", "retire", "meier"] + words, input: Array("yes\n".utf8))
            #expect(asked.end == .exited(1))
            #expect(asked.output.contains("meier can no longer log in") && asked.output.contains("void: robot\n"))
            #expect(asked.errors == "zurufd agent retire: nothing is changed: without a terminal say --yes\n")
            let last = try hall.zurufd(["agent", "retire", "mustermann"] + words, input: [])
            let sentence = "mustermann is the last admin who can log in: make another agent admin first"
            #expect(last.errors == "zurufd agent retire: \(sentence)\n")
            for words in [
                ["agent", "retire", "mustermann", "--yes"] + words, ["agent", "flags", "mustermann", "-"] + words,
            ] {
                let forced = try hall.zurufd(words, input: [])
                #expect(forced.end == .exited(1) && forced.errors.contains("mustermann is the last admin"), "\(forced)")
            }
            let joined = try hall.zurufd(["customer", "join", "a@example.org", "b@example.org"] + words, input: [])
            #expect(joined.errors == "zurufd customer join: no customer has the address a@example.org\n")
        }
        #expect(try hall.zurufd(["agent", "retire", "meier", "--yes"] + words, input: []).end == .exited(0))
        #expect(try hall.zurufd(["agent", "list"] + words, input: []).output.contains("meier retired"))
        #expect(hall.stop() == .exited(0))
    }

    @Test func `the pin is printed again as init printed it`() throws {
        let yard = try Yard()
        let state = ["--state", yard.path + "/state"]
        let made = try Programs.run("zurufd", ["init", "--password-stdin"] + state, input: Array("x\n".utf8)).said
        let line = try #require(made.split(separator: "\n").last)
        #expect(line.hasPrefix("certificate pin: sha256//"))
        #expect(try Programs.run("zurufd", ["pin"] + state).said == line + "\n")
    }

    @Test(arguments: [
        (" x", "begins nor ends with a blank"), ("x ", "begins nor ends"), ("x\u{A0}", "begins nor ends"),
        ("\u{3000}x", "begins nor ends"), ("", "1 to 256 bytes"), ("a\tb", "no control characters"),
        ("zt-" + String(repeating: "A", count: 43), "look like a token"),
        (String(repeating: "u\u{308}", count: 129), "1 to 256 bytes"),
    ]) func `a password that could not be typed again is refused where it is set`(password: String, why: String) throws
    {
        let yard = try Yard()
        let words = ["init", "--state", yard.path + "/state", "--password-stdin"]
        let (end, said) = try Programs.run("zurufd", words, input: Array((password + "\n").utf8))
        #expect(end == .exited(1) && said.contains(why), "\(said)")
        #expect(!Files.exists(yard.path + "/state"))
    }

    /// Only root can become another user; elsewhere there is nothing to try.
    @Test(.enabled(if: geteuid() == 0)) func `root works on a desk as the user that its folder belongs to`() throws {
        let yard = try Yard()
        #expect(unsafe chmod(yard.path, 0o755) == 0)
        let named = yard.path + "/named"
        let owned = yard.path + "/owned"
        try Files.makeDirectory(owned)
        try Files.giveDirectory(owned, to: 65_534, 65_534)
        let secret = ["--password-stdin", "--password-iterations", "4096"]
        for words in [["--user", "nobody", "--state", named], ["--state", owned]] {
            let made = try Programs.run("zurufd", ["init"] + words + secret, input: Array("x\n".utf8))
            #expect(made.end == .exited(0) && !made.said.contains("belongs to root"), "\(made)")
        }
        for folder in [named, owned] {
            try Programs.expect("zurufd", ["agent", "add", "meier", "--bot", "--state", folder])
            for name in try Files.list(folder) {
                #expect(try Files.owner(of: "\(folder)/\(name)").user == 65_534, "\(name)")
            }
        }
        let own = yard.path + "/own"
        let made = try Programs.run("zurufd", ["init", "--state", own] + secret, input: Array("x\n".utf8)).said
        #expect(made.contains("the desk belongs to root; for a service of another user, init --user NAME\n"))
        let other = try Programs.run("zurufd", ["init", "--user", "no-such-user", "--state", own + "2"] + secret)
        #expect(other.said == "zurufd init: there is no user no-such-user\n")
    }

    @Test func `certificate and key are read anew, and a wrong one is not taken`() throws {
        let hall = try Hall()
        try hall.serve()
        hall.send(.hangup)
        try hall.wait(for: "certificate read anew")
        try Files.write(Array("nonsense".utf8), to: hall.state + "/certificate.pem")
        hall.send(.hangup)
        try hall.wait(for: "certificate not read, the old one goes on")
        #expect(hall.stop() == .exited(0))
    }

    @Test func `help is there for everything`() throws {
        let hall = try Hall()
        let help = try hall.zurufd("serve", "--help")
        #expect(help.end == .exited(0))
        for word in SettingWord.all { #expect(help.output.contains("  --\(word.name) ")) }
        #expect(try hall.zurufd("nonsense").end == .exited(2))
        #expect(try hall.zurufd().end == .exited(2))
        #expect(try hall.zurufd("agent").errors.contains("zurufd agent retire NAME"))
        #expect(try hall.zurufd("version").output == "zurufd \(Shell.version)\n")
    }
}

extension String {
    /// How many lines begin so, if no other line is a complaint.
    fileprivate func sentences(_ beginning: String) -> Int {
        let complaints = split(separator: "\n").filter { $0.hasPrefix("zurufd ") }
        return complaints.allSatisfy { $0.hasPrefix(beginning) } ? complaints.count : -1
    }
}
