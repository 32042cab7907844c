import DeskModel

/// The rows of `customer`, `address` and `joined`, as the projecting thread changes them.
final class CustomerRows {
    private struct Known {
        var customer: Customer
        /// The addresses that have their row.
        var stored: Int
        var isChanged = false
    }

    private var known: [CustomerID: Known] = [:]
    private var changed: [CustomerID] = []
    private let select: Statement
    private let replace: Statement
    private let delete: Statement
    private let setAddress: Statement
    private let giveAddresses: Statement
    private let setJoined: Statement
    private let giveJoined: Statement

    /// Customers that are remembered between bites.
    private static let most = 10_000

    init(_ database: borrowing Database) throws(StoreError) {
        select = try database.prepare("SELECT record FROM customer WHERE id = ?")
        replace = try database.prepare("INSERT OR REPLACE INTO customer VALUES(?, ?, ?)")
        delete = try database.prepare("DELETE FROM customer WHERE id = ?")
        setAddress = try database.prepare("INSERT OR REPLACE INTO address VALUES(?, ?)")
        giveAddresses = try database.prepare("UPDATE address SET customer = ? WHERE address = ?")
        setJoined = try database.prepare("INSERT OR REPLACE INTO joined VALUES(?, ?)")
        giveJoined = try database.prepare("UPDATE joined SET survivor = ? WHERE survivor = ?")
    }

    /// Sees to it that the customer is there, by his first address if he is new.
    func meet(_ id: CustomerID, as name: Address) throws(StoreError) {
        guard try find(id) == nil else { return }
        known[id] = Known(customer: Customer(id: id, addresses: [name]), stored: 0)
        noteChange(of: id)
    }

    /// Changes a customer who is there.
    func change(_ id: CustomerID, _ body: (inout Customer) -> Void) throws(StoreError) {
        guard try find(id) != nil, var customer = known[id]?.customer else { return }
        body(&customer)
        known[id]?.customer = customer
        noteChange(of: id)
    }

    /// What an event about one of his tickets changes in him.
    func apply(_ event: Event, to ticket: Ticket) throws(StoreError) {
        try change(ticket.customer) { $0.apply(event, to: ticket) }
    }

    /// A ticket of that customer is another's from now on.
    func pass(_ ticket: TicketID, from was: CustomerID) throws(StoreError) {
        try change(was) { $0.letGo(of: ticket) }
    }

    /// `other` is `survivor` from now on.
    func join(_ other: CustomerID, to survivor: CustomerID) throws(StoreError) {
        if let absorbed = try find(other) {
            try change(survivor) { $0.absorb(absorbed) }
            known[other] = nil
            delete.bind(1, other.value)
            try delete.run()
            // They have rows already, which name the other; those he had not yet are written with the survivor.
            for address in absorbed.addresses {
                giveAddresses.bind(1, survivor.value)
                giveAddresses.bind(2, address.description)
                try giveAddresses.run()
            }
        }
        known[survivor]?.stored = 0
        setJoined.bind(1, other.value)
        setJoined.bind(2, survivor.value)
        try setJoined.run()
        giveJoined.bind(1, survivor.value)
        giveJoined.bind(2, other.value)
        try giveJoined.run()
    }

    /// Some addresses of `id` are another customer's from now on, who is new; the tickets in `moved` went along.
    func split(_ split: CustomerChange.Split, from id: CustomerID, with moved: Set<TicketID>) throws(StoreError) {
        guard let whole = try find(id) else { return }
        let part = whole.splitOff(split) { moved.contains($0) }
        known[split.customer] = Known(customer: part, stored: 0)
        noteChange(of: split.customer)
        try change(id) { customer in
            customer.apply(.split(split))
            customer.leave { moved.contains($0) }
        }
        // All rows of the addresses that stay are there, or are written again, which is the same.
        known[id]?.stored = 0
    }

    /// Writes what has changed.
    func flush() throws(StoreError) {
        changed.sort()
        for id in changed {
            guard let entry = known[id], entry.isChanged else { continue }
            replace.bind(1, id.value)
            replace.bind(2, entry.customer.name.description)
            replace.bind(3, entry.customer.record)
            try replace.run()
            for address in entry.customer.addresses.dropFirst(entry.stored) {
                setAddress.bind(1, address.description)
                setAddress.bind(2, id.value)
                try setAddress.run()
            }
            known[id]?.stored = entry.customer.addresses.count
            known[id]?.isChanged = false
        }
        changed.removeAll(keepingCapacity: true)
    }

    /// Keeps memory bounded; to be called between bites.
    func forgetIfMany() {
        if known.count > CustomerRows.most { known.removeAll(keepingCapacity: true) }
    }

    private func find(_ id: CustomerID) throws(StoreError) -> Customer? {
        if let found = known[id] { return found.customer }
        select.bind(1, id.value)
        let read = try select.first { row throws(StoreError) in try CustomerRow.read(id, row.bytes(0)) }
        guard let customer = read else { return nil }
        known[id] = Known(customer: customer, stored: customer.addresses.count)
        return customer
    }

    private func noteChange(of id: CustomerID) {
        guard known[id]?.isChanged == false else { return }
        known[id]?.isChanged = true
        changed.append(id)
    }
}

/// A row of `customer`.
enum CustomerRow {
    /// The customer whose record that is.
    static func read(_ id: CustomerID, _ record: [UInt8]) throws(StoreError) -> Customer {
        do throws(Corruption) {
            return try Customer(id: id, record: record)
        } catch {
            throw .corrupt("the row of customer \(id.value) cannot be read: \(error)")
        }
    }
}
