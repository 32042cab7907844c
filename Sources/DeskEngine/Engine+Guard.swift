internal import DeskModel

extension Engine {
    /// The agents other than `agents` who serve the customer of `ticket`, where that matters.
    func colleagues(of agents: [AgentName], serving ticket: Ticket) -> [State.Service] {
        guard let services = state.services[ticket.customer], state.isGuarded(ticket) else { return [] }
        return services.filter { !agents.contains($0.agent) }
    }

    /// Lets `asker` pass the customer guard of `ticket` with a reason, and gives the events that tell it on every
    /// ticket concerned; nothing if nobody else serves the customer.
    func pass(
        _ ticket: Ticket, _ colleagues: [State.Service], reason: String?, _ asker: Asker
    ) throws(Refusal) -> [Event] {
        guard let first = colleagues.first else { return [] }
        guard let reason else { throw busy(ticket, first, asker) }
        if state.queues[ticket.queue]?.customerGuard == .strict, !may(asker.agent, .lead, in: ticket.queue) {
            throw .forbidden(ticket: ticket.id, need: .lead, queue: ticket.queue, agent: nil)
        }
        let others = colleagues.flatMap(\.tickets).sorted().compactMap { state.tickets[$0] }
        let told = ticket.event(
            .guardOverride(other: others.map(\.id), text: reason), at: asker.now, by: asker.agent)
        return [told]
            + others.map {
                $0.event(.guardOverride(other: [ticket.id], text: reason), at: asker.now, by: asker.agent)
            }
    }

    /// The refusal that names who serves the customer of `ticket`, and where only if the asker may read that.
    func busy(_ ticket: Ticket, _ colleague: State.Service, _ asker: Asker) -> Refusal {
        let held = colleague.tickets.compactMap { state.tickets[$0] }
        let visible = held.first { may(asker.agent, .read, in: $0.queue) }
        let since = (visible ?? held.first)?.heldSince ?? asker.now
        let lease = lease(colleague.agent, of: ticket.customer)?.until ?? asker.now
        return .customerBusy(
            ticket.id, Refusal.Occupation(holder: colleague.agent, since: since, lease: lease), ticket: visible?.id,
            customer: customerName(of: ticket))
    }
}
