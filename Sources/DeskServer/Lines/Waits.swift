internal import DeskModel

/// `claim next QUEUE… wait=`: who waits for a ticket, first come first served among those who may take it.
struct Waits {
    /// One who waits.
    struct Wait {
        /// Its place in the row, never given twice.
        var number = 0
        /// The session that waits; its end ends the wait.
        let session: Session
        /// The tag of the command; `nil`: the next line ends it.
        let tag: String?
        /// The retry key, which covers the moment of granting.
        let key: String?
        /// For whom.
        let agent: AgentName
        /// From which queues.
        let queues: [QueueName]
        /// The lease that was asked for.
        let lease: TimeSpan?
        /// When it gives up.
        let until: Moment

        /// What is tried for it again and again.
        var command: Command {
            .claimNext(queues, lease: lease)
        }
    }

    private(set) var all: [Wait] = []
    private var last = 0
    /// Something has happened that may let one of them have a ticket.
    var hasNews = false

    /// Adds one at the end of the row.
    mutating func add(_ wait: Wait) {
        last += 1
        var wait = wait
        wait.number = last
        all.append(wait)
        wait.session.waits += 1
        hasNews = true
    }

    /// Whether the session has a wait of this tag pending.
    func contains(_ session: Session, tag: String?) -> Bool {
        all.contains { $0.session === session && $0.tag == tag }
    }

    /// Takes those out that `isOver` says so of, in their order.
    mutating func take(where isOver: (Wait) -> Bool) -> [Wait] {
        guard !all.isEmpty else { return [] }
        let over = all.filter(isOver)
        if !over.isEmpty { all.removeAll(where: isOver) }
        for wait in over { wait.session.waits -= 1 }
        return over
    }

    /// Forgets those of a session that is gone.
    mutating func drop(_ session: Session) {
        _ = take { $0.session === session }
    }

    /// When the next one gives up.
    var nextEnd: Moment? {
        all.lazy.map(\.until).min()
    }

    /// Whether an event may let somebody have a ticket.
    static func isNews(_ event: Event) -> Bool {
        switch event.kind {
        case .new, .release, .reopen, .move, .close, .give, .steal: true
        case .followUp: event.changes.contains(.state)
        case .agent, .queue, .customer: true
        default: false
        }
    }
}
