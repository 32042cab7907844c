internal import DeskEngine
internal import DeskModel

/// `claim next QUEUE… wait=`: who waits for a ticket, first come first served among those who may take it.
struct Waits {
    /// One who waits.
    struct Wait {
        /// Its place in the row, never given twice; 0 as long as it has none.
        fileprivate(set) var number = 0
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

    private var pending: [Int: Wait] = [:]
    /// The numbers of those who wait for a queue, ascending.
    private var rows: [QueueName: [Int]] = [:]
    private var last = 0
    /// Where tickets have come up that nobody who waits has been tried for yet.
    private var news = Openings()
    /// When somebody gives up; sometimes too early, never too late.
    private(set) var nextEnd: Moment?

    /// Whether nobody waits.
    var isEmpty: Bool {
        pending.isEmpty
    }

    /// Whether something has happened that may let one of them have a ticket.
    var hasNews: Bool {
        !news.isEmpty && !pending.isEmpty
    }

    /// Adds one at the end of the row, or where it stood before.
    mutating func add(_ wait: Wait) {
        var wait = wait
        if wait.number == 0 {
            last += 1
            wait.number = last
        }
        pending[wait.number] = wait
        for queue in wait.queues { rows[queue, default: []].enter(wait.number) }
        wait.session.waits.enter(wait.number)
        nextEnd = min(nextEnd ?? wait.until, wait.until)
    }

    /// The one with that place, if it still waits.
    subscript(number: Int) -> Wait? {
        pending[number]
    }

    /// Those of a session, in their order.
    func all(of session: Session) -> [Wait] {
        session.waits.compactMap { pending[$0] }
    }

    /// Whether the session has a wait of this tag pending.
    func contains(_ session: Session, tag: String?) -> Bool {
        all(of: session).contains { $0.tag == tag }
    }

    /// Takes one out; `nil` if it waits no longer.
    @discardableResult
    mutating func take(_ number: Int) -> Wait? {
        guard let wait = pending.removeValue(forKey: number) else { return nil }
        for queue in wait.queues {
            rows[queue]?.leave(number)
            if rows[queue]?.isEmpty == true { rows[queue] = nil }
        }
        wait.session.waits.leave(number)
        if pending.isEmpty { nextEnd = nil }
        return wait
    }

    /// Takes those of a session out that `isOver` says so of, in their order.
    mutating func take(of session: Session, where isOver: (Wait) -> Bool = { _ in true }) -> [Wait] {
        guard !session.waits.isEmpty else { return [] }
        return all(of: session).filter(isOver).compactMap { take($0.number) }
    }

    /// Takes those out that give up by `now`, in their order.
    mutating func takeOverdue(at now: Moment) -> [Wait] {
        guard let nextEnd, nextEnd <= now else { return [] }
        let overdue = pending.values.filter { $0.until <= now }.map(\.number).sorted().compactMap { take($0) }
        self.nextEnd = pending.values.lazy.map(\.until).min()
        return overdue
    }

    /// Takes all out, in their order.
    mutating func takeAll() -> [Wait] {
        pending.keys.sorted().compactMap { take($0) }
    }

    /// Notes where tickets have come up.
    mutating func note(_ openings: Openings) {
        news.formUnion(openings)
    }

    /// Where tickets have come up since this was asked last.
    mutating func takeNews() -> Openings {
        defer { news = Openings() }
        return news
    }

    /// The numbers of those whom openings may concern, first come first.
    func waiting(for openings: Openings) -> [Int] {
        if openings.isEverywhere { return pending.keys.sorted() }
        if openings.queues.count == 1 { return rows[openings.queues[0]] ?? [] }
        return Set(openings.queues.flatMap { rows[$0] ?? [] }).sorted()
    }
}

extension [Int] {
    /// Puts a number in its place among ascending ones; it stands there once.
    fileprivate mutating func enter(_ number: Int) {
        guard let last, last >= number else { return append(number) }
        let place = firstIndex { $0 >= number } ?? count
        if self[place] != number { insert(number, at: place) }
    }

    fileprivate mutating func leave(_ number: Int) {
        if let place = firstIndex(of: number) { remove(at: place) }
    }
}
