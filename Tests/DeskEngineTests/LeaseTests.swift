import DeskModel
import Testing

@testable import DeskEngine

struct LeaseTests {
    @Test func `an idle holder is reminded five minutes before, once, and loses all of that customer together`() throws
    {
        var desk = Desk()
        let (one, two) = (desk.bring(), desk.bring())
        desk.say(.claim(.id(two), lease: nil, anyway: nil), by: .meier)
        desk.wait(.minutes(10))
        desk.say(.claim(.id(one), lease: nil, anyway: nil), by: .meier)
        let until = desk.now + .minutes(30)
        desk.wait(.minutes(25))
        let deadline = try #require(desk.engine.nextDeadline)
        #expect(deadline <= desk.now)
        let due = desk.ring()
        #expect(due.reminders.map(\.agent) == [.meier] && due.expiries.isEmpty)
        #expect(due.reminders.first?.ticket == one && due.reminders.first?.also == [two])
        #expect(due.reminders.first?.until == until)
        #expect(desk.ring() == Due())
        desk.wait(.minutes(5))
        #expect(desk.ring().expiries == [.expire(one)])
        #expect(desk.log.suffix(2).map(\.kind) == [.release(.expired, text: nil), .release(.expired, text: nil)])
        #expect(desk.log.suffix(2).allSatisfy { $0.by == nil })
        #expect(desk.engine.held(by: .meier).isEmpty)
        #expect(desk.say(.claim(.id(two), lease: nil, anyway: nil), by: .schulze).kinds == ["claim #2"])
    }

    @Test func `whoever works keeps his claims, on whichever ticket of the customer`() throws {
        var desk = Desk()
        let (one, two) = (desk.bring(), desk.bring())
        desk.say(.claim(.id(one), lease: nil, anyway: nil), by: .meier)
        for _ in 0..<5 {
            desk.wait(.minutes(29))
            desk.engine.worked(by: .meier, on: two, at: desk.now)
            #expect(desk.ring().expiries.isEmpty)
        }
        #expect(try desk.ticket(one).holder == .meier)
    }

    @Test func `another ticket of the customer does not cut a longer lease short, unless that is asked for`() throws {
        var desk = Desk()
        let (one, two, three) = (desk.bring(), desk.bring(), desk.bring())
        desk.say(.claim(.id(one), lease: .minutes(90), anyway: nil), by: .meier)
        let claim = desk.say(.claim(.id(two), lease: nil, anyway: nil), by: .meier)
        #expect(claim.events.map(\.kind) == [.claim(lease: desk.now + .minutes(90))])
        #expect(desk.engine.lease(of: try desk.ticket(one)) == desk.now + .minutes(90))
        desk.say(.claim(.id(three), lease: .minutes(10), anyway: nil), by: .meier)
        #expect(desk.engine.lease(of: try desk.ticket(one)) == desk.now + .minutes(10))
    }

    /// What hangs together is found in the time of what is found: no step compares each ticket with each other.
    @Test(.timeLimit(.minutes(1))) func `an agent who holds many tickets of one customer works as fast`() throws {
        var desk = Desk()
        var inbox = try #require(desk.engine.state.queues[.inbox])
        inbox.heldMost = 1000
        desk.administer(.setQueue(inbox))
        let tickets = (0..<120).map { _ in desk.bring() }
        for id in tickets { desk.say(.claim(.id(id), lease: nil, anyway: nil), by: .meier) }
        desk.wait(.minutes(29))
        for _ in 0..<20 {
            for id in tickets { desk.engine.worked(by: .meier, on: id, at: desk.now) }
        }
        desk.wait(.minutes(29))
        #expect(desk.ring().expiries.isEmpty)
        #expect(desk.engine.state.claims(with: tickets[0]) == tickets)
    }

