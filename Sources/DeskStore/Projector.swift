public import DeskModel
import Synchronization

/// The second thread: follows the journal and keeps `desk.db` behind it.
///
/// The owner hands over each committed turn and goes on; the thread folds what has gathered into one transaction, tells
/// how far it is, and rests a moment, because few large bites cost a fraction of many small ones. Who waits for a turn
/// to arrive in `desk.db` calls `wake`. If the file cannot be written, it is opened anew every second and goes on from
/// where it is, with turns read from the journal; the desk stays up.
public final class Projector: Sendable {
    /// What the owner's thread and this one share.
    private struct Shared: Sendable {
        var head: SequenceNumber
        var turns: [Turn] = []
        var queued = 0
        var shown: [Shown] = []
        var leases: [TicketID: LeaseRecord] = [:]
        var isWoken = false
        /// It rests after a bite: a turn does not end that, only somebody who waits or a full bite does.
        var isResting = false
        var isStopping = false
    }

    /// What there is to do.
    private struct Work {
        var turns: [Turn]
        var shown: [Shown]
        var leases: [TicketID: LeaseRecord]
        var head: SequenceNumber
    }

    private let files: StateFiles
    private let pause: Int
    private let shared: Monitor<Shared>
    private let reached: Atomic<Int64>
    private let onApplied: @Sendable (SequenceNumber) -> Void
    private let onTrouble: @Sendable (StoreError?) -> Void
    private let onDamage: @Sendable (SequenceNumber) -> Void
    private let thread = ThreadSlot()

    /// Events that wait in memory at most; what is beyond them is read from the journal.
    private static let queuedMost = 2 * Projection.bite
    /// Milliseconds before a file that could not be written is tried again.
    private static let retryPause = 1000

    /// Starts the thread behind a `desk.db` that `bringUp` has brought to `head`.
    ///
    /// It rests `pause` milliseconds after a bite. `onApplied` is told, on the projector's thread, after each bite up
    /// to which event `desk.db` is true; `onTrouble` an error that keeps it from going on, and `nil` once it can again.
    /// `onDamage` is told of events with a text that is not as it was written. All have to be quick.
    public init(
        _ files: StateFiles, head: SequenceNumber, pause: Int = 500,
        onApplied: @escaping @Sendable (SequenceNumber) -> Void,
        onTrouble: @escaping @Sendable (StoreError?) -> Void,
        onDamage: @escaping @Sendable (SequenceNumber) -> Void = { _ in }
    ) {
        self.files = files
        self.pause = pause
        self.onApplied = onApplied
        self.onTrouble = onTrouble
        self.onDamage = onDamage
        shared = Monitor(Shared(head: head))
        reached = Atomic(head)
        thread.start { [self] in run() }
    }

    /// The event up to which `desk.db` is true; callable on every thread.
    public var applied: SequenceNumber {
        reached.load(ordering: .acquiring)
    }

    /// Events that are committed but not yet in `desk.db`: above some bound the owner has to slow down.
    public var lag: Int {
        Int(max(0, shared.look { $0.head } - applied))
    }

    /// Takes a committed turn.
    public func follow(_ turn: Turn) {
        shared.changeQuietly { shared in
            shared.head = turn.last
            if shared.queued < Projector.queuedMost {
                shared.turns.append(turn)
                shared.queued += turn.events.count
            }
            return !shared.isResting || shared.queued >= Projection.bite
        }
    }

    /// Waits until `desk.db` has everything up to `sequence`, at most so many milliseconds; whether it has.
    public func wait(for sequence: SequenceNumber, atMost milliseconds: Int) -> Bool {
        if applied >= sequence { return true }
        wake()
        return shared.wait(atMost: milliseconds) { _ in applied >= sequence ? true : nil } ?? false
    }

    /// Takes soft marks; they are written with the next bite.
    public func note(_ shown: [Shown]) {
        shared.changeQuietly { shared in
            shared.shown += shown
            return !shared.isResting
        }
    }

    /// Takes leases; they are written with the next bite.
    public func note(_ leases: [TicketID: LeaseRecord]) {
        shared.changeQuietly { shared in
            shared.leases.merge(leases) { $1 }
            return !shared.isResting
        }
    }

    /// Cuts the rest short: somebody waits.
    public func wake() {
        shared.change { $0.isWoken = true }
    }

    /// Writes what there is and ends the thread; while `desk.db` cannot be written, what is missing is left to the next
    /// start.
    public func stop() {
        shared.change { $0.isStopping = true }
        thread.join()
    }

    private func run() {
        var isTroubled = false
        while true {
            do throws(StoreError) {
                let projection = try Projection(path: files.desk)
                let journal = try JournalReader(path: files.journal)
                reached.store(projection.applied, ordering: .releasing)
                try follow(projection, journal) {
                    if isTroubled { onTrouble(nil) }
                    isTroubled = false
                }
                _ = projection.database.truncateLog()
                return
            } catch {
                isTroubled = true
                onTrouble(error)
                let isStopping = shared.wait(atMost: Projector.retryPause) { $0.isStopping ? true : nil }
                if isStopping == true { return }
            }
        }
    }

    /// Bite after bite, until the desk stops.
    private func follow(
        _ projection: Projection, _ journal: borrowing JournalReader, _ succeeded: () -> Void
    ) throws(StoreError) {
        while let work = nextWork(projection.applied) {
            var turns = work.turns
            if turns.first?.events.first?.sequence != projection.applied + 1, work.head > projection.applied {
                turns = try journal.turns(after: projection.applied, upTo: work.head, limit: Projection.bite)
                guard !turns.isEmpty else {
                    throw .corrupt("event \(projection.applied + 1) is missing in the journal")
                }
                for event in turns.lazy.flatMap(\.events) where event.isDamaged { onDamage(event.sequence) }
            }
            try projection.apply(turns, shown: work.shown, leases: work.leases)
            // Within the monitor, so that those who wait for it look again.
            shared.change { _ in reached.store(projection.applied, ordering: .releasing) }
            onApplied(projection.applied)
            succeeded()
            rest(projection.applied)
        }
    }

    /// Waits until there is something to write; `nil` once the desk stops and everything is written.
    private func nextWork(_ applied: SequenceNumber) -> Work? {
        let next = shared.wait { shared -> Work?? in
            guard shared.head > applied || !shared.shown.isEmpty || !shared.leases.isEmpty else {
                return shared.isStopping ? .some(nil) : nil
            }
            let stale = shared.turns.prefix { $0.last <= applied }.count
            shared.turns.removeFirst(stale)
            let work = Work(
                turns: Projector.bite(of: &shared.turns), shown: shared.shown, leases: shared.leases, head: shared.head)
            shared.queued = shared.turns.reduce(0) { $0 + $1.events.count }
            shared.shown = []
            shared.leases = [:]
            shared.isWoken = false
            return .some(work)
        }
        return next ?? nil
    }

    /// Turns from the front that follow on one another, as many as make a bite.
    private static func bite(of turns: inout [Turn]) -> [Turn] {
        var count = 0
        var events = 0
        while count < turns.count, events < Projection.bite,
            count == 0 || turns[count].events.first?.sequence == turns[count - 1].last + 1
        {
            events += turns[count].events.count
            count += 1
        }
        defer { turns.removeFirst(count) }
        return Array(turns.prefix(count))
    }

    private func rest(_ applied: SequenceNumber) {
        _ = shared.wait(atMost: pause) { shared in
            shared.isResting = true
            return shared.isWoken || shared.isStopping || shared.head - applied >= Projection.bite ? true : nil
        }
        shared.changeQuietly { shared in
            shared.isResting = false
            return false
        }
    }
}
