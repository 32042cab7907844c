internal import DeskEngine
internal import DeskModel
internal import DeskNet
internal import DeskStore
internal import DeskWire

/// Saying: finals and events in the one order that each client sees.
///
/// A follower is a cursor into the log. Replay and live are the same loop: the newest events come from the ring, older
/// ones from disk, and writing pauses while the socket is full. A reply waits in the session's outlet until the
/// cursor has come to its position, so `OK … seq=n` never overtakes event n.
extension Switchboard {
    /// Gives every follower the news, and every session that has something to say its chance.
    func speak() {
        if newestOffered < head { offerNews() }
        let row = unsaid
        unsaid.removeAll(keepingCapacity: true)
        rereads.beginTurn()
        var served: [Session] = []
        for session in row {
            session.isUnsaid = false
            rereads.beginSession()
            speak(session)
            // No line says what is missing, and nothing is left out: the connection ends before it.
            if let damage = rereads.damage {
                log.note(.store(.readFailed(damage)))
                session.isLost = true
            }
            guard rereads.isWanting else { continue }
            if rereads.hasRead { served.append(session) } else { listUnsaid(session) }
        }
        // Behind those who got nothing in this turn.
        for session in served { listUnsaid(session) }
    }

    /// Tells the followers who keep up what this turn has brought; the others go on where their cursor stands.
    private func offerNews() {
        let base = newestOffered
        newestOffered = head
        let now = clock.now
        var prepared: [Audience] = []
        for session in followers.row {
            guard let stream = session.stream, stream.cursor == base, stream.replay == nil, stream.endings.isEmpty,
                session.outlet.isEmpty, let audience = stream.audience ?? findAudience(of: session, stream)
            else {
                listUnsaid(session)
                continue
            }
            if audience.head != head {
                guard prepare(audience, stream, session.agent, after: base) else {
                    listUnsaid(session)
                    continue
                }
                prepared.append(audience)
            }
            stream.cursor = head
            guard !audience.news.isEmpty else { continue }
            stream.toldAt = now
            offer(audience.news, to: session)
            guard !audience.says.isEmpty else { continue }
            session.heard += audience.says
            noteHeard(by: session)
        }
        for audience in prepared { (audience.news, audience.says) = ([], []) }
    }

    private func findAudience(of session: Session, _ stream: Stream) -> Audience? {
        session.agent.map { audiences.find(stream, of: $0) }
    }

    private func offer(_ news: [UInt8], to session: Session) {
        do throws(LineLost) {
            if try session.outlet.offer(news, to: session.line) { return }
        } catch {
            session.isLost = true
        }
        settled.append(session)
    }

    /// Puts together what an audience sees of the events after `base`; `false` if the ring does not have all of them.
    private func prepare(
        _ audience: Audience, _ stream: Stream, _ name: AgentName?, after base: SequenceNumber
    ) -> Bool {
        guard let name, let agent = engine.state.agents[name] else { return false }
        (audience.news, audience.says) = ([], [])
        for sequence in (base + 1)...head {
            guard let told = ring[sequence] else { return false }
            if stream.shows(told.event, to: agent, mayRead: { agent.may(.read, in: $0) }) {
                audience.news.append(contentsOf: told.line)
                if told.event.isSaid(to: name) { audience.says.append(sequence) }
            }
        }
        audience.head = head
        return true
    }

    /// Says what the line takes now; the rest when the socket is writable again.
    private func speak(_ session: Session) {
        do throws(LineLost) {
            guard try session.outlet.drain(into: session.line) else { return }
            while try say(next: session), session.outlet.isDrained, hasMore(session) {}
            note(session.outlet.takeMarks())
            noteHeard(by: session)
            leaveIfTold(session)
        } catch {
            session.isLost = true
        }
        if !session.inputs.isEmpty || session.hasEnded { list(session) }
        settled.append(session)
    }

    /// What an agent has been shown counts once it is in his socket.
    private func note(_ marks: [Shown]) {
        guard !marks.isEmpty else { return }
        for mark in marks { engine.markShown(mark) }
        archive.note(marks.filter { $0.entry > 0 })
    }

