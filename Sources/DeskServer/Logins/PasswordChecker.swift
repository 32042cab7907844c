internal import DeskCrypto
internal import DeskModel
internal import DeskNet

/// Checks passwords off the owner thread, one at a time.
///
/// All checks cost the same, whatever the key is: an unknown name is checked against keys that no password fits, and a
/// key with fewer iterations than the costliest is made up for.
final class PasswordChecker {
    /// A login that waits for its check.
    struct Attempt: Sendable {
        /// The session that asked.
        let session: Int
        /// The name as it was typed.
        let name: String
        /// The password.
        let password: String
        /// Where the session comes from.
        let origin: PeerAddress
    }

    /// What a check found.
    struct Verdict: Sendable {
        /// What was checked.
        let attempt: Attempt
        /// Whether the password was right.
        let isRight: Bool
    }

    private struct Check: Sendable {
        let attempt: Attempt
        let keys: ScramKeys
        let isKnown: Bool
        let iterations: Int
    }

    /// Where verdicts come back; the loop watches it.
    let verdicts: Mailbox<Verdict>
    private let worker: Worker
    /// The worker gets checks one by one, so that none waits behind sessions that have ended.
    private var queue = PasswordCheckQueue<Check>(capacity: PasswordChecker.waitingMaximum)
    private var isChecking = false
    private let secret = randomBytes(32)

    /// Checks that wait: at 100,000 iterations the last of them waits some seconds.
    private static let waitingMaximum = 256

    /// Starts the thread.
    init() throws(NetError) {
        verdicts = try Mailbox()
        worker = try Worker(name: "zuruf-login")
    }

    /// Has a password checked; the verdict comes through `verdicts`. `key` is `nil` for a name that no agent has,
    /// `iterations` what the check costs at least.
    ///
    /// Gives the session that is turned away because the queue is full: this one, or one with less standing.
    func check(
        _ attempt: Attempt, against key: PasswordKey?, iterations: Int, _ standing: LoginStanding
    ) -> Int? {
        let keys =
            key.flatMap(ScramKeys.init)
            ?? ScramKeys.dummy(for: attempt.name, secret: secret, iterations: iterations)
        let check = Check(attempt: attempt, keys: keys, isKnown: key != nil, iterations: iterations)
        let turnedAway = queue.add(
            check, of: attempt.session, as: attempt.name, from: attempt.origin, standing, at: Clock.monotonic())
        checkNext()
        return turnedAway
    }

    /// Forgets the check of a session that has ended, unless it is going on.
    func forget(_ session: Int) {
        queue.remove(session)
    }

    /// The verdicts since the last call.
    func takeVerdicts() -> [Verdict] {
        let found = verdicts.takeAll()
        if found.contains(where: \.isRight) { queue.refundLast() }
        if !found.isEmpty {
            isChecking = false
            checkNext()
        }
        return found
    }

    /// Does something else on this thread, such as writing a file.
    func post(_ job: @escaping Worker.Job) {
        worker.post(job)
    }

    private func checkNext() {
        guard !isChecking, let check = queue.next(at: Clock.monotonic()) else { return }
        isChecking = true
        let verdicts = verdicts
        worker.post {
            let isRight = check.keys.verify(password: check.attempt.password, costing: check.iterations)
            verdicts.post(Verdict(attempt: check.attempt, isRight: isRight && check.isKnown))
        }
    }

    /// Lets the thread end.
    func close() {
        worker.stop()
    }
}

extension ScramKeys {
    /// The keys that an agent's password was kept as; `nil` if they were purged.
    init?(_ key: PasswordKey) {
        guard let storedKey = Digest(key.storedKey), let serverKey = Digest(key.serverKey) else { return nil }
        self.init(salt: key.salt, iterations: key.iterations, storedKey: storedKey, serverKey: serverKey)
    }
}
