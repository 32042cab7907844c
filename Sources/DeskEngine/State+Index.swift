internal import DeskModel

extension State {
    /// What of a ticket the indexes are built over.
    struct Facets: Equatable {
        let rank: Rank
        let queue: QueueName
        let holder: AgentName?
        let customer: CustomerID
        let isLive: Bool

        init(_ ticket: Ticket) {
            rank = Rank(ticket)
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
        lanes[facets.queue, default: Lane()].live.insert(facets.rank.value)
        if let holder = facets.holder { hold(ticket.id, facets, by: holder) }
        settle(ticket.id)
    }

    /// Brings the indexes from what `ticket` was to what it is.
    mutating func reindex(_ ticket: Ticket, from before: Facets) {
        let after = Facets(ticket)
        guard before != after else { return }
        let moved = before.queue != after.queue || before.rank != after.rank || before.isLive != after.isLive
        if let holder = before.holder { letGo(ticket.id, before, by: holder) }
        if moved, before.isLive {
            lanes[before.queue]?.live.remove(before.rank.value)
            lanes[before.queue]?.claimable.remove(before.rank.value)
            reserve(ticket.id, before.rank.value, for: nil)
        }
        if moved, after.isLive { lanes[after.queue, default: Lane()].live.insert(after.rank.value) }
        if let holder = after.holder { hold(ticket.id, after, by: holder) }
        settle(ticket.id)
    }

    /// Makes right to whom `claim next` may give `id`: to anybody, or only to the one agent who serves its customer.
    mutating func settle(_ id: TicketID) {
        guard let ticket = tickets[id], ticket.isLive else { return }
        let rank = Rank(ticket).value
        let services = services[ticket.customer]
        let isFree = ticket.holder == nil
        if isFree, services == nil || !isGuarded(ticket) {
            lanes[ticket.queue]?.claimable.insert(rank)
        } else {
            lanes[ticket.queue]?.claimable.remove(rank)
        }
        let only = isFree && services?.count == 1 && customers[ticket.customer]?.isOnePerson == true
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
        holdings[agent, default: Holdings()].tickets.insert(facets.rank.value)
        holdings[agent]?.perQueue[facets.queue, default: 0] += 1
        lanes[facets.queue]?.held += 1
        if serve(facets.customer, by: agent, in: id) { settleOthers(of: facets.customer, than: id) }
    }

    private mutating func letGo(_ id: TicketID, _ facets: Facets, by agent: AgentName) {
        holdings[agent]?.tickets.remove(facets.rank.value)
        holdings[agent]?.perQueue[facets.queue, default: 1] -= 1
        if holdings[agent]?.perQueue[facets.queue] == 0 { holdings[agent]?.perQueue[facets.queue] = nil }
        if holdings[agent]?.tickets.isEmpty == true { holdings[agent] = nil }
        lanes[facets.queue]?.held -= 1
        if stopServing(facets.customer, by: agent, in: id) { settleOthers(of: facets.customer, than: id) }
    }

    /// Notes that `agent` serves `customer` in one more ticket; tells whether he did not serve him before. Agents stand
    /// by name, so that the order is always the same.
    @discardableResult
    mutating func serve(_ customer: CustomerID, by agent: AgentName, in id: TicketID) -> Bool {
        var services = services[customer] ?? []
        let place = services.firstIndex { $0.agent >= agent } ?? services.count
        let isNew = place == services.count || services[place].agent != agent
        if isNew {
            services.insert(Service(agent: agent, tickets: [id]), at: place)
        } else {
            let tickets = services[place].tickets
            services[place].tickets.insert(id, at: tickets.firstIndex { $0 > id } ?? tickets.count)
        }
        self.services[customer] = services
        return isNew
    }

    /// Notes that `agent` serves `customer` in one ticket less; tells whether he no longer serves him.
    private mutating func stopServing(_ customer: CustomerID, by agent: AgentName, in id: TicketID) -> Bool {
        guard var services = services[customer] else { return false }
        guard let place = services.firstIndex(where: { $0.agent == agent }) else { return false }
        services[place].tickets.removeAll { $0 == id }
        let isOver = services[place].tickets.isEmpty
        if isOver { services.remove(at: place) }
        self.services[customer] = services.isEmpty ? nil : services
        return isOver
    }

    private mutating func settleOthers(of customer: CustomerID, than id: TicketID) {
        guard let record = customers[customer], record.isOnePerson else { return }
        for other in record.live where other != id { settle(other) }
    }
}
