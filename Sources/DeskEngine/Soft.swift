internal import DeskModel

/// What is true without being an event: how long claims last unless their holders work, and what agents were shown.
///
/// It outlives a failed write, after which `State` is read anew, and is lost by a crash at little cost.
public struct Soft: Equatable, Sendable {
    /// One for each ticket that is held; those of `State.claims(with:)` count as one lease, the one that ends last.
    private(set) var leases: [TicketID: Lease] = [:]
    /// Those that are not as the disk has them.
    private var unwritten: Set<TicketID> = []
    var shown: [TicketID: [AgentName: Int]] = [:]
    /// Who agents were last told that an answer goes to, where that is not what their own claim or `to` told them.
    private(set) var recipients: [TicketID: [AgentName: Recipients]] = [:]
    /// No lease ends before this by itself: the agents must be able to come back after a start.
    var grace: Moment
    private var alarms = Alarms()

    init(grace: Moment) {
        self.grace = grace
    }

    /// How long a ticket stays its holder's unless they work.
    struct Lease: Equatable, Sendable {
        let agent: AgentName
        var length: TimeSpan
        var until: Moment
        var worked: Moment
        var isReminded = false

        /// When something is due: the reminder, then the end.
        var alarm: Moment {
            isReminded ? until : until - min(Limits.leaseReminder, TimeSpan(milliseconds: length.milliseconds / 2))
        }

        /// From when on a colleague who is no lead may take over.
        var stealFrom: Moment {
            worked + TimeSpan(milliseconds: length.milliseconds / 2)
        }
    }

    /// Begins or sets the leases of these tickets, which count as one.
    mutating func set(_ tickets: [TicketID], of agent: AgentName, _ length: TimeSpan, at now: Moment, until: Moment) {
        let lease = Lease(agent: agent, length: length, until: until, worked: now)
        for ticket in tickets { set(ticket, lease) }
    }

    mutating func set(_ ticket: TicketID, _ lease: Lease) {
        put(ticket, lease)
        unwritten.insert(ticket)
    }

    /// Begins a lease that the disk has: the ticket says how long it is and since when it is held.
    mutating func begin(_ ticket: TicketID, _ lease: Lease) {
        put(ticket, lease)
        unwritten.remove(ticket)
    }

    private mutating func put(_ ticket: TicketID, _ lease: Lease) {
        let earlier = leases.updateValue(lease, forKey: ticket)
        if earlier.map({ lease.alarm < $0.alarm }) ?? true { alarms.add(lease.alarm, ticket) }
    }

    /// The one lease of these tickets; `nil` if none has one.
    func lease(of tickets: [TicketID]) -> Lease? {
        if tickets.count == 1 { return leases[tickets[0]] }
        return tickets.compactMap { leases[$0] }.max { $0.until < $1.until }
    }

    /// The holder of these tickets has worked: the lease lasts its length again.
    mutating func renew(_ tickets: [TicketID], at now: Moment) {
        guard let old = lease(of: tickets) else { return }
        set(tickets, of: old.agent, old.length, at: now, until: end(of: old.length, from: now))
    }

    /// When a lease of `length` ends that is renewed at `now`.
    func end(of length: TimeSpan, from now: Moment) -> Moment {
        max(now + length, grace)
    }

    mutating func end(_ ticket: TicketID) {
        leases[ticket] = nil
        unwritten.remove(ticket)
    }

    /// The leases that are not as the disk has them; they count as written from here on.
    mutating func takeUnwritten() -> [TicketID] {
        defer { unwritten.removeAll(keepingCapacity: true) }
        return Array(unwritten)
    }

    /// The highest text of a human that the agent was shown there.
    func mark(of agent: AgentName, in ticket: TicketID) -> Int {
        shown[ticket]?[agent] ?? 0
    }

    mutating func show(_ mark: Shown) {
        let before = shown[mark.ticket]?[mark.agent] ?? 0
        shown[mark.ticket, default: [:]][mark.agent] = max(before, mark.entry)
    }

    mutating func tell(_ recipients: Recipients, of ticket: TicketID, to agent: AgentName) {
        self.recipients[ticket, default: [:]][agent] = recipients
    }

    /// An event of the agent has told them anew: the ticket knows that.
    mutating func forgetRecipients(of ticket: TicketID, toldTo agent: AgentName) {
        recipients[ticket]?[agent] = nil
    }

    /// A ticket leaves memory.
    mutating func forget(_ ticket: TicketID) {
        shown[ticket] = nil
        recipients[ticket] = nil
    }

    /// A ticket has `entries` texts after all: an answer that was rolled back marked more, and its number will be given
    /// to another text.
    mutating func fit(_ ticket: TicketID, entries: Int) {
        shown[ticket] = entries == 0 ? nil : shown[ticket]?.mapValues { min($0, entries) }
    }

    /// The earliest moment at which `due` might have something to tell.
    var nextAlarm: Moment? {
        alarms.first
    }

    /// The tickets whose leases may have a reminder or an end due at `now`, each once. The caller sets the alarm again
    /// of what is still held.
    mutating func takeAlarms(at now: Moment) -> [TicketID] {
        Set(alarms.take(until: now)).filter { leases[$0] != nil }.sorted()
    }

    /// Wakes the caller again when the lease of a ticket has something due.
    mutating func setAlarm(for ticket: TicketID) {
        if let lease = leases[ticket] { alarms.add(lease.alarm, ticket) }
    }

    /// The holder of these tickets has been reminded that their lease, which is this one, ends.
    mutating func remind(_ tickets: [TicketID], of lease: Lease) {
        for ticket in tickets where leases[ticket] != nil {
            leases[ticket] = lease
            leases[ticket]?.isReminded = true
            unwritten.insert(ticket)
        }
    }
}

/// When leases have something due: a heap of times that may be too early, never too late, so that renewing a lease,
/// which every command does, touches nothing here.
struct Alarms: Equatable, Sendable {
    private struct Alarm: Equatable, Sendable {
        let at: Moment
        let ticket: TicketID
    }

    private var heap: [Alarm] = []

    var first: Moment? { heap.first?.at }

    mutating func add(_ at: Moment, _ ticket: TicketID) {
        heap.append(Alarm(at: at, ticket: ticket))
        var child = heap.count - 1
        while child > 0, heap[child].at < heap[(child - 1) / 2].at {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Takes out everything that rings at `now` or earlier.
    mutating func take(until now: Moment) -> [TicketID] {
        var tickets: [TicketID] = []
        while let alarm = heap.first, alarm.at <= now {
            tickets.append(alarm.ticket)
            removeFirst()
        }
        return tickets
    }

    private mutating func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].at < heap[least].at {
                least = child
            }
            if least == parent { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
