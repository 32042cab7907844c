import DeskModel

/// `desk.db` as the projecting thread has it: folds events into rows with the very functions that change memory.
///
/// What a bite of turns changes is gathered first and written once, in key order: of a hundred claims of one ticket
/// only the last state is a row. An error leaves the file as it was before the bite; the projection is then of no more
/// use and a new one has to be opened, since what it remembers is ahead of the file.
final class Projection {
    /// The event up to which the file is true.
    private(set) var applied: SequenceNumber
    /// The chain of the journal there.
    private(set) var chain: Digest

    let database: Database
    var tickets: TicketRows
    var customers: CustomerRows
    let people: PeopleRows
    let trail: TrailRows
    private let setMeta: Statement
    private let setStopped: Statement
    private let skipNumbers: Statement
    private var pruned: Int64
    /// (ticket, event) pairs of this bite.
    private var index: [(ticket: Int64, sequence: Int64)] = []

    /// Opens a file whose version is right, or makes a new one.
    init(path: String) throws(StoreError) {
        let database = try Database(path: path, .readWrite)
        try database.execute(
            """
            PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = FAST;
            PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA journal_size_limit = 67108864;
            PRAGMA temp_store = MEMORY; PRAGMA cache_size = -65536;
            """)
        if try database.integer("PRAGMA user_version") == 0 {
            try database.transaction { () throws(StoreError) in
                try database.execute(DeskSchema.tables)
                try database.execute(
                    """
                    PRAGMA user_version = \(DeskSchema.version);
                    PRAGMA application_id = \(DeskSchema.application)
                    """)
            }
        }
        let meta = try database.prepare("SELECT applied, chain, pruned FROM meta").first { row throws(StoreError) in
            (row.integer(0), try digest(row.bytes(1)), row.integer(2))
        }
        guard let (applied, chain, pruned) = meta else { throw .corrupt("desk.db does not say how far it is") }
        (self.applied, self.chain, self.pruned) = (applied, chain, pruned)
        tickets = try TicketRows(database)
        customers = try CustomerRows(database)
        people = try PeopleRows(database)
        trail = try TrailRows(database)
        setMeta = try database.prepare("UPDATE meta SET applied = ?, chain = ?, pruned = ?")
        setStopped = try database.prepare("INSERT OR REPLACE INTO stopped_domain VALUES(?, ?)")
        skipNumbers = try database.prepare(
            """
            UPDATE meta SET ticket = max(ticket, ?1), customer = max(customer, ?2),
                day = CASE WHEN (day, counter) < (?3, ?4) THEN ?3 ELSE day END,
                counter = CASE WHEN (day, counter) < (?3, ?4) THEN ?4 ELSE counter END
            """)
        self.database = database
    }

    /// Events that one bite takes at most: larger ones cost less per event, but hold the disk longer.
    static let bite = 16_384

    /// Folds whole turns, which follow on from `applied`, and what is no event, in one transaction.
    func apply(
        _ turns: [Turn], shown: [Shown] = [], leases: [TicketID: LeaseRecord] = [:]
    ) throws(StoreError) {
        precondition(turns.first.map { $0.events.first?.sequence == applied + 1 } ?? true, "turns follow on")
        let (head, link) = turns.last.map { ($0.last, $0.chain) } ?? (applied, chain)
        try database.transaction { () throws(StoreError) in
            for turn in turns {
                for event in turn.events { try apply(event) }
            }
            try flush()
            if let at = turns.last?.events.last?.at { try prune(at) }
            try trail.show(shown)
            try trail.keep(leases)
            setMeta.bind(1, head)
            setMeta.bind(2, link.bytes)
            setMeta.bind(3, pruned)
            try setMeta.run()
        }
        (applied, chain) = (head, link)
        tickets.forgetIfMany()
        customers.forgetIfMany()
    }

    private func flush() throws(StoreError) {
        try tickets.flush()
        try customers.flush()
        index.sort { ($0.ticket, $0.sequence) < ($1.ticket, $1.sequence) }
        try trail.index(index)
        index.removeAll(keepingCapacity: true)
    }

