public import DeskModel

extension Engine {
    /// What the disk must still tell before `command` can be decided; learn it and ask again, until it is nothing.
    ///
    /// `key` is the retry key, if the command came with one. Eight rounds are always enough.
    public func needs(_ command: Command, by agent: AgentName?, key: String? = nil, at now: Moment) -> [Need] {
        if key == nil, isAtHand(command) { return [] }
        var wants = Wants(self)
        if let agent, let key { wants.retry(agent, key) }
        switch command {
        case .arrive(let arrival): wants.placement(of: arrival)
        case .reply(let ticket, let read, _), .send(let ticket, let read):
            wants.surroundings(of: ticket, since: now - Limits.staleWindow)
            let kept = agent.flatMap { wants.draft(of: $0, in: ticket)?.answering?.entry }
            if let read = read ?? kept { wants.addressing(of: read, in: ticket) }
        case .setRecipients(let ticket, let to, _, _):
            wants.ticket(ticket)
            wants.recipients(to, of: ticket)
        case .sent(let entry, _), .failed(let entry, _, _): wants.ticket(entry.ticket)
        case .administer(let administration): wants.administration(administration)
        case .setCustomer(let ticket, let address, _):
            wants.ticket(ticket)
            wants.address(address)
        case .claim, .claimNext, .hold, .release, .steal, .give, .draft, .note, .close, .reopen, .move, .say,
            .says, .heard, .expire:
            if let ticket = command.ticket { wants.ticket(ticket) }
        }
        return wants.needs
    }

    /// Whether a command concerns only a live ticket, as most do.
    private func isAtHand(_ command: Command) -> Bool {
        switch command {
        case .claimNext, .says, .heard, .expire: return true
        case .arrive, .sent, .failed, .administer, .reply, .send, .setRecipients, .say, .setCustomer: return false
        default:
            guard case .id(let id)? = command.ticket else { return false }
            return state.tickets.look(id) { $0.isLive } ?? false
        }
    }

    /// What the disk must still tell before the head of a reply to `query` can be written from memory.
    public func needs(_ query: Query) -> [Need] {
        var wants = Wants(self)
        switch query {
        case .show(let ticket, _), .showEntry(let ticket, _, _), .history(let ticket, _, _), .raw(let ticket, _, _),
            .draft(let ticket), .recipients(let ticket):
            wants.ticket(ticket)
        case .list(let list):
            if let address = list.customer { wants.address(address) }
        case .me, .who, .queues, .mine: break
        }
        return wants.needs
    }

    /// What the disk must still tell before a stored event beyond the image can be applied again.
    public func needs(toApply event: Event) -> [Need] {
        var wants = Wants(self)
        if case .new(let mail, _) = event.kind {
            if mail.customer.value <= state.lastCustomer { wants.customer(mail.customer) }
        } else if let ticket = event.subject.ticket {
            wants.ticket(ticket)
        }
        if case .customerSet(let change) = event.kind {
            wants.customer(change.was)
            if change.customer.value <= state.lastCustomer { wants.customer(change.customer) }
        }
        if let mail = event.kind.mail {
            for address in mail.answer.to + [mail.author] { wants.address(address) }
        }
        if case .recipients(let recipients) = event.kind {
            for address in recipients.to { wants.address(address) }
        }
        if case .customer(let id, let change) = event.kind {
            if id.value <= state.lastCustomer { wants.customer(id) }
            if case .joined(let other) = change { wants.customer(other.customer) }
        }
        if case .restored(let restore) = event.kind {
            for entry in restore.entries { wants.ticket(entry.ticket) }
        }
        return wants.needs
    }

    /// Takes in what the disk knows. It is kept until the end of the turn; what memory has already wins.
    public mutating func learn(_ fact: Fact) {
        switch fact {
        case .ticket(let id, let ticket, let shown):
            guard let ticket else { return memory.lack(.ticket(id)) }
            state.admit(ticket)
            memory.wake(.ticket(id))
            for (agent, entry) in shown { soft.show(Shown(agent: agent, ticket: id, entry: entry)) }
        case .number(let number, let id):
            guard let id else { return memory.lack(.number(number)) }
            if state.numbers[number] == nil { state.numbers[number] = id }
        case .customer(let id, let customer):
            guard let customer else { return memory.lack(.customer(id)) }
            state.admit(customer)
            // No live ticket has waited for this customer: the index is as it was.
            _ = state.takeConsequences()
            memory.wake(.customer(id))
        case .address(let address, let id):
            guard let id else { return memory.lack(.address(address)) }
            if state.addresses[address] == nil { state.assign(address, to: state.survivor(id)) }
        case .message(let id, let messages):
            for message in messages { state.remember(message, under: id, 0) }
            memory.lack(.message(id))
            memory.wake(.message(id))
        case .content(let digest, let entry, let at):
            guard let entry, let at else { return memory.lack(.content(digest)) }
            if state.contents[digest] == nil { state.contents[digest] = State.Place(entry: entry, at: at, sequence: 0) }
            memory.wake(.content(digest))
        case .addressing(let entry, let value):
            guard let value else { return memory.lack(.addressing(entry)) }
            if state.addressings[entry] == nil { state.addressings[entry] = State.Known(value: value, sequence: 0) }
            memory.wake(.addressing(entry))
        case .recent(let person, let since, let tickets):
            memory.name(tickets, for: .recent(person, since: since))
        case .retry(let agent, let key, let retry, let at):
            guard let retry, let at else { return memory.lack(.retry(agent, key: key)) }
            let key = State.RetryKey(agent: agent, key: key)
            if state.retries[key] == nil { state.retries[key] = State.Used(retry: retry, at: at, sequence: 0) }
            memory.wake(.retry(key))
        }
    }
}

