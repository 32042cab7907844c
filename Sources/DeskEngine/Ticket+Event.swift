public import DeskModel

extension Ticket {
    /// The event `kind` of this ticket, or of its text `entry`, with what else of the snapshot it changes.
    func event(
        _ kind: Kind, at now: Moment, by agent: AgentName? = nil, entry: Int? = nil, holder: AgentName?? = nil,
        state: TicketState? = nil, queue: QueueName? = nil
    ) -> Event {
        var snapshot = Event.Snapshot(self)
        var changes: Event.Changes = []
        if let holder, holder != self.holder {
            snapshot.holder = holder
            changes.insert(.holder)
        }
        if let state, state != self.state {
            snapshot.state = state
            changes.insert(.state)
        }
        if let queue { snapshot.queue = queue }
        return Event(
            at: now, by: agent, subject: entry.map { .entry(EntryID(id, $0)) } ?? .ticket(id), snapshot: snapshot,
            changes: changes, kind: kind)
    }

    /// This ticket once nobody holds it.
    var freed: Ticket {
        var ticket = self
        ticket.holder = nil
        return ticket
    }
}

extension Command {
    /// The ticket that the command names.
    public var ticket: TicketReference? {
        switch self {
        case .claim(let ticket, _, _), .hold(let ticket, _), .release(let ticket, _), .steal(let ticket, _),
            .give(let ticket, _, _), .reply(let ticket, _, _), .draft(let ticket, _), .send(let ticket, _),
            .setRecipients(let ticket, _, _, _), .note(let ticket, _), .close(let ticket, _, _),
            .reopen(let ticket, _), .move(let ticket, _, _), .setCustomer(let ticket, _, _),
            .say(.ticket(let ticket), _):
            ticket
        case .claimNext, .say, .says, .heard, .arrive, .sent, .failed, .expire, .administer: nil
        }
    }
}
