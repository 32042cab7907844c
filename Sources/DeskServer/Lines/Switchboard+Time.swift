internal import DeskEngine
internal import DeskModel
internal import DeskNet
internal import DeskStore
internal import DeskWire

/// What time asks of the switchboard: leases that end, waits that give up, ticks, probes.
extension Switchboard {
    /// Does what is due. Expiries are commands like any other; they rest while nothing can be written.
    func keepTime() throws(OutcomeUnknown) {
        let due = engine.due(at: clock.now)
        for reminder in due.reminders { remind(reminder) }
        if !isReadOnly, !isStopping {
            for expiry in due.expiries { submit(Submission(command: expiry, agent: nil) { _ in }) }
        }
        guard Clock.monotonic() >= nextSecond else { return }
        nextSecond = Clock.monotonic() + 1_000_000_000
        tick()
        archive.note(engine.takeLeases())
        endLateLogins()
        try probe()
    }

    /// Milliseconds until `keepTime` has something to do; at most a second, so that ticks and probes need no timers.
    var patience: Int32 {
        let next = [engine.nextDeadline, waits.nextEnd].compactMap { $0 }.map { clock.monotonic(at: $0) }.min()
        guard let next else { return 1000 }
        let rest = (next - Clock.monotonic()) / 1_000_000 + 1
        return Int32(clamping: max(0, min(1000, rest)))
    }

    /// `~ lease`, to every connection of the holder, subscribed or not.
    private func remind(_ reminder: Due.Reminder) {
        for session in sessions.values where session.agent == reminder.agent {
            tell(session, .lease(reminder.ticket, until: reminder.until, also: reminder.also))
        }
    }

    /// Whoever has not logged in in time goes; on a clock set by hand nobody is late.
    private func endLateLogins() {
        let latest = clock.now - settings.loginTime
        strangers.removeAll { number in
            guard let session = sessions[number], session.agent == nil, !session.isClosing else { return true }
            guard session.since < latest else { return false }
            tell(session, .bye(.login))
            end(session)
            return true
        }
    }

    /// Goes down in order: nothing new is decided, waits end, everybody hears `~ bye`.
    func stop() {
        guard !isStopping else { return }
        isStopping = true
        for wait in waits.takeAll() {
            finish(wait.session, wait.tag, .refused(.shuttingDown(retry: 5)))
        }
        for session in sessions.values where !session.isClosing {
            refuseUnanswered(of: session)
            tell(session, .bye(.shutdown, retry: 5))
            end(session)
        }
        speak()
    }

    /// What a session has said already gets its final, too.
    private func refuseUnanswered(of session: Session) {
        let refusal = Final.refused(.shuttingDown(retry: 5))
        if let pending = session.pending {
            finish(session, pending.tag, refusal)
        } else if let leaving = session.leaving {
            finish(session, leaving.tag, refusal)
        } else if session.isBusy, session.agent == nil {
            finish(session, session.loginTag, refusal)
        }
        for input in session.inputs {
            switch input {
            case .line(let line): finish(session, line.tag, refusal)
            case .malformed(let flaw, let tag): finish(session, tag, .malformed(flaw))
            case .hangUp: return
            }
        }
    }

    /// Those that did something since the last call: their sockets' owner looks what they want now.
    func takeSettled() -> [Session] {
        defer { settled.removeAll(keepingCapacity: true) }
        return settled
    }
}

/// What other threads hand back, the loop tells.
extension Switchboard: Watcher {
    /// Begins to watch for verdicts and findings.
    func watch(_ loop: Loop) throws(NetError) {
        _ = try loop.watch(passwordChecker.verdicts.descriptor, for: .read, by: self)
        _ = try loop.watch(readingRoom.results.descriptor, for: .read, by: self)
    }

    func isReady(_ readiness: Readiness) {
        takeVerdicts()
        takeFindings()
    }

    /// Lets the threads end and closes the files.
    func shut() {
        passwordChecker.close()
        readingRoom.close()
        // What the agents did in the last second counts after the restart, too.
        if !isMemoryStale { archive.note(engine.takeLeases()) }
        archive.close()
    }
}
