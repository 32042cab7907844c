public import DeskModel

/// The truth of a desk: everything that happened, in the order in which it was committed.
///
/// `journal.db` belongs to one thread, which alone writes to it; others read it through a `JournalReader`. One call of
/// `append` is one transaction and one fsync, whatever the number of events.
///
///     let turn = try journal.append(events)   // durable now
///     projector.follow(turn)
public struct Journal: ~Copyable {
    /// The number of the last event; 0 while nothing has happened.
    public private(set) var sequence: SequenceNumber
    /// The chain after the last event.
    public private(set) var chain: Digest
    /// When the last event happened; `nil` while nothing has.
    public private(set) var lastAt: Moment?
    /// Eight lower-case letters that name this log.
    public private(set) var epoch: String
    /// The newest `restored` event; 0 before the first.
    public private(set) var restored: SequenceNumber
    /// Messages that were queued up to this event have Message-IDs without a time.
    public let unstamped: SequenceNumber

    let database: Database
    private let log: LogReads
    private let hashing: Hashing
    private let salts: Salts
    private let insertTurn: Statement
    private let insertText: Statement
    private let credentials: Credentials
    private let touch: Statement
    private let setEpoch: Statement
    private let openRead: OpenRead
    /// A deleted credential may still stand in the write-ahead log.
    private var mustTruncate = true

    /// How many texts an event may have; a mail with more addresses and files than that is refused by its readers.
    static let textsPerEvent: Int64 = 1 << 20

    /// Opens the journal at `path`, makes it if it is missing, and checks the chain of the last turns.
    ///
    /// Throws `fromTheFuture` or `notOurs` without having touched the file, `corrupt` if the chain is broken.
    public init(path: String, hashing: Hashing) throws(StoreError) {
        let database = try Schema.journal.open(path: path, synchronous: "FULL", .soleWriter)
        let log = try LogReads(database, hashing: hashing)
        if try database.integer("SELECT count(*) FROM log") == 0 {
            try database.execute("INSERT INTO log(one, epoch, probes) VALUES(1, '\(Journal.letters(hashing))', 0)")
        }
        let named = try database.prepare("SELECT epoch, restored, unstamped FROM log").first {
            ($0.text(0), $0.integer(1), $0.integer(2))
        }
        let head = try log.head()
        try log.verify(from: log.start(ofLast: Journal.checkedAtStart))
        let insertTurn = try database.prepare("INSERT INTO turn VALUES(?, ?, ?, ?, ?)")
        let insertText = try database.prepare("INSERT INTO text VALUES(?, ?, ?)")
        let credentials = try Credentials(database)
        let touch = try database.prepare("UPDATE log SET probes = probes + 1")
        let setEpoch = try database.prepare("UPDATE log SET epoch = ?, restored = ?")
        let openRead = try OpenRead(database)
        self.insertTurn = insertTurn
        self.insertText = insertText
        self.credentials = credentials
        self.touch = touch
        self.setEpoch = setEpoch
        self.openRead = openRead
        self.database = database
        self.log = log
        self.hashing = hashing
        salts = Salts(hashing.random)
        (epoch, restored, unstamped) = named ?? ("", 0, 0)
        sequence = head.sequence
        chain = head.chain
        lastAt = head.at
    }

    /// Events whose chain is checked at every start: what a crash or a careless copy may have torn.
    private static let checkedAtStart = 1000

