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
    /// If `journal.db` was replaced by an older copy, the log continues under another epoch, and what the other files
    /// are ahead of it is dropped.
    ///
    /// Throws a sentence for the operator; nothing is changed then but what the files' own order needed.
    init(
        _ files: StateFiles, settings: Settings, log: Log, progress: (SequenceNumber, SequenceNumber) -> Void
    ) throws(Failure) {
        do {
            var journal = try Journal(path: files.journal, hashing: .system)
            // A disk that takes nothing is told before anybody connects, not after.
            try journal.probe()
            let lost = LostLog.seen(by: files, beside: journal)
            let kept = journal.sequence
            clock = try Opening.clock(after: [journal.lastAt, lost?.at].compactMap { $0 }.max(), settings)
            if let lost { try Opening.refuseToRestart(journal, after: lost, files, settings) }
            if let lost { try Opening.restart(&journal, after: lost, at: clock.now, settings, log) }
            let damages = DamageLog(log)
            rebuild = try Projector.bringUp(files, onDamage: { damages.note(text: $0) }, progress: progress)
            let reader = try DeskReader(files)
            let mail = try OpenedMail(files, reader, journal, settings)
            if lost != nil { try mail.drop(after: kept, epoch: journal.epoch, log) }
            try mail.sweep(log)
            let missing = try mail.missing(log)
            let projector = Projector(
                files, head: journal.sequence, onApplied: { _ in },
                onTrouble: { error in log.note(error.map { Log.Fact.projectionFailed($0) } ?? .projectionWorks) },
                onDamage: { log.note(.store(.textDamaged($0))) })
            archive = Archive(
                journal: journal, reader: reader, projector: projector,
                keeper: MailKeeper(path: files.mail, hashing: .system), damages: damages, missingOriginals: missing)
            engine = try archive.readEngine(settings, at: clock.now)
            archive.markJournal()
        } catch let failure as Failure {
            throw failure
        } catch StoreError.corrupt(let sentence) {
            throw Failure(description: "\(sentence): restore the desk from a backup")
        } catch {
            throw Failure(description: "\(error)")
        }
    }

    private static func clock(after lastEvent: Moment?, _ settings: Settings) throws(Failure) -> DeskClock {
        if !settings.acceptClock, !settings.clockByHand, let objection = DeskClock.objection(lastEvent: lastEvent) {
            throw Failure(description: objection)
        }
        return DeskClock(lastEvent: lastEvent ?? Moment(milliseconds: 0), isByHand: settings.clockByHand)
    }

    /// Throws unless the log can be continued from where the journal is.
    private static func refuseToRestart(
        _ journal: borrowing Journal, after lost: LostLog, _ files: StateFiles, _ settings: Settings
    ) throws {
        // Agents and queues are gone as well: whatever made such a file, no desk can be continued from it.
        guard journal.sequence > 0 else {
            throw Failure(
                description:
                    "\(files.journal) is empty, but \(lost.witnesses.joined(separator: " and ")) followed it up to "
                    + "event \(lost.last): restore the desk from a backup")
        }
        if try !MailArchive.exists(files.mail), !settings.acceptMissingMail { throw missingMail(files) }
    }

    fileprivate static func missingMail(_ files: StateFiles) -> Failure {
        Failure(
            description:
                "\(files.mail) is missing or empty, but the journal names messages in it: restore it from a backup, "
                + "or start once with --accept-missing-mail yes, without the original messages")
    }

    private static func restart(
        _ journal: inout Journal, after lost: LostLog, at now: Moment, _ settings: Settings, _ log: Log
    ) throws(StoreError) {
        var lost = lost
        // A file of an older version knows no counters: they go on from the journal's own.
        var own = Counters()
        try journal.read(after: 0, limit: .max) { events in for event in events { own.count(event) } }
        lost.counters.raise(to: own)
        lost.leaveRoom(day: CivilDate(now + .minutes(Int64(settings.zone))).compact)
        let kept = journal.sequence
        let restore = try journal.restart(after: lost, at: now)
        log.note(.store(.steppedBack(restore, kept: kept, witnesses: lost.witnesses)))
    }
}

/// `mail.db` at a start: what it lacks, and what it has too much.
private struct OpenedMail {
    private let files: StateFiles
    private let archive: MailArchive
    private let reader: DeskReader
    /// The raw messages that events after the file's mark name, and when they came.
    private let unmarked: [(raw: Digest, at: Moment)]

    /// Opens the file; makes it only if no event names a message, or the owner knows that it is gone.
    init(
        _ files: StateFiles, _ reader: DeskReader, _ journal: borrowing Journal, _ settings: Settings
    ) throws {
        if try !MailArchive.exists(files.mail), !settings.acceptMissingMail, try reader.namesMessages() {
            throw Opening.missingMail(files)
        }
        self.files = files
        self.reader = reader
        archive = try MailArchive(path: files.mail, hashing: .system)
        var named: [(raw: Digest, at: Moment)] = []
        if let mark = try archive.mark(), try journal.holds(mark.sequence, mark.chain) {
            try journal.read(after: mark.sequence, limit: .max) { events in
                for event in events { if let mail = event.kind.mail { named.append((mail.raw, event.at)) } }
            }
        }
        unmarked = named
    }

    /// Drops what belongs to events that were lost. Messages that customers have sent are put into a folder of their
    /// own: `mail.db` may be the only place that still has them.
    func drop(after kept: SequenceNumber, epoch: String, _ log: Log) throws {
        try archive.dropComposed(after: kept)
        let folder = "\(files.lost)-\(epoch)"
        let count = try archive.setAside(isNamed: reader.names(raw:)) { digest, bytes, isIntact in
            let file = "\(folder)/\("\(digest)".prefix(16)).eml"
            do throws(NetError) {
                try Files.makeDirectory(folder)
                try Files.write(bytes, to: file)
                if !isIntact { log.note(.store(.setAsideChanged(file))) }
                return true
            } catch {
                log.note(.store(.setAsideFailed(error)))
                return false
            }
        }
        if count > 0 { log.note(.store(.setAside(count, folder: folder))) }
    }

    /// Deletes the bytes of messages that died on their way in.
    func sweep(_ log: Log) throws(StoreError) {
        let count = try archive.sweep(isNamed: reader.names(raw:))
        if count > 0 { log.note(.swept(count)) }
    }

    /// How many messages are not there that events name; more than none if the file is older than the journal.
    ///
    /// Only events after the file's mark are looked at: before it, nothing is missing that was not missing then.
    func missing(_ log: Log) throws(StoreError) -> Int {
        let missing = Set(try archive.missing(unmarked.map(\.raw)))
        let times = unmarked.filter { missing.contains($0.raw) }.map(\.at)
        if let first = times.first, let last = times.last {
            log.note(.store(.originalsMissing(missing.count, from: first, until: last)))
        }
        return missing.count
    }
}
