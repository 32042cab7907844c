import DeskModel
import Testing

@testable import DeskEngine

/// The guard counts people, not authors of first messages.
struct PeopleTests {
    private let kunz = Address("kunz@example.org")

    /// A contact form: From is the shop's, the customer answered and joined, meier has answered them.
    private func form() -> (Desk, TicketID) {
        var desk = Desk()
        let id = desk.bring(from: "shop@shop.example")
        desk.join(id, from: "kunz@example.org")
        desk.say(.claim(.id(id), lease: nil, anyway: nil), by: .meier)
        desk.show(id, to: .meier)
        return (desk, id)
    }

    @Test func `who answers a ticket is served in it, and their next message goes to the same agent`() throws {
        var (desk, one) = form()
        #expect(desk.say(.reply(.id(one), read: nil, text: "Reset"), by: .meier).kinds == ["reply #1"])
        let decision = desk.say(.arrive(desk.mail(from: "kunz@example.org")), by: nil)
        #expect(decision.events.first?.kind.mail?.also == [one])
        #expect(decision.events.first?.kind.mail?.served == [.meier])
        let two = TicketID(2)
        let busy = desk.say(.claim(.id(two), lease: nil, anyway: nil), by: .schulze)
        let occupation = Refusal.Occupation(holder: .meier, since: desk.now, lease: desk.now + .minutes(30))
        #expect(busy.refusal == .customerBusy(two, occupation, ticket: one, customer: kunz))
        #expect(desk.say(.claimNext([.inbox], lease: nil), by: .schulze).refusal == .empty([.inbox]))
        #expect(desk.say(.claimNext([.inbox], lease: nil), by: .meier).kinds == ["claim #2"])
        #expect(desk.engine.also(try desk.ticket(one), for: .meier) == [two])
        var list = ListQuery()
        list.customer = kunz
        #expect(desk.engine.list(list, for: .meier).tickets == [one, two])
    }

    @Test func `an answer to a person whom a colleague serves waits until one of them says why`() throws {
        var (desk, one) = form()
        let two = desk.bring(from: "lang@example.org")
        desk.say(.claim(.id(two), lease: nil, anyway: nil), by: .schulze)
        // Kunz writes in lang's ticket, too: both agents are told, nothing is taken from either.
        let event = try #require(desk.join(two, from: "kunz@example.org").events.first)
        #expect(event.kind.mail?.served == [.schulze, .meier] && event.kind.mail?.also == [one])
        #expect(try desk.ticket(one).holder == .meier)
        #expect(try desk.ticket(two).holder == .schulze)
        for id in [one, two] { for agent in [AgentName.meier, .schulze] { desk.show(id, to: agent) } }
        for (agent, id) in [(AgentName.meier, one), (.schulze, two)] {
            let busy = desk.say(.reply(.id(id), read: nil, text: "Reset"), by: agent)
            guard case .customerBusy(id, let who, _, kunz, kept: true)? = busy.refusal else {
                Issue.record("\(busy)")
                return
            }
            #expect(who.holder != agent)
            #expect(busy.events.map(\.kind) == [.draft(text: "Reset", why: .customerBusy)])
            #expect(desk.say(.send(.id(id), read: nil), by: agent).refusal == busy.refusal)
        }
        #expect(desk.say(.claim(.id(two), lease: nil, anyway: nil), by: .schulze).events.isEmpty)
        let override = desk.say(.claim(.id(two), lease: nil, anyway: "Lang will das so"), by: .schulze)
        #expect(override.kinds == ["guardOverride #2", "guardOverride #1"] && override.claimed?.isNew == false)
        #expect(desk.say(.claim(.id(two), lease: nil, anyway: "noch einmal"), by: .schulze).events.isEmpty)
        #expect(desk.engine.decide(.send(.id(two), read: nil), by: .schulze, at: desk.now).kinds == ["reply #2"])
        #expect(desk.say(.send(.id(one), read: nil), by: .meier).kinds == ["reply #1"])
    }