    /// Makes `events`, which are numbered on from `sequence`, durable as one turn.
    ///
    /// After any error but `commitUnknown` nothing of them is in the file, and the journal may be used on. After
    /// `commitUnknown` the process has to end without a word: only the next one can read whether they are.
    @discardableResult
    public mutating func append(_ events: [Event]) throws(StoreError) -> Turn {
        precondition(!events.isEmpty, "a turn that changes nothing commits nothing")
        precondition(
            events.enumerated().allSatisfy { $1.sequence == sequence + 1 + Int64($0) },
            "events are numbered on from the last one")
        let salts = salts
        var encoder = EventEncoder(after: chain, salt: { salts.next() }, hash: hashing.hash)
        for event in events { encoder.append(event) }
        let (body, texts, after) = (encoder.body.bytes, encoder.texts, encoder.chain)
        let at = events.last?.at ?? Moment(milliseconds: 0)
        let isPurged = try openRead.outlast { () throws(StoreError) in
            try database.transaction { () throws(StoreError) in
                try insert(texts)
                insertTurn.bind(1, sequence + 1)
                insertTurn.bind(2, Int64(events.count))
                insertTurn.bind(3, at.milliseconds)
                insertTurn.bind(4, after.bytes)
                try insertTurn.lend(5, body) { () throws(StoreError) in try insertTurn.run() }
                for case .restored(let restore) in events.lazy.map(\.kind) { try rename(restore.epoch) }
                return try credentials.follow(events, texts)
            }
        }
        sequence += Int64(events.count)
        chain = after
        lastAt = at
        mustTruncate = mustTruncate || isPurged
        if mustTruncate { mustTruncate = !finish() }
        return Turn(events: events, chain: after)
    }

    private func insert(_ texts: [SealedText]) throws(StoreError) {
        for text in texts {
            guard Int64(text.ordinal) < Journal.textsPerEvent else { throw .corrupt("an event with too many texts") }
            insertText.bind(1, Journal.row(of: text))
            insertText.bind(2, text.salt)
            try insertText.lend(3, text.bytes) { () throws(StoreError) in try insertText.run() }
        }
    }

    /// Leaves a file that is whole without its write-ahead log, as far as readers let it; for the end of the desk.
    @discardableResult
    public func finish() -> Bool {
        openRead.end()
        return database.truncateLog()
    }

    /// Commits something that means nothing, durably: whether writing works (again).
    public mutating func probe() throws(StoreError) {
        openRead.end()
        try database.transaction { () throws(StoreError) in try touch.run() }
    }

    /// Gives the log another epoch, and records what is known of the log that it was before.
    ///
    /// Event numbers that were given out may now stand for other events. The epoch and the event that says so are one
    /// transaction; errors are those of `append`.
    public mutating func restart(after lost: LostLog, at moment: Moment) throws(StoreError) -> Restore {
        let restore = Restore(
            was: epoch, epoch: Journal.letters(hashing), lost: lost.last, lostAt: lost.at, counters: lost.counters,
            entries: lost.entries)
        try append([Event(sequence: sequence + 1, at: moment, by: nil, subject: .desk, kind: .restored(restore))])
        (epoch, restored) = (restore.epoch, sequence)
        return restore
    }

    private func rename(_ epoch: String) throws(StoreError) {
        setEpoch.bind(1, epoch)
        setEpoch.bind(2, sequence + 1)
        try setEpoch.run()
    }

    /// The chain after event `sequence`, if a turn ends with it.
    public func chain(after sequence: SequenceNumber) throws(StoreError) -> Digest? {
        try log.chain(after: sequence)
    }

    /// The events after `sequence`, at most `limit` of them, with their texts, turn by turn.
    public func read(
        after sequence: SequenceNumber, limit: Int, each: ([Event]) throws(StoreError) -> Void
    ) throws(StoreError) {
        try log.events(after: sequence, limit: limit, each: each)
    }

    /// The row of a text.
    static func row(of text: SealedText) -> Int64 {
        text.sequence * textsPerEvent + Int64(text.ordinal)
    }

    private static func letters(_ hashing: Hashing) -> String {
        String(decoding: hashing.random(8).map { UInt8(ascii: "a") + $0 % 26 }, as: UTF8.self)
    }
}

/// Fresh random bytes for texts, drawn many at a time: each draw costs system calls.
private final class Salts {
    private let random: (Int) -> [UInt8]
    private var drawn: [UInt8] = []

    init(_ random: @escaping (Int) -> [UInt8]) {
        self.random = random
    }

