import DeskModel

/// The rows of `ticket`, as the projecting thread changes them.
final class TicketRows {
    /// A ticket and what of it the file holds. A class, so that a look at a ticket does not copy it, nor a growing
    /// table all of them.
    private final class Known {
        var ticket: Ticket
        /// What of the row is part of an index; `nil`: there is no row yet.
        var stored: Stored?
        var isChanged = false

        init(_ ticket: Ticket, _ stored: Stored?) {
            self.ticket = ticket
            self.stored = stored
        }
    }

    /// What the indexes and the rows of `part` hold of a ticket.
    private struct Stored: Equatable {
        let queue: QueueName
        let state: TicketState
        var customer: CustomerID
        let others: [Address]
        let newestAt: Moment

        init(_ ticket: Ticket) {
            (queue, state, customer) = (ticket.queue, ticket.state, ticket.customer)
            (others, newestAt) = (ticket.others, ticket.newestAt)
        }
    }

    private var known: [TicketID: Known] = [:]
    private var changed: [TicketID] = []
    private let select: Statement
    private let insert: Statement
    private let update: Statement
    private let place: Statement
    private let giveAll: Statement
    private let idsOfCustomer: Statement
    private let setPart: Statement
    private let dropPart: Statement

    /// Tickets that are remembered between bites; when there are more, all are read anew.
    private static let most = 20_000

    init(_ database: borrowing Database) throws(StoreError) {
        select = try database.prepare("SELECT \(TicketRow.columns) FROM ticket WHERE id = ?")
        insert = try database.prepare("INSERT INTO ticket VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        // What no index knows is written by a statement of its own, or SQLite would rewrite the indexes at every claim.
        update = try database.prepare(
            "UPDATE ticket SET priority = ?, holder = ?, newest_at = ?, changed = ?, rest = ? WHERE id = ?")
        place = try database.prepare("UPDATE ticket SET queue = ?, state = ?, customer = ? WHERE id = ?")
        giveAll = try database.prepare("UPDATE ticket SET customer = ? WHERE customer = ?")
        idsOfCustomer = try database.prepare("SELECT id FROM ticket WHERE customer = ?")
        setPart = try database.prepare("INSERT OR REPLACE INTO part VALUES(?, ?, ?)")
        dropPart = try database.prepare("DELETE FROM part WHERE address = ? AND ticket = ?")
    }

    /// The ticket as the events so far have left it; `nil` if there is none.
    func find(_ id: TicketID) throws(StoreError) -> Ticket? {
        try entry(id)?.ticket
    }

    /// Whether that ticket is live; `nil` if there is none.
    func isLive(_ id: TicketID) throws(StoreError) -> Bool? {
        try entry(id)?.ticket.isLive
    }

    private func entry(_ id: TicketID) throws(StoreError) -> Known? {
        if let found = known[id] { return found }
        select.bind(1, id.value)
        guard let ticket = try select.first({ row throws(StoreError) in try TicketRow.read(row) }) else { return nil }
        let entry = Known(ticket, Stored(ticket))
        known[id] = entry
        return entry
    }

    /// Takes a ticket that has just been made.
    func add(_ ticket: Ticket) {
        known[ticket.id] = Known(ticket, nil)
    }

    /// Changes a ticket that `isLive` or `add` has seen.
    func apply(_ event: Event, to id: TicketID) {
        guard let entry = known[id] else { return }
        entry.ticket.apply(event)
        noteChange(of: id, entry)
    }

    /// Numbers the texts of a ticket on from `entry`, if there is such a ticket.
    func skip(_ entry: EntryID) throws(StoreError) {
        guard let found = try self.entry(entry.ticket), found.ticket.entries < entry.entry else { return }
        found.ticket.entries = entry.entry
        noteChange(of: entry.ticket, found)
    }

    private func noteChange(of id: TicketID, _ entry: Known) {
        guard !entry.isChanged else { return }
        entry.isChanged = true
        changed.append(id)
    }

    /// The tickets of `other` are those of `survivor` now.
    func give(of other: CustomerID, to survivor: CustomerID) throws(StoreError) {
        giveAll.bind(1, survivor.value)
        giveAll.bind(2, other.value)
        try giveAll.run()
        for (id, entry) in known where entry.ticket.customer == other {
            entry.ticket.customer = survivor
            entry.stored?.customer = survivor
            noteChange(of: id, entry)
        }
    }

    /// The tickets of `customer` that one of these addresses opened are those of `other` now; gives their numbers.
    func give(
        of customer: CustomerID, ownedBy owners: [Address], to other: CustomerID
    ) throws(StoreError) -> Set<TicketID> {
        var candidates = Set(known.filter { $0.value.ticket.customer == customer }.keys)
        idsOfCustomer.bind(1, customer.value)
        try idsOfCustomer.each { row in candidates.insert(TicketID(row.integer(0))) }
        var moved: Set<TicketID> = []
        for id in candidates {
            guard let entry = try entry(id), entry.ticket.customer == customer, owners.contains(entry.ticket.owner)
            else { continue }
            entry.ticket.customer = other
            noteChange(of: id, entry)
            moved.insert(id)
        }
        return moved
    }

    /// Writes what has changed.
    func flush() throws(StoreError) {
        changed.sort()
        for id in changed {
            guard let entry = known[id] else { continue }
            try write(entry.ticket, entry.stored)
            entry.stored = Stored(entry.ticket)
            entry.isChanged = false
        }
        changed.removeAll(keepingCapacity: true)
    }

    /// Keeps memory bounded; to be called between bites.
    func forgetIfMany() {
        if known.count > TicketRows.most { known.removeAll(keepingCapacity: true) }
    }

    private func write(_ ticket: Ticket, _ stored: Stored?) throws(StoreError) {
        try writeParts(of: ticket, stored)
        guard let stored else {
            TicketRow.bind(ticket, to: insert)
            return try insert.run()
        }
        update.bind(1, Int64(ticket.priority))
        update.bind(2, ticket.holder)
        update.bind(3, ticket.newestAt.milliseconds)
        update.bind(4, ticket.changed)
        update.bind(5, ticket.rest)
        update.bind(6, ticket.id.value)
        try update.run()
        guard stored.queue != ticket.queue || stored.state != ticket.state || stored.customer != ticket.customer
        else { return }
        place.bind(1, ticket.queue.description)
        place.bind(2, Int64(ticket.state.rawValue))
        place.bind(3, ticket.customer.value)
        place.bind(4, ticket.id.value)
        try place.run()
    }

    /// Who takes part besides the customer, and how new the ticket is, to be found by an address.
    private func writeParts(of ticket: Ticket, _ stored: Stored?) throws(StoreError) {
        let others = ticket.others
        guard !others.isEmpty || stored?.others.isEmpty == false else { return }
        for address in stored?.others ?? [] where !others.contains(address) {
            dropPart.bind(1, address.description)
            dropPart.bind(2, ticket.id.value)
            try dropPart.run()
        }
        guard others != stored?.others || ticket.newestAt != stored?.newestAt else { return }
        for address in others {
            setPart.bind(1, address.description)
            setPart.bind(2, ticket.id.value)
            setPart.bind(3, ticket.newestAt.milliseconds)
            try setPart.run()
        }
    }
}

/// A row of `ticket`.
enum TicketRow {
    /// The columns, in the order of the table.
    static let columns =
        "id, day, counter, customer, queue, state, priority, holder, created, newest_at, changed, subject, rest"

