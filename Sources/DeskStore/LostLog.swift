public import DeskModel

/// What other files saw of a log that `journal.db` does not hold: the journal was replaced by an older copy, or by one
/// of another time line.
public struct LostLog: Equatable, Sendable {
    /// The files that say so.
    public var witnesses: [String] = []
    /// The number of the last event that they saw.
    public var last: SequenceNumber = 0
    /// When it happened, at the earliest.
    public var at: Moment?
    /// The numbers that were given out, as far as they saw it.
    public var counters = Counters()
    /// The last text of each ticket that lost some, lowest ticket first; tickets that are lost themselves may be among
    /// them.
    public var entries: [EntryID] = []
    /// Whether they saw the log's end: the desk ended in order, so that nothing was given out after it.
    public var isComplete = false

    /// Nothing is known of what was lost.
    public init() {}

    mutating func add(_ other: LostLog) {
        witnesses += other.witnesses
        last = max(last, other.last)
        if let moment = other.at { at = max(at ?? moment, moment) }
        counters.raise(to: other.counters)
        var ends = Dictionary(entries.map { ($0.ticket, $0.entry) }) { max($0, $1) }
        for end in other.entries { ends[end.ticket] = max(end.entry, ends[end.ticket] ?? 0) }
        entries = ends.sorted { $0.key < $1.key }.map { EntryID($0.key, $0.value) }
        isComplete = isComplete || other.isComplete
    }

    /// A desk that is killed may have given out numbers of which no other file knows yet: at most those of a second.
    private static let margin: Int64 = 1000
    /// More than a desk gives out in a day.
    private static let dailyMargin: Int64 = 10_000

    /// Lets numbers go on some way behind those that are known, on day `day` (`yyyymmdd`), unless all are known.
    public mutating func leaveRoom(day: Int32) {
        if !isComplete { counters = counters.skipping(LostLog.margin, day: day) }
    }

    /// The same where no file tells what was lost after `moment`.
    public mutating func leaveRoom(day: Int32, since moment: Moment, until now: Moment) {
        guard !isComplete else { return }
        let days = max(0, (now - moment).milliseconds) / TimeSpan.days(1).milliseconds + 1
        counters = counters.skipping(days * LostLog.dailyMargin, day: day)
    }
}

extension LostLog {
    /// Compares the journal with the places that `desk.db` and `mail.db` have of it; `nil` if it holds both.
    ///
    /// Nothing is written. A file that cannot be read says nothing here: whoever needs it says what is wrong.
    public static func seen(by files: StateFiles, beside journal: borrowing Journal) -> LostLog? {
        var lost = LostLog()
        for path in [files.desk, files.mail] { try? Database.recover(path) }
        if let found = try? DeskWitness.lost(files.desk, beside: journal) { lost.add(found) }
        if let found = try? MailWitness.lost(files.mail, beside: journal) { lost.add(found) }
        return lost.witnesses.isEmpty ? nil : lost
    }
}

extension LostLog {
    /// Compares a journal with all files of another folder, its journal among them: what they have beyond it. Without
    /// witnesses it is nothing.
    ///
    /// Throws if one of the files cannot be read, unless that `isLenient`.
    public static func all(
        of files: StateFiles, beside journal: borrowing Journal, isLenient: Bool
    ) throws(StoreError) -> LostLog {
        var lost = LostLog()
        for path in [files.journal, files.mail, files.desk] {
            do throws(StoreError) {
                guard try Schema.isThere(path) else { continue }
                let found =
                    switch path {
                    case files.journal: try JournalWitness.lost(path, beside: journal)
                    case files.mail: try MailWitness.lost(path, beside: journal)
                    default: try DeskWitness.lost(path, beside: journal)
                    }
                // A journal that can be read tells all.
                if path == files.journal { lost.isComplete = true }
                if let found { lost.add(found) }
            } catch {
                if !isLenient { throw error }
            }
        }
        return lost
    }
}

