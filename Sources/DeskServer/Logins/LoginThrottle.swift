internal import DeskModel
internal import DeskNet

/// Makes clients that guess passwords wait. Failures are counted per origin and name, so that guesses from elsewhere
/// never keep an agent out.
///
/// The table has a fixed size. One origin has one row, in which the names that it tried first have counters of their
/// own and all further ones share a counter: an origin that tries thousands of names is slowed as if they were one, and
/// takes no room from others. Where rows collide, the one that holds back the least gives way; an attacker gains
/// nothing by that, since a client with so many origins has fresh ones. The hash is seeded for each process, so that no
/// one can choose collisions.
///
/// Times are nanoseconds of the monotonic clock.
struct LoginThrottle {
    /// Failures in a row, and what follows from them.
    private struct Counter {
        var failures = 0
        /// The next try is refused unseen until then.
        var until: Int64 = 0
        /// When the last failure was.
        var last: Int64 = .min

        mutating func fail(at now: Int64) -> Int {
            failures = isFresh(at: now) ? 1 : failures + 1
            let seconds = failures < 2 ? 0 : min(LoginThrottle.longestPause, 1 << min(6, failures - 2))
            (until, last) = (now + Int64(seconds) * 1_000_000_000, now)
            return seconds
        }

        /// Whether nothing is held against it: no failure for an hour.
        func isFresh(at now: Int64) -> Bool {
            failures == 0 || now - last > LoginThrottle.memory
        }
    }

    private struct Row {
        let origin: PeerAddress
        var names: [(name: AgentName, counter: Counter)] = []
        /// Of all names that have no counter of their own, and of those that no agent can have.
        var rest = Counter()

        /// Until when it holds anything back, then when its last failure was: the row with the least is replaced first.
        var weight: (Int64, Int64) {
            let counters = names.map(\.counter) + [rest]
            return (counters.map(\.until).max() ?? 0, counters.map(\.last).max() ?? 0)
        }

        func place(of name: AgentName?) -> Int? {
            names.firstIndex { $0.name == name }
        }
    }

    private var buckets: [[Row]]

    private static let bucketCount = 512
    private static let rowsOfBucket = 8
    /// Names of one origin that have counters of their own: more than people behind one address mistype at a time.
    private static let namesOfRow = 16
    /// Seconds.
    private static let longestPause = 60
    /// Nanoseconds after which a failure is forgotten.
    private static let memory: Int64 = 3_600_000_000_000

    /// The rows that there can be at most.
    static let capacity = bucketCount * rowsOfBucket

    /// A table without failures.
    init() {
        buckets = Array(repeating: [], count: LoginThrottle.bucketCount)
    }

    /// Rows in use.
    var count: Int { buckets.reduce(0) { $0 + $1.count } }

    /// Seconds until a password for `name` is checked again from `origin`; 0: now.
    func pause(for name: String, from origin: PeerAddress, at now: Int64) -> Int {
        guard let row = row(of: origin) else { return 0 }
        let counter: Counter
        if let place = row.place(of: AgentName(name)) {
            counter = row.names[place].counter
        } else if AgentName(name) == nil || row.names.count >= LoginThrottle.namesOfRow {
            counter = row.rest
        } else {
            return 0
        }
        let rest = counter.until - now
        return rest <= 0 ? 0 : Int((rest - 1) / 1_000_000_000) + 1
    }

    /// Whether `name` has failed lately from `origin`.
    func hasFailed(_ origin: PeerAddress, as name: AgentName, at now: Int64) -> Bool {
        row(of: origin)?.names.contains { $0.name == name && !$0.counter.isFresh(at: now) } == true
    }

    /// Counts a failure, and gives the seconds to wait from the second one in a row on: 1, 2, 4 … 60.
    mutating func fail(_ name: String, from origin: PeerAddress, at now: Int64) -> Int? {
        var row = take(origin) ?? Row(origin: origin)
        row.names.removeAll { $0.counter.isFresh(at: now) }
        let seconds: Int
        if let place = row.place(of: AgentName(name)) {
            seconds = row.names[place].counter.fail(at: now)
        } else if let name = AgentName(name), row.names.count < LoginThrottle.namesOfRow {
            var counter = Counter()
            seconds = counter.fail(at: now)
            row.names.append((name, counter))
        } else {
            seconds = row.rest.fail(at: now)
        }
        put(row)
        return seconds == 0 ? nil : seconds
    }

    /// Forgets the failures of a name from an origin: the agent got in.
    mutating func succeed(_ name: AgentName, from origin: PeerAddress) {
        guard var row = take(origin) else { return }
        row.names.removeAll { $0.name == name }
        if !row.names.isEmpty || row.rest.failures > 0 { put(row) }
    }

    private func row(of origin: PeerAddress) -> Row? {
        buckets[bucket(of: origin)].first { $0.origin == origin }
    }

    private mutating func take(_ origin: PeerAddress) -> Row? {
        let bucket = bucket(of: origin)
        return buckets[bucket].firstIndex { $0.origin == origin }.map { buckets[bucket].remove(at: $0) }
    }

    private mutating func put(_ row: Row) {
        let bucket = bucket(of: row.origin)
        if buckets[bucket].count >= LoginThrottle.rowsOfBucket,
            let lightest = buckets[bucket].indices.min(by: { buckets[bucket][$0].weight < buckets[bucket][$1].weight })
        {
            buckets[bucket].remove(at: lightest)
        }
        buckets[bucket].append(row)
    }

    private func bucket(of origin: PeerAddress) -> Int {
        var hasher = Hasher()
        hasher.combine(origin)
        return Int(UInt(bitPattern: hasher.finalize()) % UInt(LoginThrottle.bucketCount))
    }
}
