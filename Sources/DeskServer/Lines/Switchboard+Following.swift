internal import DeskEngine
internal import DeskModel
internal import DeskNet
internal import DeskWire

/// Following: `subscribe`, `unsubscribe`, and what a stream is told beside events.
extension Switchboard {
    func subscribe(
        _ what: [Subscription], since: SequenceNumber?, epoch: String?, tick: TimeSpan?, _ tag: String?,
        _ session: Session
    ) {
        do throws(Refusal) {
            let resolved = try resolve(what, of: session)
            try check(since, epoch, session)
            let stream = session.stream ?? Stream(after: since ?? head)
            guard stream.count(with: resolved) <= Limits.subscriptions else {
                throw .tooMany(.subscriptions, most: Limits.subscriptions)
            }
            for what in resolved { stream.add(what, from: since ?? head) }
            if since != nil { stream.replay = session.outlet.queued }
            if let tick { stream.tick = tick }
            stream.toldAt = clock.now
            if session.stream == nil { session.outlet.release() }
            // The final of a replay goes first, though its `at=` lies ahead of what the stream has shown.
            let final = Final.answered(.subscribed(resolved.map(\.subscription), since: since), at: head)
            say(session, tag: tag, after: since ?? head) { reply, out in reply.end(final, to: &out) }
            session.stream = stream
            followers.add(session)
        } catch {
            finish(session, tag, .refused(error))
        }
    }

    /// Why a stream cannot begin after `since`, or in another log, in the order of PROTOCOL.md.
    private func check(_ since: SequenceNumber?, _ epoch: String?, _ session: Session) throws(Refusal) {
        if since != nil, session.stream != nil { throw .streaming(at: head) }
        if let epoch, epoch != archive.epoch { throw .epoch(archive.epoch, at: head) }
        if let since, since > head { throw .ahead(at: head) }
    }

    /// An `unsubscribe` that waits until its stream has shown everything up to `position`.
    struct Leaving {
        let tag: String?
        let what: [Stream.What]
        let position: SequenceNumber
    }

    /// Ends subscriptions, once everything up to now has been shown: it belongs before the finals up to now.
    func unsubscribe(_ what: [Subscription], _ tag: String?, _ session: Session) {
        do throws(Refusal) {
            let leaving = what.isEmpty ? session.stream?.all ?? [] : try resolve(what, of: session)
            session.leaving = Leaving(tag: tag, what: leaving, position: head)
            session.isBusy = true
            leaveIfTold(session)
            // The news of this turn alone would move its cursor without looking at what waits for it.
            if session.isBusy { listUnsaid(session) }
        } catch {
            finish(session, tag, .refused(error))
        }
    }

    /// Carries out the `unsubscribe` that a session waits for, if its stream has come so far.
    func leaveIfTold(_ session: Session) {
        guard let leaving = session.leaving, !session.isClosing else { return }
        let at = session.stream?.cursor ?? head
        guard at >= leaving.position else { return }
        session.leaving = nil
        session.isBusy = false
        for what in leaving.what { session.stream?.remove(what) }
        let left = session.stream?.left ?? []
        say(session, tag: leaving.tag, after: at) { reply, out in
            let lists = (leaving.what.map(\.subscription), left.map(\.subscription))
            reply.end(.answered(.unsubscribed(lists.0, left: lists.1), at: at), to: &out)
        }
        if left.isEmpty { unfollow(session) }
        list(session)
    }

    /// Ends a stream; what its outlet holds goes out without waiting for events.
    func unfollow(_ session: Session) {
        guard session.stream != nil else { return }
        session.stream = nil
        followers.remove(session)
    }

    /// What the subscriptions mean today; one that its owner may not read refuses all.
    private func resolve(_ what: [Subscription], of session: Session) throws(Refusal) -> [Stream.What] {
        guard let agent = session.agent.flatMap({ engine.state.agents[$0] }) else { throw .loginRequired }
        var resolved: [Stream.What] = []
        for subscription in what {
            switch subscription {
            case .everything: resolved.append(.everything)
            case .mine: resolved.append(.mine)
            case .queue(let name):
                guard engine.state.queues[name] != nil, agent.may(.read, in: name) else { throw .noSuchQueue(name) }
                resolved.append(.queue(name))
            case .ticket(let reference):
                resolved.append(.ticket(try readable(reference, by: agent).id))
            }
        }
        for case .ticket(let id) in resolved { engine.worked(by: agent.name, on: id, at: clock.now) }
        return resolved
    }

    /// Whether a subscription may still be had by an agent.
    func isReadable(_ what: Stream.What, by agent: Agent) -> Bool {
        switch what {
        case .everything, .mine: !agent.isRetired
        case .queue(let name): agent.may(.read, in: name)
        case .ticket(let id): ticket(id).map { agent.may(.read, in: $0.queue) } ?? true
        }
    }

    /// A ticket, closed ones too; `nil` if the disk cannot be read.
    private func ticket(_ id: TicketID) -> Ticket? {
        if engine.state.tickets[id] == nil {
            try? wake { engine.needs(.show(.id(id), after: nil)) }
        }
        return engine.state.tickets[id]
    }

    /// `~ tick` for those whose stream has been silent for as long as they asked; looks again after those who lag
    /// because the disk could not be read.
    func tick() {
        for session in followers.row {
            guard let stream = session.stream else { continue }
            if stream.cursor < head {
                listUnsaid(session)
            } else if let tick = stream.tick, stream.toldAt + tick <= clock.now, session.outlet.isEmpty {
                tell(session, .tick(at: head))
            }
        }
    }
}
