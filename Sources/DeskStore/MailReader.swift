public import DeskModel

/// A message as `mail.db` has it.
public enum StoredMessage: Equatable, Sendable {
    /// The bytes that were written.
    case intact([UInt8])
    /// The bytes of a message of ours that was composed before such bytes were sealed: nothing says whether they are
    /// those that were written.
    case unsealed([UInt8])
    /// Other bytes than those that were written, or those of another event.
    case changed
    /// There are none.
    case missing
}

/// A part of a message as `mail.db` has it.
public enum StoredSlice: Equatable, Sendable {
    /// The bytes that were asked for, as far as there are any, and how many the whole message has.
    case intact([UInt8], total: Int)
    /// The message is not the one that was written, or that of another event.
    case changed
    /// There is none.
    case missing
}

/// `mail.db`, read: over a connection that cannot write, by one thread at a time. What it gives is compared with the
/// digest by which it is asked for.
public final class MailReader {
    private let database: Database
    private let hashing: Hashing
    private let selectRaw: Statement
    private let selectComposed: Statement
    private let findRaw: Statement
    private let findComposed: Statement

    /// Opens an archive that exists.
    public init(path: String, hashing: Hashing = .system) throws(StoreError) {
        let database = try Database(path: path, .readOnly)
        selectRaw = try database.prepare("SELECT bytes FROM raw WHERE digest = ?")
        selectComposed = try database.prepare("SELECT seal, bytes FROM composed WHERE sequence = ?")
        findRaw = try database.prepare("SELECT id, length(bytes) FROM raw WHERE digest = ?")
        findComposed = try database.prepare("SELECT sequence, length(bytes), seal FROM composed WHERE sequence = ?")
        self.database = database
        self.hashing = hashing
    }

    /// The raw message with that digest, whole.
    public func raw(_ digest: Digest) throws(StoreError) -> StoredMessage {
        selectRaw.bind(1, digest.bytes)
        guard let bytes = try selectRaw.first({ $0.bytes(0) }) else { return .missing }
        return hashing.hash(bytes, []) == digest ? .intact(bytes) : .changed
    }

    /// The message of ours that was composed for that event; `missing` if none has been.
    public func composed(for outgoing: Outgoing) throws(StoreError) -> StoredMessage {
        selectComposed.bind(1, outgoing.sequence)
        let found = try selectComposed.first { row in
            (seal: row.isNull(0) ? nil : row.bytes(0), bytes: row.bytes(1))
        }
        guard let found else { return .missing }
        guard let seal = found.seal else { return .unsealed(found.bytes) }
        return seal == outgoing.seal(found.bytes, hashing).bytes ? .intact(found.bytes) : .changed
    }

    /// At most `count` bytes of the raw message with that digest, from byte `start` on. With its first bytes the whole
    /// message is checked, in slices; who reads on has had them.
    public func raw(_ digest: Digest, from start: Int, count: Int) throws(StoreError) -> StoredSlice {
        findRaw.bind(1, digest.bytes)
        guard let (row, total) = try findRaw.first({ ($0.integer(0), Int($0.integer(1))) }) else { return .missing }
        if start == 0, try database.digest(of: "raw", "bytes", row: row, count: total) != digest { return .changed }
        return try slice(of: "raw", row, total, start, count)
    }

    /// At most `count` bytes of the message of ours that was composed for that event, from byte `start` on; checked as
    /// `raw` is, unless it was composed before there were seals.
    public func composed(for outgoing: Outgoing, from start: Int, count: Int) throws(StoreError) -> StoredSlice {
        findComposed.bind(1, outgoing.sequence)
        let found = try findComposed.first { row in
            (row: row.integer(0), total: Int(row.integer(1)), seal: row.isNull(2) ? nil : row.bytes(2))
        }
        guard let (row, total, seal) = found else { return .missing }
        let content = outgoing.digest(hashing).bytes
        if start == 0, let seal,
            try database.digest(of: "composed", "bytes", row: row, count: total, after: content)?.bytes != seal
        {
            return .changed
        }
        return try slice(of: "composed", row, total, start, count)
    }

    private func slice(
        of table: String, _ row: Int64, _ total: Int, _ start: Int, _ count: Int
    ) throws(StoreError) -> StoredSlice {
        let range = min(start, total)..<min(start + count, total)
        guard let bytes = try database.slice(of: table, "bytes", row: row, range) else { return .missing }
        return .intact(bytes, total: total)
    }
}
