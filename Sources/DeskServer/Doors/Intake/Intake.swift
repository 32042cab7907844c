internal import DeskCrypto
internal import DeskMail
internal import DeskModel
internal import DeskNet
internal import DeskStore

/// How a mail comes in, whatever door it came through:
///
///     bytes ─▶ durable in mail.db ─▶ read by the worker ─▶ decided in a turn ─▶ committed ─▶ the sender is told
///              (keeper's thread)     (a process, boxed)     (Arrival)
///
/// Whatever dies in between is a temporary failure: the sender comes again, and the digest of the content makes the
/// two one. A message that cannot be read (`ReadingWorkers`) becomes a ticket that says so. Belongs to the owner
/// thread, which waits for nothing.
final class Intake: Watcher {
    private let keeper: MailKeeper
    private let workers: ReadingWorkers
    private unowned let desk: any Submissions
    private let signature: SignedMessageID.Signature
    private let mailMost: Int
    private let log: Log
    private let kept: Mailbox<Kept>
    private let loop: Loop
    private var token: Loop.Token?
    private var underway: [Int: Mail] = [:]
    private var lastNumber = 0

    /// What the keeper's thread hands back.
    private struct Kept: Sendable {
        let number: Int
        let result: Result<(raw: Digest, content: Digest), StoreError>
    }

    /// A mail on its way in.
    private struct Mail {
        let mail: Delivered
        let began: Int64
        let then: (IntakeAnswer) -> Void
    }

    /// Submits to `desk`, which lives longer; `signature` is the keyed hash of the desk's Message-IDs.
    init(
        _ desk: any Submissions, keeper: MailKeeper, workers: ReadingWorkers,
        signature: @escaping SignedMessageID.Signature,
        mailMost: Int, loop: Loop, log: Log
    ) throws(NetError) {
        self.desk = desk
        self.keeper = keeper
        self.workers = workers
        self.signature = signature
        self.mailMost = mailMost
        self.loop = loop
        self.log = log
        kept = try Mailbox()
        token = try loop.watch(kept.descriptor, for: .read, by: self)
    }

    /// Takes a mail in; `then` is told once what became of it.
    func take(_ mail: Delivered, then: @escaping (IntakeAnswer) -> Void) {
        guard mail.bytes.count <= mailMost else { return then(.tooLarge(most: mailMost)) }
        lastNumber += 1
        let number = lastNumber
        underway[number] = Mail(mail: mail, began: Clock.monotonic(), then: then)
        let (kept, raw) = (kept, mail.bytes)
        keeper.put(raw) { result in
            // Still on the keeper's thread, because a large mail takes a while to be hashed.
            kept.post(Kept(number: number, result: result.map { ($0, ContentDigest.digest(of: raw)) }))
        }
    }

    /// Sends everybody away who waits.
    func stop() {
        if let token { loop.unwatch(token, kept.descriptor) }
        token = nil
        for number in underway.keys.sorted() { finish(number, .later("the desk is going down")) }
    }

    func isReady(_ readiness: Readiness) {
        for kept in kept.takeAll() {
            guard let mail = underway[kept.number]?.mail else { continue }
            switch kept.result {
            case .success(let digests):
                read(kept.number, mail, raw: digests.raw, content: digests.content)
            case .failure(let error): later(kept.number, "the mail cannot be kept at the moment", error.description)
            }
        }
    }

    private func read(_ number: Int, _ mail: Delivered, raw: Digest, content: Digest) {
        workers.read(mail.bytes) { [weak self] outcome in
            guard let self, underway[number] != nil else { return }
            switch outcome {
            case .read(let read):
                submit(number, Arrival(read, delivered: mail.facts(raw: raw, content: content), signature: signature))
            case .unreadable:
                log.note(.mailUnreadable)
                submit(number, mail.unreadable(raw: raw, content: content))
            case .missing(let why): later(number, "the mail cannot be read at the moment", why)
            }
        }
    }

    private func submit(_ number: Int, _ arrival: Arrival) {
        desk.submit(
            Submission(command: .arrive(arrival), agent: nil) { [weak self] answer in
                self?.decided(number, arrival.raw, answer)
            })
    }

    private func decided(_ number: Int, _ raw: Digest, _ answer: Answer) {
        guard let mail = underway[number] else { return }
        switch answer {
        case .done(.arrived(let entry, let ticket), _):
            if entry == nil {
                log.note(.mailDropped(bytes: mail.mail.bytes.count))
            } else {
                keeper.claim([raw])
                let time = (Clock.monotonic() - mail.began) / 1_000_000
                log.note(
                    .mailTaken(ticket: ticket.map { "\($0)" } ?? "-", bytes: mail.mail.bytes.count, milliseconds: time))
            }
            finish(number, ticket.map { .taken(ticket: "\($0)") } ?? .dropped)
        case .done: later(number, "the desk is confused", "an answer that is none to a mail")
        case .refused(let refusal): later(number, refusal.sentence, refusal.sentence)
        }
    }

    private func later(_ number: Int, _ words: String, _ why: String) {
        log.note(.mailDeferred(why: why))
        finish(number, .later(words))
    }

    private func finish(_ number: Int, _ answer: IntakeAnswer) {
        underway.removeValue(forKey: number)?.then(answer)
    }
}

extension Delivered {
    /// What the desk knows of the mail beside its reading.
    fileprivate func facts(raw: Digest, content: Digest) -> Arrival.Delivered {
        Arrival.Delivered(
            raw: raw, content: content, sender: sender.isEmpty ? nil : Address(sender),
            recipients: recipients.map { Address($0) })
    }

    /// The arrival of a mail of which only envelope and bytes can be told.
    fileprivate func unreadable(raw: Digest, content: Digest) -> Arrival {
        var read = ReadMail()
        read.problems = [.unreadable]
        read.from = sender.isEmpty ? [] : [MailAddress(address: sender)]
        return Arrival(read, delivered: facts(raw: raw, content: content)) { _ in [] }
    }
}

extension ContentDigest {
    /// The digest of what makes a mail the same mail when it is delivered twice.
    static func digest(of raw: [UInt8]) -> Digest {
        var hash = SHA256()
        feed(raw) { hash.update($0) }
        return hash.finish()
    }
}
