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
    /// Messages that were queued up to this event have Message-IDs without a time.
    var unstamped: SequenceNumber { get }
    /// Lets `desk.db` catch up soon.
    func hurryProjection()
    /// A text of this event in `journal.db` was changed outside of the desk.
    func noteDamage(of sequence: SequenceNumber)
}

/// Carries our mails away, each until every recipient's server has taken it, refused it for good, or it is too old.
///
///     waiting ─▶ composed once ─▶ durable in mail.db ─▶ transfer to the next recipient ─▶ `sent`, `failed`, or later
///                                                        ▲ ▲                                 │
///                                                        │ └── recipients left in this round ┤
///                                                        └── a pause, if one was put off ────┘
///
/// One transfer has one recipient, since a server answers for all recipients of a transfer together once it has the
/// text. Its bytes are the same for all. A crash repeats at most the transfer whose event was not durable.
///
/// A few are carried at the same time, each by a worker of its own, so that a mail server that falls silent holds up
/// one mail and not all; those of one ticket never at the same time, the oldest first. What is to be carried stands in
/// the desk's state, so nothing here needs to survive. A repeat is the same bytes. Belongs to the owner thread.
final class Courier: Watcher {
    private unowned let desk: any CourierDesk
    private let settings: Settings
    private let keeper: MailKeeper
    private let room: PostRoom
    private let composer: MailWorker
    private let senders: [MailWorker]
    private let signature: SignedMessageID.Signature
    private let loop: Loop
    private let log: Log
    private let stored: Mailbox<Stored>
    private var tokens: [(Loop.Token, Int32)] = []

    /// Mails whose turn it is, in the order in which it came.
    private var ready: [Turn] = []
    /// Everything up to here has been ready once.
    private var cursor: SequenceNumber = 0
    /// Rounds in which recipients were put off, of mails that wait for their next one.
    private var rounds: [SequenceNumber: Rounds] = [:]
    /// Mails that are being carried.
    private var underway: [SequenceNumber: Load] = [:]
    /// Senders without a mail; the last is taken first, so that one is enough while there is little to do.
    private var idle: [MailWorker]
    /// Mails that are done with, which could not be written down yet.
    private var untold: Set<SequenceNumber> = []
    private var isResting = false
    private var isStopping = false

    /// A mail that waits for a sender.
    private struct Turn {
        let sequence: SequenceNumber
        let ticket: TicketID
    }

    /// A mail that has one.
    private struct Load {
        let outgoing: Outgoing
        let sender: MailWorker
        var bytes: [UInt8] = []
        /// Recipients of this round that were not tried yet.
        var untried: [Address]
        /// Recipients of this round that were put off, and the last reason.
        var putOff: [Address] = []
        var delay = ""
    }

    /// What is remembered of a mail between its rounds.
    private struct Rounds {
        var count = 0
        /// Recipients who were put off: they are tried behind the others, so that none waits for them.
        var putOff: [Address] = []
    }

    /// What the keeper says of a mail's bytes.
    private struct Stored: Sendable {
        let mail: SequenceNumber
        let error: StoreError?
    }

