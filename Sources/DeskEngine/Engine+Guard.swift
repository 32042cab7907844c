internal import DeskModel

/// An agent who serves one of the people that matter to another agent's command.
struct Colleague: Equatable, Sendable {
    let agent: AgentName
    /// Whom they serve.
    let person: Person
    /// The tickets by which they serve these people, lowest first.
    var tickets: [TicketID]
}

extension Engine {
    /// The agents other than `agents` who serve one of the people of `tickets`, as far as those are in queues with a
    /// guard; by name.
    func colleagues(of agents: [AgentName], serving tickets: [Ticket]) -> [Colleague] {
        guard !state.services.isEmpty else { return [] }
        let people = tickets.filter { state.hasGuard($0.queue) }.flatMap { state.people(of: $0) }
        return colleagues(of: agents, serving: people)
    }

    func colleagues(of agents: [AgentName], serving people: [Person]) -> [Colleague] {
        var found: [Colleague] = []
        for person in people {
            guard let services = state.services[person], state.isOnePerson(person) else { continue }
            for service in services where !agents.contains(service.agent) {
                if let place = found.firstIndex(where: { $0.agent == service.agent }) {
                    found[place].tickets = Set(found[place].tickets + service.tickets).sorted()
                } else {
                    found.append(Colleague(agent: service.agent, person: person, tickets: service.tickets))
                }
            }
        }
        return found.count > 1 ? found.sorted { $0.agent < $1.agent } : found
    }

    /// Those of them whom neither `agent`, who holds `ticket`, nor they themselves have overridden: two agents came to
    /// serve one person by a message, or under a guard that was off.
    func unaskedColleagues(of agent: AgentName, holding ticket: Ticket, serving people: [Person]) -> [Colleague] {
        guard !state.services.isEmpty, state.hasGuard(ticket.queue) else { return [] }
        return people.flatMap { person -> [Colleague] in
            let own = [ticket.id] + state.claims(of: agent, serving: person)
            return colleagues(of: [agent], serving: [person]).filter { colleague in
                !own.contains { mine in colleague.tickets.contains { state.isOverridden(mine, $0) } }
            }
        }
    }

    /// Lets `asker` pass the guard of `ticket`, and of what comes along with it, with a reason; gives the events that
    /// tell it on every ticket concerned; nothing if nobody else serves its people.
    func pass(
        _ ticket: Ticket, with others: [Ticket] = [], _ colleagues: [Colleague], reason: String?, _ asker: Asker
    ) throws(Refusal) -> [Event] {
        guard let first = colleagues.first else { return [] }
        guard let reason else { throw busy(ticket, first, asker) }
        for each in [ticket] + others
        where state.queues[each.queue]?.customerGuard == .strict && !may(asker.agent, .lead, in: each.queue) {
            throw .forbidden(ticket: ticket.id, need: .lead, queue: each.queue, agent: nil)
        }
        let theirs = Set(colleagues.flatMap(\.tickets)).sorted().compactMap { state.tickets[$0] }
        let told = ticket.event(
            .guardOverride(other: theirs.map(\.id), text: reason), at: asker.now, by: asker.agent)
        return [told]
            + theirs.map {
                $0.event(.guardOverride(other: [ticket.id], text: reason), at: asker.now, by: asker.agent)
            }
    }

    /// Refuses an answer in `ticket` if another agent serves one of its people or of its recipients, unless one of the
    /// two has said why.
    func checkGuard(_ ticket: Ticket, answering recipients: Recipients, _ asker: Asker) throws(Refusal) {
        let people = state.people(of: ticket) + recipients.to.map { state.person($0) }
        if let first = unaskedColleagues(of: asker.agent, holding: ticket, serving: people).first {
            throw busy(ticket, first, asker)
        }
    }

    /// The refusal that names who serves one of the people of `ticket`, and where only if the asker may read that.
    func busy(_ ticket: Ticket, _ colleague: Colleague, _ asker: Asker) -> Refusal {
        let held = colleague.tickets.compactMap { state.tickets[$0] }
        let visible = held.first { may(asker.agent, .read, in: $0.queue) }
        let shown = visible ?? held.first
        return .customerBusy(
            ticket.id,
            Refusal.Occupation(
                holder: colleague.agent, since: shown?.heldSince ?? asker.now,
                lease: shown.flatMap { lease(of: $0) } ?? asker.now),
            ticket: visible?.id, customer: state.name(of: colleague.person))
    }
}
