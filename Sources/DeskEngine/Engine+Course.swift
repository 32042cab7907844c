internal import DeskModel

extension Engine {
    func note(_ reference: TicketReference, _ text: String, _ asker: Asker) throws(Refusal) -> Decision {
        let ticket = try ticket(reference, asker)
        let entry = ticket.entries + 1
        let event = ticket.event(.note(text: text), at: asker.now, by: asker.agent, entry: entry)
        return .done(.noted(EntryID(ticket.id, entry)), [event])
    }

    func close(_ reference: TicketReference, _ read: Int?, _ text: String?, _ asker: Asker) throws(Refusal) -> Decision
    {
        let ticket = try ticket(reference, asker)
        try checkEntry(read, of: ticket)
        let rights = state.agents[asker.agent]?.rights(in: ticket.queue) ?? []
        if ticket.isLive, ticket.holder == nil, rights.isDisjoint(with: [.move, .lead, .work]) {
            throw .forbidden(ticket: ticket.id, need: .move, queue: ticket.queue, agent: nil)
        }
        guard ticket.isLive else { return .done(.already(ticket.id, holder: nil, queue: nil)) }
        let isFreeToClose = ticket.holder == nil && !rights.isDisjoint(with: [.move, .lead])
        guard ticket.holder == asker.agent || isFreeToClose else {
            throw .notHolder(ticket.id, holder: ticket.holder, kept: false)
        }
        let mark = max(read ?? 0, seen(ticket.id, by: asker.agent))
        let known = max(ticket.heldFrom, mark)
        if ticket.holder != nil, ticket.newestMail > known {
            throw .stale(
                ticket.id, newest: EntryID(ticket.id, ticket.newestMail), who: nil,
                unseen: ticket.humans.filter { $0 > known }.map { EntryID(ticket.id, $0) }, kept: false)
        }
        let event = ticket.event(
            .close(text: text), at: asker.now, by: asker.agent, holder: .some(nil), state: .closed)
        let isUnanswered = ticket.newestMail > 0 && !ticket.isAnswered && !ticket.recipients.to.isEmpty
        return .done(.closed(ticket.id, isUnanswered: isUnanswered), [event])
    }

    func reopen(_ reference: TicketReference, _ text: String?, _ asker: Asker) throws(Refusal) -> Decision {
        let ticket = try ticket(reference, asker, need: .work)
        guard !ticket.isLive else { return .done(.already(ticket.id, holder: nil, queue: nil)) }
        let event = ticket.event(.reopen(text: text), at: asker.now, by: asker.agent, state: .open)
        return .done(.reopened(ticket.id), [event])
    }

    func say(_ target: SayTarget, _ text: String, _ asker: Asker) throws(Refusal) -> Decision {
        switch target {
        case .queue(let name):
            _ = try queue(name, asker)
            let event = Event(at: asker.now, by: asker.agent, subject: .queue(name), kind: .say(text: text))
            return .done(.said(target), [event])
        case .ticket(let reference):
            let ticket = try ticket(reference, asker)
            let entry = ticket.entries + 1
            let event = ticket.event(.say(text: text), at: asker.now, by: asker.agent, entry: entry)
            return .done(.saidIn(EntryID(ticket.id, entry)), [event])
        case .agent(let name):
            guard let colleague = state.agents[name], !colleague.isRetired else { throw .noSuchAgent(name) }
            guard state.says[name]?.waiting.count ?? 0 < Limits.says else { throw .tooMany(.says, most: Limits.says) }
            let event = Event(at: asker.now, by: asker.agent, subject: .agent(name), kind: .say(text: text))
            return .done(.said(target), [event])
        }
    }

    /// The event `kind` for each of the recipients for whom a message of ours still waits.
    func delivered(_ entry: EntryID, _ to: [Address], at now: Moment, _ kind: (Address) -> Kind) -> Decision {
        guard let waiting = state.outbox[entry], let ticket = state.tickets[entry.ticket] else { return .done() }
        let ended = waiting.pending.filter { to.contains($0) }
        return .done(.done, ended.map { ticket.event(kind($0), at: now, entry: entry.entry) })
    }

    /// What was said to the asker: what has not reached them, or everything after an event as far as it is kept.
    func says(_ since: SequenceNumber?, marks: Bool, _ asker: Asker) -> Decision {
        let kept = state.says[asker.agent] ?? Says()
        let found = since.map { since in kept.all.filter { $0.sequence > since } } ?? kept.waiting
        let reached = marks ? heard(found.map(\.sequence), asker).events : []
        return .done(.says(found), reached)
    }

    func heard(_ sequences: [SequenceNumber], _ asker: Asker) -> Decision {
        let waiting = (state.says[asker.agent] ?? Says()).waiting.map(\.sequence).filter(sequences.contains)
        guard !waiting.isEmpty else { return .done() }
        return .done(
            .done, [Event(at: asker.now, by: asker.agent, subject: .agent(asker.agent), kind: .heard(waiting))])
    }
}

extension Engine {
    /// The ticket as far as the asker may see it; without `need` seeing is enough.
    func ticket(_ reference: TicketReference, _ asker: Asker, need: Rights = .read) throws(Refusal) -> Ticket {
        guard let id = state.id(of: reference), let ticket = state.tickets[id], let agent = state.agents[asker.agent],
            case let rights = agent.rights(in: ticket.queue), rights.contains(.read)
        else {
            throw .noSuchTicket(reference)
        }
        guard rights.isSuperset(of: need) else {
            throw .forbidden(ticket: id, need: need, queue: ticket.queue, agent: nil)
        }
        return ticket
    }

    /// The queue as far as the asker may see it.
    func queue(_ name: QueueName, _ asker: Asker) throws(Refusal) -> Queue {
        guard let queue = state.queues[name], may(asker.agent, .read, in: name) else { throw .noSuchQueue(name) }
        return queue
    }

    func checkEntry(_ entry: Int?, of ticket: Ticket) throws(Refusal) {
        guard let entry else { return }
        guard (1...max(1, ticket.entries)).contains(entry) else { throw .noSuchEntry(EntryID(ticket.id, entry)) }
    }

    /// What the words alone already forbid, whatever the desk is like.
    func check(_ command: Command) throws(Refusal) {
        switch command {
        case .reply(_, _, let text), .draft(_, let text):
            guard text.utf8.count <= Limits.reply else { throw .textTooLong(most: Limits.reply) }
        case .note(_, let text):
            guard text.utf8.count <= Limits.block else { throw .textTooLong(most: Limits.block) }
        case .claim(_, _, let text), .setCustomer(_, _, let text), .setRecipients(_, _, _, let text),
            .release(_, let text), .give(_, _, let text), .close(_, _, let text), .reopen(_, let text),
            .move(_, _, let text):
            try checkReason(text)
        case .steal(_, let text), .say(_, let text): try checkReason(text)
        case .claimNext, .hold, .send, .says, .heard, .arrive, .sent, .failed, .expire, .administer: break
        }
        switch command {
        case .reply(_, _, ""), .note(_, ""), .say(_, ""), .steal(_, ""), .claim(_, _, ""):
            throw .usage("a text is missing")
        default: break
        }
    }

    private func checkReason(_ text: String?) throws(Refusal) {
        guard text?.utf8.count ?? 0 <= Limits.reason else { throw .textTooLong(most: Limits.reason) }
    }
}
