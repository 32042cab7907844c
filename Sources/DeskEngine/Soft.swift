internal import DeskModel

/// What is true without being an event: how long claims last unless their holders work, and what agents were shown.
///
/// It outlives a failed write, after which `State` is read anew, and is lost by a crash at little cost.
public struct Soft: Equatable, Sendable {
    var leases: [Lease.Key: Lease] = [:]
    var shown: [TicketID: [AgentName: Int]] = [:]
    /// Nobody's lease ends before this by itself: the colleagues must be able to come back after a start.
    var grace: Moment
    private var alarms = Alarms()

    init(grace: Moment) {
        self.grace = grace
    }

    /// How long an agent serves a customer unless he works; one for all of that customer's tickets.
    struct Lease: Equatable, Sendable {
        /// Whose, and of whom.
        struct Key: Hashable, Comparable, Sendable {
            let agent: AgentName
            let customer: CustomerID

            static func < (left: Key, right: Key) -> Bool {
                (left.agent, left.customer) < (right.agent, right.customer)
            }
        }

        var length: TimeSpan
        var until: Moment
        var worked: Moment
        var isReminded = false

        /// When something is due: the reminder, then the end.
        var alarm: Moment {
            isReminded ? until : until - min(Limits.leaseReminder, TimeSpan(milliseconds: length.milliseconds / 2))
        }

        mutating func renew(at now: Moment, grace: Moment) {
            until = max(now + length, grace)
            worked = now
            isReminded = false
        }

        /// From when on a colleague who is no lead may take over.
        var stealFrom: Moment {
            worked + TimeSpan(milliseconds: length.milliseconds / 2)
        }
    }

    /// Begins or sets a lease, counted from `now`.
    mutating func set(_ key: Lease.Key, _ length: TimeSpan, at now: Moment, until: Moment? = nil) {
        let lease = Lease(length: length, until: until ?? now + length, worked: now)
        let earlier = leases.updateValue(lease, forKey: key)
        if earlier.map({ lease.alarm < $0.alarm }) ?? true { alarms.add(lease.alarm, key) }
    }

    /// The agent has worked for the customer: his lease lasts its length again.
    mutating func renew(_ key: Lease.Key, at now: Moment) {
        leases[key]?.renew(at: now, grace: grace)
    }

    /// When a lease of `length` ends that is renewed at `now`.
    func end(of length: TimeSpan, from now: Moment) -> Moment {
        max(now + length, grace)
    }

    mutating func end(_ key: Lease.Key) {
        leases[key] = nil
    }

    /// Two customers are one: who served the second serves the first.
    mutating func join(_ other: CustomerID, into id: CustomerID, by agents: [AgentName]) {
        for agent in agents {
            guard let lease = leases.removeValue(forKey: Lease.Key(agent: agent, customer: other)) else { continue }
            let key = Lease.Key(agent: agent, customer: id)
            if let own = leases[key], own.until >= lease.until { continue }
            leases[key] = lease
            alarms.add(lease.alarm, key)
        }
    }

    /// The highest text of a human that the agent was shown there.
    func mark(of agent: AgentName, in ticket: TicketID) -> Int {
        shown[ticket]?[agent] ?? 0
    }

    mutating func show(_ mark: Shown) {
        let before = shown[mark.ticket]?[mark.agent] ?? 0
        shown[mark.ticket, default: [:]][mark.agent] = max(before, mark.entry)
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

    /// The leases whose reminder or end has come, in the order of time; they are told again until they are settled.
    mutating func due(at now: Moment) -> [(key: Lease.Key, isOver: Bool)] {
        var found: [(key: Lease.Key, isOver: Bool, at: Moment)] = []
        for key in Set(alarms.take(until: now)).sorted() {
            guard var lease = leases[key] else { continue }
            if lease.until <= now {
                found.append((key, true, lease.until))
            } else if lease.alarm <= now {
                found.append((key, false, lease.alarm))
                lease.isReminded = true
                leases[key] = lease
            }
            alarms.add(lease.alarm, key)
        }
        found.sort { ($0.at, $0.key) < ($1.at, $1.key) }
        return found.map { ($0.key, $0.isOver) }
    }
}

/// When leases have something due: a heap of times that may be too early, never too late, so that renewing a lease,
/// which every command does, touches nothing here.
struct Alarms: Equatable, Sendable {
    private struct Alarm: Equatable, Sendable {
        let at: Moment
        let key: Soft.Lease.Key
    }

    private var heap: [Alarm] = []

    var first: Moment? { heap.first?.at }

    mutating func add(_ at: Moment, _ key: Soft.Lease.Key) {
        heap.append(Alarm(at: at, key: key))
        var child = heap.count - 1
        while child > 0, heap[child].at < heap[(child - 1) / 2].at {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Takes out everything that rings at `now` or earlier.
    mutating func take(until now: Moment) -> [Soft.Lease.Key] {
        var keys: [Soft.Lease.Key] = []
        while let alarm = heap.first, alarm.at <= now {
            keys.append(alarm.key)
            removeFirst()
        }
        return keys
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
