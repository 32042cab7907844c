internal import DeskEngine
internal import DeskModel
internal import DeskStore
internal import DeskWire

/// Questions: from memory at once, from disk by way of the reading room; none of them sees what is not durable.
extension Switchboard {
    /// A question that the reading room is busy with, for the session that asked it.
    struct Pending {
        /// The tag of the line.
        let tag: String?
        /// What was asked.
        let query: Query
        /// Which ticket it concerns, if one, as it was then: a closed one is soon not in memory any more.
        let ticket: Ticket?
    }

    /// Answers a question, or hands it on.
    func answer(_ query: Query, tag: String?, of session: Session) {
        guard let name = session.agent, let agent = engine.state.agents[name] else { return }
        guard !isMemoryStale else { return finish(session, tag, .refused(.storage(retry: 1))) }
        do throws(Refusal) {
            switch query {
            case .me: answerMe(agent, tag, session)
            case .who: answerWho(tag, session)
            case .queues: answerQueues(agent, tag, session)
            case .mine: answerMine(agent, tag, session)
            case .list(let list): try answer(list, agent, tag, session)
            case .draft(let reference): try answerDraft(reference, agent, tag, session)
            case .recipients(let reference): try answerRecipients(reference, agent, tag, session)
            case .show(let reference, let after):
                try expect(after, kind: Cut.show)
                try ask(reference, agent, query, tag, session) { id in
                    .texts(id, after: after, perLine: Reply.bytesPerLine(tag))
                }
            case .showEntry(let reference, let entry, let after):
                try expect(after, kind: Cut.entry)
                try ask(reference, agent, query, tag, session) { id in
                    let offset = Int(clamping: after?.offset ?? 0)
                    return .text(EntryID(id, entry), from: offset, perLine: Reply.bytesPerLine(tag))
                }
            case .history(let reference, let after, let limit):
                try expect(after, kind: Cut.history)
                try ask(reference, agent, query, tag, session) { id in
                    .history(
                        id, after: after, limit: limit ?? Limits.records, for: name,
                        perLine: Reply.bytesPerLine(tag))
                }
            case .raw(let reference, let entry, let after):
                try expect(after, kind: Cut.raw)
                try ask(reference, agent, query, tag, session) { id in
                    .raw(EntryID(id, entry), from: Int(clamping: after?.position ?? 0))
                }
            }
        } catch {
            finish(session, tag, .refused(error))
        }
    }

    /// Hands a question about a ticket to the reading room, if its asker may read it.
    private func ask(
        _ reference: TicketReference, _ agent: Agent, _ query: Query, _ tag: String?, _ session: Session,
        _ question: (TicketID) -> ReadingRoom.Question
    ) throws(Refusal) {
        let ticket = try readable(reference, by: agent)
        if let after = query.after, after.ticket != ticket.id { throw .usage("after= is of another text") }
        ask(question(ticket.id), Pending(tag: tag, query: query, ticket: ticket), session)
    }

    /// Hands a question to the reading room; the session's later lines wait until it is answered.
    func ask(_ question: ReadingRoom.Question, _ pending: Pending, _ session: Session) {
        session.isBusy = true
        session.pending = pending
        readingRoom.ask(question, for: session.id, after: head)
    }

    /// The ticket that somebody named, if he may read it: from memory, or woken together with its customer.
    func readable(_ reference: TicketReference, by agent: Agent) throws(Refusal) -> Ticket {
        do throws(StoreError) {
            try wake { engine.needs(.draft(reference)) }
        } catch {
            throw .storage(retry: 5)
        }
        guard let ticket = engine.ticket(reference, for: agent.name) else { throw .noSuchTicket(reference) }
        return ticket
    }

    /// The kinds of cursors: one of another command is no cursor here.
    enum Cut {
        static let list = UInt8(ascii: "l")
        static let show = UInt8(ascii: "s")
        static let entry = UInt8(ascii: "e")
        static let history = UInt8(ascii: "h")
        static let raw = UInt8(ascii: "r")
    }

