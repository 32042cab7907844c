import DeskEngine
import Testing

@testable import DeskServer

/// Somebody follows and does not read: what he is told when he reads on is true where it stands.
@Suite struct Lagging {
    /// Meier and Schulze are on the line.
    private func deskWithOneMail() throws -> MemoryDesk {
        let desk = try MemoryDesk()
        _ = try desk.mail(
            from: "huber@example.org", to: ["hotline@desk.example"],
            Array("From: huber@example.org\r\nSubject: Umtausch\r\n\r\nGeht das?\r\n".utf8))
        try desk.log(in: "meier")
        try desk.log(in: "schulze")
        return desk
    }

    @Test func `a right that is lost ends what rests on it where the follower stands, not where the desk does`() throws
    {
        let desk = try deskWithOneMail()
        _ = try desk.ask("schulze", "subscribe inbox #1 mine")
        try desk.read("schulze", false)
        let one = try #require(try desk.ask("meier", "note 1 eins").position)
        _ = try desk.ask("meier", "note 1 zwei")
        _ = try desk.shell(["agent", "rights", "schulze", "*=-", "recorder=r"])
        _ = try desk.ask("meier", "note 1 drei")
        try desk.read("schulze", true)
        // The first note was on its way already; the others were not sent, and cannot be any more.
        #expect(try desk.hear("schulze")?.hasPrefix("* \(one) note #1.3 ") == true)
        #expect(try desk.hear("schulze") == "~ cut inbox,#1 at=\(one) why=rights")
        #expect(try desk.ask("schulze", "ping").hasPrefix("OK pong "))
    }

    @Test func `a right that is lost overtakes the end that a move has brought`() throws {
        let desk = try deskWithOneMail()
        _ = try desk.shell(["agent", "rights", "schulze", "*=-", "inbox=r"])
        _ = try desk.ask("schulze", "subscribe #1")
        try desk.read("schulze", false)
        let one = try #require(try desk.ask("meier", "note 1 eins").position)
        _ = try desk.ask("meier", "note 1 zwei")
        _ = try desk.ask("meier", "move 1 recorder")
        _ = try desk.shell(["agent", "rights", "schulze", "*=-", "inbox=-"])
        try desk.read("schulze", true)
        #expect(try desk.hear("schulze")?.hasPrefix("* \(one) note #1.3 ") == true)
        #expect(try desk.hear("schulze") == "~ cut #1 at=\(one) why=rights")
        #expect(try desk.ask("schulze", "ping").hasPrefix("OK pong "))
    }

    @Test func `a closed ticket that has left memory is cut with the right to read it`() throws {
        let desk = try deskWithOneMail()
        _ = try desk.ask("schulze", "subscribe #1")
        _ = try desk.ask("meier", "claim 1")
        _ = try desk.ask("meier", "close 1")
        // A question to the disk is answered once that has the close; then memory lets go of the ticket.
        _ = try desk.ask("meier", "history 1")
        _ = try desk.ask("meier", "ping")
        #expect(try desk.switchboard.engine.state.tickets.count == 0)
        _ = try desk.shell(["agent", "rights", "schulze", "*=-"])
        let heard = try desk.hearLines("schulze")
        #expect(heard.last?.hasPrefix("~ cut #1 at=") == true, "\(heard)")
    }
}

extension MemoryDesk {
    fileprivate func log(in who: String) throws {
        #expect(try ask(who, "login \(who) \(who.prefix(1))").hasPrefix("OK hello "))
    }

    /// Says a line, and gives the final that comes of it.
    fileprivate func ask(_ who: String, _ line: String) throws -> String {
        try send(who, Array("@ask \(line)\n".utf8))
        while let heard = try hear(who), heard != "(nothing)" {
            if heard.hasPrefix("@ask OK ") || heard.hasPrefix("@ask ERR ") { return String(heard.dropFirst(5)) }
        }
        return "nothing"
    }

    /// Everything that has come by now.
    fileprivate func hearLines(_ who: String) throws -> [String] {
        try send(who, Array("@fence ping\n".utf8))
        var lines: [String] = []
        while let heard = try hear(who), !heard.hasPrefix("@fence ") { lines.append(heard) }
        return lines
    }
}

extension String {
    /// The value of its `seq=`.
    fileprivate var position: String? {
        split(separator: " ").first { $0.hasPrefix("seq=") }.map { String($0.dropFirst(4)) }
    }
}
