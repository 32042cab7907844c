internal import DeskModel
internal import DeskNet
internal import DeskStore

/// Reads the disk on a thread of its own, one question after another, for `show`, `history`, `raw` and lists of what is
/// over: however long one takes, no claim waits for it.
final class ReadingRoom {
    /// What is to be read.
    enum Question: Sendable {
        /// Tickets, newest first.
        case tickets(TicketFilter)
        /// A ticket and its texts after the `after`-th.
        case texts(TicketID, after: Int, limit: Int)
        /// One text.
        case text(EntryID)
        /// Everything that happened to a ticket after an event.
        case history(TicketID, after: SequenceNumber, limit: Int)
        /// A mail of ours or theirs as it went or came.
        case raw(EntryID)
    }

    /// What was found.
    enum Finding: Sendable {
        case tickets([ListedTicket])
        case texts(ListedTicket?, [HistoryItem])
        case text(HistoryItem?)
        case history([HistoryItem])
        case raw([UInt8]?)
    }

    /// What came of a question.
    struct Result: Sendable {
        /// The session that asked.
        let session: Int
        /// What was found, and up to which event it is true; `nil`: the disk could not be read in time.
        let reading: Reading<Finding>?
    }

    /// Where results come back; the loop watches it.
    let results: Mailbox<Result>
    private let worker: Worker
    private let readers: StateReaders
    private let projector: Projector

    /// How long a read waits for the projector before it says `ERR storage`, in milliseconds from the question on:
    /// those behind it in the row have waited as well.
    private static let patience: Int64 = 5000

    /// Opens the room over the files of a desk.
    init(_ files: StateFiles, projector: Projector) throws(NetError) {
        results = try Mailbox()
        worker = try Worker(name: "zuruf-read")
        readers = StateReaders(files)
        self.projector = projector
    }

    /// Lets a question be answered once the disk has everything up to `position`.
    func ask(_ question: Question, for session: Int, after position: SequenceNumber) {
        let (results, readers, projector) = (results, readers, projector)
        let latest = Clock.monotonic() + ReadingRoom.patience * 1_000_000
        worker.post {
            let left = max(0, latest - Clock.monotonic()) / 1_000_000
            let isReady = projector.wait(for: position, atMost: Int(left))
            results.post(Result(session: session, reading: isReady ? question.answer(from: readers) : nil))
        }
    }

    /// Lets the thread end.
    func close() {
        worker.stop()
    }
}

extension ReadingRoom.Question {
    /// What the disk says, asked once more after an error; `nil` if it says nothing then either.
    fileprivate func answer(from readers: StateReaders) -> Reading<ReadingRoom.Finding>? {
        for _ in 0..<2 {
            if let found = try? read(readers) { return found }
            readers.close()
        }
        return nil
    }

    private func read(_ readers: StateReaders) throws(StoreError) -> Reading<ReadingRoom.Finding> {
        let desk = try readers.desk()
        return switch self {
        case .tickets(let filter): try desk.listed(filter).map { .tickets($0) }
        case .texts(let id, let after, let limit):
            try desk.show(id, after: after, limit: limit).map { .texts($0.ticket, $0.items) }
        case .text(let entry): try desk.text(entry).map { .text($0) }
        case .history(let id, let after, let limit):
            try desk.history(of: id, after: after, limit: limit).map { .history($0) }
        case .raw(let entry):
            try desk.text(entry).map { text throws(StoreError) in .raw(try Self.raw(text?.event, readers)) }
        }
    }

    private static func raw(_ event: Event?, _ readers: StateReaders) throws(StoreError) -> [UInt8]? {
        switch event?.kind {
        case .new(let mail, _), .followUp(let mail), .bounced(let mail, _, _): try readers.mails().raw(mail.raw)
        case .reply, .autoSent: try readers.mails().composed(event?.sequence ?? 0)
        default: nil
        }
    }
}
