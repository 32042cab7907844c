public import DeskModel

/// Which tickets that are over a list wants: newest first.
public struct TicketFilter: Equatable, Sendable {
    /// Only in these queues.
    public var queues: [QueueName]
    /// Only in these states.
    public var states: [TicketState]
    /// Only of these priorities; empty: of any.
    public var priorities: [UInt8] = []
    /// Only of this customer.
    public var customer: CustomerID?
    /// Only older tickets than this one: where an earlier reply was cut.
    public var before: TicketID?
    /// At most so many.
    public var limit: Int

    /// Tickets in those queues and states.
    public init(queues: [QueueName], states: [TicketState], limit: Int) {
        self.queues = queues
        self.states = states
        self.limit = limit
    }
}

/// One event of a ticket, and how far the mail has come that it queued, if it did.
public struct HistoryItem: Equatable, Sendable {
    /// What happened.
    public let event: Event
    /// How far our mail has come; `nil` if the event queued none.
    public let delivery: Delivery?
}

/// The reads of list, show and history.
final class ListReads {
    private let inPlace: Statement
    private let ofCustomer: Statement
    private let eventsOf: Statement
    private let entriesOf: Statement
    private let entry: Statement

    init(_ database: borrowing Database) throws(StoreError) {
        inPlace = try database.prepare(
            """
            SELECT \(TicketRow.columns) FROM ticket
            WHERE state = ? AND queue = ? AND id < ? AND (1 << priority) & ? ORDER BY id DESC LIMIT ?
            """)
        ofCustomer = try database.prepare(
            """
            SELECT \(TicketRow.columns) FROM ticket
            WHERE customer = ? AND id < ? AND (1 << priority) & ? AND (1 << state) & ? ORDER BY id DESC
            """)
        eventsOf = try database.prepare("SELECT seq FROM event WHERE ticket = ? AND seq > ? ORDER BY seq LIMIT ?")
        entriesOf = try database.prepare("SELECT seq FROM entry WHERE ticket = ? AND n > ? ORDER BY n LIMIT ?")
        entry = try database.prepare("SELECT seq, delivery FROM entry WHERE ticket = ? AND n = ?")
    }

    func tickets(_ filter: TicketFilter) throws(StoreError) -> [Ticket] {
        let mask = filter.priorities.isEmpty ? -1 : filter.priorities.reduce(Int64(0)) { $0 | 1 << Int64($1) }
        let before = filter.before?.value ?? .max
        if let customer = filter.customer { return try tickets(of: customer, filter, mask, before) }
        var found: [Ticket] = []
        for queue in filter.queues {
            for state in filter.states {
                inPlace.bind(1, Int64(state.rawValue))
                inPlace.bind(2, queue.description)
                inPlace.bind(3, before)
                inPlace.bind(4, mask)
                inPlace.bind(5, Int64(filter.limit))
                try inPlace.each { row throws(StoreError) in found.append(try TicketRow.read(row)) }
            }
        }
        found.sort { $0.id > $1.id }
        return Array(found.prefix(filter.limit))
    }

    private func tickets(
        of customer: CustomerID, _ filter: TicketFilter, _ mask: Int64, _ before: Int64
    ) throws(StoreError) -> [Ticket] {
        var found: [Ticket] = []
        let queues = Set(filter.queues)
        ofCustomer.bind(1, customer.value)
        ofCustomer.bind(2, before)
        ofCustomer.bind(3, mask)
        ofCustomer.bind(4, filter.states.reduce(Int64(0)) { $0 | 1 << Int64($1.rawValue) })
        try ofCustomer.scan { row throws(StoreError) in
            let ticket = try TicketRow.read(row)
            if queues.contains(ticket.queue) { found.append(ticket) }
            return found.count < filter.limit
        }
        return found
    }

    func events(of ticket: TicketID, after: SequenceNumber, limit: Int) throws(StoreError) -> [SequenceNumber] {
        try sequences(eventsOf, ticket, after, limit)
    }

    func entries(of ticket: TicketID, after: Int, limit: Int) throws(StoreError) -> [SequenceNumber] {
        try sequences(entriesOf, ticket, Int64(after), limit)
    }

    private func sequences(
        _ statement: borrowing Statement, _ ticket: TicketID, _ after: Int64, _ limit: Int
    ) throws(StoreError) -> [SequenceNumber] {
        var found: [SequenceNumber] = []
        statement.bind(1, ticket.value)
        statement.bind(2, after)
        statement.bind(3, Int64(limit))
        try statement.each { found.append($0.integer(0)) }
        return found
    }

    func entry(_ id: EntryID) throws(StoreError) -> (sequence: SequenceNumber, delivery: Delivery?)? {
        entry.bind(1, id.ticket.value)
        entry.bind(2, Int64(id.entry))
        return try entry.first { ($0.integer(0), $0.isNull(1) ? nil : Delivery(stored: $0.integer(1))) }
    }
}

extension DeskReader {
    /// Everything that happened to a ticket after event `after`, in order, at most `limit` events.
    public func history(
        of ticket: TicketID, after: SequenceNumber = 0, limit: Int
    ) throws(StoreError) -> Reading<[HistoryItem]> {
        try read { () throws(StoreError) in
            try items(try lists.events(of: ticket, after: after, limit: limit))
        }
    }

    /// The event that made a text; `nil` if there is no such text.
    public func text(_ entry: EntryID) throws(StoreError) -> Reading<HistoryItem?> {
        try read { () throws(StoreError) in
            guard let (sequence, _) = try lists.entry(entry) else { return nil }
            return try items([sequence]).first
        }
    }

    func items(_ sequences: [SequenceNumber]) throws(StoreError) -> [HistoryItem] {
        var items: [HistoryItem] = []
        for sequence in sequences {
            guard let event = try journal.event(sequence) else {
                throw .corrupt("event \(sequence) is missing in the journal")
            }
            items.append(HistoryItem(event: event, delivery: try delivery(of: event)))
        }
        return items
    }

    private func delivery(of event: Event) throws(StoreError) -> Delivery? {
        switch (event.kind, event.subject) {
        case (.reply, .entry(let id)), (.autoSent, .entry(let id)): try lists.entry(id)?.delivery ?? .queued
        default: nil
        }
    }
}
