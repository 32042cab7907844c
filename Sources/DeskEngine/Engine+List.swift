public import DeskModel

/// One page of `list`: tickets in order, and where to go on.
public struct Page: Equatable, Sendable {
    /// The tickets: high priority first, then low numbers.
    public var tickets: [TicketID] = []
    /// Where the next page begins; `nil`: this was the last.
    public var next: Cursor?
}

extension Engine {
    /// The live tickets that `query` asks for and `agent` may read. Closed ones are the disk's matter.
    ///
    /// It looks at what lies in the queues, or less where holder or customer is named, and stops when the page is full.
    public func list(_ query: ListQuery, for agent: AgentName) -> Page {
        let limit = min(query.limit ?? Limits.records, Limits.recordsMost)
        let readable = Set(queues(for: agent))
        let queues = query.queues.isEmpty ? readable : readable.intersection(query.queues)
        var ranks = Ranks(sources(query, agent, queues.sorted()), after: query.after?.position ?? .min)
        var page = Page()
        var last: Int64 = 0
        while let rank = ranks.next() {
            guard let ticket = state.tickets[Rank.ticket(rank)], queues.contains(ticket.queue),
                query.matches(ticket, agent)
            else { continue }
            guard page.tickets.count < limit else {
                page.next = Cursor(kind: UInt8(ascii: "l"), position: last)
                return page
            }
            page.tickets.append(ticket.id)
            last = rank
        }
        return page
    }

    /// The smallest set of indexes in which everything asked for stands.
    private func sources(_ query: ListQuery, _ agent: AgentName, _ queues: [QueueName]) -> [SortedNumbers] {
        if let address = query.customer {
            var ranks = SortedNumbers()
            for id in state.tickets(with: state.person(address)) {
                if let ticket = state.tickets[id] { ranks.insert(Rank(ticket).value) }
            }
            return [ranks]
        }
        if query.mine { return [state.holdings[agent]?.tickets ?? SortedNumbers()] }
        if case .some(.some(let holder)) = query.holder { return [state.holdings[holder]?.tickets ?? SortedNumbers()] }
        return queues.compactMap { state.lanes[$0]?.live }
    }
}

extension ListQuery {
    fileprivate func matches(_ ticket: Ticket, _ agent: AgentName) -> Bool {
        if mine, ticket.holder != agent { return false }
        if !states.isEmpty, !states.contains(ticket.state) { return false }
        if !priorities.isEmpty, !priorities.contains(ticket.priority) { return false }
        if let holder, holder != ticket.holder { return false }
        return true
    }
}

/// Several ascending sets read as one.
private struct Ranks {
    private let sources: [SortedNumbers]
    private var heads: [Int64?]

    init(_ sources: [SortedNumbers], after position: Int64) {
        self.sources = sources
        heads = sources.map { $0.first(from: position == .max ? position : position + 1) }
    }

    mutating func next() -> Int64? {
        var least: Int?
        for (source, head) in heads.enumerated() {
            guard let head else { continue }
            if let found = least, let best = heads[found], best <= head { continue }
            least = source
        }
        guard let least, let rank = heads[least] else { return nil }
        heads[least] = sources[least].first(from: rank + 1)
        return rank
    }
}
