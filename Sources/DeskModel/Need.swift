/// What the engine has to know of the disk before it can decide: asked for by key, answered by one indexed read.
public enum Need: Hashable, Sendable {
    /// A ticket that is not live.
    case ticket(TicketID)
    /// A ticket by the number that customers see.
    case number(TicketNumber)
    /// A customer none of whose tickets is live.
    case customer(CustomerID)
    /// The customer who has this address.
    case address(Address)
    /// The messages that a Message-ID names: broken programs, and two customers, may use one twice.
    case message(String)
    /// The mail with this content, if it came within the delivery window.
    case content(Digest)
    /// Between whom a text went.
    case addressing(EntryID)
    /// What an agent's retry key stands for.
    case retry(AgentName, key: String)
    /// Tickets that are closed and had a message or an answer since that moment: those of a customer, or those in which
    /// an address takes part that is not their customer's.
    case recent(Person, since: Moment)
}

/// What the disk knows about a need; absence is knowledge too.
public enum Fact: Equatable, Sendable {
    /// The ticket, and how far each agent has been shown it.
    case ticket(TicketID, Ticket?, shown: [AgentName: Int])
    /// Which ticket has that number.
    case number(TicketNumber, TicketID?)
    /// The customer.
    case customer(CustomerID, Customer?)
    /// Whose address it is.
    case address(Address, CustomerID?)
    /// Which messages that Message-ID names, newest first.
    case message(String, [KnownMessage])
    /// Which mail has that content, and when it came.
    case content(Digest, EntryID?, at: Moment?)
    /// Between whom that text went; `nil` if it is no message.
    case addressing(EntryID, Addressing?)
    /// What the key stands for, and when it was used.
    case retry(AgentName, key: String, Event.Retry?, at: Moment?)
    /// Which tickets they are, in no order that means anything.
    case recent(Person, since: Moment, [TicketID])
}

/// A message that came in, as a later one finds it by its Message-ID: whoever wrote it or was sent it may answer it.
public struct KnownMessage: Equatable, Sendable {
    /// Which text of which ticket it became.
    public let entry: EntryID
    /// Its authors and those in To and Cc, at most `Limits.knownPeople`.
    public let people: [Address]

    /// A message as a record holds it.
    public init(entry: EntryID, people: [Address]) {
        self.entry = entry
        self.people = people
    }

    /// The message that has come in.
    public init(_ mail: Mail) {
        let all = Recipients(to: [mail.author, mail.sender] + mail.to + mail.cc).to
        self.init(entry: mail.entry, people: Array(all.prefix(Limits.knownPeople)))
    }
}

/// Everything that must be in memory before the desk opens: what is live, who works here, what goes on counting.
///
/// The store reads it in one transaction; what the journal holds beyond `applied` is applied on top of it.
public struct Image: Equatable, Sendable {
    /// The event up to which it is true.
    public var applied: SequenceNumber = 0
    /// The tickets that are not over.
    public var tickets: [Ticket] = []
    /// The customers of those tickets, and those who take part in them.
    public var customers: [Customer] = []
    /// Everybody who ever worked here.
    public var agents: [Agent] = []
    /// Every queue.
    public var queues: [Queue] = []
    /// Unsent texts.
    public var drafts: [Draft] = []
    /// Mails of ours that wait to be sent, oldest first.
    public var outbox: [Outgoing] = []
    /// Automatic replies of the last day, oldest first.
    public var autoReplies: [AutoReply] = []
    /// Until when automatic replies are stopped, by the domain that they would go to; `""`: to every one.
    public var autoRepliesStopped: [String: Moment] = [:]
    /// The highest ticket number given so far.
    public var lastTicket: Int64 = 0
    /// The highest customer number given so far.
    public var lastCustomer: Int64 = 0
    /// The highest public number given so far; its day and counter.
    public var lastNumber: TicketNumber?
    /// Customers who were absorbed, and by whom.
    public var joined: [CustomerID: CustomerID] = [:]
    /// What was said to agents alone.
    public var says: [AgentName: Says] = [:]
    /// What agents have written on their last day.
    public var written: [AgentName: Written] = [:]
    /// How far agents were shown the live tickets.
    public var shown: [Shown] = []
    /// The leases of the claims on live tickets, as far as they were written.
    public var leases: [TicketID: LeaseRecord] = [:]

    /// A desk on which nothing has happened.
    public init() {}
}

