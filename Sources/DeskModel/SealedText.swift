/// A text that belongs to an event and may be deleted without it.
public struct SealedText: Equatable, Sendable {
    /// The event.
    public let sequence: SequenceNumber
    /// 0, 1, 2 … within the event, in the order of its encoding.
    public let ordinal: Int
    /// 16 random bytes, so that a short text cannot be guessed from its digest.
    public let salt: [UInt8]
    /// The text, UTF-8, or the bytes of a credential.
    public let bytes: [UInt8]

    /// A row of the texts.
    public init(sequence: SequenceNumber, ordinal: Int, salt: [UInt8], bytes: [UInt8]) {
        self.sequence = sequence
        self.ordinal = ordinal
        self.salt = salt
        self.bytes = bytes
    }
}
