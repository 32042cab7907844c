/// Timers on the monotonic clock, each with a value. A binary heap.
///
/// Canceling releases the value at once but leaves the entry in the heap until its time or until such entries are the
/// majority. Setting and canceling a timeout per line is therefore cheap. Use it on one thread.
public struct Timers<Due> {
    /// Identifies a timer; never reused.
    public struct ID: Hashable, Sendable {
        fileprivate let number: UInt64
    }

    private struct Deadline {
        let time: Int64
        let number: UInt64

        // Timers with equal times are in the order in which they were set.
        func isBefore(_ other: Deadline) -> Bool {
            time < other.time || time == other.time && number < other.number
        }
    }

    private var heap: [Deadline] = []
    private var due: [UInt64: Due] = [:]
    private var nextNumber: UInt64 = 0

    /// Creates an empty set of timers.
    public init() {}

    /// The number of pending timers.
    public var count: Int { due.count }

    /// Sets a timer. `time` is in nanoseconds, as `Clock.monotonic()`.
    @discardableResult
    public mutating func set(at time: Int64, _ due: Due) -> ID {
        nextNumber += 1
        self.due[nextNumber] = due
        heap.append(Deadline(time: time, number: nextNumber))
        rise(from: heap.count - 1)
        return ID(number: nextNumber)
    }

    /// Cancels a timer and returns its value; nil if it has expired or was canceled before.
    @discardableResult
    public mutating func cancel(_ id: ID) -> Due? {
        let taken = due.removeValue(forKey: id.number)
        if heap.count > 64, heap.count > 2 * due.count { rebuild() }
        return taken
    }

    /// Removes the earliest expired timer and returns its value; call it until it returns nil.
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

    /// The time from `now` to the earliest timer, for `Poller.wait`. Rounded up, so that the poller does not wake
    /// before it; -1 if there is none.
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
