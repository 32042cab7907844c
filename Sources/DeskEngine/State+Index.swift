internal import DeskModel

extension State {
    /// What of a ticket the indexes are built over.
    struct Facets: Equatable {
        let rank: Rank
        let queue: QueueName
        let holder: AgentName?
        let customer: CustomerID
        let isLive: Bool

        init(_ ticket: borrowing Ticket) {
            rank = Rank(ticket.priority, ticket.id)
            queue = ticket.queue
            holder = ticket.holder
            customer = ticket.customer
            isLive = ticket.isLive
        }
    }

    /// Enters a ticket that no index knows yet.
    mutating func index(_ ticket: Ticket) {
        guard ticket.isLive else { return }
        let facets = Facets(ticket)
        if lanes[facets.queue] == nil { lanes[facets.queue] = Lane() }
        lanes.change(facets.queue) { $0.live.insert(facets.rank.value) }
        if let holder = facets.holder { hold(ticket.id, facets, by: holder) }
        settle(ticket.id, facets)
    }

    /// Brings the indexes from what a ticket was to what it is.
    mutating func reindex(_ id: TicketID, from before: Facets, to after: Facets) {
        guard before != after else { return }
        let moved = before.queue != after.queue || before.rank != after.rank || before.isLive != after.isLive
        if let holder = before.holder { letGo(id, before, by: holder) }
        if moved, before.isLive {
            lanes.change(before.queue) { lane in
                lane.live.remove(before.rank.value)
                lane.claimable.remove(before.rank.value)
            }
            reserve(id, before.rank.value, for: nil)
        }
        if moved, after.isLive {
            if lanes[after.queue] == nil { lanes[after.queue] = Lane() }
            lanes.change(after.queue) { $0.live.insert(after.rank.value) }
        }
        if let holder = after.holder { hold(id, after, by: holder) }
        settle(id, after)
    }

    /// Makes right to whom `claim next` may give a ticket: to anybody, or only to the one agent who serves its
    /// customer.
    mutating func settle(_ id: TicketID) {
        if let facets = tickets.look(id, { Facets($0) }) { settle(id, facets) }
    }

    private mutating func settle(_ id: TicketID, _ facets: Facets) {
        guard facets.isLive else { return }
        let rank = facets.rank.value
        guard facets.holder == nil else {
            lanes.change(facets.queue) { $0.claimable.remove(rank) }
            return reserve(id, rank, for: nil)
        }
        let services = services[facets.customer]
        let isGuarded = services != nil && isGuarded(facets.customer, in: facets.queue)
        lanes.change(facets.queue) { lane in
            if isGuarded { lane.claimable.remove(rank) } else { lane.claimable.insert(rank) }
        }
        let only = services?.count == 1 && customers.look(facets.customer) { $0.isOnePerson } == true
        reserve(id, rank, for: only ? services?.first?.agent : nil)
    }

    private mutating func reserve(_ id: TicketID, _ rank: Int64, for agent: AgentName?) {
        let before = reserved[id]
        guard before != agent else { return }
        reserved[id] = agent
        if let before { preferred[before]?.remove(rank) }
        if let before, preferred[before]?.isEmpty == true { preferred[before] = nil }
        if let agent { preferred[agent, default: SortedNumbers()].insert(rank) }
    }

    /// Settles all tickets of a queue whose guard has changed.
    mutating func resettle(_ ranks: SortedNumbers?) {
        for rank in ranks ?? SortedNumbers() { settle(Rank.ticket(rank)) }
    }

    private mutating func hold(_ id: TicketID, _ facets: Facets, by agent: AgentName) {
        holdings[agent, default: Holdings()].add(facets)
        lanes.change(facets.queue) { $0.held += 1 }
        if serve(facets.customer, by: agent, in: id) { settleOthers(of: facets.customer, than: id) }
    }

    private mutating func letGo(_ id: TicketID, _ facets: Facets, by agent: AgentName) {
        if holdings[agent]?.remove(facets) == true { holdings[agent] = nil }
        lanes.change(facets.queue) { $0.held -= 1 }
        if stopServing(facets.customer, by: agent, in: id) { settleOthers(of: facets.customer, than: id) }
    }

    /// Notes that `agent` serves `customer` in one more ticket; tells whether he did not serve him before. Agents stand
    /// by name, so that the order is always the same.
    @discardableResult
    mutating func serve(_ customer: CustomerID, by agent: AgentName, in id: TicketID) -> Bool {
        services[customer, default: []].add(id, by: agent)
    }

    /// Notes that `agent` serves `customer` in one ticket less; tells whether he no longer serves him.
    private mutating func stopServing(_ customer: CustomerID, by agent: AgentName, in id: TicketID) -> Bool {
        guard services[customer]?.remove(id, by: agent) == true else { return false }
        if services[customer]?.isEmpty == true { services[customer] = nil }
        return true
    }

    private mutating func settleOthers(of customer: CustomerID, than id: TicketID) {
        let others = customers.look(customer) { record -> [TicketID]? in
            guard let first = record.live.first, record.live.count > 1 || first != id else { return nil }
            return record.isOnePerson ? record.live : nil
        }
        for other in others ?? [] where other != id { settle(other) }
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
    fileprivate mutating func add(_ id: TicketID, by agent: AgentName) -> Bool {
        let place = firstIndex { $0.agent >= agent } ?? count
        guard place < count, self[place].agent == agent else {
            insert(State.Service(agent: agent, tickets: [id]), at: place)
            return true
        }
        self[place].tickets.insert(id, at: self[place].tickets.firstIndex { $0 > id } ?? self[place].tickets.count)
        return false
    }

    fileprivate mutating func remove(_ id: TicketID, by agent: AgentName) -> Bool {
        guard let place = firstIndex(where: { $0.agent == agent }) else { return false }
        self[place].tickets.removeAll { $0 == id }
        guard self[place].tickets.isEmpty else { return false }
        remove(at: place)
        return true
    }
}