    @Test func `a short lease is reminded at half, and hold sets its length`() throws {
        var desk = Desk()
        let id = desk.bring()
        desk.say(.claim(.id(id), lease: .minutes(4), anyway: nil), by: .meier)
        desk.wait(.minutes(2))
        #expect(desk.ring().reminders.count == 1)
        let held = desk.say(.hold(.id(id), lease: .minutes(60)), by: .meier)
        #expect(held.outcome == .held(id, lease: desk.now + .minutes(60)) && held.events.isEmpty)
        desk.wait(.minutes(54))
        #expect(desk.ring() == Due())
        desk.wait(.minutes(1))
        #expect(desk.ring().reminders.count == 1)
        #expect(
            desk.say(.hold(.id(id), lease: nil), by: .schulze).refusal == .notHolder(id, holder: .meier, kept: false))
    }

    @Test func `after a start every lease has ten minutes at least`() throws {
        var desk = Desk()
        let id = desk.bring()
        desk.say(.claim(.id(id), lease: nil, anyway: nil), by: .meier)
        var image = Image()
        image.tickets = [try desk.ticket(id)]
        image.customers = desk.engine.state.customers.values
        image.queues = desk.engine.state.queues.values
        for (after, end) in [(5, 30), (29, 39), (600, 610)] as [(Int64, Int64)] {
            let start = desk.now + .minutes(after)
            let engine = Engine(image: image, at: start, defaultAutomaticReply: "")
            #expect(engine.lease(of: try desk.ticket(id)) == desk.now + .minutes(end))
        }
    }

    @Test func `end and length outlive a restart, but not the claim that they are of`() throws {
        var desk = Desk()
        let (one, two) = (desk.bring(), desk.bring(from: "other@example.org"))
        desk.say(.claim(.id(one), lease: .hours(2), anyway: nil), by: .meier)
        desk.say(.claim(.id(two), lease: .minutes(2), anyway: nil), by: .schulze)
        desk.wait(.minutes(1))
        #expect(desk.engine.takeLeases().isEmpty, "a claim needs no record: its event says it all")
        desk.engine.worked(by: .meier, on: one, at: desk.now)
        desk.engine.worked(by: .schulze, on: two, at: desk.now)
        let until = desk.now + .hours(2)
        var image = Image()
        image.leases = desk.engine.takeLeases()
        #expect(image.leases.keys.sorted() == [one, two] && desk.engine.takeLeases().isEmpty)
        desk.say(.release(.id(two), text: nil), by: .schulze)
        desk.wait(.minutes(1))
        desk.say(.claim(.id(two), lease: nil, anyway: nil), by: .schulze)
        (image.tickets, image.customers) = (
            [try desk.ticket(one), try desk.ticket(two)], desk.engine.state.customers.values
        )
        (image.agents, image.queues) = (Array(desk.engine.state.agents.values), desk.engine.state.queues.values)
        let start = desk.now + .minutes(29)
        var engine = Engine(image: image, at: start, defaultAutomaticReply: "")
        #expect(engine.lease(of: try desk.ticket(one)) == until)
        #expect(engine.lease(of: try desk.ticket(two)) == start + .minutes(10))
        engine.worked(by: .meier, on: one, at: start)
        #expect(engine.lease(of: try desk.ticket(one)) == start + .hours(2))
    }

    @Test func `a claim that nobody has worked on lasts after a restart as it was granted`() throws {
        var desk = Desk()
        let (one, two) = (desk.bring(), desk.bring(from: "other@example.org"))
        let claim = desk.say(.claim(.id(one), lease: .hours(2), anyway: nil), by: .meier)
        desk.say(.claim(.id(two), lease: nil, anyway: nil), by: .schulze)
        desk.administer(.setQueue(desk.queue(.inbox, lease: .minutes(5))))
        var image = Image()
        (image.leases, image.tickets) = (desk.engine.takeLeases(), [try desk.ticket(one), try desk.ticket(two)])
        image.customers = desk.engine.state.customers.values
        (image.agents, image.queues) = (Array(desk.engine.state.agents.values), desk.engine.state.queues.values)
        let start = desk.now + .minutes(15)
        var engine = Engine(image: image, at: start, defaultAutomaticReply: "")
        #expect(engine.lease(of: try desk.ticket(one)) == claim.claimed?.lease)
        #expect(engine.lease(of: try desk.ticket(two)) == desk.now + .minutes(30))
        engine.worked(by: .schulze, on: two, at: start)
        #expect(engine.lease(of: try desk.ticket(two)) == start + .minutes(30))
        #expect(engine.takeLeases().keys.sorted() == [two])
    }

    @Test func `what is granted soon after a start ends when it says, and is as long as it was asked for`() throws {
        var desk = Desk()
        let (one, two) = (desk.bring(), desk.bring(from: "other@example.org"))
        desk.engine.soft.grace = desk.now + .minutes(10)
        let grace = desk.engine.soft.grace
        let claim = desk.say(.claim(.id(one), lease: .minutes(2), anyway: nil), by: .meier)
        #expect(claim.claimed?.lease == grace)
        #expect(claim.events.map(\.kind) == [.claim(lease: grace, length: .minutes(2))])
        desk.say(.claimNext([.inbox], lease: .minutes(3)), by: .schulze)
        #expect(desk.engine.lease(of: try desk.ticket(two)) == grace)
        desk.administer(.setQueue(desk.queue(.inbox, lease: .minutes(5))))
        for receiver in [AgentName.weber, .schulze] {
            desk.say(.give(.id(two), to: receiver, text: nil), by: desk.engine.state.tickets[two]?.holder)
            #expect(desk.engine.lease(of: try desk.ticket(two)) == grace)
        }
        let stolen = desk.say(.steal(.id(two), text: "eilt"), by: .mustermann)
        #expect(stolen.claimed?.lease == grace)
        #expect(desk.engine.lease(of: try desk.ticket(two)) == grace)
        desk.wait(.minutes(9))
        desk.engine.worked(by: .meier, on: one, at: desk.now)
        #expect(desk.engine.lease(of: try desk.ticket(one)) == desk.now + .minutes(2))
    }

    @Test func `reading a ticket that is closed and not in memory is work for its people`() throws {
        var desk = Desk()
        let (one, two) = (desk.bring(), desk.bring())
        desk.say(.claim(.id(two), lease: nil, anyway: nil), by: .meier)
        desk.say(.close(.id(two), read: nil, text: nil), by: .meier)
        let closed = try desk.ticket(two)
        desk.say(.claim(.id(one), lease: nil, anyway: nil), by: .meier)
        desk.engine.forget(applied: desk.engine.state.sequence)
        #expect(desk.engine.state.tickets[two] == nil)
        desk.wait(.minutes(20))
        desk.engine.worked(by: .schulze, on: closed, at: desk.now)
        #expect(desk.engine.lease(of: try desk.ticket(one)) == desk.now + .minutes(10))
        desk.engine.worked(by: .meier, on: closed, at: desk.now)
        #expect(desk.engine.lease(of: try desk.ticket(one)) == desk.now + .minutes(30))
    }

    @Test func `the lease of the loser ends only with his last ticket of the customer`() throws {
        var desk = Desk()
        let (one, two) = (desk.bring(), desk.bring())
        desk.say(.claim(.id(one), lease: nil, anyway: nil), by: .meier)
        desk.say(.claim(.id(two), lease: nil, anyway: nil), by: .meier)
        desk.say(.release(.id(one), text: nil), by: .meier)
        #expect(desk.engine.lease(of: try desk.ticket(two)) == desk.now + .minutes(30))
        desk.say(.release(.id(two), text: nil), by: .meier)
        desk.wait(.minutes(40))
        #expect(desk.ring() == Due())
        #expect(desk.engine.nextDeadline == nil)
    }
}
