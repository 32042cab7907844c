internal import DeskModel

/// Whose mail it is: a customer we know, or the number he will have.
struct Correspondent: Equatable, Sendable {
    let id: CustomerID
    let name: Address
}

extension Engine {
    /// The ticket that a message answers; `nil` if it is a new matter.
    ///
    /// Our signature in In-Reply-To or References proves that its author has had our message, whoever they are. A
    /// Message-ID of a message that came in, and a number in the subject, can be known to anybody: the one counts only
    /// from somebody whom the ticket knows or who was sent that message, the other only from the former, or one
    /// customer's words would be in another's ticket.
    func answered(by arrival: Arrival) -> Ticket? {
        if let entry = arrival.answersOurs.first(where: { has($0, arrival) }) { return state.tickets[entry.ticket] }
        let author = author(of: arrival).address
        let sender = correspondent(author)
        let addresses = author.description.isEmpty ? [] : state.customer(author)?.addresses ?? [author]
        for id in arrival.references.prefix(Engine.referencesMost) where !id.isEmpty {
            let named = (state.messages[id] ?? []).reversed().map(\.message)
            let found = named.first { state.tickets[$0.entry.ticket].map { knows($0, sender, addresses) } ?? false }
            let met = found ?? named.first { message in addresses.contains { message.people.contains($0) } }
            if let met, let ticket = state.tickets[met.entry.ticket] { return ticket }
        }
        for number in arrival.numbers.prefix(Engine.numbersMost) {
            guard let ticket = state.numbers[number].flatMap({ state.tickets[$0] }) else { continue }
            if knows(ticket, sender, addresses) { return ticket }
        }
        return nil
    }

    /// Whether somebody with these addresses has to do with a ticket: its customer, somebody whom its next answer goes
    /// to, or somebody whose message has joined it.
    private func knows(_ ticket: Ticket, _ sender: Correspondent, _ addresses: [Address]) -> Bool {
        sender.id == ticket.customer
            || addresses.contains { ticket.recipients.to.contains($0) || ticket.authors.contains($0) }
    }

    /// Who writes.
    func sender(of arrival: Arrival) -> Correspondent {
        correspondent(author(of: arrival).address)
    }

    /// The address that wrote a message, and the name beside it: From, or Reply-To where From is a relay, an address of
    /// ours, or no person's. Everywhere else a Reply-To says nothing about who wrote: anybody can put it there.
    func author(of arrival: Arrival) -> (address: Address, name: String) {
        let from = arrival.author
        let isNobody = from.description.isEmpty || arrival.isFromNobody || isOurs(from)
        guard isNobody || state.customer(from)?.isRelay == true, let meant = arrival.replyTo.first, meant != from,
            !isOurs(meant)
        else { return (from, arrival.fromName) }
        return (meant, arrival.replyToName)
    }

    /// Sets who an answer to a message goes to by itself: its author, or those addresses of its Reply-To that belong to
    /// the customer or have written in the ticket before; and by Cc, where the queue keeps them, whom else it went to.
    func address(_ mail: inout Mail, answering arrival: Arrival, in ticket: Ticket?, _ queue: QueueName) {
        let addresses = state.customers.look(mail.customer) { $0.addresses } ?? []
        let known = addresses + (ticket?.authors ?? [])
        let meant = arrival.replyTo.filter { known.contains($0) && isReachable($0) }.prefix(Engine.replyToMost)
        mail.answer = Recipients(to: meant.isEmpty ? [mail.author].filter(isReachable) : Array(meant))
        defer {
            if mail.answer.all.contains(where: \.needsUTF8) {
                mail.problems.append(
                    "an answer goes to an address with letters beyond ASCII: it needs a mail server with SMTPUTF8")
            }
        }
        guard state.queues[queue]?.keepsCc == true else { return }
        let everyone = Recipients(to: mail.answer.to, cc: (arrival.to + arrival.cc).filter(isReachable))
        if everyone.fits {
            mail.answer = everyone
        } else {
            mail.problems.append("it went to \(everyone.cc.count) others: too many for the Cc of an answer")
        }
    }

    /// Whether something can be sent there that does not come back to us.
    func isReachable(_ address: Address) -> Bool {
        address.isComplete && !isOurs(address)
    }

    /// Whether it is an address of a queue, with or without a plus-tag.
    func isOurs(_ address: Address) -> Bool {
        let untagged = address.untagged
        return state.queues.values.contains { $0.addresses.contains(address) || $0.addresses.contains(untagged) }
    }

    func correspondent(_ address: Address) -> Correspondent {
        if let customer = state.customer(address) { return Correspondent(id: customer.id, name: customer.name) }
        return Correspondent(id: CustomerID(state.lastCustomer + 1), name: address)
    }

    /// The queue for a new ticket, and the address of ours that brought it there.
    func destination(of arrival: Arrival) throws(Refusal) -> (QueueName, Address?) {
        let ours = ours(arrival)
        if arrival.isUnreadable || arrival.machine == .bounce, state.queues[.postmaster] != nil {
            return (.postmaster, ours?.address)
        }
        if let ours { return (ours.queue, ours.address) }
        let names = state.queues.keys.sorted()
        if let queue = names.first(where: { state.queues[$0]?.isDefault == true }) { return (queue, nil) }
        if state.queues[.inbox] != nil { return (.inbox, nil) }
        guard let queue = names.first else { throw .noSuchQueue(.inbox) }
        return (queue, nil)
    }

    /// The first of a mail's recipients that is an address of a queue: the envelope's first, then To, then Cc; then
    /// the same again without plus-tags.
    func ours(_ arrival: Arrival) -> (queue: QueueName, address: Address)? {
        let recipients = arrival.recipients + arrival.to + arrival.cc
        let names = state.queues.keys.sorted()
        for tag in [true, false] {
            for recipient in recipients {
                let address = tag ? recipient : recipient.untagged
                for name in names where state.queues[name]?.addresses.contains(address) == true {
                    return (name, address)
                }
            }
        }
        return nil
    }

    /// Mails name hundreds of ancestors at times; the nearest are enough.
    static let referencesMost = 20
    /// Addresses of a Reply-To that one answer goes to.
    static let replyToMost = 4
    /// Numbers of a subject that are looked up.
    static let numbersMost = 5
}

extension Arrival {
    /// Who wrote it; a mail that could not be read may have no From, then its envelope is all that is known of it.
    var author: Address {
        guard isUnreadable, from.description.isEmpty else { return from }
        return envelopeSender ?? from
    }
}
