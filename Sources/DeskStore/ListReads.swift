public import DeskModel

/// Which tickets that are over a list wants: newest first.
public struct TicketFilter: Equatable, Sendable {
    /// Only in these queues.
    public var queues: [QueueName]
    /// Only in these states.
    public var states: [TicketState]
    /// Only of these priorities; empty: of any.
    public var priorities: [UInt8] = []
    /// Only those in which this person takes part.
    public var person: Person?
    /// The addresses of that person.
    public var addresses: [Address] = []
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

/// An event as far as it is known before any of its texts is read.
public struct EventOutline: Equatable, Sendable {
    /// What happened; every text in it is empty.
    public let head: Event
    /// Where its texts are that can be long, in the order in which they are shown.
    public let writings: [StoredText]
    /// How far our message has come; `nil` if the event queued none.
    public let delivery: Delivery?
}

/// The reads of list, show and history.
final class ListReads {
    private let inPlace: Statement
    private let byID: Statement
    private let ofCustomer: Statement
    private let withAddress: Statement
    private let eventsOf: Statement
    private let entriesOf: Statement
    private let entry: Statement
    private let deliveries: Statement

    init(_ database: borrowing Database) throws(StoreError) {
        inPlace = try database.prepare(
            """
            SELECT id FROM ticket
            WHERE state = ? AND queue = ? AND id < ? AND (1 << priority) & ? ORDER BY id DESC LIMIT ?
            """)
        byID = try database.prepare("SELECT \(TicketRow.columns) FROM ticket WHERE id = ?")
        ofCustomer = try database.prepare(
            """
            SELECT \(TicketRow.columns) FROM ticket
            WHERE customer = ? AND id < ? AND (1 << priority) & ? AND (1 << state) & ? ORDER BY id DESC
            """)
        withAddress = try database.prepare(
            """
            SELECT \(TicketRow.columns) FROM part JOIN ticket ON id = part.ticket
            WHERE part.address = ? AND part.ticket < ? AND (1 << priority) & ? AND (1 << state) & ?
            ORDER BY part.ticket DESC
            """)
        eventsOf = try database.prepare("SELECT seq FROM event WHERE ticket = ? AND seq > ? ORDER BY seq LIMIT ?")
        entriesOf = try database.prepare("SELECT seq FROM entry WHERE ticket = ? AND n > ? ORDER BY n LIMIT ?")
        entry = try database.prepare("SELECT seq FROM entry WHERE ticket = ? AND n = ?")
        deliveries = try database.prepare("SELECT state FROM delivery WHERE ticket = ? AND n = ?")
    }

    func tickets(_ filter: TicketFilter) throws(StoreError) -> [Ticket] {
        let mask = filter.priorities.isEmpty ? -1 : filter.priorities.reduce(Int64(0)) { $0 | 1 << Int64($1) }
        let before = filter.before?.value ?? .max
        if let person = filter.person { return try tickets(of: person, filter, mask, before) }
        var numbers: [Int64] = []
        for queue in filter.queues {
            for state in filter.states {
                inPlace.bind(1, Int64(state.rawValue))
                inPlace.bind(2, queue.description)
                inPlace.bind(3, before)
                inPlace.bind(4, mask)
                inPlace.bind(5, Int64(filter.limit))
                try inPlace.each { numbers.append($0.integer(0)) }
            }
        }
        // Only what the reply shows is read whole.
        var found: [Ticket] = []
        for number in numbers.sorted(by: >).prefix(filter.limit) {
            byID.bind(1, number)
            if let ticket = try byID.first({ row throws(StoreError) in try TicketRow.read(row) }) {
                found.append(ticket)
            }
        }
        return found
    }

    private func tickets(
        of person: Person, _ filter: TicketFilter, _ mask: Int64, _ before: Int64
    ) throws(StoreError) -> [Ticket] {
        var found: [TicketID: Ticket] = [:]
        if case .customer(let id) = person {
            ofCustomer.bind(1, id.value)
            try scan(ofCustomer, filter, mask, before, &found)
        }
        for address in filter.addresses {
            withAddress.bind(1, address.description)
            try scan(withAddress, filter, mask, before, &found)
        }
        return Array(found.values.sorted { $0.id > $1.id }.prefix(filter.limit))
    }

