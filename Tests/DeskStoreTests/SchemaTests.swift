import DeskModel
import Glibc
import Testing

@testable import DeskStore

@Suite struct SchemaTests {
    let folder = Folder()

    @Test func `a new journal is at the newest version, and opening it again changes nothing`() throws {
        _ = try folder.journal()
        let known = Int64(Schema.journal.steps.count)
        #expect(try folder.integer("journal.db", "PRAGMA user_version") == known)
        let before = try folder.bytes("journal.db")
        _ = try folder.journal()
        #expect(try folder.bytes("journal.db") == before)
    }

    @Test func `every file is its owner's alone, whatever the umask is`() throws {
        let journal = try folder.journal()
        let archive = try MailArchive(path: folder.files.mail, hashing: .system)
        let projection = try Projection(path: folder.files.desk)
        let names = try folder.names
        #expect(names.count == 9)
        for name in names {
            var status = stat()
            #expect(unsafe stat(folder.path + "/" + name, &status) == 0 && status.st_mode & 0o777 == 0o600)
        }
        _ = (journal.sequence, try archive.sweep { _ in true }, projection.applied)
    }

    @Test func `an older file takes the steps that it lacks`() throws {
        let older = Schema(application: 7, steps: ["CREATE TABLE a(x)"])
        let newer = Schema(application: 7, steps: older.steps + ["CREATE TABLE b(x)", "INSERT INTO b VALUES(1)"])
        let path = folder.path + "/some.db"
        try older.open(path: path, synchronous: "FULL").execute("INSERT INTO a VALUES(5)")
        let database = try newer.open(path: path, synchronous: "FULL")
        #expect(try database.integer("PRAGMA user_version") == 3)
        #expect(try database.integer("SELECT x FROM a") == 5)
        #expect(try database.integer("SELECT x FROM b") == 1)
    }

    @Test func `a step that fails leaves the version before it`() throws {
        let path = folder.path + "/some.db"
        let broken = Schema(application: 7, steps: ["CREATE TABLE a(x)", "CREATE TABLE b(x); CREATE TABLE b(x)"])
        #expect(throws: StoreError.self) { _ = try broken.open(path: path, synchronous: "FULL") }
        #expect(try folder.integer("some.db", "PRAGMA user_version") == 1)
        #expect(try folder.integer("some.db", "SELECT count(*) FROM sqlite_schema") == 1)
    }

    @Test func `a journal from the future is refused untouched`() throws {
        _ = try folder.journal()
        try folder.execute("journal.db", "PRAGMA user_version = 99; PRAGMA journal_mode = DELETE")
        let before = try folder.bytes("journal.db")
        #expect(throws: StoreError.fromTheFuture(found: 99, known: Schema.journal.steps.count)) {
            _ = try folder.journal()
        }
        #expect(try folder.bytes("journal.db") == before)
        #expect(try folder.names == ["journal.db"])
    }

    @Test func `another database is refused untouched`() throws {
        try folder.execute("journal.db", "CREATE TABLE theirs(x)")
        let before = try folder.bytes("journal.db")
        #expect(throws: StoreError.notOurs(folder.files.journal)) { _ = try folder.journal() }
        #expect(try folder.bytes("journal.db") == before)
    }

    @Test func `what is no database at all is called damaged`() throws {
        try folder.write(Array("a letter to my aunt, long enough to fill a page? no.".utf8), to: "journal.db")
        #expect {
            _ = try folder.journal()
        } throws: { error in
            if case StoreError.corrupt = error { true } else { false }
        }
    }

    @Test func `a folder that is missing is said in one sentence`() throws {
        #expect {
            _ = try Journal(path: folder.path + "/missing/journal.db", hashing: .system)
        } throws: { error in
            "\(error)" == "cannot open journal.db: No such file or directory (SQLite 14)"
        }
    }

    @Test(arguments: ["journal.db", "mail.db", "desk.db"])
    func `a FIFO or a folder in the place of a file is refused at once`(name: String) throws {
        let path = "\(folder.path)/\(name)"
        #expect(unsafe mkfifo(path, 0o600) == 0)
        for access in [Database.Access.readWrite, .soleWriter, .readOnly] {
            let refused = #expect(throws: StoreError.self) { _ = try Database(path: path, access).integer("SELECT 1") }
            let sentence = refused.map { "\($0)" }
            #expect(sentence == "cannot open \(name): it is a FIFO, socket or device, not a file (SQLite 14)")
        }
        #expect(unsafe unlink(path) == 0 && mkdir(path, 0o700) == 0)
        let refused = #expect(throws: StoreError.self) {
            _ = try Database(path: path, .readWrite).integer("SELECT 1")
        }
        #expect(refused.map { "\($0)" } == "cannot open \(name): it is a directory, not a file (SQLite 14)")
    }

    enum Outcome { case full, busy, failed, commitUnknown, corrupt }

    @Test(arguments: [
        ("SQLITE_FULL", 13, false, Outcome.full), ("SQLITE_FULL", 13, true, .full),
        ("SQLITE_BUSY", 5, false, .busy), ("SQLITE_BUSY_SNAPSHOT", 517, false, .busy), ("SQLITE_BUSY", 5, true, .busy),
        ("SQLITE_LOCKED", 6, false, .busy), ("SQLITE_LOCKED", 6, true, .commitUnknown),
        ("SQLITE_IOERR_WRITE", 778, false, .failed), ("SQLITE_IOERR_WRITE", 778, true, .commitUnknown),
        ("SQLITE_IOERR_FSYNC", 1034, true, .commitUnknown), ("SQLITE_NOMEM", 7, false, .failed),
        ("SQLITE_NOMEM", 7, true, .commitUnknown), ("SQLITE_CORRUPT", 11, false, .corrupt),
        ("SQLITE_ERROR", 1, false, .corrupt),
        ("SQLITE_CORRUPT", 11, true, .commitUnknown), ("SQLITE_NOTADB", 26, false, .corrupt),
        ("SQLITE_READONLY", 8, false, .failed), ("SQLITE_CANTOPEN", 14, false, .failed),
    ])
    func `only FULL and BUSY of COMMIT are rolled back for sure`(
        name: String, code: Int32, inCommit: Bool, outcome: Outcome
    ) {
        let failure = StoreError.Failure(doing: "write", code: code, sentence: name)
        let error = StoreError(failure, at: inCommit ? .commit(isOver: true) : .before)
        let found: Outcome =
            switch error {
            case .full: .full
            case .busy: .busy
            case .failed: .failed
            case .commitUnknown: .commitUnknown
            case .corrupt, .fromTheFuture, .notOurs: .corrupt
            }
        #expect(found == outcome)
    }

    @Test func `a commit that cannot be rolled back is unknown, whatever it said`() {
        let failure = StoreError.Failure(doing: "write", code: 13, sentence: "it said so")
        #expect(StoreError(failure, at: .commit(isOver: false)) == .commitUnknown(failure))
    }
}
