import CSQLite
import CSoleWriter
import Glibc

/// One connection to one file: used by one thread at a time, closed when it goes.
@safe struct Database: ~Copyable {
    /// What may be done with the file.
    enum Access {
        /// Read and write; a file that is missing is made.
        case readWrite
        /// The same, in WAL mode, while no other connection writes to the file: cheaper (`CSoleWriter`).
        case soleWriter
        /// Read what others write.
        case readOnly
    }

    /// The last part of the path, for sentences.
    let name: String
    private let raw: OpaquePointer
    private let begin: OpaquePointer
    private let end: OpaquePointer
    private let undo: OpaquePointer

    /// Opens `path`. SQLite's own locking of the connection is off, since one thread has it.
    init(path: String, _ access: Access) throws(StoreError) {
        let name = String(path.utf8.split(separator: UInt8(ascii: "/")).last.map(Substring.init) ?? path[...])
        // Made by us, not by SQLite, which would follow a link that leads nowhere and make the file at its end.
        let flags = access == .readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE
        if access != .readOnly { Database.makePrivate(path) }
        try Database.requireRegular(path, name)
        var opened: OpaquePointer?
        var code = access == .soleWriter ? desk_register_sole_writer() : SQLITE_OK
        if code == SQLITE_OK {
            let system = access == .soleWriter ? DESK_SOLE_WRITER : nil
            code = unsafe sqlite3_open_v2(path, &opened, flags | SQLITE_OPEN_NOMUTEX, system)
        }
        guard code == SQLITE_OK, let raw = unsafe opened else {
            let failure = unsafe Database.failure(opened, code, doing: "open \(name)")
            unsafe sqlite3_close_v2(opened)
            throw StoreError(failure, at: .before)
        }
        // SQLite opens what it may not write for reading, and says so only when something is to be written.
        if access != .readOnly, unsafe sqlite3_db_readonly(raw, "main") == 1 {
            let reason = unsafe Glibc.access(path, W_OK) == 0 ? EROFS : errno
            unsafe sqlite3_close_v2(raw)
            throw .failed(
                StoreError.Failure(doing: "write \(name)", code: SQLITE_READONLY, sentence: Database.text(of: reason)))
        }
        unsafe sqlite3_extended_result_codes(raw, 1)
        unsafe sqlite3_busy_timeout(raw, Database.patience)
        let sentences: [OpaquePointer]
        do throws(StoreError) {
            unsafe sentences = [
                try Database.prepare("BEGIN IMMEDIATE", on: raw, name), try Database.prepare("COMMIT", on: raw, name),
                try Database.prepare("ROLLBACK", on: raw, name),
            ]
        } catch {
            unsafe sqlite3_close_v2(raw)
            throw error
        }
        unsafe (begin, end, undo) = unsafe (sentences[0], sentences[1], sentences[2])
        self.name = name
        unsafe self.raw = raw
    }

    deinit {
        unsafe sqlite3_finalize(begin)
        unsafe sqlite3_finalize(end)
        unsafe sqlite3_finalize(undo)
        unsafe sqlite3_close_v2(raw)
    }

    /// Makes a file that is missing, for the eyes of its owner alone: what customers write is nobody else's business.
    /// What SQLite keeps beside it gets the same mode. Whatever goes wrong here, SQLite says it better.
    private static func makePrivate(_ path: String) {
        let file = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        if file >= 0 { close(file) }
    }

    /// Throws if there is something else than a file: SQLite would wait for a FIFO for ever.
    ///
    /// Looks at the path without opening it: closing any descriptor of a file drops the locks that other connections of
    /// this process hold on it (fcntl(2)).
    private static func requireRegular(_ path: String, _ name: String) throws(StoreError) {
        var status = stat()
        guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG else { return }
        let kind = status.st_mode & S_IFMT == S_IFDIR ? "a directory" : "a FIFO, socket or device"
        throw .failed(
            StoreError.Failure(doing: "open \(name)", code: SQLITE_CANTOPEN, sentence: "it is \(kind), not a file"))
    }

