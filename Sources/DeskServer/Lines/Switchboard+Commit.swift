internal import DeskEngine
internal import DeskModel
internal import DeskStore
internal import DeskWire

extension Switchboard {
    /// Makes the turn durable; `false` if it was rolled back for sure, and memory read anew from the disk.
    ///
    /// Throws when the outcome is unknown (an I/O error of COMMIT: after a failed fsync the rows may or may not come
    /// back).
    func commit(_ round: inout Round) throws(OutcomeUnknown) -> Bool {
        guard !round.events.isEmpty else { return true }
        do throws(StoreError) {
            try archive.append(round.events)
            return true
        } catch {
            if case .commitUnknown = error { throw OutcomeUnknown(reason: error) }
            log.note(.writingFailed(error))
            isReadOnly = true
            // Nothing is decided while the desk is read-only; if this fails, the first probe that works repeats it.
            isMemoryStale = true
            try? readAnew()
            return false
        }
    }

    /// Says what has been decided: first the finals into their outlets, then the events into the ring.
    ///
    /// Both wait for `speak`, where each session hears them in one order; nothing is said before all of it is durable.
    func tell(_ round: Round) {
        for event in round.events {
            ring.append(Told(event))
            heed(event)
        }
        for asker in round.askers {
            switch asker {
            case .line(let session, _, let final, let position, let mark):
                hand(final, to: session, after: position, mark: mark)
            case .waiter(let wait, let final, let position):
                hand(final, to: wait.session, after: position)
                resume(wait)
            case .door(let then, let answer): then(answer)
            }
        }
        for case .agent(.retired) in round.events.lazy.map(\.kind) { dismissRetired() }
        if !round.events.isEmpty { afterCommit(round.events) }
    }

    private func hand(
        _ final: [UInt8], to session: Session, after position: SequenceNumber, mark: Shown? = nil
    ) {
        session.outlet.append(final, after: position, mark: mark)
        // Who ended in this very turn still hears of what he did in it.
        if let last = session.lastPosition { session.lastPosition = max(last, position) }
        listUnsaid(session)
    }

    /// Lets a session go on that could not while its wait was granted.
    private func resume(_ wait: Waits.Wait) {
        guard wait.tag == nil else { return }
        wait.session.isBusy = false
        list(wait.session)
    }

    /// Who no longer works here hears so, and is not left on the line.
    private func dismissRetired() {
        for session in sessions.values where !session.isClosing {
            guard let agent = session.agent, engine.state.agents[agent]?.isRetired != false else { continue }
            endWaits(of: session)
            tell(session, .bye(.admin))
            end(session)
        }
    }

    /// Tells everybody of a turn that was rolled back that nothing of it was done.
    func refuse(_ round: Round) {
        let refusal = Refusal.storage(retry: 1)
        for asker in round.askers {
            switch asker {
            case .line(let session, let tag, _, _, _): finish(session, tag, .refused(refusal))
            case .waiter(let wait, _, _):
                putBack(wait)
                resume(wait)
            case .door(let then, _): then(.refused(refusal))
            }
        }
    }

    /// Tries whether writing works again; called once a second while it does not.
    func probe() throws(OutcomeUnknown) {
        guard isReadOnly else { return }
        do throws(StoreError) {
            try archive.probe()
            if isMemoryStale { try readAnew() }
            isReadOnly = false
            waits.note(.everywhere)
            log.note(.writingWorks)
        } catch {
            if case .commitUnknown = error { throw OutcomeUnknown(reason: error) }
        }
    }

    /// Throws memory away and reads it again, by the very way that start-up takes; what is soft is kept and pruned to
    /// fit.
    func readAnew() throws(StoreError) {
        isMemoryStale = true
        var read = try archive.readEngine(settings, at: clock.now)
        read.replace(engine)
        engine = read
        isMemoryStale = false
    }

    /// What an event means for those on the line beyond its line: streams that end.
    private func heed(_ event: Event) {
        switch event.kind {
        case .agent:
            guard case .agent(let name) = event.subject else { return }
            cutStreams(of: name)
            presence.reads(name, engine.queues(for: name))
        case .say: if case .agent(let name) = event.subject { hintSays(to: name) }
        case .queue: for name in presence.places.keys { presence.reads(name, engine.queues(for: name)) }
        case .move:
            guard let ticket = event.subject.ticket, let queue = event.snapshot?.queue else { return }
            cutStreams(of: ticket, since: event.sequence, in: queue)
        default: break
        }
    }

    /// Says to those who follow nothing that something was said to them: no stream will tell them.
    private func hintSays(to name: AgentName) {
        for session in sessions.values
        where session.agent == name && session.stream == nil && !session.isClosing && takesSays(session) {
            tell(session, .hint("says", text: "something was said to you: \"says\""))
        }
    }

    /// Ends the subscriptions that their owner may no longer have: `~ cut`, never silence.
    ///
    /// Without the right nothing is shown, not even of what happened before; so they end where each cursor stands.
    private func cutStreams(of name: AgentName) {
        guard let agent = engine.state.agents[name] else { return }
        for session in followers.row where session.agent == name {
            guard let stream = session.stream else { continue }
            for what in stream.all where !isReadable(what, by: agent) { stream.end(what, behind: stream.cursor) }
            stream.endNow()
            if !stream.endings.isEmpty { listUnsaid(session) }
        }
    }

    /// Ends the subscriptions to a ticket of those who may not read where event `sequence` has moved it: behind that
    /// event, to which a follower who lags comes later.
    private func cutStreams(of ticket: TicketID, since sequence: SequenceNumber, in queue: QueueName) {
        for session in followers.row {
            guard let stream = session.stream, stream.tickets[ticket] != nil,
                let agent = session.agent.flatMap({ engine.state.agents[$0] }), !agent.may(.read, in: queue)
            else { continue }
            stream.end(.ticket(ticket), behind: sequence)
            listUnsaid(session)
        }
    }
}
