public import DeskModel

/// Whether old text that mails quote is written out.
public enum Quotes: Equatable, Sendable {
    /// Only how many lines it has (`show T`).
    case leftOut
    /// In full (`show T.E`, `history`).
    case shown
}

// Texts and events of a ticket: what `show`, `history` and `draft` are made of.
extension Reply {
    /// A text: its record, its files, its lines. `event` is a mail, an answer, an automatic reply, a note or a word of
    /// chat in a ticket; `delivery` says how far a mail of ours has come.
    ///
    /// At most about `most` bytes of its lines are written, from byte `offset` of them on; returns where it was cut, or
    /// `nil` at its end.
    @discardableResult
    public func entry(
        _ event: Event, delivery: Delivery? = nil, quotes: Quotes, from offset: Int = 0, most: Int = .max,
        to out: inout [UInt8]
    ) -> Int? {
        guard let id = event.textID else { return nil }
        record(to: &out) { event.appendTextRecord(to: &$0, id, delivery) }
        if offset == 0 { files(event.kind.mail, of: id, to: &out) }
        var pages = Pages(from: offset, most: most)
        var isPlain = true
        for passage in event.passages {
            if passage.kind == .quoted || !isPlain { part(passage, of: id, quotes, pages.peek(passage.text), to: &out) }
            isPlain = isPlain && passage.kind == .new
            if passage.kind == .quoted && quotes == .leftOut { continue }
            if let piece = pages.next(passage.text) {
                text(piece.text, continued: piece.isContinued, to: &out)
            }
            if let cut = pages.cut { return cut }
        }
        return nil
    }

    /// Another event, as `history` lists it; a draft, which only its author gets to see, with its text.
    public func event(_ event: Event, to out: inout [UInt8]) {
        record(to: &out) { out in
            out.put(event.subject)
            out.pair("seq", event.sequence)
            out.pair("kind", event.kind.word)
            if case .move = event.kind { event.appendQueue(to: &out) }
            event.appendPairs(to: &out)
        }
        if case .draft(let text, _) = event.kind { self.text(text, to: &out) }
    }

    /// The asker's unsent text.
    public func draft(_ draft: Draft, to out: inout [UInt8]) {
        record(to: &out) { out in
            out.put(draft.ticket)
            out.pair("kind", "draft")
            out.pair("by", holder: draft.agent)
            out.pair("bytes", draft.text.utf8.count)
            out.flag("kept", draft.isKept)
        }
        text(draft.text, to: &out)
    }

    private func files(_ mail: Mail?, of id: EntryID, to out: inout [UInt8]) {
        guard let mail else { return }
        for (index, file) in mail.files.enumerated() {
            part("file", of: id, to: &out) { out in
                out.pair("n", index + 1)
                out.pair("name", file.name)
                out.pair("type", file.type)
                out.pair("size", file.size)
            }
        }
        for problem in mail.problems {
            part("problem", of: id, to: &out) { $0.pair(text: problem) }
        }
    }

    /// Says what kind of lines follow or have been left out; nothing within the lines could: a customer writes them.
    private func part(_ passage: Passage, of id: EntryID, _ quotes: Quotes, _ shown: String?, to out: inout [UInt8]) {
        let isLeftOut = passage.kind == .quoted && quotes == .leftOut
        guard let text = isLeftOut ? passage.text : shown else { return }
        part(passage.kind == .quoted ? "quoted" : "text", of: id, to: &out) { $0.pair("lines", text.lineCount) }
    }

    private func part(_ name: String, of id: EntryID, to out: inout [UInt8], _ write: (inout [UInt8]) -> Void) {
        record(to: &out) { out in
            out.put(id)
            out.pair("part", name)
            write(&out)
        }
    }
}

extension Event {
    /// Which text the event is, if it is one.
    public var textID: EntryID? {
        switch kind {
        case .new(let mail, _), .followUp(let mail), .bounced(let mail, _, _): mail.entry
        case .reply, .autoSent, .note, .say:
            if case .entry(let id) = subject { id } else { nil }
        default: nil
        }
    }

    fileprivate var passages: [Passage] {
        switch kind {
        case .new(let mail, _), .followUp(let mail), .bounced(let mail, _, _): mail.body
        case .reply(let letter), .autoSent(let letter, _): [Passage(.new, letter.text)]
        case .note(let text), .say(let text): [Passage(.new, text)]
        default: []
        }
    }

    fileprivate func appendTextRecord(to out: inout [UInt8], _ id: EntryID, _ delivery: Delivery?) {
        out.put(id)
        out.pair("seq", sequence)
        out.pair("kind", kind.word)
        out.pair("t", at)
        if let by { out.pair("by", holder: by) }
        switch kind {
        case .new(let mail, _), .followUp(let mail), .bounced(let mail, _, _): mail.appendRecord(to: &out)
        case .reply(let letter), .autoSent(let letter, _):
            out.pairs(sentTo: letter.recipients)
            out.pair("delivery", (delivery ?? .queued).wire)
        default: break
        }
    }
}

extension Mail {
    fileprivate func appendRecord(to out: inout [UInt8]) {
        out.pair("customer", customerName)
        if sender != customerName { out.pair("sender", sender) }
        out.pair("to", list: to.isEmpty ? arrivedAt.map { [$0.description] } ?? [] : to.map(\.description))
        if !cc.isEmpty { out.pair("cc", list: cc.map(\.description)) }
        if let machine { out.pair("machine", machine.wire) }
        out.pair(subject: subject)
        if !foreignReplyTo.isEmpty { out.pair("reply-to", list: foreignReplyTo.map(\.description)) }
    }
}
