import DeskModel
import DeskNet
import DeskStore
import DeskTestSupport
import Testing

/// Storage calls of the running desk that fail, and work again.
@Suite struct FaultTests {
    @Test func `a full disk refuses, forgets nothing, and is got over without anybody's help`() throws {
        let desk = try Desk()
        try desk.bringIn(3)
        let (meier, schulze) = (try desk.connect("meier"), try desk.connect("schulze"))
        _ = try schulze.ask("subscribe *")
        #expect(try meier.ask("claim 1").hasPrefix("OK claimed #1 "))
        let before = try meier.list("mine") + meier.list("list inbox")

        try desk.fault("journal.db full")
        for line in ["!k-1 claim 2", "say #1 voll", "release 1", "note 1 voll", "close 1"] {
            #expect(try meier.ask(line).hasPrefix("ERR storage retry="), "\(line)")
        }
        #expect(try meier.list("mine") + meier.list("list inbox") == before)
        let refused = try desk.deliver(.number(9))
        #expect(refused.end == .exited(75) && refused.said.hasPrefix("4."), "\(refused)")
        #expect(try meier.ask("show 3").hasPrefix("OK show #3 "))
        try desk.hear("the desk cannot write, it is read-only")

        try desk.fault("")
        try desk.hear("the desk can write again")
        let claimed = try meier.ask("!k-1 claim 2")
        #expect(claimed.hasPrefix("OK claimed #2 "))
        #expect(try meier.ask("!k-1 claim 2").contains(" again=yes"))
        #expect(try desk.deliver(.number(9)).end == .exited(0))
        let after = try meier.list("list inbox")
        #expect(after.contains { $0.hasPrefix("- #4 ") }, "\(after)")

        let heard = try desk.everythingHeard(by: schulze)
        let log = try desk.connect("mustermann").log()
        #expect(log.suffix(heard.count) == heard[...])
        #expect(desk.kill() == .killed(signal: 9))
        try desk.start()
        #expect(try desk.connect("mustermann").log() == log)
        #expect(try desk.connect("meier").ask("claim 2").hasPrefix("OK yours #2 "))
    }

    /// `isBack`: whether what was written is there after all.
    @Test(arguments: [("write", false), ("sync", true)])
    func `when COMMIT fails nobody is told anything, and the restart tells the truth`(
        fault: String, isBack: Bool
    ) throws {
        let desk = try Desk()
        try desk.bringIn(3)
        let (meier, schulze) = (try desk.connect("meier"), try desk.connect("schulze"))
        _ = try schulze.ask("subscribe *")
        #expect(try meier.ask("!k-1 claim 1").hasPrefix("OK claimed #1 "))
        let before = try desk.everythingHeard(by: schulze)

        try desk.fault("journal.db \(fault)")
        try meier.send("!k-2 claim 2\n")
        #expect(try meier.nextLine() == nil)
        #expect(try schulze.nextLine() == nil)
        #expect(desk.end() == .exited(74), "\(desk.said)")
        #expect(desk.said.contains("nobody knows whether the last write is on disk"))
        #expect(try desk.deliver(.number(9)).end == .exited(75))

        // As long as the disk is like that it does not open its doors.
        #expect(throws: Desk.Closed.self) { try desk.start() }
        #expect(desk.end() == .exited(74), "\(desk.said)")

        try desk.fault("")
        try desk.start()
        let log = try desk.connect("mustermann").log()
        #expect(log.contains { $0.hasPrefix("* \(before.last.map { Said($0).number } ?? 0) ") })
        #expect(log.count { Said($0).words[2] == "claim" } == (isBack ? 2 : 1))
        let again = try desk.connect("meier").ask("!k-2 claim 2")
        #expect(again.hasPrefix("OK claimed #2 ") && again.contains(" again=yes") == isBack, "\(again)")
        #expect(try desk.connect("meier").ask("!k-1 claim 1").contains(" again=yes"))
        #expect(desk.stop() == .exited(0))
        try JournalReader(path: desk.state + "/journal.db").verify()
    }

    /// The old key of a password is read before the new one takes its place, and after a start it is in no memory.
    @Test func `a read that fails before COMMIT is rolled back for sure, and the desk stays`() throws {
        let desk = try Desk()
        try desk.bringIn(2)
        #expect(desk.stop() == .exited(0))
        try desk.start()
        let meier = try desk.connect("meier")
        try desk.fault("journal.db read")
        let passwd = [
            "agent", "passwd", "schulze", "--state", desk.state, "--password-stdin", "--password-iterations", "4096",
        ]
        let refused = try Programs.run("zurufd", passwd, input: Array("neu\n".utf8))
        #expect(refused.end == .exited(1))
        #expect(refused.said == "zurufd agent passwd: the desk cannot write at the moment, try again\n")
        try desk.hear("the desk cannot write, it is read-only")
        try desk.fault("")
        try desk.hear("the desk can write again")
        #expect(try meier.ask("claim 1").hasPrefix("OK claimed "))
        #expect(try desk.connect("schulze").ask("claim 2").hasPrefix("OK claimed "))
        #expect(try Programs.run("zurufd", passwd, input: Array("neu\n".utf8)).end == .exited(0))
        let log = try desk.connect("mustermann").log()
        #expect(log.count { $0.contains(" agent @schulze ") && $0.contains(" change=password") } == 2, "\(log)")
        #expect(desk.stop() == .exited(0))
        try desk.compareRebuilt()
    }

