internal import DeskModel
internal import DeskWire

/// An event and its line, encoded once and the same for everybody.
struct Told {
    /// What happened, without its long texts: nobody who looks at it reads those, and thousands are kept.
    let event: Event
    /// Its line, with the line end.
    let line: [UInt8]

    /// Encodes the line of an event.
    init(_ event: Event) {
        self.event = event.withoutWritings
        var line: [UInt8] = []
        event.appendLine(to: &line)
        self.line = line
    }
}

/// The newest events in memory, for the subscribers who keep up.
struct Ring {
    private var slots: [Told?]
    /// The newest event in it; 0 before the first.
    private(set) var head: SequenceNumber

    /// A ring for `capacity` events (a power of two) that follow `head`.
    init(capacity: Int, after head: SequenceNumber) {
        slots = [Told?](repeating: nil, count: capacity)
        self.head = head
    }

    /// Adds the event that follows the newest one and forgets the oldest.
    mutating func append(_ told: Told) {
        precondition(told.event.sequence == head + 1, "the log has no gaps")
        head += 1
        slots[Int(head) & (slots.count - 1)] = told
    }

    /// The event of that number; `nil` if it has been forgotten, or lies ahead.
    subscript(sequence: SequenceNumber) -> Told? {
        guard sequence <= head, sequence > head - Int64(slots.count), sequence > 0 else { return nil }
        return slots[Int(sequence) & (slots.count - 1)]
    }
}
