/// Where a text of an event is stored, how long it is, and what it is: enough to read it in slices, and to check it.
public struct StoredText: Equatable, Sendable {
    /// The row of the journal that holds it.
    public let row: Int64
    /// Its length in bytes.
    public let count: Int
    /// What kind of text it is.
    public let kind: Passage.Kind
    /// The salted digest of it that the event has.
    public let digest: Digest

    /// A text that the journal holds.
    public init(row: Int64, count: Int, kind: Passage.Kind, digest: Digest) {
        self.row = row
        self.count = count
        self.kind = kind
        self.digest = digest
    }
}
