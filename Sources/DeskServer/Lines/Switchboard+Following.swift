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
            if let since { try check(since, epoch, session) }
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

    /// Why a stream cannot begin after `since`, in the order of PROTOCOL.md.
    private func check(_ since: SequenceNumber, _ epoch: String?, _ session: Session) throws(Refusal) {
        if session.stream != nil { throw .streaming(at: head) }
        if let epoch, epoch != archive.epoch { throw .epoch(archive.epoch, at: head) }
        if since > head { throw .ahead(at: head) }
    }

    func unsubscribe(_ what: [Subscription], _ tag: String?, _ session: Session) {
        do throws(Refusal) {
            let before = session.stream?.all ?? []
            let leaving = what.isEmpty ? before : try resolve(what, of: session)
            for what in leaving { session.stream?.remove(what) }
            let left = session.stream?.all ?? []
            finish(
                session, tag,
                .answered(.unsubscribed(leaving.map(\.subscription), left: left.map(\.subscription)), at: head))
            if left.isEmpty { unfollow(session) }
        } catch {
            finish(session, tag, .refused(error))
        }
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
        return resolved
    }

    /// Whether a subscription may still be had by an agent.
    func isReadable(_ what: Stream.What, by agent: Agent) -> Bool {
        switch what {
        case .everything, .mine: !agent.isRetired
        case .queue(let name): agent.may(.read, in: name)
        case .ticket(let id): engine.state.tickets[id].map { agent.may(.read, in: $0.queue) } ?? true
        }
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
