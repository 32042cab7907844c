internal import DeskCrypto
internal import DeskModel
internal import DeskNet

/// Checks passwords off the owner thread, one after another, and makes guessers wait.
///
/// An unknown name costs the same as a wrong password: it is checked against keys that nobody has the password of.
final class Gate {
    /// What a check found.
    struct Verdict: Sendable {
        /// The session that asked.
        let session: Int
        /// The name as it was typed.
        let name: String
        /// Whether the password was right.
        let isRight: Bool
    }

    private struct Check: Sendable {
        let session: Int
        let name: String
        let password: String
        let keys: ScramKeys
        let isKnown: Bool
    }

    /// Where verdicts come back; the loop watches it.
    let verdicts: Mailbox<Verdict>
    private let worker: Worker
    /// Those to be checked next, oldest first. The worker gets them one by one, so that nobody waits behind strangers
    /// who have left.
    private var waiting: [Check] = []
    private var isChecking = false
    private let secret = randomBytes(32)
    private let iterations: Int
    /// Per name: failures in a row, and until when the next try is refused unseen; nanoseconds of the monotonic clock.
    private var guesses: [String: (failures: Int, until: Int64)] = [:]

    /// Opens the gate; `iterations` is what checking an unknown name costs.
    init(iterations: Int) throws(NetError) {
        verdicts = try Mailbox()
        worker = try Worker(name: "zuruf-login")
        self.iterations = iterations
    }

    /// Seconds that this name has to wait before it may be tried again; 0: now.
    func patience(for name: String) -> Int {
        guard let guess = guesses[name] else { return 0 }
        let rest = guess.until - Clock.monotonic()
        return rest <= 0 ? 0 : Int(rest / 1_000_000_000) + 1
    }

    /// Notes a failure and tells the seconds to wait from the second one on: 1, 2, 4 … 60.
    func failed(_ name: String) -> Int? {
        if guesses.count >= Gate.namesMost { guesses.removeAll() }
        let failures = (guesses[name]?.failures ?? 0) + 1
        let seconds = failures < 2 ? 0 : min(60, 1 << min(6, failures - 2))
        guesses[name] = (failures, Clock.monotonic() + Int64(seconds) * 1_000_000_000)
        return seconds == 0 ? nil : seconds
    }

    /// Notes that somebody of that name got in.
    func succeeded(_ name: String) {
        guesses[name] = nil
    }

    /// Lets a password be checked; the verdict comes through `verdicts`.
    func check(_ password: String, of name: String, against key: PasswordKey?, for session: Int) {
        let keys = key.flatMap(ScramKeys.init) ?? ScramKeys.dummy(for: name, secret: secret, iterations: iterations)
        waiting.append(
            Check(session: session, name: name, password: password, keys: keys, isKnown: key != nil))
        checkNext()
    }

    /// Forgets the check of a session that has ended, unless it is going on.
    func forget(_ session: Int) {
        waiting.removeAll { $0.session == session }
    }

    /// The verdicts since the last call.
    func takeVerdicts() -> [Verdict] {
        let found = verdicts.takeAll()
        if !found.isEmpty {
            isChecking = false
            checkNext()
        }
        return found
    }

    private func checkNext() {
        guard !isChecking, !waiting.isEmpty else { return }
        isChecking = true
        let (check, verdicts) = (waiting.removeFirst(), verdicts)
        worker.post {
            let isRight = check.keys.verify(password: check.password)
            verdicts.post(Verdict(session: check.session, name: check.name, isRight: isRight && check.isKnown))
        }
    }

    /// Lets the thread end.
    func close() {
        worker.stop()
    }

    /// Names whose guesses are remembered: a flood of invented names must not fill the memory.
    private static let namesMost = 10_000
}

extension ScramKeys {
    /// The keys that an agent's password was kept as; `nil` if they were purged.
    init?(_ key: PasswordKey) {
        guard let storedKey = Digest(key.storedKey), let serverKey = Digest(key.serverKey) else { return nil }
        self.init(salt: key.salt, iterations: key.iterations, storedKey: storedKey, serverKey: serverKey)
    }
}
