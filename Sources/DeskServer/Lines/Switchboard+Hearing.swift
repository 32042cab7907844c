internal import DeskEngine
internal import DeskModel
internal import DeskNet
internal import DeskWire

/// Hearing: bytes become lines, lines become requests, and every line outside a block gets exactly one final.
extension Switchboard {
    /// Takes bytes that came in for a session.
    func hear(_ bytes: ArraySlice<UInt8>, for session: Session) {
        if session.inputs.isEmpty { session.inputByteCount = 0 }
        session.inputByteCount += bytes.count
        session.unheard.append(contentsOf: bytes)
        cut(session)
        noteTyping(of: session)
    }

    /// Lines of an open block are work on the ticket that its first line names: no agent loses it while they type.
    private func noteTyping(of session: Session) {
        guard let agent = session.agent, session.reader.isInBlock else { return }
        if let typed = session.typed, clock.now < typed + Limits.typingPause { return }
        session.typed = clock.now
        guard case .success(.change(let command))? = session.reader.openLine?.request,
            let reference = command.ticket
        else { return }
        // Its people are the same when it is closed, and then it may have left memory.
        try? wake { engine.needs(.show(reference, after: nil)) }
        if let id = engine.state.id(of: reference) { engine.worked(by: agent, on: id, at: clock.now) }
    }

    /// The client sends nothing more: what is complete is still answered, waits end, then the connection does.
    func hearsNoMore(_ session: Session) {
        session.hasEnded = true
        list(session)
    }

    /// Cuts what was heard into lines, as many as a turn takes.
    func cut(_ session: Session) {
        let room = Session.inputsMost - session.inputs.count
        guard room > 0, !session.unheard.isEmpty, !session.isClosing else { return }
        var inputs: [Input] = []
        let read = session.reader.take(session.unheard, most: room) { inputs.append($0) }
        session.inputs.append(contentsOf: inputs)
        if read == session.unheard.count {
            session.unheard.removeAll(keepingCapacity: false)
        } else {
            session.unheard.removeFirst(read)
        }
        if !session.inputs.isEmpty { list(session) }
    }

    /// Handles what a session said up to its first question, which waits until the turn is durable.
    func decideLines(of session: Session, in round: inout Round) {
        var count = 0
        while count < session.inputs.count, session.mayBeAnswered {
            guard handle(session.inputs[count], of: session, in: &round) else { break }
            count += 1
        }
        session.inputs.removeFirst(min(count, session.inputs.count))
        if !session.inputs.isEmpty, !session.isBusy { questioners.append(session) }
        cut(session)
        if isDone(session) { end(session, in: &round) }
        settled.append(session)
    }

    /// Handles one input; `false` if it is a question.
    private func handle(_ input: Input, of session: Session, in round: inout Round) -> Bool {
        switch input {
        case .hangUp: end(session, in: &round)
        case .malformed(let flaw, let tag):
            endUntaggedWait(of: session, in: &round)
            let isLast = isLost(session, by: flaw)
            // Behind the tag of a wait it would look like the end of that.
            let shown = isInUse(tag, session) ? nil : tag
            answer(session, shown, .malformed(flaw), farewell: isLast ? .bye(.errors) : nil, in: &round)
            if isLast { end(session, in: &round) }
        case .line(let line):
            guard let request = request(of: line, from: session, in: &round) else { break }
            switch request {
            case .change(let command): change(command, line, session, in: &round)
            case .session(.awaitNext(let queues, let lease, let span)):
                awaitNext(queues, lease, span, line, session, in: &round)
            case .session(.says(let since)): says(since, line, session, in: &round)
            case .read, .session: return false
            }
        }
        return true
    }

    /// What a line asks for; answers on the spot what may not be asked or was not asked rightly.
    private func request(of line: Line, from session: Session, in round: inout Round) -> Request? {
        endUntaggedWait(of: session, in: &round)
        guard !isInUse(line.tag, session) else {
            answer(session, nil, .malformed(.badTag), in: &round)
            return nil
        }
        guard session.agent != nil || line.verb.isOpen else {
            answer(session, line.tag, .refused(.loginRequired), in: &round)
            return nil
        }
        switch line.request {
        case .success(let request): return request
        case .failure(let flaw):
            answer(session, line.tag, .malformed(flaw), in: &round)
            return nil
        }
    }

    /// Whether a tag belongs to a pending wait of the session: until that ends it is no other command's.
    private func isInUse(_ tag: String?, _ session: Session) -> Bool {
        tag != nil && waits.contains(session, tag: tag)
    }

