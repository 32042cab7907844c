public import DeskModel

/// `mail.db`, written: raw mails as they came in, addressed by the SHA-256 of their bytes, and our own as they go out.
///
/// A raw mail is durable here before anybody decides about it. Until an event names it, it is *pending*; what is still
/// pending at a start, and is named by no event, died on its way in and is swept. One thread at a time has an archive.
public final class MailArchive {
    let database: Database
    private let hashing: Hashing
    private let insertRaw: Statement
    private let insertPending: Statement
    private let deletePending: Statement
    private let deleteRaw: Statement
    private let insertComposed: Statement
    private let selectPending: Statement

    /// Opens the archive at `path`, makes it if it is missing; throws `fromTheFuture` or `notOurs` with the file
    /// untouched.
    public init(path: String, hashing: Hashing) throws(StoreError) {
        let database = try Schema.mail.open(path: path, synchronous: "FULL")
        insertRaw = try database.prepare("INSERT OR IGNORE INTO raw(digest, bytes) VALUES(?, ?) RETURNING id")
        insertPending = try database.prepare("INSERT OR IGNORE INTO pending VALUES(?)")
        deletePending = try database.prepare("DELETE FROM pending WHERE digest = ?")
        deleteRaw = try database.prepare("DELETE FROM raw WHERE digest = ?")
        insertComposed = try database.prepare("INSERT OR IGNORE INTO composed VALUES(?, ?)")
        selectPending = try database.prepare("SELECT digest FROM pending")
        self.database = database
        self.hashing = hashing
    }

    /// One thing to be written.
    enum Order: Sendable {
        /// A mail that came in. The same bytes are kept once.
        case raw([UInt8])
        /// A mail of ours for the event that queued it, unless one has been composed already: what goes out is always
        /// the same bytes.
        case composed(SequenceNumber, [UInt8])
        /// Raw mails that events name now: they are never swept.
        case claimed([Digest])
    }

    /// Writes all orders in one transaction; the digests of the raw mails stand in their places, zero in the others.
    func write(_ orders: [Order]) throws(StoreError) -> [Digest] {
        let digests = orders.map { order in
            if case .raw(let bytes) = order { hashing.hash(bytes, []) } else { Digest.zero }
        }
        try database.transaction { () throws(StoreError) in
            for (order, digest) in zip(orders, digests) {
                switch order {
                case .raw(let bytes): try insert(bytes, digest)
                case .composed(let sequence, let bytes):
                    insertComposed.bind(1, sequence)
                    try insertComposed.lend(2, bytes) { () throws(StoreError) in try insertComposed.run() }
                case .claimed(let digests): try delete(digests)
                }
            }
        }
        return digests
    }

    private func insert(_ bytes: [UInt8], _ digest: Digest) throws(StoreError) {
        var isNew = false
        insertRaw.bind(1, digest.bytes)
        try insertRaw.lend(2, bytes) { () throws(StoreError) in
            try insertRaw.each { _ in isNew = true }
        }
        guard isNew else { return }
        insertPending.bind(1, digest.bytes)
        try insertPending.run()
    }

    private func delete(_ pending: [Digest]) throws(StoreError) {
        for digest in pending {
            deletePending.bind(1, digest.bytes)
            try deletePending.run()
        }
    }

    /// Deletes the pending raw mails that `isNamed` does not know, and forgets that the others were pending; how many
    /// went.
    ///
    /// To be called at start, once `desk.db` has reached the head and before intake opens: it looks at pending mails
    /// alone, so it does not take longer on an old desk.
    public func sweep(isNamed: (Digest) throws(StoreError) -> Bool) throws(StoreError) -> Int {
        var pending: [Digest] = []
        try selectPending.each { row throws(StoreError) in pending.append(try digest(row.bytes(0))) }
        guard !pending.isEmpty else { return 0 }
        return try database.transaction { () throws(StoreError) in
            var count = 0
            for digest in pending where try !isNamed(digest) {
                deleteRaw.bind(1, digest.bytes)
                try deleteRaw.run()
                count += 1
            }
            try delete(pending)
            return count
        }
    }
}

/// `mail.db`, read: over a connection that cannot write, by one thread at a time.
public final class MailReader {
    private let database: Database
    private let selectRaw: Statement
    private let selectComposed: Statement
    private let findRaw: Statement
    private let findComposed: Statement

    /// Opens an archive that exists.
    public init(path: String) throws(StoreError) {
        let database = try Database(path: path, .readOnly)
        selectRaw = try database.prepare("SELECT bytes FROM raw WHERE digest = ?")
        selectComposed = try database.prepare("SELECT bytes FROM composed WHERE sequence = ?")
        findRaw = try database.prepare("SELECT id, length(bytes) FROM raw WHERE digest = ?")
        findComposed = try database.prepare("SELECT sequence, length(bytes) FROM composed WHERE sequence = ?")
        self.database = database
    }

    /// A part of a stored message.
    public struct Slice: Equatable, Sendable {
        /// The bytes that were asked for, as far as there are any.
        public let bytes: [UInt8]
        /// How many bytes the whole message has.
        public let total: Int
    }

    /// At most `count` bytes of the raw message with that digest, from byte `start` on; `nil` if there is none.
    public func raw(_ digest: Digest, from start: Int, count: Int) throws(StoreError) -> Slice? {
        findRaw.bind(1, digest.bytes)
        return try slice(of: "raw", try findRaw.first { ($0.integer(0), Int($0.integer(1))) }, start, count)
    }

    /// At most `count` bytes of the message of ours that was composed for that event, from byte `start` on.
    public func composed(_ sequence: SequenceNumber, from start: Int, count: Int) throws(StoreError) -> Slice? {
        findComposed.bind(1, sequence)
        return try slice(of: "composed", try findComposed.first { ($0.integer(0), Int($0.integer(1))) }, start, count)
    }

    private func slice(
        of table: String, _ found: (row: Int64, total: Int)?, _ start: Int, _ count: Int
    ) throws(StoreError) -> Slice? {
        guard let (row, total) = found else { return nil }
        let range = min(start, total)..<min(start + count, total)
        return try database.slice(of: table, "bytes", row: row, range).map { Slice(bytes: $0, total: total) }
    }

    /// The raw mail with that digest, whole; `nil` if there is none.
    public func raw(_ digest: Digest) throws(StoreError) -> [UInt8]? {
        selectRaw.bind(1, digest.bytes)
        return try selectRaw.first { $0.bytes(0) }
    }

    /// The mail of ours that was composed for that event; `nil` if none has been.
    public func composed(_ sequence: SequenceNumber) throws(StoreError) -> [UInt8]? {
        selectComposed.bind(1, sequence)
        return try selectComposed.first { $0.bytes(0) }
    }
}