    /// A turn that is larger than SQLite's cache is written in part before its COMMIT.
    @Test func `a write that fails before COMMIT is rolled back for sure, and the desk stays`() throws {
        let desk = try Desk()
        try desk.bringIn(2)
        let meier = try desk.connect("meier")
        let writers = try (0..<4).map { _ in try desk.connect("schulze") }
        let text = String(repeating: String(repeating: "x", count: 99) + "\n", count: 9000)
        for writer in writers { try writer.send("note 1 <<\n" + text) }
        // Every round takes something of every text.
        for _ in 0..<200 { #expect(try meier.ask("ping").hasPrefix("OK pong")) }
        try desk.halted {
            try desk.fault("journal.db write 1")
            for writer in writers { try writer.send(".\n") }
        }
        for writer in writers { #expect(try writer.final().hasPrefix("ERR storage retry=")) }
        try desk.hear("the desk can write again")
        try desk.fault("")
        #expect(try meier.ask("claim 1").hasPrefix("OK claimed "))
        for writer in writers {
            let final = try writer.ask("note 1 <<\n" + text + ".")
            #expect(final.hasPrefix("OK "), "\(final)")
        }
        let log = try desk.connect("mustermann").log()
        #expect(log.count { Said($0).words[2] == "note" } == 4)
        #expect(desk.stop() == .exited(0))
        try desk.compareRebuilt()
    }

    @Test func `while desk.db cannot be synced the desk works on, and nothing is lost`() throws {
        let desk = try Desk()
        try desk.bringIn(3)
        let meier = try desk.connect("meier")
        try desk.fault("desk.db sync")
        #expect(try meier.ask("claim 1").hasPrefix("OK claimed "))
        // Enough for several of SQLite's checkpoints, which are what syncs it.
        let text = String(repeating: "x", count: 3000)
        for number in 0..<1500 {
            #expect(try meier.ask("note 1 <<\n\(number) \(text)\n.").hasPrefix("OK "))
        }
        #expect(try meier.ask("history 1").hasPrefix("OK history #1 "))
        #expect(desk.kill() == .killed(signal: 9))
        try desk.start()
        #expect(try desk.connect("meier").ask("claim 2").hasPrefix("OK claimed "))
        #expect(desk.stop() == .exited(0), "\(desk.said)")
        try desk.fault("")
        try desk.compareRebuilt()
    }

    @Test(arguments: ["write", "full"])
    func `while desk.db cannot be written the desk works on, and history comes back by itself`(fault: String) throws {
        let desk = try Desk()
        try desk.bringIn(3)
        let (meier, schulze) = (try desk.connect("meier"), try desk.connect("schulze"))
        #expect(try meier.ask("show 1").hasPrefix("OK show "))

        try desk.fault("desk.db \(fault)")
        #expect(try meier.ask("claim 1").hasPrefix("OK claimed "))
        try desk.hear("desk.db cannot be written")
        #expect(try desk.deliver(.number(9)).end == .exited(0))
        // All who ask at once are told at once, not one after the other.
        let began = Clock.monotonic()
        try meier.send("show 1\n")
        try schulze.send("history 1\n")
        let third = try desk.connect("schulze")
        try third.send("show 2\n")
        #expect(try schulze.final().hasPrefix("ERR storage retry="))
        #expect(try meier.final().hasPrefix("ERR storage retry="))
        #expect(try third.final().hasPrefix("ERR storage retry="))
        #expect(Clock.monotonic() - began < 9_000_000_000)
        #expect(try schulze.ask("claim 2").hasPrefix("OK claimed "))
        #expect(try meier.ask("say #1 weiter").hasPrefix("OK said "))

        try desk.fault("")
        try desk.hear("desk.db can be written again")
        #expect(try meier.list("show 1").contains("|weiter"))
        #expect(try desk.connect("schulze").ask("show 4").hasPrefix("OK show #4 "))
        #expect(desk.stop() == .exited(0), "\(desk.said)")
        try desk.compareRebuilt()
    }

    @Test func `while desk.db cannot be read the desk works on`() throws {
        let desk = try Desk()
        try desk.bringIn(40)
        let meier = try desk.connect("meier")
        #expect(try meier.ask("claim 1").hasPrefix("OK claimed "))
        for _ in 0..<20 {
            #expect(try meier.ask("note 1 <<\n" + String(repeating: "x", count: 3000) + "\n.").hasPrefix("OK"))
        }
        try desk.fault("desk.db read")
        let answers = try (1...40).map { try meier.ask("history \($0)") }
        #expect(answers.allSatisfy { $0.hasPrefix("OK history ") || $0.hasPrefix("ERR storage retry=") })
        #expect(answers.contains { $0.hasPrefix("ERR storage retry=") })
        #expect(try meier.ask("claim 2").hasPrefix("OK claimed "))
        // Whether it is here already cannot be read, so it has to wait.
        #expect(try desk.deliver(.number(99)).end == .exited(75))
        try desk.fault("")
        #expect(try desk.deliver(.number(99)).end == .exited(0))
        #expect(try meier.ask("history 40").hasPrefix("OK history #40 "))
        #expect(desk.stop() == .exited(0))
        try desk.compareRebuilt()
    }

    @Test(arguments: ["write", "full", "sync"])
    func `while mail.db cannot be written mails have to wait, and nothing else`(fault: String) throws {
        let desk = try Desk()
        try desk.bringIn(1)
        let meier = try desk.connect("meier")
        try desk.fault("mail.db \(fault)")
        let refused = try desk.deliver(.number(9))
        #expect(refused.end == .exited(75) && refused.said.hasPrefix("4."), "\(refused)")
        #expect(try meier.ask("claim 1").hasPrefix("OK claimed "))
        #expect(try meier.ask("show 1").hasPrefix("OK show "))
        #expect(try meier.ask("reply 1 Bitte REC halten.").hasPrefix("OK queued "))
        try desk.fault("")
        #expect(try desk.deliver(.number(9)).end == .exited(0))
        #expect(try desk.deliver(.number(9)).end == .exited(0))
        let log = try desk.connect("mustermann").log()
        #expect(log.count { Said($0).words[2] == "new" } == 2)
        #expect(desk.stop() == .exited(0))
    }

    @Test func `while mail.db cannot be read its mails cannot be shown as they came`() throws {
        let desk = try Desk()
        try desk.bringIn(1)
        let meier = try desk.connect("meier")
        try desk.fault("mail.db read")
        #expect(try meier.ask("raw 1.1").hasPrefix("ERR storage retry="))
        #expect(try meier.ask("claim 1").hasPrefix("OK claimed "))
        try desk.fault("")
        #expect(try meier.ask("raw 1.1").hasPrefix("OK raw #1.1 "))
        #expect(try desk.deliver(.number(9)).end == .exited(0))
        #expect(desk.stop() == .exited(0))
    }
}

extension Mail {
    /// The mail of that number, of a customer of his own.
    static func number(_ number: Int) -> Mail {
        Mail(name: "n\(number)", from: "k\(number)@example.org", subject: "mail \(number)")
    }
}

extension LiveLine {
    /// What a command that only looks has to say, without its final.
    func list(_ command: String) throws -> [String] {
        var records: [String] = []
        let final = try ask(command) { records.append($0) }
        #expect(final.hasPrefix("OK "), "\(command): \(final)")
        return records
    }
}

extension Desk {
    /// Takes in so many mails, each of another customer.
    func bringIn(_ count: Int) throws {
        let post = try post()
        for number in 1...count {
            let reply = try post.send(
                Mail(name: "i\(number)", from: "i\(number)@example.org", subject: "mail \(number)"))
            try #require(reply?.hasPrefix("250 ") == true, "\(reply ?? "nothing")")
        }
    }

    /// Does something while the server stands still, which so takes it all up in one turn.
    func halted(_ body: () throws -> Void) throws {
        func signal(_ name: String) throws {
            let sender = try ChildProcess(path: "/bin/sh", arguments: ["-c", "kill -\(name) \(pid)"])
            try #require(sender.wait() == .exited(0))
        }
        try signal("STOP")
        defer { try? signal("CONT") }
        try body()
    }

    /// The events that a follower has heard up to now.
    func everythingHeard(by follower: LiveLine) throws -> [String] {
        var heard: [String] = []
        _ = try follower.ask("ping") { if $0.hasPrefix("* ") { heard.append($0) } }
        return heard
    }

    /// Of a desk that is down: a `desk.db` made anew has to equal the one that grew.
    func compareRebuilt() throws {
        let grown = try DeskDump.of(state)
        DeskDump.remove(state)
        try start()
        #expect(stop() == .exited(0))
        let difference = try DeskDump.of(state).difference(from: grown)
        #expect(difference.isEmpty, "\(difference.prefix(6))")
        try JournalReader(path: state + "/journal.db").verify()
    }
}
