internal import DeskEngine
internal import DeskModel
internal import DeskStore
internal import DeskWire

/// `list`: what is live comes from memory, what is over from disk.
extension Switchboard {
    func answer(_ list: ListQuery, _ agent: Agent, _ tag: String?, _ session: Session) throws(Refusal) {
        try expect(list.after, kind: Cut.list)
        for queue in list.queues where engine.state.queues[queue] == nil || !agent.may(.read, in: queue) {
            throw .noSuchQueue(queue)
        }
        if case .some(.some(let holder)) = list.holder, engine.state.agents[holder] == nil {
            throw .noSuchAgent(holder)
        }
        // What is over has no holder, so whoever asks by holder asks for what is live.
        let isOver = list.states.contains(.closed) || list.states.contains(.merged)
        if isOver, !list.mine, list.holder == nil || list.holder == .some(nil) {
            return try askForTickets(list, agent, tag, session)
        }
        let page = engine.list(list, for: agent.name)
        say(session, tag: tag) { reply, out in
            for ticket in page.tickets.compactMap({ engine.state.tickets[$0] }) { write(ticket, reply, &out) }
            reply.end(.answered(.list(count: page.tickets.count, more: page.next), at: head), to: &out)
        }
    }

    private func askForTickets(
        _ list: ListQuery, _ agent: Agent, _ tag: String?, _ session: Session
    ) throws(Refusal) {
        var filter = TicketFilter(
            queues: list.queues.isEmpty ? engine.queues(for: agent.name) : list.queues, states: list.states,
            limit: (list.limit ?? Limits.records) + 1)
        filter.priorities = list.priorities
        filter.before = list.after.map { TicketID($0.position) }
        if let address = list.customer {
            try load(address)
            let person = engine.state.person(address)
            (filter.person, filter.addresses) = (person, engine.state.addresses(of: person))
        }
        ask(.tickets(filter), Pending(tag: tag, query: .list(list), ticket: nil), session)
    }

    /// Sees to it that a customer with that address, if there is one, is in memory.
    private func load(_ address: Address) throws(Refusal) {
        do throws(StoreError) {
            var query = ListQuery()
            query.customer = address
            try wake { engine.needs(.list(query)) }
        } catch {
            throw .storage(retry: 5)
        }
    }
}
