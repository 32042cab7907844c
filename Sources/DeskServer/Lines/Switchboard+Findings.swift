internal import DeskEngine
internal import DeskModel
internal import DeskNet
internal import DeskStore
internal import DeskWire

/// What the reading room found becomes the reply that a session waits for.
extension Switchboard {
    func takeFindings() {
        for result in readingRoom.results.takeAll() {
            guard let session = sessions[result.session], !session.isClosing, let pending = session.pending else {
                continue
            }
            session.pending = nil
            session.isBusy = false
            if let reading = result.reading {
                write(reading, for: pending, session)
            } else {
                finish(session, pending.tag, .refused(.storage(retry: 5)))
            }
            list(session)
        }
    }

    private func write(_ reading: Reading<ReadingRoom.Finding>, for pending: Pending, _ session: Session) {
        let at = reading.applied
        switch (reading.value, pending.query) {
        case (.tickets(let found), .list(let list)): write(found, list, at, pending, session)
        case (.texts(let ticket, let items), .show(_, let after)):
            write(ticket, items, from: after, at, pending, session)
        case (.text(let item), .showEntry(_, let entry)): write(item, entry, at, pending, session)
        case (.history(let items), .history(_, let after, let limit)):
            write(items, from: after, limit: limit ?? Limits.records, at, pending, session)
        case (.raw(let bytes), .raw(_, let entry, let after)):
            write(bytes, entry, from: after, at, pending, session)
        default: finish(session, pending.tag, .refused(.internal(reference: "finding")))
        }
    }

    private func write(
        _ found: [ListedTicket], _ list: ListQuery, _ at: SequenceNumber, _ pending: Pending, _ session: Session
    ) {
        let limit = list.limit ?? Limits.records
        say(session, tag: pending.tag, after: at) { reply, out in
            // Live tickets among them may be held; who asks for free ones does not want those.
            let wanted = found.prefix(limit).filter { list.holder == nil || $0.ticket.holder == nil }
            for listed in wanted {
                reply.ticket(
                    listed.ticket, customer: listed.customer, lease: engine.lease(of: listed.ticket), to: &out)
            }
            let last = found.count > limit ? found[limit - 1].ticket : nil
            let more = last.map { Cursor(kind: Cut.list, position: $0.id.value) }
            reply.end(.answered(.list(count: wanted.count, more: more), at: at), to: &out)
        }
    }

    /// `show T`: the ticket, then its texts without what they quote, up to the limit of one reply.
    private func write(
        _ ticket: ListedTicket?, _ items: [HistoryItem], from after: Cursor?, _ at: SequenceNumber,
        _ pending: Pending, _ session: Session
    ) {
        guard let agent = session.agent, let listed = ticket else {
            return finish(session, pending.tag, .refused(.internal(reference: "ticket")))
        }
        let id = listed.ticket.id
        let hasDraft = engine.state.drafts[agent]?[id] != nil
        var page = TextPage(kind: Cut.show, offset: after.map { Int(clamping: $0.offset) } ?? 0)
        say(
            session, tag: pending.tag, after: at,
            marks: { page.mark.map { Shown(agent: agent, ticket: id, entry: $0) } }
        ) {
            reply, out in
            reply.ticket(
                listed.ticket, customer: listed.customer, lease: engine.lease(of: listed.ticket), to: &out)
            for item in items where !page.isCut {
                if page.count == Limits.recordsMost {
                    page.cut(before: item.event)
                } else {
                    page.write(item, quotes: .leftOut, reply, &out)
                }
            }
            reply.end(
                .answered(.show(id, count: page.count, hasDraft: hasDraft, more: page.more), at: at), to: &out)
        }
        looked(agent, at: listed.ticket)
    }

    private func write(
        _ item: HistoryItem?, _ entry: Int, _ at: SequenceNumber, _ pending: Pending, _ session: Session
    ) {
        guard let agent = session.agent, let ticket = pending.ticket else { return }
        let id = EntryID(ticket.id, entry)
        guard let item else { return finish(session, pending.tag, .refused(.noSuchEntry(id))) }
        let mark = item.event.isHuman ? Shown(agent: agent, ticket: ticket.id, entry: entry) : nil
        say(session, tag: pending.tag, after: at, marks: { mark }) { reply, out in
            reply.entry(item.event, delivery: item.delivery, quotes: .shown, to: &out)
            reply.end(.answered(.showEntry(id), at: at), to: &out)
        }
        looked(agent, at: ticket)
    }

