import DeskModel

/// The engine's point reads.
final class FactReads {
    private let ticketByID: Statement
    private let ticketByNumber: Statement
    private let shownOfTicket: Statement
    private let customerByID: Statement
    private let survivor: Statement
    private let customerByAddress: Statement
    private let entriesByMessage: Statement
    private let entryByContent: Statement
    private let entryByRaw: Statement
    private let retryByKey: Statement
    private let recentOfCustomer: Statement
    private let recentWithAddress: Statement

    init(_ database: borrowing Database) throws(StoreError) {
        ticketByID = try database.prepare("SELECT \(TicketRow.columns) FROM ticket WHERE id = ?")
        ticketByNumber = try database.prepare("SELECT id FROM ticket WHERE day = ? AND counter = ?")
        shownOfTicket = try database.prepare("SELECT agent, n FROM shown WHERE ticket = ?")
        customerByID = try database.prepare("SELECT id, record FROM customer WHERE id = ?")
        survivor = try database.prepare("SELECT survivor FROM joined WHERE customer = ?")
        customerByAddress = try database.prepare("SELECT customer FROM address WHERE address = ?")
        entriesByMessage = try database.prepare(
            "SELECT ticket, n, people FROM entry WHERE message = ? ORDER BY seq DESC LIMIT ?")
        entryByContent = try database.prepare("SELECT ticket, n, t FROM content WHERE digest = ?")
        entryByRaw = try database.prepare("SELECT 1 FROM entry WHERE raw = ? LIMIT 1")
        recentOfCustomer = try database.prepare(
            "SELECT id FROM ticket WHERE customer = ? AND newest_at > ? AND state IN (2, 3)")
        recentWithAddress = try database.prepare("SELECT ticket FROM part WHERE address = ? AND t > ?")
        retryByKey = try database.prepare("SELECT seq FROM retry WHERE agent = ? AND key = ?")
    }

    func ticket(_ id: TicketID) throws(StoreError) -> Ticket? {
        ticketByID.bind(1, id.value)
        return try ticketByID.first { row throws(StoreError) in try TicketRow.read(row) }
    }

    func ticket(_ number: TicketNumber) throws(StoreError) -> TicketID? {
        ticketByNumber.bind(1, Int64(number.day))
        ticketByNumber.bind(2, Int64(number.counter))
        return try ticketByNumber.first { TicketID($0.integer(0)) }
    }

    func shown(_ ticket: TicketID) throws(StoreError) -> [AgentName: Int] {
        var shown: [AgentName: Int] = [:]
        shownOfTicket.bind(1, ticket.value)
        try shownOfTicket.each { row in
            if let agent = AgentName(row.text(0)) { shown[agent] = Int(row.integer(1)) }
        }
        return shown
    }

    /// The customer with that number, or the one who has absorbed him.
    func customer(_ id: CustomerID) throws(StoreError) -> Customer? {
        survivor.bind(1, id.value)
        let id = CustomerID(try survivor.first { $0.integer(0) } ?? id.value)
        customerByID.bind(1, id.value)
        return try customerByID.first { row throws(StoreError) in try CustomerRow.read(id, row.bytes(1)) }
    }

    func customer(_ address: Address) throws(StoreError) -> CustomerID? {
        customerByAddress.bind(1, address.description)
        return try customerByAddress.first { CustomerID($0.integer(0)) }
    }

    /// The newest messages with that Message-ID, newest first.
    func messages(_ id: String) throws(StoreError) -> [KnownMessage] {
        entriesByMessage.bind(1, id)
        entriesByMessage.bind(2, Int64(Limits.sameMessageID))
        var found: [KnownMessage] = []
        try entriesByMessage.each { row in
            let people = row.text(2).split(separator: "\n").map { Address(known: String($0)) }
            found.append(KnownMessage(entry: EntryID(TicketID(row.integer(0)), Int(row.integer(1))), people: people))
        }
        return found
    }

    func content(_ digest: Digest) throws(StoreError) -> (entry: EntryID, at: Moment)? {
        entryByContent.bind(1, digest.bytes)
        return try entryByContent.first { row in
            (EntryID(TicketID(row.integer(0)), Int(row.integer(1))), Moment(milliseconds: row.integer(2)))
        }
    }

    func names(_ raw: Digest) throws(StoreError) -> Bool {
        entryByRaw.bind(1, raw.bytes)
        return try entryByRaw.first { _ in true } ?? false
    }

    /// Tickets of a customer, or those in which an address takes part that is not their customer's, that had a message
    /// or an answer since; live tickets may be among them.
    func recent(_ person: Person, since: Moment) throws(StoreError) -> [TicketID] {
        var found: [TicketID] = []
        switch person {
        case .customer(let id):
            recentOfCustomer.bind(1, id.value)
            recentOfCustomer.bind(2, since.milliseconds)
            try recentOfCustomer.each { found.append(TicketID($0.integer(0))) }
        case .address(let address):
            recentWithAddress.bind(1, address.description)
            recentWithAddress.bind(2, since.milliseconds)
            try recentWithAddress.each { found.append(TicketID($0.integer(0))) }
        }
        return found
    }

    func retry(_ agent: AgentName, _ key: String) throws(StoreError) -> SequenceNumber? {
        retryByKey.bind(1, agent.description)
        retryByKey.bind(2, key)
        return try retryByKey.first { $0.integer(0) }
    }
}
