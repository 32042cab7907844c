internal import DeskModel
internal import DeskNet

/// How much is known of who logs in.
enum LoginStanding: Int, CaseIterable {
    /// An agent's name from an origin from which this agent has logged in.
    case known
    /// The same, but the name has failed from there lately.
    case knownAfterFailures
    /// An origin without failures.
    case fresh
    /// An origin that has failed lately.
    case afterFailures
}

/// In which order passwords are checked: agents where they have logged in before come first, so that whatever strangers
/// ask for delays them by the one check that is going on. The other standings take turns, so that none starves; within
/// one standing the origins (or names at known origins) do, so that an origin with many connections waits for itself.
struct PasswordCheckQueue<Check> {
    /// Who waits in one lane: a name at a known origin, else an origin.
    private struct Lane: Hashable {
        let origin: PeerAddress
        let name: String?
    }

    private struct Waiting {
        let lane: Lane
        let session: Int
        let check: Check
    }

    /// By standing; of each lane the oldest first, and lanes in the order of their turns.
    private var lanes: [[(lane: Lane, waiting: [Waiting])]] = Array(repeating: [], count: LoginStanding.allCases.count)
    private(set) var count = 0
    /// The standing after the first one whose turn it was last.
    private var turn = 0
    private let capacity: Int

    /// A queue for at most `capacity` checks.
    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Takes a check of `session` in. Gives the session that is turned away for it if the queue is full: the last of
    /// those with the least standing, which may be this one.
    mutating func add(
        _ check: Check, of session: Int, as name: String, from origin: PeerAddress, _ standing: LoginStanding
    ) -> Int? {
        let isKnown = standing == .known || standing == .knownAfterFailures
        let lane = Lane(origin: origin, name: isKnown ? name : nil)
        let waiting = Waiting(lane: lane, session: session, check: check)
        if let place = lanes[standing.rawValue].firstIndex(where: { $0.lane == lane }) {
            lanes[standing.rawValue][place].waiting.append(waiting)
        } else {
            lanes[standing.rawValue].append((lane, [waiting]))
        }
        count += 1
        return count > capacity ? dropLast() : nil
    }

    /// The check whose turn it is.
    mutating func next() -> Check? {
        guard let row = nextRow() else { return nil }
        var (lane, waiting) = lanes[row].removeFirst()
        let first = waiting.removeFirst()
        if !waiting.isEmpty { lanes[row].append((lane, waiting)) }
        count -= 1
        return first.check
    }

    private mutating func nextRow() -> Int? {
        if !lanes[0].isEmpty { return 0 }
        for _ in 1..<lanes.count {
            turn = turn % (lanes.count - 1) + 1
            if !lanes[turn].isEmpty { return turn }
        }
        return nil
    }

    /// Forgets the check of a session.
    mutating func remove(_ session: Int) {
        for row in lanes.indices {
            for place in lanes[row].indices {
                guard let index = lanes[row][place].waiting.firstIndex(where: { $0.session == session }) else {
                    continue
                }
                lanes[row][place].waiting.remove(at: index)
                if lanes[row][place].waiting.isEmpty { lanes[row].remove(at: place) }
                count -= 1
                return
            }
        }
    }

    /// Drops the newest check of the longest lane among those with the least standing.
    private mutating func dropLast() -> Int? {
        guard let row = lanes.lastIndex(where: { !$0.isEmpty }),
            let place = lanes[row].indices.max(by: { lanes[row][$0].waiting.count < lanes[row][$1].waiting.count })
        else { return nil }
        let dropped = lanes[row][place].waiting.removeLast()
        if lanes[row][place].waiting.isEmpty { lanes[row].remove(at: place) }
        count -= 1
        return dropped.session
    }
}
