internal import DeskModel

extension State {
    /// Makes `event` true. It cannot fail: what it needs was checked when it was decided.
    ///
    /// Returns the ticket after it, if it is about one; what it brought about in the indexes is in `consequences`.
    @discardableResult
    mutating func apply(_ event: Event) -> Facets? {
        sequence = event.sequence
        if let by = event.by, let retry = event.retry {
            retries[RetryKey(agent: by, key: retry.key)] = Used(retry: retry, at: event.at, sequence: event.sequence)
        }
        if let by = event.by, event.textBytes > 0 { written[by, default: Written()].add(event) }
        switch event.kind {
        case .say, .heard:
            if case .agent(let name) = event.subject { says[name, default: Says()].apply(event) }
        case .agent(let change): apply(change, to: event.subject)
        case .token(let change): apply(change, to: event.subject)
        case .queue(let change): apply(change)
        case .customer(let id, .split(let part)): split(part, from: id, event.sequence)
        case .customer(let id, let change): apply(change, to: id, named: event.subject, event.sequence)
        case .autoBreaker(_, let window, let domain): autoRepliesStopped[domain ?? ""] = event.at + window
        case .restored(let restore): skip(restore)
        case .new(let mail, let number): open(mail, number, event)
        case .customerSet(let change): pass(event.subject.ticket, by: change)
        default: break
        }
        let facets = event.subject.ticket.flatMap { apply(event, to: $0) }
        switch event.draftChange {
        case .set(let draft): drafts[draft.agent, default: [:]][draft.ticket] = draft
        case .ended(let agent, let ticket): endDraft(of: agent, in: ticket)
        case nil: break
        }
        return facets
    }

    private mutating func apply(_ event: Event, to id: TicketID) -> Facets? {
        let changed = tickets.change(id) { ticket in
            let before = Facets(ticket)
            // A ticket woken while the journal is read again may be ahead of the event.
            if ticket.changed < event.sequence || event.kind.isNew { ticket.apply(event) }
            let after = Facets(ticket)
            customers.change(after.customer) { $0.apply(event, to: ticket) }
            return (before: before, after: after)
        }
        guard let changed else { return nil }
        reindex(id, from: changed.before, to: changed.after)
        note(event)
        return changed.after
    }

    private mutating func note(_ event: Event) {
        guard case .entry(let entry) = event.subject else { return remember(event) }
        switch event.kind {
        case .reply(let letter): queue(letter, as: entry, event, isAutomatic: false)
        case .autoSent(let letter, let subjectKey):
            queue(letter, as: entry, event, isAutomatic: true)
            if let to = letter.recipients.to.first {
                autoReplies.add(AutoReply(at: event.at, to: to, subjectKey: subjectKey))
            }
        case .sent(let to), .failed(let to, _):
            let addressing = addressing(of: entry)
            outbox.end(entry, to: to)
            addressings[entry] = addressing.map { Known(value: $0, sequence: event.sequence) }
        default: remember(event)
        }
    }

    private mutating func queue(_ letter: Letter, as entry: EntryID, _ event: Event, isAutomatic: Bool) {
        outbox.add(
            Outgoing(
                sequence: event.sequence, at: event.at, entry: entry, isAutomatic: isAutomatic, letter: letter))
    }

    /// By what a later mail finds this one again.
    private mutating func remember(_ event: Event) {
        guard let mail = event.kind.mail else { return }
        let place = Place(entry: mail.entry, at: event.at, sequence: event.sequence)
        if let id = mail.messageID, !id.isEmpty { remember(KnownMessage(mail), under: id, event.sequence) }
        contents[mail.content] = place
        addressings[mail.entry] = Addressing(event.kind).map { Known(value: $0, sequence: event.sequence) }
    }

    /// Remembers a message under its Message-ID; `sequence` is 0 if the disk has it.
    mutating func remember(_ message: KnownMessage, under id: String, _ sequence: SequenceNumber) {
        var named = messages[id] ?? []
        guard !named.contains(where: { $0.message.entry == message.entry }) else { return }
        named.append(Named(message: message, sequence: sequence))
        named.sort { left, right in
            let (one, other) = (left.message.entry, right.message.entry)
            return (one.ticket, one.entry) < (other.ticket, other.entry)
        }
        messages[id] = named.suffix(Limits.sameMessageID)
    }

    private mutating func open(_ mail: Mail, _ number: TicketNumber, _ event: Event) {
        let queue = event.snapshot?.queue ?? .inbox
        let id = mail.entry.ticket
        meet(mail.customer, as: mail.customerName)
        let ticket = Ticket(id: id, number: number, mail: mail, queue: queue, at: event.at, sequence: event.sequence)
        tickets[id] = ticket
        numbers[number] = id
        lastTicket = max(lastTicket, id.value)
        lastNumber = number
        index(ticket)
    }

