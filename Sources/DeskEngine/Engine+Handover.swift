internal import DeskModel

extension Engine {
    func steal(_ reference: TicketReference, _ text: String, _ asker: Asker) throws(Refusal) -> Decision {
        let ticket = try ticket(reference, asker, need: .work)
        let length = try length(nil, of: ticket, for: asker.agent)
        guard let holder = ticket.holder, holder != asker.agent else {
            return try claim(ticket, length, anyway: nil, was: .some(nil), asker)
        }
        let isLead = may(asker.agent, .lead, in: ticket.queue)
        if !isLead, let lease = soft.lease(of: state.claims(with: ticket.id)), lease.stealFrom > asker.now {
            throw taken(ticket, by: holder, asker)
        }
        let others = others(comingWith: ticket, to: asker.agent)
        let third = colleagues(of: [asker.agent, holder], serving: [ticket] + others)
        let overrides = try pass(ticket, with: others, third, reason: text, asker)
        let term = term(length, asker)
        let events = try handOver(ticket, to: asker.agent, asker) {
            .steal(lease: term.until, was: $0, text: text, length: term.length)
        }
        let claimed = claimed(ticket, isNew: true, lease: term.until, was: .some(holder), asker)
        return .done(.claimed(ticket.id, claimed), overrides + events)
    }

    func give(
        _ reference: TicketReference, _ receiver: AgentName, _ text: String?, _ asker: Asker
    ) throws(Refusal) -> Decision {
        let ticket = try ticket(reference, asker)
        guard let agent = state.agents[receiver], !agent.isRetired else { throw .noSuchAgent(receiver) }
        for right in [Rights.read, .work] where !agent.may(right, in: ticket.queue) {
            throw .forbidden(ticket: ticket.id, need: right, queue: ticket.queue, agent: receiver)
        }
        guard ticket.isLive else { throw .closed(ticket.id, kept: false) }
        if ticket.holder == receiver {
            if receiver == asker.agent { return yours(ticket, nil, asker) }
            return .done(.already(ticket.id, holder: receiver, queue: nil))
        }
        if ticket.holder != asker.agent { try checkLead(ticket, text, asker) }
        let party = [receiver] + (ticket.holder.map { [$0] } ?? [])
        let taken = [ticket] + others(comingWith: ticket, to: receiver)
        if let third = colleagues(of: party, serving: taken).first { throw busy(ticket, third, asker) }
        let term = term(try length(nil, of: ticket, for: receiver), asker)
        let events = try handOver(ticket, to: receiver, asker) {
            .give(lease: term.until, was: $0, text: text, length: term.length)
        }
        let given = Outcome.given(
            ticket.id, holder: receiver, also: also(ticket, for: asker.agent), addressee(of: ticket))
        return .done(given, events)
    }

    /// The events by which everything that the holder of `ticket` holds of its people becomes `receiver`'s; `ticket`
    /// comes last. What is in a queue where `receiver` may not work becomes free.
    private func handOver(
        _ ticket: Ticket, to receiver: AgentName, _ asker: Asker, _ kind: (AgentName?) -> Kind
    ) throws(Refusal) -> [Event] {
        let loser = ticket.holder
        let others = claims(besides: ticket)
        try checkHeld(self.others(comingWith: ticket, to: receiver) + [ticket], by: receiver)
        return (others + [ticket]).map { each in
            guard mayHold(receiver, in: each.queue) else {
                return each.event(.release(.rights, text: nil), at: asker.now, by: asker.agent, holder: .some(nil))
            }
            return each.event(kind(loser), at: asker.now, by: asker.agent, holder: receiver, state: .open)
        }
    }

    /// What the holder of `ticket` holds of its people besides.
    private func claims(besides ticket: Ticket) -> [Ticket] {
        state.claims(with: ticket.id).filter { $0 != ticket.id }.compactMap { state.tickets[$0] }
    }

    /// What of that `receiver` gets, too.
    private func others(comingWith ticket: Ticket, to receiver: AgentName) -> [Ticket] {
        claims(besides: ticket).filter { mayHold(receiver, in: $0.queue) }
    }

