import DeskModel
import DeskTestSupport
import Testing

@testable import DeskStore

extension Outgoing {
    /// A message of ours that event `sequence` has queued.
    static func sample(_ sequence: SequenceNumber, text: String = "Ja.", at milliseconds: Int64 = 5) -> Outgoing {
        Outgoing(
            sequence: sequence, at: Moment(milliseconds: milliseconds), entry: EntryID(TicketID(sequence), 2),
            isAutomatic: false, letter: Letter(to: Recipients(to: [Address("kunde@example.com")]), text: text))
    }
}

/// A journal that was replaced by an older copy beside files that saw more, and the other way round.
@Suite struct LostLogTests {
    let folder = Folder()
    private static let names = ["journal.db", "mail.db", "desk.db"]

    /// A desk that goes on for some turns: each file as the programs write it, closed after it.
    private func play(_ story: inout Story, turns: Int, isFinal: Bool = true) throws {
        var journal = try folder.journal()
        _ = try Projector.bringUp(folder.files) { _, _ in }
        let projection = try Projection(path: folder.files.desk)
        let archive = try MailArchive(path: folder.files.mail, hashing: .system)
        var counters = try Counters(givenOutIn: projection.database)
        for _ in 0..<turns {
            let turn = try journal.append(story.nextTurn())
            try projection.apply([turn])
            for event in turn.events { counters.count(event) }
            let mark = JournalMark(
                epoch: journal.epoch, sequence: journal.sequence, chain: journal.chain, at: story.now,
                counters: counters)
            let ours = turn.events.compactMap { Outgoing($0) }
            _ = try archive.write(
                ours.map { .composed($0, Array($0.letter.text.utf8)) }, mark: mark, isFinal: isFinal)
        }
    }

    private func copies() throws -> [String: [UInt8]] {
        try Dictionary(uniqueKeysWithValues: LostLogTests.names.map { ($0, try folder.bytes($0)) })
    }

    /// Puts files in the place of those that are there; no copy: the file is missing.
    private func put(_ copies: [String: [UInt8]]) throws {
        for name in LostLogTests.names {
            folder.remove(name)
            if let bytes = copies[name] { try folder.write(bytes, to: name) }
        }
    }

