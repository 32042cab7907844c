import DeskModel
import Testing

@testable import DeskEngine

/// What must hold after every decision, judged from its events and the states before and after.
struct Soundness {
    let before: State
    let engine: Engine
    let decision: Decision

    init(_ before: State, _ engine: Engine, _ decision: Decision) {
        (self.before, self.engine, self.decision) = (before, engine, decision)
    }

    func check() throws {
        for ticket in engine.state.tickets.values {
            guard let holder = ticket.holder else { continue }
            #expect(ticket.isLive)
            #expect(engine.may(holder, [.read, .work], in: ticket.queue), "\(holder) holds \(ticket.id)")
        }
        checkRefusal()
        checkGuard()
        checkIndexes()
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

    /// Nobody comes to hold a ticket under the guard, beside a colleague who serves its customer, but by an override;
    /// not by a move either, which brings a ticket under it that its holder has already.
    private func checkGuard() {
        for event in decision.events {
            if case .customer(let id, .joined(let other)) = event.kind { checkJoin(id, other.customer) }
            guard let holder = event.snapshot?.holder, let id = event.subject.ticket,
                let ticket = engine.state.tickets[id], ticket.holder == holder, engine.state.isGuarded(ticket)
            else { continue }
            if let was = before.tickets[id], was.holder == holder, before.isGuarded(was) { continue }
            let agents = engine.state.agents(serving: ticket.customer)
            let isTold = decision.events.contains { event in
                guard case .guardOverride(let other, _) = event.kind else { return false }
                return !other.isEmpty && event.by == holder
            }
            #expect(agents.count == 1 || isTold, "\(agents) serve \(ticket.customer), unasked: \(event.kind)")
        }
    }

    private func checkJoin(_ id: CustomerID, _ other: CustomerID) {
        let (here, there) = (before.agents(serving: id), before.agents(serving: other))
        guard before.customers[id]?.isOnePerson == true else { return }
        let colleagues = here.contains { agent in there.contains { $0 != agent } }
        #expect(!colleagues)
    }

    /// The indexes are those that the tickets alone would give.
    private func checkIndexes() {
        var image = Image()
        image.tickets = engine.state.tickets.values.filter(\.isLive)
        image.customers = engine.state.customers.values.filter { !$0.live.isEmpty }
        image.queues = Array(engine.state.queues.values)
        let rebuilt = State(image)
        #expect(rebuilt.lanes == engine.state.lanes)
        #expect(rebuilt.holdings == engine.state.holdings)
        #expect(rebuilt.services == engine.state.services)
        #expect(rebuilt.reserved == engine.state.reserved)
        #expect(rebuilt.preferred == engine.state.preferred)
    }

    /// There is a lease for every service and for nothing else.
    private func checkLeases() {
        let served = engine.state.services.flatMap { customer, services in
            services.map { Soft.Lease.Key(agent: $0.agent, customer: customer) }
        }
        #expect(Set(served) == Set(engine.soft.leases.keys))
    }
}

extension State {
    /// Who serves a customer now; by name.
    func agents(serving customer: CustomerID) -> [AgentName] {
        services[customer]?.map(\.agent) ?? []
    }
}
