internal import DeskModel
internal import DeskNet
internal import DeskStore

/// Older events, read from the disk for followers who lag: in a turn one chunk for each of them, and for all together
/// no longer than a turn may take, so that nobody's claim waits for somebody's replay.
struct Rereads {
    private var chunk: [Told] = []
    private var deadline: Int64 = 0
    /// Whether the session that is spoken to has had its chunk.
    private(set) var hasRead = false
    /// Whether it could do with another one.
    private(set) var isWanting = false
    /// Why the session's next event can never be read: the journal is damaged there.
    private(set) var damage: StoreError?

    /// Events of a chunk.
    private static let chunkCount = 256

    /// Begins the time of a turn.
    mutating func beginTurn() {
        deadline = Clock.monotonic() + Round.nanosecondsMost
    }

    /// Lets the next session have a chunk.
    mutating func beginSession() {
        (hasRead, isWanting, damage) = (false, false, nil)
    }

    /// The event of that number; `nil` if it has to wait for the next turn, or the disk cannot be read.
    mutating func told(_ sequence: SequenceNumber, in archive: Archive) -> Told? {
        if let first = chunk.first?.event.sequence, sequence >= first, sequence < first + Int64(chunk.count) {
            return chunk[Int(sequence - first)]
        }
        guard !hasRead, Clock.monotonic() < deadline else {
            isWanting = true
            return nil
        }
        hasRead = true
        chunk = []
        do throws(StoreError) {
            try archive.read(after: sequence - 1, limit: Rereads.chunkCount) { chunk += $0.map { Told($0) } }
        } catch {
            chunk = []
            if case .corrupt = error { damage = error }
        }
        return chunk.first
    }
}
