internal import DeskModel

extension State {
    /// What of a ticket the indexes are built over.
    struct Facets: Equatable {
        let rank: Rank
        let queue: QueueName
        let holder: AgentName?
        let customer: CustomerID
        /// Who gets the next answer besides the address of its customer.
        let recipients: [Address]
        let others: [Address]
        let isLive: Bool

        init(_ ticket: borrowing Ticket) {
            rank = Rank(ticket.priority, ticket.id)
            queue = ticket.queue
            holder = ticket.holder
            customer = ticket.customer
            others = ticket.others
            recipients = others.isEmpty ? [] : ticket.recipients.to
            isLive = ticket.isLive
        }

        /// Whether the same people take part in both.
        func hasParticipants(of other: Facets) -> Bool {
            customer == other.customer && isLive == other.isLive && recipients == other.recipients
                && others == other.others
        }
    }

    /// What applying an event has brought about beyond the state itself.
    struct Consequences: Equatable, Sendable {
        /// The queues in which `claim next` may give somebody a ticket who found none before.
        var openings = Openings()
        /// Customers who take part in no live ticket any longer.
        var departed: [CustomerID] = []
    }

    /// What has been brought about since this was asked last.
    mutating func takeConsequences() -> Consequences {
        defer { consequences = Consequences() }
        return consequences
    }

    /// Enters a ticket that no index knows yet.
    mutating func index(_ ticket: Ticket) {
        let facets = Facets(ticket)
        if facets.isLive {
            if lanes[facets.queue] == nil { lanes[facets.queue] = Lane() }
            lanes.change(facets.queue) { $0.live.insert(facets.rank.value) }
        }
        enter(ticket.id, facets)
        if let holder = facets.holder { hold(ticket.id, facets, by: holder) }
        settle(ticket.id, facets)
    }

    /// Brings the indexes from what a ticket was to what it is.
    mutating func reindex(_ id: TicketID, from before: Facets, to after: Facets) {
        guard before != after else { return }
        let moved = before.queue != after.queue || before.rank != after.rank || before.isLive != after.isLive
        let isRegrouped = !before.hasParticipants(of: after)
        if let holder = before.holder { letGo(id, before, by: holder) }
        if isRegrouped { leave(id, before) }
        if moved, before.isLive {
            lanes.change(before.queue) { lane in
                lane.live.remove(before.rank.value)
                lane.claimable.remove(before.rank.value)
            }
            reserve(id, before.rank.value, for: nil, in: before.queue)
        }
        if moved, after.isLive {
            if lanes[after.queue] == nil { lanes[after.queue] = Lane() }
            lanes.change(after.queue) { $0.live.insert(after.rank.value) }
        }
        if isRegrouped { enter(id, after) }
        if let holder = after.holder { hold(id, after, by: holder) }
        settle(id, after)
    }

    /// Takes a ticket that is not live out of the indexes.
    mutating func unindex(_ ticket: Ticket) {
        leave(ticket.id, Facets(ticket))
    }

    /// Lets `change` alter who is who, with the tickets concerned out of the indexes meanwhile.
    mutating func regroup(_ concerned: [TicketID], _ change: (inout State) -> Void) {
        for id in concerned {
            guard let facets = tickets.look(id, { Facets($0) }) else { continue }
            if let holder = facets.holder { letGo(id, facets, by: holder) }
            leave(id, facets)
        }
        change(&self)
        for id in concerned {
            guard let facets = tickets.look(id, { Facets($0) }) else { continue }
            enter(id, facets)
            if let holder = facets.holder { hold(id, facets, by: holder) }
        }
        for id in concerned { settle(id) }
    }

    /// `address` is one of customer `id` from now on.
    mutating func assign(_ address: Address, to id: CustomerID) {
        guard addresses[address] != id else { return }
        let concerned = parts[person(address)]?.tickets.map { TicketID($0) } ?? []
        regroup(concerned) { $0.addresses[address] = id }
    }
}

/// To whom `claim next` may give a free ticket.
extension State {
    /// Makes right to whom `claim next` may give a ticket: to anybody, or only to the one agent who serves its people.
    mutating func settle(_ id: TicketID) {
        if let facets = tickets.look(id, { Facets($0) }) { settle(id, facets) }
    }

    private mutating func settle(_ id: TicketID, _ facets: Facets) {
        guard facets.isLive else { return }
        let rank = facets.rank.value
        guard facets.holder == nil else {
            lanes.change(facets.queue) { $0.claimable.remove(rank) }
            return reserve(id, rank, for: nil, in: facets.queue)
        }
        let agents = agents(serving: facets)
        let isForAnybody = agents.isEmpty || !hasGuard(facets.queue)
        var hasComeUp = false
        lanes.change(facets.queue) { lane in
            if isForAnybody { hasComeUp = lane.claimable.insert(rank) } else { lane.claimable.remove(rank) }
        }
        if hasComeUp { consequences.openings.add(facets.queue) }
        reserve(id, rank, for: agents.count == 1 ? agents.first : nil, in: facets.queue)
    }

    private mutating func reserve(_ id: TicketID, _ rank: Int64, for agent: AgentName?, in queue: QueueName) {
        let before = reserved[id]
        guard before != agent else { return }
        reserved[id] = agent
        if let before { preferred[before]?.remove(rank) }
        if let before, preferred[before]?.isEmpty == true { preferred[before] = nil }
        guard let agent else { return }
        preferred[agent, default: SortedNumbers()].insert(rank)
        consequences.openings.add(queue)
    }

