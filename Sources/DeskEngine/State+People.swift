public import DeskModel

/// Who the guard counts. Two tickets belong together if they share a person:
///
///     people of a ticket   its customer, and those its next answer goes to (To): whom its holder serves
///     participants         those, and everyone whose message joined it: what `also=`, `served=`, `stale` look at
///
/// The customer's own tickets are in the customer, all others in `parts`: a ticket in which nobody else takes part
/// needs no entry.
extension State {
    /// Where a person takes part whose ticket it is not.
    struct Part: Equatable, Sendable {
        /// The live tickets, by number.
        var tickets = SortedNumbers()
        /// How many of them are whose.
        var customers: [CustomerID: Int] = [:]
    }

    /// Who is meant by an address.
    public func person(_ address: Address) -> Person {
        addresses[address].map { .customer($0) } ?? .address(address)
    }

    /// Whom the holder of a ticket serves.
    func people(of ticket: Ticket) -> [Person] {
        people(of: Facets(ticket))
    }

    /// The same of a ticket in memory; nobody if it is not there.
    private func people(of id: TicketID) -> [Person] {
        tickets.look(id) { people(of: Facets($0)) } ?? []
    }

    func people(of facets: Facets) -> [Person] {
        people(facets.customer, and: facets.recipients)
    }

    /// Everyone who takes part in a ticket.
    func participants(of ticket: Ticket) -> [Person] {
        people(ticket.customer, and: ticket.others)
    }

    private func people(_ customer: CustomerID, and addresses: [Address]) -> [Person] {
        var people: [Person] = [.customer(customer)]
        for address in addresses {
            let person = person(address)
            if !people.contains(person) { people.append(person) }
        }
        return people
    }

    /// Whether it means anything that two tickets have this person in common: not for web forms, scanners and messages
    /// without a sender, nor for a supplier who takes part in the tickets of many customers.
    func isOnePerson(_ person: Person) -> Bool {
        if case .customer(let id) = person {
            guard let rule = customers.look(id, { $0.guardRule }) else { return false }
            if rule != .unlessShared { return rule == .always }
        }
        return parts[person].map { $0.customers.count < Limits.sharedPerson } ?? true
    }

    /// The live tickets in which a person takes part, their own first.
    func tickets(with person: Person) -> [TicketID] {
        var found: [TicketID] = []
        if case .customer(let id) = person { found = customers.look(id) { $0.live } ?? [] }
        if let part = parts[person] { found += part.tickets.map { TicketID($0) } }
        return found
    }

    /// The closed tickets in memory in which a person takes part; some may come twice.
    func closedTickets(with person: Person) -> [TicketID] {
        guard !closed.isEmpty else { return [] }
        return (closed[person] ?? []) + addresses(of: person).flatMap { closed[.address($0)] ?? [] }
    }

    /// The addresses of a person.
    public func addresses(of person: Person) -> [Address] {
        switch person {
        case .customer(let id): customers.look(id) { $0.addresses } ?? []
        case .address(let address): [address]
        }
    }

    /// By what the wire calls a person.
    func name(of person: Person) -> Address {
        addresses(of: person).first ?? Address("")
    }

    /// The agents who serve one of the people of a ticket, where that means anything; by name.
    func agents(serving facets: Facets) -> [AgentName] {
        guard !services.isEmpty else { return [] }
        var agents: [AgentName] = []
        for person in people(of: facets) {
            guard let services = services[person], isOnePerson(person) else { continue }
            for service in services where !agents.contains(service.agent) { agents.append(service.agent) }
        }
        return agents.count > 1 ? agents.sorted() : agents
    }

    /// What the holder of a ticket holds of its people, of the people of those tickets, and so on, lowest first: it has
    /// one lease and changes hands together, or two agents would serve one person.
    func claims(with id: TicketID) -> [TicketID] {
        guard let holder = tickets.look(id, { $0.holder }) else { return [] }
        guard holdings[holder]?.tickets.count ?? 0 > 1 else { return [id] }
        return claims(of: holder, from: [id])
    }

    /// The same, from several tickets of one agent; each person is looked at once.
    func claims(of agent: AgentName, from first: [TicketID]) -> [TicketID] {
        var found = first
        var met: [Person] = []
        var next = 0
        while next < found.count {
            for person in people(of: found[next]) where !met.contains(person) {
                met.append(person)
                for ticket in claims(of: agent, serving: person) where !found.contains(ticket) { found.append(ticket) }
            }
            next += 1
        }
        return found.count > 1 ? found.sorted() : found
    }

    /// The tickets by which an agent serves a person, where that means anything.
    func claims(of agent: AgentName, serving person: Person) -> [TicketID] {
        let service = services[person]?.first { $0.agent == agent }
        return service != nil && isOnePerson(person) ? service?.tickets ?? [] : []
    }

    /// Whether the holder of one of two tickets, which share a person, has said why both are held.
    func isOverridden(_ one: TicketID, _ other: TicketID) -> Bool {
        let here = tickets.look(one) { $0.overrides.isEmpty ? nil : $0.overrides } ?? []
        let there = tickets.look(other) { $0.overrides.isEmpty ? nil : $0.overrides } ?? []
        return here.contains { override in
            override.other == other && there.contains(Ticket.Override(by: override.by, other: one))
        }
    }
}

extension Customer {
    fileprivate enum GuardRule {
        case never, always, unlessShared
    }

    fileprivate var guardRule: GuardRule {
        if isUnguarded || isRelay || addresses.first?.description.isEmpty != false { return .never }
        return isGuarded ? .always : .unlessShared
    }
}
