import DeskEngine
import DeskModel
import Testing

struct ClaimTests {
    @Test func `the first who claims holds, the second is told by whom and from when on he may steal`() throws {
        var desk = Desk()
        let id = desk.bring()
        let first = desk.say(.claim(.id(id), lease: nil, anyway: nil), by: .meier)
        #expect(first.kinds == ["claim #1"])
        #expect(first.events.first?.snapshot?.holder == .meier)
        #expect(first.events.first?.changes == [.holder, .state])
        let claimed = try #require(first.claimed)
        #expect(claimed.isNew && claimed.unread == 1 && claimed.also.isEmpty)
        #expect(claimed.lease == desk.now + .minutes(30))
        let second = desk.say(.claim(.id(id), lease: nil, anyway: nil), by: .schulze)
        let occupation = Refusal.Occupation(holder: .meier, since: desk.now, lease: desk.now + .minutes(30))
        #expect(second.refusal == .taken(id, occupation, stealFrom: desk.now + .minutes(15)))
        #expect(second.events.isEmpty)
        let lead = desk.say(.claim(.id(id), lease: nil, anyway: nil), by: .mustermann)
        #expect(lead.refusal == .taken(id, occupation, stealFrom: nil))
    }

    @Test func `claiming twice is no error and makes no event`() throws {
        var desk = Desk()
        let id = desk.bring()
        desk.say(.claim(.id(id), lease: nil, anyway: nil), by: .meier)
        desk.wait(.minutes(5))
        let again = desk.say(.claim(.id(id), lease: .minutes(60), anyway: nil), by: .meier)
        #expect(again.events.isEmpty)
        #expect(again.claimed?.isNew == false)
        #expect(again.claimed?.lease == desk.now + .minutes(60))
        #expect(desk.engine.lease(of: try desk.ticket(id)) == desk.now + .minutes(60))
    }

    @Test func `a customer who wrote twice has one agent until the second says why`() throws {
        var desk = Desk()
        let (one, two) = (desk.bring(), desk.bring())
        #expect(one != two)
        desk.say(.claim(.id(one), lease: nil, anyway: nil), by: .meier)
        let busy = desk.say(.claim(.id(two), lease: nil, anyway: nil), by: .schulze)
        let occupation = Refusal.Occupation(holder: .meier, since: desk.now, lease: desk.now + .minutes(30))
        let customer = Address("kunz@example.org")
        #expect(busy.refusal == .customerBusy(two, occupation, ticket: one, customer: customer))
        let anyway = desk.say(.claim(.id(two), lease: nil, anyway: "am Telefon"), by: .schulze)
        #expect(anyway.kinds == ["guardOverride #2", "guardOverride #1", "claim #2"])
        #expect(anyway.events[0].kind == .guardOverride(other: [one], text: "am Telefon"))
        #expect(anyway.events[1].kind == .guardOverride(other: [two], text: "am Telefon"))
        #expect(anyway.claimed?.also == [one])
    }

