internal import DeskModel
internal import DeskNet
internal import DeskStore
internal import DeskWire

/// Reads the disk on a thread of its own, one question after another, for `show`, `history`, `raw` and lists of what is
/// over: however long one takes, no claim waits for it.
final class ReadingRoom {
    /// What is to be read.
    enum Question: Sendable {
        /// Tickets, newest first.
        case tickets(TicketFilter)
        /// A ticket and a page of its texts.
        case texts(TicketID, after: Cursor?, perLine: Int)
        /// A page of one text.
        case text(EntryID, from: Int, perLine: Int)
        /// A page of everything that happened to a ticket, as this agent may see it.
        case history(TicketID, after: Cursor?, limit: Int, for: AgentName, perLine: Int)
        /// A page of a message as it came or went, from a byte on.
        case raw(EntryID, from: Int)
    }

    /// What was found.
    enum Finding: Sendable {
        case tickets([ListedTicket])
        case texts(ListedTicket?, TextPage)
        case text(TextPage?)
        case history(TextPage)
        /// A part of the message, and the event that it belongs to; `nil`: there is no such text.
        case raw((message: StoredSlice, event: SequenceNumber)?)

        /// The events that were read, if what was read are events.
        var events: [Event] {
            switch self {
            case .texts(_, let page), .history(let page): page.items.map(\.event)
            case .text(let page): page?.items.map(\.event) ?? []
            case .tickets, .raw: []
            }
        }
    }

    /// What came of a question.
    struct Result: Sendable {
        /// The session that asked.
        let session: Int
        /// What was found, and up to which event it is true; or why nothing could be read, `nil` if `desk.db` was not
        /// there in time.
        let reading: Swift.Result<Reading<Finding>, Failure>
    }

    /// Why a question cannot be answered.
    struct Failure: Error {
        /// `nil`: `desk.db` did not reach the asker's position in time.
        let why: StoreError?
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
            results.post(
                Result(
                    session: session,
                    reading: isReady ? question.answer(from: readers) : .failure(ReadingRoom.Failure(why: nil))))
        }
    }

    /// Lets the thread end.
    func close() {
        worker.stop()
    }
}

extension ReadingRoom.Question {
    /// What the disk says, asked once more after an error.
    fileprivate func answer(
        from readers: StateReaders
    ) -> Swift.Result<Reading<ReadingRoom.Finding>, ReadingRoom.Failure> {
        var last: StoreError?
        for _ in 0..<2 {
            do throws(StoreError) {
                return .success(try read(readers))
            } catch {
                last = error
            }
            readers.close()
        }
        return .failure(ReadingRoom.Failure(why: last))
    }

    private func read(_ readers: StateReaders) throws(StoreError) -> Reading<ReadingRoom.Finding> {
        let desk = try readers.desk()
        switch self {
        case .tickets(let filter): return try desk.listed(filter).map { .tickets($0) }
        case .texts(let id, let after, let perLine):
            var page = TextPage(Switchboard.Cut.show, after: after, quotes: .leftOut, perLine: perLine)
            let ticket = try page.read(desk, textsOf: id, after: Int(clamping: after?.position ?? 0))
            return ticket.map { .texts($0, page) }
        case .text(let entry, let offset, let perLine):
            let after = Cursor(kind: Switchboard.Cut.entry, position: Int64(entry.entry), offset: Int64(offset))
            var page = TextPage(Switchboard.Cut.entry, after: after, quotes: .shown, perLine: perLine)
            let isThere = try desk.outline(of: entry) { outline throws(StoreError) in try page.add(outline, desk) }
            return isThere.map { .text($0 ? page : nil) }
        case .history(let id, let after, let limit, let agent, let perLine):
            var page = TextPage(Switchboard.Cut.history, after: after, quotes: .shown, perLine: perLine)
            let found = try page.read(desk, historyOf: id, after: after?.position ?? 0, limit: limit, for: agent)
            return found.map { .history(page) }
        case .raw(let entry, let start):
            var event: Event?
            let found = try desk.outline(of: entry) { outline in
                event = outline.head
                return false
            }
            return try found.map { _ throws(StoreError) in .raw(try Self.raw(event, start, readers)) }
        }
    }

    private static func raw(
        _ event: Event?, _ start: Int, _ readers: StateReaders
    ) throws(StoreError) -> (message: StoredSlice, event: SequenceNumber)? {
        guard let event else { return nil }
        if let mail = event.kind.mail {
            return (try readers.mails().raw(mail.raw, from: start, count: RawPage.bytes), event.sequence)
        }
        guard case .entry(let entry) = event.subject, let whole = try readers.desk().text(entry).value?.event,
            let outgoing = Outgoing(whole)
        else { return nil }
        let composed = try readers.mails().composed(for: outgoing, from: start, count: RawPage.bytes)
        // A message of ours that is not composed yet is no loss.
        if case .missing = composed { return nil }
        return (composed, event.sequence)
    }
}

/// How much of a message one `raw` prints: whole lines of base64, 57 bytes each, within the limit of one reply.
enum RawPage {
    /// Bytes of the message.
    static let bytes = Limits.replyText / 78 * 57
}
