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
    private let shelf: Shelf
    private let projector: Projector

    /// How long a read waits for the projector before it says `ERR storage`, in milliseconds from the question on:
    /// those behind it in the row have waited as well.
    private static let patience: Int64 = 5000

    /// Opens the room over the files of a desk.
    init(_ files: StateFiles, projector: Projector) throws(NetError) {
        results = try Mailbox()
        worker = try Worker(name: "zuruf-read")
        shelf = Shelf(files)
        self.projector = projector
    }

    /// Lets a question be answered once the disk has everything up to `position`.
    func ask(_ question: Question, for session: Int, after position: SequenceNumber) {
        let (results, shelf, projector) = (results, shelf, projector)
        let latest = Clock.monotonic() + ReadingRoom.patience * 1_000_000
        worker.post {
            let left = max(0, latest - Clock.monotonic()) / 1_000_000
            let isReady = projector.wait(for: position, atMost: Int(left))
            results.post(Result(session: session, reading: isReady ? shelf.find(question) : nil))
        }
    }

    /// Lets the thread end.
    func close() {
        worker.stop()
    }
}

/// The files as the reading thread has them open; nobody else touches it, which is what makes it safe to hand over.
private final class Shelf: @unchecked Sendable {
    private let files: StateFiles
    private var desk: DeskReader?
    private var mails: MailReader?

    init(_ files: StateFiles) {
        self.files = files
    }

    /// Answers a question; after an error the files are opened anew once, since `desk.db` may have been made anew.
    func find(_ question: ReadingRoom.Question) -> Reading<ReadingRoom.Finding>? {
        for _ in 0..<2 {
            if let found = try? read(question) { return found }
            (desk, mails) = (nil, nil)
        }
        return nil
    }

    private func read(_ question: ReadingRoom.Question) throws(StoreError) -> Reading<ReadingRoom.Finding> {
        let desk = try openDesk()
        switch question {
        case .tickets(let filter):
            let found = try desk.listed(filter)
            return Reading(value: .tickets(found.value), applied: found.applied)
        case .texts(let id, let after, let limit):
            let found = try desk.show(id, after: after, limit: limit)
            return Reading(value: .texts(found.value.ticket, found.value.items), applied: found.applied)
        case .text(let entry):
            let found = try desk.text(entry)
            return Reading(value: .text(found.value), applied: found.applied)
        case .history(let id, let after, let limit):
            let found = try desk.history(of: id, after: after, limit: limit)
            return Reading(value: .history(found.value), applied: found.applied)
        case .raw(let entry):
            let found = try desk.text(entry)
            return Reading(value: .raw(try raw(found.value?.event)), applied: found.applied)
        }
    }

    private func raw(_ event: Event?) throws(StoreError) -> [UInt8]? {
        switch event?.kind {
        case .new(let mail, _), .followUp(let mail), .bounced(let mail, _, _): try openMails().raw(mail.raw)
        case .reply, .autoSent: try openMails().composed(event?.sequence ?? 0)
        default: nil
        }
    }

    private func openDesk() throws(StoreError) -> DeskReader {
        if let desk { return desk }
        let opened = try DeskReader(files)
        desk = opened
        return opened
    }

    private func openMails() throws(StoreError) -> MailReader {
        if let mails { return mails }
        let opened = try MailReader(path: files.mail)
        mails = opened
        return opened
    }
}
