internal import DeskModel

/// What one session has subscribed to, and how far it has been told.
final class Stream {
    /// Everything up to here has been told, or was not for this session.
    var cursor: SequenceNumber
    /// Those who see exactly what this one sees; `nil`: to be found anew, since the subscriptions have changed.
    var audience: Audience?
    /// What has ended for its owner and goes on for the cursor until that has come there.
    private(set) var endings: [Ending] = []
    /// When something was told last.
    var toldAt = Moment(milliseconds: 0)
    /// It was begun with `since=`: `~ live` is due once the reply of that number is out (`Outlet.queued`) and the
    /// cursor has met the present.
    var replay: Int?
    /// From when on each subscription counts: it shows what came after.
    private(set) var everything: SequenceNumber?
    private(set) var mine: SequenceNumber?
    private(set) var queues: [QueueName: SequenceNumber] = [:]
    private(set) var tickets: [TicketID: SequenceNumber] = [:]
    /// How long silence may last before `~ tick`.
    var tick: TimeSpan?

    /// A stream that begins after `cursor`.
    init(after cursor: SequenceNumber) {
        self.cursor = cursor
    }

    /// One thing subscribed to, tickets by their short number.
    enum What: Hashable {
        case everything
        case mine
        case queue(QueueName)
        case ticket(TicketID)

        /// As the wire names it.
        var subscription: Subscription {
            switch self {
            case .everything: .everything
            case .mine: .mine
            case .queue(let name): .queue(name)
            case .ticket(let id): .ticket(.id(id))
            }
        }
    }

    /// A subscription that counts for what came after `start`, up to `end`.
    struct Ending {
        let what: What
        let start: SequenceNumber
        let end: SequenceNumber
    }

    /// How many subscriptions it holds.
    var count: Int {
        (everything == nil ? 0 : 1) + (mine == nil ? 0 : 1) + queues.count + tickets.count
    }

    /// Adds a subscription that counts from `position` on; one that is there already stays as it is.
    func add(_ what: What, from position: SequenceNumber) {
        audience = nil
        switch what {
        case .everything: everything = everything ?? position
        case .mine: mine = mine ?? position
        case .queue(let name): queues[name] = queues[name] ?? position
        case .ticket(let id): tickets[id] = tickets[id] ?? position
        }
    }

    /// From when on a subscription counts; `nil` if it is not there.
    private func start(of what: What) -> SequenceNumber? {
        switch what {
        case .everything: everything
        case .mine: mine
        case .queue(let name): queues[name]
        case .ticket(let id): tickets[id]
        }
    }

    /// Lets a subscription end behind the event `end`, or where the cursor stands, if that is further.
    func end(_ what: What, behind end: SequenceNumber) {
        guard let start = start(of: what) else { return }
        remove(what)
        endings.append(Ending(what: what, start: start, end: max(end, cursor)))
    }

    /// Lets everything that is to end later end where the cursor stands.
    func endNow() {
        endings = endings.map { Ending(what: $0.what, start: $0.start, end: min($0.end, cursor)) }
    }

    /// The event behind which the next subscription ends.
    var nextEnd: SequenceNumber? {
        endings.isEmpty ? nil : endings.lazy.map(\.end).min()
    }

    /// Takes out what has ended where the cursor stands.
    func takeEnded() -> [What] {
        defer { endings.removeAll { $0.end <= cursor } }
        return endings.filter { $0.end <= cursor }.map(\.what)
    }

    /// What is followed where the cursor stands.
    var left: [What] {
        let all = all
        return endings.isEmpty ? all : all + endings.map(\.what).filter { !all.contains($0) }
    }

    /// Ends a subscription; one that is not there is no error.
    func remove(_ what: What) {
        audience = nil
        endings.removeAll { $0.what == what }
        switch what {
        case .everything: everything = nil
        case .mine: mine = nil
        case .queue(let name): queues[name] = nil
        case .ticket(let id): tickets[id] = nil
        }
    }

    /// How many there would be with these as well.
    func count(with more: [What]) -> Int {
        Set(all).union(more).count
    }

    /// All subscriptions in a fixed order.
    var all: [What] {
        (everything == nil ? [] : [.everything]) + (mine == nil ? [] : [.mine])
            + queues.keys.sorted().map { .queue($0) } + tickets.keys.sorted().map { .ticket($0) }
    }

    /// Whether an event is for `agent`, who reads the queues for which `mayRead` says so *today*.
    ///
    /// PROTOCOL.md, "Events", column "seen by".
    func shows(_ event: Event, to agent: Agent, mayRead: (QueueName) -> Bool) -> Bool {
        if case .draft = event.kind { return event.by == agent.name }
        switch event.subject {
        case .ticket(let id): return showsTicket(id, event, to: agent, mayRead)
        case .entry(let entry): return showsTicket(entry.ticket, event, to: agent, mayRead)
        case .queue(let name):
            return shows(queue: name, event.sequence, mayRead) || showsAdministration(event, to: agent)
        case .agent(let name):
            if case .say = event.kind { return event.by == agent.name || name == agent.name }
            if case .heard = event.kind { return false }
            return showsAdministration(event, to: agent)
        case .token, .customer, .desk: return showsAdministration(event, to: agent)
        }
    }

    private func showsTicket(_ id: TicketID, _ event: Event, to agent: Agent, _ mayRead: (QueueName) -> Bool) -> Bool {
        guard let snapshot = event.snapshot else { return false }
        if shows(queue: snapshot.queue, event.sequence, mayRead) { return true }
        if case .move(let was, _) = event.kind, shows(queue: was, event.sequence, mayRead) { return true }
        if let from = tickets[id], event.sequence > from, mayRead(snapshot.queue) { return true }
        if isEnding(.ticket(id), at: event.sequence), mayRead(snapshot.queue) { return true }
        guard let from = mine, event.sequence > from else { return false }
        return concerns(snapshot, event.kind, agent.name) && mayRead(snapshot.queue)
    }

    /// Whether a subscription that has ended counted for an event. Only those to tickets can end ahead of the cursor:
    /// the others end with a right, without which nothing is shown any more.
    private func isEnding(_ what: What, at sequence: SequenceNumber) -> Bool {
        !endings.isEmpty && endings.contains { $0.what == what && $0.start < sequence && sequence <= $0.end }
    }

    private func concerns(_ snapshot: Event.Snapshot, _ kind: Kind, _ agent: AgentName) -> Bool {
        snapshot.holder == agent || snapshot.holderBefore == agent || kind.mail?.served.contains(agent) == true
    }

    private func shows(queue: QueueName, _ sequence: SequenceNumber, _ mayRead: (QueueName) -> Bool) -> Bool {
        if let everything, sequence > everything { return mayRead(queue) }
        guard let from = queues[queue], sequence > from else { return false }
        return mayRead(queue)
    }

    private func showsAdministration(_ event: Event, to agent: Agent) -> Bool {
        guard agent.isAdmin, let everything else { return false }
        return event.sequence > everything
    }
}
