import DeskModel
import Testing

@testable import DeskEngine

/// What must hold after every decision, judged from its events and the states before and after.
struct Soundness {
    let before: State
    let engine: Engine
    let decision: Decision
    let log: [Event]
    let model: PeopleModel

    init(_ before: State, _ desk: Desk, _ decision: Decision) {
        (self.before, engine, self.decision, log) = (before, desk.engine, decision, desk.log)
        model = PeopleModel(engine.state)
    }

    func check() throws {
        for ticket in engine.state.tickets.values {
            guard let holder = ticket.holder else { continue }
            #expect(ticket.isLive)
            #expect(engine.may(holder, [.read, .work], in: ticket.queue), "\(holder) holds \(ticket.id)")
        }
        checkRefusal()
        checkGuard()
        checkAnswers()
        checkIndexes()
        checkRelation()
        checkLeases()
    }

    /// A refusal changes nothing but a draft.
    private func checkRefusal() {
        guard decision.refusal != nil else { return }
        #expect(decision.events.count <= 1)
        for event in decision.events {
            guard case .draft = event.kind else {
                Issue.record("refused, yet \(event.kind)")
                continue
            }
        }
    }

    /// No agent comes to hold a ticket under the guard, beside a colleague who serves one of its people, but by an
    /// override; not by a move either, which brings a ticket under it that its holder has already.
    private func checkGuard() {
        for event in decision.events {
            if case .customer(let id, let change) = event.kind { checkMerge(change, into: id) }
            guard let holder = event.snapshot?.holder, let id = event.subject.ticket,
                let ticket = engine.state.tickets[id], ticket.holder == holder, engine.state.hasGuard(ticket.queue)
            else { continue }
            if let was = before.tickets[id], was.holder == holder, before.hasGuard(was.queue) { continue }
            let isTold = decision.events.contains { event in
                guard case .guardOverride(let other, _) = event.kind else { return false }
                return !other.isEmpty && event.by == holder
            }
            let overlap = model.overlap(in: ticket)
            #expect(overlap.isEmpty || isTold, "\(overlap) beside \(ticket.id), unasked: \(event.kind)")
        }
    }

    private func checkMerge(_ change: CustomerChange, into id: CustomerID) {
        let other: Person
        switch change {
        case .joined(let joined): other = .customer(joined.customer)
        case .addressAdded(let address): other = .address(address)
        case .flags, .split: return
        }
        guard PeopleModel(before).isGuarded(.customer(id)) else { return }
        let here = (before.services[.customer(id)] ?? []).map(\.agent)
        let there = (before.services[other] ?? []).map(\.agent)
        #expect(!here.contains { agent in there.contains { $0 != agent } })
    }

    /// No answer goes out beside a colleague who serves one of the ticket's people or of its recipients unless one of
    /// the two has said why; nor does a held ticket get such a recipient by `to`.
    private func checkAnswers() {
        for event in decision.events {
            guard let id = event.subject.ticket, let ticket = before.tickets[id], before.hasGuard(ticket.queue),
                let holder = ticket.holder
            else { continue }
            let model = PeopleModel(before)
            switch event.kind {
            case .reply(let letter):
                checkTold(holder, id, model.people(of: ticket, answering: letter.recipients.to), model)
            case .recipients(let recipients): checkTold(holder, id, model.people(recipients.to), model)
            default: break
            }
        }
    }

    /// The holder of a ticket and everyone else who serves one of these people know of each other.
    private func checkTold(_ holder: AgentName, _ id: TicketID, _ people: Set<Person>, _ model: PeopleModel) {
        let ledger = OverrideLedger(log)
        for person in people {
            let service = model.service(of: [person])
            let own = (service[holder] ?? []).union([id])
            for (agent, tickets) in service where agent != holder {
                let isTold = own.contains { mine in tickets.contains { ledger.isTold(mine, $0) } }
                #expect(isTold, "\(agent) serves \(person) by \(tickets), unasked in \(id)")
            }
        }
    }

    /// The indexes are those that the tickets alone would give.
    private func checkIndexes() {
        var image = Image()
        image.tickets = engine.state.tickets.values.filter(\.isLive)
        image.customers = engine.state.customers.values
        image.queues = Array(engine.state.queues.values)
        let rebuilt = State(image)
        #expect(rebuilt.lanes == engine.state.lanes)
        #expect(rebuilt.holdings == engine.state.holdings)
        #expect(rebuilt.services == engine.state.services)
        #expect(rebuilt.parts == engine.state.parts)
        #expect(engine.state.consequences == State.Consequences())
        #expect(rebuilt.reserved == engine.state.reserved)
        #expect(rebuilt.preferred == engine.state.preferred)
    }

    /// They say what the slow model says: whom a ticket may go to, who is busy, what hangs together.
    private func checkRelation() {
        for ticket in engine.state.tickets.values where ticket.isLive {
            let agents = model.service(of: ticket).keys.sorted()
            #expect(engine.state.agents(serving: State.Facets(ticket)) == agents, "\(ticket.id)")
            let others = engine.others(of: engine.state.participants(of: ticket), than: ticket.id)
            #expect(others == model.others(of: ticket), "\(ticket.id)")
            if ticket.holder != nil {
                #expect(engine.state.claims(with: ticket.id) == model.claims(with: ticket), "\(ticket.id)")
                continue
            }
            let rank = Rank(ticket).value
            let isForAnybody = engine.state.lanes[ticket.queue]?.claimable.first(from: rank) == rank
            #expect(isForAnybody == (agents.isEmpty || !engine.state.hasGuard(ticket.queue)), "\(ticket.id)")
            #expect(engine.state.reserved[ticket.id] == (agents.count == 1 ? agents[0] : nil), "\(ticket.id)")
        }
    }

    /// There is a lease for every held ticket and for nothing else, in its holder's name.
    private func checkLeases() {
        let held = engine.state.tickets.values.filter { $0.holder != nil }
        #expect(Set(held.map(\.id)) == Set(engine.soft.leases.keys))
        #expect(held.allSatisfy { engine.soft.leases[$0.id]?.agent == $0.holder })
    }
}

extension State {
    /// Who serves a customer now; by name.
    func agents(serving customer: CustomerID) -> [AgentName] {
        services[.customer(customer)]?.map(\.agent) ?? []
    }
}