    @Test func `an override ends with either claim`() throws {
        var (desk, one) = form()
        let two = desk.bring(from: "lang@example.org")
        desk.say(.claim(.id(two), lease: nil, anyway: nil), by: .schulze)
        desk.join(two, from: "kunz@example.org")
        desk.say(.claim(.id(two), lease: nil, anyway: "Lang will das so"), by: .schulze)
        desk.say(.release(.id(one), text: nil), by: .meier)
        desk.say(.claim(.id(one), lease: nil, anyway: "Kunz ist am Telefon"), by: .weber)
        for id in [one, two] { for agent in [AgentName.weber, .schulze] { desk.show(id, to: agent) } }
        let reply = Command.reply(.id(two), read: nil, text: "Reset")
        #expect(desk.engine.decide(reply, by: .schulze, at: desk.now).kinds == ["reply #2"])
        // Nobody has said why of this pair.
        desk.say(.release(.id(one), text: nil), by: .weber)
        desk.join(two, from: "lang@example.org")
        desk.say(.claim(.id(one), lease: nil, anyway: nil), by: .meier)
        desk.join(two, from: "kunz@example.org")
        desk.show(two, to: .schulze)
        guard case .customerBusy = desk.engine.decide(reply, by: .schulze, at: desk.now).refusal else {
            Issue.record("an override of an earlier claim counts")
            return
        }
    }

