public import DeskModel

/// What was read, and the event up to which it is true.
public struct Reading<Value: Sendable>: Sendable {
    /// What was read.
    public let value: Value
    /// The `applied` of the read transaction: the wire's `at=`.
    public let applied: SequenceNumber

    /// Something read from the state of `desk.db` at `applied`.
    public init(value: Value, applied: SequenceNumber) {
        self.value = value
        self.applied = applied
    }

    /// Makes something else of what was read; it is true up to the same event.
    public func map<Other, Failure>(
        _ transform: (Value) throws(Failure) -> Other
    ) throws(Failure) -> Reading<Other> {
        Reading<Other>(value: try transform(value), applied: applied)
    }
}

/// `desk.db` and the journal as one thread reads them: point reads for the engine on the owner's thread, long ones on
/// another thread over a reader of its own.
///
/// What is committed but not yet projected is not seen here: who needs a turn waits until `Projector.applied` has
/// reached it. An error is never "not found".
public final class DeskReader {
    let database: Database
    let journal: JournalReader
    let facts: FactReads
    let lists: ListReads
    private let applied: Statement

    /// Opens the files of a desk that `Projector.bringUp` has made ready.
    public init(_ files: StateFiles) throws(StoreError) {
        let database = try Database(path: files.desk, .readOnly)
        try database.execute("PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF")
        journal = try JournalReader(path: files.journal)
        facts = try FactReads(database)
        lists = try ListReads(database)
        applied = try database.prepare("SELECT applied FROM meta")
        self.database = database
    }

    /// Answers one need of the engine by an indexed read.
    public func fact(for need: Need) throws(StoreError) -> Fact {
        switch need {
        case .ticket(let id): .ticket(id, try facts.ticket(id), shown: try facts.shown(id))
        case .number(let number): .number(number, try facts.ticket(number))
        case .customer(let id): .customer(id, try facts.customer(id))
        case .address(let address): .address(address, try facts.customer(address))
        case .message(let message): .message(message, try facts.messages(message))
        case .content(let digest): try content(digest)
        case .addressing(let entry): .addressing(entry, try addressing(entry))
        case .retry(let agent, let key): try retry(agent, key)
        case .recent(let person, let since): .recent(person, since: since, try facts.recent(person, since: since))
        }
    }

    private func content(_ digest: Digest) throws(StoreError) -> Fact {
        let found = try facts.content(digest)
        return .content(digest, found?.entry, at: found?.at)
    }

    private func addressing(_ entry: EntryID) throws(StoreError) -> Addressing? {
        guard let sequence = try lists.entry(entry) else { return nil }
        let event = try shortTexts(of: sequence)
        // Where the addresses were changed outside of the desk they are not known; a report about the message is taken
        // in all the same.
        return event.isDamaged ? nil : Addressing(event.kind)
    }

    private func retry(_ agent: AgentName, _ key: String) throws(StoreError) -> Fact {
        guard let sequence = try facts.retry(agent, key) else { return .retry(agent, key: key, nil, at: nil) }
        let event = try shortTexts(of: sequence)
        guard let retry = event.retry else {
            throw .corrupt("event \(sequence) does not hold the retry key that desk.db looks for there")
        }
        guard !event.isDamaged else {
            throw .corrupt("a text of event \(sequence) in journal.db was changed outside of the desk")
        }
        return .retry(agent, key: key, retry, at: event.at)
    }

    /// An event that something is decided by, without the texts that can be long: those decide nothing.
    private func shortTexts(of sequence: SequenceNumber) throws(StoreError) -> Event {
        guard let (_, writings) = try journal.outline(sequence),
            let event = try journal.event(sequence, without: writings)
        else { throw .corrupt("event \(sequence) is missing in journal.db") }
        return event
    }

    /// Whether any text came as a raw message.
    public func namesMessages() throws(StoreError) -> Bool {
        try database.integer("SELECT EXISTS(SELECT 1 FROM entry WHERE raw IS NOT NULL)") != 0
    }

    /// Whether a text of some ticket came as the raw mail with this digest.
    public func names(raw digest: Digest) throws(StoreError) -> Bool {
        try facts.names(digest)
    }

    /// Runs `body` on one state of `desk.db`.
    func read<Value: Sendable>(_ body: () throws(StoreError) -> Value) throws(StoreError) -> Reading<Value> {
        try database.snapshot { () throws(StoreError) in
            guard let applied = try applied.first({ $0.integer(0) }) else {
                throw .corrupt("desk.db does not say how far it is")
            }
            return Reading(value: try body(), applied: applied)
        }
    }
}