    /// Deletes a file with what SQLite keeps beside it; nobody has it open.
    static func remove(_ path: String) {
        for suffix in ["", "-wal", "-shm", "-journal"] { unsafe unlink(path + suffix) }
    }

    /// Takes back what a process that died while it made the file has left: until a file is in WAL mode it has a
    /// rollback journal, which a connection that cannot write refuses to pass over.
    static func recover(_ path: String) throws(StoreError) {
        guard unsafe access(path + "-journal", F_OK) == 0 else { return }
        _ = try Database(path: path, .readWrite).integer("PRAGMA user_version")
    }

    /// Milliseconds to wait for another process that has the file for a moment: a backup, a shell.
    private static let patience: Int32 = 200

    /// Runs statements that give no rows.
    func execute(_ sql: String) throws(StoreError) {
        let code = unsafe sqlite3_exec(raw, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw StoreError(failure(code), at: .before) }
    }

    /// The first column of the first row; 0 if there is none.
    func integer(_ sql: String) throws(StoreError) -> Int64 {
        try prepare(sql).first { $0.integer(0) } ?? 0
    }

    /// Compiles a statement that is kept as long as its connection.
    func prepare(_ sql: String) throws(StoreError) -> Statement {
        unsafe Statement(try Database.prepare(sql, on: raw, name), of: name)
    }

    /// Runs `body` and commits what it wrote, or nothing.
    ///
    /// Every error but `commitUnknown` means that nothing was written, and that the next transaction may be tried.
    func transaction<Result>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result {
        unsafe try step(begin)
        let result: Result
        do throws(StoreError) {
            result = try body()
        } catch {
            _ = rollBack()
            throw error
        }
        let code = unsafe sqlite3_step(end)
        guard code == SQLITE_DONE else {
            let failure = failure(code)
            unsafe sqlite3_reset(end)
            throw StoreError(failure, at: .commit(isOver: rollBack()))
        }
        unsafe sqlite3_reset(end)
        return result
    }

    /// FULL, IOERR, NOMEM and BUSY may have rolled back by themselves, so SQLite is asked first; whether it is over
    /// now.
    private func rollBack() -> Bool {
        if unsafe sqlite3_get_autocommit(raw) == 0 {
            unsafe sqlite3_step(undo)
            unsafe sqlite3_reset(undo)
        }
        return unsafe sqlite3_get_autocommit(raw) != 0
    }

    /// Runs `body`, which only reads, on one state of the file.
    func snapshot<Result>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result {
        try execute("BEGIN")
        defer { _ = rollBack() }
        return try body()
    }

    /// The bytes of `column` in `range`, of the row with that number in `table`: the rest of the value never is in
    /// memory. `nil` if there is no such row. The range lies within the value.
    func slice(of table: String, _ column: String, row: Int64, _ range: Range<Int>) throws(StoreError) -> [UInt8]? {
        var bytes: [UInt8] = []
        let isThere = try slices(of: table, column, row: row, range, size: range.count) { bytes = $0 }
        return isThere ? bytes : nil
    }

    /// The same piece by piece, each of at most `size` bytes, to `take`; whether there is such a row.
    ///
    /// The value is opened once: SQLite finds a byte by following the chain of its pages, and remembers it while the
    /// value is open (sqlite.org/fileformat2.html#ovflpgs).
    func slices(
        of table: String, _ column: String, row: Int64, _ range: Range<Int>, size: Int, take: ([UInt8]) -> Void
    ) throws(StoreError) -> Bool {
        var opened: OpaquePointer?
        let code = unsafe sqlite3_blob_open(raw, "main", table, column, row, 0, &opened)
        defer { unsafe sqlite3_blob_close(opened) }
        // "No such rowid" is the one error of this call that has no code of its own.
        if code & 0xFF == SQLITE_ERROR { return false }
        guard code == SQLITE_OK else { throw StoreError(failure(code), at: .before) }
        guard unsafe Int(sqlite3_blob_bytes(opened)) >= range.upperBound else {
            throw .corrupt("row \(row) of \(table) is shorter than \(name) says")
        }
        var start = range.lowerBound
        while start < range.upperBound {
            let count = min(size, range.upperBound - start)
            var bytes = [UInt8](repeating: 0, count: count)
            let read = unsafe sqlite3_blob_read(opened, &bytes, Int32(count), Int32(start))
            guard read == SQLITE_OK else { throw StoreError(failure(read), at: .before) }
            take(bytes)
            start += count
        }
        return true
    }

