internal import DeskEngine
internal import DeskModel
internal import DeskStore
internal import DeskWire

/// Waiting for a ticket: a `claim next` that does not give up at once.
///
/// Who waits comes before who asks: whatever comes up is offered along the row before anything else is decided, within
/// the very turn. What they are told is withheld until the commit like everything of a turn; if it is rolled back, they
/// stand where they stood.
extension Switchboard {
    /// Offers what has come up to those who wait for it, in the order of their coming.
    func serveWaits(in round: inout Round) {
        guard mayGrant else { return }
        let openings = waits.takeNews()
        for number in waits.waiting(for: openings) {
            guard engine.mayHaveFree(in: openings) else { return }
            guard let wait = waits[number], let final = attempt(wait, in: &round) else { continue }
            waits.take(number)
            // What the session says next comes after the answer, once that is certain.
            if wait.tag == nil { wait.session.isBusy = true }
            round.askers.append(.waiter(wait, final: final, position: round.head))
        }
    }

    /// Tries to get a ticket for one who waits; `nil` if he waits on.
    private func attempt(_ wait: Waits.Wait, in round: inout Round) -> [UInt8]? {
        var line: [UInt8] = []
        switch decideNow(wait.command, by: wait.agent, key: wait.key, in: &round) {
        case .success(let done): Reply(tag: wait.tag).end(done.final, to: &line)
        case .failure(.empty), .failure(.storage): return nil
        case .failure(let refusal):
            let final = Final.refused(refusal.ofWait)
            Reply(tag: wait.tag).end(final, for: hintReader(final, wait.agent), to: &line)
        }
        return line
    }

    /// Whether one of those who wait may have a ticket now.
    var mayGrant: Bool {
        waits.hasNews && !isReadOnly && !isStopping
    }

    /// `claim next … wait=`: gives what there is, or a place in the row.
    func awaitNext(
        _ queues: [QueueName], _ lease: TimeSpan?, _ span: TimeSpan, _ line: Line, _ session: Session,
        in round: inout Round
    ) {
        guard let agent = session.agent else { return }
        round.handled += 1
        guard session.waits.count < Limits.waits else {
            return answer(session, line.tag, .refused(.tooMany(.waits, most: Limits.waits)), in: &round)
        }
        let wait = Waits.Wait(
            session: session, tag: line.tag, key: line.key, agent: agent, queues: queues, lease: lease,
            until: round.at + span)
        if let done = recall(wait) { return answer(session, line.tag, done, in: &round) }
        switch decide(wait.command, by: agent, key: line.key, in: &round) {
        case .success(let done): answer(session, line.tag, done.final, in: &round)
        case .failure(.empty): waits.add(wait)
        case .failure(let refusal): answer(session, line.tag, .refused(refusal, verb: line.verb), in: &round)
        }
    }

    /// What a wait's retry key stands for, if it has been granted before: told even while nothing can be written.
    private func recall(_ wait: Waits.Wait) -> Final? {
        guard let key = wait.key else { return nil }
        guard !isMemoryStale else { return .refused(.storage(retry: 1)) }
        do throws(StoreError) {
            switch try recall(key, of: wait.agent, for: wait.command) {
            case .success(let done): return done.final
            case .failure(let refusal): return .refused(refusal)
            case nil: return nil
            }
        } catch {
            return .refused(.storage(retry: 5))
        }
    }

    /// Ends the waits whose time is over; nothing of this turn can be theirs.
    func endOverdueWaits(at now: Moment) {
        for wait in waits.takeOverdue(at: now) { refuse(wait, .timeout(wait.queues)) }
    }

    /// Ends the untagged wait of a session, because its next line has come: `ERR canceled`, then that line.
    func endUntaggedWait(of session: Session, in round: inout Round) {
        for wait in waits.take(of: session, where: { $0.tag == nil }) {
            answer(session, wait.tag, .refused(.canceled), in: &round)
        }
    }

    /// Ends all waits of a session that sends nothing more, behind what it has been answered in this turn.
    func endWaits(of session: Session, in round: inout Round) {
        for wait in waits.take(of: session) { answer(session, wait.tag, .refused(.canceled), in: &round) }
    }

    /// Ends all waits of a session that sends nothing more.
    func endWaits(of session: Session) {
        for wait in waits.take(of: session) { refuse(wait, .canceled) }
    }

    /// Ends one wait of a session.
    func endWait(of session: Session, tag: String) {
        for wait in waits.take(of: session, where: { $0.tag == tag }) { refuse(wait, .canceled) }
    }

    /// Puts one back where he stood: what the turn had for him was rolled back.
    func putBack(_ wait: Waits.Wait) {
        if wait.session.isClosing { refuse(wait, .canceled) } else { waits.add(wait) }
    }

    private func refuse(_ wait: Waits.Wait, _ refusal: Refusal) {
        finish(wait.session, wait.tag, .refused(refusal))
    }
}

extension Refusal {
    /// What a wait is told that had begun rightly: whoever lost a right meanwhile has asked nothing wrong.
    fileprivate var ofWait: Refusal {
        switch self {
        case .forbidden, .noSuchQueue: .canceled
        default: self
        }
    }
}
