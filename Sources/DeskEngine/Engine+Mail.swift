internal import DeskModel

extension Engine {
    /// Places a mail: dropped if we know it, else joined to its ticket, else a new ticket.
    ///
    /// The order is that of certainty: what the bytes prove, what our own signature proves, what the sender makes
    /// likely.
    func arrive(_ arrival: Arrival, at now: Moment) throws(Refusal) -> Decision {
        if let known = known(arrival, at: now) {
            return dropped(known, at: now)
        }
        if let own = arrival.ownEntry, has(own, arrival) { return dropped(own, at: now) }
        if let ours = arrival.reportsOurs.first(where: { has($0, arrival) }), let ticket = state.tickets[ours.ticket] {
            return bounced(ours, ticket, arrival, at: now)
        }
        if let ticket = answered(by: arrival) { return joined(ticket, arrival, at: now) }
        return try opened(arrival, at: now)
    }

    private func known(_ arrival: Arrival, at now: Moment) -> EntryID? {
        guard let place = state.contents[arrival.content], place.at + Limits.deliveryWindow > now else { return nil }
        return place.entry
    }

    /// It is no news, and the ticket says so: the same mail again, or our own in our own mailbox, which is a loop.
    private func dropped(_ entry: EntryID, at now: Moment) -> Decision {
        guard let ticket = state.tickets[entry.ticket] else { return .done(.arrived(nil, number: nil)) }
        let kind = Kind.duplicateDropped(customer: customerName(of: ticket), entry: entry)
        return .done(.arrived(nil, number: ticket.number), [ticket.event(kind, at: now)])
    }

    private func bounced(_ ours: EntryID, _ ticket: Ticket, _ arrival: Arrival, at now: Moment) -> Decision {
        let mail = mail(arrival, in: ticket, machine: arrival.machine ?? .bounce)
        // A report may name whom our message was passed on to, and none of our own recipients.
        let all = (state.addressing(of: ours)?.recipients ?? ticket.recipients).all
        let named = all.filter { arrival.unreached.contains($0) }
        let to = named.isEmpty ? all : named
        let event = ticket.event(.bounced(mail, to: to, text: arrival.diagnosis), at: now, entry: ours.entry)
        return .done(.arrived(mail.entry, number: ticket.number), [event])
    }

    private func joined(_ ticket: Ticket, _ arrival: Arrival, at now: Moment) -> Decision {
        let mail = mail(arrival, in: ticket, machine: arrival.machine)
        let reopens = mail.countsAsPerson && !ticket.isLive
        let event = ticket.event(.followUp(mail), at: now, state: reopens ? .open : nil)
        var after = ticket
        after.apply(event)
        return .done(
            .arrived(mail.entry, number: ticket.number), [event] + answer(to: arrival, mail, after, isNew: false, now))
    }

    private func opened(_ arrival: Arrival, at now: Moment) throws(Refusal) -> Decision {
        let (queue, address) = try destination(of: arrival)
        let id = TicketID(state.lastTicket + 1)
        let number = nextNumber(at: now)
        var mail = mail(arrival, as: EntryID(id, 1), from: sender(of: arrival), arrivedAt: address)
        mail.body = arrival.wholeBody
        self.address(&mail, answering: arrival, in: nil, queue)
        var ticket = Ticket(id: id, number: number, mail: mail, queue: queue, at: now, sequence: 0)
        relate(&mail, to: ticket)
        var event = ticket.event(.new(mail, number: number), at: now)
        event.changes = [.state, .priority]
        ticket.apply(event)
        return .done(
            .arrived(mail.entry, number: number), [event] + answer(to: arrival, mail, ticket, isNew: true, now))
    }

    /// Day and counter, in the zone of the desk; never lower than the last, whatever happens to the zone.
    private func nextNumber(at now: Moment) -> TicketNumber {
        let today = CivilDate(now + zone).compact
        guard let last = state.lastNumber, last.day >= today else { return TicketNumber(day: today, counter: 1) }
        return TicketNumber(day: last.day, counter: last.counter + 1)
    }
}

extension Engine {
    private func mail(_ arrival: Arrival, in ticket: Ticket, machine: Machine?) -> Mail {
        let customer = Correspondent(id: ticket.customer, name: customerName(of: ticket))
        let address = ours(arrival)?.address
        var mail = mail(arrival, as: EntryID(ticket.id, ticket.entries + 1), from: customer, arrivedAt: address)
        mail.machine = machine
        self.address(&mail, answering: arrival, in: ticket, ticket.queue)
        relate(&mail, to: ticket)
        return mail
    }

    /// Names the other tickets of everyone who takes part in the ticket that the message joins, and the agents who
    /// serve them: it may bring two tickets together that two agents hold, and tells both.
    private func relate(_ mail: inout Mail, to ticket: Ticket) {
        var after = ticket
        after.apply(ticket.event(.followUp(mail), at: ticket.newestAt))
        // The author of a new ticket may take part in others without being a customer yet.
        let people = state.participants(of: after) + [state.person(mail.author)]
        mail.also = others(of: people, than: ticket.id)
        mail.served = agents(serving: people, holder: ticket.holder)
    }

    private func mail(
        _ arrival: Arrival, as entry: EntryID, from customer: Correspondent, arrivedAt address: Address?
    ) -> Mail {
        let author = author(of: arrival)
        return Mail(
            entry: entry, customer: customer.id, customerName: customer.name, sender: arrival.from,
            senderName: arrival.fromName, replyTo: arrival.replyTo.filter { !isOurs($0) }, author: author.address,
            authorName: author.name,
            arrivedAt: address, to: arrival.to, cc: arrival.cc, machine: arrival.machine, subject: arrival.subject,
            messageID: arrival.messageID, references: arrival.references.reversed(), raw: arrival.raw,
            content: arrival.content, body: arrival.body, files: arrival.files, problems: arrival.problems)
    }

    /// Whether a text that a signed Message-ID of `arrival` names is one of ours.
    ///
    /// An id that is older than the ticket is of a lost time, in which the ticket's number was another's.
    func has(_ entry: EntryID, _ arrival: Arrival) -> Bool {
        guard let ticket = state.tickets[entry.ticket] else { return false }
        if let at = arrival.queuedAt[entry], at < ticket.created { return false }
        return (1...max(1, ticket.entries)).contains(entry.entry)
    }
}
