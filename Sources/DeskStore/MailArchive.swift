public import DeskModel

/// `mail.db`, written: raw messages as they came in, addressed by the SHA-256 of their bytes, and our own as they go
/// out.
///
/// A raw message is durable here before anybody decides about it. Until an event names it, it is *pending*; what is
/// still pending at a start, and is named by no event, died on its way in and is swept. The file knows which journal it
/// belongs to (`JournalMark`). One thread at a time has an archive.
public final class MailArchive {
    let database: Database
    private let hashing: Hashing
    private let insertRaw: Statement
    private let insertPending: Statement
    private let deletePending: Statement
    private let deleteRaw: Statement
    private let selectComposed: Statement
    private let replaceComposed: Statement
    private let selectPending: Statement
    private let markRow: MarkRow

    /// Opens the archive at `path`, makes it if it is missing; throws `fromTheFuture` or `notOurs` with the file
    /// untouched.
    public init(path: String, hashing: Hashing) throws(StoreError) {
        let database = try Schema.mail.open(path: path, synchronous: "FULL")
        insertRaw = try database.prepare("INSERT OR IGNORE INTO raw(digest, bytes) VALUES(?, ?) RETURNING id")
        insertPending = try database.prepare("INSERT OR IGNORE INTO pending VALUES(?)")
        deletePending = try database.prepare("DELETE FROM pending WHERE digest = ?")
        deleteRaw = try database.prepare("DELETE FROM raw WHERE digest = ?")
        selectComposed = try database.prepare("SELECT seal, bytes FROM composed WHERE sequence = ?")
        replaceComposed = try database.prepare(
            "INSERT OR REPLACE INTO composed(sequence, seal, ticket, n, bytes) VALUES(?, ?, ?, ?, ?)")
        selectPending = try database.prepare("SELECT digest FROM pending")
        markRow = try MarkRow(database)
        self.database = database
        self.hashing = hashing
    }

    /// One thing to be written.
    enum Order: Sendable {
        /// A message that came in. The same bytes are kept once.
        case raw([UInt8])
        /// A message of ours, unless one has been composed for this very event already: what goes out is always the
        /// same bytes.
        case composed(Outgoing, [UInt8])
        /// Raw messages that events name now: they are never swept.
        case claimed([Digest])
    }

    /// Writes all orders, and the mark if there is one, in one transaction; the digests of the raw messages stand in
    /// their places, zero in the others. `isFinal`: the desk ends with this mark.
    func write(
        _ orders: [Order], mark: JournalMark? = nil, isFinal: Bool = false
    ) throws(StoreError) -> [Digest] {
        let digests = orders.map { order in
            if case .raw(let bytes) = order { hashing.hash(bytes, []) } else { Digest.zero }
        }
        try database.transaction { () throws(StoreError) in
            for (order, digest) in zip(orders, digests) {
                switch order {
                case .raw(let bytes): try insert(bytes, digest)
                case .composed(let outgoing, let bytes): try keep(bytes, for: outgoing)
                case .claimed(let digests): try delete(digests)
                }
            }
            if let mark { try markRow.write(mark, isFinal: isFinal) }
        }
        return digests
    }

    /// Leaves a file that is whole without its write-ahead log, as far as readers let it; whether they did.
    @discardableResult
    public func finish() -> Bool {
        database.truncateLog()
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

    private func keep(_ bytes: [UInt8], for outgoing: Outgoing) throws(StoreError) {
        selectComposed.bind(1, outgoing.sequence)
        let isKept = try selectComposed.first { row in
            row.bytes(0) == outgoing.seal(row.bytes(1), hashing).bytes
        }
        guard isKept != true else { return }
        replaceComposed.bind(1, outgoing.sequence)
        replaceComposed.bind(2, outgoing.seal(bytes, hashing).bytes)
        replaceComposed.bind(3, outgoing.entry.ticket.value)
        replaceComposed.bind(4, Int64(outgoing.entry.entry))
        try replaceComposed.lend(5, bytes) { () throws(StoreError) in try replaceComposed.run() }
    }

    fileprivate func delete(_ pending: [Digest]) throws(StoreError) {
        for digest in pending {
            deletePending.bind(1, digest.bytes)
            try deletePending.run()
        }
    }

    /// Deletes the pending raw messages that `isNamed` does not know, and forgets that the others were pending; how
    /// many went.
    ///
    /// To be called at start, once `desk.db` has reached the head and before intake opens: it looks at pending messages
    /// alone, so it does not take longer on an old desk.
    public func sweep(isNamed: (Digest) throws(StoreError) -> Bool) throws(StoreError) -> Int {
        var pending: [Digest] = []
        try selectPending.each { row throws(StoreError) in pending.append(try digest(row.bytes(0))) }
        guard !pending.isEmpty else { return 0 }
        return try database.transaction { () throws(StoreError) in
            var count = 0
            for digest in pending where try !isNamed(digest) {
                try remove(digest)
                count += 1
            }
            try delete(pending)
            return count
        }
    }

    /// Deletes a raw message.
    fileprivate func remove(_ digest: Digest) throws(StoreError) {
        deleteRaw.bind(1, digest.bytes)
        try deleteRaw.run()
    }
}

/// What a start asks of the file, and does with it after a step back of the journal.
extension MailArchive {
    /// Whether there is a file of that name in which something was ever written.
    public static func exists(_ path: String) throws(StoreError) -> Bool {
        try Schema.mail.check(path) ?? 0 > 0
    }

    /// How far the journal was, by the file; `nil` if it does not know its journal yet.
    public func mark() throws(StoreError) -> JournalMark? {
        try MarkRow.read(database)?.mark
    }

    /// Which of these raw messages are not there.
    public func missing(_ digests: [Digest]) throws(StoreError) -> [Digest] {
        let select = try database.prepare("SELECT 1 FROM raw WHERE digest = ?")
        var missing: [Digest] = []
        for digest in digests {
            select.bind(1, digest.bytes)
            if try select.first({ _ in true }) == nil { missing.append(digest) }
        }
        return missing
    }

    /// Deletes the composed messages of events after `sequence`, which were lost.
    public func dropComposed(after sequence: SequenceNumber) throws(StoreError) {
        let drop = try database.prepare("DELETE FROM composed WHERE sequence > ?")
        try database.transaction { () throws(StoreError) in
            drop.bind(1, sequence)
            try drop.run()
        }
    }

    /// Takes the raw messages out of the file that `isNamed` does not know: their events were lost. `keep` is given
    /// each of them first, and whether it is as it was written; one that it does not take stays. How many went.
    public func setAside(
        isNamed: (Digest) throws(StoreError) -> Bool, keep: (Digest, [UInt8], _ isIntact: Bool) -> Bool
    ) throws(StoreError) -> Int {
        let next = try database.prepare("SELECT id, digest FROM raw WHERE id > ? ORDER BY id LIMIT 1000")
        let select = try database.prepare("SELECT bytes FROM raw WHERE digest = ?")
        var (last, count) = (Int64(0), 0)
        while true {
            var found: [Digest] = []
            next.bind(1, last)
            try next.each { row throws(StoreError) in
                last = row.integer(0)
                found.append(try digest(row.bytes(1)))
            }
            guard !found.isEmpty else { return count }
            for digest in found where try !isNamed(digest) {
                select.bind(1, digest.bytes)
                guard let bytes = try select.first({ $0.bytes(0) }),
                    keep(digest, bytes, hashing.hash(bytes, []) == digest)
                else { continue }
                try database.transaction { () throws(StoreError) in
                    try remove(digest)
                    try delete([digest])
                }
                count += 1
            }
        }
    }
}
