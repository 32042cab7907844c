import CSQLite
import DeskModel

/// One consistent set of a desk's files, copied while the desk runs or not.
///
/// Three read transactions are begun one right after the other and held until everything is copied: first of `desk.db`,
/// which follows the journal; then of the journal; then of `mail.db`, in which a message is durable before any event
/// names it. So the copy of `desk.db` is not ahead of the journal's, and no event of it names a message that is not
/// there. Nothing waits for a copy; the write-ahead logs grow until it is done.
public final class StateCopy {
    private let sources: [(file: SourceFile, target: String)]

    /// What a copy holds, once it has been checked.
    public struct Contents: Equatable, Sendable {
        /// The journal's last event.
        public let mark: JournalMark
        /// How many messages of customers.
        public let messages: Int
    }

    /// Begins to read the files of a desk, each as it is now.
    public init(of files: StateFiles, to target: StateFiles) throws(StoreError) {
        sources = [
            (try SourceFile(files.desk), target.desk), (try SourceFile(files.journal), target.journal),
            (try SourceFile(files.mail), target.mail),
        ]
    }

    /// Copies all files, the journal last; `progress` is told a file's name and how many of 100 parts are done.
    ///
    /// What is left behind on an error is to be deleted.
    public func run(progress: (String, Int) -> Void) throws(StoreError) {
        for (file, target) in [sources[2], sources[0], sources[1]] {
            try file.copy(to: target) { progress(file.database.name, $0) }
        }
    }
}

/// A file with a read transaction that lasts as long as this value.
private final class SourceFile {
    let database: Database

    init(_ path: String) throws(StoreError) {
        database = try Database(path: path, .readOnly)
        try database.execute("BEGIN")
        // The transaction begins with its first read.
        _ = try database.integer("SELECT count(*) FROM sqlite_schema")
    }

    func copy(to path: String, progress: (Int) -> Void) throws(StoreError) {
        Database.remove(path)
        try database.copy(to: try Database(path: path, .readWrite), progress: progress)
    }
}

extension StateCopy {
    /// Makes a set of files end where its journal ends: composed messages of later events are deleted, messages that no
    /// event names are to be swept, and the mark is that of the journal.
    ///
    /// Then checks everything that can be checked: SQLite's own structures, the whole chain, every text and every
    /// message by its digest. Throws `corrupt` at the first thing that is not as it was written.
    public static func complete(
        _ files: StateFiles, progress: (String, Int) -> Void
    ) throws(StoreError) -> Contents {
        let journal = try Journal(path: files.journal, hashing: .system)
        let mail = try MailArchive(path: files.mail, hashing: .system)
        for file in [files.journal, files.mail, files.desk] { try checkStructure(file, progress) }
        try JournalReader(path: files.journal).verify()
        var check = try EventCheck(try MailReader(path: files.mail), mail)
        let head = journal.sequence
        try journal.read(after: 0, limit: .max) { events throws(StoreError) in
            for event in events { try check.take(event) }
            if let last = events.last { progress("events", Int(last.sequence * 100 / max(1, head))) }
        }
        let mark = JournalMark(
            epoch: journal.epoch, sequence: head, chain: journal.chain,
            at: journal.lastAt ?? Moment(milliseconds: 0), counters: check.counters)
        try mail.end(at: mark)
        let messages = try mail.check { progress("messages", $0) }
        if let lost = try DeskWitness.lost(files.desk, beside: journal) {
            throw .corrupt("desk.db has event \(lost.last), which is not in journal.db")
        }
        guard mail.finish(), journal.finish() else { throw .corrupt("the copies cannot be closed") }
        return Contents(mark: mark, messages: messages)
    }

    private static func checkStructure(_ path: String, _ progress: (String, Int) -> Void) throws(StoreError) {
        let database = try Database(path: path, .readOnly)
        progress("structure of \(database.name)", 0)
        let verdict = try database.prepare("PRAGMA integrity_check(1)").first { $0.text(0) } ?? ""
        guard verdict == "ok" else { throw .corrupt("\(database.name): \(verdict)") }
    }
}

/// Checks the events of a set: their texts, and that the messages that they name are there.
private struct EventCheck {
    private(set) var counters = Counters()
    private let reader: MailReader
    private let archive: MailArchive

    init(_ reader: MailReader, _ archive: MailArchive) throws(StoreError) {
        self.reader = reader
        self.archive = archive
        try archive.forgetNamed()
    }

    mutating func take(_ event: Event) throws(StoreError) {
        guard !event.isDamaged else {
            throw .corrupt("a text of event \(event.sequence) in journal.db was changed or deleted")
        }
        counters.count(event)
        if let raw = event.kind.mail?.raw, try !archive.name(raw) {
            throw .corrupt("event \(event.sequence) names a message that is missing in mail.db")
        }
        if let outgoing = Outgoing(event), try reader.composed(for: outgoing) == .changed {
            throw .corrupt("the composed message of event \(event.sequence) in mail.db was changed")
        }
    }
}

extension MailArchive {
    /// Begins to note which raw messages events name.
    fileprivate func forgetNamed() throws(StoreError) {
        try database.execute("CREATE TEMP TABLE named(digest BLOB PRIMARY KEY) WITHOUT ROWID")
    }

    /// Notes that an event names a raw message; whether it is there.
    fileprivate func name(_ digest: Digest) throws(StoreError) -> Bool {
        guard try missing([digest]).isEmpty else { return false }
        let insert = try database.prepare("INSERT OR IGNORE INTO named VALUES(?)")
        insert.bind(1, digest.bytes)
        try insert.run()
        return true
    }

    /// Makes the file one that belongs to a journal which ends at `mark`.
    fileprivate func end(at mark: JournalMark) throws(StoreError) {
        try dropComposed(after: mark.sequence)
        try database.transaction { () throws(StoreError) in
            try database.execute(
                """
                DELETE FROM pending;
                INSERT INTO pending SELECT digest FROM raw WHERE digest NOT IN (SELECT digest FROM named)
                """)
        }
        try write(mark)
    }

    /// Writes the mark of a set that no desk uses.
    public func write(_ mark: JournalMark) throws(StoreError) {
        _ = try write([], mark: mark, isFinal: true)
    }

    /// Compares every raw message with its digest; how many there are.
    fileprivate func check(progress: (Int) -> Void) throws(StoreError) -> Int {
        let total = Int(try database.integer("SELECT count(*) FROM raw"))
        var rows: [(row: Int64, count: Int, digest: Digest)] = []
        try database.prepare("SELECT id, length(bytes), digest FROM raw").each { row throws(StoreError) in
            rows.append((row.integer(0), Int(row.integer(1)), try digest(row.bytes(2))))
        }
        for (index, row) in rows.enumerated() {
            if index % 256 == 0 { progress(index * 100 / max(1, total)) }
            guard try database.digest(of: "raw", "bytes", row: row.row, count: row.count) == row.digest else {
                throw .corrupt("message \(row.digest) in mail.db was changed")
            }
        }
        return total
    }
}
