public import DeskModel

/// The desk's mind: what a command causes, and what an event changes. No clock, no disk, no chance.
///
///     command ──► needs ──► learn (what the disk knows) ──► decide ──► events ──► (durable) ──► apply
///                   ▲                  │
///                   └── until nothing ─┘
///                       is missing
///
/// A ticket on its way; whether somebody holds it is another axis:
///
///             mail                claim, give                close
///     (none) ──────► new ────────────────────► open ──────────────────► closed
///                     │                          ▲                        │
///                     └── close (l or m) ────────┼──► closed              │
///                                                └────────────────────────┘
///                                                 reopen, a person's mail
///
/// What holds after every event, whoever sent which commands in whatever order:
/// - a ticket has at most one holder, and only a live ticket has one;
/// - an agent comes to serve a person whom another one serves, or answers them, only after a `guard-override`; a
///   message can bring two held tickets together, and is told to both holders;
/// - whoever holds a ticket may read and work in its queue;
/// - applying the log from its beginning gives this very state.
///
/// It belongs to one thread. `decide` changes nothing: the caller makes the events durable, numbers and applies them.
public struct Engine: Sendable {
    /// Made by events alone.
    public internal(set) var state: State
    /// Leases and shown marks.
    public internal(set) var soft: Soft
    /// How many automatic replies may go out.
    public var autoReplyLimits = AutoReplyLimits()

    let automaticReply: String
    let zone: TimeSpan
    var memory = Memory()

    /// Opens the desk that the disk has, at the moment of the start: until ten minutes later no lease ends.
    ///
    /// `defaultAutomaticReply` is the text for queues without one of their own; `zone` is how far the desk's clocks are
    /// ahead of UTC, for the day in the numbers of tickets.
    public init(image: Image, at now: Moment, defaultAutomaticReply: String, zone: TimeSpan = .seconds(0)) {
        state = State(image)
        soft = Soft(grace: now + Limits.leaseAfterStart)
        automaticReply = defaultAutomaticReply
        self.zone = zone
        for mark in image.shown { soft.show(mark) }
        beginLeases(image.leases)
    }

    /// Takes the place of `other` after a write that was rolled back.
    ///
    /// The state of this one was read anew, by the image and the journal behind it as at a start; what is soft, and the
    /// settings, come from `other`, as far as they still fit.
    public mutating func replace(_ other: Engine) {
        autoReplyLimits = other.autoReplyLimits
        soft = other.soft
        for (id, lease) in soft.leases where state.tickets.look(id, { $0.holder }) != lease.agent { soft.end(id) }
        for id in soft.shown.keys { soft.fit(id, entries: state.tickets.look(id) { $0.entries } ?? 0) }
        beginLeases()
    }

    /// What `command` would cause if it were made at `now`. Nothing has happened yet when this returns.
    ///
    /// `agent` is who asks; `nil` for mail, courier and clock. `needs` must have been asked until it was empty.
    public func decide(_ command: Command, by agent: AgentName?, at now: Moment) -> Decision {
        do throws(Refusal) {
            try check(command)
            return withinShare(of: agent, at: now, try verdict(on: command, by: agent, at: now))
        } catch {
            return withinShare(of: agent, at: now, refuse(command, by: agent, at: now, error))
        }
    }

    /// What is decided, unless its texts are more than `agent` may still write on the day of `now`; a refusal that
    /// would keep one as a draft is then one that keeps nothing.
    private func withinShare(of agent: AgentName?, at now: Moment, _ decision: Decision) -> Decision {
        let bytes = decision.events.reduce(0) { $0 + ($1.by == nil ? 0 : $1.textBytes) }
        guard bytes > 0, let agent else { return decision }
        let written = state.written[agent]?.bytes(at: now) ?? 0
        guard written + bytes > Limits.writtenPerDay else { return decision }
        return Decision(Refusal.tooMany(.bytes, most: Limits.writtenPerDay))
    }

    private func verdict(on command: Command, by agent: AgentName?, at now: Moment) throws(Refusal) -> Decision {
        switch command {
        case .arrive(let arrival): return try arrive(arrival, at: now)
        case .sent(let entry, let to): return delivered(entry, to, at: now) { .sent(to: $0) }
        case .failed(let entry, let to, let text): return delivered(entry, to, at: now) { .failed(to: $0, text: text) }
        case .expire(let ticket): return expire(ticket, at: now)
        default: break
        }
        guard let agent else { throw .loginRequired }
        let asker = Asker(agent, at: now)
        switch command {
        case .claim(let ticket, let lease, let anyway): return try claim(ticket, lease, anyway, asker)
        case .claimNext(let queues, let lease): return try claimNext(queues, lease, asker)
        case .hold(let ticket, let lease): return try hold(ticket, lease, asker)
        case .release(let ticket, let text): return try release(ticket, text, asker)
        case .steal(let ticket, let text): return try steal(ticket, text, asker)
        case .give(let ticket, let to, let text): return try give(ticket, to, text, asker)
        case .reply(let ticket, let read, let text): return try reply(ticket, read, text, asker)
        case .draft(let ticket, let text): return try draft(ticket, text, asker)
        case .send(let ticket, let read): return try send(ticket, read, asker)
        case .setRecipients(let ticket, let to, let cc, let anyway):
            return try setRecipients(ticket, to, cc, anyway, asker)
        case .note(let ticket, let text): return try note(ticket, text, asker)
        case .close(let ticket, let read, let text): return try close(ticket, read, text, asker)
        case .reopen(let ticket, let text): return try reopen(ticket, text, asker)
        case .move(let ticket, let queue, let text): return try move(ticket, queue, text, asker)
        case .setCustomer(let ticket, let address, let anyway):
            return try setCustomer(ticket, address, anyway, asker)
        case .say(let target, let text): return try say(target, text, asker)
        case .says(let since, let marks): return says(since, marks: marks, asker)
        case .heard(let sequences): return heard(sequences, asker)
        case .administer(let administration): return try administer(administration, asker)
        case .arrive, .sent, .failed, .expire: return .done()
        }
    }

    /// Makes a numbered event true. It cannot fail.
    ///
    /// Returns where it may let somebody find a ticket by `claim next` who found none before it.
    @discardableResult
    public mutating func apply(_ event: Event) -> Openings {
        let ticket = state.apply(event)
        let consequences = state.takeConsequences()
        memory.keep(event, ticket, departed: consequences.departed, in: state)
        followUp(event)
        return event.kind.opensEverywhere ? .everywhere : consequences.openings
    }

    /// Ends a turn: what is neither live nor newer than the disk, which has `applied` events, leaves memory.
    public mutating func forget(applied: SequenceNumber) {
        if !state.splits.isEmpty { state.splits.removeAll { $0.sequence <= applied } }
        if !state.regroupings.isEmpty { state.regroupings.removeAll { $0.sequence <= applied } }
        for ticket in memory.forget(applied: applied, from: &state) { soft.forget(ticket) }
    }
}

/// Who asks, and when.
struct Asker: Sendable {
    let agent: AgentName
    let now: Moment

    init(_ agent: AgentName, at now: Moment) {
        self.agent = agent
        self.now = now
    }
}

extension Decision {
    /// It is done once `events` are durable.
    static func done(_ outcome: Outcome = .done, _ events: [Event] = []) -> Decision {
        Decision(events: events, verdict: .done(outcome))
    }
}
