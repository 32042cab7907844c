internal import DeskModel

extension Engine {
    /// The agents other than `agents` who serve the customer of `tickets`, where that matters: in the queue of one of
    /// them at least.
    func colleagues(of agents: [AgentName], serving tickets: [Ticket]) -> [State.Service] {
        guard let customer = tickets.first?.customer, let services = state.services[customer],
            tickets.contains(where: state.isGuarded)
        else { return [] }
        return services.filter { !agents.contains($0.agent) }
    }

    /// Lets `asker` pass the customer guard of `ticket`, and of what comes along with it, with a reason; gives the
    /// events that tell it on every ticket concerned; nothing if nobody else serves the customer.
    func pass(
        _ ticket: Ticket, with others: [Ticket] = [], _ colleagues: [State.Service], reason: String?, _ asker: Asker
    ) throws(Refusal) -> [Event] {
        guard let first = colleagues.first else { return [] }
        guard let reason else { throw busy(ticket, first, asker) }
        for each in [ticket] + others
        where state.queues[each.queue]?.customerGuard == .strict && !may(asker.agent, .lead, in: each.queue) {
            throw .forbidden(ticket: ticket.id, need: .lead, queue: each.queue, agent: nil)
        }
        let theirs = colleagues.flatMap(\.tickets).sorted().compactMap { state.tickets[$0] }
        let told = ticket.event(
            .guardOverride(other: theirs.map(\.id), text: reason), at: asker.now, by: asker.agent)
        return [told]
            + theirs.map {
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
