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
    /// A text: its record, its files, its lines. `event` is a message, an answer, an automatic reply, a note or a `say`
    /// in a ticket, `excerpts` what this reply shows of it; `delivery` says how far a message of ours has come. Where
    /// it goes on what an earlier reply began (`isContinued`), the files are not listed again.
    ///
    /// A `bounced` of a history (`inHistory`) has the record of its event, which is about our message, and then the
    /// text of the report: one number has one subject.
    public func entry(
        _ event: Event, delivery: Delivery? = nil, excerpts: [Excerpt], isContinued: Bool = false,
        inHistory: Bool = false, to out: inout [UInt8]
    ) {
        guard let id = event.textID else { return }
        if inHistory, case .bounced = event.kind {
            record(to: &out) { event.appendRecord(to: &$0) }
        } else {
            record(to: &out) { event.appendTextRecord(to: &$0, id, delivery) }
        }
        if !isContinued { files(event.kind.mail, of: id, to: &out) }
        if event.isDamaged {
            problem("a text of it was changed outside of the desk and is not shown", of: id, to: &out)
        }
        for excerpt in excerpts {
            if let name = excerpt.part {
                part(name.rawValue, of: id, to: &out) { $0.pair("lines", excerpt.lines) }
            }
            text(excerpt.text, continued: excerpt.isContinued, to: &out)
        }
    }

    /// Another event, as `history` lists it; a draft, which only its author gets to see, with its text.
    public func event(_ event: Event, to out: inout [UInt8]) {
        record(to: &out) { event.appendRecord(to: &$0) }
        if case .draft(let text, _, _) = event.kind { self.text(text, to: &out) }
    }

    /// The asker's unsent text.
    public func draft(_ draft: Draft, to out: inout [UInt8]) {
        record(to: &out) { out in
            out.put(draft.ticket)
            out.pair("kind", "draft")
            out.pair("by", holder: draft.agent)
            out.pair("bytes", draft.text.utf8.count)
            out.flag("kept", draft.isKept)
            if let entry = draft.answering { out.pair("entry", entry) }
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
        for problem in mail.problems { self.problem(problem, of: id, to: &out) }
    }

    /// What is wrong with a text, or with its message.
    public func problem(_ problem: String, of id: EntryID, to out: inout [UInt8]) {
        part("problem", of: id, to: &out) { $0.pair(text: problem) }
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

    /// The event as a history lists it.
    fileprivate func appendRecord(to out: inout [UInt8]) {
        out.put(subject)
        out.pair("seq", sequence)
        out.pair("kind", kind.word)
        if case .move = kind { appendQueue(to: &out) }
        appendPairs(to: &out)
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
