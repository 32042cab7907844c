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
            switch result.reading {
            case .success(let reading): write(reading, for: pending, session)
            case .failure(let failure):
                if let why = failure.why { log.note(.store(.readFailed(why))) }
                finish(session, pending.tag, .refused(.storage(retry: 5)))
            }
            list(session)
        }
    }

    private func write(_ reading: Reading<ReadingRoom.Finding>, for pending: Pending, _ session: Session) {
        let at = reading.applied
        for event in reading.value.events { archive.damages.note(event) }
        switch (reading.value, pending.query) {
        case (.tickets(let found), .list(let list)): write(found, list, at, pending, session)
        case (.texts(let ticket, let page), .show): write(ticket, page, at, pending, session)
        case (.text(let page), .showEntry(_, let entry, _)): write(page, entry, at, pending, session)
        case (.history(let page), .history): write(page, at, pending, session)
        case (.raw(let found), .raw(_, let entry, let after)): write(found, entry, from: after, at, pending, session)
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
                    listed.ticket, customer: listed.customer, name: listed.name,
                    lease: engine.lease(of: listed.ticket), to: &out)
            }
            let last = found.count > limit ? found[limit - 1].ticket : nil
            let more = last.map { Cursor(kind: Cut.list, position: $0.id.value) }
            reply.end(.answered(.list(count: wanted.count, more: more), at: at), to: &out)
        }
    }

    /// `show T`: the ticket, then its texts without what they quote, up to the limit of one reply.
    private func write(
        _ ticket: ListedTicket?, _ page: TextPage, _ at: SequenceNumber, _ pending: Pending, _ session: Session
    ) {
        guard let agent = session.agent, let listed = ticket else {
            return finish(session, pending.tag, .refused(.internal(reference: "ticket")))
        }
        let id = listed.ticket.id
        let hasDraft = engine.state.drafts[agent]?[id] != nil
        let marks = { self.reads(session) ? page.shown(to: agent, of: listed.ticket) : nil }
        say(session, tag: pending.tag, after: at, marks: marks) { reply, out in
            reply.ticket(
                listed.ticket, customer: listed.customer, name: listed.name,
                lease: engine.lease(of: listed.ticket), to: &out)
            page.write(reply, to: &out)
            reply.end(
                .answered(.show(id, count: page.items.count, hasDraft: hasDraft, more: page.more), at: at), to: &out)
        }
        looked(agent, at: listed.ticket, on: session)
    }

    /// `show T.E`: one text with what it quotes, up to the limit of one reply.
    private func write(
        _ page: TextPage?, _ entry: Int, _ at: SequenceNumber, _ pending: Pending, _ session: Session
    ) {
        guard let agent = session.agent, let ticket = pending.ticket else { return }
        let id = EntryID(ticket.id, entry)
        guard let page else { return finish(session, pending.tag, .refused(.noSuchEntry(id))) }
        say(session, tag: pending.tag, after: at, marks: { shown(page, to: session, of: ticket.id) }) { reply, out in
            page.write(reply, to: &out)
            reply.end(.answered(.showEntry(id, more: page.more), at: at), to: &out)
        }
        looked(agent, at: ticket, on: session)
    }

    /// `history T`: texts in full and every other event, up to the limits of one reply.
    private func write(_ page: TextPage, _ at: SequenceNumber, _ pending: Pending, _ session: Session) {
        guard let agent = session.agent, let ticket = pending.ticket else { return }
        let id = ticket.id
        say(session, tag: pending.tag, after: at, marks: { shown(page, to: session, of: id) }) { reply, out in
            page.write(reply, inHistory: true, to: &out)
            reply.end(.answered(.history(id, count: page.items.count, more: page.more), at: at), to: &out)
        }
        looked(agent, at: ticket, on: session)
    }

    private func write(
        _ found: (message: StoredSlice, event: SequenceNumber)?, _ entry: Int, from after: Cursor?,
        _ at: SequenceNumber, _ pending: Pending, _ session: Session
    ) {
        guard let ticket = pending.ticket else { return }
        let id = EntryID(ticket.id, entry)
        guard let found else { return finish(session, pending.tag, .refused(.noSuchEntry(id))) }
        let slice = found.message.shown
        if slice.problem != nil { archive.damages.note(messageOf: found.event, isMissing: found.message == .missing) }
        let end = Int(clamping: after?.position ?? 0) + slice.bytes.count
        say(session, tag: pending.tag, after: at) { reply, out in
            if let problem = slice.problem { reply.problem(problem, of: id, to: &out) }
            let lines = reply.base64(slice.bytes, to: &out)
            let next = Cursor(kind: Cut.raw, position: Int64(end), offset: Int64(entry), ticket: ticket.id)
            let more = end < slice.total ? next : nil
            reply.end(.answered(.raw(id, lines: lines, more: more), at: at), to: &out)
        }
        if let agent = session.agent { engine.worked(by: agent, on: ticket, at: clock.now) }
    }

    /// Reading is work, and colleagues are told who looks at what.
    private func looked(_ agent: AgentName, at ticket: Ticket, on session: Session) {
        engine.worked(by: agent, on: ticket, at: clock.now)
        if reads(session) { tellLooking(agent, at: ticket) }
    }

    /// What a session's agent has been shown with a page; nothing, if nothing counts as read there.
    private func shown(_ page: TextPage, to session: Session, of ticket: TicketID) -> Shown? {
        guard reads(session), let agent = session.agent, let entry = page.mark else { return nil }
        return Shown(agent: agent, ticket: ticket, entry: entry)
    }
}

extension StoredSlice {
    /// What is shown of the message, how many bytes it has, and what is wrong with it.
    fileprivate var shown: (bytes: [UInt8], total: Int, problem: String?) {
        switch self {
        case .intact(let bytes, let total): (bytes, total, nil)
        case .changed: ([], 0, "the message was changed outside of the desk and is not shown")
        case .missing: ([], 0, "the message is missing: mail.db is older than the desk, or was changed outside of it")
        }
    }
}

extension TextPage {
    /// Writes the records and lines of the page.
    fileprivate func write(_ reply: Reply, inHistory: Bool = false, to out: inout [UInt8]) {
        for item in items {
            if item.event.textID != nil {
                reply.entry(
                    item.event, delivery: item.delivery, excerpts: item.excerpts, isContinued: item.isContinued,
                    inHistory: inHistory, to: &out)
            } else {
                reply.event(item.event, to: &out)
            }
        }
    }

    /// What an agent has been shown with it and the record of the ticket above it, which tells who an answer goes to.
    fileprivate func shown(to agent: AgentName, of ticket: Ticket) -> Shown {
        Shown(agent: agent, ticket: ticket.id, entry: mark ?? 0, recipients: ticket.recipients)
    }
}
