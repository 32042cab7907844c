internal import DeskModel
internal import DeskStore
internal import DeskWire

/// One reply's worth of a ticket's texts and events, read from the disk: what it shows and little more.
struct TextPage: Sendable {
    /// An event as the page shows it.
    struct Item: Sendable {
        /// What happened; its long texts are in `excerpts`.
        let event: Event
        let delivery: Delivery?
        let excerpts: [Excerpt]
        /// An earlier page has shown the beginning of it.
        let isContinued: Bool
    }

    /// What the page shows.
    private(set) var items: [Item] = []
    /// Where it goes on; `nil`: nothing is left.
    private(set) var more: Cursor?
    /// The highest text of a person that is on it up to its end.
    private(set) var mark: Int?

    private let kind: UInt8
    private let quotes: Quotes
    private let perLine: Int
    private var offset: Int
    private var left = Limits.replyText
    private var bytesRead = 0

    /// What a record counts towards the size of a page, in bytes.
    private static let record = 300
    /// Bytes that are read for one page: left-out quotations are read to count their lines.
    private static let readMost = 4 * Limits.replyText

    /// A page of a reply with cursors of `kind`, begun at `after`; a line takes `perLine` bytes beside its text.
    init(_ kind: UInt8, after: Cursor?, quotes: Quotes, perLine: Int) {
        self.kind = kind
        self.quotes = quotes
        self.perLine = perLine
        offset = Int(clamping: after?.offset ?? 0)
    }

    /// Reads the texts of a ticket behind its `after`-th; gives the ticket, if there is one.
    mutating func read(
        _ desk: DeskReader, textsOf id: TicketID, after: Int
    ) throws(StoreError) -> Reading<ListedTicket?> {
        var page = self
        defer { self = page }
        return try desk.show(id, after: after, limit: Limits.recordsMost + 1) { outline throws(StoreError) in
            guard page.items.count < Limits.recordsMost else { return page.end(before: outline) }
            return try page.add(outline, desk)
        }
    }

    /// Reads at most `limit` of the events of a ticket behind event `after`; of another's draft nothing is shown.
    mutating func read(
        _ desk: DeskReader, historyOf id: TicketID, after: SequenceNumber, limit: Int, for agent: AgentName
    ) throws(StoreError) -> Reading<Void> {
        var page = self
        defer { self = page }
        var count = 0
        return try desk.history(of: id, after: after, limit: limit + 1) { outline throws(StoreError) in
            guard count < limit else { return page.end(before: outline) }
            count += 1
            return outline.head.isVisible(to: agent) ? try page.add(outline, desk) : true
        }
    }

    /// Adds an event, or as much of it as fits; `false` if nothing more does.
    mutating func add(_ outline: EventOutline, _ desk: DeskReader) throws(StoreError) -> Bool {
        let isFirst = items.isEmpty
        let shown = outline.writings.filter { quotes == .shown || $0.kind == .new }.reduce(0) { $0 + $1.count }
        // Between events rather than within one, unless it is over the limit alone.
        guard isFirst || shown <= left && bytesRead < TextPage.readMost else { return end(before: outline) }
        var cutter = Excerpts(quotes: quotes, from: offset, most: isFirst ? left : .max, perLine: perLine)
        var excerpts: [Excerpt] = []
        var isDamaged = false
        for text in outline.writings {
            guard try desk.isIntact(text) else {
                isDamaged = true
                continue
            }
            let excerpt = try cutter.take(text.kind, count: text.count) { range throws(StoreError) in
                try desk.bytes(of: text, in: range)
            }
            if let excerpt { excerpts.append(excerpt) }
        }
        var event = try desk.event(outline)
        event.isDamaged = event.isDamaged || isDamaged
        let size = TextPage.record + cutter.size + event.draftBytes
        bytesRead += cutter.bytesRead + event.draftBytes
        guard isFirst || size <= left else { return end(before: outline) }
        items.append(
            Item(event: event, delivery: outline.delivery, excerpts: excerpts, isContinued: offset > 0))
        (left, offset) = (max(0, left - size), 0)
        if let cut = cutter.cut { return end(before: outline, offset: cut) }
        if event.isHuman, let id = event.textID { mark = max(mark ?? 0, id.entry) }
        return true
    }

    /// Ends the page before an event, or `offset` bytes into its text.
    private mutating func end(before outline: EventOutline, offset: Int = 0) -> Bool {
        let position =
            switch kind {
            case Switchboard.Cut.history: outline.head.sequence - 1
            case Switchboard.Cut.show: Int64(outline.head.textID?.entry ?? 1) - 1
            default: Int64(outline.head.textID?.entry ?? 1)
            }
        more = Cursor(
            kind: kind, position: position, offset: Int64(offset), ticket: outline.head.subject.ticket)
        return false
    }
}

extension Event {
    /// Whether it is a text of a person: a message that no machine wrote, an answer.
    var isHuman: Bool {
        switch kind {
        case .new(let mail, _), .followUp(let mail): mail.countsAsPerson
        case .reply: true
        default: false
        }
    }

    /// Whether an agent who may read the ticket may see it: a draft is its author's.
    func isVisible(to agent: AgentName) -> Bool {
        if case .draft = kind { return by == agent }
        return true
    }

    /// Bytes of the text of a draft, which is shown whole.
    fileprivate var draftBytes: Int {
        if case .draft(let text, _, _) = kind { text.utf8.count } else { 0 }
    }
}