    /// 16 bytes that were never given before.
    func next() -> [UInt8] {
        if drawn.isEmpty { drawn = random(64 * Salts.byteCount) }
        defer { drawn.removeLast(Salts.byteCount) }
        return Array(drawn.suffix(Salts.byteCount))
    }

    private static let byteCount = 16
}

/// A read that stays open from turn to turn. Without one, each transaction takes and gives back the read lock and moves
/// its mark to the end of the log: four system calls (wal.c, walTryBeginRead).
///
/// While it is open no page can leave the write-ahead log, so every few turns one is committed without it; and SQLite
/// gets over an error only when no read is open (pager.c, PAGER_ERROR).
private final class OpenRead {
    private let select: Statement
    private var turns = 0

    /// Turns until the log may be emptied again.
    private static let turnsMost = 32

    init(_ database: borrowing Database) throws(StoreError) {
        select = try database.prepare("SELECT one FROM log")
    }

    /// Runs a transaction within the read, or begins one behind it.
    func outlast<Result>(_ transaction: () throws(StoreError) -> Result) throws(StoreError) -> Result {
        if turns >= OpenRead.turnsMost { end() }
        do throws(StoreError) {
            let result = try transaction()
            if turns == 0 { select.stay() }
            turns += 1
            return result
        } catch {
            end()
            throw error
        }
    }

    func end() {
        select.leave()
        turns = 0
    }
}

/// Deletes what an agent used to log in with once something newer has taken its place.
private final class Credentials {
    private let find: Statement
    private let set: Statement
    private let forget: Statement
    private let ofAgent: Statement
    private let deleteText: Statement

    init(_ database: borrowing Database) throws(StoreError) {
        find = try database.prepare("SELECT text FROM credential WHERE agent = ? AND token = ?")
        set = try database.prepare("INSERT INTO credential VALUES(?, ?, ?)")
        forget = try database.prepare("DELETE FROM credential WHERE agent = ? AND token = ?")
        ofAgent = try database.prepare("SELECT token FROM credential WHERE agent = ?")
        deleteText = try database.prepare("DELETE FROM text WHERE id = ?")
    }

    /// Follows the events of one turn; whether anything was deleted.
    func follow(_ events: [Event], _ texts: [SealedText]) throws(StoreError) -> Bool {
        var isPurged = false
        for event in events {
            switch (event.kind, event.subject) {
            case (.agent(.password), .agent(let agent)):
                if try drop(agent, token: "") { isPurged = true }
                try keep(agent, token: "", event, texts)
            case (.agent(.retired), .agent(let agent)):
                for token in try tokens(of: agent) where try drop(agent, token: token) { isPurged = true }
            case (.token(.added(let agent, _)), .token(let name)):
                if try drop(agent, token: name) { isPurged = true }
                try keep(agent, token: name, event, texts)
            case (.token(.revoked(let agent)), .token(let name)):
                if try drop(agent, token: name) { isPurged = true }
            default: break
            }
        }
        return isPurged
    }

    /// The credential is the first text of its event.
    private func keep(
        _ agent: AgentName, token: String, _ event: Event, _ texts: [SealedText]
    ) throws(StoreError) {
        guard let text = texts.first(where: { $0.sequence == event.sequence }) else { return }
        set.bind(1, agent.description)
        set.bind(2, token)
        set.bind(3, Journal.row(of: text))
        try set.run()
    }

    private func drop(_ agent: AgentName, token: String) throws(StoreError) -> Bool {
        find.bind(1, agent.description)
        find.bind(2, token)
        guard let text = try find.first({ $0.integer(0) }) else { return false }
        deleteText.bind(1, text)
        try deleteText.run()
        forget.bind(1, agent.description)
        forget.bind(2, token)
        try forget.run()
        return true
    }

    private func tokens(of agent: AgentName) throws(StoreError) -> [String] {
        var tokens: [String] = []
        ofAgent.bind(1, agent.description)
        try ofAgent.each { tokens.append($0.text(0)) }
        return tokens
    }
}
