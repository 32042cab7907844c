/// Where a ticket stands; whether somebody holds it is another question.
public enum TicketState: UInt8, Equatable, Sendable {
    /// Nobody has touched it.
    case new
    /// Somebody has, and it is not over.
    case open
    /// It is over, until the customer writes again or somebody reopens it.
    case closed
    /// It lives on in another ticket.
    case merged
}

/// One matter of one customer: what the guards, the lists and the courier ask for. Its texts are in the log.
public struct Ticket: Equatable, Sendable {
    /// The short number.
    public let id: TicketID
    /// The number that the customer sees.
    public let number: TicketNumber
    /// Whose matter it is.
    public var customer: CustomerID
    /// The address that made it that customer's, by the first message or by hand: when customers are split, it follows.
    public var owner = Address("")
    /// When it was made.
    public let created: Moment
    /// The subject of its first mail, as long as it was.
    public let subject: String
    /// Where it lies.
    public var queue: QueueName
    /// How far it is.
    public var state: TicketState
    /// 1 very low … 5 very high; 3 at first.
    public var priority: UInt8
    /// Who holds it.
    public var holder: AgentName?
    /// Since when; meaningless while nobody does.
    public var heldSince: Moment
    /// How long its holder's lease is after each work, as the claim was granted; meaningless while no agent holds it.
    public var leaseLength = TimeSpan.minutes(30)
    /// How many texts it had when its holder took it: what came later he must be shown before he may close it.
    public var heldFrom = 0
    /// How many texts it has so far.
    public var entries = 0
    /// Its texts of humans, mails and answers, ascending: what `unread=` counts.
    public var humans: [Int] = []
    /// The newest text of a human, mail or answer, 0 before the first.
    public var newest = 0
    /// When that text came.
    public var newestAt: Moment
    /// Who wrote it: an agent, or the customer (`nil`).
    public var newestBy: AgentName?
    /// The newest message that counts as a person's; 0 before the first.
    public var newestMail = 0
    /// When that mail came.
    public var newestMailAt: Moment
    /// Who the next answer goes to: by the newest message of a person.
    public var recipients: Recipients
    /// What its holder was last told of `recipients`, by their claim or their `to`, where those have changed since;
    /// whoever was given the ticket counts as told of the author of its newest message.
    public var toldRecipients: Recipients?
    /// Who has written in it: the authors of its messages of persons, in the order of their newest, at most the last
    /// `Limits.authors`.
    public var authors: [Address] = []
    /// The queue's address that the newest mail came to, the sender of the answer; `nil`: the queue's first.
    public var answerFrom: Address?
    /// Whether an agent has answered in it; an automatic reply is no answer.
    public var isAnswered = false
    /// The newest answer of each agent in the last minutes, against the slip of sending it twice.
    public var recentReplies: [RecentReply] = []
    /// Which guards have been overridden in it, by its holder or by the agent of the other ticket; they end with the
    /// claim that they are about.
    public var overrides: [Override] = []
    /// When the last automatic reply went out, and how many did.
    public var lastAutoReply: Moment?
    /// The event that changed it last.
    public var changed: SequenceNumber

    /// An agent has said why two tickets that share a person are held by two agents.
    public struct Override: Equatable, Sendable {
        /// The agent who said it.
        public let by: AgentName
        /// The other of the two tickets.
        public let other: TicketID

        /// Remembers one override.
        public init(by: AgentName, other: TicketID) {
            self.by = by
            self.other = other
        }
    }

    /// One agent's last answer: which text, how it began as a number, when.
    public struct RecentReply: Equatable, Sendable {
        /// Who answered.
        public let agent: AgentName
        /// FNV-1a of the text (`fingerprint(of:)`).
        public let fingerprint: UInt64
        /// Which entry it became.
        public let entry: Int
        /// When.
        public let at: Moment

        /// Remembers one answer.
        public init(agent: AgentName, fingerprint: UInt64, entry: Int, at: Moment) {
            self.agent = agent
            self.fingerprint = fingerprint
            self.entry = entry
            self.at = at
        }
    }

    /// The ticket that `mail` made; applying its event fills in the rest.
    public init(id: TicketID, number: TicketNumber, mail: Mail, queue: QueueName, at: Moment, sequence: SequenceNumber)
    {
        self.id = id
        self.number = number
        customer = mail.customer
        owner = mail.author.description.isEmpty ? mail.customerName : mail.author
        created = at
        subject = mail.subject
        self.queue = queue
        state = .new
        priority = 3
        heldSince = at
        newestAt = at
        newestMailAt = at
        recipients = mail.answer
        answerFrom = mail.arrivedAt
        changed = sequence
    }