    /// Moves all pages from the write-ahead log into the file and cuts the log to nothing; whether that worked out. It
    /// does not wait for readers.
    func truncateLog() -> Bool {
        unsafe sqlite3_busy_timeout(raw, 0)
        defer { unsafe sqlite3_busy_timeout(raw, Database.patience) }
        return unsafe sqlite3_wal_checkpoint_v2(raw, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil) == SQLITE_OK
    }

    private func step(_ statement: OpaquePointer) throws(StoreError) {
        let code = unsafe sqlite3_step(statement)
        defer { unsafe sqlite3_reset(statement) }
        guard code == SQLITE_DONE else { throw StoreError(failure(code), at: .before) }
    }

    private func failure(_ code: Int32) -> StoreError.Failure {
        unsafe Database.failure(raw, code, doing: "use \(name)")
    }

    private static func prepare(_ sql: String, on raw: OpaquePointer, _ name: String) throws(StoreError)
        -> OpaquePointer
    {
        var prepared: OpaquePointer?
        let code = unsafe sqlite3_prepare_v3(raw, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard code == SQLITE_OK, let statement = unsafe prepared else {
            throw unsafe StoreError(failure(raw, code, doing: "read \(name)"), at: .before)
        }
        return unsafe statement
    }

    fileprivate static func failure(_ raw: OpaquePointer?, _ code: Int32, doing: String) -> StoreError.Failure {
        // "Unable to open database file" and "disk I/O error" hide what the system said.
        if let raw = unsafe raw, [SQLITE_CANTOPEN, SQLITE_IOERR].contains(code & 0xFF),
            case let reason = unsafe sqlite3_system_errno(raw), reason != 0
        {
            return StoreError.Failure(doing: doing, code: code, sentence: text(of: reason))
        }
        let sentence = unsafe raw == nil ? String(cString: sqlite3_errstr(code)) : String(cString: sqlite3_errmsg(raw))
        return StoreError.Failure(doing: doing, code: code, sentence: sentence)
    }

    private static func text(of errno: Int32) -> String {
        unsafe String(cString: strerror(errno))
    }
}

extension Database {
    /// Copies the whole file over that of `target` (sqlite.org/backup.html); `progress` is told how many of 100 parts
    /// are done. In a read transaction of this connection the copy is what that transaction sees.
    func copy(to target: borrowing Database, progress: (Int) -> Void) throws(StoreError) {
        guard let backup = unsafe sqlite3_backup_init(target.raw, "main", raw, "main") else {
            throw StoreError(target.failure(unsafe sqlite3_errcode(target.raw)), at: .before)
        }
        defer { unsafe sqlite3_backup_finish(backup) }
        while true {
            let code = unsafe sqlite3_backup_step(backup, Database.pagesPerStep)
            let (total, left) = unsafe (sqlite3_backup_pagecount(backup), sqlite3_backup_remaining(backup))
            progress(Int(total - left) * 100 / max(1, Int(total)))
            if code == SQLITE_DONE { return }
            guard code == SQLITE_OK else {
                throw unsafe StoreError(
                    StoreError.Failure(
                        doing: "copy \(name)", code: code, sentence: String(cString: sqlite3_errstr(code))), at: .before
                )
            }
        }
    }

    private static var pagesPerStep: Int32 { 1024 }
}

/// One statement, compiled once: parameters count from 1, columns from 0.
///
/// Values are copied by `bind`; large ones are lent for the time of a closure by `lend`.
@safe struct Statement: ~Copyable {
    private let raw: OpaquePointer
    private let file: String

    fileprivate init(_ raw: OpaquePointer, of file: String) {
        unsafe self.raw = raw
        self.file = file
    }

    deinit { unsafe sqlite3_finalize(raw) }

    /// Binds a number.
    func bind(_ index: Int32, _ value: Int64) {
        bound(unsafe sqlite3_bind_int64(raw, index, value))
    }

