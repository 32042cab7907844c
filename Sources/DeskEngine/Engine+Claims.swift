internal import DeskModel

extension Engine {
    func claim(
        _ reference: TicketReference, _ lease: TimeSpan?, _ anyway: String?, _ asker: Asker
    ) throws(Refusal) -> Decision {
        let ticket = try ticket(reference, asker, need: .work)
        let length = try length(lease, of: ticket, for: asker.agent)
        return try claim(ticket, length, isAsked: lease != nil, anyway: anyway, was: nil, asker)
    }

    /// A claim whose ticket is found and whose asker may work there.
    func claim(
        _ ticket: Ticket, _ length: TimeSpan, isAsked: Bool = false, anyway: String?, was: AgentName??, _ asker: Asker
    ) throws(Refusal) -> Decision {
        guard ticket.isLive else { throw .closed(ticket.id, kept: false) }
        if ticket.holder == asker.agent {
            return yours(ticket, isAsked ? length : nil, after: try overrides(on: ticket, reason: anyway, asker), asker)
        }
        if let holder = ticket.holder { throw taken(ticket, by: holder, asker) }
        let people = state.hasGuard(ticket.queue) ? state.people(of: ticket) : []
        let overrides = try pass(ticket, colleagues(of: [asker.agent], serving: people), reason: anyway, asker)
        let most = heldMost(in: ticket.queue)
        guard heldCount(by: asker.agent, in: ticket.queue) < most else { throw .tooMany(.held, most: most) }
        return granted(ticket, length, was: was, after: overrides, asker)
    }

    /// The events by which the holder of a ticket says why they serve its people beside another agent: a message
    /// brought the two together, and answers wait for it. `reply T.E` may go to anyone who takes part, so that the
    /// reason is for all of them.
    private func overrides(on ticket: Ticket, reason: String?, _ asker: Asker) throws(Refusal) -> [Event] {
        guard let reason else { return [] }
        let colleagues = unaskedColleagues(
            of: asker.agent, holding: ticket, serving: state.participants(of: ticket))
        return try pass(ticket, colleagues, reason: reason, asker)
    }

    func claimNext(_ queues: [QueueName], _ lease: TimeSpan?, _ asker: Asker) throws(Refusal) -> Decision {
        for queue in queues { _ = try self.queue(queue, asker) }
        for queue in queues where !may(asker.agent, .work, in: queue) {
            throw .forbidden(ticket: nil, need: .work, queue: queue, agent: nil)
        }
        for queue in queues { _ = try length(lease, in: queue) }
        let open = queues.filter { heldCount(by: asker.agent, in: $0) < heldMost(in: $0) }
        guard let id = nextClaimable(for: asker.agent, in: open), let ticket = state.tickets[id] else {
            guard open.count < queues.count, let full = queues.first(where: { !open.contains($0) }) else {
                throw .empty(queues)
            }
            throw .tooMany(.held, most: heldMost(in: full))
        }
        return granted(ticket, try length(lease, of: ticket, for: asker.agent), was: nil, after: [], asker)
    }

    /// The ticket that `claim next` would give to `agent`: first those of people whom they serve, whom nobody else may
    /// serve anyway; then by priority and age, passing over those whose people others serve.
    func nextClaimable(for agent: AgentName, in queues: [QueueName]) -> TicketID? {
        for rank in state.preferred[agent] ?? SortedNumbers() {
            let id = Rank.ticket(rank)
            if let queue = state.tickets[id]?.queue, queues.contains(queue) { return id }
        }
        return queues.compactMap { state.lanes[$0]?.claimable.first }.min().map(Rank.ticket)
    }

    func hold(_ reference: TicketReference, _ lease: TimeSpan?, _ asker: Asker) throws(Refusal) -> Decision {
        let ticket = try ticket(reference, asker)
        let asked: TimeSpan? = try lease == nil ? nil : self.length(lease, in: ticket.queue)
        guard ticket.isLive else { throw .closed(ticket.id, kept: false) }
        guard ticket.holder == asker.agent else { throw .notHolder(ticket.id, holder: ticket.holder, kept: false) }
        let length = asked ?? self.length(of: ticket)
        return .done(.held(ticket.id, lease: soft.end(of: length, from: asker.now)))
    }

