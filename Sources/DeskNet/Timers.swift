/// Deadlines on the monotonic clock, each with what is due then.
///
/// A binary heap. Cancelling forgets what is due at once and leaves the empty deadline in the heap until it comes up
/// or until empty ones are the majority; so setting and cancelling a timer per line, as timeouts do, stays cheap.
/// Belongs to one thread.
public struct Timers<Due> {
    /// Names one timer; never given twice.
    public struct ID: Hashable, Sendable {
        fileprivate let number: UInt64
    }

    private struct Deadline {
        let time: Int64
        let number: UInt64

        // Equal times in the order in which they were set.
        func isBefore(_ other: Deadline) -> Bool {
            time < other.time || time == other.time && number < other.number
        }
    }

    private var heap: [Deadline] = []
    private var due: [UInt64: Due] = [:]
    private var nextNumber: UInt64 = 0

    /// Begins without a timer.
    public init() {}

    /// How many timers wait.
    public var count: Int { due.count }

    /// Sets a timer for a time of `Clock.monotonic()`, in nanoseconds.
    @discardableResult
    public mutating func set(at time: Int64, _ due: Due) -> ID {
        nextNumber += 1
        self.due[nextNumber] = due
        heap.append(Deadline(time: time, number: nextNumber))
        rise(from: heap.count - 1)
        return ID(number: nextNumber)
    }

    /// Takes a timer back and gives what was to be due; nil when it has come up or was taken back before.
    @discardableResult
    public mutating func cancel(_ id: ID) -> Due? {
        let taken = due.removeValue(forKey: id.number)
        if heap.count > 64, heap.count > 2 * due.count { rebuild() }
        return taken
    }

    /// Takes the earliest timer whose time has come; call until it gives nil.
    public mutating func next(at now: Int64) -> Due? {
        while let first = heap.first {
            guard let found = due[first.number] else {
                removeFirst()
                continue
            }
            guard first.time <= now else { return nil }
            removeFirst()
            due[first.number] = nil
            return found
        }
        return nil
    }

    /// How long a poller may wait from now: rounded up, so that it never wakes just before a deadline; -1 without any.
    public mutating func milliseconds(from now: Int64) -> Int32 {
        while let first = heap.first, due[first.number] == nil { removeFirst() }
        guard let first = heap.first else { return -1 }
        let (rest, overflow) = first.time.subtractingReportingOverflow(now)
        guard !overflow, rest > 0 else { return overflow && first.time > now ? .max : 0 }
        let (whole, part) = rest.quotientAndRemainder(dividingBy: 1_000_000)
        return Int32(clamping: part == 0 ? whole : whole + 1)
    }

    private mutating func rise(from start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].isBefore(heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func sink(from start: Int) {
        var parent = start
        while true {
            var least = parent
            for child in (2 * parent + 1)...(2 * parent + 2) where child < heap.count {
                if heap[child].isBefore(heap[least]) { least = child }
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }

    private mutating func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        if !heap.isEmpty { sink(from: 0) }
    }

    private mutating func rebuild() {
        heap.removeAll { due[$0.number] == nil }
        for index in stride(from: heap.count / 2 - 1, through: 0, by: -1) { sink(from: index) }
    }
}

extension Timers: Sendable where Due: Sendable {}