    /// Binds a text.
    func bind(_ index: Int32, _ value: String) {
        bound(unsafe sqlite3_bind_text(raw, index, value, Int32(clamping: value.utf8.count), copied))
    }

    /// Binds bytes.
    func bind(_ index: Int32, _ value: [UInt8]) {
        if value.isEmpty {
            bound(unsafe sqlite3_bind_zeroblob(raw, index, 0))
        } else {
            bound(unsafe sqlite3_bind_blob64(raw, index, value, UInt64(value.count), copied))
        }
    }

    /// Binds nothing: NULL.
    func bindNull(_ index: Int32) {
        bound(unsafe sqlite3_bind_null(raw, index))
    }

    /// Binds bytes without copying them, for as long as `body` runs.
    func lend(_ index: Int32, _ value: [UInt8], to body: () throws(StoreError) -> Void) throws(StoreError) {
        unsafe try value.span.bytes.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) throws(StoreError) in
            bound(unsafe sqlite3_bind_blob64(raw, index, bytes.baseAddress, UInt64(bytes.count), nil))
            defer { bindNull(index) }
            try body()
        }
    }

    /// Runs a statement whose rows, if any, are of no interest.
    func run() throws(StoreError) {
        _ = try step()
        unsafe sqlite3_reset(raw)
    }

    /// The first row, as `read` sees it.
    func first<Value>(_ read: (borrowing Statement) throws(StoreError) -> Value) throws(StoreError) -> Value? {
        defer { unsafe sqlite3_reset(raw) }
        return try step() ? try read(self) : nil
    }

    /// Every row, one after the other.
    func each(_ read: (borrowing Statement) throws(StoreError) -> Void) throws(StoreError) {
        defer { unsafe sqlite3_reset(raw) }
        while try step() { try read(self) }
    }

    /// Rows, one after the other, until `read` wants no more.
    func scan(_ read: (borrowing Statement) throws(StoreError) -> Bool) throws(StoreError) {
        defer { unsafe sqlite3_reset(raw) }
        while try step(), try read(self) {}
    }

    /// Stays at the first row, and with it in a read transaction, until `leave`; an error means that it does not.
    func stay() {
        _ = unsafe sqlite3_step(raw)
    }

    /// Ends what `stay` began.
    func leave() {
        unsafe sqlite3_reset(raw)
    }

    /// Column `index` of the row as a number; 0 for NULL.
    func integer(_ index: Int32) -> Int64 {
        unsafe sqlite3_column_int64(raw, index)
    }

    /// Column `index` as text; empty for NULL.
    func text(_ index: Int32) -> String {
        guard let text = unsafe sqlite3_column_text(raw, index) else { return "" }
        let count = unsafe Int(sqlite3_column_bytes(raw, index))
        return unsafe String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self)
    }

    /// Column `index` as bytes; none for NULL.
    func bytes(_ index: Int32) -> [UInt8] {
        guard let blob = unsafe sqlite3_column_blob(raw, index) else { return [] }
        return unsafe Array(UnsafeRawBufferPointer(start: blob, count: Int(sqlite3_column_bytes(raw, index))))
    }

    /// Whether column `index` is NULL.
    func isNull(_ index: Int32) -> Bool {
        unsafe sqlite3_column_type(raw, index) == SQLITE_NULL
    }

    /// Whether there is a row; an error leaves the statement reset, so that it can run again.
    private func step() throws(StoreError) -> Bool {
        let code = unsafe sqlite3_step(raw)
        if code == SQLITE_ROW { return true }
        if code == SQLITE_DONE { return false }
        let failure = unsafe Database.failure(sqlite3_db_handle(raw), code, doing: "use \(file)")
        unsafe sqlite3_reset(raw)
        throw StoreError(failure, at: .before)
    }

    /// A value is refused only if the statement has no such parameter, or if memory is at its end.
    private func bound(_ code: Int32) {
        precondition(code == SQLITE_OK, "a statement of the store has no such parameter")
    }
}

/// SQLITE_TRANSIENT, a cast in C that Swift does not see: SQLite copies what it is given.
private var copied: sqlite3_destructor_type { unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self) }
