import CSQLite

/// Why a file of the desk could not be read or written, and what that means for what was to be written.
public enum StoreError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The disk is full; whatever was to be written is rolled back for sure.
    case full(Failure)
    /// Somebody else holds the file; whatever was to be written is rolled back for sure.
    case busy(Failure)
    /// Anything else that went wrong before COMMIT: rolled back for sure, or it was a read.
    case failed(Failure)
    /// COMMIT itself failed: what was to be written may be there after a restart, and may not.
    ///
    /// Close everything, say nothing, and let a new process read what is true.
    case commitUnknown(Failure)
    /// The file is damaged, or is none of SQLite's.
    case corrupt(String)
    /// The file was written by a newer version; nothing in it was touched.
    case fromTheFuture(found: Int, known: Int)
    /// The file is a database, but not one of this desk; nothing in it was touched.
    case notOurs(String)

    /// What SQLite said.
    public struct Failure: Equatable, Sendable {
        /// What was being done: `write journal.db`.
        public let doing: String
        /// SQLite's extended result code; its low byte is the plain one.
        public let code: Int32
        /// SQLite's own sentence.
        public let sentence: String

        /// Keeps what SQLite said.
        public init(doing: String, code: Int32, sentence: String) {
            self.doing = doing
            self.code = code
            self.sentence = sentence
        }
    }

    /// Where in a transaction something failed.
    enum Stage: Equatable {
        /// Before COMMIT, or outside any transaction.
        case before
        /// In COMMIT; `isOver`: the transaction is closed now, by SQLite itself or by our ROLLBACK.
        case commit(isOver: Bool)
    }

    /// The rule of design: only FULL and BUSY from COMMIT are rolled back for sure; whatever else COMMIT says may have
    /// reached the disk, since a failed fsync leaves complete frames behind that the next opening finds.
    init(_ failure: Failure, at stage: Stage) {
        let code = failure.code & 0xFF
        switch stage {
        case .commit(isOver: true) where code == SQLITE_FULL, .before where code == SQLITE_FULL:
            self = .full(failure)
        case .commit(isOver: true) where code == SQLITE_BUSY,
            .before where code == SQLITE_BUSY || code == SQLITE_LOCKED:
            self = .busy(failure)
        case .commit:
            self = .commitUnknown(failure)
        case .before where [SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_ERROR].contains(code):
            // Our statements are right: it is the file that lacks what they name.
            self = .corrupt("cannot \(failure.doing): \(failure.sentence)")
        case .before:
            self = .failed(failure)
        }
    }

    /// One sentence for the log.
    public var description: String {
        switch self {
        case .full(let failure), .busy(let failure), .failed(let failure):
            "cannot \(failure.doing): \(failure.sentence) (SQLite \(failure.code))"
        case .commitUnknown(let failure):
            "cannot tell whether it was written, to \(failure.doing): \(failure.sentence) (SQLite \(failure.code))"
        case .corrupt(let sentence): sentence
        case .fromTheFuture(let found, let known):
            "the file has version \(found), this program knows up to \(known): use the newer program"
        case .notOurs(let path): "\(path) is a database, but none of this desk"
        }
    }
}
