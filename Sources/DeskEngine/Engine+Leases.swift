public import DeskModel

/// What the clock asks for.
public struct Due: Equatable, Sendable {
    /// Leases that are over: to be decided like any command.
    public var expiries: [Command] = []
    /// Holders to be reminded.
    public var reminders: [Reminder] = []

    /// Nothing is due.
    public init() {}

    /// `~ lease #T until=TIME also=#U,…`
    public struct Reminder: Equatable, Sendable {
        /// Whom.
        public let agent: AgentName
        /// His lowest ticket of that customer.
        public let ticket: TicketID
        /// The others that he holds of that customer.
        public let also: [TicketID]
        /// When the lease ends unless he works.
        public let until: Moment
    }
}

extension Engine {
    /// When `due` may have something to tell; sometimes too early, never too late.
    public var nextDeadline: Moment? {
        soft.nextAlarm
    }

    /// What is due at `now`. A reminder is told once; an expiry is told again until its event has been applied.
    public mutating func due(at now: Moment) -> Due {
        var due = Due()
        for (key, isOver) in soft.due(at: now) {
            if isOver {
                due.expiries.append(.expire(key.agent, key.customer))
            } else if let lease = soft.leases[key], let first = held(by: key).first {
                due.reminders.append(
                    Due.Reminder(
                        agent: key.agent, ticket: first, also: Array(held(by: key).dropFirst()), until: lease.until))
            }
        }
        return due
    }

    /// `agent` has done something that names `ticket`: all his claims of its customer last their length again.
    public mutating func worked(by agent: AgentName, on ticket: TicketID, at now: Moment) {
        guard let customer = state.tickets.look(ticket, { $0.customer }) else { return }
        soft.renew(Soft.Lease.Key(agent: agent, customer: customer), at: now)
    }

    /// A command of `agent` was done: if it names a ticket, his claims of its customer last their length again, or as
    /// long as `hold` or a repeated `claim` asked for.
    public mutating func worked(_ command: Command, by agent: AgentName, at now: Moment) {
        guard let id = command.ticket.flatMap({ state.id(of: $0) }) else { return }
        guard let customer = state.tickets.look(id, { $0.customer }) else { return }
        let key = Soft.Lease.Key(agent: agent, customer: customer)
        switch command {
        case .claim(_, let length?, _), .hold(_, let length?):
            guard state.tickets.look(id, { $0.holder }) == agent else { return }
            soft.set(key, length, at: now, until: soft.end(of: length, from: now))
        default: soft.renew(key, at: now)
        }
    }

    /// Remembers that a text was wholly handed to an agent by `show` or `history`.
    ///
    /// The disk takes the mark before any event that is yet to come; until then memory has it, of what is over too.
    public mutating func markShown(_ mark: Shown) {
        soft.show(mark)
        if state.tickets.look(mark.ticket, { $0.isLive }) != true { memory.keep(mark, until: state.sequence + 1) }
    }

    /// When the lease of whoever holds `ticket` ends unless he works.
    public func lease(of ticket: Ticket) -> Moment? {
        ticket.holder.flatMap { soft.leases[Soft.Lease.Key(agent: $0, customer: ticket.customer)]?.until }
    }

    func lease(_ agent: AgentName, of customer: CustomerID) -> Soft.Lease? {
        soft.leases[Soft.Lease.Key(agent: agent, customer: customer)]
    }

    /// A lease's length as asked for, within its bounds; the queue's where nothing was asked.
    func length(_ asked: TimeSpan?, in queue: QueueName) throws(Refusal) -> TimeSpan {
        let usual = state.queues[queue]?.lease ?? .minutes(30)
        guard let asked else { return usual }
        let most = TimeSpan(milliseconds: usual.milliseconds.multipliedReportingOverflow(by: Limits.leaseFactor).0)
        guard asked >= Limits.leaseLeast, asked <= most else {
            throw .usage("a lease lasts from 1 minute to \(most.milliseconds / 60_000) minutes here")
        }
        return asked
    }

    /// For how long `agent` gets `ticket`: as asked for; else what its queue says, but no less than he has the customer
    /// for already, since one lease is for all of the customer's tickets.
    func length(_ asked: TimeSpan?, of ticket: Ticket, for agent: AgentName) throws(Refusal) -> TimeSpan {
        let length = try length(asked, in: ticket.queue)
        guard asked == nil, let own = lease(agent, of: ticket.customer) else { return length }
        return max(length, own.length)
    }

    /// The events that free everything that `agent` holds of `customer`, if his lease is over.
    func expire(_ agent: AgentName, _ customer: CustomerID, at now: Moment) -> Decision {
        let key = Soft.Lease.Key(agent: agent, customer: customer)
        guard let lease = soft.leases[key], lease.until <= now else { return .done() }
        let held = held(by: key).compactMap { state.tickets[$0] }
        return .done(.done, held.map { $0.event(.release(.expired, text: nil), at: now, holder: .some(nil)) })
    }

    func held(by key: Soft.Lease.Key) -> [TicketID] {
        state.services[key.customer]?.first { $0.agent == key.agent }?.tickets ?? []
    }

    func isServing(_ key: Soft.Lease.Key) -> Bool {
        !held(by: key).isEmpty
    }

    /// Gives a lease to every service that has none: from the claim on, but not before the grace is over.
    mutating func beginLeases(at now: Moment) {
        for (customer, services) in state.services {
            for service in services {
                let key = Soft.Lease.Key(agent: service.agent, customer: customer)
                guard soft.leases[key] == nil else { continue }
                let held = service.tickets.compactMap { state.tickets[$0] }
                let length = held.compactMap { state.queues[$0.queue]?.lease }.max() ?? .minutes(30)
                let since = held.map(\.heldSince).max() ?? now
                soft.set(key, length, at: now, until: max(since + length, soft.grace))
            }
        }
    }

    /// Who served a customer that `event` is about to absorb.
    func servedAgents(joinedBy event: Event) -> [AgentName] {
        guard case .customer(_, .joined(let other)) = event.kind else { return [] }
        return state.services[other.customer]?.map(\.agent) ?? []
    }

    /// What an event, just applied, means for leases and shown marks.
    mutating func followUp(_ event: Event, _ ticket: State.Facets?, _ served: [AgentName]) {
        if case .customer(let id, .joined(let other)) = event.kind {
            return soft.join(other.customer, into: id, by: served)
        }
        if case .customer(_, .split) = event.kind { return beginLeases(at: event.at) }
        guard let id = event.subject.ticket, let ticket else { return }
        if case .reply = event.kind, let by = event.by, case .entry(let entry) = event.subject {
            soft.show(Shown(agent: by, ticket: id, entry: entry.entry))
        }
        if case .customerSet(let change) = event.kind, let holder = event.snapshot?.holder {
            let key = Soft.Lease.Key(agent: holder, customer: change.was)
            if !isServing(key) { soft.end(key) }
            return beginLeases(at: event.at)
        }
        guard let snapshot = event.snapshot, snapshot.holder != snapshot.holderBefore else { return }
        if let loser = snapshot.holderBefore {
            let key = Soft.Lease.Key(agent: loser, customer: ticket.customer)
            if !isServing(key) { soft.end(key) }
        }
        if let holder = snapshot.holder, let until = event.kind.lease {
            soft.set(Soft.Lease.Key(agent: holder, customer: ticket.customer), until - event.at, at: event.at)
        }
    }
}

extension Kind {
    /// When the lease ends that the event grants.
    var lease: Moment? {
        switch self {
        case .claim(let lease), .steal(let lease, _, _), .give(let lease, _, _): lease
        default: nil
        }
    }
}
