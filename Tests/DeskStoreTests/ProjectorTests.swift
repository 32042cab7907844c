import DeskModel
import Synchronization
import Testing

@testable import DeskStore

@Suite struct ProjectorTests {
    let folder = Folder()

    /// What the projector has told, and waiting for it.
    private final class Told: Sendable {
        let state = Monitor<(applied: SequenceNumber, troubles: Int, healed: Int)>((0, 0, 0))

        func applied(_ sequence: SequenceNumber) { state.change { $0.applied = sequence } }
        func trouble(_ error: StoreError?) {
            state.change { state in if error == nil { state.healed += 1 } else { state.troubles += 1 } }
        }
        func reached(_ sequence: SequenceNumber) -> Bool {
            state.wait(atMost: 20_000) { $0.applied >= sequence ? true : nil } ?? false
        }
    }

    private func start(_ told: Told, head: SequenceNumber = 0, pause: Int = 5) throws -> Projector {
        _ = try Projector.bringUp(folder.files, progress: { _, _ in })
        return Projector(
            folder.files, head: head, pause: pause, onApplied: { told.applied($0) }, onTrouble: { told.trouble($0) })
    }

    @Test func `leases are kept, the newest of each ticket, until their claims are over`() throws {
        var story = Story(seed: 52)
        var journal = try folder.journal()
        let told = Told()
        let projector = try start(told)
        for _ in 0..<100 { projector.follow(try journal.append(story.nextTurn())) }
        let held = try #require(story.image.tickets.first { $0.holder != nil })
        let agent = try #require(held.holder)
        func lease(_ minutes: Int64, of agent: AgentName) -> LeaseRecord {
            LeaseRecord(
                agent: agent, heldSince: held.heldSince, length: .hours(2), until: held.heldSince + .minutes(minutes),
                worked: held.heldSince)
        }
        projector.note([held.id: lease(10, of: agent)])
        projector.note([held.id: lease(20, of: agent), TicketID(9999): lease(5, of: agent)])
        projector.stop()
        let image = try DeskReader(folder.files).image()
        #expect(image.leases[held.id] == lease(20, of: agent))
        let projection = try Projection(path: folder.files.desk)
        try projection.trail.prune(held.heldSince)
        #expect(try DeskReader(folder.files).image().leases == [held.id: lease(20, of: agent)])
    }

    @Test func `it follows turn by turn, and stopping writes what is left`() throws {
        var story = Story(seed: 50)
        var journal = try folder.journal()
        let told = Told()
        let projector = try start(told)
        for _ in 0..<100 { projector.follow(try journal.append(story.nextTurn())) }
        projector.note([Shown(agent: Story.names[0], ticket: TicketID(1), entry: 1)])
        projector.stop()
        #expect(projector.applied == story.sequence && projector.lag == 0)
        var image = story.image
        let found = try DeskReader(folder.files).image()
        image.shown = found.shown
        #expect(found == image)
        let mark = "SELECT n FROM shown WHERE ticket = 1 AND agent = '\(Story.names[0])'"
        #expect(try folder.integer("desk.db", mark) == Int64(story.shown[TicketID(1)]?[Story.names[0]] ?? 1))
    }

    @Test func `who waits wakes it out of a long rest`() throws {
        var story = Story(seed: 51)
        var journal = try folder.journal()
        let told = Told()
        let projector = try start(told, pause: 1_000_000)
        projector.follow(try journal.append(story.nextTurn()))
        #expect(told.reached(story.sequence))
        for _ in 0..<5 {
            projector.follow(try journal.append(story.nextTurn()))
            projector.wake()
            #expect(told.reached(story.sequence))
        }
        projector.stop()
    }

    @Test func `turns that it was not handed are read from the journal`() throws {
        var story = Story(seed: 52)
        var journal = try folder.journal()
        let told = Told()
        let projector = try start(told)
        for number in 0..<60 {
            let turn = try journal.append(story.nextTurn())
            if number % 7 == 6 { projector.follow(turn) }
        }
        let last = try journal.append(story.nextTurn())
        projector.follow(last)
        #expect(told.reached(last.last))
        projector.stop()
        #expect(try DeskReader(folder.files).image() == story.image)
    }

    @Test func `a desk.db that cannot be written for a while is told, and gone on with`() throws {
        var story = Story(seed: 53)
        var journal = try folder.journal()
        let told = Told()
        let projector = try start(told)
        projector.follow(try journal.append(story.nextTurn()))
        #expect(told.reached(story.sequence))
        do {
            let other = try Database(path: folder.files.desk, .readWrite)
            try other.execute("BEGIN IMMEDIATE")
            projector.follow(try journal.append(story.nextTurn()))
            #expect(told.state.wait(atMost: 20_000) { $0.troubles > 0 ? true : nil } == true)
            #expect(projector.applied < story.sequence)
        }
        #expect(told.reached(story.sequence))
        projector.stop()
        #expect(told.state.change { $0.healed } == 1)
        #expect(try DeskReader(folder.files).image() == story.image)
    }
}
