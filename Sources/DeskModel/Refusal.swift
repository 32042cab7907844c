/// Why something was not done. ERR means that nothing changed, but for a text that was kept as a draft.
///
/// Each case is one code of PROTOCOL.md, "Errors", with what its line tells.
public enum Refusal: Error, Equatable, Sendable {
    /// There is no such ticket, or not for the asker.
    case noSuchTicket(TicketReference)
    /// The number's check digit says that it was mistyped.
    case mistypedNumber(String)
    /// The ticket has no such text, or a text without what was asked for.
    case noSuchEntry(EntryID)
    /// There is no such queue, or not for the asker.
    case noSuchQueue(QueueName)
    /// Nobody is called so.
    case noSuchAgent(AgentName)
    /// No wait with that tag is pending.
    case noSuchTag(String)
    /// A customer is not known by that address.
    case noSuchCustomer(Address)
    /// A right is missing.
    case forbidden(ticket: TicketID?, need: Rights, queue: QueueName?, agent: AgentName?)
    /// Only an admin may do that.
    case notAdmin
    /// Another agent holds the ticket.
    case taken(TicketID, Occupation, stealFrom: Moment?)
    /// Another agent serves `customer`, one of the ticket's people, in `ticket` if the asker may read that.
    case customerBusy(TicketID, Occupation, ticket: TicketID?, customer: Address, kept: Bool = false)
    /// The verb needs the claim, which `holder` has, or nobody.
    case notHolder(TicketID, holder: AgentName?, kept: Bool)
    /// The ticket is over.
    case closed(TicketID, kept: Bool)
    /// The ticket lives on in another.
    case merged(TicketID, into: TicketID, kept: Bool)
    /// `unseen` was written and not shown to the asker; `newest` is the newest of it in this
    /// ticket, else in the others, written by `who` (`nil`: a customer).
    case stale(TicketID, newest: EntryID, who: AgentName?, unseen: [EntryID], kept: Bool)
    /// The answer would go to `Recipients`, and the asker was shown others.
    case recipients(TicketID, Recipients, shown: Recipients, kept: Bool)
    /// The same text has just gone out.
    case duplicate(EntryID, kept: Bool)
    /// The asker has no draft there.
    case noDraft(TicketID)
    /// Nothing to claim in these queues now.
    case empty([QueueName])
    /// Nothing to claim came up in time.
    case timeout([QueueName])
    /// A limit of the desk or of a queue.
    case tooMany(What, most: Int)
    /// A text is longer than it may be.
    case textTooLong(most: Int)
    /// The key stands for another command.
    case keyReused
    /// Log in first.
    case loginRequired
    /// This connection is logged in already.
    case loggedIn(AgentName)
    /// Name or secret is wrong; asked again before `retry` seconds are over, it will be refused unseen.
    case badLogin(retry: Int?)
    /// The wait ended, or the block was dropped.
    case canceled
    /// `since=` while a stream runs.
    case streaming(at: SequenceNumber)
    /// The number lies ahead of this log.
    case ahead(at: SequenceNumber)
    /// The number is of another log.
    case epoch(String, at: SequenceNumber)
    /// Events before `first` are no longer kept.
    case tooOld(first: SequenceNumber, at: SequenceNumber)
    /// The desk cannot write, or cannot read in time.
    case storage(retry: Int)
    /// The desk is going down.
    case shuttingDown(retry: Int)
    /// Too many connections.
    case busy(retry: Int)
    /// A bug of ours; the log has the rest under this word.
    case `internal`(reference: String)
    /// A value is outside its bounds, or makes no sense here; in words.
    case usage(String)

    /// Who is in the way, and until when.
    public struct Occupation: Equatable, Sendable {
        /// Who holds the ticket or serves the customer.
        public let holder: AgentName
        /// Since when.
        public let since: Moment
        /// When his lease ends unless he works.
        public let lease: Moment

        /// Who is in the way.
        public init(holder: AgentName, since: Moment, lease: Moment) {
            self.holder = holder
            self.since = since
            self.lease = lease
        }
    }

