public import DeskModel

/// The journal as other threads than its owner read it: over a connection of their own that cannot write.
public struct JournalReader: ~Copyable {
    private let database: Database
    private let log: LogReads
    private let salt: Statement

    /// Opens a journal that exists.
    public init(path: String, hashing: Hashing = .system) throws(StoreError) {
        let database = try Database(path: path, .readOnly)
        let log = try LogReads(database, hashing: hashing)
        let salt = try database.prepare("SELECT salt FROM text WHERE id = ?")
        self.log = log
        self.salt = salt
        self.database = database
    }

    /// The number of the last event.
    public func head() throws(StoreError) -> SequenceNumber {
        try log.head().sequence
    }

    /// The chain after event `sequence`; `nil` if no turn of this journal ends with it.
    public func chain(after sequence: SequenceNumber) throws(StoreError) -> Digest? {
        try log.chain(after: sequence)
    }

    /// Whole turns after `sequence`, which ends one, up to `upTo`: as few as hold `limit` events.
    public func turns(
        after sequence: SequenceNumber, upTo: SequenceNumber, limit: Int
    ) throws(StoreError) -> [Turn] {
        try log.turns(after: sequence, upTo: upTo, limit: limit)
    }

    /// The event with that number; `nil` if there is none.
    public func event(_ sequence: SequenceNumber) throws(StoreError) -> Event? {
        try log.event(sequence)
    }

    /// The event with that number without any text, and where its long texts are stored; `nil` if there is none.
    func outline(_ sequence: SequenceNumber) throws(StoreError) -> (event: Event, writings: [StoredText])? {
        try log.outline(sequence)
    }

    /// The event with that number, with all texts but `writings`.
    func event(_ sequence: SequenceNumber, without writings: [StoredText]) throws(StoreError) -> Event? {
        try log.event(sequence, without: writings)
    }

    /// The bytes of a text in `range`; none if it has been deleted.
    func bytes(of text: StoredText, in range: Range<Int>) throws(StoreError) -> [UInt8] {
        try database.slice(of: "text", "bytes", row: text.row, range) ?? []
    }

    /// Whether a text is stored as it was written.
    func isIntact(_ text: StoredText) throws(StoreError) -> Bool {
        salt.bind(1, text.row)
        guard let salt = try salt.first({ $0.bytes(0) }) else { return false }
        return try database.digest(of: "text", "bytes", row: text.row, count: text.count, after: salt) == text.digest
    }

    /// Reckons the whole chain anew and compares; throws `corrupt` where it is broken.
    public func verify() throws(StoreError) {
        try log.verify(from: 1)
    }
}
