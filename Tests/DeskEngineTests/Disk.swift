import DeskModel

/// What lies under a desk: it follows the log, some way behind, and answers by key.
protocol Follower {
    /// The last event it has.
    var applied: SequenceNumber { get }
    /// What a start reads.
    var live: Image { get throws }
    /// Takes in the next events of the log.
    mutating func project(_ events: ArraySlice<Event>) throws
    /// Notes how far an agent was shown a ticket.
    mutating func show(_ mark: Shown) throws
    /// What it knows about a need.
    func fact(_ need: Need) throws -> Fact
}

/// What a disk does with events, in the fewest lines: records that follow the log, and answers by key.
struct Disk: Follower {
    var image = Image()
    var tickets: [TicketID: Ticket] = [:]
    var customers: [CustomerID: Customer] = [:]
    var addresses: [Address: CustomerID] = [:]
    var numbers: [TicketNumber: TicketID] = [:]
    var messages: [String: [KnownMessage]] = [:]
    var contents: [Digest: (EntryID, Moment)] = [:]
    var addressings: [EntryID: Addressing] = [:]
    var retries: [String: (Event.Retry, Moment)] = [:]
    var agents: [AgentName: Agent] = [:]
    var queues: [QueueName: Queue] = [:]
    var shown: [TicketID: [AgentName: Int]] = [:]

    var applied: SequenceNumber { image.applied }

    mutating func project(_ events: ArraySlice<Event>) {
        for event in events { project(event) }
    }

    mutating func show(_ mark: Shown) {
        shown[mark.ticket, default: [:]][mark.agent] = mark.entry
    }

    private mutating func project(_ event: Event) {
        image.applied = event.sequence
        if let by = event.by, let retry = event.retry { retries["\(by) \(retry.key)"] = (retry, event.at) }
        administer(event)
        if let by = event.by, event.textBytes > 0 { image.written[by, default: Written()].add(event) }
        if case .agent(let name) = event.subject {
            switch event.kind {
            case .say, .heard: image.says[name, default: Says()].apply(event)
            default: break
            }
        }
        if case .new(let mail, let number) = event.kind, let queue = event.snapshot?.queue {
            open(mail, number, queue, event)
        }
        if case .customerSet(let change) = event.kind, let id = event.subject.ticket {
            let customer = survivor(change.customer)
            meet(customer, as: change.address)
            customers[survivor(change.was)]?.letGo(of: id)
        }
        if let id = event.subject.ticket, tickets[id] != nil {
            tickets[id]?.apply(event)
            if let ticket = tickets[id] { customers[survivor(ticket.customer)]?.apply(event, to: ticket) }
        }
        mail(event)
        switch event.draftChange {
        case .set(let draft):
            image.drafts.removeAll { $0.agent == draft.agent && $0.ticket == draft.ticket }
            image.drafts.append(draft)
        case .ended(let agent, let ticket): image.drafts.removeAll { $0.agent == agent && $0.ticket == ticket }
        case nil: break
        }
    }

    private mutating func open(_ mail: Mail, _ number: TicketNumber, _ queue: QueueName, _ event: Event) {
        let id = mail.entry.ticket
        tickets[id] = Ticket(id: id, number: number, mail: mail, queue: queue, at: event.at, sequence: event.sequence)
        numbers[number] = id
        meet(mail.customer, as: mail.customerName)
        image.lastTicket = id.value
        image.lastNumber = number
    }

    private mutating func meet(_ id: CustomerID, as name: Address) {
        image.lastCustomer = max(image.lastCustomer, id.value)
        guard customers[id] == nil else { return }
        customers[id] = Customer(id: id, addresses: [name])
        addresses[name] = id
    }

    private mutating func mail(_ event: Event) {
        switch (event.kind, event.subject) {
        case (.new(let mail, _), _), (.followUp(let mail), _), (.bounced(let mail, _, _), _):
            if let id = mail.messageID { messages[id, default: []].insert(KnownMessage(mail), at: 0) }
            addressings[mail.entry] = Addressing(event.kind)
            contents[mail.content] = (mail.entry, event.at)
        case (.reply(let letter), .entry(let entry)):
            queue(letter, entry, event, isAutomatic: false)
            if let by = event.by { show(Shown(agent: by, ticket: entry.ticket, entry: entry.entry)) }
        case (.autoSent(let letter, let key), .entry(let entry)):
            queue(letter, entry, event, isAutomatic: true)
            image.autoReplies.append(AutoReply(at: event.at, to: letter.recipients.to[0], subjectKey: key))
            image.autoReplies.removeAll { $0.at < event.at - .days(1) }
        case (.sent(let to), .entry(let entry)), (.failed(let to, _), .entry(let entry)):
            image.outbox.end(entry, to: to)
        case (.autoBreaker(_, let window, let domain), _):
            image.autoRepliesStopped[domain ?? ""] = event.at + window
        default: break
        }
    }

