internal import DeskModel

extension Engine {
    func reply(_ reference: TicketReference, _ read: Int?, _ text: String, _ asker: Asker) throws(Refusal) -> Decision {
        let (ticket, course) = try answerable(reference, read, asker)
        if let last = ticket.recentReplies.first(where: { $0.agent == asker.agent }),
            last.fingerprint == Ticket.fingerprint(of: text), last.at + Limits.duplicateWindow > asker.now
        {
            throw .duplicate(EntryID(ticket.id, last.entry), kept: false)
        }
        return queued(text, ticket, course, asker)
    }

    func send(_ reference: TicketReference, _ read: Int?, _ asker: Asker) throws(Refusal) -> Decision {
        let ticket = try ticket(reference, asker, need: .work)
        guard let draft = state.drafts[asker.agent]?[ticket.id] else { throw .noDraft(ticket.id) }
        let (answerable, course) = try answerable(reference, read ?? draft.answering?.entry, asker)
        return queued(draft.text, answerable, course, asker)
    }

    /// A ticket that the asker may answer now, and who the answer goes to: they hold it, no colleague serves these
    /// people without a reason, and they have been shown what was written and whom they answer.
    private func answerable(
        _ reference: TicketReference, _ read: Int?, _ asker: Asker
    ) throws(Refusal) -> (Ticket, AnswerCourse) {
        let visible = try ticket(reference, asker)
        try checkEntry(read, of: visible)
        let ticket = try ticket(reference, asker, need: .work)
        guard ticket.isLive else { throw .closed(ticket.id, kept: false) }
        guard ticket.holder == asker.agent else { throw .notHolder(ticket.id, holder: ticket.holder, kept: false) }
        let course = course(of: ticket, answering: read)
        try checkGuard(ticket, answering: course.recipients, asker)
        try checkSeen(ticket, read, asker)
        try checkShown(course, of: ticket, asker)
        return (ticket, course)
    }

    private func checkSeen(_ ticket: Ticket, _ read: Int?, _ asker: Asker) throws(Refusal) {
        let unseen = unseen(ticket, read: read ?? 0, asker)
        // Of the ticket itself, if there is something: what clients that do not know unseen= show first.
        if let newest = unseen.first(where: { $0.ticket == ticket.id })
            ?? unseen.max(by: { $0.newestAt < $1.newestAt })
        {
            throw .stale(
                ticket.id, newest: EntryID(newest.ticket, newest.entries.last ?? 0), who: newest.by,
                unseen: unseen.flatMap { each in each.entries.map { EntryID(each.ticket, $0) } }, kept: false)
        }
    }

    private func queued(_ text: String, _ ticket: Ticket, _ course: AnswerCourse, _ asker: Asker) -> Decision {
        let letter = Letter(to: course.recipients, from: ticket.answerFrom, text: text, answers: course.answers)
        let entry = ticket.entries + 1
        let event = ticket.event(.reply(letter), at: asker.now, by: asker.agent, entry: entry)
        return .done(.queued(EntryID(ticket.id, entry), to: letter.recipients), [event])
    }

    /// What an agent was not shown of one ticket.
    struct Unseen {
        let ticket: TicketID
        /// The texts of persons, ascending.
        let entries: [Int]
        let newestAt: Moment
        /// Who wrote the newest: an agent, or a customer (`nil`).
        let by: AgentName?
    }

    /// The messages and answers that the asker was not shown: in the ticket, and for some days in the other tickets of
    /// those who take part in it, as far as the asker may read them. `read` is the text of this ticket up to which they
    /// say that they have read.
    private func unseen(_ ticket: Ticket, read: Int, _ asker: Asker) -> [Unseen] {
        let own = unseen(ticket, after: max(read, soft.mark(of: asker.agent, in: ticket.id)), asker.agent)
        let since = asker.now - Limits.staleWindow
        let others = related(to: ticket).compactMap { id -> Unseen? in
            guard let other = state.tickets[id], other.newestAt > since, may(asker.agent, .read, in: other.queue)
            else { return nil }
            return unseen(other, after: soft.mark(of: asker.agent, in: id), asker.agent)
        }
        return ([own].compactMap { $0 } + others).sorted { $0.ticket < $1.ticket }
    }

    private func unseen(_ ticket: Ticket, after mark: Int, _ agent: AgentName) -> Unseen? {
        guard ticket.newest > mark, ticket.newestBy != agent else { return nil }
        return Unseen(
            ticket: ticket.id, entries: Array(ticket.humans.reversed().prefix { $0 > mark }.reversed()),
            newestAt: ticket.newestAt, by: ticket.newestBy)
    }

    /// The other tickets in memory, live and closed, in which one of those who take part in `ticket` does.
    private func related(to ticket: Ticket) -> Set<TicketID> {
        let people = state.participants(of: ticket).filter { state.isOnePerson($0) }
        return Set(people.flatMap { state.tickets(with: $0) + state.closedTickets(with: $0) }).subtracting([ticket.id])
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
        let before = drafts[ticket.id]
        if before?.text ?? "" == text, before?.answering == nil { return .done(outcome) }
        let others = drafts.values.filter { !$0.isKept && $0.ticket != ticket.id }.count
        guard text.isEmpty || others < Limits.drafts else { throw .tooMany(.drafts, most: Limits.drafts) }
        return .done(outcome, [ticket.event(.draft(text: text, why: .set), at: asker.now, by: asker.agent)])
    }

    /// What becomes of a refused command: nothing, but that a text refused for the state of the desk is kept.
    func refuse(_ command: Command, by agent: AgentName?, at now: Moment, _ refusal: Refusal) -> Decision {
        guard let agent, let (kept, why) = refusal.keeping else { return Decision(refusal) }
        switch command {
        case .send: return Decision(kept)
        case .reply(let reference, let read, let text):
            guard let id = state.id(of: reference), let ticket = state.tickets[id] else { return Decision(refusal) }
            let before = state.drafts[agent]?[id]
            let answering = read.map { EntryID(id, $0) }
            if before?.text == text, before?.answering == answering { return Decision(kept) }
            let kind = Kind.draft(text: text, why: why, answering: answering)
            return Decision(kept, [ticket.event(kind, at: now, by: agent)])
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
        case .stale(let id, let newest, let who, let unseen, _):
            (.stale(id, newest: newest, who: who, unseen: unseen, kept: true), .stale)
        case .customerBusy(let id, let occupation, let ticket, let customer, _):
            (.customerBusy(id, occupation, ticket: ticket, customer: customer, kept: true), .customerBusy)
        case .recipients(let id, let to, let shown, _):
            (.recipients(id, to, shown: shown, kept: true), .recipients)
        case .duplicate(let entry, _): (.duplicate(entry, kept: true), .duplicate)
        default: nil
        }
    }
}
