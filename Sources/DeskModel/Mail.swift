/// A mail that has come in, as its event keeps it.
public struct Mail: Equatable, Sendable {
    /// Which text of which ticket it became.
    public var entry: EntryID
    /// Whose ticket that is.
    public var customer: CustomerID
    /// The customer's first address.
    public var customerName: Address
    /// Who wrote it, as the desk compares addresses; may be another address of the customer, or somebody else.
    public var sender: Address
    /// The display name beside the sender's address; empty if there is none.
    public var senderName: String
    /// The addresses of its Reply-To.
    public var replyTo: [Address]
    /// Who wrote it: its From; its Reply-To where From is a web form, a marketplace or no person.
    public var author: Address
    /// The display name beside the author's address; empty if there is none.
    public var authorName: String
    /// Who an answer to it goes to, unless an agent says otherwise.
    public var answer: Recipients
    /// The address of ours that it came to; `nil` if it named none.
    public var arrivedAt: Address?
    /// The addresses in To.
    public var to: [Address]
    /// The addresses in Cc.
    public var cc: [Address]
    /// Which kind of report it is; `nil` if it counts as a person's.
    public var machine: Machine?
    /// Its subject, decoded, whole.
    public var subject: String
    /// The other live tickets in which its author, or one of the people of its ticket, takes part.
    public var also: [TicketID]
    /// The agents who serve one of the people of its ticket at the moment, the ticket's holder first.
    public var served: [AgentName]
    /// Its Message-ID without the angle brackets; `nil` if it has none.
    public var messageID: String?
    /// The Message-IDs it answers, oldest first.
    public var references: [String]
    /// SHA-256 of its raw bytes: their address in the mail file.
    public var raw: Digest
    /// SHA-256 of what makes it the same mail when it is delivered twice.
    public var content: Digest
    /// Its text.
    public var body: [Passage]
    /// Its files.
    public var files: [MailFile]
    /// What was wrong with it, in words for the agent.
    public var problems: [String]

    /// A mail of which everything is said; where nothing is, its sender is its author, and an answer goes to them.
    public init(
        entry: EntryID, customer: CustomerID, customerName: Address, sender: Address, senderName: String = "",
        replyTo: [Address] = [], author: Address? = nil, authorName: String? = nil, answer: Recipients? = nil,
        arrivedAt: Address? = nil, to: [Address] = [], cc: [Address] = [], machine: Machine? = nil,
        subject: String, also: [TicketID] = [], served: [AgentName] = [], messageID: String? = nil,
        references: [String] = [], raw: Digest, content: Digest, body: [Passage], files: [MailFile] = [],
        problems: [String] = []
    ) {
        self.entry = entry
        self.customer = customer
        self.customerName = customerName
        self.sender = sender
        self.senderName = senderName
        self.replyTo = replyTo
        self.author = author ?? sender
        self.authorName = authorName ?? senderName
        self.answer = answer ?? Recipients(to: [author ?? sender])
        self.arrivedAt = arrivedAt
        self.to = to
        self.cc = cc
        self.machine = machine
        self.subject = subject
        self.also = also
        self.served = served
        self.messageID = messageID
        self.references = references
        self.raw = raw
        self.content = content
        self.body = body
        self.files = files
        self.problems = problems
    }
}

extension Mail {
    /// The addresses of its Reply-To that an answer goes to only if an agent says so: not known to be the author's.
    public var foreignReplyTo: [Address] {
        replyTo.filter { $0 != author && !answer.contains($0) }
    }

    /// Whether it says something that an agent must see: it joins, reopens, makes stale and is unread. A message that
    /// may not be answered automatically still does; only the report of a machine does not.
    public var countsAsPerson: Bool { machine == nil }
}

/// A run of a mail's text.
public struct Passage: Equatable, Sendable {
    /// What kind of text it is.
    public enum Kind: UInt8, Equatable, Sendable {
        /// What its author has just written.
        case new
        /// What he quoted, and his signature.
        case quoted
    }

    /// What kind of text.
    public var kind: Kind
    /// The text: UTF-8, lines end with `\n`, not neutralised.
    public var text: String

    /// A run of text.
    public init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text
    }
}

/// A file that came with a mail; its bytes are in the raw mail.
public struct MailFile: Equatable, Sendable {
    /// Its last path component, controls dropped; may be empty.
    public var name: String
    /// Its type, lower case: `image/jpeg`.
    public var type: String
    /// Its size in bytes once decoded.
    public var size: Int

    /// A file as `show` lists it.
    public init(name: String, type: String, size: Int) {
        self.name = name
        self.type = type
        self.size = size
    }
}