    @Test func `under a strict guard only a lead passes, without a guard everybody does`() throws {
        var desk = Desk()
        let (one, two) = (desk.bring(), desk.bring())
        var inbox = try #require(desk.engine.state.queues[.inbox])
        inbox.customerGuard = .strict
        desk.administer(.setQueue(inbox))
        desk.say(.claim(.id(one), lease: nil, anyway: nil), by: .meier)
        let worker = desk.say(.claim(.id(two), lease: nil, anyway: "eilt"), by: .schulze)
        #expect(worker.refusal == .forbidden(ticket: two, need: .lead, queue: .inbox, agent: nil))
        #expect(
            desk.engine.decide(.claim(.id(two), lease: nil, anyway: "eilt"), by: .mustermann, at: desk.now)
                .kinds.count == 3)
        inbox.customerGuard = .off
        desk.administer(.setQueue(inbox))
        #expect(desk.say(.claim(.id(two), lease: nil, anyway: nil), by: .schulze).kinds == ["claim #2"])
    }

    @Test func `who is in the way where one may not read is named without the number`() throws {
        var desk = Desk()
        let (one, two) = (desk.bring(to: "recorder@desk.example"), desk.bring())
        desk.administer(.setRights(.neu, [Grant([], in: nil)]))
        desk.administer(.setRights(.neu, [Grant([.read, .work], in: .inbox)]))
        desk.say(.claim(.id(one), lease: nil, anyway: nil), by: .meier)
        let busy = desk.say(.claim(.id(two), lease: nil, anyway: nil), by: .neu)
        let occupation = Refusal.Occupation(holder: .meier, since: desk.now, lease: desk.now + .minutes(30))
        #expect(
            busy.refusal
                == .customerBusy(two, occupation, ticket: nil, customer: Address("kunz@example.org")))
        let hidden = desk.say(.claim(.id(one), lease: nil, anyway: nil), by: .neu)
        #expect(hidden.refusal == .noSuchTicket(.id(one)))
    }

    @Test(arguments: [(30_000, true), (60_000, false), (7_200_000, false), (7_200_001, true)])
    func `a lease lasts from a minute to four times the queue's`(milliseconds: Int64, isRefused: Bool) {
        var desk = Desk()
        let id = desk.bring()
        let lease = TimeSpan(milliseconds: milliseconds)
        let decision = desk.say(.claim(.id(id), lease: lease, anyway: nil), by: .meier)
        #expect((decision.refusal != nil) == isRefused)
    }

    @Test func `the limit of held tickets is per queue`() throws {
        var desk = Desk(heldMost: 1)
        let one = desk.bring(from: "a@example.org")
        let two = desk.bring(from: "b@example.org")
        let three = desk.bring(from: "c@example.org", to: "recorder@desk.example")
        desk.say(.claim(.id(one), lease: nil, anyway: nil), by: .meier)
        #expect(desk.say(.claim(.id(two), lease: nil, anyway: nil), by: .meier).refusal == .tooMany(.held, most: 1))
        #expect(desk.say(.claimNext([.inbox], lease: nil), by: .meier).refusal == .tooMany(.held, most: 1))
        #expect(desk.say(.claimNext([.inbox, .recorder], lease: nil), by: .meier).kinds == ["claim \(three)"])
    }

    @Test func `claim next prefers customers one serves, passes over those others serve, then goes by age`() throws {
        var desk = Desk()
        let first = desk.bring(from: "a@example.org")
        let second = desk.bring(from: "b@example.org")
        let third = desk.bring(from: "c@example.org")
        let busy = desk.bring(from: "b@example.org")
        desk.say(.claim(.id(second), lease: nil, anyway: nil), by: .schulze)
        #expect(desk.say(.claimNext([.inbox], lease: nil), by: .schulze).kinds == ["claim \(busy)"])
        #expect(desk.say(.claimNext([.inbox], lease: nil), by: .meier).kinds == ["claim \(first)"])
        #expect(desk.say(.claimNext([.inbox], lease: nil), by: .meier).kinds == ["claim \(third)"])
        #expect(desk.say(.claimNext([.inbox], lease: nil), by: .meier).refusal == .empty([.inbox]))
        desk.say(.release(.id(busy), text: nil), by: .schulze)
        #expect(desk.say(.claimNext([.inbox], lease: nil), by: .meier).refusal == .empty([.inbox]))
        desk.say(.release(.id(second), text: nil), by: .schulze)
        #expect(desk.say(.claimNext([.inbox], lease: nil), by: .meier).kinds == ["claim \(second)"])
        let stranger = QueueName.named("nowhere")
        #expect(desk.say(.claimNext([stranger], lease: nil), by: .meier).refusal == .noSuchQueue(stranger))
        #expect(
            desk.say(.claimNext([.inbox], lease: nil), by: .lehmann).refusal
                == .forbidden(ticket: nil, need: .work, queue: .inbox, agent: nil))
    }

    @Test func `release frees, a lead says why, and releasing what is free is done already`() throws {
        var desk = Desk()
        let (one, two) = (desk.bring(), desk.bring())
        #expect(
            desk.say(.release(.id(one), text: nil), by: .meier).outcome == .already(one, holder: nil, queue: nil))
        desk.say(.claim(.id(one), lease: nil, anyway: nil), by: .meier)
        desk.say(.claim(.id(two), lease: nil, anyway: nil), by: .meier)
        #expect(
            desk.say(.release(.id(one), text: nil), by: .schulze).refusal
                == .notHolder(one, holder: .meier, kept: false))
        #expect(desk.say(.release(.id(one), text: nil), by: .mustermann).refusal != nil)
        let lead = desk.say(.release(.id(one), text: "krank"), by: .mustermann)
        #expect(lead.events.first?.kind == .release(.lead, text: "krank"))
        #expect(lead.outcome == .released(one, still: []))
        desk.say(.claim(.id(one), lease: nil, anyway: nil), by: .meier)
        #expect(desk.say(.release(.id(one), text: nil), by: .meier).outcome == .released(one, still: [two]))
    }

    @Test func `only what one may see, may work on and what is not over can be claimed, in this order`() throws {
        var desk = Desk()
        let id = desk.bring()
        let none = TicketReference.id(TicketID(99))
        #expect(desk.say(.claim(none, lease: nil, anyway: nil), by: .meier).refusal == .noSuchTicket(none))
        let number = TicketReference.number(try desk.ticket(id).number)
        #expect(
            desk.say(.claim(number, lease: nil, anyway: nil), by: .neu).refusal
                == .forbidden(ticket: id, need: .work, queue: .inbox, agent: nil))
        desk.say(.close(.id(id), read: nil, text: nil), by: .lehmann)
        #expect(
            desk.say(.claim(number, lease: nil, anyway: nil), by: .neu).refusal
                == .forbidden(ticket: id, need: .work, queue: .inbox, agent: nil))
        #expect(desk.say(.claim(number, lease: nil, anyway: nil), by: .meier).refusal == .closed(id, kept: false))
        #expect(desk.say(.hold(number, lease: nil), by: .meier).refusal == .closed(id, kept: false))
    }
}
