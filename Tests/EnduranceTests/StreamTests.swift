import DeskModel
import DeskNet
import DeskStore
import DeskTestSupport
import Glibc
import Testing

/// Followers who do not read, who come and go, who come back from nowhere.
@Suite struct StreamTests {
    @Test func `whoever comes and goes has heard the log, every event once`() throws {
        let desk = try Desk()
        try desk.bringIn(2)
        let meier = try desk.connect("meier")
        var dice = Dice(seed: 5)
        var (heard, last, said): ([String], Int, Int) = ([], 0, 0)
        func hear(_ line: String) {
            guard line.hasPrefix("* ") else { return }
            heard.append(line)
            last = Said(line).number
        }
        for _ in 0..<64 {
            let follower = try desk.connect("mustermann")
            // In the middle of a burst, at the head, or with another subscription before it.
            try burst(of: dice.roll(40), &said, by: meier)
            if dice.one(in: 3) {
                #expect(try follower.ask("subscribe recorder").hasPrefix("OK "))
                #expect(try follower.ask("subscribe * since=\(last)").hasPrefix("ERR streaming "))
                #expect(try follower.ask("unsubscribe").hasPrefix("OK "))
            }
            #expect(try follower.ask("subscribe * since=\(last)", others: hear).hasPrefix("OK subscribed "))
            try burst(of: dice.roll(40), &said, by: meier)
            // Hangs up in the middle of whatever is on its way, or behind a fence.
            if dice.one(in: 2) {
                for line in follower.linesHere().lines { hear(line) }
            } else {
                #expect(try follower.ask("ping", others: hear).hasPrefix("OK pong "))
            }
            follower.close()
            while said > 0 { said -= 1; #expect(try meier.final().hasPrefix("OK said ")) }
        }
        let follower = try desk.connect("mustermann")
        #expect(try follower.ask("subscribe * since=\(last)", others: hear).hasPrefix("OK subscribed "))
        #expect(try follower.ask("ping", others: hear).hasPrefix("OK pong "))
        let log = try desk.connect("mustermann").log()
        #expect(heard == log)
        #expect(log.count > 500)
        #expect(desk.stop() == .exited(0))
    }

    private func burst(of count: Int, _ said: inout Int, by agent: LiveLine) throws {
        guard count > 0 else { return }
        try agent.send((1...count).map { "say #1 burst \(said + $0)\n" }.joined())
        said += count
    }

    @Test func `a number of another log, or from ahead of this one, is refused and says where the log is`() throws {
        let desk = try Desk()
        try desk.bringIn(1)
        let line = try desk.connect()
        let greeting = Said(try line.nextLine() ?? "")
        let epoch = try #require(greeting["epoch"])
        let head = Said(try line.ask("login mustermann m"))["at"].flatMap { Int($0) } ?? 0
        #expect(Said(try line.ask("subscribe * since=\(head + 1)")).words[1] == "ahead")
        #expect(Said(try line.ask("subscribe * since=0 epoch=abcdefgh"))["epoch"] == epoch)
        #expect(try line.ask("subscribe * since=\(head) epoch=\(epoch)").hasPrefix("OK subscribed * since=\(head) "))
        // The automatic reply may have gone out meanwhile.
        var next = try line.nextLine()
        while next?.hasPrefix("* ") == true { next = try line.nextLine() }
        let live = Said(next ?? "")
        #expect(live.words == ["~", "live"] && live["at"].flatMap { Int($0) } ?? 0 >= head, "\(next ?? "nothing")")
        #expect(desk.stop() == .exited(0))
    }

    /// Memory is what the desk pays for a follower who follows and does not read.
    @Test func `who does not read costs the desk a number, and gets everything later`() throws {
        let desk = try Desk()
        try desk.bringIn(1)
        let meier = try desk.connect("meier")
        let sleepers = try (0..<20).map { _ in try desk.connect("mustermann") }
        for sleeper in sleepers { #expect(try sleeper.ask("subscribe *").hasPrefix("OK ")) }
        let awake = try desk.connect("mustermann")
        #expect(try awake.ask("subscribe *").hasPrefix("OK "))
        // The ring and everybody's buffers are full before it counts.
        let text = String(repeating: "x", count: 900)
        func talk(_ count: Int) throws {
            for _ in 0..<(count / 50) {
                try meier.send(String(repeating: "say #1 \(text)\n", count: 50))
                for _ in 0..<50 { #expect(try meier.final().hasPrefix("OK said ")) }
            }
        }
        try talk(5000)
        let before = try desk.memory("VmRSS")
        try talk(10_000)
        let growth = try desk.memory("VmRSS") - before
        print("streams: 20 followers that do not read, 10 MB of events: the server grows by \(growth) KiB")
        // Ten megabytes were said to each of them; kept for each they would be 200.
        #expect(growth < 30_000)
        var numbers: [Int] = []
        func hear(_ line: String) {
            if line.hasPrefix("* "), line.contains(" say ") { numbers.append(Said(line).number) }
        }
        #expect(try awake.ask("ping", others: hear).hasPrefix("OK pong "))
        let all = numbers
        for sleeper in sleepers.prefix(3) {
            numbers = []
            #expect(try sleeper.ask("ping", others: hear).hasPrefix("OK pong "))
            #expect(numbers == all)
        }
        #expect(all.count == 15_000)
        #expect(desk.stop() == .exited(0))
    }

    /// A client that writes line by line sends each in a TLS record of its own. The server is stopped until all have
    /// arrived; each row of the journal is a turn, with a commit of its own.
    @Test func `all lines that have arrived belong to one turn, sixteen of one connection at most`() throws {
        let desk = try Desk()
        try desk.bringIn(1)
        let meier = try desk.connect("meier")
        let before = Said(try meier.ask("ping"))["at"].flatMap { SequenceNumber($0) } ?? 0
        try pause(desk)
        for number in 1...40 { try meier.send("say #1 record \(number)\n") }
        while try unacknowledged(meier.connection) > 0 {}
        kill(desk.pid, SIGCONT)
        for _ in 1...40 { #expect(try meier.final().hasPrefix("OK said ")) }
        let journal = try JournalReader(path: desk.state + "/journal.db")
        let turns = try journal.turns(after: before, upTo: journal.head(), limit: 1000)
        #expect(turns.map { $0.events.count } == [16, 16, 8])
        #expect(desk.stop() == .exited(0))
    }

    /// Bytes that the peer's kernel has not acknowledged (tcp(7), SIOCOUTQ).
    private func unacknowledged(_ connection: Connection) throws -> Int32 {
        var count: Int32 = 0
        try #require(unsafe ioctl(connection.descriptor, UInt(TIOCOUTQ), &count) == 0)
        return count
    }

    /// Stops the server's process and waits until the kernel says so (proc(5), the third field of stat).
    private func pause(_ desk: Desk) throws {
        kill(desk.pid, SIGSTOP)
        let path = "/proc/\(desk.pid)/stat"
        while try !String(decoding: Files.read(path, limit: 4096), as: UTF8.self).contains(") T ") {}
    }
}