    /// Settles all tickets of a queue whose guard has changed.
    mutating func resettle(_ ranks: SortedNumbers?) {
        for rank in ranks ?? SortedNumbers() { settle(Rank.ticket(rank)) }
    }

    /// Settles all live tickets in which a person takes part.
    mutating func settleAll(with person: Person) {
        for ticket in tickets(with: person) { settle(ticket) }
    }

    private mutating func settleOthers(with person: Person, than id: TicketID) {
        guard !isOnlyIn(id, person), isOnePerson(person) else { return }
        for other in tickets(with: person) where other != id { settle(other) }
    }

    /// Whether a customer has no other live ticket and takes part in none, as most.
    private func isOnlyIn(_ id: TicketID, _ person: Person) -> Bool {
        guard case .customer(let customer) = person, parts[person] == nil else { return false }
        return customers.look(customer) { $0.live.isEmpty || ($0.live.count == 1 && $0.live[0] == id) } ?? true
    }
}

/// Who holds, and whom they serve by it.
extension State {
    private mutating func hold(_ id: TicketID, _ facets: Facets, by agent: AgentName) {
        holdings[agent, default: Holdings()].add(facets)
        lanes.change(facets.queue) { $0.held += 1 }
        for person in people(of: facets) {
            let isNew = services[person, default: []].add(id, by: agent)
            if isNew { settleOthers(with: person, than: id) }
        }
    }

    private mutating func letGo(_ id: TicketID, _ facets: Facets, by agent: AgentName) {
        if holdings[agent]?.remove(facets) == true { holdings[agent] = nil }
        lanes.change(facets.queue) { $0.held -= 1 }
        for person in people(of: facets) {
            let isLast = services[person]?.remove(id, by: agent) == true
            if services[person]?.isEmpty == true { services[person] = nil }
            if isLast { settleOthers(with: person, than: id) }
        }
    }
}

/// Who takes part.
extension State {
    private mutating func enter(_ id: TicketID, _ facets: Facets) {
        guard facets.isLive else {
            for person in closedKeys(facets) { closed[person, default: []].append(id) }
            return
        }
        for person in otherPeople(facets) {
            changePart(of: person, than: id) { part in
                part.tickets.insert(id.value)
                part.customers[facets.customer, default: 0] += 1
            }
        }
    }

    private mutating func leave(_ id: TicketID, _ facets: Facets) {
        guard facets.isLive else {
            for person in closedKeys(facets) {
                closed[person]?.removeAll { $0 == id }
                if closed[person]?.isEmpty == true { closed[person] = nil }
            }
            return
        }
        for person in otherPeople(facets) {
            changePart(of: person, than: id) { part in
                part.tickets.remove(id.value)
                let left = (part.customers[facets.customer] ?? 1) - 1
                part.customers[facets.customer] = left == 0 ? nil : left
            }
            guard parts[person]?.tickets.isEmpty == true else { continue }
            parts[person] = nil
            if case .customer(let customer) = person { consequences.departed.append(customer) }
        }
    }

    /// A person who comes to take part in the tickets of so many customers that they are no longer guarded, or of so
    /// few that they are again, changes who may claim their tickets.
    private mutating func changePart(of person: Person, than id: TicketID, _ change: (inout Part) -> Void) {
        let before = isOnePerson(person)
        change(&parts[person, default: Part()])
        guard isOnePerson(person) != before else { return }
        for other in tickets(with: person) where other != id { settle(other) }
    }

    private func otherPeople(_ facets: Facets) -> [Person] {
        guard !facets.others.isEmpty else { return [] }
        var people: [Person] = []
        for person in facets.others.map({ self.person($0) })
        where person != .customer(facets.customer) && !people.contains(person) {
            people.append(person)
        }
        return people
    }

    private func closedKeys(_ facets: Facets) -> [Person] {
        [.customer(facets.customer)] + facets.others.map { .address($0) }
    }
}

extension State.Holdings {
    fileprivate mutating func add(_ facets: State.Facets) {
        tickets.insert(facets.rank.value)
        if perQueue[facets.queue] == nil { perQueue[facets.queue] = 0 }
        perQueue.change(facets.queue) { $0 += 1 }
    }

    /// Tells whether nothing is left.
    fileprivate mutating func remove(_ facets: State.Facets) -> Bool {
        tickets.remove(facets.rank.value)
        perQueue.change(facets.queue) { $0 -= 1 }
        if perQueue[facets.queue] == 0 { perQueue[facets.queue] = nil }
        return tickets.isEmpty
    }
}

extension [State.Service] {
    /// Tells whether the agent did not serve the person before. Agents are in the order of their names.
    fileprivate mutating func add(_ id: TicketID, by agent: AgentName) -> Bool {
        let place = firstIndex { $0.agent >= agent } ?? count
        guard place < count, self[place].agent == agent else {
            insert(State.Service(agent: agent, tickets: [id]), at: place)
            return true
        }
        self[place].tickets.insert(id, at: self[place].tickets.firstIndex { $0 > id } ?? self[place].tickets.count)
        return false
    }

    /// Tells whether the agent serves the person no longer.
    fileprivate mutating func remove(_ id: TicketID, by agent: AgentName) -> Bool {
        guard let place = firstIndex(where: { $0.agent == agent }) else { return false }
        self[place].tickets.removeAll { $0 == id }
        guard self[place].tickets.isEmpty else { return false }
        remove(at: place)
        return true
    }
}
