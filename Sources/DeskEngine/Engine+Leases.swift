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
        /// Their lowest ticket under that lease.
        public let ticket: TicketID
        /// The others under it.
        public let also: [TicketID]
        /// When the lease ends unless they work.
        public let until: Moment
    }
}

// A lease belongs to an agent and the people they serve. It is kept for each ticket that is held, and read as the
// longest of those that belong together (`State.claims(with:)`): so it follows without a step of its own when a message
// brings two held tickets together or apart.
extension Engine {
    /// When `due` may have something to tell; sometimes too early, never too late.
    public var nextDeadline: Moment? {
        soft.nextAlarm
    }

    /// What is due at `now`. A reminder is told once; an expiry is told again until its event has been applied.
    public mutating func due(at now: Moment) -> Due {
        var due = Due()
        var ends: [(at: Moment, command: Command)] = []
        var handled: Set<TicketID> = []
        for ticket in soft.takeAlarms(at: now) {
            defer { soft.setAlarm(for: ticket) }
            guard handled.insert(ticket).inserted else { continue }
            let claims = state.claims(with: ticket)
            guard let lease = soft.lease(of: claims), let holder = state.tickets.look(ticket, { $0.holder }) else {
                continue
            }
            handled.formUnion(claims)
            if lease.until <= now {
                ends.append((lease.until, .expire(ticket)))
            } else if lease.alarm <= now {
                soft.remind(claims, of: lease)
                due.reminders.append(
                    Due.Reminder(
                        agent: holder, ticket: claims.first ?? ticket, also: Array(claims.dropFirst()),
                        until: lease.until))
            } else {
                // A claim that came to belong to these has an earlier end of its own, which no longer counts.
                for claim in claims { soft.set(claim, lease) }
            }
        }
        due.reminders.sort { ($0.until, $0.ticket) < ($1.until, $1.ticket) }
        due.expiries = ends.sorted { $0.at < $1.at }.map(\.command)
        return due
    }

    /// `agent` has done something that names `ticket`, whether it is theirs, another's or closed: their claims of its
    /// people last their length again.
    public mutating func worked(by agent: AgentName, on ticket: Ticket, at now: Moment) {
        if state.tickets.look(ticket.id, { $0.holder }) == agent {
            return soft.renew(state.claims(with: ticket.id), at: now)
        }
        guard state.holdings[agent] != nil else { return }
        var ticket = ticket
        ticket.customer = state.survivor(ticket.customer)
        let served = state.people(of: ticket).flatMap { state.claims(of: agent, serving: $0) }
        if !served.isEmpty { soft.renew(state.claims(of: agent, from: served), at: now) }
    }

    /// The same, of a ticket in memory.
    public mutating func worked(by agent: AgentName, on ticket: TicketID, at now: Moment) {
        if let ticket = state.tickets[ticket] { worked(by: agent, on: ticket, at: now) }
    }

    /// A command of `agent` was carried out: renews their leases as `worked(_:by:at:)`, unless it began one.
    public mutating func worked(_ command: Command, _ outcome: Outcome, by agent: AgentName, at now: Moment) {
        // The event of a claim has begun the lease.
        if case .claimed(_, let claimed) = outcome, claimed.isNew { return }
        worked(command, by: agent, at: now)
    }

    /// A command of `agent` was carried out or repeated: if it names a ticket, their claims of its people last their
    /// length again, or as long as `hold` or a repeated `claim` asked for.
    public mutating func worked(_ command: Command, by agent: AgentName, at now: Moment) {
        guard let id = command.ticket.flatMap({ state.id(of: $0) }) else { return }
        switch command {
        case .claim(_, let length?, _), .hold(_, let length?):
            guard state.tickets.look(id, { $0.holder }) == agent else { return }
            soft.set(state.claims(with: id), of: agent, length, at: now, until: soft.end(of: length, from: now))
        default: worked(by: agent, on: id, at: now)
        }
    }

    /// Remembers that a text was wholly handed to an agent by `show` or `history`.
    ///
    /// The disk takes the mark before any event that is yet to come; until then memory has it, of what is over too.
    public mutating func markShown(_ mark: Shown) {
        let isLive = state.tickets.look(mark.ticket) { $0.isLive } ?? false
        if mark.entry > 0 {
            soft.show(mark)
            if !isLive { memory.keep(mark, until: state.sequence + 1) }
        }
        guard isLive, let recipients = mark.recipients else { return }
        // The ticket's own value, where it is the same, takes no memory of its own.
        let same = state.tickets.look(mark.ticket) { $0.recipients == recipients ? $0.recipients : recipients }
        soft.tell(same ?? recipients, of: mark.ticket, to: mark.agent)
    }