    /// Sees to it that a customer is there, by their first address if they are new.
    private mutating func meet(_ id: CustomerID, as name: Address) {
        lastCustomer = max(lastCustomer, id.value)
        guard customers[id] == nil else { return }
        customers[id] = Customer(id: id, addresses: [name])
        assign(name, to: id)
    }

    /// A ticket belongs to another customer.
    private mutating func pass(_ ticket: TicketID?, by change: TicketCustomer) {
        guard let ticket else { return }
        meet(change.customer, as: change.address)
        customers.change(change.was) { $0.letGo(of: ticket) }
    }

    /// Numbers that were given out before a step back are not given out again.
    private mutating func skip(_ restore: Restore) {
        var counters = Counters(ticket: lastTicket, customer: lastCustomer, number: lastNumber)
        counters.raise(to: restore.counters)
        (lastTicket, lastCustomer, lastNumber) = (counters.ticket, counters.customer, counters.number)
        for entry in restore.entries {
            tickets.change(entry.ticket) { $0.entries = max($0.entries, entry.entry) }
        }
    }

    private mutating func endDraft(of agent: AgentName, in ticket: TicketID) {
        drafts[agent]?[ticket] = nil
        if drafts[agent]?.isEmpty == true { drafts[agent] = nil }
    }
}

extension State {
    private mutating func apply(_ change: AgentChange, to subject: Event.Subject) {
        guard case .agent(let name) = subject else { return }
        var agent = agents[name] ?? Agent(name: name)
        agent.apply(change)
        agents[name] = agent
    }

    private mutating func apply(_ change: TokenChange, to subject: Event.Subject) {
        guard case .token(let token) = subject else { return }
        switch change {
        case .added(let name, let digest): agents[name]?.tokens[token] = digest
        case .revoked(let name): agents[name]?.tokens[token] = nil
        }
    }

    private mutating func apply(_ change: QueueChange) {
        let name = change.queue.name
        let guardBefore = queues[name]?.customerGuard
        queues[name] = change.queue
        if lanes[name] == nil { lanes[name] = Lane() }
        if let guardBefore, guardBefore != change.queue.customerGuard { resettle(lanes[name]?.live) }
    }

    private mutating func apply(
        _ change: CustomerChange, to id: CustomerID, named subject: Event.Subject, _ sequence: SequenceNumber
    ) {
        if case .customer(let name) = subject { meet(id, as: name) }
        if case .joined(let other) = change { return join(other, into: id, sequence) }
        customers.change(id) { $0.apply(change) }
        if case .addressAdded(let address) = change { assign(address, to: id) }
        settleAll(with: .customer(id))
    }

    private mutating func join(
        _ other: CustomerChange.Joined, into id: CustomerID, _ sequence: SequenceNumber
    ) {
        joined[other.customer] = id
        regroupings.append(Regrouping(sequence: sequence, from: other.customer, to: id))
        let people = [.customer(id), .customer(other.customer)] + other.addresses.map { Person.address($0) }
        let closed = people.flatMap { closedTickets(with: $0) }
        regroup(Set(people.flatMap { tickets(with: $0) } + closed).sorted()) { state in
            for address in other.addresses { state.addresses[address] = id }
            let absorbed = state.customers[other.customer]
            state.customers[other.customer] = nil
            state.customers.change(id) { customer in
                customer.apply(.joined(other))
                if let absorbed { customer.absorb(absorbed) }
            }
            for ticket in state.tickets.values where ticket.customer == other.customer {
                state.tickets.change(ticket.id) { $0.customer = id }
            }
        }
    }
}

extension State {
    /// The tickets go along whose owners do; those that are not in memory are closed, and nothing here is about them.
    ///
    /// Where the journal is read again, the disk may be ahead and have given the new customer or its tickets already.
    private mutating func split(_ split: CustomerChange.Split, from id: CustomerID, _ sequence: SequenceNumber) {
        splits.append(RecentSplit(sequence: sequence, customer: id, split: split))
        regroupings.append(Regrouping(sequence: sequence, from: id, to: split.customer))
        lastCustomer = max(lastCustomer, split.customer.value)
        let people = [id, split.customer].map { Person.customer($0) }
        let concerned = people.flatMap { tickets(with: $0) + closedTickets(with: $0) }
        regroup(Set(concerned).sorted()) { $0.part(split, from: id) }
    }

    private mutating func part(_ split: CustomerChange.Split, from id: CustomerID) {
        let owned = tickets.values.filter { split.addresses.contains($0.owner) }
        let moved = owned.filter { $0.customer == id || $0.customer == split.customer }.map(\.id)
        guard let whole = customers[id] else { return }
        customers[split.customer] = customers[split.customer] ?? whole.splitOff(split, isMoved: moved.contains)
        customers.change(id) { customer in
            customer.apply(.split(split))
            customer.leave(isMoved: moved.contains)
        }
        for address in split.addresses { addresses[address] = split.customer }
        for ticket in moved { tickets.change(ticket) { $0.customer = split.customer } }
    }
}

extension Kind {
    fileprivate var isNew: Bool {
        if case .new = self { true } else { false }
    }
}