    @Test func `under a strict guard only a lead says why of a ticket that they hold`() throws {
        var (desk, one) = form()
        let two = desk.bring(from: "lang@example.org")
        desk.say(.claim(.id(two), lease: nil, anyway: nil), by: .schulze)
        desk.join(two, from: "kunz@example.org")
        desk.administer(.setQueue(desk.queue(.inbox, guard: .strict)))
        #expect(
            desk.say(.claim(.id(two), lease: nil, anyway: "eilt"), by: .schulze).refusal
                == .forbidden(ticket: two, need: .lead, queue: .inbox, agent: nil))
        desk.administer(.setQueue(desk.queue(.inbox, guard: .off)))
        desk.show(one, to: .schulze)
        desk.show(two, to: .schulze)
        #expect(desk.say(.reply(.id(two), read: nil, text: "Reset"), by: .schulze).kinds == ["reply #2"])
    }

    @Test func `who takes part in tickets of three other customers is a supplier, whom all may serve`() throws {
        var desk = Desk()
        let tickets = ["a", "b", "c"].map { desk.bring(from: "\($0)@example.org") }
        for id in tickets.dropLast() { desk.join(id, from: "dhl@carrier.example") }
        desk.say(.claim(.id(tickets[0]), lease: nil, anyway: nil), by: .meier)
        let second = Command.claim(.id(tickets[1]), lease: nil, anyway: nil)
        guard case .customerBusy = desk.engine.decide(second, by: .schulze, at: desk.now).refusal else {
            Issue.record("two customers' tickets are not many")
            return
        }
        desk.join(tickets[2], from: "dhl@carrier.example")
        #expect(desk.engine.decide(second, by: .schulze, at: desk.now).kinds == ["claim #2"])
        #expect(desk.engine.also(try desk.ticket(tickets[0]), for: .meier).isEmpty)
        // A flag says that they are one person all the same; with it they become a customer.
        desk.administer(
            .setCustomerFlags(
                Address("dhl@carrier.example"), isRelay: false, wantsNoAutomaticReply: false, isUnguarded: false,
                isGuarded: true))
        guard case .customerBusy = desk.engine.decide(second, by: .schulze, at: desk.now).refusal else {
            Issue.record("guarded, and yet not")
            return
        }
        desk.administer(
            .setCustomerFlags(
                Address("dhl@carrier.example"), isRelay: false, wantsNoAutomaticReply: false, isUnguarded: false))
        #expect(desk.engine.decide(second, by: .schulze, at: desk.now).kinds == ["claim #2"])
        // As soon as one of the three is closed, the guard is asked again.
        desk.say(.close(.id(tickets[2]), read: nil, text: nil), by: .lehmann)
        guard case .customerBusy = desk.engine.decide(second, by: .schulze, at: desk.now).refusal else {
            Issue.record("a closed ticket counts")
            return
        }
    }

    @Test func `an address that becomes a customer's, or a customer's who is joined, is served as before`() throws {
        var (desk, one) = form()
        let two = desk.bring(from: "kunz@home.example")
        let home = Address("kunz@home.example")
        #expect(desk.say(.claim(.id(two), lease: nil, anyway: nil), by: .schulze).kinds == ["claim #2"])
        guard
            case .customerBusy(_, let who, _, _, _)? =
                desk.say(.administer(.addAddress(home, kunz)), by: .desk).refusal
        else {
            Issue.record("two agents serve one customer, unasked")
            return
        }
        #expect(who.holder == .schulze)
        desk.say(.release(.id(two), text: nil), by: .schulze)
        desk.administer(.addAddress(home, kunz))
        guard case .customerBusy = desk.say(.claim(.id(two), lease: nil, anyway: nil), by: .schulze).refusal else {
            Issue.record("the guard did not follow the address")
            return
        }
        #expect(desk.engine.others(of: desk.engine.state.participants(of: try desk.ticket(one)), than: one) == [two])
    }

    @Test func `steal and give move everything that hangs together by people`() throws {
        var (desk, one) = form()
        let two = desk.bring(from: "kunz@example.org")
        let three = desk.bring(from: "lang@example.org")
        desk.join(two, from: "lang@example.org")
        for id in [two, three] { desk.say(.claim(.id(id), lease: nil, anyway: nil), by: .meier) }
        let given = desk.say(.give(.id(three), to: .schulze, text: nil), by: .meier)
        #expect(given.kinds == ["give #1", "give #2", "give #3"])
        desk.wait(.minutes(20))
        #expect(desk.say(.steal(.id(one), text: "eilt"), by: .weber).kinds == ["steal #2", "steal #3", "steal #1"])
        #expect(desk.say(.release(.id(one), text: nil), by: .weber).outcome == .released(one, still: [two]))
    }

    @Test func `one lease is for all of these people, and ends for all of them`() throws {
        var (desk, one) = form()
        desk.wait(.minutes(20))
        let two = desk.bring(from: "kunz@example.org")
        desk.say(.claim(.id(two), lease: nil, anyway: nil), by: .meier)
        #expect(desk.engine.lease(of: try desk.ticket(one)) == desk.now + .minutes(30))
        // Kunz's third ticket is free: reading it is work all the same.
        let three = desk.bring(from: "kunz@example.org")
        desk.wait(.minutes(20))
        desk.engine.worked(by: .meier, on: three, at: desk.now)
        #expect(desk.engine.lease(of: try desk.ticket(one)) == desk.now + .minutes(30))
        desk.wait(.minutes(30))
        _ = desk.ring()
        #expect(desk.log.suffix(2).map(\.subject) == [.ticket(one), .ticket(two)])
        #expect(desk.engine.held(by: .meier).isEmpty && desk.engine.soft.leases.isEmpty)
    }

    @Test func `a message that brings two claims together gives both the later end`() throws {
        var (desk, one) = form()
        desk.wait(.minutes(10))
        let two = desk.bring(from: "lang@example.org")
        desk.say(.claim(.id(two), lease: nil, anyway: nil), by: .meier)
        let until = desk.now + .minutes(30)
        #expect(desk.engine.lease(of: try desk.ticket(one)) == until - .minutes(10))
        desk.join(two, from: "kunz@example.org")
        #expect(desk.engine.lease(of: try desk.ticket(one)) == until)
        desk.wait(.minutes(21))
        #expect(desk.ring() == Due())
        #expect(try desk.ticket(one).holder == .meier)
        desk.wait(.minutes(9))
        _ = desk.ring()
        #expect(desk.engine.held(by: .meier).isEmpty)
    }

    @Test func `what was written in a closed ticket of one who takes part makes stale, for 72 hours`() throws {
        var (desk, one) = form()
        desk.say(.reply(.id(one), read: nil, text: "Reset"), by: .meier)
        desk.say(.close(.id(one), read: nil, text: nil), by: .meier)
        desk.engine.forget(applied: desk.engine.state.sequence)
        let two = desk.bring(from: "lang@example.org")
        desk.join(two, from: "kunz@example.org")
        desk.join(two, from: "lang@example.org")
        desk.say(.claim(.id(two), lease: nil, anyway: nil), by: .schulze)
        desk.show(two, to: .schulze)
        let reply = Command.reply(.id(two), read: nil, text: "Kanal 36")
        let since = desk.now - .hours(72)
        #expect(desk.engine.needs(reply, by: .schulze, at: desk.now).contains(.recent(.address(kunz), since: since)))
        let gone = try #require(desk.log.last { $0.subject.ticket == one })
        #expect(gone.sequence > 0)
    }
}

extension Desk {
    /// Somebody writes into a ticket by answering our message.
    @discardableResult
    mutating func join(_ ticket: TicketID, from: String) -> Decision {
        var more = mail(from: from)
        more.answersOurs = [EntryID(ticket, 1)]
        return say(.arrive(more), by: nil)
    }
}