    private func seen() throws -> LostLog? {
        LostLog.seen(by: folder.files, beside: try folder.journal())
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `an older journal is seen by each of the other files alone, and by nothing else`(seed: UInt64) throws {
        var story = Story(seed: seed)
        try play(&story, turns: 5)
        let old = try copies()
        let kept = story.sequence
        #expect(try seen() == nil)
        try play(&story, turns: 5)
        let new = try copies()
        #expect(try seen() == nil)
        let tickets = Int64(story.tickets.count)
        // What is older, what is newer, who can say so; files that are behind the journal say nothing.
        let cases: [([String: [UInt8]], [String])] = [
            (["journal.db": old, "mail.db": new, "desk.db": new].mapped, ["desk.db", "mail.db"]),
            (["journal.db": old, "mail.db": new].mapped, ["mail.db"]),
            (["journal.db": old, "desk.db": new].mapped, ["desk.db"]),
            (["journal.db": old, "mail.db": old, "desk.db": new].mapped, ["desk.db"]),
            (["journal.db": old, "mail.db": new, "desk.db": old].mapped, ["mail.db"]),
            (["journal.db": old].mapped, []), (old, []), (new, []),
            (["journal.db": new, "mail.db": old, "desk.db": old].mapped, []),
            (["journal.db": new, "mail.db": old].mapped, []), (["journal.db": new, "desk.db": old].mapped, []),
        ]
        for (files, witnesses) in cases {
            try put(files)
            let lost = try seen()
            #expect(lost?.witnesses ?? [] == witnesses)
            guard let lost else { continue }
            #expect(lost.last == story.sequence && lost.counters.ticket == tickets)
            #expect(lost.counters.number == story.tickets[TicketID(tickets)]?.number)
            #expect(lost.isComplete == witnesses.contains("mail.db"))
            // Texts that were added to tickets which the older journal has are named, if a file that saw all of them is
            // there.
            guard witnesses.contains("desk.db") else { continue }
            let journal = try folder.journal()
            #expect(journal.sequence == kept)
            let ends = Dictionary(uniqueKeysWithValues: lost.entries.map { ($0.ticket, $0.entry) })
            for ticket in story.tickets.values {
                let isOlder =
                    try ticket.entries > 0
                    && journal.read(after: 0, limit: .max).contains { event in
                        event.kind.mail?.entry == EntryID(ticket.id, 1)
                    }
                let hasLost =
                    try isOlder
                    && !journal.read(after: 0, limit: .max).contains { event in
                        event.textID == EntryID(ticket.id, ticket.entries)
                    }
                if hasLost { #expect(ends[ticket.id] == ticket.entries) }
            }
        }
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `another time line of the same length is another log`(seed: UInt64) throws {
        var story = Story(seed: seed)
        try play(&story, turns: 4)
        let common = try copies()
        var first = story
        var second = story
        second.dice = Dice(seed: seed + 100)
        try play(&first, turns: 4)
        let one = try copies()
        try put(common)
        try play(&second, turns: 9)
        let other = try copies()
        for (files, witnesses) in [
            (["journal.db": other, "mail.db": one, "desk.db": one].mapped, ["desk.db", "mail.db"]),
            (["journal.db": other, "mail.db": one].mapped, ["mail.db"]),
            (["journal.db": other, "desk.db": one].mapped, ["desk.db"]),
            (["journal.db": one, "mail.db": other, "desk.db": one].mapped, ["mail.db"]),
        ] {
            try put(files)
            #expect(try seen()?.witnesses == witnesses)
        }
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `after a step back no number is given out twice, and desk.db says the same after a rebuild`(
        seed: UInt64
    ) throws {
        var story = Story(seed: seed)
        try play(&story, turns: 6)
        let old = try copies()
        try play(&story, turns: 6)
        try put(["journal.db": old, "desk.db": try copies()].mapped)
        var journal = try folder.journal()
        let found = LostLog.seen(by: folder.files, beside: journal)
        let lost = try #require(found)
        let restore = try journal.restart(after: lost, at: story.now)
        #expect(try Projector.bringUp(folder.files) { _, _ in } == .otherJournal)
        let image = try DeskReader(folder.files).image()
        #expect(image.lastTicket == Int64(story.tickets.count) && image.lastCustomer == story.lastCustomer)
        #expect(image.lastNumber == story.tickets[TicketID(image.lastTicket)]?.number)
        let reader = try DeskReader(folder.files)
        for entry in restore.entries {
            guard case .ticket(_, let ticket?, _) = try reader.fact(for: .ticket(entry.ticket)) else {
                Issue.record("\(entry)")
                continue
            }
            #expect(ticket.entries >= entry.entry)
        }
        let rows = try folder.dump()
        folder.remove("desk.db")
        #expect(try Projector.bringUp(folder.files) { _, _ in } == .missing)
        #expect(try folder.dump() == rows)
        #expect(try seen() == nil)
    }

    @Test func `where the end of the lost time is not known, numbers are left out`() {
        var lost = LostLog()
        lost.counters = Counters(ticket: 5, customer: 6, number: TicketNumber(day: 20_261_124, counter: 7))
        lost.leaveRoom(day: 20_261_124)
        #expect(
            lost.counters
                == Counters(ticket: 1005, customer: 1006, number: TicketNumber(day: 20_261_124, counter: 1007)))
        lost.isComplete = true
        lost.leaveRoom(day: 20_261_125)
        #expect(lost.counters.ticket == 1005)
        let tomorrow = Counters(number: TicketNumber(day: 20_261_124, counter: 7)).skipping(10, day: 20_261_125)
        #expect(tomorrow.number == TicketNumber(day: 20_261_125, counter: 10))
        #expect(Counters().skipping(10, day: 20_261_125).number == TicketNumber(day: 20_261_125, counter: 10))
    }

    @Test func `a file of an older version says what it can: messages composed ahead of the journal`() throws {
        var story = Story(seed: 9)
        try play(&story, turns: 2)
        let mail = try Database(path: folder.files.mail, .readWrite)
        try mail.execute(
            """
            DROP TABLE journal; ALTER TABLE composed DROP COLUMN seal; ALTER TABLE composed DROP COLUMN ticket;
            ALTER TABLE composed DROP COLUMN n; PRAGMA user_version = 1
            """)
        #expect(try seen() == nil)
        try mail.execute("INSERT INTO composed VALUES(\(story.sequence + 1), x'00')")
        #expect(try seen()?.witnesses == ["mail.db"])
        #expect(try seen()?.last == story.sequence + 1)
    }
}

/// Composed messages are bound to what their event says.
@Suite struct ComposedTests {
    let folder = Folder()

    @Test func `bytes that were composed for another event of the same number are not this event's`() throws {
        let archive = try MailArchive(path: folder.files.mail, hashing: .system)
        let lost = Outgoing.sample(7, text: "For Anna.")
        _ = try archive.write([.composed(lost, [1])])
        let reader = try MailReader(path: folder.files.mail)
        for other in [
            Outgoing.sample(7, text: "For Bert."), Outgoing.sample(7, text: "For Anna.", at: 6),
            Outgoing(
                sequence: 7, at: lost.at, entry: lost.entry, isAutomatic: false,
                letter: Letter(to: Recipients(to: [Address("bert@example.com")]), text: "For Anna.")),
            Outgoing(
                sequence: 7, at: lost.at, entry: EntryID(TicketID(7), 3), isAutomatic: false, letter: lost.letter),
            Outgoing(sequence: 7, at: lost.at, entry: lost.entry, isAutomatic: true, letter: lost.letter),
        ] {
            #expect(try reader.composed(for: other) == .changed)
        }
        let now = Outgoing.sample(7, text: "For Bert.")
        _ = try archive.write([.composed(now, [2])])
        #expect(try reader.composed(for: now) == .intact([2]))
        #expect(try reader.composed(for: lost) == .changed)
    }

    @Test(arguments: [
        "UPDATE composed SET bytes = x'0102FF'", "UPDATE composed SET seal = zeroblob(32)",
        "UPDATE raw SET bytes = x'0102FF'", "DELETE FROM raw; DELETE FROM composed",
    ])
    func `a row that was changed from outside is found when it is read`(change: String) throws {
        let archive = try MailArchive(path: folder.files.mail, hashing: .system)
        let digest = try archive.write([.raw([1, 2, 3]), .composed(.sample(7), [1, 2, 3])])[0]
        let reader = try MailReader(path: folder.files.mail)
        let before = [try reader.raw(digest), try reader.composed(for: .sample(7))]
        #expect(before == [.intact([1, 2, 3]), .intact([1, 2, 3])])
        try folder.execute("mail.db", change)
        let after = [try reader.raw(digest), try reader.composed(for: .sample(7))]
        #expect(after != before && after.allSatisfy { $0 != .intact([1, 2, 0xFF]) })
        if change.hasPrefix("DELETE") { #expect(after == [.missing, .missing]) }
    }

    @Test func `what was composed before there were seals is kept, and told apart`() throws {
        let old = try Schema(application: Schema.mail.application, steps: [Schema.mail.steps[0]]).open(
            path: folder.files.mail, synchronous: "OFF")
        try old.execute("INSERT INTO composed VALUES(7, x'0102')")
        _ = try MailArchive(path: folder.files.mail, hashing: .system)
        #expect(try MailReader(path: folder.files.mail).composed(for: .sample(7)) == .unsealed([1, 2]))
    }

    @Test func `a keeper writes the journal's place within a second, and the end's at the end`() throws {
        let keeper = MailKeeper(path: folder.files.mail, hashing: .system)
        func mark(_ sequence: Int64) -> JournalMark {
            JournalMark(
                epoch: "abcdefgh", sequence: sequence, chain: .zero, at: Moment(milliseconds: sequence),
                counters: Counters(ticket: sequence, customer: 1, number: TicketNumber(day: 20_261_124, counter: 5)))
        }
        for number: Int64 in 1...100 {
            keeper.follow(mark(number))
            keeper.put([UInt8(number)]) { _ in }
        }
        keeper.follow(mark(101))
        keeper.stop()
        let archive = try MailArchive(path: folder.files.mail, hashing: .system)
        #expect(try archive.mark() == mark(101))
        #expect(try folder.integer("mail.db", "SELECT final FROM journal") == 1)
    }
}

extension [String: [String: [UInt8]]] {
    /// Of each file the copy that is named beside it.
    fileprivate var mapped: [String: [UInt8]] {
        reduce(into: [:]) { files, source in files[source.key] = source.value[source.key] }
    }
}

extension Event {
    /// The text that it wrote.
    fileprivate var textID: EntryID? {
        if let mail = kind.mail { return mail.entry }
        if case .entry(let id) = subject { return id }
        return nil
    }
}
