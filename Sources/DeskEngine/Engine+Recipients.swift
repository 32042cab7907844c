public import DeskModel

/// Who an answer goes to, and which message it answers.
struct AnswerCourse: Equatable, Sendable {
    let recipients: Recipients
    let answers: Int
    /// Whether the agent named the message whose author is answered.
    let isNamed: Bool
}

extension Engine {
    /// `to T ADDRESS…|all [cc=] [anyway=]`: addresses take the place of To and empty Cc; `cc=` alone leaves To as it
    /// is.
    ///
    /// Only those who may answer set it: the holder, an agent who may claim a free ticket, and a lead. In a held ticket
    /// the guard is asked: its holder will serve these people.
    func setRecipients(
        _ reference: TicketReference, _ to: RecipientChoice?, _ cc: [Address]?, _ anyway: String?, _ asker: Asker
    ) throws(Refusal) -> Decision {
        let ticket = try ticket(reference, asker)
        let isLead = may(asker.agent, .lead, in: ticket.queue)
        guard isLead || may(asker.agent, .work, in: ticket.queue) else {
            throw .forbidden(ticket: ticket.id, need: .work, queue: ticket.queue, agent: nil)
        }
        guard ticket.isLive else { throw .closed(ticket.id, kept: false) }
        guard isLead || ticket.holder == nil || ticket.holder == asker.agent else {
            throw .notHolder(ticket.id, holder: ticket.holder, kept: false)
        }
        var chosen = try recipients(to, ticket)
        if let cc { chosen = Recipients(to: chosen.to, cc: cc) }
        try check(chosen)
        let outcome = Outcome.addressed(ticket.id, Addressee(chosen, name: displayName(of: ticket)))
        guard chosen != ticket.recipients else { return .done(outcome) }
        let passed = try pass(ticket, colleagues(of: ticket, answering: chosen), reason: anyway, asker)
        return .done(outcome, passed + [ticket.event(.recipients(chosen), at: asker.now, by: asker.agent)])
    }

    /// Those who serve one of `recipients` unasked, beside the holder of `ticket`.
    private func colleagues(of ticket: Ticket, answering recipients: Recipients) -> [Colleague] {
        guard let holder = ticket.holder else { return [] }
        return unaskedColleagues(of: holder, holding: ticket, serving: recipients.to.map { state.person($0) })
    }

    private func recipients(_ choice: RecipientChoice?, _ ticket: Ticket) throws(Refusal) -> Recipients {
        switch choice {
        case nil: return ticket.recipients
        case .addresses(let addresses): return Recipients(to: addresses)
        case .all:
            guard let message = addressing(of: EntryID(ticket.id, ticket.newestMail)), let header = message.header
            else {
                throw .usage("no person has written in \(ticket.id)")
            }
            let to = message.recipients.to + header.to.filter(isReachable)
            return Recipients(to: to, cc: message.recipients.cc + header.cc.filter(isReachable))
        }
    }

    private func check(_ recipients: Recipients) throws(Refusal) {
        guard !recipients.to.isEmpty else { throw .usage("an answer goes to one address at least") }
        for address in recipients.all {
            guard address.isComplete else { throw .usage("\(address) is no address that a message can be sent to") }
            guard !isOurs(address) else { throw .usage("\(address) is an address of this desk") }
        }
        guard recipients.fits else { throw .tooMany(.recipients, most: Limits.recipients) }
    }

    /// Who an answer goes to: the ticket's recipients, or the author of the person's message that `read` names.
    func course(of ticket: Ticket, answering read: Int?) -> AnswerCourse {
        if let read, let message = addressing(of: EntryID(ticket.id, read)), message.header != nil {
            return AnswerCourse(recipients: Recipients(to: message.recipients.to), answers: read, isNamed: true)
        }
        // Every ticket begins with a message; where no person has written, it is a report that is answered.
        return AnswerCourse(recipients: ticket.recipients, answers: max(ticket.newestMail, 1), isNamed: false)
    }

    /// Refuses an answer that would go to others than its author was shown, or to no one. A message that they were
    /// shown and name tells them of its author.
    func checkShown(_ course: AnswerCourse, of ticket: Ticket, _ asker: Asker) throws(Refusal) {
        let shown = recipientsShown(of: ticket, to: asker.agent)
        let isKnown =
            course.isNamed
            ? course.recipients.subtracting(shown).isEmpty || seen(ticket.id, by: asker.agent) >= course.answers
            : course.recipients.isSame(as: shown)
        guard isKnown, !course.recipients.to.isEmpty else {
            throw .recipients(ticket.id, course.recipients, shown: shown, kept: false)
        }
    }

    /// Who an agent was last told that an answer goes to: by what was written to them, else by their claim.
    func recipientsShown(of ticket: Ticket, to agent: AgentName) -> Recipients {
        if let shown = soft.recipients[ticket.id]?[agent] { return shown }
        return ticket.holder == agent ? ticket.toldRecipients ?? ticket.recipients : Recipients()
    }

    /// Between whom a text went, if memory knows it.
    func addressing(of entry: EntryID) -> Addressing? {
        state.addressing(of: entry)
    }

    /// The customer's display name; empty if none of their messages has one.
    public func displayName(of ticket: Ticket) -> String {
        state.customers.look(ticket.customer) { $0.displayName } ?? ""
    }

    /// What a line about a ticket tells with `to=`, `cc=` and `name=`.
    public func addressee(of ticket: Ticket) -> Addressee {
        Addressee(ticket.recipients, name: displayName(of: ticket))
    }
}
