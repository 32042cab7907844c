public import DeskModel

/// A ticket and the name of its customer, read together.
public struct ListedTicket: Equatable, Sendable {
    /// The ticket.
    public let ticket: Ticket
    /// The customer's first address.
    public let customer: Address
}

/// What `show` prints.
public struct ShownTicket: Equatable, Sendable {
    /// The ticket; `nil` if there is none.
    public let ticket: ListedTicket?
    /// Its texts, in order.
    public let items: [HistoryItem]
}

extension DeskReader {
    /// A ticket and its texts after the `after`-th, at most `limit` of them.
    public func show(_ id: TicketID, after: Int, limit: Int) throws(StoreError) -> Reading<ShownTicket> {
        try read { () throws(StoreError) in
            guard let ticket = try facts.ticket(id) else { return ShownTicket(ticket: nil, items: []) }
            let items = try self.items(try lists.entries(of: id, after: after, limit: limit))
            return ShownTicket(ticket: try listed(ticket), items: items)
        }
    }

    /// Tickets, newest first, with the names of their customers.
    public func listed(_ filter: TicketFilter) throws(StoreError) -> Reading<[ListedTicket]> {
        try read { () throws(StoreError) in
            var listed: [ListedTicket] = []
            for ticket in try lists.tickets(filter) { listed.append(try self.listed(ticket)) }
            return listed
        }
    }

    private func listed(_ ticket: Ticket) throws(StoreError) -> ListedTicket {
        ListedTicket(ticket: ticket, customer: try facts.customer(ticket.customer)?.name ?? Address(""))
    }
}
