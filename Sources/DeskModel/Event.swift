/// Something that has happened: the only thing that changes state, the history, the push stream, the source of reports.
///
/// On the wire (PROTOCOL.md, "Events"):
///
///     S: * 27 claim #42 queue=inbox t=2026-11-24T22:06:39.274Z by=meier holder=meier state=open lease=…
public struct Event: Equatable, Sendable {
    /// What an event is about.
    public enum Subject: Hashable, Sendable {
        /// A ticket: `#42`.
        case ticket(TicketID)
        /// A text of a ticket: `#42.3`.
        case entry(EntryID)
        /// A queue: administration of it, chat in it.
        case queue(QueueName)
        /// An agent: administration of him, chat with him alone.
        case agent(AgentName)
        /// A token, by its name.
        case token(String)
        /// A customer, by his first address.
        case customer(Address)
        /// The desk as a whole.
        case desk

        /// The ticket, if it is about one or about a text of one.
        public var ticket: TicketID? {
            switch self {
            case .ticket(let id): id
            case .entry(let id): id.ticket
            case .queue, .agent, .token, .customer, .desk: nil
            }
        }
    }

    /// The ticket as it is after the event, so that nobody has to replay the log to know.
    public struct Snapshot: Equatable, Sendable {
        /// Where it lies.
        public var queue: QueueName
        /// Who holds it.
        public var holder: AgentName?
        /// Who held it before: `mine` shows an event to both.
        public var holderBefore: AgentName?
        /// How far it is.
        public var state: TicketState
        /// 1 … 5.
        public var priority: UInt8

        /// The ticket after an event that left everything as it was.
        public init(_ ticket: Ticket) {
            queue = ticket.queue
            holder = ticket.holder
            holderBefore = ticket.holder
            state = ticket.state
            priority = ticket.priority
        }

        /// A snapshot as a record holds it.
        public init(
            queue: QueueName, holder: AgentName?, holderBefore: AgentName?, state: TicketState, priority: UInt8
        ) {
            self.queue = queue
            self.holder = holder
            self.holderBefore = holderBefore
            self.state = state
            self.priority = priority
        }
    }

    /// Which of the snapshot's values this event changed, and the wire therefore shows.
    public struct Changes: OptionSet, Equatable, Sendable {
        /// The bits, as stored.
        public let rawValue: UInt8

        /// Takes the bits as stored.
        public init(rawValue: UInt8) {
            self.rawValue = rawValue
        }

        /// `holder=` is shown.
        public static let holder = Changes(rawValue: 1)
        /// `state=` is shown.
        public static let state = Changes(rawValue: 2)
        /// `prio=` is shown.
        public static let priority = Changes(rawValue: 4)
    }

    /// What a repeated command finds again: the key it came with, what it was, and its final line.
    public struct Retry: Equatable, Sendable {
        /// The key, as typed after `!`.
        public let key: String
        /// SHA-256 over the canonical command.
        public let command: Digest
        /// The final line, without tag and line end.
        public let final: String

        /// Remembers the outcome of a keyed command; stands in the last of the command's events.
        public init(key: String, command: Digest, final: String) {
            self.key = key
            self.command = command
            self.final = final
        }
    }

    /// Its place in the log: global, gapless, in commit order. 0 until the log has given it one.
    public var sequence: SequenceNumber
    /// When.
    public var at: Moment
    /// Who did it; `nil` if nobody did (mail, a timer).
    public var by: AgentName?
    /// What it is about.
    public var subject: Subject
    /// The ticket after it, if it is about one.
    public var snapshot: Snapshot?
    /// What of the snapshot it changed.
    public var changes: Changes
    /// What happened.
    public var kind: Kind
    /// The key of the command that it ended, if that had one.
    public var retry: Retry?
    /// Whether one of its texts was not in the journal as it was written: that text reads as empty.
    ///
    /// Found when the event is read; it is no part of the log.
    public var isDamaged = false

    /// An event that is about to be decided or has been read.
    public init(
        sequence: SequenceNumber = 0, at: Moment, by: AgentName?, subject: Subject, snapshot: Snapshot? = nil,
        changes: Changes = [], kind: Kind, retry: Retry? = nil
    ) {
        self.sequence = sequence
        self.at = at
        self.by = by
        self.subject = subject
        self.snapshot = snapshot
        self.changes = changes
        self.kind = kind
        self.retry = retry
    }

    /// The queue that the event belongs to: the ticket's after it, or the one it is about.
    public var queue: QueueName? {
        if let snapshot { return snapshot.queue }
        if case .queue(let name) = subject { return name }
        return nil
    }

    /// The event without its texts that can be long. Its line and who sees it do not depend on them, but for `say` and
    /// `draft`, which keep theirs.
    public var withoutWritings: Event {
        var event = self
        switch kind {
        case .new(var mail, let number):
            mail.body = []
            event.kind = .new(mail, number: number)
        case .followUp(var mail):
            mail.body = []
            event.kind = .followUp(mail)
        case .bounced(var mail, let to, let text):
            mail.body = []
            event.kind = .bounced(mail, to: to, text: text)
        case .reply(var letter):
            letter.text = ""
            event.kind = .reply(letter)
        case .autoSent(var letter, let subjectKey):
            letter.text = ""
            event.kind = .autoSent(letter, subjectKey: subjectKey)
        case .note: event.kind = .note(text: "")
        default: break
        }
        return event
    }
}