    /// A ticket as a record holds it.
    public init(
        id: TicketID, number: TicketNumber, customer: CustomerID, created: Moment, subject: String, queue: QueueName,
        state: TicketState, priority: UInt8, recipients: Recipients = Recipients(), changed: SequenceNumber
    ) {
        self.id = id
        self.number = number
        self.customer = customer
        self.created = created
        self.subject = subject
        self.queue = queue
        self.state = state
        self.priority = priority
        heldSince = created
        newestAt = created
        newestMailAt = created
        self.recipients = recipients
        self.changed = changed
    }

    /// Whether it still has to be watched: neither closed nor merged.
    public var isLive: Bool {
        state == .new || state == .open
    }

    /// The addresses that take part in it besides its customer's: those its next answer goes to, and those whose
    /// message joined it. Each of them once; in most tickets there are none.
    public var others: [Address] {
        guard recipients.to.contains(where: isOther) || authors.contains(where: isOther) else { return [] }
        var found: [Address] = []
        for address in recipients.to + authors where isOther(address) && !found.contains(address) {
            found.append(address)
        }
        return found
    }

    private func isOther(_ address: Address) -> Bool {
        address != owner && !address.description.isEmpty
    }

    /// A number for a text, the same on every run: FNV-1a over its UTF-8.
    public static func fingerprint(of text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}

extension Ticket {
    /// What `event`, which is about this ticket, changes in it. Live state and the projection on disk both come from
    /// here, so that they cannot differ.
    public mutating func apply(_ event: Event) {
        changed = event.sequence
        if let snapshot = event.snapshot {
            if holder != snapshot.holder {
                (heldSince, heldFrom) = (event.at, entries)
                // Who takes the ticket has said why just before; every other override was about the claim that ends.
                overrides.removeAll { $0.by != snapshot.holder }
                // OK claimed tells them; who was given the ticket knows the author of what they are about to read.
                let isGiven = snapshot.holder != nil && snapshot.holder != event.by
                toldRecipients = isGiven ? Recipients(to: authors.suffix(1)) : nil
            }
            queue = snapshot.queue
            holder = snapshot.holder
            state = snapshot.state
            priority = snapshot.priority
        }
        if let (until, length) = event.kind.lease { leaseLength = length ?? until - event.at }
        switch event.kind {
        case .new(let mail, _), .followUp(let mail), .bounced(let mail, _, _):
            entries = max(entries, mail.entry.entry)
            if mail.countsAsPerson { customerWrote(mail, at: event.at) }
        case .reply(let letter):
            guard case .entry(let id) = event.subject else { break }
            entries = max(entries, id.entry)
            isAnswered = true
            wrote(id.entry, at: event.at, by: event.by)
            remember(letter, as: id.entry, by: event.by, at: event.at)
        case .autoSent:
            if case .entry(let id) = event.subject { entries = max(entries, id.entry) }
            lastAutoReply = event.at
        case .note, .say:
            if case .entry(let id) = event.subject { entries = max(entries, id.entry) }
        case .customerSet(let change):
            customer = change.customer
            owner = change.address
            address(Recipients(to: [change.address], cc: recipients.cc))
            if event.by == holder { toldRecipients = nil }
        case .recipients(let recipients):
            address(recipients)
            if event.by == holder { toldRecipients = nil }
        case .guardOverride(let tickets, _): remember(overridden: tickets, by: event.by)
        default: break
        }
    }

    private mutating func remember(overridden tickets: [TicketID], by agent: AgentName?) {
        guard let agent else { return }
        for ticket in tickets {
            let override = Override(by: agent, other: ticket)
            if !overrides.contains(override) { overrides.append(override) }
        }
    }

    private mutating func address(_ recipients: Recipients) {
        if holder != nil, toldRecipients == nil, recipients != self.recipients { toldRecipients = self.recipients }
        self.recipients = recipients
    }

    private mutating func wrote(_ entry: Int, at: Moment, by author: AgentName?) {
        humans.append(entry)
        (newest, newestAt, newestBy) = (entry, at, author)
    }

    private mutating func customerWrote(_ mail: Mail, at: Moment) {
        wrote(mail.entry.entry, at: at, by: nil)
        (newestMail, newestMailAt) = (mail.entry.entry, at)
        address(mail.answer)
        answerFrom = mail.arrivedAt
        guard !mail.author.description.isEmpty, authors.last != mail.author else { return }
        authors.removeAll { $0 == mail.author }
        authors.append(mail.author)
        if authors.count > Limits.authors { authors.removeFirst() }
    }