    /// What there can be too many of.
    public enum What: String, Equatable, Sendable {
        /// Tickets held in a queue.
        case held
        /// Pending waits.
        case waits
        /// Subscriptions.
        case subscriptions
        /// Drafts.
        case drafts
        /// What was said to an agent and has not reached them.
        case says
        /// Bytes that an agent has written in a day.
        case bytes
        /// Addresses that an answer goes to.
        case recipients
    }
}

/// What a command that was done has to tell; with it goes the number of its last event, if it made any.
public enum Outcome: Equatable, Sendable {
    /// `claimed`, `yours`: `fresh` tells whether the claim is new; `was` whom it was taken from.
    case claimed(TicketID, Claimed)
    /// `held`
    case held(TicketID, lease: Moment)
    /// `released`; `still` are the customer's tickets that the agent goes on holding.
    case released(TicketID, still: [TicketID])
    /// `given`
    case given(TicketID, holder: AgentName, also: [TicketID], Addressee)
    /// `to`
    case addressed(TicketID, Addressee)
    /// `already`: what was asked for was so before; `holder` after `give`, `queue` after `move`.
    case already(TicketID, holder: AgentName?, queue: QueueName?)
    /// `queued`
    case queued(EntryID, to: Recipients)
    /// `drafted`
    case drafted(TicketID, bytes: Int)
    /// `noted`
    case noted(EntryID)
    /// `closed`; whether its customer was never answered in it.
    case closed(TicketID, isUnanswered: Bool)
    /// `reopened`
    case reopened(TicketID)
    /// `moved`
    case moved(TicketID, queue: QueueName)
    /// `customer`: whose ticket it is now, and who its next answer goes to.
    case customerSet(TicketID, customer: Address, to: Recipients)
    /// `said`, in a queue or to an agent.
    case said(SayTarget)
    /// `said`, in a ticket.
    case saidIn(EntryID)
    /// `says`: what was said to the asker, oldest first.
    case says([Says.Say])
    /// A mail was placed: which text it became, `nil` if it was dropped, and the ticket's public number.
    case arrived(EntryID?, number: TicketNumber?)
    /// Done, and nobody reads about it on a line: courier, clock, shell.
    case done

    /// What `claimed` and `yours` tell.
    public struct Claimed: Equatable, Sendable {
        /// Whether the claim is new; else it was the asker's already.
        public var isNew: Bool
        /// When the lease ends unless the agent works.
        public var lease: Moment
        /// The customer's first address.
        public var customer: Address
        /// Texts of humans in the ticket that the agent has not been shown.
        public var unread: Int
        /// The customer's other live tickets that the agent may read.
        public var also: [TicketID]
        /// Who the next answer goes to.
        public var addressee: Addressee
        /// From whom it was taken; `.some(nil)`: it was free, though `steal` was said.
        public var was: AgentName??

        /// What is told about a claim.
        public init(
            isNew: Bool, lease: Moment, customer: Address, unread: Int, also: [TicketID], addressee: Addressee,
            was: AgentName?? = nil
        ) {
            self.isNew = isNew
            self.lease = lease
            self.customer = customer
            self.unread = unread
            self.also = also
            self.addressee = addressee
            self.was = was
        }
    }
}

/// Who the next answer in a ticket goes to, and the name of its customer.
public struct Addressee: Equatable, Sendable {
    /// The addresses.
    public let recipients: Recipients
    /// The customer's display name; empty if none of their messages has one.
    public let name: String

    /// What a line tells with `to=`, `cc=` and `name=`.
    public init(_ recipients: Recipients, name: String) {
        self.recipients = recipients
        self.name = name
    }
}

/// What became of a command: the events it makes, and what its asker is told.
///
/// A refused command makes no events but for a draft that keeps the refused text.
public struct Decision: Equatable, Sendable {
    /// Done or refused.
    public enum Verdict: Equatable, Sendable {
        /// It is done once its events are durable.
        case done(Outcome)
        /// It is not done.
        case refused(Refusal)
    }

    /// What it makes happen, in order; unnumbered.
    public var events: [Event]
    /// What its asker is told.
    public var verdict: Verdict

    /// A decision of which everything is said.
    public init(events: [Event], verdict: Verdict) {
        self.events = events
        self.verdict = verdict
    }
}
