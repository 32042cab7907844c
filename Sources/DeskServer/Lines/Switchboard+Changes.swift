internal import DeskEngine
internal import DeskModel
internal import DeskNet
internal import DeskStore
internal import DeskWire

extension Switchboard {
    /// Decides what doors and lines ask to change, until the turn is full; questions wait until it is durable.
    func decideChanges(in round: inout Round) {
        decideSubmissions(in: &round)
        var row = listed
        listed.removeAll(keepingCapacity: true)
        for index in row.indices {
            let session = row[index]
            guard !round.isFull else {
                // Who did not come up keeps his place in front of everybody who comes now.
                row.removeSubrange(..<index)
                listed.insert(contentsOf: row, at: 0)
                return
            }
            session.isListed = false
            decideLines(of: session, in: &round)
        }
    }

    private func decideSubmissions(in round: inout Round) {
        var count = 0
        while count < submissions.count, !round.isFull {
            let submission = submissions[count]
            count += 1
            round.handled += 1
            switch decide(submission.command, by: submission.agent, key: nil, in: &round) {
            case .success(let done): round.askers.append(.door(submission.then, .done(done.outcome, done.sequence)))
            case .failure(let refusal): round.askers.append(.door(submission.then, .refused(refusal)))
            }
        }
        submissions.removeFirst(count)
    }

    /// What came of a command.
    struct Done {
        let outcome: Outcome
        let sequence: SequenceNumber?
        /// The stored final, if the command's key had been used before.
        var again: String?

        /// The line that tells of it.
        var final: Final {
            again.map(Final.again) ?? .done(outcome, sequence: sequence)
        }
    }

    /// Decides what somebody asks for now, after those who have been waiting for what has come up.
    func decide(
        _ command: Command, by agent: AgentName?, key: String?, in round: inout Round
    ) -> Result<Done, Refusal> {
        serveWaits(in: &round)
        return decideNow(command, by: agent, key: key, in: &round)
    }

    /// Wakes what the command needs, decides it and applies its events to memory; the turn makes them durable.
    func decideNow(
        _ command: Command, by agent: AgentName?, key: String?, in round: inout Round
    ) -> Result<Done, Refusal> {
        // Nothing is told from a memory that holds what was rolled back, not even by a retry key.
        if isMemoryStale { return .failure(.storage(retry: 1)) }
        do throws(StoreError) {
            try wake { engine.needs(command, by: agent, at: round.at) }
            if let agent, let key, let found = try recall(key, of: agent, for: command) {
                if case .success = found { engine.worked(command, by: agent, at: round.at) }
                return found
            }
        } catch {
            return .failure(.storage(retry: 5))
        }
        if isStopping { return .failure(.shuttingDown(retry: 5)) }
        if isReadOnly { return .failure(.storage(retry: 1)) }
        let decision = inPlace(&engine) { $0.decide(command, by: agent, at: round.at) }
        return carryOut(decision, of: command, by: agent, key: key, in: &round)
    }

    private func carryOut(
        _ decision: Decision, of command: Command, by agent: AgentName?, key: String?, in round: inout Round
    ) -> Result<Done, Refusal> {
        var events = decision.events
        let last = round.head + Int64(events.count)
        if case .done(let outcome) = decision.verdict, let key, !events.isEmpty {
            events[events.count - 1].retry = Event.Retry(
                key: key, command: digest(of: command), final: Final.done(outcome, sequence: last).text)
        }
        for event in events {
            let numbered = round.append(event)
            let openings = engine.apply(numbered)
            if !waits.isEmpty { waits.note(openings) }
        }
        switch decision.verdict {
        case .done(let outcome):
            if let agent { engine.worked(command, outcome, by: agent, at: round.at) }
            return .success(Done(outcome: outcome, sequence: events.isEmpty ? nil : last))
        case .refused(let refusal): return .failure(refusal)
        }
    }

    /// Reads from disk what the engine misses, until it misses nothing; a mail needs the most rounds.
    func wake(_ needs: () -> [Need]) throws(StoreError) {
        for _ in 0..<Switchboard.wakeRounds {
            let missing = needs()
            if missing.isEmpty { return }
            for need in missing { engine.learn(try archive.fact(for: need)) }
        }
        throw .corrupt("the disk answers the same questions differently again and again")
    }

    /// Message-ID, ticket, customer, his other tickets …: more rounds than any command needs.
    private static let wakeRounds = 16

    /// What a retry key stands for: the stored final, or the refusal if it was another command's.
    func recall(
        _ key: String, of agent: AgentName, for command: Command
    ) throws(StoreError) -> Result<Done, Refusal>? {
        if engine.state.retry(agent, key: key, at: clock.now) == nil {
            engine.learn(try archive.fact(for: .retry(agent, key: key)))
        }
        guard let found = engine.state.retry(agent, key: key, at: clock.now) else { return nil }
        guard found.command == digest(of: command) else { return .failure(.keyReused) }
        return .success(Done(outcome: .done, sequence: nil, again: found.final))
    }

    /// What a key stands for: the command with its ticket by the short number, whatever alias or number was typed.
    private func digest(of command: Command) -> Digest {
        Archive.digest(of: engine.resolved(command).canonical ?? [])
    }
}

extension Outcome {
    /// What its line shows an agent: who an answer goes to, where no event of their own says so.
    func shown(to agent: AgentName) -> Shown? {
        switch self {
        case .claimed(let id, let claim) where !claim.isNew:
            Shown(agent: agent, ticket: id, recipients: claim.addressee.recipients)
        case .addressed(let id, let addressee): Shown(agent: agent, ticket: id, recipients: addressee.recipients)
        default: nil
        }
    }
}

extension Refusal {
    /// What its line shows an agent: who the refused answer would have gone to.
    func shown(to agent: AgentName) -> Shown? {
        guard case .recipients(let id, let recipients, _, _) = self else { return nil }
        return Shown(agent: agent, ticket: id, recipients: recipients)
    }
}

/// Asks a value where it is. A call on a property of an object copies the value first, since the object might change it
/// meanwhile: of an engine that costs a fifth of a decision.
private func inPlace<Value, Answer>(_ value: inout Value, _ question: (borrowing Value) -> Answer) -> Answer {
    question(value)
}
