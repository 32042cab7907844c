internal import DeskModel

extension State {
    /// The desk as the disk has it.
    init(_ image: Image) {
        self.init()
        sequence = image.applied
        (lastTicket, lastCustomer, lastNumber) = (image.lastTicket, image.lastCustomer, image.lastNumber)
        joined = image.joined
        autoRepliesStopped = image.autoRepliesStopped
        for agent in image.agents { agents[agent.name] = agent }
        for queue in image.queues { (queues[queue.name], lanes[queue.name]) = (queue, Lane()) }
        for draft in image.drafts { drafts[draft.agent, default: [:]][draft.ticket] = draft }
        (says, written) = (image.says, image.written)
        for letter in image.outbox { outbox.add(letter) }
        for reply in image.autoReplies { autoReplies.add(reply) }
        tickets.reserve(image.tickets.count)
        customers.reserve(image.customers.count)
        addresses.reserveCapacity(image.customers.count)
        numbers.reserveCapacity(image.tickets.count)
        for customer in image.customers { admit(customer) }
        for ticket in image.tickets.sorted(by: { $0.id < $1.id }) { admit(ticket) }
        consequences = Consequences()
    }

    /// Takes in a ticket that the disk has, unless memory, which is never behind, has it too.
    mutating func admit(_ ticket: Ticket) {
        guard tickets[ticket.id] == nil else { return }
        var ticket = ticket
        ticket.customer = customer(of: ticket)
        tickets[ticket.id] = ticket
        numbers[ticket.number] = ticket.id
        index(ticket)
    }

    /// Takes in a customer that the disk has, unless memory has him.
    mutating func admit(_ customer: Customer) {
        guard customers[customer.id] == nil else { return }
        customers[customer.id] = customer
        for address in customer.addresses where addresses[address] == nil { assign(address, to: customer.id) }
    }

    /// Drops a ticket, unless it is live or the disk, which has `applied` events, lacks its last one.
    mutating func dismiss(_ id: TicketID, applied: SequenceNumber) -> Bool {
        guard let ticket = tickets[id], !ticket.isLive, ticket.changed <= applied else { return false }
        unindex(ticket)
        tickets[id] = nil
        numbers[ticket.number] = nil
        return true
    }

    /// Drops a customer who takes part in no live ticket.
    mutating func dismiss(_ id: CustomerID) {
        guard let customer = customers[id], customer.live.isEmpty, parts[.customer(id)] == nil else { return }
        customers[id] = nil
        for address in customer.addresses where addresses[address] == id { addresses[address] = nil }
    }
}

extension State {
    /// Whose ticket one is that the disk still has as it was before the newest joins and splits.
    private func customer(of ticket: Ticket) -> CustomerID {
        var id = ticket.customer
        for recent in splits where recent.split.addresses.contains(ticket.owner) && leads(id, to: recent.customer) {
            id = recent.split.customer
        }
        return survivor(id)
    }

    /// Whether joins have made one customer another, now or on the way to a third one.
    private func leads(_ id: CustomerID, to other: CustomerID) -> Bool {
        var next: CustomerID? = id
        while let customer = next {
            if customer == other { return true }
            next = joined[customer]
        }
        return false
    }

    /// The customers under whom the disk may still have tickets of customer `id`, who is the first: it lacks the newest
    /// joins and splits.
    func formerly(_ id: CustomerID) -> [CustomerID] {
        var found = [id]
        var next = 0
        while next < found.count {
            for recent in regroupings where recent.to == found[next] && !found.contains(recent.from) {
                found.append(recent.from)
            }
            next += 1
        }
        return found
    }

    /// A join or a split by which tickets of one customer have become another's.
    struct Regrouping: Equatable, Sendable {
        let sequence: SequenceNumber
        let from: CustomerID
        let to: CustomerID
    }

    /// A split, and when and of whom it was.
    struct RecentSplit: Equatable, Sendable {
        let sequence: SequenceNumber
        let customer: CustomerID
        let split: CustomerChange.Split
    }
}
