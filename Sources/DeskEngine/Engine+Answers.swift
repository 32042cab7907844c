internal import DeskModel

extension Engine {
    func reply(_ reference: TicketReference, _ read: Int?, _ text: String, _ asker: Asker) throws(Refusal) -> Decision {
        let ticket = try answerable(reference, read, asker)
        if let last = ticket.recentReplies.first(where: { $0.agent == asker.agent }),
            last.fingerprint == Ticket.fingerprint(of: text), last.at + Limits.duplicateWindow > asker.now
        {
            throw .duplicate(EntryID(ticket.id, last.entry), kept: false)
        }
        return try queued(text, ticket, asker)
    }

    func send(_ reference: TicketReference, _ read: Int?, _ asker: Asker) throws(Refusal) -> Decision {
        let ticket = try ticket(reference, asker, need: .work)
        guard let draft = state.drafts[asker.agent]?[ticket.id] else { throw .noDraft(ticket.id) }
        return try queued(draft.text, try answerable(reference, read, asker), asker)
    }

    /// A ticket that the asker may answer now: he holds it and has been shown what was written.
    private func answerable(_ reference: TicketReference, _ read: Int?, _ asker: Asker) throws(Refusal) -> Ticket {
        let visible = try ticket(reference, asker)
        try checkEntry(read, of: visible)
        let ticket = try ticket(reference, asker, need: .work)
        guard ticket.isLive else { throw .closed(ticket.id, kept: false) }
        guard ticket.holder == asker.agent else { throw .notHolder(ticket.id, holder: ticket.holder, kept: false) }
        if let missed = missed(ticket, read: read ?? 0, asker) {
            throw .stale(ticket.id, newest: missed.entry, who: missed.by, kept: false)
        }
        return ticket
    }

    private func queued(_ text: String, _ ticket: Ticket, _ asker: Asker) throws(Refusal) -> Decision {
        guard !ticket.recipients.to.isEmpty else {
            throw .usage("nobody to answer: the mail names no sender")
        }
        // Every ticket begins with a message; where no person has written, it is a report that is answered.
        let letter = Letter(
            to: ticket.recipients, from: ticket.answerFrom, text: text,
            answers: max(ticket.newestMail, 1))
        let entry = ticket.entries + 1
        let event = ticket.event(.reply(letter), at: asker.now, by: asker.agent, entry: entry)
        return .done(.queued(EntryID(ticket.id, entry), to: letter.recipients), [event])
    }

    /// The newest mail or answer that the asker was not shown: in the ticket, and for some days in the customer's other
    /// tickets that he may read. `read` is the text of this ticket up to which he says that he has read.
    func missed(_ ticket: Ticket, read: Int, _ asker: Asker) -> (entry: EntryID, by: AgentName?)? {
        let mark = max(read, soft.mark(of: asker.agent, in: ticket.id))
        if ticket.newest > mark, ticket.newestBy != asker.agent {
            return (EntryID(ticket.id, ticket.newest), ticket.newestBy)
        }
        guard let customer = state.customers[ticket.customer], customer.isOnePerson else { return nil }
        let missed = customer.recent.last { contact in
            let other = contact.entry.ticket
            guard other != ticket.id, contact.by != asker.agent else { return false }
            guard contact.at + Limits.staleWindow > asker.now else { return false }
            guard let queue = state.tickets[other]?.queue, may(asker.agent, .read, in: queue) else { return false }
            return contact.entry.entry > seen(other, by: asker.agent)
        }
        return missed.map { ($0.entry, $0.by) }
    }

    /// Up to which text an agent knows a ticket: what he was shown, and what he answered last.
    func seen(_ id: TicketID, by agent: AgentName) -> Int {
        let answered = state.tickets[id]?.newestBy == agent ? state.tickets[id]?.newest ?? 0 : 0
        return max(soft.mark(of: agent, in: id), answered)
    }

    func draft(_ reference: TicketReference, _ text: String, _ asker: Asker) throws(Refusal) -> Decision {
        let ticket = try ticket(reference, asker, need: .work)
        let drafts = state.drafts[asker.agent] ?? [:]
        let outcome = Outcome.drafted(ticket.id, bytes: text.utf8.count)
        if drafts[ticket.id]?.text ?? "" == text { return .done(outcome) }
        let others = drafts.values.filter { !$0.isKept && $0.ticket != ticket.id }.count
        guard text.isEmpty || others < Limits.drafts else { throw .tooMany(.drafts, most: Limits.drafts) }
        return .done(outcome, [ticket.event(.draft(text: text, why: .set), at: asker.now, by: asker.agent)])
    }

    /// What becomes of a refused command: nothing, but that a text refused for the state of the desk is kept.
    func refuse(_ command: Command, by agent: AgentName?, at now: Moment, _ refusal: Refusal) -> Decision {
        guard let agent, let (kept, why) = refusal.keeping else { return Decision(refusal) }
        switch command {
        case .send: return Decision(kept)
        case .reply(let reference, _, let text):
            guard let id = state.id(of: reference), let ticket = state.tickets[id] else { return Decision(refusal) }
            if state.drafts[agent]?[id]?.text == text { return Decision(kept) }
            return Decision(kept, [ticket.event(.draft(text: text, why: why), at: now, by: agent)])
        default: return Decision(refusal)
        }
    }
}

extension Decision {
    /// It is not done; `events` keep its text.
    init(_ refusal: Refusal, _ events: [Event] = []) {
        self.init(events: events, verdict: .refused(refusal))
    }
}

extension Refusal {
    /// The same refusal with the text kept, if it is one that keeps texts, and why the draft came to be.
    var keeping: (Refusal, DraftReason)? {
        switch self {
        case .notHolder(let id, let holder, _): (.notHolder(id, holder: holder, kept: true), .notHolder)
        case .closed(let id, _): (.closed(id, kept: true), .closed)
        case .merged(let id, let into, _): (.merged(id, into: into, kept: true), .merged)
        case .stale(let id, let newest, let who, _): (.stale(id, newest: newest, who: who, kept: true), .stale)
        case .duplicate(let entry, _): (.duplicate(entry, kept: true), .duplicate)
        default: nil
        }
    }
}