    func expect(_ cursor: Cursor?, kind: UInt8) throws(Refusal) {
        if let cursor, cursor.kind != kind { throw .usage("after= takes the more= of the same command") }
    }

    private func answerMe(_ agent: Agent, _ tag: String?, _ session: Session) {
        say(session, tag: tag) { reply, out in
            let count = reply.me(
                agent, connections: presence.places[agent.name]?.connections ?? 0, held: engine.held(by: agent.name),
                drafts: engine.drafts(of: agent.name), subscribed: session.stream?.all.map(\.subscription) ?? [],
                waits: waits.all(of: session).map { $0.tag ?? "-" }, reads: reads(session), to: &out)
            reply.end(.answered(.me(count: count), at: head), to: &out)
        }
    }

    private func answerWho(_ tag: String?, _ session: Session) {
        let names = Set(presence.places.keys).union(engine.holders).sorted()
        say(session, tag: tag) { reply, out in
            for name in names {
                let place = presence.places[name]
                reply.agent(
                    name, connections: place?.connections ?? 0, since: place?.since,
                    held: engine.held(by: name).count, looking: visible(place?.looking, to: session), to: &out)
            }
            reply.end(.answered(.who(count: names.count), at: head), to: &out)
        }
    }

    /// What a colleague looks at, if the asker may see it.
    private func visible(_ ticket: TicketID?, to session: Session) -> TicketID? {
        guard let ticket, let agent = session.agent else { return nil }
        return engine.ticket(.id(ticket), for: agent)?.id
    }

    private func answerQueues(_ agent: Agent, _ tag: String?, _ session: Session) {
        let queues = engine.queues(for: agent.name).compactMap { engine.state.queues[$0] }
        say(session, tag: tag) { reply, out in
            for queue in queues {
                let load = engine.load(of: queue.name)
                reply.queue(
                    queue, rights: agent.rights(in: queue.name), open: load.open, free: load.free,
                    oldest: load.oldest, to: &out)
            }
            reply.end(.answered(.queues(count: queues.count), at: head), to: &out)
        }
    }

    private func answerMine(_ agent: Agent, _ tag: String?, _ session: Session) {
        let held = engine.held(by: agent.name).compactMap { engine.state.tickets[$0] }
        say(session, tag: tag) { reply, out in
            for ticket in held { write(ticket, reply, &out) }
            reply.end(.answered(.mine(count: held.count), at: head), to: &out)
        }
    }

    private func answerDraft(
        _ reference: TicketReference, _ agent: Agent, _ tag: String?, _ session: Session
    ) throws(Refusal) {
        let ticket = try readable(reference, by: agent)
        guard let draft = engine.state.drafts[agent.name]?[ticket.id] else { throw .noDraft(ticket.id) }
        say(session, tag: tag) { reply, out in
            reply.draft(draft, to: &out)
            reply.end(.answered(.draft(ticket.id), at: head), to: &out)
        }
        engine.worked(by: agent.name, on: ticket, at: clock.now)
    }

    /// `to T`: who the next answer goes to.
    private func answerRecipients(
        _ reference: TicketReference, _ agent: Agent, _ tag: String?, _ session: Session
    ) throws(Refusal) {
        let ticket = try readable(reference, by: agent)
        let mark = Shown(agent: agent.name, ticket: ticket.id, recipients: ticket.recipients)
        say(session, tag: tag, marks: { mark }) { reply, out in
            reply.end(.answered(.recipients(ticket.id, engine.addressee(of: ticket)), at: head), to: &out)
        }
        engine.worked(by: agent.name, on: ticket.id, at: clock.now)
    }

    /// Writes the record of a ticket that is in memory.
    func write(_ ticket: Ticket, _ reply: Reply, _ out: inout [UInt8]) {
        reply.ticket(
            ticket, customer: engine.customerName(of: ticket), name: engine.displayName(of: ticket),
            lease: engine.lease(of: ticket), to: &out)
    }
}