/// What can have happened. The words are those of the wire; the payload is what the log keeps beyond the snapshot.
public enum Kind: Equatable, Sendable {
    /// A mail became a ticket.
    indirect case new(Mail, number: TicketNumber)
    /// A mail joined a ticket.
    indirect case followUp(Mail)
    /// A report came in, and joined as a text of its own, that our message did not reach these addresses; `text` is its
    /// diagnosis.
    indirect case bounced(Mail, to: [Address], text: String)
    /// An agent took a free ticket.
    ///
    /// Of this kind, `steal` and `give`, `length` is how long the lease is after each work, where it ends later than
    /// that: soon after a start. `nil`: it ends so long after the event.
    case claim(lease: Moment, length: TimeSpan? = nil)
    /// An agent knowingly serves a person whom another one serves; told on every ticket concerned.
    case guardOverride(other: [TicketID], text: String)
    /// A ticket became free.
    case release(ReleaseReason, text: String?)
    /// An agent took a ticket from another.
    case steal(lease: Moment, was: AgentName?, text: String?, length: TimeSpan? = nil)
    /// An agent was given a ticket.
    case give(lease: Moment, was: AgentName?, text: String?, length: TimeSpan? = nil)
    /// An answer of an agent is stored and queued for sending.
    indirect case reply(Letter)
    /// An agent has set who the next answer goes to.
    case recipients(Recipients)
    /// An automatic reply is stored and queued for sending.
    /// `subjectKey` is the answered subject as the limits compare subjects.
    indirect case autoSent(Letter, subjectKey: String)
    /// A mail got no automatic reply, for this reason.
    case autoSuppressed(SuppressReason)
    /// The next mail server has taken our mail.
    case sent(to: Address)
    /// Our mail could not be sent.
    case failed(to: Address, text: String)
    /// The same mail came again.
    case duplicateDropped(customer: Address, entry: EntryID)
    /// An agent wrote something down for his colleagues.
    case note(text: String)
    /// An agent said something: in a ticket, in a queue, to one colleague.
    case say(text: String)
    /// What was said to an agent alone has reached them: the numbers of those events.
    case heard([SequenceNumber])
    /// An agent's unsent text was kept; empty: dropped. `answering`: the text that the refused `reply T.E` named.
    case draft(text: String, why: DraftReason, answering: EntryID? = nil)
    /// A ticket is over.
    case close(text: String?)
    /// A ticket is not over after all.
    case reopen(text: String?)
    /// A ticket went to another queue.
    case move(was: QueueName, text: String?)
    /// An agent said whose ticket it is.
    indirect case customerSet(TicketCustomer)
    /// An agent came, left or changed.
    case agent(AgentChange)
    /// A token was made or taken back.
    case token(TokenChange)
    /// A customer was changed by hand.
    case customer(CustomerID, CustomerChange)
    /// A queue was made or changed.
    case queue(QueueChange)
    /// `count` automatic replies went out within the window: those to the domain that most of them went to are stopped
    /// for as long, or all of them (`nil`).
    case autoBreaker(count: Int, window: TimeSpan, domain: String?)
    /// The log continues from an older state: a backup was restored, or a file was replaced by an older copy.
    indirect case restored(Restore)
}

extension Kind {
    /// The mail that came in, if one did.
    public var mail: Mail? {
        switch self {
        case .new(let mail, _), .followUp(let mail), .bounced(let mail, _, _): mail
        default: nil
        }
    }
}

/// Whose ticket it is from an event on, and whose it was.
public struct TicketCustomer: Equatable, Sendable {
    /// The customer.
    public let customer: CustomerID
    /// Their address that was named; the first of a new customer.
    public let address: Address
    /// Whose ticket it was.
    public let was: CustomerID
    /// That customer's first address.
    public let wasName: Address

    /// The change from one customer to another.
    public init(customer: CustomerID, address: Address, was: CustomerID, wasName: Address) {
        self.customer = customer
        self.address = address
        self.was = was
        self.wasName = wasName
    }
}

/// Why a ticket became free.
public enum ReleaseReason: UInt8, Equatable, Sendable {
    /// Its holder let go.
    case agent
    /// A lead took it out of another's hands.
    case lead
    /// The lease ran out.
    case expired
    /// The holder may no longer read or work where it lies.
    case rights
}

/// Why a text became a draft.
public enum DraftReason: UInt8, Equatable, Sendable {
    /// Its author wanted it so.
    case set
    /// A refusal kept it: something had been written that its author was not shown.
    case stale
    /// A refusal kept it: its author did not hold the ticket.
    case notHolder
    /// A refusal kept it: the same text had just gone out.
    case duplicate
    /// A refusal kept it: the ticket was closed.
    case closed
    /// A refusal kept it: the ticket was merged.
    case merged
    /// A refusal kept it: another agent serves one of its recipients.
    case customerBusy = 7
    /// A refusal kept it: it would have gone to others than its author was shown.
    case recipients
}

/// Which rule said that a mail gets no automatic reply (PROTOCOL.md, `auto-suppressed`).
public enum SuppressReason: UInt8, Equatable, Sendable, CaseIterable {
    /// Auto-Submitted says other than "no" (RFC 3834).
    case autoSubmitted
    /// The envelope has no sender.
    case nullSender
    /// Precedence says bulk, junk, list or auto_reply.
    case precedence
    /// A mailing list sent it.
    case list
    /// X-Auto-Response-Suppress forbids it.
    case suppress
    /// A vendor's header says that a program wrote it.
    case vendor
    /// It is a delivery or other report.
    case report
    /// No person writes from such an address.
    case sender
    /// Its subject begins as machines' subjects do.
    case subject
    /// This customer, or this queue, is never answered automatically.
    case noAuto
    /// Too many to this address.
    case limitAddress
    /// Too many in this ticket.
    case limitTicket
    /// Too many to this domain.
    case limitDomain
    /// Too many with this subject.
    case limitSubject
    /// Too many over all.
    case breaker
    /// So many servers have passed it on that it goes round in circles.
    case loop
}
