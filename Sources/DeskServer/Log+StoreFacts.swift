internal import DeskModel
internal import DeskStore

extension Log {
    /// What is wrong with the desk's files although they can be read and written: somebody replaced or changed them.
    enum StoreFact: Sendable {
        /// `journal.db` was older than what other files had seen of it; the log continues after event `kept`.
        case steppedBack(Restore, kept: SequenceNumber, witnesses: [String])
        /// Messages whose events were lost are in this folder now.
        case setAside(Int, folder: String)
        /// Such a message is in this file, and is not as it came in.
        case setAsideChanged(String)
        /// Such a message could not be put there; it stays in `mail.db`.
        case setAsideFailed(any CustomStringConvertible & Sendable)
        /// `mail.db` is older than the journal: it lacks messages that came between these times.
        case originalsMissing(Int, from: Moment, until: Moment)
        /// A question got `ERR storage`, or a connection that reads the log was closed.
        case readFailed(StoreError)
        /// A text in `journal.db` was changed or deleted outside of the desk.
        case textDamaged(SequenceNumber)
        /// A message in `mail.db` was.
        case messageDamaged(SequenceNumber, isMissing: Bool)
    }
}

extension Log.StoreFact {
    /// Level, words and pairs.
    var spoken: (Log.Level, String, Log.Fact.Pairs) {
        switch self {
        case .steppedBack(let restore, let kept, let witnesses):
            (
                .error, "journal.db is older than other files, the log continues under another epoch",
                restore.pairs(kept: kept) + [("seen-by", witnesses.joined(separator: ","))]
            )
        case .setAside(let count, let folder):
            (
                .error, "mail: messages of the lost time set aside, hand them in again with zurufd deliver",
                [("messages", "\(count)"), ("folder", folder)]
            )
        case .setAsideChanged(let file):
            (.error, "mail: a message of the lost time was changed outside of the desk", [("file", file)])
        case .setAsideFailed(let error):
            (.error, "mail: a message of the lost time cannot be set aside", [("why", "\(error)")])
        case .originalsMissing(let count, let first, let last):
            (
                .error, "mail.db is older than journal.db, original messages are missing",
                [("messages", "\(count)"), ("from", "\(first)"), ("until", "\(last)")]
            )
        case .readFailed(let error):
            (.error, "what a client asked for cannot be read", [("why", "\(error)")])
        case .textDamaged(let sequence):
            (.error, "journal.db: a text was changed outside of the desk, it is not used", [("event", "\(sequence)")])
        case .messageDamaged(let sequence, let isMissing):
            (
                .error, "mail.db: a message \(isMissing ? "is missing" : "was changed outside of the desk")",
                [("event", "\(sequence)")]
            )
        }
    }
}

extension Restore {
    /// What was lost, in pairs.
    func pairs(kept: SequenceNumber) -> Log.Fact.Pairs {
        var pairs = [("epoch", epoch), ("was", was), ("kept", "\(kept)")]
        if lost > 0 { pairs.append(("lost", "\(lost)")) }
        if let lostAt { pairs.append(("until", "\(lostAt)")) }
        return pairs
    }
}
