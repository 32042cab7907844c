public import DeskModel

/// A place in a log that was durable when it was written down: what `mail.db` knows of its journal.
///
/// `mail.db` gets a mark only once its event is durable in `journal.db`. So after a crash, whatever is lost of either
/// file, the journal still holds the mark's event with the mark's chain. If it does not, `journal.db` is older than
/// `mail.db`, or another one. While the desk runs the mark is at most a second behind, and never behind a message that
/// was composed.
public struct JournalMark: Equatable, Sendable {
    /// The name of the log.
    public var epoch: String
    /// Its last event then, which ends a turn.
    public var sequence: SequenceNumber
    /// The chain after that event.
    public var chain: Digest
    /// When it happened.
    public var at: Moment
    /// The numbers given out until then.
    public var counters: Counters

    /// A place in the log named `epoch`.
    public init(epoch: String, sequence: SequenceNumber, chain: Digest, at: Moment, counters: Counters) {
        self.epoch = epoch
        self.sequence = sequence
        self.chain = chain
        self.at = at
        self.counters = counters
    }
}

/// The row of `mail.db` that holds the mark.
final class MarkRow {
    private let replace: Statement

    init(_ database: borrowing Database) throws(StoreError) {
        replace = try database.prepare("INSERT OR REPLACE INTO journal VALUES(1, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    }

    /// Writes the mark; `isFinal`: the desk ends here, so that nothing can be ahead of it.
    func write(_ mark: JournalMark, isFinal: Bool) throws(StoreError) {
        replace.bind(1, mark.epoch)
        replace.bind(2, mark.sequence)
        replace.bind(3, mark.chain.bytes)
        replace.bind(4, mark.at.milliseconds)
        replace.bind(5, mark.counters.ticket)
        replace.bind(6, mark.counters.customer)
        replace.bind(7, Int64(mark.counters.number?.day ?? 0))
        replace.bind(8, Int64(mark.counters.number?.counter ?? 0))
        replace.bind(9, isFinal ? 1 : 0)
        try replace.run()
    }

    /// The mark of a file, and whether its desk ended there; `nil` if it has none yet.
    static func read(_ database: borrowing Database) throws(StoreError) -> (mark: JournalMark, isFinal: Bool)? {
        try database.prepare(
            "SELECT epoch, sequence, chain, t, ticket, customer, day, counter, final FROM journal"
        ).first { row throws(StoreError) in
            let counters = Counters(ticket: row.integer(4), customer: row.integer(5), number: row.number(6))
            let mark = JournalMark(
                epoch: row.text(0), sequence: row.integer(1), chain: try digest(row.bytes(2)),
                at: Moment(milliseconds: row.integer(3)), counters: counters)
            return (mark, row.integer(8) != 0)
        }
    }
}
