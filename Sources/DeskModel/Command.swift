/// What may be asked to change: the wire's changing verbs, and what mail, courier, clock and shell ask for.
public enum Command: Equatable, Sendable {
    /// `claim T [lease=] [anyway=]`
    case claim(TicketReference, lease: TimeSpan?, anyway: String?)
    /// `claim next QUEUE…`; waiting for one is the session's matter.
    case claimNext([QueueName], lease: TimeSpan?)
    /// `hold T [lease=]`
    case hold(TicketReference, lease: TimeSpan?)
    /// `release T [TEXT]`
    case release(TicketReference, text: String?)
    /// `steal T TEXT`
    case steal(TicketReference, text: String)
    /// `give T AGENT [TEXT]`
    case give(TicketReference, to: AgentName, text: String?)
    /// `reply T[.E] TEXT`; `read` is E: "I have read up to there".
    case reply(TicketReference, read: Int?, text: String)
    /// `draft T TEXT`; an empty text drops the draft.
    case draft(TicketReference, text: String)
    /// `send T[.E]`
    case send(TicketReference, read: Int?)
    /// `to T ADDRESS…|all [cc=] [anyway=]`; what is `nil` was not said.
    case setRecipients(TicketReference, to: RecipientChoice?, cc: [Address]?, anyway: String? = nil)
    /// `note T TEXT`
    case note(TicketReference, text: String)
    /// `close T[.E] [TEXT]`
    case close(TicketReference, read: Int?, text: String?)
    /// `reopen T [TEXT]`
    case reopen(TicketReference, text: String?)
    /// `move T QUEUE [TEXT]`
    case move(TicketReference, to: QueueName, text: String?)
    /// `customer T ADDRESS [anyway=]`
    case setCustomer(TicketReference, Address, anyway: String?)
    /// `say QUEUE|#T|@AGENT TEXT`
    case say(SayTarget, text: String)
    /// `says [since=N]`; `marks`: what it lists counts as having reached the asker.
    case says(since: SequenceNumber?, marks: Bool)
    /// What was said to the asker has been handed to one of their streams.
    case heard([SequenceNumber])
    /// A mail has been read at the door.
    indirect case arrive(Arrival)
    /// The courier has handed our message over for these recipients.
    case sent(EntryID, to: [Address])
    /// The courier has given our message up for these recipients.
    case failed(EntryID, to: [Address], text: String)
    /// The lease of a held ticket, and of what its holder holds of the same people, has run out.
    case expire(TicketID)
    /// Administration.
    indirect case administer(Administration)
}

/// To whom something is said.
public enum SayTarget: Equatable, Sendable {
    /// To everybody in a queue.
    case queue(QueueName)
    /// In a ticket: it becomes one of its texts.
    case ticket(TicketReference)
    /// To one colleague; only the two see it.
    case agent(AgentName)
}

/// What may be asked without changing anything.
public enum Query: Equatable, Sendable {
    /// `me`
    case me
    /// `who`
    case who
    /// `queues`
    case queues
    /// `mine`
    case mine
    /// `list …`
    case list(ListQuery)
    /// `show T [after=]`
    case show(TicketReference, after: Cursor?)
    /// `show T.E [after=]`
    case showEntry(TicketReference, Int, after: Cursor?)
    /// `history T [after=] [limit=]`
    case history(TicketReference, after: Cursor?, limit: Int?)
    /// `raw T.E [after=]`
    case raw(TicketReference, Int, after: Cursor?)
    /// `draft T`
    case draft(TicketReference)
    /// `to T`
    case recipients(TicketReference)

    /// Where an earlier reply about the same ticket was cut.
    public var after: Cursor? {
        switch self {
        case .show(_, let after), .showEntry(_, _, let after), .history(_, let after, _), .raw(_, _, let after): after
        case .me, .who, .queues, .mine, .list, .draft, .recipients: nil
        }
    }
}

/// Which tickets `list` shows.
public struct ListQuery: Equatable, Sendable {
    /// Only in these; empty: in every queue the asker may read.
    public var queues: [QueueName] = []
    /// Only the asker's own.
    public var mine = false
    /// Only in these states; empty: what is not over.
    public var states: [TicketState] = []
    /// Only of these priorities.
    public var priorities: [UInt8] = []
    /// Only of this customer, named by any of his addresses.
    public var customer: Address?
    /// Only with this holder; `.some(nil)`: only free ones.
    public var holder: AgentName??
    /// How many records.
    public var limit: Int?
    /// Where an earlier reply was cut.
    public var after: Cursor?

    /// Everything the asker may read that is not over.
    public init() {}
}

/// Where a long reply was cut: opaque to clients, `more=` out and `after=` in.
///
/// It holds the kind of reply and up to two numbers, so that a cursor of another command is recognised.
public struct Cursor: Equatable, Sendable {
    /// Which kind of reply was cut: `l`ist, `s`how T, show T.`E`, `h`istory, `r`aw.
    public let kind: UInt8
    /// The last thing shown, in that reply's own order.
    public let position: Int64
    /// What breaks ties, or an offset within; of `raw` the text.
    public let offset: Int64
    /// The ticket that the reply is about; `nil` for `list`.
    public let ticket: TicketID?

    /// A cut of a reply of `kind`.
    public init(kind: UInt8, position: Int64, offset: Int64 = 0, ticket: TicketID? = nil) {
        self.kind = kind
        self.position = position
        self.offset = offset
        self.ticket = ticket
    }
}

/// What a connection asks about itself.
public enum SessionRequest: Equatable, Sendable {
    /// `help [TOPIC]`
    case help(topic: String?)
    /// `caps`
    case caps
    /// `ping [TOKEN]`
    case ping(token: String?)
    /// `quit`
    case quit
    /// `login NAME SECRET`; the name may be one that nobody can have.
    case login(name: String, secret: String)
    /// `session [reads=yes|no]`
    case session(reads: Bool?)
    /// `says [since=N]`
    case says(since: SequenceNumber?)
    /// `claim next QUEUE… wait=`
    case awaitNext([QueueName], lease: TimeSpan?, wait: TimeSpan)
    /// `subscribe WHAT… [since=] [epoch=] [tick=]`
    case subscribe([Subscription], since: SequenceNumber?, epoch: String?, tick: TimeSpan?)
    /// `unsubscribe [WHAT…]`; empty: everything.
    case unsubscribe([Subscription])
    /// `cancel TAG`
    case cancel(tag: String)
}

/// What one can subscribe to.
public enum Subscription: Hashable, Sendable {
    /// Every queue one may read, now or later.
    case everything
    /// What concerns the tickets one holds.
    case mine
    /// One queue.
    case queue(QueueName)
    /// One ticket, wherever it goes.
    case ticket(TicketReference)
}

/// A line that was understood.
public enum Request: Equatable, Sendable {
    /// It wants something changed.
    case change(Command)
    /// It wants something read.
    case read(Query)
    /// It concerns the connection.
    case session(SessionRequest)
}
