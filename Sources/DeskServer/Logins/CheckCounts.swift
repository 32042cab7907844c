internal import DeskNet

/// How many password checks each network has had lately; one is forgotten every hour.
///
/// The table has a fixed size. Groups that collide in it cost a turn and refuse no login; the hash is seeded for each
/// process, so that no one can choose collisions.
struct CheckCounts {
    /// Whose checks are counted together.
    enum Group: Hashable {
        /// A network, by its first address and the bits that its addresses share.
        case network(PeerAddress, bits: Int)
        /// A name at an origin from which it has logged in.
        case name(String, at: PeerAddress)
    }

    private struct Cell {
        var count: UInt16 = 0
        /// When it was counted last, in hours of the monotonic clock.
        var hour: UInt32 = 0
    }

    /// A count-min sketch (Cormode and Muthukrishnan, 2005): each group has a cell in each row, the lowest one counts.
    private var rows = Array(repeating: Array(repeating: Cell(), count: 1 << 14), count: 4)

    private static let nanosecondsOfHour: Int64 = 3_600_000_000_000

    /// Checks of the group that are not forgotten at `now`, in nanoseconds of the monotonic clock.
    func count(_ group: Group, at now: Int64) -> Int {
        rows.indices.reduce(.max) { min($0, count(row: $1, place(of: group, row: $1), at: now)) }
    }

    /// Counts a check.
    mutating func add(_ group: Group, at now: Int64) {
        let hour = UInt32(clamping: now / CheckCounts.nanosecondsOfHour)
        for row in rows.indices {
            let place = place(of: group, row: row)
            rows[row][place] = Cell(count: UInt16(clamping: count(row: row, place, at: now) + 1), hour: hour)
        }
    }

    /// Forgets a check.
    mutating func remove(_ group: Group) {
        for row in rows.indices {
            let place = place(of: group, row: row)
            rows[row][place].count -= min(rows[row][place].count, 1)
        }
    }

    private func count(row: Int, _ place: Int, at now: Int64) -> Int {
        let cell = rows[row][place]
        return max(0, Int(cell.count) - max(0, Int(now / CheckCounts.nanosecondsOfHour) - Int(cell.hour)))
    }

    private func place(of group: Group, row: Int) -> Int {
        var hasher = Hasher()
        hasher.combine(row)
        hasher.combine(group)
        return Int(UInt(bitPattern: hasher.finalize()) % UInt(rows[row].count))
    }
}

extension PeerAddress {
    /// The networks that it belongs to, the largest first: of IPv6 a provider's (/32), a site's (/48) and a
    /// subscriber's (/64), each of which may be one attacker's; of IPv4 /24 and the host.
    var networks: [CheckCounts.Group] {
        switch self {
        case .ipv4(let address, _):
            [.network(.ipv4(address & 0xFFFF_FF00, port: 0), bits: 24), .network(.ipv4(address, port: 0), bits: 32)]
        case .ipv6(let upper, _, _):
            [32, 48, 64].map { bits in
                .network(.ipv6(upper & (UInt64.max << UInt64(64 - bits)), 0, port: 0), bits: bits)
            }
        case .local, .unknown: [.network(self, bits: 0), .network(origin, bits: 0)]
        }
    }
}