    /// What was said to the agent has reached them once the line has taken it.
    private func noteHeard(by session: Session) {
        guard !session.heard.isEmpty, session.outlet.isDrained else { return }
        let heard = session.heard
        session.heard = []
        guard takesSays(session), let agent = session.agent else { return }
        submit(Submission(command: .heard(heard), agent: agent) { _ in })
    }

    private func hasMore(_ session: Session) -> Bool {
        if let stream = session.stream, stream.cursor < session.lastPosition ?? head {
            return session.outlet.backlog <= Limits.unsent
        }
        return session.outlet.nextPosition != nil || isDueLive(session) || session.isDueCut
    }

    /// Fills one record with events up to the next reply's position, the reply, more events …, and offers it; `false`
    /// if there was nothing, or an older event could not be read from the disk.
    private func say(next session: Session) throws(LineLost) -> Bool {
        var single: Told?
        let cursor = session.stream?.cursor
        speech.removeAll(keepingCapacity: true)
        while speech.count < Connection.recordByteCount {
            let position = session.outlet.nextPosition
            let end = min(position ?? .max, session.lastPosition ?? head, session.stream?.nextEnd ?? .max)
            if session.stream != nil, advance(session, to: end, &single) || cut(session, &single) { continue }
            greetLive(session, &single)
            guard let position, session.stream.map({ $0.cursor >= position }) ?? true else { break }
            begin(&single)
            guard let bytes = session.outlet.take() else { break }
            speech.append(contentsOf: bytes)
        }
        if let single, speech.isEmpty {
            _ = try session.outlet.offer(single.line, to: session.line)
        } else if !speech.isEmpty {
            _ = try session.outlet.offer(speech, to: session.line)
        } else {
            return session.stream?.cursor != cursor
        }
        session.stream?.toldAt = clock.now
        return true
    }

    /// One line alone is offered as it lies in the ring, without being copied; a second one moves both into the record.
    private func begin(_ single: inout Told?) {
        guard let told = single else { return }
        speech.append(contentsOf: told.line)
        single = nil
    }

    /// Whether a replay that began with its final has met the present, and was not told so yet.
    private func isDueLive(_ session: Session) -> Bool {
        guard let stream = session.stream, let final = stream.replay else { return false }
        return session.outlet.taken > final && stream.cursor >= head
    }

    /// `~ live`, when it is due.
    private func greetLive(_ session: Session, _ single: inout Told?) {
        guard let stream = session.stream, isDueLive(session) else { return }
        stream.replay = nil
        begin(&single)
        Notice.live(at: stream.cursor).append(to: &speech)
    }

    /// `~ cut`, where the cursor has come to the end of a subscription; `false` if it has not.
    private func cut(_ session: Session, _ single: inout Told?) -> Bool {
        guard let stream = session.stream, session.isDueCut else { return false }
        begin(&single)
        Notice.cut(stream.takeEnded().map(\.subscription), at: stream.cursor, why: .rights).append(to: &speech)
        if stream.left.isEmpty { unfollow(session) }
        return true
    }

    /// Moves a follower's cursor on by one event or to `end`; `false` if it stands there already.
    private func advance(_ session: Session, to end: SequenceNumber, _ single: inout Told?) -> Bool {
        guard let stream = session.stream, stream.cursor < end, let told = told(stream.cursor + 1) else {
            return false
        }
        stream.cursor += 1
        guard let agent = session.agent.flatMap({ engine.state.agents[$0] }) else { return true }
        if stream.shows(told.event, to: agent, mayRead: { agent.may(.read, in: $0) }) {
            if told.event.isSaid(to: agent.name) { session.heard.append(told.event.sequence) }
            begin(&single)
            if speech.isEmpty { single = told } else { speech.append(contentsOf: told.line) }
        }
        return true
    }

    /// The event of that number with its line: from the ring, or older ones from disk.
    private func told(_ sequence: SequenceNumber) -> Told? {
        ring[sequence] ?? rereads.told(sequence, in: archive)
    }
}

extension Event {
    /// Whether it is a `say` to this agent alone.
    fileprivate func isSaid(to name: AgentName) -> Bool {
        if case .say = kind, case .agent(name) = subject { true } else { false }
    }
}
