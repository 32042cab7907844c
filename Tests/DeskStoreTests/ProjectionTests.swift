import DeskModel
import Synchronization
import Testing

@testable import DeskStore

@Suite struct ProjectionTests {
    let folder = Folder()

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `what desk.db holds equals what memory holds, after every turn`(seed: UInt64) throws {
        var story = Story(seed: seed)
        var journal = try folder.journal()
        let projection = try Projection(path: folder.files.desk)
        for turn in 1...60 {
            try projection.apply([try journal.append(story.nextTurn())])
            guard turn % 10 == 0 else { continue }
            let reader = try DeskReader(folder.files)
            let (found, expected) = (try reader.image(), story.image)
            #expect(found == expected)
            for ticket in story.tickets.values {
                #expect(
                    try reader.fact(for: .ticket(ticket.id))
                        == .ticket(ticket.id, ticket, shown: story.shown[ticket.id] ?? [:]))
            }
            for customer in story.customers.values {
                #expect(try reader.fact(for: .customer(customer.id)) == .customer(customer.id, customer))
            }
        }
    }

    @Test(arguments: 20...25 as ClosedRange<UInt64>)
    func `a desk.db built anew equals the one that grew`(seed: UInt64) throws {
        var story = Story(seed: seed)
        var journal = try folder.journal()
        let projection = try Projection(path: folder.files.desk)
        for _ in 0..<150 {
            let mark = Shown(agent: Story.names[0], ticket: TicketID(1), entry: 1)
            try projection.apply([try journal.append(story.nextTurn())], shown: [mark])
        }
        let grown = try folder.dump()
        folder.remove("desk.db")
        var told: [SequenceNumber] = []
        #expect(try Projector.bringUp(folder.files, progress: { applied, _ in told.append(applied) }) == .missing)
        #expect(told.last == story.sequence)
        #expect(try folder.dump() == grown)
        #expect(grown.count > 500)
    }

    @Test func `an error leaves the file before the bite, and it can be gone on with`() throws {
        var story = Story(seed: 30)
        var journal = try folder.journal()
        do {
            let projection = try Projection(path: folder.files.desk)
            try projection.apply([try journal.append(story.nextTurn())])
            _ = try projection.database.integer("PRAGMA max_page_count = 1")
            var turns: [Turn] = []
            for _ in 0..<200 { turns.append(try journal.append(story.nextTurn())) }
            #expect(throws: StoreError.self) { try projection.apply(turns) }
            #expect(projection.applied == turns[0].events[0].sequence - 1)
        }
        #expect(try Projector.bringUp(folder.files, progress: { _, _ in }) == nil)
        #expect(try DeskReader(folder.files).image() == story.image)
    }

    @Test func `a desk.db ahead of the journal is built anew, and the owner is told`() throws {
        var story = Story(seed: 31)
        do {
            var journal = try folder.journal()
            for _ in 0..<20 { try journal.append(story.nextTurn()) }
        }
        let older = try folder.bytes("journal.db")
        let wanted = story.image
        do {
            var journal = try folder.journal()
            for _ in 0..<20 { try journal.append(story.nextTurn()) }
        }
        #expect(try Projector.bringUp(folder.files, progress: { _, _ in }) == .missing)
        folder.remove("journal.db")
        try folder.write(older, to: "journal.db")
        #expect(try Projector.bringUp(folder.files, progress: { _, _ in }) == .otherJournal)
        #expect(try DeskReader(folder.files).image() == wanted)
        #expect(try Projector.bringUp(folder.files, progress: { _, _ in }) == nil)
    }

    @Test func `a desk.db of another journal of the same length is built anew`() throws {
        for seed: UInt64 in [32, 33] {
            folder.remove("journal.db")
            var story = Story(seed: seed)
            var journal = try folder.journal()
            try journal.append(story.nextTurn())
            while story.sequence < 200 { try journal.append(Array(story.nextTurn())) }
            let reason = try Projector.bringUp(folder.files, progress: { _, _ in })
            #expect(reason == (seed == 32 ? .missing : .otherJournal))
            #expect(try DeskReader(folder.files).image() == story.image)
        }
    }

    @Test(arguments: [
        ("PRAGMA user_version = 77", Rebuild.otherVersion),
        ("PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'meta'", .damaged("")),
    ])
    func `a desk.db that cannot be gone on with is built anew`(harm: String, reason: Rebuild) throws {
        var story = Story(seed: 34)
        var journal = try folder.journal()
        for _ in 0..<10 { try journal.append(story.nextTurn()) }
        _ = try Projector.bringUp(folder.files, progress: { _, _ in })
        try folder.execute("desk.db", harm)
        let found = try Projector.bringUp(folder.files, progress: { _, _ in })
        if case .damaged = reason, case .damaged = found {} else { #expect(found == reason) }
        #expect(try DeskReader(folder.files).image() == story.image)
    }

    @Test func `a desk.db that is no database is built anew`() throws {
        var story = Story(seed: 35)
        var journal = try folder.journal()
        try journal.append(story.nextTurn())
        try folder.write(Array(repeating: 65, count: 9000), to: "desk.db")
        let found = try Projector.bringUp(folder.files, progress: { _, _ in })
        if case .damaged = found {} else { Issue.record("\(String(describing: found))") }
        #expect(try DeskReader(folder.files).image() == story.image)
    }

    @Test func `what is only looked for within a window goes when it has passed`() throws {
        var story = Story(seed: 36)
        var journal = try folder.journal()
        let projection = try Projection(path: folder.files.desk)
        var first: [Event] = []
        while !first.contains(where: { $0.retry != nil }) {
            first += story.nextTurn()
        }
        try projection.apply([try journal.append(first)])
        let used = try #require(first.first { $0.retry != nil })
        let (agent, retry) = try (#require(used.by), #require(used.retry))
        let reader = try DeskReader(folder.files)
        let need = Need.retry(agent, key: retry.key)
        #expect(try reader.fact(for: need) == .retry(agent, key: retry.key, retry, at: used.at))
        story.now = story.now + .hours(50)
        try projection.apply([try journal.append(story.nextTurn())])
        #expect(try reader.fact(for: need) == .retry(agent, key: retry.key, nil, at: nil))
        story.now = story.now + .days(8)
        try projection.apply([try journal.append(story.nextTurn(1))])
        #expect(try folder.integer("desk.db", "SELECT count(*) FROM content") <= 1)
    }
}
