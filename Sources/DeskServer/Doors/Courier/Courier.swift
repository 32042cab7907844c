internal import DeskMail
internal import DeskModel
internal import DeskNet
internal import DeskStore

/// What the courier needs of the desk.
protocol CourierDesk: Submissions {
    /// The first mail that waits and was queued by an event after `sequence`.
    func nextOutgoing(after sequence: SequenceNumber) -> Outgoing?
    /// Whose address a mail carries as sender.
    func sender(of outgoing: Outgoing) -> Address
    /// Whether nothing can be written at the moment.
    var isReadOnly: Bool { get }
    /// What time it is.
    var now: Moment { get }
    /// Lets `desk.db` catch up soon.
    func hurryProjection()
}

/// Carries our mails away, one at a time, each until somebody has taken it, refused it for good, or it is too old.
///
///     waiting ─▶ composed once ─▶ durable in mail.db ─▶ transfer ─▶ `sent`, `failed`, or a pause
///                                                          ▲                                 │
///                                                          └─────────────────────────────────┘
///
/// What is to be carried stands in the desk's state, so nothing here needs to survive. A repeat is the same bytes.
/// Belongs to the owner thread.
final class Courier: Watcher {
    private unowned let desk: any CourierDesk
    private let settings: Settings
    private let keeper: MailKeeper
    private let room: PostRoom
    private let composer: MailWorker
    private let sender: MailWorker
    private let signature: SignedMessageID.Signature
    private let loop: Loop
    private let log: Log
    private let stored: Mailbox<StoreError?>
    private var tokens: [(Loop.Token, Int32)] = []

    /// Mails whose turn it is, oldest first.
    private var ready: [SequenceNumber] = []
    /// Everything up to here has been ready once.
    private var cursor: SequenceNumber = 0
    /// Failed transfers of mails that wait for their next one.
    private var tries: [SequenceNumber: Int] = [:]
    /// The mail that is being carried.
    private var current: Outgoing?
    private var bytes: [UInt8] = []
    private var isStopping = false
    private var hasComplained = false

    private static let readyMost = 64
    private static let restMilliseconds: Int64 = 1000
    private static let sendMilliseconds: Int64 = 330_000

    init(
        _ desk: any CourierDesk, settings: Settings, worker: String, files: StateFiles, keeper: MailKeeper,
        signature: @escaping SignedMessageID.Signature, loop: Loop, log: Log
    ) throws(NetError) {
        self.desk = desk
        self.settings = settings
        self.keeper = keeper
        self.signature = signature
        self.loop = loop
        self.log = log
        room = try PostRoom(files)
        // A worker of its own: the one that reads strangers' mails never touches ours.
        composer = MailWorker(path: worker, role: "read", loop: loop, log: log)
        sender = MailWorker(path: worker, role: "send", loop: loop, log: log, patience: Courier.sendMilliseconds)
        stored = try Mailbox()
        for descriptor in [room.outcomes.descriptor, stored.descriptor] {
            tokens.append((try loop.watch(descriptor, for: .read, by: self), descriptor))
        }
    }

    /// Looks whether there is something to carry; to be called at start and after every commit.
    func wake() {
        guard current == nil, !isStopping else { return }
        guard settings.smarthost != nil || settings.outgoing != nil else { return complain() }
        while ready.count < Courier.readyMost, let next = desk.nextOutgoing(after: cursor) {
            ready.append(next.sequence)
            cursor = next.sequence
        }
        guard !ready.isEmpty else { return }
        guard !desk.isReadOnly else { return rest() }
        let sequence = ready.removeFirst()
        guard let outgoing = desk.nextOutgoing(after: sequence - 1), outgoing.sequence == sequence else {
            tries[sequence] = nil
            return wake()
        }
        current = outgoing
        room.send(.look(outgoing))
    }

    /// Carries nothing more; what is underway is repeated after the next start.
    func stop() {
        isStopping = true
        for (token, descriptor) in tokens { loop.unwatch(token, descriptor) }
        composer.stop()
        sender.stop()
        room.close()
    }

    func isReady(_ readiness: Readiness) {
        for error in stored.takeAll() {
            if let error { postpone(error.description) } else { transfer() }
        }
        for outcome in room.outcomes.takeAll() { goOn(outcome) }
    }

    private func goOn(_ outcome: PostRoom.Outcome) {
        guard let outgoing = current else { return }
        switch outcome {
        case .composed(let composed):
            bytes = composed
            transfer()
        case .parts(let parts): compose(outgoing, parts)
        case .notYet:
            desk.hurryProjection()
            loop.after(milliseconds: 20) { [weak self] in self?.room.send(.look(outgoing)) }
        case .written: succeeded()
        case .line(let password): send(outgoing, password: password)
        case .failed(let why): postpone(why)
        }
    }