    func release(_ reference: TicketReference, _ text: String?, _ asker: Asker) throws(Refusal) -> Decision {
        let ticket = try ticket(reference, asker)
        guard let holder = ticket.holder else { return .done(.already(ticket.id, holder: nil, queue: nil)) }
        let isMine = holder == asker.agent
        if !isMine { try checkLead(ticket, text, asker) }
        let served = state.people(of: ticket).flatMap { state.claims(of: asker.agent, serving: $0) }
        let still = Set(served).subtracting([ticket.id]).sorted()
        let event = ticket.event(
            .release(isMine ? .agent : .lead, text: text), at: asker.now, by: asker.agent, holder: .some(nil))
        return .done(.released(ticket.id, still: still), [event])
    }

    /// Only a lead lays hands on what a colleague holds, and he says why.
    func checkLead(_ ticket: Ticket, _ text: String?, _ asker: Asker) throws(Refusal) {
        guard may(asker.agent, .lead, in: ticket.queue) else {
            throw .notHolder(ticket.id, holder: ticket.holder, kept: false)
        }
        guard let text, !text.isEmpty else { throw .usage("you do not hold \(ticket.id): say why") }
    }

    /// Claiming twice is no error: whoever reconnects repeats himself.
    func yours(_ ticket: Ticket, _ length: TimeSpan?, after events: [Event] = [], _ asker: Asker) -> Decision {
        let lease = soft.end(of: length ?? self.length(of: ticket), from: asker.now)
        return .done(.claimed(ticket.id, claimed(ticket, isNew: false, lease: lease, was: nil, asker)), events)
    }

    private func length(of ticket: Ticket) -> TimeSpan {
        soft.lease(of: state.claims(with: ticket.id))?.length ?? state.queues[ticket.queue]?.lease ?? .minutes(30)
    }

    private func granted(
        _ ticket: Ticket, _ length: TimeSpan, was: AgentName??, after events: [Event], _ asker: Asker
    ) -> Decision {
        let term = term(length, asker)
        let event = ticket.event(
            .claim(lease: term.until, length: term.length), at: asker.now, by: asker.agent, holder: asker.agent,
            state: .open)
        let claimed = claimed(ticket, isNew: true, lease: term.until, was: was, asker)
        return .done(.claimed(ticket.id, claimed), events.isEmpty ? [event] : events + [event])
    }

    func claimed(
        _ ticket: Ticket, isNew: Bool, lease: Moment, was: AgentName??, _ asker: Asker
    ) -> Outcome.Claimed {
        Outcome.Claimed(
            isNew: isNew, lease: lease, customer: customerName(of: ticket), unread: unread(ticket, by: asker.agent),
            also: also(ticket, for: asker.agent), addressee: addressee(of: ticket), was: was)
    }

    func taken(_ ticket: Ticket, by holder: AgentName, _ asker: Asker) -> Refusal {
        let lease = soft.lease(of: state.claims(with: ticket.id))
        let isLead = may(asker.agent, .lead, in: ticket.queue)
        let stealFrom = isLead ? nil : lease?.stealFrom
        return .taken(
            ticket.id, Refusal.Occupation(holder: holder, since: ticket.heldSince, lease: lease?.until ?? asker.now),
            stealFrom: stealFrom.flatMap { $0 > asker.now ? $0 : nil })
    }

    /// `agent` may not come to hold more tickets of a queue than it allows, once `tickets` are his too.
    func checkHeld(_ tickets: [Ticket], by agent: AgentName) throws(Refusal) {
        for (place, ticket) in tickets.enumerated() where ticket.holder != agent {
            let more = tickets[...place].count { $0.queue == ticket.queue && $0.holder != agent }
            let most = heldMost(in: ticket.queue)
            guard heldCount(by: agent, in: ticket.queue) + more <= most else { throw .tooMany(.held, most: most) }
        }
    }

    private func heldCount(by agent: AgentName, in queue: QueueName) -> Int {
        state.holdings[agent]?.perQueue[queue] ?? 0
    }

    private func heldMost(in queue: QueueName) -> Int {
        state.queues[queue]?.heldMost ?? .max
    }
}
