internal import DeskModel
internal import DeskNet

/// How much is known of who logs in.
enum LoginStanding: Int {
    /// An agent's name from an origin from which this agent has logged in.
    case known
    /// The same, but the name has failed from there lately.
    case knownAfterFailures
    /// Anything else.
    case stranger
}

/// In which order passwords are checked: agents where they have logged in before come first, so that whatever strangers
/// ask for delays them by the one check that is going on. All others come in the order of the checks that their network
/// has had lately, then their origin, then of arrival: a newcomer waits for one check of each network that has had none
/// either, however many origins and connections those networks have.
struct PasswordCheckQueue<Check> {
    private struct Waiting {
        let check: Check
        let session: Int
        let name: String
        let origin: PeerAddress
        let standing: LoginStanding
        let arrival: Int
        var rank = Rank()
    }

    private var waiting: [Waiting] = []
    private var arrivals = 0
    private var counts = CheckCounts()
    /// What the check that was taken last was counted for.
    private var counted: [CheckCounts.Group] = []
    private let capacity: Int

    /// That often a name competes as a newcomer that fails where it is known: people mistype.
    private static var triesAsNewcomer: Int { 5 }

    /// A queue for at most `capacity` checks.
    init(capacity: Int) {
        self.capacity = capacity
    }

    /// How many wait.
    var count: Int { waiting.count }

    /// Takes a check of `session` in, at `now` of the monotonic clock. Gives the session that is turned away for it if
    /// the queue is full: the last in the order, which may be this one.
    mutating func add(
        _ check: Check, of session: Int, as name: String, from origin: PeerAddress, _ standing: LoginStanding,
        at now: Int64
    ) -> Int? {
        arrivals += 1
        var entry = Waiting(
            check: check, session: session, name: name, origin: origin, standing: standing, arrival: arrivals)
        entry.rank = rank(of: entry, at: now)
        waiting.append(entry)
        guard waiting.count > capacity,
            let last = waiting.indices.max(by: { waiting[$0].rank < waiting[$1].rank })
        else { return nil }
        return waiting.remove(at: last).session
    }

    /// The check whose turn it is at `now`; it is counted.
    mutating func next(at now: Int64) -> Check? {
        guard let first = waiting.indices.min(by: { waiting[$0].rank < waiting[$1].rank }) else { return nil }
        let next = waiting.remove(at: first)
        counted = groups(of: next)
        for group in counted { counts.add(group, at: now) }
        for place in waiting.indices { waiting[place].rank = rank(of: waiting[place], at: now) }
        return next.check
    }

    /// The check that was taken last has let an agent in: it is held against no one behind that address.
    mutating func refundLast() {
        for group in counted { counts.remove(group) }
        counted = []
    }

    /// Forgets the check of a session.
    mutating func remove(_ session: Int) {
        waiting.removeAll { $0.session == session }
    }

    private func groups(of entry: Waiting) -> [CheckCounts.Group] {
        switch entry.standing {
        case .known: []
        case .knownAfterFailures: [.name(entry.name, at: entry.origin)]
        case .stranger: entry.origin.networks
        }
    }

    private func rank(of entry: Waiting, at now: Int64) -> Rank {
        let checks = groups(of: entry).map { counts.count($0, at: now) }
        switch entry.standing {
        case .known: return Rank(first: -1, arrival: entry.arrival)
        case .knownAfterFailures:
            return Rank(first: max(0, checks[0] - Self.triesAsNewcomer + 1), arrival: entry.arrival)
        case .stranger:
            return Rank(
                first: checks[0], second: checks[1], third: checks.count > 2 ? checks[2] : 0, arrival: entry.arrival)
        }
    }
}

/// On what the turn of a check depends: the checks that its network has had, then those of the networks in it, then its
/// arrival. The lowest is next.
private struct Rank: Comparable {
    var first = 0
    var second = 0
    var third = 0
    var arrival = 0

    static func < (one: Rank, other: Rank) -> Bool {
        (one.first, one.second, one.third, one.arrival) < (other.first, other.second, other.third, other.arrival)
    }
}