    private func change(_ command: Command, _ line: Line, _ session: Session, in round: inout Round) {
        guard let agent = session.agent else { return }
        round.handled += 1
        switch decide(command, by: agent, key: line.key, in: &round) {
        case .success(let done):
            answer(session, line.tag, done.final, mark: done.outcome.shown(to: agent), in: &round)
        case .failure(let refusal):
            let final = Final.refused(refusal, verb: line.verb)
            answer(session, line.tag, final, mark: refusal.shown(to: agent), in: &round)
        }
    }

    /// `says`: what it lists has reached the agent once the desk has noted so, which is before the reply goes out. The
    /// reply may get lost with the connection; then `since=` gives it again.
    private func says(_ since: SequenceNumber?, _ line: Line, _ session: Session, in round: inout Round) {
        guard let agent = session.agent else { return }
        round.handled += 1
        switch decide(.says(since: since, marks: takesSays(session)), by: agent, key: nil, in: &round) {
        case .success(let done):
            answer(session, line.tag, done.final, in: &round) { reply, out in
                guard case .says(let says) = done.outcome else { return }
                for say in says { reply.event(say.event(to: agent), to: &out) }
            }
        case .failure(let refusal): answer(session, line.tag, .refused(refusal, verb: line.verb), in: &round)
        }
    }

    /// Answers a line of this turn once it is durable; `records` come before the final, a farewell behind it.
    func answer(
        _ session: Session, _ tag: String?, _ final: Final, farewell: Notice? = nil, mark: Shown? = nil,
        in round: inout Round, records: (Reply, inout [UInt8]) -> Void = { _, _ in }
    ) {
        var line: [UInt8] = []
        records(Reply(tag: tag), &line)
        Reply(tag: tag).end(final, for: hintReader(final, session.agent), to: &line)
        farewell?.append(to: &line)
        round.askers.append(.line(session, tag: tag, final: line, position: round.head, mark: mark))
    }

    /// Answers the questions that stand first in their sessions, up to the next change, which the next turn decides.
    func answerQuestions() {
        let row = questioners
        questioners.removeAll(keepingCapacity: true)
        let deadline = Clock.monotonic() + Round.nanosecondsMost
        for (index, session) in row.enumerated() {
            guard index == 0 || Clock.monotonic() < deadline else { return listFirst(row[index...]) }
            var count = 0
            while count < session.inputs.count, session.mayBeAnswered {
                guard case .line(let line) = session.inputs[count], case .success(let request) = line.request,
                    session.agent != nil || line.verb.isOpen, !isInUse(line.tag, session), request.isQuestion
                else { break }
                count += 1
                answer(request, line, session)
            }
            session.inputs.removeFirst(min(count, session.inputs.count))
            cut(session)
            if !session.inputs.isEmpty { list(session) }
            if isDone(session) { end(session) }
            settled.append(session)
        }
    }

    /// Puts those back who did not come up: in front of everybody who comes now.
    private func listFirst(_ row: ArraySlice<Session>) {
        let waiting = row.filter { !$0.isListed && !$0.isClosing }
        for session in waiting { session.isListed = true }
        listed.insert(contentsOf: waiting, at: 0)
    }

    private func answer(_ request: Request, _ line: Line, _ session: Session) {
        switch request {
        case .change: break
        case .read(let query): answer(query, tag: line.tag, of: session)
        case .session(let request): answer(request, tag: line.tag, of: session)
        }
    }

    /// Five unknown verbs before a login are somebody who has lost his way, or a web page that talks to our port.
    private func isLost(_ session: Session, by flaw: Malformed) -> Bool {
        guard case .unknownVerb = flaw, session.agent == nil else { return false }
        session.unknownVerbs += 1
        return session.unknownVerbs >= Session.unknownVerbsMost
    }

    /// After the client's end and the last answer the connection ends too.
    private func isDone(_ session: Session) -> Bool {
        session.hasEnded && !session.isBusy && session.inputs.isEmpty && session.unheard.isEmpty
    }

    private func end(_ session: Session, in round: inout Round) {
        endWaits(of: session, in: &round)
        end(session)
    }

    /// Takes nothing more from a session; its last words still go out.
    func end(_ session: Session) {
        guard !session.isClosing else { return }
        endWaits(of: session)
        session.isClosing = true
        session.inputs = []
        session.unheard = []
        // A replay that has begun is still told up to here, and nothing after it.
        session.lastPosition = head
        followers.remove(session)
        listUnsaid(session)
    }
}

extension Request {
    /// Whether it is answered between turns: no event can come of it.
    fileprivate var isQuestion: Bool {
        switch self {
        case .change, .session(.awaitNext), .session(.says): false
        case .read, .session: true
        }
    }
}
