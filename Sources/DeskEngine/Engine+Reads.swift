public import DeskModel

extension State {
    /// The short number behind however a ticket was named; it need not be one of a ticket in memory.
    public func id(of reference: TicketReference) -> TicketID? {
        switch reference {
        case .id(let id): id
        case .number(let number): numbers[number]
        }
    }

    /// What an agent's retry key stands for, within the time for which keys are found.
    public func retry(_ agent: AgentName, key: String, at now: Moment) -> Event.Retry? {
        guard let used = retries[RetryKey(agent: agent, key: key)], used.at + Limits.keyWindow > now else { return nil }
        return used.retry
    }

    /// Between whom a text went, if memory knows it.
    func addressing(of entry: EntryID) -> Addressing? {
        outbox[entry].flatMap { Addressing(.reply($0.letter)) } ?? addressings[entry]?.value
    }

    /// The customer who has this address, if he is in memory.
    public func customer(_ address: Address) -> Customer? {
        addresses[address].flatMap { customers[$0] }
    }
}

extension Engine {
    /// The one question about rights: may `agent` do that in `queue` today?
    public func may(_ agent: AgentName, _ right: Rights, in queue: QueueName) -> Bool {
        state.agents[agent]?.may(right, in: queue) ?? false
    }

    /// The ticket as far as `agent` may see it, if it is in memory.
    public func ticket(_ reference: TicketReference, for agent: AgentName) -> Ticket? {
        guard let id = state.id(of: reference), let ticket = state.tickets[id] else { return nil }
        return may(agent, .read, in: ticket.queue) ? ticket : nil
    }

    /// By what the wire calls the customer of a ticket.
    public func customerName(of ticket: Ticket) -> Address {
        state.customers.look(ticket.customer) { $0.name } ?? Address("")
    }

    /// Texts of humans in `ticket` that `agent` was not shown and did not write or answer.
    public func unread(_ ticket: Ticket, by agent: AgentName) -> Int {
        let answered = ticket.newestBy == agent ? ticket.newest : 0
        let mark = max(soft.mark(of: agent, in: ticket.id), answered)
        return ticket.humans.reversed().prefix { $0 > mark }.count
    }

    /// The other live tickets in which one of those who take part in `ticket` does, and that `agent` may read, lowest
    /// first.
    public func also(_ ticket: Ticket, for agent: AgentName) -> [TicketID] {
        others(of: state.participants(of: ticket), than: ticket.id, most: .max).filter { id in
            state.tickets.look(id) { may(agent, .read, in: $0.queue) } ?? false
        }
    }

    /// What `agent` holds, in the order of lists.
    public func held(by agent: AgentName) -> [TicketID] {
        state.holdings[agent]?.tickets.map(Rank.ticket) ?? []
    }

    /// In which tickets `agent` has drafts, oldest ticket first.
    public func drafts(of agent: AgentName) -> [TicketID] {
        state.drafts[agent]?.keys.sorted() ?? []
    }

    /// The queues that `agent` may read, by name.
    public func queues(for agent: AgentName) -> [QueueName] {
        state.queues.keys.filter { may(agent, .read, in: $0) }.sorted()
    }

    /// How many live tickets lie in `queue`, how many of them nobody holds, and since when the oldest waits that
    /// anybody might claim.
    public func load(of queue: QueueName) -> (open: Int, free: Int, oldest: Moment?) {
        guard let lane = state.lanes[queue] else { return (0, 0, nil) }
        let oldest = (UInt8(1)...5).compactMap { priority -> TicketID? in
            let from = Rank(priority, TicketID(0)).value
            guard let rank = lane.claimable.first(from: from), rank >> 56 == from >> 56 else { return nil }
            return Rank.ticket(rank)
        }.min()
        return (lane.live.count, lane.live.count - lane.held, oldest.flatMap { state.tickets[$0]?.created })
    }

    /// The live tickets other than `id` in which one of `people` takes part; at most the `most` newest of them.
    func others(of people: [Person], than id: TicketID, most: Int = Engine.alsoMost) -> [TicketID] {
        let found = people.filter { state.isOnePerson($0) }.map { state.tickets(with: $0) }.filter { $0 != [id] }
        if found.isEmpty { return [] }
        return Array(Set(found.joined()).subtracting([id]).sorted().suffix(most))
    }

    /// The agents who serve one of `people`, the holder of `ticket` first, then by name.
    func agents(serving people: [Person], holder: AgentName?) -> [AgentName] {
        let own = holder.map { [$0] } ?? []
        return own + colleagues(of: own, serving: people).map(\.agent)
    }

    /// An event names at most so many other tickets of the same people: more than its line has room for, so that the
    /// line tells when there are others.
    static let alsoMost = 250
}

extension Engine {
    /// Everybody who holds a ticket.
    public var holders: [AgentName] {
        state.holdings.keys.sorted()
    }

    /// The command with its ticket by the short number, as far as memory knows the public one: what retry keys compare.
    public func resolved(_ command: Command) -> Command {
        guard let ticket = command.ticket, case .number = ticket, let id = state.id(of: ticket) else { return command }
        let short = TicketReference.id(id)
        return switch command {
        case .claim(_, let lease, let anyway): .claim(short, lease: lease, anyway: anyway)
        case .hold(_, let lease): .hold(short, lease: lease)
        case .release(_, let text): .release(short, text: text)
        case .steal(_, let text): .steal(short, text: text)
        case .give(_, let to, let text): .give(short, to: to, text: text)
        case .reply(_, let read, let text): .reply(short, read: read, text: text)
        case .draft(_, let text): .draft(short, text: text)
        case .setRecipients(_, let to, let cc, let anyway): .setRecipients(short, to: to, cc: cc, anyway: anyway)
        case .send(_, let read): .send(short, read: read)
        case .note(_, let text): .note(short, text: text)
        case .close(_, let read, let text): .close(short, read: read, text: text)
        case .reopen(_, let text): .reopen(short, text: text)
        case .move(_, let to, let text): .move(short, to: to, text: text)
        case .setCustomer(_, let address, let anyway): .setCustomer(short, address, anyway: anyway)
        case .say(.ticket, let text): .say(.ticket(short), text: text)
        default: command
        }
    }
}
