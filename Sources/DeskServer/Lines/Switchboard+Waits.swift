internal import DeskEngine
internal import DeskModel
internal import DeskWire

extension Switchboard {
    /// Lets those who wait try again, in the order of their coming, after something has happened; ends what is over.
    func grantWaits(in round: inout Round) {
        for wait in waits.take(where: { $0.until <= round.at }) { refuse(wait, .timeout(wait.queues)) }
        if mayGrant { tryWaits(in: &round) }
        for session in newcomers {
            session.isBusy = false
            list(session)
        }
        newcomers.removeAll(keepingCapacity: true)
    }

    private func tryWaits(in round: inout Round) {
        waits.hasNews = false
        for wait in waits.all {
            switch decide(wait.command, by: wait.agent, key: wait.key, in: &round) {
            case .success(let done):
                var final: [UInt8] = []
                Reply(tag: wait.tag).end(done.final, to: &final)
                round.askers.append(.waiter(wait, final: final, position: round.head))
            case .failure(.empty), .failure(.storage): continue
            case .failure(let refusal):
                for wait in waits.take(where: { $0.number == wait.number }) { refuse(wait, refusal.ofWait) }
            }
        }
    }

    /// Whether one of those who wait may have a ticket now.
    var mayGrant: Bool {
        waits.hasNews && !waits.all.isEmpty && !isReadOnly && !isStopping
    }

    /// Ends the untagged wait of a session, because its next line has come: `ERR canceled`, then that line.
    func endUntaggedWait(of session: Session) {
        guard session.waits > 0 else { return }
        for wait in waits.take(where: { $0.session === session && $0.tag == nil }) { refuse(wait, .canceled) }
    }

    /// Ends all waits of a session that sends nothing more.
    func endWaits(of session: Session, because refusal: Refusal = .canceled) {
        guard session.waits > 0 else { return }
        for wait in waits.take(where: { $0.session === session }) { refuse(wait, refusal) }
    }

    /// Ends one wait of a session.
    func endWait(of session: Session, tag: String) {
        for wait in waits.take(where: { $0.session === session && $0.tag == tag }) { refuse(wait, .canceled) }
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
