/// Where a text of an event is stored, and how long it is: enough to read it in slices.
public struct StoredText: Equatable, Sendable {
    /// The row of the journal that holds it.
    public let row: Int64
    /// Its length in bytes.
    public let count: Int
    /// What kind of text it is.
    public let kind: Passage.Kind

    /// A text that the journal holds.
    public init(row: Int64, count: Int, kind: Passage.Kind) {
        self.row = row
        self.count = count
        self.kind = kind
    }
}