/// The kinds of reports that machines send by themselves: notices that reopen nothing and make nothing stale.
public enum Machine: UInt8, Equatable, Sendable {
    /// A program that answers what it was sent: vacation notices, receipts.
    case auto
    /// A mail server that could not deliver.
    case bounce
}

/// A mail of ours, as its event keeps it; the courier composes it from this, always the same bytes.
public struct Letter: Equatable, Sendable {
    /// Where it goes.
    public var recipients: Recipients
    /// Whose address it carries as sender; `nil`: the queue's first.
    public var from: Address?
    /// What it says.
    public var text: String
    /// The mail it answers: its Message-ID and references are taken over.
    public var answers: Int?

    /// A mail that is to be sent.
    public init(to recipients: Recipients, from: Address? = nil, text: String, answers: Int? = nil) {
        self.recipients = recipients
        self.from = from
        self.text = text
        self.answers = answers
    }
}

/// A mail at the door, read but not yet placed: what DeskMail makes of the worker's reading.
public struct Arrival: Equatable, Sendable {
    /// SHA-256 of the raw bytes.
    public var raw: Digest
    /// SHA-256 of what makes it the same mail when it is delivered twice.
    public var content: Digest
    /// The envelope's sender; `nil`: `<>`.
    public var envelopeSender: Address?
    /// The envelope's recipients.
    public var recipients: [Address]
    /// The From; an empty address if there is none.
    public var from: Address
    /// The display name beside it.
    public var fromName: String
    /// Whether the From is no person's: `no-reply@` and the like, which nobody reads.
    public var isFromNobody: Bool
    /// The addresses of Reply-To that a message can be sent to.
    public var replyTo: [Address]
    /// The display name beside the first of them.
    public var replyToName: String
    /// The addresses in To.
    public var to: [Address]
    /// The addresses in Cc.
    public var cc: [Address]
    /// The subject, decoded.
    public var subject: String
    /// The subject without reply marks, numbers, case and white space: what the limits compare.
    public var subjectKey: String
    /// Its Message-ID without the angle brackets.
    public var messageID: String?
    /// The Message-IDs it answers: In-Reply-To, then References from the newest to the oldest.
    public var references: [String]
    /// Those of `references` that are ours, their signature checked: newest first.
    public var answersOurs: [EntryID]
    /// The mails of ours that a report in it is about, their signature checked.
    public var reportsOurs: [EntryID]
    /// Our mail that it is, its signature checked: its own Message-ID is one of ours, it has come back to us.
    public var ownEntry: EntryID?
    /// When texts of ours that it names were queued, as their signed Message-IDs say; ids of older desks say nothing.
    public var queuedAt: [EntryID: Moment] = [:]
    /// Ticket numbers in the subject whose check digit is right, in order.
    public var numbers: [TicketNumber]
    /// Which kind of report it is; `nil` if it counts as a person's.
    public var machine: Machine?
    /// The rule that forbids an automatic reply; `nil`: none of them does.
    public var suppress: SuppressReason?
    /// Its text as a follow-up: quotations and signatures are set apart.
    public var body: [Passage]
    /// Its text as the first message of a ticket: nothing in it can be old text of ours, so that only signatures are
    /// set apart. Passages keep the cuts of `body`.
    public var wholeBody: [Passage]
    /// Its files.
    public var files: [MailFile]
    /// What was wrong with it.
    public var problems: [String]
    /// The worker failed on it: it becomes a ticket in `postmaster`, unread.
    public var isUnreadable: Bool
    /// The diagnosis of a report, one line.
    public var diagnosis: String
    /// The addresses that a report says were not reached.
    public var unreached: [Address]

    /// A mail of which nothing but its bytes is known yet.
    public init(raw: Digest, content: Digest, envelopeSender: Address?, recipients: [Address]) {
        self.raw = raw
        self.content = content
        self.envelopeSender = envelopeSender
        self.recipients = recipients
        from = Address("")
        fromName = ""
        isFromNobody = false
        replyTo = []
        replyToName = ""
        to = []
        cc = []
        subject = ""
        subjectKey = ""
        references = []
        answersOurs = []
        reportsOurs = []
        numbers = []
        body = []
        wholeBody = []
        files = []
        problems = []
        isUnreadable = false
        diagnosis = ""
        unreached = []
    }
}

/// How far a mail of ours has come, for one recipient or, worst first, for all of them.
public enum Delivery: UInt8, Equatable, Sendable {
    /// It is stored and will be sent.
    case queued
    /// The next mail server has taken it.
    case sent
    /// It was given up, or refused for good.
    case failed
    /// A report says that it did not arrive.
    case bounced

    /// How far a message has come whose recipients stand like this: what an agent has to know first. `nil` without any.
    public static func worst(of each: [Delivery]) -> Delivery? {
        [bounced, failed, queued, sent].first { each.contains($0) }
    }
}