    /// `history T`: texts in full and every other event, up to the limits of one reply.
    private func write(
        _ items: [HistoryItem], from after: Cursor?, limit: Int, _ at: SequenceNumber, _ pending: Pending,
        _ session: Session
    ) {
        guard let agent = session.agent, let ticket = pending.ticket else { return }
        let id = ticket.id
        var page = TextPage(kind: Cut.history, offset: after.map { Int(clamping: $0.offset) } ?? 0)
        say(
            session, tag: pending.tag, after: at,
            marks: { page.mark.map { Shown(agent: agent, ticket: id, entry: $0) } }
        ) {
            reply, out in
            for (index, item) in items.enumerated() where !page.isCut {
                if index == limit {
                    page.cut(before: item.event)
                } else if item.event.textID != nil {
                    page.write(item, quotes: .shown, reply, &out)
                } else if item.event.isVisible(to: agent) {
                    page.write(event: item.event, reply, &out)
                }
            }
            reply.end(.answered(.history(id, count: page.count, more: page.more), at: at), to: &out)
        }
        looked(agent, at: ticket)
    }

    private func write(
        _ bytes: [UInt8]?, _ entry: Int, from after: Cursor?, _ at: SequenceNumber, _ pending: Pending,
        _ session: Session
    ) {
        guard let ticket = pending.ticket else { return }
        let id = EntryID(ticket.id, entry)
        guard let bytes else { return finish(session, pending.tag, .refused(.noSuchEntry(id))) }
        let start = min(bytes.count, after.map { Int(clamping: $0.position) } ?? 0)
        let end = min(bytes.count, start + RawPage.bytes)
        say(session, tag: pending.tag, after: at) { reply, out in
            let lines = reply.base64(bytes[start..<end], to: &out)
            let more = end < bytes.count ? Cursor(kind: Cut.raw, position: Int64(end)) : nil
            reply.end(.answered(.raw(id, lines: lines, more: more), at: at), to: &out)
        }
        if let agent = session.agent { engine.worked(by: agent, on: ticket.id, at: clock.now) }
    }

    /// Reading is work, and colleagues are told.
    private func looked(_ agent: AgentName, at ticket: Ticket) {
        engine.worked(by: agent, on: ticket.id, at: clock.now)
        tellLooking(agent, at: ticket)
    }
}

/// How much of a mail one `raw` prints: whole lines of base64, 57 bytes each, within the limit of one reply.
private enum RawPage {
    static let bytes = Limits.replyText / 78 * 57
}

/// One reply's worth of texts, and where it was cut.
struct TextPage {
    private let kind: UInt8
    private var offset: Int
    private var left = Limits.replyText
    /// Records so far.
    private(set) var count = 0
    /// Where it goes on; `nil`: nothing is left.
    private(set) var more: Cursor?
    /// The highest text of a human that stands on it wholly.
    private(set) var mark: Int?

    /// A page that begins `offset` bytes into its first text.
    init(kind: UInt8, offset: Int) {
        self.kind = kind
        self.offset = offset
    }

    /// Whether nothing more fits.
    var isCut: Bool {
        more != nil
    }

    /// Writes a text, or as much of it as fits.
    mutating func write(_ item: HistoryItem, quotes: Quotes, _ reply: Reply, _ out: inout [UInt8]) {
        guard let id = item.event.textID else { return }
        var cut: Int?
        // Between records rather than within one, unless it is over the limit alone.
        let isWritten = fit(item.event, &out) { [most = count == 0 ? left : .max, offset] out in
            cut = reply.entry(
                item.event, delivery: item.delivery, quotes: quotes, from: offset, most: most, to: &out)
        }
        guard isWritten else { return }
        offset = 0
        if let cut { return self.cut(before: item.event, offset: cut) }
        if item.event.isHuman { mark = max(mark ?? 0, id.entry) }
    }

    /// Writes a record of an event that is no text.
    mutating func write(event: Event, _ reply: Reply, _ out: inout [UInt8]) {
        _ = fit(event, &out) { reply.event(event, to: &$0) }
    }

    /// Ends the page before an event, or `offset` bytes into its text.
    mutating func cut(before event: Event, offset: Int = 0) {
        let isText = kind == Switchboard.Cut.show
        let position = isText ? Int64(event.textID?.entry ?? 1) - 1 : event.sequence - 1
        more = Cursor(kind: kind, position: position, offset: Int64(offset))
    }

    /// Lets a record be written, and takes it back if the page is full without it.
    private mutating func fit(_ event: Event, _ out: inout [UInt8], _ write: (inout [UInt8]) -> Void) -> Bool {
        let before = out.count
        if left > 0 { write(&out) }
        guard left > 0, count == 0 || out.count - before <= left else {
            out.removeLast(out.count - before)
            cut(before: event)
            return false
        }
        left -= out.count - before
        count += 1
        return true
    }
}

extension Event {
    /// Whether it is a text of a human: a mail that no machine wrote, an answer.
    var isHuman: Bool {
        switch kind {
        case .new(let mail, _), .followUp(let mail): mail.machine == nil
        case .reply: true
        default: false
        }
    }

    /// Whether an agent who may read the ticket may see it: a draft is its author's.
    func isVisible(to agent: AgentName) -> Bool {
        if case .draft = kind { return by == agent }
        return true
    }
}
