/// The highest numbers that a desk has given out. None of them is given out a second time.
public struct Counters: Equatable, Sendable {
    /// The highest ticket.
    public var ticket: Int64
    /// The highest customer.
    public var customer: Int64
    /// The highest public number, by day and then by counter.
    public var number: TicketNumber?

    /// Counters that stand there.
    public init(ticket: Int64 = 0, customer: Int64 = 0, number: TicketNumber? = nil) {
        self.ticket = ticket
        self.customer = customer
        self.number = number
    }

    /// Counts the numbers that `event` gives out.
    public mutating func count(_ event: Event) {
        switch event.kind {
        case .new(let mail, let number):
            raise(to: Counters(ticket: mail.entry.ticket.value, customer: mail.customer.value, number: number))
        case .customerSet(let change): raise(to: Counters(customer: change.customer.value))
        case .restored(let restore): raise(to: restore.counters)
        default: break
        }
    }

    /// Takes over what is higher in `other`.
    public mutating func raise(to other: Counters) {
        ticket = max(ticket, other.ticket)
        customer = max(customer, other.customer)
        guard let given = other.number else { return }
        guard let number, (number.day, number.counter) >= (given.day, given.counter) else {
            self.number = given
            return
        }
    }

    /// The counters after `count` more of each were given out, the public numbers on `day` (`yyyymmdd`) or later.
    public func skipping(_ count: Int64, day: Int32) -> Counters {
        var skipped = Counters(ticket: ticket + count, customer: customer + count, number: number)
        let last = number.map { $0.day >= day ? $0 : TicketNumber(day: day, counter: 0) }
        let from = last ?? TicketNumber(day: day, counter: 0)
        skipped.number = TicketNumber(day: from.day, counter: from.counter + Int32(clamping: count))
        return skipped
    }
}

/// What is known of a step back: the log continues from an older state, under another epoch.
public struct Restore: Equatable, Sendable {
    /// The epoch before.
    public var was: String
    /// The epoch from this event on.
    public var epoch: String
    /// The number of the last lost event that is known; 0 if none is.
    public var lost: SequenceNumber
    /// When that event happened.
    public var lostAt: Moment?
    /// What was given out before the step back, as far as it is known: numbers go on after it.
    public var counters: Counters
    /// The last text of each ticket that has lost some: their numbers are not given out again.
    public var entries: [EntryID]

    /// A step back from a log named `was` to one named `epoch`.
    public init(
        was: String, epoch: String, lost: SequenceNumber, lostAt: Moment?, counters: Counters, entries: [EntryID]
    ) {
        self.was = was
        self.epoch = epoch
        self.lost = lost
        self.lostAt = lostAt
        self.counters = counters
        self.entries = entries
    }
}
