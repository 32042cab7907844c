public import DeskModel

/// What one transaction of the journal holds: the events of one turn of the loop, and the chain after the last of them.
public struct Turn: Equatable, Sendable {
    /// The events, numbered without a gap; never empty.
    public let events: [Event]
    /// The chain after the last event.
    public let chain: Digest

    /// A turn that lies in the journal.
    public init(events: [Event], chain: Digest) {
        self.events = events
        self.chain = chain
    }

    /// The number of the last event.
    public var last: SequenceNumber {
        events.last?.sequence ?? 0
    }
}
