import DeskModel

@testable import DeskEngine

/// Who serves whom, worked out from the tickets, customers and queues alone: no index, every ticket beside every other.
struct PeopleModel {
    private let state: State
    private var owners: [Address: CustomerID] = [:]
    private var live: [(ticket: Ticket, people: Set<Person>, participants: Set<Person>)] = []
    /// Whom two agents must not serve unasked, of those who take part in a live ticket.
    private var guarded: Set<Person> = []

    init(_ state: State) {
        self.state = state
        for customer in state.customers.values {
            for address in customer.addresses { owners[address] = customer.id }
        }
        var customers: [Person: Set<CustomerID>] = [:]
        for ticket in state.tickets.values.filter(\.isLive).sorted(by: { $0.id < $1.id }) {
            let (people, participants) = (people(of: ticket), participants(of: ticket))
            live.append((ticket, people, participants))
            for person in participants { customers[person, default: []].insert(ticket.customer) }
        }
        guarded = Set(customers.filter { isGuarded($0.key, in: $0.value) }.keys)
    }

    /// A customer, or an address that is nobody's.
    private func person(_ address: Address) -> Person {
        owners[address].map { .customer($0) } ?? .address(address)
    }

    /// The customer and those the next answer goes to.
    private func people(of ticket: Ticket) -> Set<Person> {
        Set([.customer(ticket.customer)] + ticket.recipients.to.map(person))
    }

    /// Those, and everyone whose message joined.
    private func participants(of ticket: Ticket) -> Set<Person> {
        people(of: ticket).union(ticket.authors.map(person))
    }

    /// Whether two agents must not serve that person unasked, who takes part in tickets of these customers.
    private func isGuarded(_ person: Person, in customers: Set<CustomerID>) -> Bool {
        guard case .customer(let id) = person else { return customers.count < 3 }
        guard let customer = state.customers[id] else { return false }
        if customer.isUnguarded || customer.isRelay || customer.name.description.isEmpty { return false }
        return customer.isGuarded || customers.subtracting([id]).count < 3
    }

    /// Whether two agents must not serve that person unasked.
    func isGuarded(_ person: Person) -> Bool {
        let customers = live.filter { $0.participants.contains(person) }.map(\.ticket.customer)
        return isGuarded(person, in: Set(customers))
    }

    /// Whom an answer that goes to these addresses must not reach unasked: its ticket's people, and them.
    func people(of ticket: Ticket, answering addresses: [Address]) -> Set<Person> {
        people(of: ticket).union(people(addresses))
    }

    /// Who has these addresses.
    func people(_ addresses: [Address]) -> Set<Person> {
        Set(addresses.map(person))
    }

    /// Who serves one of the guarded people of a ticket, and by which tickets.
    func service(of ticket: Ticket) -> [AgentName: Set<TicketID>] {
        service(of: people(of: ticket))
    }

    /// Who serves one of these people, as far as they are guarded, and by which tickets.
    func service(of people: Set<Person>) -> [AgentName: Set<TicketID>] {
        let people = people.intersection(guarded)
        var found: [AgentName: Set<TicketID>] = [:]
        for other in live where !other.people.isDisjoint(with: people) {
            if let holder = other.ticket.holder { found[holder, default: []].insert(other.ticket.id) }
        }
        return found
    }

    /// The other live tickets in which one of those who take part in this one does.
    func others(of ticket: Ticket) -> [TicketID] {
        let people = participants(of: ticket).intersection(guarded)
        return live.filter { $0.ticket.id != ticket.id && !$0.participants.isDisjoint(with: people) }.map(\.ticket.id)
    }

    /// What one agent holds that hangs together with a ticket that they hold.
    func claims(with ticket: Ticket) -> [TicketID] {
        let held = live.filter { $0.ticket.holder == ticket.holder }
        var found: Set<TicketID> = [ticket.id]
        var people = people(of: ticket).intersection(guarded)
        while let next = held.first(where: { !found.contains($0.ticket.id) && !$0.people.isDisjoint(with: people) }) {
            found.insert(next.ticket.id)
            people.formUnion(next.people.intersection(guarded))
        }
        return found.sorted()
    }

    /// The tickets that have several agents serve one guarded person, and who they are.
    func overlap(in ticket: Ticket) -> [(other: TicketID, agent: AgentName)] {
        service(of: ticket).filter { $0.key != ticket.holder }.flatMap { agent, tickets in
            tickets.map { ($0, agent) }
        }
    }
}

/// What a log says about overrides, read from its beginning.
struct OverrideLedger {
    private var changes: [TicketID: [SequenceNumber]] = [:]
    private var overrides: [(ticket: TicketID, other: TicketID, at: SequenceNumber)] = []

    init(_ log: [Event]) {
        for event in log {
            guard let id = event.subject.ticket else { continue }
            if let snapshot = event.snapshot, snapshot.holder != snapshot.holderBefore {
                changes[id, default: []].append(event.sequence)
            }
            guard case .guardOverride(let others, _) = event.kind else { continue }
            for other in others { overrides.append((id, other, event.sequence)) }
        }
    }

    /// Whether the reason for holding both tickets has been said since both claims began, or just before the later one.
    func isTold(_ one: TicketID, _ other: TicketID) -> Bool {
        overrides.contains { override in
            guard
                [override.ticket, override.other] == [one, other] || [override.ticket, override.other] == [other, one]
            else { return false }
            let later = [one, other].map { id in (changes[id] ?? []).filter { $0 > override.at } }
            return later[0].count + later[1].count <= 1
        }
    }
}
