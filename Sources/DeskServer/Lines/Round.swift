internal import DeskModel
internal import DeskNet

/// What one turn of the desk has decided and not told anybody yet.
struct Round {
    /// Whoever asked, and what he will be told once the turn is durable.
    enum Asker {
        /// A line: the final goes to its session, behind the events up to `position`; `mark` is what it shows.
        case line(Session, tag: String?, final: [UInt8], position: SequenceNumber, mark: Shown? = nil)
        /// One who has waited, and what ends that: he waits on if the turn fails.
        case waiter(Waits.Wait, final: [UInt8], position: SequenceNumber)
        /// A door.
        case door((Answer) -> Void, Answer)
    }

    /// The moment of everything in it.
    let at: Moment
    /// The last event before it.
    let base: SequenceNumber
    /// What happens, numbered.
    private(set) var events: [Event] = []
    /// Who asked, in order.
    var askers: [Asker] = []
    /// Lines and commands handled so far.
    var handled = 0
    /// Bytes of texts in what happens.
    private var bytes = 0
    /// When deciding is over, in nanoseconds of the monotonic clock.
    private let deadline: Int64

    /// Commands of one turn at most: what one commit may carry.
    private static let handledMost = 512
    /// Bytes of texts of one turn at most.
    private static let bytesMost = 4 << 20
    /// How long deciding may take before the turn is committed, in nanoseconds.
    static let nanosecondsMost: Int64 = 5_000_000

    /// A turn in which nothing has happened yet; without a `deadline` deciding is over after 5 ms.
    init(at: Moment, after base: SequenceNumber, deadline: Int64? = nil) {
        self.at = at
        self.base = base
        self.deadline = deadline ?? Clock.monotonic() + Round.nanosecondsMost
    }

    /// The last event so far.
    var head: SequenceNumber {
        base + Int64(events.count)
    }

    /// Gives an event its number and adds it.
    mutating func append(_ event: Event) -> Event {
        var event = event
        event.sequence = head + 1
        events.append(event)
        bytes += event.textBytes
        return event
    }

    /// Whether what is left has to wait for the next turn.
    var isFull: Bool {
        handled >= Round.handledMost || bytes >= Round.bytesMost || Clock.monotonic() >= deadline
    }
}