    /// When the lease of the agent who holds `ticket` ends unless they work.
    public func lease(of ticket: Ticket) -> Moment? {
        ticket.holder == nil ? nil : soft.lease(of: state.claims(with: ticket.id))?.until
    }

    /// The leases that have changed since this was asked last, for the disk.
    public mutating func takeLeases() -> [TicketID: LeaseRecord] {
        var records: [TicketID: LeaseRecord] = [:]
        for id in soft.takeUnwritten() {
            guard let lease = soft.leases[id] else { continue }
            records[id] = state.tickets.look(id) { ticket in
                ticket.holder.map {
                    LeaseRecord(
                        agent: $0, heldSince: ticket.heldSince, length: lease.length, until: lease.until,
                        worked: lease.worked)
                }
            }
        }
        return records
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

    /// For how long `agent` gets `ticket`: as asked for; else what its queue says, but no less than they have its
    /// people for already, since one lease is for all tickets of the same people.
    func length(_ asked: TimeSpan?, of ticket: Ticket, for agent: AgentName) throws(Refusal) -> TimeSpan {
        let length = try length(asked, in: ticket.queue)
        guard asked == nil, state.holdings[agent] != nil else { return length }
        let served = state.people(of: ticket).flatMap { state.claims(of: agent, serving: $0) }
        guard let own = soft.lease(of: state.claims(of: agent, from: served)) else { return length }
        return max(length, own.length)
    }

    /// When a lease of `length` ends that begins now, and the length where that is later: soon after a start.
    func term(_ length: TimeSpan, _ asker: Asker) -> (until: Moment, length: TimeSpan?) {
        let until = soft.end(of: length, from: asker.now)
        return (until, until == asker.now + length ? nil : length)
    }

    /// The events that free `ticket` and what its holder holds of the same people, if that lease is over.
    func expire(_ ticket: TicketID, at now: Moment) -> Decision {
        let claims = state.claims(with: ticket)
        guard let lease = soft.lease(of: claims), lease.until <= now else { return .done() }
        let held = claims.compactMap { state.tickets[$0] }
        return .done(.done, held.map { $0.event(.release(.expired, text: nil), at: now, holder: .some(nil)) })
    }

    /// Gives a lease to every held ticket that has none: as it was written, else as it was granted; it does not end
    /// before the grace is over.
    mutating func beginLeases(_ written: [TicketID: LeaseRecord] = [:]) {
        for id in state.holdings.values.flatMap(\.tickets).map(Rank.ticket) where soft.leases[id] == nil {
            guard let ticket = state.tickets[id], let holder = ticket.holder else { continue }
            var lease = Soft.Lease(
                agent: holder, length: ticket.leaseLength, until: ticket.heldSince + ticket.leaseLength,
                worked: ticket.heldSince)
            if let record = written[id], record.agent == holder, record.heldSince == ticket.heldSince {
                (lease.length, lease.until, lease.worked) = (record.length, record.until, record.worked)
            }
            lease.until = max(lease.until, soft.grace)
            soft.begin(id, lease)
        }
    }

    /// What an event, just applied, means for leases and shown marks.
    mutating func followUp(_ event: Event) {
        guard let id = event.subject.ticket else { return }
        if case .reply = event.kind, let by = event.by, case .entry(let entry) = event.subject {
            soft.show(Shown(agent: by, ticket: id, entry: entry.entry))
        }
        if event.kind.setsRecipients, let by = event.by { soft.forgetRecipients(of: id, toldTo: by) }
        guard let snapshot = event.snapshot, snapshot.holder != snapshot.holderBefore else { return }
        if let holder = snapshot.holder, holder == event.by { soft.forgetRecipients(of: id, toldTo: holder) }
        guard let holder = snapshot.holder, let (until, length) = event.kind.lease else { return soft.end(id) }
        let lease = Soft.Lease(agent: holder, length: length ?? until - event.at, until: until, worked: event.at)
        soft.begin(id, lease)
        for other in state.claims(with: id) where other != id { soft.set(other, lease) }
    }
}

extension Kind {
    /// Whether its author has said by it who the next answer goes to.
    fileprivate var setsRecipients: Bool {
        switch self {
        case .recipients, .customerSet: true
        default: false
        }
    }
}
