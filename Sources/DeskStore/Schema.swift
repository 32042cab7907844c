/// How one of the files came to be what it is: numbered steps that are only ever appended to.
///
/// A new file walks the same steps as an old one, so there is no second description to drift. `PRAGMA user_version`
/// counts the steps that were taken; each is a transaction of its own.
struct Schema {
    /// Which file this is: SQLite's `application_id`, so that another database is never taken for ours.
    let application: Int64
    /// The statements of each step.
    let steps: [String]

    /// Opens `path`, makes it if it is missing, and brings it to the newest version.
    ///
    /// A file from the future or of somebody else is only looked at, through a connection that cannot write.
    func open(
        path: String, synchronous: String, _ access: Database.Access = .readWrite
    ) throws(StoreError) -> Database {
        try check(path)
        let database = try Database(path: path, access)
        try database.execute(
            """
            PRAGMA journal_mode = WAL; PRAGMA synchronous = \(synchronous); PRAGMA secure_delete = ON;
            PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA foreign_keys = ON;
            PRAGMA journal_size_limit = 67108864; PRAGMA temp_store = MEMORY;
            """)
        let found = Int(try database.integer("PRAGMA user_version"))
        for (index, step) in steps.enumerated().dropFirst(found) {
            try database.transaction { () throws(StoreError) in
                try database.execute(step)
                try database.execute("PRAGMA user_version = \(index + 1); PRAGMA application_id = \(application)")
            }
        }
        return database
    }

    /// Whether there is a file of that name that SQLite can open.
    static func isThere(_ path: String) throws(StoreError) -> Bool {
        do throws(StoreError) {
            _ = try Database(path: path, .readOnly)
            return true
        } catch {
            if case .failed(let failure) = error, failure.code & 0xFF == cannotOpen { return false }
            throw error
        }
    }

    /// SQLITE_CANTOPEN.
    private static let cannotOpen: Int32 = 14

    /// The version of a file that may be opened; `nil` if there is none.
    @discardableResult
    func check(_ path: String) throws(StoreError) -> Int? {
        let database: Database
        do throws(StoreError) {
            try Database.recover(path)
            database = try Database(path: path, .readOnly)
        } catch {
            if case .failed = error { return nil }  // Missing: whoever opens it for writing says what is wrong.
            throw error
        }
        let found = Int(try database.integer("PRAGMA user_version"))
        let isOurs =
            if found == 0 {
                try database.integer("SELECT count(*) FROM sqlite_schema") == 0
            } else {
                try database.integer("PRAGMA application_id") == application
            }
        guard isOurs else { throw .notOurs(path) }
        guard found <= steps.count else { throw .fromTheFuture(found: found, known: steps.count) }
        return found
    }

    /// What happened. A row of `turn` is never changed nor deleted; a row of `text` only by a purge or because a
    /// credential was replaced.
    static let journal = Schema(
        application: 0x5A75_7201,
        steps: [
            // 1: the log. `text.id` is the event's number times 2^20 plus the text's place in it, so that the texts of
            // an event, of a turn, of any stretch of the log are one range. `credential` names the text that holds what
            // an agent logs in with now, so that it can be deleted when it is replaced; token '' is the password.
            """
            CREATE TABLE turn(
                first INTEGER PRIMARY KEY, count INTEGER NOT NULL, t INTEGER NOT NULL, chain BLOB NOT NULL,
                body BLOB NOT NULL);
            CREATE TABLE text(id INTEGER PRIMARY KEY, salt BLOB NOT NULL, bytes BLOB NOT NULL);
            CREATE TABLE credential(
                agent TEXT NOT NULL, token TEXT NOT NULL, text INTEGER NOT NULL, PRIMARY KEY(agent, token)
            ) WITHOUT ROWID;
            CREATE TABLE log(one INTEGER PRIMARY KEY CHECK(one = 1), epoch TEXT NOT NULL, probes INTEGER NOT NULL);
            """,
            // 2: `restored` is the newest event of that kind, 0 before the first. Messages that were queued up to event
            // `unstamped` have Message-IDs without a time.
            """
            ALTER TABLE log ADD COLUMN restored INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE log ADD COLUMN unstamped INTEGER NOT NULL DEFAULT 0;
            UPDATE log SET unstamped = (SELECT coalesce(max(first + count - 1), 0) FROM turn);
            """,
        ])

    /// Raw mails by the SHA-256 of their bytes, and our own by the event that queued them.
    static let mail = Schema(
        application: 0x5A75_7202,
        steps: [
            // 1: `pending` names the raw mails of which nobody has said yet that an event names them, so that a start
            // looks at these alone, however old the desk is.
            """
            CREATE TABLE raw(id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, bytes BLOB NOT NULL);
            CREATE TABLE pending(digest BLOB PRIMARY KEY) WITHOUT ROWID;
            CREATE TABLE composed(sequence INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
            """,
            // 2: `journal` is the mark of the journal that the file belongs to (`JournalMark`). `composed.seal` binds
            // the bytes to what the event says, NULL in rows from before; `ticket` and `n` name the text.
            """
            ALTER TABLE composed ADD COLUMN seal BLOB;
            ALTER TABLE composed ADD COLUMN ticket INTEGER;
            ALTER TABLE composed ADD COLUMN n INTEGER;
            CREATE TABLE journal(
                one INTEGER PRIMARY KEY CHECK(one = 1), epoch TEXT NOT NULL, sequence INTEGER NOT NULL,
                chain BLOB NOT NULL, t INTEGER NOT NULL, ticket INTEGER NOT NULL, customer INTEGER NOT NULL,
                day INTEGER NOT NULL, counter INTEGER NOT NULL, final INTEGER NOT NULL);
            """,
        ])
}