    /// Whoever holds a ticket must be able to see it and to answer.
    func mayHold(_ agent: AgentName, in queue: QueueName) -> Bool {
        may(agent, [.read, .work], in: queue)
    }

    func move(
        _ reference: TicketReference, _ target: QueueName, _ text: String?, _ asker: Asker
    ) throws(Refusal) -> Decision {
        let ticket = try ticket(reference, asker)
        let rights = state.agents[asker.agent]?.rights(in: target) ?? []
        guard state.queues[target] != nil, !rights.isEmpty else { throw .noSuchQueue(target) }
        let isMine = ticket.holder == asker.agent
        let isLead = may(asker.agent, .lead, in: ticket.queue)
        let here = state.agents[asker.agent]?.rights(in: ticket.queue) ?? []
        if ticket.holder == nil, here.isDisjoint(with: [.work, .move, .lead]) {
            throw .forbidden(ticket: ticket.id, need: .move, queue: ticket.queue, agent: nil)
        }
        if ticket.queue == target { return .done(.already(ticket.id, holder: nil, queue: target)) }
        guard rights.contains(.move) else {
            throw .forbidden(ticket: ticket.id, need: .move, queue: target, agent: nil)
        }
        guard ticket.isLive else { throw .closed(ticket.id, kept: false) }
        guard ticket.holder == nil || isMine || isLead else {
            throw .notHolder(ticket.id, holder: ticket.holder, kept: false)
        }
        if let holder = ticket.holder, let colleague = colleagueMet(by: holder, bringing: ticket, to: target) {
            throw busy(ticket, colleague, asker)
        }
        return .done(.moved(ticket.id, queue: target), moving(ticket, to: target, text, asker))
    }

    /// Who serves its people beside the holder of a ticket whose claim would come under the guard of `target` unasked:
    /// where it was, nobody had to be asked.
    private func colleagueMet(
        by holder: AgentName, bringing ticket: Ticket, to target: QueueName
    ) -> Colleague? {
        guard mayHold(holder, in: target), !state.hasGuard(ticket.queue), state.hasGuard(target) else { return nil }
        return colleagues(of: [holder], serving: state.people(of: ticket)).first
    }

    /// A claim goes along, unless its holder may not read or work there.
    private func moving(_ ticket: Ticket, to target: QueueName, _ text: String?, _ asker: Asker) -> [Event] {
        let kind = Kind.move(was: ticket.queue, text: text)
        guard let holder = ticket.holder, !mayHold(holder, in: target) else {
            return [ticket.event(kind, at: asker.now, by: asker.agent, queue: target)]
        }
        return [
            ticket.event(.release(.rights, text: nil), at: asker.now, by: asker.agent, holder: .some(nil)),
            ticket.freed.event(kind, at: asker.now, by: asker.agent, queue: target),
        ]
    }
}

extension Engine {
    /// Says whose ticket it is: a colleague has forwarded it, or somebody has written for another. Its next answer goes
    /// to that address.
    func setCustomer(
        _ reference: TicketReference, _ address: Address, _ anyway: String?, _ asker: Asker
    ) throws(Refusal) -> Decision {
        let ticket = try ticket(reference, asker, need: .work)
        guard isReachable(address) else { throw .usage("no message can be sent to \(address)") }
        guard ticket.holder == nil || ticket.holder == asker.agent else {
            throw .notHolder(ticket.id, holder: ticket.holder, kept: false)
        }
        let customer = correspondent(address)
        guard customer.id != ticket.customer else {
            return .done(.already(ticket.id, holder: nil, queue: nil))
        }
        let change = TicketCustomer(
            customer: customer.id, address: address, was: ticket.customer, wasName: customerName(of: ticket))
        let event = ticket.event(.customerSet(change), at: asker.now, by: asker.agent)
        var after = ticket
        after.apply(event)
        var overrides: [Event] = []
        if ticket.holder != nil, state.hasGuard(ticket.queue) {
            // The address may take part in other tickets without being a customer's yet.
            let people = state.people(of: after) + [state.person(address)]
            overrides = try pass(after, colleagues(of: [asker.agent], serving: people), reason: anyway, asker)
        }
        return .done(.customerSet(ticket.id, customer: customer.name, to: after.recipients), overrides + [event])
    }
}
