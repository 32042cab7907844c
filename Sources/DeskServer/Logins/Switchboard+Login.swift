internal import DeskCrypto
internal import DeskEngine
internal import DeskModel
internal import DeskNet
internal import DeskWire

/// Logging in (PROTOCOL.md, "Logging in").
extension Switchboard {
    /// Answers `login`: a token at once, a password once it has been checked.
    func login(_ name: String, _ secret: String, _ tag: String?, _ session: Session) {
        if let agent = session.agent { return finish(session, tag, .refused(.loggedIn(agent))) }
        let agent = AgentName(name).flatMap { engine.state.agents[$0] }
        session.loginTag = tag
        // A token cannot be guessed, so its failures are not counted.
        if let token = Token(secret) {
            let isRight = agent.map { !$0.isRetired && $0.tokens.values.contains(token.digest) } ?? false
            return isRight ? succeed(name, session) : fail(name, retry: nil, session)
        }
        let origin = session.peer.origin
        let isKnown = agent.map { knownOrigins.contains(origin, of: $0.name) } ?? false
        let pause = isKnown ? 0 : loginThrottle.pause(for: name, from: origin, at: Clock.monotonic())
        guard pause == 0 else { return fail(name, retry: pause, session) }
        session.isBusy = true
        let turnedAway = passwordChecker.check(
            PasswordChecker.Attempt(session: session.id, name: name, password: secret, origin: origin),
            against: agent?.password, iterations: costliestIterations,
            standing(of: name, from: origin, isKnown: isKnown))
        if let turnedAway, let session = sessions[turnedAway] { turnAway(session) }
    }

    /// Takes in what the checks have found.
    func takeVerdicts() {
        for verdict in passwordChecker.takeVerdicts() {
            let attempt = verdict.attempt
            // A failure counts also when its session has ended meanwhile.
            let retry =
                verdict.isRight
                ? nil : loginThrottle.fail(attempt.name, from: attempt.origin, at: Clock.monotonic())
            guard let session = sessions[attempt.session], !session.isClosing else { continue }
            session.isBusy = false
            if verdict.isRight { succeed(attempt.name, session) } else { fail(attempt.name, retry: retry, session) }
            list(session)
        }
    }

    private func standing(of name: String, from origin: PeerAddress, isKnown: Bool) -> LoginStanding {
        guard isKnown, let name = AgentName(name) else { return .stranger }
        return loginThrottle.hasFailed(origin, as: name, at: Clock.monotonic()) ? .knownAfterFailures : .known
    }

    /// What every check costs: as much as the costliest of all keys.
    private var costliestIterations: Int {
        engine.state.agents.values.reduce(settings.passwordIterations) { max($0, $1.password?.iterations ?? 0) }
    }

    private func succeed(_ name: String, _ session: Session) {
        guard let agent = AgentName(name), engine.state.agents[agent]?.isRetired == false else {
            return fail(name, retry: nil, session)
        }
        let origin = session.peer.origin
        loginThrottle.succeed(agent, from: origin)
        if knownOrigins.add(origin, of: agent) { knownOriginsChanged() }
        session.agent = agent
        let (held, drafts) = (engine.held(by: agent).count, engine.drafts(of: agent).count)
        let says = engine.state.says[agent]?.waiting.count ?? 0
        let hello = DeskWire.Answer.hello(agent, epoch: archive.epoch, held: held, drafts: drafts, says: says)
        finish(session, session.loginTag, .answered(hello, at: head))
        came(agent)
    }

    private func fail(_ name: String, retry: Int?, _ session: Session) {
        log.note(.loginFailed(name: name, from: session.peer))
        session.failures += 1
        finish(session, session.loginTag, .refused(.badLogin(retry: retry)))
        guard session.failures >= settings.loginFailures else { return }
        tell(session, .bye(.login))
        end(session)
    }

    /// Answers a login that there was no room to check: it says nothing about the password, and counts for nothing.
    private func turnAway(_ session: Session) {
        session.isBusy = false
        finish(session, session.loginTag, .refused(.badLogin(retry: Switchboard.pauseWhenFull)))
        list(session)
    }

    /// Seconds.
    private static let pauseWhenFull = 5
}