    /// Binds all columns in the order of the table.
    static func bind(_ ticket: Ticket, to insert: borrowing Statement) {
        insert.bind(1, ticket.id.value)
        insert.bind(2, Int64(ticket.number.day))
        insert.bind(3, Int64(ticket.number.counter))
        insert.bind(4, ticket.customer.value)
        insert.bind(5, ticket.queue.description)
        insert.bind(6, Int64(ticket.state.rawValue))
        insert.bind(7, Int64(ticket.priority))
        insert.bind(8, ticket.holder)
        insert.bind(9, ticket.created.milliseconds)
        insert.bind(10, ticket.newestAt.milliseconds)
        insert.bind(11, ticket.changed)
        insert.bind(12, ticket.subject)
        insert.bind(13, ticket.rest)
    }

    /// The ticket in the current row of a statement that selects `columns` first.
    static func read(_ row: borrowing Statement) throws(StoreError) -> Ticket {
        guard let queue = QueueName(row.text(4)), let state = TicketState(rawValue: UInt8(clamping: row.integer(5)))
        else { throw .corrupt("the row of ticket \(row.integer(0)) cannot be read") }
        let number = TicketNumber(
            day: Int32(truncatingIfNeeded: row.integer(1)), counter: Int32(truncatingIfNeeded: row.integer(2)))
        var ticket = Ticket(
            id: TicketID(row.integer(0)), number: number, customer: CustomerID(row.integer(3)),
            created: Moment(milliseconds: row.integer(8)), subject: row.text(11), queue: queue, state: state,
            priority: UInt8(clamping: row.integer(6)), changed: row.integer(10))
        ticket.holder = row.isNull(7) ? nil : AgentName(row.text(7))
        ticket.newestAt = Moment(milliseconds: row.integer(9))
        do throws(Corruption) {
            try ticket.take(rest: row.bytes(12))
        } catch {
            throw .corrupt("the row of ticket \(ticket.id.value) cannot be read: \(error)")
        }
        return ticket
    }
}

extension Statement {
    /// Binds a name, or NULL for nobody.
    func bind(_ index: Int32, _ agent: AgentName?) {
        guard let agent else { return bindNull(index) }
        bind(index, agent.description)
    }
}
