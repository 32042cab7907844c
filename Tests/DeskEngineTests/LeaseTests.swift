import DeskEngine
import DeskModel
import Testing

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
        #expect(desk.ring().expiries == [.expire(.meier, try desk.ticket(one).customer)])
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