/// Another `journal.db`: what it has beyond this one.
enum JournalWitness {
    static func lost(_ path: String, beside journal: borrowing Journal) throws(StoreError) -> LostLog? {
        let other = try JournalReader(path: path)
        let head = try other.head()
        if let chain = try other.chain(after: head), try journal.holds(head, chain) { return nil }
        let isBeginning = try other.chain(after: journal.sequence) == journal.chain
        var lost = LostLog()
        (lost.witnesses, lost.last) = (["journal.db"], head)
        var ends: [TicketID: Int] = [:]
        var next = isBeginning ? journal.sequence : 0
        while next < head {
            let turns = try other.turns(after: next, upTo: head, limit: Projection.bite)
            guard let last = turns.last else { throw .corrupt("event \(next + 1) is missing in \(path)") }
            for event in turns.lazy.flatMap(\.events) {
                lost.at = event.at
                lost.counters.count(event)
                guard let text = event.kind.mail?.entry ?? event.entry else { continue }
                ends[text.ticket] = max(text.entry, ends[text.ticket] ?? 0)
            }
            next = last.last
        }
        lost.entries = ends.sorted { $0.key < $1.key }.map { EntryID($0.key, $0.value) }
        return lost
    }
}

extension Event {
    /// The text that it is about.
    fileprivate var entry: EntryID? {
        if case .entry(let entry) = subject { entry } else { nil }
    }
}

extension Journal {
    /// Whether the log has an event with that number that ends a turn and has this chain after it.
    public func holds(_ sequence: SequenceNumber, _ chain: Digest) throws(StoreError) -> Bool {
        guard sequence <= self.sequence else { return false }
        return try self.chain(after: sequence) == chain
    }
}

/// `desk.db`, whatever version of the program wrote it, asked how far it followed which log.
enum DeskWitness {
    /// What it saw of a log that the journal does not hold; `nil` if the journal holds all of it.
    static func lost(_ path: String, beside journal: borrowing Journal) throws(StoreError) -> LostLog? {
        let database = try Database(path: path, .readOnly)
        guard try database.integer("PRAGMA application_id") == DeskSchema.application else { return nil }
        let place = try database.prepare("SELECT applied, chain FROM meta").first { row throws(StoreError) in
            (row.integer(0), try digest(row.bytes(1)))
        }
        guard let (applied, chain) = place, try !journal.holds(applied, chain) else { return nil }
        // Where the two logs part is known only if the journal is a beginning of what the file followed.
        let common = applied > journal.sequence ? journal.sequence : 0
        var lost = LostLog()
        lost.witnesses = ["desk.db"]
        lost.last = applied
        let newest = try database.integer("SELECT max(newest_at) FROM ticket")
        lost.at = newest > 0 ? Moment(milliseconds: newest) : nil
        lost.counters = try Counters(givenOutIn: database)
        let ends = try database.prepare(
            """
            SELECT ticket, max(n) FROM entry WHERE seq > ?1 GROUP BY ticket
            HAVING ticket IN (SELECT ticket FROM entry WHERE n = 1 AND (seq <= ?1 OR ?1 = 0))
            """)
        ends.bind(1, common)
        try ends.each { lost.entries.append(EntryID(TicketID($0.integer(0)), Int($0.integer(1)))) }
        return lost
    }
}

/// `mail.db`, asked which journal it belongs to.
enum MailWitness {
    /// What it saw of a log that the journal does not hold; `nil` if the journal holds all of it.
    static func lost(_ path: String, beside journal: borrowing Journal) throws(StoreError) -> LostLog? {
        guard let version = try Schema.mail.check(path), version > 0 else { return nil }
        let database = try Database(path: path, .readOnly)
        // Messages are composed once their event is durable.
        let composed = try database.integer("SELECT max(sequence) FROM composed")
        let found = version > 1 ? try MarkRow.read(database) : nil
        var lost = LostLog()
        lost.witnesses = ["mail.db"]
        if let (mark, isFinal) = found, try !journal.holds(mark.sequence, mark.chain) {
            (lost.last, lost.at, lost.counters) = (max(mark.sequence, composed), mark.at, mark.counters)
            lost.isComplete = isFinal
        } else if found == nil, composed > journal.sequence {
            lost.last = composed
        } else {
            return nil
        }
        guard version > 1 else { return lost }
        let ends = try database.prepare(
            "SELECT ticket, max(n) FROM composed WHERE sequence > ? AND ticket IS NOT NULL GROUP BY ticket")
        ends.bind(1, lost.last > journal.sequence ? journal.sequence : 0)
        try ends.each { lost.entries.append(EntryID(TicketID($0.integer(0)), Int($0.integer(1)))) }
        return lost
    }
}