    /// Takes the first tickets of a statement, newest first, that the filter wants.
    private func scan(
        _ statement: borrowing Statement, _ filter: TicketFilter, _ mask: Int64, _ before: Int64,
        _ found: inout [TicketID: Ticket]
    ) throws(StoreError) {
        let queues = Set(filter.queues)
        var count = 0
        statement.bind(2, before)
        statement.bind(3, mask)
        statement.bind(4, filter.states.reduce(Int64(0)) { $0 | 1 << Int64($1.rawValue) })
        try statement.scan { row throws(StoreError) in
            let ticket = try TicketRow.read(row)
            guard queues.contains(ticket.queue) else { return true }
            found[ticket.id] = ticket
            count += 1
            return count < filter.limit
        }
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

    func entry(_ id: EntryID) throws(StoreError) -> SequenceNumber? {
        entry.bind(1, id.ticket.value)
        entry.bind(2, Int64(id.entry))
        return try entry.first { $0.integer(0) }
    }

    /// How far a message of ours has come; `nil` if the text is none.
    func delivery(of id: EntryID) throws(StoreError) -> Delivery? {
        var each: [Delivery] = []
        deliveries.bind(1, id.ticket.value)
        deliveries.bind(2, Int64(id.entry))
        try deliveries.each { each.append(Delivery(stored: $0.integer(0))) }
        return Delivery.worst(of: each)
    }
}

extension DeskReader {
    /// Everything that happened to a ticket after event `after`, in order, at most `limit` events: to `each`, until it
    /// returns false.
    public func history(
        of ticket: TicketID, after: SequenceNumber = 0, limit: Int, each: (EventOutline) throws(StoreError) -> Bool
    ) throws(StoreError) -> Reading<Void> {
        try read { () throws(StoreError) in
            try outlines(try lists.events(of: ticket, after: after, limit: limit), each)
        }
    }

    /// The event that made a text, with the text; `nil` if there is no such text.
    public func text(_ entry: EntryID) throws(StoreError) -> Reading<HistoryItem?> {
        try read { () throws(StoreError) in
            guard let sequence = try lists.entry(entry) else { return nil }
            guard let event = try journal.event(sequence) else { throw .missing(sequence) }
            return HistoryItem(event: event, delivery: try delivery(of: event))
        }
    }

    /// The event that made a text, to `each`; whether there is such a text.
    public func outline(
        of entry: EntryID, each: (EventOutline) throws(StoreError) -> Bool
    ) throws(StoreError) -> Reading<Bool> {
        try read { () throws(StoreError) in
            guard let sequence = try lists.entry(entry) else { return false }
            try outlines([sequence], each)
            return true
        }
    }

    /// The whole event of an outline but for its long texts.
    public func event(_ outline: EventOutline) throws(StoreError) -> Event {
        guard let event = try journal.event(outline.head.sequence, without: outline.writings) else {
            throw .missing(outline.head.sequence)
        }
        return event
    }

    /// Whether a long text is stored as it was written: all of it is read for that, in slices.
    public func isIntact(_ text: StoredText) throws(StoreError) -> Bool {
        try journal.isIntact(text)
    }

    /// The bytes of a long text in `range`; none if it has been deleted.
    public func bytes(of text: StoredText, in range: Range<Int>) throws(StoreError) -> [UInt8] {
        try journal.bytes(of: text, in: range)
    }

    func outlines(
        _ sequences: [SequenceNumber], _ each: (EventOutline) throws(StoreError) -> Bool
    ) throws(StoreError) {
        for sequence in sequences {
            guard let (event, writings) = try journal.outline(sequence) else { throw .missing(sequence) }
            let outline = EventOutline(head: event, writings: writings, delivery: try delivery(of: event))
            guard try each(outline) else { return }
        }
    }

    private func delivery(of event: Event) throws(StoreError) -> Delivery? {
        switch (event.kind, event.subject) {
        case (.reply, .entry(let id)), (.autoSent, .entry(let id)): try lists.delivery(of: id) ?? .queued
        default: nil
        }
    }
}

extension StoreError {
    static func missing(_ sequence: SequenceNumber) -> StoreError {
        .corrupt("event \(sequence) is missing in the journal")
    }
}