    private func compose(_ outgoing: Outgoing, _ parts: Composition) {
        let mail = parts.mail(
            for: outgoing, from: desk.sender(of: outgoing), host: settings.host, signature: signature)
        composer.ask(.compose(mail)) { [weak self] result in
            guard let self, !isStopping else { return }
            switch result {
            case .success(.composed(let composed)):
                bytes = composed
                let stored = stored
                keeper.keep(composed: composed, for: outgoing.sequence) { stored.post($0) }
            case .success(.refused(let why)): failed(why)
            case .success: postpone("the worker answered something else")
            case .failure(.failed(let why)), .failure(.missing(let why)): postpone(why)
            }
        }
    }

    private func transfer() {
        guard let outgoing = current else { return }
        if let smarthost = settings.smarthost {
            guard let file = smarthost.passwordFile else { return send(outgoing, password: "") }
            room.send(.readLine(path: file))
        } else if let folder = settings.outgoing {
            room.send(.write(bytes, path: "\(folder)/\(Courier.name(of: outgoing))"))
        }
    }

    /// The file's name: the mail's number, as wide as ever needed, so that names sort as mails do.
    private static func name(of outgoing: Outgoing) -> String {
        let digits = "\(outgoing.sequence)"
        return String(repeating: "0", count: max(0, 10 - digits.utf8.count)) + digits + ".eml"
    }

    private func send(_ outgoing: Outgoing, password: String) {
        guard let smarthost = settings.smarthost else { return }
        let server = DeskMail.Delivery.Server(
            host: smarthost.endpoint.host, port: Int(smarthost.endpoint.port), protection: smarthost.protection,
            authorities: smarthost.authorities ?? "", greeting: settings.host, user: smarthost.user, password: password)
        let envelope = outgoing.isAutomatic ? "" : desk.sender(of: outgoing).description
        let delivery = DeskMail.Delivery(
            server: server, sender: envelope, recipient: outgoing.letter.to.description, message: bytes)
        sender.ask(.send(delivery)) { [weak self] result in
            guard let self, !isStopping else { return }
            switch result {
            case .success(.delivered(.accepted)): succeeded()
            case .success(.delivered(.refused(let why))), .success(.refused(let why)): failed(why)
            case .success(.delivered(.later(let why))), .success(.delivered(.uncertain(let why))): postpone(why)
            case .success: postpone("the worker answered something else")
            case .failure(.failed(let why)), .failure(.missing(let why)): postpone(why)
            }
        }
    }
}

extension Courier {
    private func succeeded() {
        guard let outgoing = current else { return }
        log.note(.sent(entry: outgoing.entry, tries: (tries[outgoing.sequence] ?? 0) + 1))
        end(outgoing, with: .sent(outgoing.entry))
    }

    private func failed(_ why: String) {
        guard let outgoing = current else { return }
        log.note(.sendFailed(entry: outgoing.entry, why: why))
        end(outgoing, with: .failed(outgoing.entry, text: Courier.reason(why)))
    }

    /// One transfer failed for now: pause, or give the mail up.
    private func postpone(_ why: String) {
        guard let outgoing = current else { return }
        guard desk.now < outgoing.at + settings.giveUp else { return failed(why) }
        let count = (tries[outgoing.sequence] ?? 0) + 1
        tries[outgoing.sequence] = count
        let pause = settings.pauses[min(count, settings.pauses.count) - 1]
        log.note(.sendDelayed(entry: outgoing.entry, why: why, pause: pause))
        release()
        loop.after(milliseconds: pause.milliseconds) { [weak self] in
            self?.ready.append(outgoing.sequence)
            self?.wake()
        }
        wake()
    }

    /// Tells the desk how the mail ended, until it is durable: a mail that is out must not go out again.
    private func end(_ outgoing: Outgoing, with command: Command) {
        desk.submit(
            Submission(command: command, agent: nil) { [weak self] answer in
                guard let self, !isStopping else { return }
                guard case .refused(.storage) = answer else {
                    tries[outgoing.sequence] = nil
                    release()
                    return wake()
                }
                loop.after(milliseconds: Courier.restMilliseconds) { [weak self] in
                    self?.end(outgoing, with: command)
                }
            })
    }

    private func release() {
        current = nil
        bytes = []
    }

    private func rest() {
        loop.after(milliseconds: Courier.restMilliseconds) { [weak self] in self?.wake() }
    }

    private func complain() {
        guard !hasComplained, desk.nextOutgoing(after: 0) != nil else { return }
        hasComplained = true
        log.note(.nowhereToSend)
    }

    /// As much of a reason as an event holds, one line.
    private static func reason(_ text: String) -> String {
        CleanText.line(text, atMost: Limits.reason)
    }
}

extension Settings.Smarthost {
    fileprivate var protection: DeskMail.Delivery.Protection {
        switch security {
        case .none: .none
        case .starttls: .startTLS
        case .tls: .implicit
        }
    }
}
