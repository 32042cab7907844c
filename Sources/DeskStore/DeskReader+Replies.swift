public import DeskModel

/// A ticket and the name of its customer, read together.
public struct ListedTicket: Equatable, Sendable {
    /// The ticket.
    public let ticket: Ticket
    /// The customer's first address.
    public let customer: Address
    /// The customer's display name; empty if none of their messages has one.
    public let name: String
}

extension DeskReader {
    /// A ticket, `nil` if there is none; and its texts after the `after`-th, at most `limit` of them, to `each`, until
    /// it returns false.
    public func show(
        _ id: TicketID, after: Int, limit: Int, each: (EventOutline) throws(StoreError) -> Bool
    ) throws(StoreError) -> Reading<ListedTicket?> {
        try read { () throws(StoreError) in
            guard let ticket = try facts.ticket(id) else { return nil }
            try outlines(try lists.entries(of: id, after: after, limit: limit), each)
            return try listed(ticket)
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
        let customer = try facts.customer(ticket.customer)
        return ListedTicket(
            ticket: ticket, customer: customer?.name ?? Address(""), name: customer?.displayName ?? "")
    }
}