/// An agent's unsent text.
public struct Draft: Equatable, Sendable {
    /// Whose.
    public let agent: AgentName
    /// In which ticket.
    public let ticket: TicketID
    /// What it says.
    public let text: String
    /// Whether a refusal kept it; such drafts count towards no limit.
    public let isKept: Bool
    /// The text of the ticket that the refused `reply T.E` named; `send T` answers as that would have.
    public let answering: EntryID?

    /// A draft as its event left it.
    public init(agent: AgentName, ticket: TicketID, text: String, isKept: Bool, answering: EntryID? = nil) {
        self.agent = agent
        self.ticket = ticket
        self.text = text
        self.isKept = isKept
        self.answering = answering
    }
}

extension Event {
    /// What an event does to its author's draft in a ticket.
    public enum DraftChange: Equatable, Sendable {
        /// This is his draft now.
        case set(Draft)
        /// He has none there any more: it was dropped, or an answer of his took its place.
        case ended(AgentName, TicketID)
    }

    /// What this event does to a draft; `nil`: nothing. Memory and disk both ask here.
    public var draftChange: DraftChange? {
        guard let by, let ticket = subject.ticket else { return nil }
        switch kind {
        case .draft(let text, let why, let answering) where !text.isEmpty:
            return .set(
                Draft(agent: by, ticket: ticket, text: text, isKept: why != .set, answering: answering))
        case .draft, .reply: return .ended(by, ticket)
        default: return nil
        }
    }
}

/// A mail of ours on its way.
public struct Outgoing: Equatable, Sendable {
    /// The event that queued it; names its composed bytes and the .eml file.
    public let sequence: SequenceNumber
    /// When that was: the mail's Date.
    public let at: Moment
    /// Which text it is.
    public let entry: EntryID
    /// Whether nobody wrote it.
    public let isAutomatic: Bool
    /// The mail itself.
    public let letter: Letter
    /// The recipients for whom no event has ended it yet, in their order.
    public var pending: [Address]

    /// A mail that is to be sent to `pending`, by default to all of its recipients.
    public init(
        sequence: SequenceNumber, at: Moment, entry: EntryID, isAutomatic: Bool, letter: Letter,
        pending: [Address]? = nil
    ) {
        self.sequence = sequence
        self.at = at
        self.entry = entry
        self.isAutomatic = isAutomatic
        self.letter = letter
        self.pending = pending ?? letter.recipients.all
    }
}

/// An automatic reply that went out: what the limits count.
public struct AutoReply: Equatable, Sendable {
    /// When.
    public let at: Moment
    /// To whom.
    public let to: Address
    /// The subject it answered, as limits compare subjects.
    public let subjectKey: String

    /// An automatic reply that went out.
    public init(at: Moment, to: Address, subjectKey: String) {
        self.at = at
        self.to = to
        self.subjectKey = subjectKey
    }
}

/// How far an agent was shown a ticket: soft, no event, lost by a crash at the cost of one needless refusal.
public struct Shown: Hashable, Sendable {
    /// Who.
    public let agent: AgentName
    /// Which ticket.
    public let ticket: TicketID
    /// The highest text of a person that was wholly handed to them; 0: none.
    public let entry: Int
    /// Who the next answer would go to, if they were told; not kept over a restart.
    public let recipients: Recipients?

    /// A mark.
    public init(agent: AgentName, ticket: TicketID, entry: Int = 0, recipients: Recipients? = nil) {
        self.agent = agent
        self.ticket = ticket
        self.entry = entry
        self.recipients = recipients
    }
}

/// How long a claim lasts unless its holder works: ephemeral state without an event, like `Shown`.
///
/// A crash loses the newest renewals at most; until the end of the grace after a start no lease ends anyway.
public struct LeaseRecord: Equatable, Sendable {
    /// Who holds the ticket.
    public let agent: AgentName
    /// When that claim began: a record of an earlier claim says nothing about this one.
    public let heldSince: Moment
    /// How long the lease is after each work.
    public let length: TimeSpan
    /// When it ends.
    public let until: Moment
    /// When the agent worked last.
    public let worked: Moment

    /// The lease of one claim.
    public init(agent: AgentName, heldSince: Moment, length: TimeSpan, until: Moment, worked: Moment) {
        self.agent = agent
        self.heldSince = heldSince
        self.length = length
        self.until = until
        self.worked = worked
    }
}