    private static let sendersMost = 4
    /// A round ends with so many recipients put off: the server has a bad day, and other mails wait for the sender.
    private static let putOffMost = 3
    private static let readyMost = 64
    private static let restMilliseconds: Int64 = 1000
    private static let sendLimit = MailWorker.TimeLimit(milliseconds: 330_000)

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
        senders = (0..<Courier.sendersMost).map { _ in
            MailWorker(path: worker, role: "send", loop: loop, log: log, timeLimit: Courier.sendLimit)
        }
        idle = senders
        stored = try Mailbox()
        for descriptor in [room.outcomes.descriptor, stored.descriptor] {
            tokens.append((try loop.watch(descriptor, for: .read, by: self), descriptor))
        }
    }

    /// Looks whether there is something to carry; to be called at start and after every commit.
    func wake() {
        guard !isStopping else { return }
        guard settings.smarthost.endpoint != nil || settings.outgoing != nil else { return }
        // What is out is written down before anything else goes out.
        while untold.isEmpty, let sender = idle.last, let outgoing = takeNext() {
            idle.removeLast()
            let putOff = rounds[outgoing.sequence]?.putOff ?? []
            let untried = outgoing.pending.filter { !putOff.contains($0) } + outgoing.pending.filter(putOff.contains)
            underway[outgoing.sequence] = Load(outgoing: outgoing, sender: sender, untried: untried)
            room.send(.look(outgoing), for: outgoing.sequence)
        }
    }

    /// The mail whose turn it is next, of a ticket of which none is being carried.
    private func takeNext() -> Outgoing? {
        let busy = Set(underway.values.map(\.outgoing.entry.ticket))
        while ready.count(where: { !busy.contains($0.ticket) }) < Courier.readyMost,
            let next = desk.nextOutgoing(after: cursor)
        {
            ready.append(Turn(sequence: next.sequence, ticket: next.entry.ticket))
            cursor = next.sequence
        }
        while let first = ready.first(where: { !busy.contains($0.ticket) }) {
            guard !desk.isReadOnly else {
                rest()
                return nil
            }
            // A mail that comes again may be older than one of its ticket that stands before it.
            let sequence = ready.lazy.filter { $0.ticket == first.ticket }.map(\.sequence).min() ?? first.sequence
            ready.removeAll { $0.sequence == sequence }
            let outgoing = desk.nextOutgoing(after: sequence - 1)
            if let outgoing, outgoing.sequence == sequence { return outgoing }
            rounds[sequence] = nil
        }
        return nil
    }

    /// Carries nothing more; what is underway is repeated after the next start.
    func stop() {
        isStopping = true
        for (token, descriptor) in tokens { loop.unwatch(token, descriptor) }
        composer.stop()
        for sender in senders { sender.stop() }
        room.close()
    }

    func isReady(_ readiness: Readiness) {
        for stored in stored.takeAll() {
            guard let load = underway[stored.mail] else { continue }
            if let error = stored.error { postpone(load.outgoing, error.description) } else { transfer(stored.mail) }
        }
        for done in room.outcomes.takeAll() {
            if let load = underway[done.mail] { goOn(load, done.outcome) }
        }
    }

    private func goOn(_ load: Load, _ outcome: PostRoom.Outcome) {
        let outgoing = load.outgoing
        switch outcome {
        case .composed(let composed):
            underway[outgoing.sequence]?.bytes = composed
            transfer(outgoing.sequence)
        case .parts(let parts): compose(outgoing, parts)
        case .damaged:
            desk.noteDamage(of: outgoing.sequence)
            failed(outgoing, to: outgoing.pending, "its text or recipients were changed outside of the desk")
        case .notYet:
            desk.hurryProjection()
            loop.after(milliseconds: 20) { [weak self] in self?.room.send(.look(outgoing), for: outgoing.sequence) }
        // One file is the mail for all of its recipients.
        case .written: succeeded(outgoing, to: load.untried)
        case .password(let password): send(load, password: password)
        case .failed(let why): postpone(outgoing, why)
        }
    }

    private func compose(_ outgoing: Outgoing, _ parts: Composition) {
        let mail = parts.mail(
            for: outgoing, from: desk.sender(of: outgoing), host: settings.host, unstamped: desk.unstamped,
            signature: signature)
        composer.ask(.compose(mail)) { [weak self] result in
            guard let self, !isStopping else { return }
            switch result {
            case .success(.composed(let composed)):
                underway[outgoing.sequence]?.bytes = composed
                let stored = stored
                keeper.keep(composed: composed, for: outgoing) {
                    stored.post(Stored(mail: outgoing.sequence, error: $0))
                }
            case .success(.refused(let why)): failed(outgoing, to: outgoing.pending, why)
            case .success: postpone(outgoing, "the worker answered something else")
            case .failure(let failure): postpone(outgoing, failure.why)
            }
        }
    }

    /// Goes on with the next recipient, or ends the round.
    private func transfer(_ sequence: SequenceNumber) {
        guard let load = underway[sequence] else { return }
        guard !load.untried.isEmpty, load.putOff.count < Courier.putOffMost else { return endRound(load) }
        if settings.smarthost.endpoint != nil {
            guard settings.smarthost.passwordFile != nil else { return send(load, password: "") }
            room.send(.readPassword(settings.smarthost), for: sequence)
        } else if let folder = settings.outgoing {
            room.send(.write(load.bytes, path: "\(folder)/\(Courier.name(of: load.outgoing))"), for: sequence)
        }
    }

    /// The file's name: the mail's number, as wide as ever needed, so that names sort as mails do.
    private static func name(of outgoing: Outgoing) -> String {
        let digits = "\(outgoing.sequence)"
        return String(repeating: "0", count: max(0, 10 - digits.utf8.count)) + digits + ".eml"
    }

    private func send(_ load: Load, password: String) {
        let smarthost = settings.smarthost
        guard let endpoint = smarthost.endpoint, let recipient = load.untried.first else { return }
        let outgoing = load.outgoing
        let server = DeskMail.Delivery.Server(
            host: endpoint.host, port: Int(endpoint.port), protection: smarthost.protection,
            authorities: smarthost.authorities ?? "", greeting: settings.host, user: smarthost.user, password: password)
        let envelope = outgoing.isAutomatic ? "" : desk.sender(of: outgoing).description
        let delivery = DeskMail.Delivery(
            server: server, sender: envelope, recipient: recipient.description, message: load.bytes)
        load.sender.ask(.send(delivery)) { [weak self] result in
            guard let self, !isStopping else { return }
            switch result {
            case .success(.delivered(.accepted)): succeeded(outgoing, to: [recipient])
            case .success(.delivered(.refused(let why))), .success(.refused(let why)):
                failed(outgoing, to: [recipient], why)
            case .success(.delivered(.later(let why))), .success(.delivered(.uncertain(let why))):
                putOff(recipient, of: outgoing.sequence, why)
            case .success: postpone(outgoing, "the worker answered something else")
            case .failure(let failure): postpone(outgoing, failure.why)
            }
        }
    }
}

