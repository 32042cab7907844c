public import DeskModel

/// What the desk is: made by events and by nothing else, so that it can be read anew at any time.
///
/// It holds what is live and, for as long as the disk does not have it yet, what is not. Beside the things themselves
/// stand the indexes by which a claim finds its ticket without looking at the others.
public struct State: Equatable, Sendable {
    /// The tickets that are live, and those woken or not yet on disk.
    public internal(set) var tickets = Records<TicketID, Ticket>()
    /// The customers of live tickets and those who take part in them, and those woken or not yet on disk.
    public internal(set) var customers = Records<CustomerID, Customer>()
    /// Everybody who ever worked here.
    public internal(set) var agents: [AgentName: Agent] = [:]
    /// Every queue.
    public internal(set) var queues = Few<QueueName, Queue>()
    /// Unsent texts by agent and ticket.
    public internal(set) var drafts: [AgentName: [TicketID: Draft]] = [:]
    /// What was said to agents alone.
    public internal(set) var says: [AgentName: Says] = [:]
    /// What agents have written on their last day.
    public internal(set) var written: [AgentName: Written] = [:]
    /// Mails of ours on their way.
    public internal(set) var outbox = Outbox()
    /// The last event applied.
    public internal(set) var sequence: SequenceNumber = 0

    var autoReplies = AutoReplyTally()
    /// Until when automatic replies are stopped, by domain; `""`: to every one.
    var autoRepliesStopped: [String: Moment] = [:]
    var lastTicket: Int64 = 0
    var lastCustomer: Int64 = 0
    var lastNumber: TicketNumber?
    var joined: [CustomerID: CustomerID] = [:]
    /// Customers who were split and of whom the disk does not know it yet: it still gives their tickets as one's.
    var splits: [RecentSplit] = []
    /// Joins and splits that the disk lacks.
    var regroupings: [Regrouping] = []

    // What is found by a key, as far as memory has it; each entry says which event it is from.
    var numbers: [TicketNumber: TicketID] = [:]
    var addresses: [Address: CustomerID] = [:]
    /// The messages that a Message-ID names, oldest first.
    var messages: [String: [Named]] = [:]
    var contents: [Digest: Place] = [:]
    /// Between whom messages went: those that came in, and ours that have left the outbox.
    var addressings: [EntryID: Known] = [:]
    var retries: [RetryKey: Used] = [:]

    // Where live tickets lie and who holds them.
    var lanes = Few<QueueName, Lane>()
    var holdings: [AgentName: Holdings] = [:]
    var services: [Person: [Service]] = [:]
    /// Where persons take part whose tickets they are not.
    var parts: [Person: Part] = [:]
    /// The closed tickets in memory, by their customers and by the addresses that take part in them.
    var closed: [Person: [TicketID]] = [:]
    /// Free tickets whose people one agent serves: for whom they are kept, and an agent's in the order of rank.
    var reserved: [TicketID: AgentName] = [:]
    var preferred: [AgentName: SortedNumbers] = [:]
    /// What the event that is being applied has brought about in the indexes.
    var consequences = Consequences()

    /// A text that a key leads to.
    struct Place: Equatable, Sendable {
        var entry: EntryID
        var at: Moment
        var sequence: SequenceNumber
    }

    /// A message that a Message-ID names.
    struct Named: Equatable, Sendable {
        var message: KnownMessage
        var sequence: SequenceNumber
    }

    /// Between whom a message went, and the event that said so last.
    struct Known: Equatable, Sendable {
        var value: Addressing
        var sequence: SequenceNumber
    }

    /// An agent's retry key.
    struct RetryKey: Hashable, Sendable {
        var agent: AgentName
        var key: String
    }

    /// What a retry key stands for.
    struct Used: Equatable, Sendable {
        var retry: Event.Retry
        var at: Moment
        var sequence: SequenceNumber
    }

    /// The live tickets of a queue, by rank.
    struct Lane: Equatable, Sendable {
        var live = SortedNumbers()
        /// Those that `claim next` may give to somebody who serves nobody.
        var claimable = SortedNumbers()
        var held = 0
    }

    /// What an agent holds.
    struct Holdings: Equatable, Sendable {
        var tickets = SortedNumbers()
        var perQueue = Few<QueueName, Int>()
    }

    /// One agent serves one person: the tickets by which they do, lowest first.
    struct Service: Equatable, Sendable {
        let agent: AgentName
        var tickets: [TicketID]
    }

    /// A desk on which nothing has happened.
    init() {}

    /// Who `customer` is today: himself, or whoever absorbed him.
    func survivor(_ customer: CustomerID) -> CustomerID {
        guard var found = joined[customer] else { return customer }
        while let next = joined[found] { found = next }
        return found
    }

    /// Whether agents in `queue` are asked before a second one serves a person.
    func hasGuard(_ queue: QueueName) -> Bool {
        queues[queue]?.customerGuard != .off
    }
}

/// Mails of ours that no event has ended yet for all of their recipients, oldest first.
public struct Outbox: Equatable, Sendable {
    private var letters: [SequenceNumber: Outgoing] = [:]
    private var order = SortedNumbers()
    private var entries: [EntryID: SequenceNumber] = [:]

    /// Nothing waits.
    public init() {}

    /// How many wait.
    public var count: Int { order.count }

    /// The first that was queued by an event after `sequence`.
    public func next(after sequence: SequenceNumber) -> Outgoing? {
        order.first(from: sequence + 1).flatMap { letters[$0] }
    }

    /// The mail that became the text `entry`, while it waits.
    public subscript(_ entry: EntryID) -> Outgoing? {
        entries[entry].flatMap { letters[$0] }
    }

    mutating func add(_ letter: Outgoing) {
        guard !letter.pending.isEmpty else { return }
        letters[letter.sequence] = letter
        entries[letter.entry] = letter.sequence
        order.insert(letter.sequence)
    }

    /// The text `entry` has been sent or given up for one recipient; the last one takes it out.
    mutating func end(_ entry: EntryID, to address: Address) {
        guard let sequence = entries[entry] else { return }
        letters[sequence]?.pending.removeAll { $0 == address }
        guard letters[sequence]?.pending.isEmpty == true else { return }
        entries[entry] = nil
        letters[sequence] = nil
        order.remove(sequence)
    }
}
