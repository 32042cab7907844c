import DeskEngine
import DeskModel
import Testing

/// A desk in memory: decides, numbers and applies, and keeps the log, as the server does between two commits.
struct Desk {
    var engine: Engine
    var now: Moment
    var log: [Event] = []
    var mails: Int = 0

    /// Meier and Schulze work in inbox and recorder, Mustermann leads everywhere, Lehmann only sorts, Neu only looks.
    init(at now: Moment = Moment(milliseconds: 1_764_000_000_000), lease: TimeSpan = .minutes(30), heldMost: Int = 10) {
        self.now = now
        engine = Engine(image: Image(), at: now, defaultAutomaticReply: "Ihr Ticket {number}: {subject}")
        for (name, isDefault) in [("inbox", true), ("recorder", false), ("postmaster", false)] {
            var queue = Queue(name: .named(name))
            queue.isDefault = isDefault
            queue.lease = lease
            queue.heldMost = heldMost
            queue.keepsCc = name == "recorder"
            queue.addresses = name == "postmaster" ? [] : [Address("\(name)@desk.example")]
            administer(.setQueue(queue))
        }
        for (name, rights) in [
            ("meier", "rwm"), ("schulze", "rwm"), ("weber", "rw"), ("mustermann", "rwml"), ("lehmann", "rm"),
            ("neu", "r"),
        ] {
            administer(.addAgent(.named(name), isBot: false, isAdmin: name == "mustermann", password: nil, []))
            administer(.setRights(.named(name), [Grant(Rights(letters: rights) ?? [], in: nil)]))
        }
        wait(.minutes(11))
    }

    /// Decides and, if events come of it, applies them.
    @discardableResult
    mutating func say(_ command: Command, by agent: AgentName?) -> Decision {
        var decision = engine.decide(command, by: agent, at: now)
        for index in decision.events.indices {
            decision.events[index].sequence = engine.state.sequence + 1
            engine.apply(decision.events[index])
            log.append(decision.events[index])
        }
        if let agent, case .done(let outcome) = decision.verdict { engine.worked(command, outcome, by: agent, at: now) }
        return decision
    }

    mutating func administer(_ administration: Administration) {
        let decision = say(.administer(administration), by: .desk)
        #expect(decision.verdict == .done(.done))
    }

    /// A queue with another guard.
    func queue(_ name: QueueName, guard customerGuard: Queue.Guard) -> Queue {
        var queue = engine.state.queues[name] ?? Queue(name: name)
        queue.customerGuard = customerGuard
        return queue
    }

    /// A queue with another lease.
    func queue(_ name: QueueName, lease: TimeSpan) -> Queue {
        var queue = engine.state.queues[name] ?? Queue(name: name)
        queue.lease = lease
        return queue
    }

    mutating func wait(_ span: TimeSpan) {
        now = now + span
    }

    /// Everything that the clock asks for.
    mutating func ring() -> Due {
        let due = engine.due(at: now)
        for expiry in due.expiries { say(expiry, by: nil) }
        return due
    }

    /// A mail that nobody has seen yet.
    mutating func mail(from: String = "kunz@example.org", to: String = "inbox@desk.example", _ subject: String = "Bild")
        -> Arrival
    {
        mails += 1
        var arrival = Arrival(
            raw: .of(mails), content: .of(mails), envelopeSender: Address(from), recipients: [Address(to)])
        arrival.from = Address(from)
        arrival.to = [Address(to)]
        arrival.subject = subject
        arrival.subjectKey = subject.lowercased()
        arrival.messageID = "m\(mails)@example.org"
        arrival.body = [Passage(.new, "Guten Tag")]
        return arrival
    }

    /// Brings a mail in; the ticket it is in.
    @discardableResult
    mutating func bring(_ arrival: Arrival) -> TicketID {
        guard case .done(.arrived(let entry?, _)) = say(.arrive(arrival), by: nil).verdict else { return TicketID(0) }
        return entry.ticket
    }

    @discardableResult
    mutating func bring(from: String = "kunz@example.org", to: String = "inbox@desk.example") -> TicketID {
        bring(mail(from: from, to: to))
    }

    mutating func show(_ ticket: TicketID, to agent: AgentName) {
        let found = engine.state.tickets[ticket]
        engine.markShown(
            Shown(agent: agent, ticket: ticket, entry: found?.newest ?? 0, recipients: found?.recipients))
    }

    func ticket(_ id: TicketID) throws -> Ticket {
        try #require(engine.state.tickets[id])
    }
}

extension AgentName {
    static let meier = named("meier")
    static let schulze = named("schulze")
    static let weber = named("weber")
    static let mustermann = named("mustermann")
    static let lehmann = named("lehmann")
    static let neu = named("neu")

    static func named(_ name: String) -> AgentName {
        AgentName(name) ?? .desk
    }
}

extension QueueName {
    static let recorder = named("recorder")

    static func named(_ name: String) -> QueueName {
        QueueName(name) ?? .inbox
    }
}

extension Digest {
    static func of(_ number: some BinaryInteger) -> Digest {
        let bytes = (0..<32).map { $0 < 8 ? UInt8(truncatingIfNeeded: Int64(number) >> (8 * Int64($0))) : 7 }
        return Digest(bytes) ?? .zero
    }
}

extension Decision {
    /// The words of its events and whose ticket, in order: `claim #1`.
    var kinds: [String] {
        events.map { event in
            let name = "\(event.kind)".prefix { $0 != "(" }
            return "\(name) \(event.subject.ticket?.description ?? "-")"
        }
    }

    var refusal: Refusal? {
        if case .refused(let refusal) = verdict { refusal } else { nil }
    }

    var outcome: Outcome? {
        if case .done(let outcome) = verdict { outcome } else { nil }
    }

    var claimed: Outcome.Claimed? {
        if case .done(.claimed(_, let claimed)) = verdict { claimed } else { nil }
    }
}