extension Courier {
    private func succeeded(_ outgoing: Outgoing, to recipients: [Address]) {
        log.note(.sent(entry: outgoing.entry, tries: (rounds[outgoing.sequence]?.count ?? 0) + 1))
        end(outgoing, to: recipients, with: .sent(outgoing.entry, to: recipients))
    }

    private func failed(_ outgoing: Outgoing, to recipients: [Address], _ why: String) {
        log.note(.sendFailed(entry: outgoing.entry, why: why))
        end(
            outgoing, to: recipients,
            with: .failed(outgoing.entry, to: recipients, text: Courier.reason(why)))
    }

    /// A recipient is tried again in the next round.
    private func putOff(_ recipient: Address, of mail: SequenceNumber, _ why: String) {
        underway[mail]?.untried.removeAll { $0 == recipient }
        underway[mail]?.putOff.append(recipient)
        underway[mail]?.delay = why
        transfer(mail)
    }

    private func endRound(_ load: Load) {
        guard load.putOff.isEmpty else { return postpone(load.outgoing, load.delay) }
        rounds[load.outgoing.sequence] = nil
        release(load.outgoing)
        wake()
    }

    /// A round left recipients over: pause, or give the mail up for them.
    private func postpone(_ outgoing: Outgoing, _ why: String) {
        let load = underway[outgoing.sequence]
        let left = (load?.putOff ?? []) + (load?.untried ?? [])
        guard desk.now < outgoing.at + settings.giveUp else {
            underway[outgoing.sequence]?.putOff = []
            return failed(outgoing, to: left, why)
        }
        var rounds = rounds[outgoing.sequence] ?? Rounds()
        rounds.count += 1
        rounds.putOff = load?.putOff ?? []
        self.rounds[outgoing.sequence] = rounds
        let pause = settings.pauses[min(rounds.count, settings.pauses.count) - 1]
        log.note(.sendDelayed(entry: outgoing.entry, why: why, pause: pause))
        release(outgoing)
        loop.after(milliseconds: pause.milliseconds) { [weak self] in
            self?.ready.append(Turn(sequence: outgoing.sequence, ticket: outgoing.entry.ticket))
            self?.wake()
        }
        wake()
    }

    /// Tells the desk how the mail ended for some of its recipients, until it is durable: what is out must not go out
    /// again. Then the round goes on.
    private func end(_ outgoing: Outgoing, to recipients: [Address], with command: Command) {
        desk.submit(
            Submission(command: command, agent: nil) { [weak self] answer in
                guard let self, !isStopping else { return }
                guard case .refused(.storage) = answer else {
                    untold.remove(outgoing.sequence)
                    underway[outgoing.sequence]?.untried.removeAll { recipients.contains($0) }
                    return transfer(outgoing.sequence)
                }
                untold.insert(outgoing.sequence)
                loop.after(milliseconds: Courier.restMilliseconds) { [weak self] in
                    self?.end(outgoing, to: recipients, with: command)
                }
            })
    }

    private func release(_ outgoing: Outgoing) {
        if let load = underway.removeValue(forKey: outgoing.sequence) { idle.append(load.sender) }
    }

    private func rest() {
        guard !isResting else { return }
        isResting = true
        loop.after(milliseconds: Courier.restMilliseconds) { [weak self] in
            self?.isResting = false
            self?.wake()
        }
    }

    /// As much of a reason as an event holds, one line.
    private static func reason(_ text: String) -> String {
        CleanText.shortened(text, to: Limits.reason)
    }
}

extension Settings.Smarthost {
    fileprivate var protection: DeskMail.Delivery.Protection {
        switch security ?? .none {
        case .none: .none
        case .starttls: .startTLS
        case .tls: .implicit
        }
    }
}
