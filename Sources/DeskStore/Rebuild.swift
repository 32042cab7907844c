public import DeskModel

/// Why `desk.db` could not be gone on with and was built anew.
public enum Rebuild: Equatable, Sendable {
    /// There was none.
    case missing
    /// Another version of the program wrote it.
    case otherVersion
    /// It is ahead of the journal, or of another one: an older journal was put in its place. Numbers that clients have
    /// seen may mean something else now, so the log needs another epoch.
    case otherJournal
    /// It is damaged.
    case damaged(String)
}

extension Projector {
    /// Brings `desk.db` to the head of the journal before the desk opens; why it was built anew, if it was.
    ///
    /// Runs on the caller's thread; `onDamage` is told of events with a text that is not as it was written, `progress`
    /// the event reached and the head after each bite. An error of the journal or a disk that does not take the file is
    /// thrown; what was reached by then stays.
    public static func bringUp(
        _ files: StateFiles, onDamage: (SequenceNumber) -> Void = { _ in },
        progress: (SequenceNumber, SequenceNumber) -> Void
    ) throws(StoreError) -> Rebuild? {
        let journal = try JournalReader(path: files.journal)
        let reason = try reasonToRebuild(files.desk, journal)
        if reason != nil { Database.remove(files.desk) }
        do throws(StoreError) {
            try catchUp(files.desk, journal, onDamage, progress)
        } catch .corrupt(let sentence) {
            try journal.verify()  // Or the fault would be taken for one of desk.db.
            Database.remove(files.desk)
            try catchUp(files.desk, journal, onDamage, progress)
            return .damaged(sentence)
        }
        return reason
    }

    private static func reasonToRebuild(
        _ path: String, _ journal: borrowing JournalReader
    ) throws(StoreError) -> Rebuild? {
        do throws(StoreError) {
            guard let version = try Schema.desk.check(path), version > 0 else { return .missing }
            guard Int64(version) == DeskSchema.version else { return .otherVersion }
            let projection = try Projection(path: path)
            return try journal.chain(after: projection.applied) == projection.chain ? nil : .otherJournal
        } catch .corrupt(let sentence) {
            return .damaged(sentence)
        } catch .fromTheFuture {
            return .otherVersion
        }
    }

    private static func catchUp(
        _ path: String, _ journal: borrowing JournalReader, _ onDamage: (SequenceNumber) -> Void,
        _ progress: (SequenceNumber, SequenceNumber) -> Void
    ) throws(StoreError) {
        let projection = try Projection(path: path)
        let head = try journal.head()
        while projection.applied < head {
            let turns = try journal.turns(after: projection.applied, upTo: head, limit: Projection.bite)
            guard !turns.isEmpty else { throw .corrupt("event \(projection.applied + 1) is missing in the journal") }
            for event in turns.lazy.flatMap(\.events) where event.isDamaged { onDamage(event.sequence) }
            try projection.apply(turns)
            progress(projection.applied, head)
        }
    }
}

extension Schema {
    /// The derived file has no steps, only a version.
    static let desk = Schema(
        application: DeskSchema.application, steps: Array(repeating: "", count: Int(DeskSchema.version)))
}
