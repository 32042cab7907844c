internal import DeskCrypto
internal import DeskEngine
internal import DeskModel
internal import DeskNet
internal import DeskStore

/// A desk read from its files, before anybody talks to it.
struct Opening {
    /// Why a desk cannot be opened, in one sentence.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// The log and what follows it.
    let archive: Archive
    /// The state, true up to the log's head.
    let engine: Engine
    /// The clock, which starts after the last event.
    let clock: DeskClock
    /// Why `desk.db` was made anew, if it was.
    let rebuild: Rebuild?

    /// Opens the files of a desk, whose lock the caller has: brings `desk.db` to the journal's head and reads what must
    /// be in memory. `progress` is told event and head while that takes time.
    ///
    /// Throws a sentence for the operator; nothing is changed then but what bringing `desk.db` up has written.
    init(
        _ files: StateFiles, settings: Settings, log: Log, progress: (SequenceNumber, SequenceNumber) -> Void
    ) throws(Failure) {
        let lastEvent: Moment?
        do throws(StoreError) {
            var journal = try Journal(path: files.journal, hashing: .system)
            // A disk that takes nothing is told before anybody connects, not after.
            try journal.probe()
            rebuild = try Projector.bringUp(files, progress: progress)
            if rebuild == .otherJournal { try journal.drawEpoch() }
            let reader = try DeskReader(files)
            let projector = Projector(
                files, head: journal.sequence, onApplied: { _ in },
                onTrouble: { error in log.note(error.map { Log.Fact.projectionFailed($0) } ?? .projectionWorks) })
            clock = DeskClock(
                lastEvent: journal.lastAt ?? Moment(milliseconds: 0), isByHand: settings.clockByHand)
            lastEvent = journal.lastAt
            archive = Archive(journal: journal, reader: reader, projector: projector)
            engine = try archive.readEngine(settings, at: clock.now)
        } catch {
            throw Failure(description: error.description)
        }
        if !settings.acceptClock, !settings.clockByHand, let objection = DeskClock.objection(lastEvent: lastEvent) {
            throw Failure(description: objection)
        }
    }
}
