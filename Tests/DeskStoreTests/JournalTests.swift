import DeskModel
import Glibc
import Testing

@testable import DeskStore

@Suite struct JournalTests {
    let folder = Folder()

    @Test func `what was appended is read back, before and after reopening`() throws {
        var story = Story(seed: 1)
        var journal = try folder.journal()
        var told: [Event] = []
        for _ in 0..<40 {
            let events = story.nextTurn()
            try journal.append(events)
            told += events
        }
        #expect(try journal.read(after: 0, limit: .max) == withoutReplacedCredentials(told))
        let (sequence, chain, epoch, at) = (journal.sequence, journal.chain, journal.epoch, journal.lastAt)
        journal = try folder.journal()
        #expect(journal.sequence == sequence && journal.chain == chain && journal.epoch == epoch)
        #expect(journal.lastAt == at && at == told.last?.at)
        #expect(try journal.read(after: 0, limit: .max) == withoutReplacedCredentials(told))
        #expect(try journal.read(after: 17, limit: 5).map(\.sequence) == [18, 19, 20, 21, 22])
        let reader = try JournalReader(path: folder.files.journal)
        #expect(try reader.event(30)?.sequence == 30)
        #expect(try reader.event(Int64(told.count) + 1) == nil)
    }

    @Test func `an epoch is eight small letters, and another one after a step back, which is an event`() throws {
        var journal = try folder.journal()
        let first = journal.epoch
        #expect(first.utf8.count == 8 && first.utf8.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) })
        var lost = LostLog()
        (lost.last, lost.at, lost.entries) = (500, Moment(milliseconds: 5), [EntryID(TicketID(3), 9)])
        lost.counters = Counters(ticket: 7, customer: 8, number: TicketNumber(day: 20_261_124, counter: 9))
        let restore = try journal.restart(after: lost, at: Moment(milliseconds: 6))
        #expect(journal.epoch != first && restore.was == first && restore.epoch == journal.epoch)
        journal = try folder.journal()
        #expect(journal.epoch == restore.epoch && journal.restored == 1)
        let event = try #require(try journal.read(after: 0, limit: 1).first)
        #expect(event.kind == .restored(restore) && event.subject == .desk)
        #expect(restore.lost == 500 && restore.counters == lost.counters && restore.entries == lost.entries)
    }

    @Test func `a deleted text leaves its event and the chain as they are`() throws {
        var story = Story(seed: 2)
        do {
            var journal = try folder.journal()
            for _ in 0..<20 { try journal.append(story.nextTurn()) }
        }
        try folder.execute("journal.db", "DELETE FROM text")
        try JournalReader(path: folder.files.journal).verify()
        let events = try folder.journal().read(after: 0, limit: .max)
        #expect(events.count == Int(story.sequence))
        let mails = events.compactMap { if case .new(let mail, _) = $0.kind { mail } else { nil } }
        #expect(mails.allSatisfy { $0.subject.isEmpty && $0.entry.entry == 1 } && !mails.isEmpty)
    }