    private mutating func queue(_ letter: Letter, _ entry: EntryID, _ event: Event, isAutomatic: Bool) {
        addressings[entry] = Addressing(event.kind)
        image.outbox.append(
            Outgoing(sequence: event.sequence, at: event.at, entry: entry, isAutomatic: isAutomatic, letter: letter))
    }

    private mutating func administer(_ event: Event) {
        switch (event.kind, event.subject) {
        case (.agent(let change), .agent(let name)): agents[name, default: Agent(name: name)].apply(change)
        case (.token(.added(let name, let digest)), .token(let token)): agents[name]?.tokens[token] = digest
        case (.token(.revoked(let name)), .token(let token)): agents[name]?.tokens[token] = nil
        case (.queue(let change), _): queues[change.queue.name] = change.queue
        case (.customer(let id, let change), .customer(let name)):
            if case .split(let split) = change { return self.split(split, from: id) }
            meet(id, as: name)
            customers[id]?.apply(change)
            if case .addressAdded(let address) = change { addresses[address] = id }
            guard case .joined(let other) = change else { break }
            if let absorbed = customers.removeValue(forKey: other.customer) { customers[id]?.absorb(absorbed) }
            for address in other.addresses { addresses[address] = id }
            image.joined[other.customer] = id
        default: break
        }
    }

    private mutating func split(_ split: CustomerChange.Split, from id: CustomerID) {
        // Tickets keep the number of whoever was absorbed, here.
        let owned = tickets.values.filter { split.addresses.contains($0.owner) }
        let moved = owned.filter { survivor($0.customer) == id }.map(\.id)
        guard let part = customers[id]?.splitOff(split, isMoved: moved.contains) else { return }
        customers[split.customer] = part
        customers[id]?.apply(.split(split))
        customers[id]?.leave(isMoved: moved.contains)
        for ticket in moved { tickets[ticket]?.customer = split.customer }
        for address in split.addresses { addresses[address] = split.customer }
        image.lastCustomer = max(image.lastCustomer, split.customer.value)
    }

    private func survivor(_ id: CustomerID) -> CustomerID {
        image.joined[id].map(survivor) ?? id
    }

    func fact(_ need: Need) -> Fact {
        switch need {
        case .ticket(let id): .ticket(id, tickets[id], shown: shown[id] ?? [:])
        case .number(let number): .number(number, numbers[number])
        case .customer(let id): .customer(id, customers[id])
        case .address(let address): .address(address, addresses[address])
        case .message(let id): .message(id, Array((messages[id] ?? []).prefix(Limits.sameMessageID)))
        case .content(let digest): .content(digest, contents[digest]?.0, at: contents[digest]?.1)
        case .addressing(let entry): .addressing(entry, addressings[entry])
        case .recent(let person, let since):
            .recent(
                person, since: since,
                tickets.values.filter { !$0.isLive && $0.newestAt > since && takesPart(person, in: $0) }.map(\.id))
        case .retry(let agent, let key):
            .retry(agent, key: key, retries["\(agent) \(key)"]?.0, at: retries["\(agent) \(key)"]?.1)
        }
    }

    private func takesPart(_ person: Person, in ticket: Ticket) -> Bool {
        switch person {
        case .customer(let id): survivor(ticket.customer) == id
        case .address(let address): ticket.others.contains(address)
        }
    }

    var live: Image {
        var image = image
        image.tickets = tickets.values.filter(\.isLive)
        let others = Set(image.tickets.flatMap(\.others).compactMap { addresses[$0] })
        image.customers = customers.values.filter { !$0.live.isEmpty || others.contains($0.id) }
        image.agents = Array(agents.values)
        image.queues = Array(queues.values)
        for ticket in image.tickets {
            for (agent, entry) in shown[ticket.id] ?? [:] {
                image.shown.append(Shown(agent: agent, ticket: ticket.id, entry: entry))
            }
        }
        return image
    }
}

extension [Outgoing] {
    /// The text `entry` has been sent or given up for one recipient; the last one takes it out.
    fileprivate mutating func end(_ entry: EntryID, to address: Address) {
        guard let index = firstIndex(where: { $0.entry == entry }) else { return }
        self[index].pending.removeAll { $0 == address }
        if self[index].pending.isEmpty { remove(at: index) }
    }
}