    private mutating func remember(_ letter: Letter, as entry: Int, by agent: AgentName?, at: Moment) {
        guard let agent else { return }
        recentReplies.removeAll { $0.agent == agent || $0.at + Limits.duplicateWindow < at }
        recentReplies.append(
            RecentReply(agent: agent, fingerprint: Ticket.fingerprint(of: letter.text), entry: entry, at: at))
    }
}

extension Kind {
    /// When the lease ends that the event grants, and how long it is where that says something else.
    public var lease: (until: Moment, length: TimeSpan?)? {
        switch self {
        case .claim(let lease, let length), .steal(let lease, _, _, let length), .give(let lease, _, _, let length):
            (lease, length)
        default: nil
        }
    }
}

/// Somebody who writes to the desk: one person or firm, one or more addresses.
public struct Customer: Equatable, Sendable {
    /// The number.
    public let id: CustomerID
    /// His addresses, the first one names him.
    public var addresses: [Address]
    /// The display name in their newest message that has one; empty if none has.
    public var displayName = ""
    /// A web form or market place: who is meant stands in Reply-To.
    public var isRelay = false
    /// Never answered automatically.
    public var wantsNoAutomaticReply = false
    /// Not guarded: a scanner, a monitor, many people behind one address.
    public var isUnguarded = false
    /// Guarded even while they take part in the tickets of many other customers.
    public var isGuarded = false
    /// The addresses of each customer who was joined to this one, newest last: what a split takes back together.
    public var joins: [[Address]] = []
    /// Their tickets that are not closed, oldest first.
    public var live: [TicketID] = []
    /// A customer who has just written for the first time.
    public init(id: CustomerID, addresses: [Address]) {
        self.id = id
        self.addresses = addresses
    }

    /// His first address, by which he is named.
    public var name: Address {
        addresses.first ?? Address("")
    }
}

extension Customer {
    /// What `event`, which is about `ticket` of this customer, changes in him; `ticket` is as it is *after* the event.
    public mutating func apply(_ event: Event, to ticket: Ticket) {
        if ticket.isLive {
            if !live.contains(ticket.id) { live.append(ticket.id) }
        } else {
            live.removeAll { $0 == ticket.id }
        }
        switch event.kind {
        case .new(let mail, _), .followUp(let mail):
            if mail.countsAsPerson { wrote(mail) }
        default: break
        }
    }

    /// What administration changed in him.
    public mutating func apply(_ change: CustomerChange) {
        switch change {
        case .addressAdded(let address):
            if !addresses.contains(address) { addresses.append(address) }
        case .flags(let relay, let noAutomaticReply, let unguarded, let guarded):
            (isRelay, wantsNoAutomaticReply, isUnguarded, isGuarded) = (relay, noAutomaticReply, unguarded, guarded)
        case .joined(let other):
            addresses.append(contentsOf: other.addresses.filter { !addresses.contains($0) })
            joins.append(other.addresses)
        case .split(let part): leave(part.addresses)
        }
    }

    /// A ticket belongs to another customer from now on.
    public mutating func letGo(of ticket: TicketID) {
        live.removeAll { $0 == ticket }
    }

    /// What a split of `address` takes along: the addresses of the smallest join that brought it, else it alone.
    public func part(with address: Address) -> [Address] {
        let joins = joins.filter { $0.contains(address) }
        return (joins.min { $0.count < $1.count } ?? [address]).filter(addresses.contains)
    }

    /// The customer that `split` makes of some of the addresses, with the joins that were theirs alone and the flags
    /// that both had; `isMoved` says of a ticket whether it goes along. To be asked before `apply`.
    public func splitOff(_ split: CustomerChange.Split, isMoved: (TicketID) throws -> Bool) rethrows -> Customer {
        var part = Customer(id: split.customer, addresses: split.addresses)
        (part.isRelay, part.wantsNoAutomaticReply) = (isRelay, wantsNoAutomaticReply)
        (part.isUnguarded, part.isGuarded) = (isUnguarded, isGuarded)
        part.joins = joins.filter { $0.count < split.addresses.count && $0.allSatisfy(split.addresses.contains) }
        part.live = try live.filter(isMoved)
        return part
    }

    /// Forgets the tickets that went to another customer.
    public mutating func leave(isMoved: (TicketID) throws -> Bool) rethrows {
        try live.removeAll(where: isMoved)
    }

    private mutating func leave(_ part: [Address]) {
        addresses.removeAll(where: part.contains)
        joins = joins.map { $0.filter { !part.contains($0) } }.filter { !$0.isEmpty }
    }

    /// Takes over what was recorded of them under another number: addresses and live tickets.
    public mutating func absorb(_ other: Customer) {
        addresses.append(contentsOf: other.addresses.filter { !addresses.contains($0) })
        joins += other.joins
        if displayName.isEmpty { displayName = other.displayName }
        live = (live + other.live).sorted()
    }

    private mutating func wrote(_ mail: Mail) {
        // Somebody else's message in one of their tickets does not name them.
        if !mail.authorName.isEmpty, addresses.contains(mail.author) { displayName = mail.authorName }
    }
}