    private func apply(_ event: Event) throws(StoreError) {
        if let ticket = event.subject.ticket {
            index.append((ticket.value, event.sequence))
            try apply(event, toTicket: ticket)
        }
        if let retry = event.retry, let agent = event.by { try trail.remember(retry.key, of: agent, event) }
        if let change = event.draftChange { try trail.follow(change) }
        if let by = event.by, event.textBytes > 0 { try people.count(event, by: by) }
        switch (event.kind, event.subject) {
        case (.new(let mail, _), _), (.followUp(let mail), _):
            try trail.arrive(mail, event)
        case (.bounced(let mail, let to, _), let subject):
            try trail.arrive(mail, event)
            guard case .entry(let ours) = subject else { break }
            for address in to { try trail.deliver(ours, .bounced, to: address) }
        case (.reply(let letter), .entry(let entry)):
            try trail.queue(letter, as: entry, event)
            if let by = event.by { try trail.show([Shown(agent: by, ticket: entry.ticket, entry: entry.entry)]) }
        case (.autoSent(let letter, let subject), .entry(let entry)):
            try trail.queue(letter, as: entry, event)
            if let address = letter.recipients.to.first { try trail.answer(address, subject, event) }
        case (.note, .entry(let entry)), (.say, .entry(let entry)):
            try trail.write(entry, event)
        case (.say, .agent(let name)), (.heard, .agent(let name)): try people.say(event, to: name)
        case (.sent(let to), .entry(let entry)): try trail.deliver(entry, .sent, to: to)
        case (.failed(let to, _), .entry(let entry)): try trail.deliver(entry, .failed, to: to)
        case (.agent(let change), .agent(let name)): try people.change(name) { $0.apply(change) }
        case (.token(let change), .token(let token)): try people.change(token, change)
        case (.queue(let change), _): try people.set(change.queue)
        case (.customer(let id, let change), let subject): try apply(change, to: id, named: subject)
        case (.autoBreaker(_, let window, let domain), _): try stopReplies(to: domain, until: event.at + window)
        case (.restored(let restore), _): try skip(restore)
        default: break
        }
    }

    private func apply(_ event: Event, toTicket id: TicketID) throws(StoreError) {
        let wasLive = try tickets.isLive(id)
        if wasLive == nil, case .new(let mail, let number) = event.kind, let queue = event.queue {
            tickets.add(
                Ticket(id: id, number: number, mail: mail, queue: queue, at: event.at, sequence: event.sequence))
        }
        tickets.apply(event, to: id)
        switch event.kind {
        case .new(let mail, _), .followUp(let mail):
            if let customer = try tickets.find(id)?.customer { try customers.meet(customer, as: mail.customerName) }
        case .customerSet(let change):
            try customers.meet(change.customer, as: change.address)
            try customers.pass(id, from: change.was)
        default: if try tickets.isLive(id) == wasLive { return }  // Nothing of it concerns the customer.
        }
        if let ticket = try tickets.find(id) { try customers.apply(event, to: ticket) }
    }

    private func apply(_ change: CustomerChange, to id: CustomerID, named subject: Event.Subject) throws(StoreError) {
        if case .customer(let name) = subject { try customers.meet(id, as: name) }
        if case .split(let split) = change {
            let moved = try tickets.give(of: id, ownedBy: split.addresses, to: split.customer)
            return try customers.split(split, from: id, with: moved)
        }
        try customers.change(id) { $0.apply(change) }
        if case .joined(let other) = change {
            try customers.join(other.customer, to: id)
            try tickets.give(of: other.customer, to: id)
        }
    }

    private func stopReplies(to domain: String?, until moment: Moment) throws(StoreError) {
        setStopped.bind(1, domain ?? "")
        setStopped.bind(2, moment.milliseconds)
        try setStopped.run()
    }

    /// Keeps numbers that were given out before a step back from being given out again.
    private func skip(_ restore: Restore) throws(StoreError) {
        skipNumbers.bind(1, restore.counters.ticket)
        skipNumbers.bind(2, restore.counters.customer)
        skipNumbers.bind(3, Int64(restore.counters.number?.day ?? 0))
        skipNumbers.bind(4, Int64(restore.counters.number?.counter ?? 0))
        try skipNumbers.run()
        for entry in restore.entries { try tickets.skip(entry) }
    }

    /// Deletes what is only looked for within a window, once for every hour of the events' own time: so a file built
    /// anew holds the same rows as one that grew.
    private func prune(_ now: Moment) throws(StoreError) {
        let hour = now.milliseconds / 3_600_000
        guard hour > pruned else { return }
        try trail.prune(Moment(milliseconds: hour * 3_600_000))
        pruned = hour
    }
}
