internal import DeskEngine
internal import DeskModel
internal import DeskNet
internal import DeskStore
internal import DeskWire

/// What a connection asks about itself; answered between turns, when everything decided is durable.
extension Switchboard {
    /// Answers a question of a session.
    func answer(_ request: SessionRequest, tag: String?, of session: Session) {
        switch request {
        case .help(let topic): help(topic, tag, session)
        case .caps:
            say(session, tag: tag) { reply, out in
                reply.end(.answered(.caps(count: reply.capabilities(to: &out)), at: position(for: session)), to: &out)
            }
        case .ping(let token): finish(session, tag, .answered(.pong(token: token), at: position(for: session)))
        case .quit: quit(tag, session)
        case .login(let name, let secret): login(name, secret, tag, session)
        case .session(let reads):
            if let reads { session.readsSet = reads }
            finish(session, tag, .answered(.session(reads: self.reads(session)), at: head))
        case .awaitNext, .says: break  // They may cause an event: the turn decides them.
        case .subscribe(let what, let since, let epoch, let tick):
            subscribe(what, since: since, epoch: epoch, tick: tick, tag, session)
        case .unsubscribe(let what): unsubscribe(what, tag, session)
        case .cancel(let canceled): cancel(canceled, tag, session)
        }
    }

    private func help(_ topic: String?, _ tag: String?, _ session: Session) {
        do throws(Malformed) {
            let lines = try Help.lines(about: topic)
            say(session, tag: tag) { reply, out in
                for line in lines { reply.text(line.isEmpty ? "\n" : line, to: &out) }
                reply.end(.answered(.help(lines: lines.count), at: position(for: session)), to: &out)
            }
        } catch {
            finish(session, tag, .malformed(error))
        }
    }

    /// Before a login nobody learns how far the log is.
    private func position(for session: Session) -> SequenceNumber? {
        session.agent == nil ? nil : head
    }

    /// Whether what a session shows counts as read by its agent: a bot reads for nobody unless it says so.
    func reads(_ session: Session) -> Bool {
        session.readsSet ?? !isBot(session)
    }

    /// Whether what is said to the agent has reached them once a session was told: a person's script takes nothing.
    func takesSays(_ session: Session) -> Bool {
        reads(session) || isBot(session)
    }

    private func isBot(_ session: Session) -> Bool {
        session.agent.flatMap { engine.state.agents[$0] }?.isBot ?? false
    }

    private func quit(_ tag: String?, _ session: Session) {
        endWaits(of: session)
        finish(session, tag, .answered(.bye, at: nil))
        end(session)
    }

    private func cancel(_ canceled: String, _ tag: String?, _ session: Session) {
        guard waits.contains(session, tag: canceled) else {
            return finish(session, tag, .refused(.noSuchTag(canceled)))
        }
        endWait(of: session, tag: canceled)
        finish(session, tag, .answered(.canceled(tag: canceled), at: nil))
    }
}

/// Who is there.
extension Switchboard {
    /// Notes that a connection of an agent has logged in.
    func came(_ agent: AgentName) {
        let queues = engine.queues(for: agent)
        if presence.came(agent, at: clock.now) { tell(.here(agent), of: agent, in: queues) }
        presence.reads(agent, queues)
    }

    /// Notes that a connection of an agent has ended.
    func left(_ agent: AgentName) {
        if let queues = presence.left(agent) { tell(.gone(agent), of: agent, in: queues) }
    }

    /// `~ here` and `~ gone`, to the followers who may read one of the queues in which the agent is seen.
    private func tell(_ notice: Notice, of name: AgentName, in queues: some Sequence<QueueName>) {
        for session in followers.row {
            guard let reader = session.agent, reader != name, let other = engine.state.agents[reader] else { continue }
            if queues.contains(where: { other.may(.read, in: $0) }) { tell(session, notice) }
        }
    }

    /// `~ looking`, to followers who would see an event of the ticket now.
    func tellLooking(_ name: AgentName, at ticket: Ticket) {
        guard engine.state.agents[name]?.isBot == false, presence.looks(name, at: ticket.id, now: clock.now) else {
            return
        }
        let event = Event(
            sequence: .max, at: clock.now, by: name, subject: .ticket(ticket.id), snapshot: .init(ticket),
            kind: .note(text: ""))
        for session in followers.row {
            guard let stream = session.stream, let reader = session.agent.flatMap({ engine.state.agents[$0] }) else {
                continue
            }
            guard reader.name != name, stream.shows(event, to: reader, mayRead: { reader.may(.read, in: $0) }) else {
                continue
            }
            tell(session, .looking(ticket.id, by: name))
        }
    }
}