    @Test(arguments: [
        "UPDATE turn SET body = body || x'00' WHERE first = (SELECT max(first) FROM turn)",
        "UPDATE turn SET chain = zeroblob(32) WHERE first = (SELECT max(first) FROM turn)",
        "UPDATE turn SET count = count + 1 WHERE first = (SELECT max(first) FROM turn)",
        "DELETE FROM turn WHERE first = (SELECT first FROM turn ORDER BY first DESC LIMIT 1 OFFSET 3)",
    ])
    func `a journal whose last turns were changed does not open`(change: String) throws {
        var story = Story(seed: 3)
        do {
            var journal = try folder.journal()
            for _ in 0..<10 { try journal.append(story.nextTurn()) }
        }
        try folder.execute("journal.db", change)
        #expect {
            _ = try folder.journal()
        } throws: { error in
            if case StoreError.corrupt = error { true } else { false }
        }
    }

    @Test func `an old turn that was changed is found by reckoning the whole chain`() throws {
        var story = Story(seed: 4)
        do {
            var journal = try folder.journal()
            while story.sequence < 1500 { try journal.append(story.nextTurn(20)) }
        }
        try JournalReader(path: folder.files.journal).verify()
        try folder.execute(
            "journal.db", "UPDATE turn SET body = replace(body, x'6d65696572', x'6d65696573') WHERE first = 1")
        #expect(try folder.journal().sequence == story.sequence)
        #expect(throws: StoreError.corrupt("the chain is broken in the turn that begins with event 1")) {
            try JournalReader(path: folder.files.journal).verify()
        }
    }

    @Test func `a replaced password is deleted from file and log, and the events still decode`() throws {
        var journal = try folder.journal()
        let agent = try #require(AgentName("meier"))
        let secret = Array("the old stored key, 32 bytes lon".utf8)
        func password(_ sequence: Int64, _ bytes: [UInt8]) -> Event {
            let key = PasswordKey(salt: [1], iterations: 4096, storedKey: bytes, serverKey: bytes)
            let at = Moment(milliseconds: 1_796_000_000_000)
            return Event(sequence: sequence, at: at, by: .desk, subject: .agent(agent), kind: .agent(.password(key)))
        }
        try journal.append([password(1, secret)])
        #expect(try contains(secret))
        try journal.append([password(2, [2, 2])])
        #expect(try !contains(secret))
        #expect(try folder.integer("journal.db", "SELECT count(*) FROM text") == 1)
        try JournalReader(path: folder.files.journal).verify()
        let retired = Event(
            sequence: 3, at: Moment(milliseconds: 1_796_000_000_001), by: .desk, subject: .agent(agent),
            kind: .agent(.retired))
        try journal.append([retired])
        #expect(try folder.integer("journal.db", "SELECT count(*) FROM text") == 0)
        #expect(try journal.read(after: 0, limit: 9).count == 3)
    }

    @Test func `a full disk writes nothing of the turn, and the journal goes on when there is room`() throws {
        var journal = try folder.journal()
        var story = Story(seed: 5)
        try journal.append(story.nextTurn())
        let before = (journal.sequence, journal.chain)
        var large = story.nextTurn(1)
        large[0].kind = .say(text: String(repeating: "x", count: 300_000))
        #expect(try journal.database.integer("PRAGMA max_page_count = 30") == 30)
        #expect {
            try journal.append(large)
        } throws: { error in
            if case StoreError.full = error { true } else { false }
        }
        #expect(journal.sequence == before.0 && journal.chain == before.1)
        #expect(try journal.read(after: before.0, limit: 1).isEmpty)
        #expect(try journal.database.integer("PRAGMA max_page_count = 1000000") == 1_000_000)
        try journal.probe()
        try journal.append(large)
        #expect(try journal.read(after: before.0, limit: 1).first == large[0])
    }

    @Test func `the write-ahead log is emptied again and again while turns follow on one another`() throws {
        var journal = try folder.journal()
        let reader = try JournalReader(path: folder.files.journal)
        var most: Int64 = 0
        for sequence in 1...Int64(1500) {
            try journal.append([
                Event(
                    sequence: sequence, at: Moment(milliseconds: sequence), by: Story.names[0],
                    subject: .agent(Story.names[1]), kind: .say(text: "who takes it?"))
            ])
            most = max(most, sizeOfLog)
        }
        // SQLite begins to empty it at 1,000 pages of 4 KiB; some turns more may come before it can.
        #expect(most > 4_096_000 && most < 5_000_000)
        #expect(try reader.head() == 1500)
        #expect(journal.finish() && sizeOfLog == 0)
    }

    private var sizeOfLog: Int64 {
        var status = stat()
        return unsafe stat(folder.files.journal + "-wal", &status) == 0 ? Int64(status.st_size) : 0
    }

    @Test func `a reader on another connection sees a turn once it is committed`() throws {
        var journal = try folder.journal()
        let reader = try JournalReader(path: folder.files.journal)
        #expect(try reader.head() == 0)
        var story = Story(seed: 6)
        let turn = try journal.append(story.nextTurn())
        #expect(try reader.head() == story.sequence)
        #expect(try reader.chain(after: turn.last) == turn.chain)
        #expect(try reader.chain(after: turn.last - 1) == nil)
        #expect(try reader.turns(after: 0, upTo: turn.last, limit: 1) == [turn])
    }

    /// Whether a file of the folder has these bytes.
    private func contains(_ secret: [UInt8]) throws -> Bool {
        try folder.names.contains { name in
            let bytes = try folder.bytes(name)
            return bytes.indices.contains { bytes[$0] == secret[0] && bytes[$0...].starts(with: secret) }
        }
    }

    /// The events as they read once a newer password or token has taken the place of an older one.
    private func withoutReplacedCredentials(_ events: [Event]) -> [Event] {
        var replaced: Set<String> = []
        return events.reversed().map { event in
            var event = event
            switch (event.kind, event.subject) {
            case (.agent(.password), .agent(let agent)):
                if !replaced.insert("\(agent)").inserted {
                    event.kind = .agent(.password(PasswordKey(salt: [], iterations: 0, storedKey: [], serverKey: [])))
                }
            case (.token(.added(let agent, _)), .token(let token)):
                if !replaced.insert("\(agent) \(token)").inserted { event.kind = .token(.added(agent, .zero)) }
            case (.token(.revoked(let agent)), .token(let token)): replaced.insert("\(agent) \(token)")
            default: break
            }
            return event
        }.reversed()
    }
}