/// Collects what is neither in memory nor known to be absent, each once, in a fixed order.
private struct Wants {
    private let state: State
    private let absent: Set<Need>
    private let recent: [Need: [TicketID]]
    private(set) var needs: [Need] = []

    init(_ engine: Engine) {
        state = engine.state
        absent = engine.memory.absent
        recent = engine.memory.recent
    }

    private mutating func want(_ need: Need) {
        if !absent.contains(need), !needs.contains(need) { needs.append(need) }
    }

    mutating func retry(_ agent: AgentName, _ key: String) {
        if state.retries[State.RetryKey(agent: agent, key: key)] == nil { want(.retry(agent, key: key)) }
    }

    mutating func ticket(_ reference: TicketReference) {
        switch reference {
        case .id(let id): ticket(id)
        case .number(let number):
            if let id = state.numbers[number] { ticket(id) } else { want(.number(number)) }
        }
    }

    mutating func ticket(_ id: TicketID) {
        guard let ticket = state.tickets[id] else { return want(.ticket(id)) }
        customer(ticket.customer)
        // Those who take part in a live ticket are in memory as long as it is.
        if !ticket.isLive { for address in ticket.others { self.address(address) } }
    }

    mutating func customer(_ id: CustomerID) {
        let id = state.survivor(id)
        if state.customers[id] == nil { want(.customer(id)) }
    }

    mutating func address(_ address: Address) {
        if let id = state.addresses[address] { customer(id) } else { want(.address(address)) }
    }

    /// An answer looks at what its people wrote and were told in their other tickets, closed ones too.
    mutating func surroundings(of reference: TicketReference, since: Moment) {
        ticket(reference)
        guard let id = state.id(of: reference), let ticket = state.tickets[id], ticket.isLive else { return }
        for person in state.participants(of: ticket) where state.isOnePerson(person) {
            guard case .customer(let customer) = person else {
                recent(.recent(person, since: since))
                continue
            }
            for former in state.formerly(customer) { recent(.recent(.customer(former), since: since)) }
            for address in state.addresses(of: person) { recent(.recent(.address(address), since: since)) }
        }
    }

    private mutating func recent(_ need: Need) {
        guard let tickets = recent[need] else { return want(need) }
        for ticket in tickets { self.ticket(ticket) }
    }

    func draft(of agent: AgentName, in reference: TicketReference) -> Draft? {
        state.id(of: reference).flatMap { state.drafts[agent]?[$0] }
    }

    /// Between whom the text `entry` of a ticket went, or its newest message, and which customers those in To are.
    mutating func addressing(of entry: Int?, in reference: TicketReference) {
        guard let id = state.id(of: reference), let ticket = state.tickets[id] else { return }
        let text = EntryID(id, entry ?? ticket.newestMail)
        guard (1...max(1, ticket.entries)).contains(text.entry) else { return }
        guard let known = state.addressing(of: text) else { return want(.addressing(text)) }
        for address in known.recipients.to + (known.header?.to ?? []) { self.address(address) }
    }

    /// Which customers those are whom `to` names: the guard asks who serves them.
    mutating func recipients(_ choice: RecipientChoice?, of ticket: TicketReference) {
        switch choice {
        case .addresses(let addresses): for address in addresses { self.address(address) }
        case .all: addressing(of: nil, in: ticket)
        case nil: break
        }
    }

    mutating func placement(of arrival: Arrival) {
        if let place = state.contents[arrival.content] {
            ticket(place.entry.ticket)
        } else {
            want(.content(arrival.content))
        }
        if let entry = arrival.ownEntry { ticket(entry.ticket) }
        for entry in arrival.reportsOurs + arrival.answersOurs { ticket(entry.ticket) }
        for entry in arrival.reportsOurs where state.addressing(of: entry) == nil { want(.addressing(entry)) }
        for id in arrival.references.prefix(Engine.referencesMost) where !id.isEmpty {
            // What memory has may not be all: the disk may know another message by the same Message-ID.
            want(.message(id))
            for named in state.messages[id] ?? [] { ticket(named.message.entry.ticket) }
        }
        for number in arrival.numbers.prefix(Engine.numbersMost) { ticket(.number(number)) }
        address(arrival.author)
        // It names the author where From turns out to be a relay's.
        if let meant = arrival.replyTo.first { address(meant) }
    }

    mutating func administration(_ administration: Administration) {
        switch administration {
        case .addAddress(let known, let other), .joinCustomers(let known, let other):
            address(known)
            address(other)
        case .splitCustomer(let known, let other):
            address(known)
            address(other)
        case .setCustomerFlags(let known, _, _, _, _): address(known)
        case .addAgent, .setPassword, .setRights, .setFlags, .retireAgent, .addToken, .revokeToken, .setQueue: break
        }
    }
}
