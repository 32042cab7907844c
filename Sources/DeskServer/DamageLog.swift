internal import DeskModel

/// Tells the operator of stored texts and messages that were changed outside of the desk, each once, and counts them.
///
/// Belongs to the owner thread: what other threads have read comes to it.
final class DamageLog {
    /// Something that is not as it was written, by its event.
    private enum Item: Hashable {
        case text(SequenceNumber)
        case message(SequenceNumber)
    }

    private let log: Log
    private var known: Set<Item> = []

    /// As many are told; a file that is damaged throughout must not fill the log.
    private static let most = 1000

    init(_ log: Log) {
        self.log = log
    }

    /// How many were found since the start.
    var count: Int { known.count }

    /// A text of an event in `journal.db` is not there, or not as it was written.
    func note(text sequence: SequenceNumber) {
        if isNews(.text(sequence)) { log.note(.store(.textDamaged(sequence))) }
    }

    /// Notes the damage of an event that was read, if there is any.
    func note(_ event: Event) {
        if event.isDamaged { note(text: event.sequence) }
    }

    /// The message of an event in `mail.db` is not there, or not as it was written.
    func note(messageOf sequence: SequenceNumber, isMissing: Bool) {
        if isNews(.message(sequence)) { log.note(.store(.messageDamaged(sequence, isMissing: isMissing))) }
    }

    private func isNews(_ item: Item) -> Bool {
        known.count < DamageLog.most && known.insert(item).inserted
    }
}
