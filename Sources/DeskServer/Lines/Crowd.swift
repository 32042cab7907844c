internal import DeskNet

/// How many are on the line, in all and from each address, and whether there is room for another.
///
/// Whoever is told that the desk is full lingers until he has heard it, and takes nobody's place meanwhile.
struct Crowd {
    /// As what a line counts.
    enum Standing {
        /// Not logged in, perhaps not even through with his handshake.
        case stranger
        /// Logged in.
        case known
        /// Hears only that the desk is full.
        case turnedAway
    }

    private struct Share {
        var strangers = 0
        var known = 0
    }

    private var count = 0
    private var lingering = 0
    private var shares: [PeerAddress: Share] = [:]

    /// How many may linger at a time; beyond them newcomers are hung up on.
    private static let lingeringMost = 16

    /// Whether a newcomer can be spoken to, if only to be told that the desk is full.
    func hasRoom(_ settings: Settings) -> Bool {
        count + lingering < settings.connections + Crowd.lingeringMost
    }

    /// Whether there are too many, with those from `origin` who count already.
    func isFull(for origin: PeerAddress, _ settings: Settings) -> Bool {
        let share = shares[origin] ?? Share()
        return count > settings.connections || share.strangers > settings.strangersPerAddress
            || share.strangers + share.known > settings.connectionsPerAddress
    }

    /// Counts a newcomer.
    mutating func enter(_ origin: PeerAddress) {
        add(1, as: .stranger, origin)
    }

    /// Counts a line as something else from now on.
    mutating func change(_ standing: inout Standing, to next: Standing, _ origin: PeerAddress) {
        add(-1, as: standing, origin)
        add(1, as: next, origin)
        standing = next
    }

    /// Forgets a line that is gone.
    mutating func leave(_ standing: Standing, _ origin: PeerAddress) {
        add(-1, as: standing, origin)
    }

    private mutating func add(_ number: Int, as standing: Standing, _ origin: PeerAddress) {
        guard standing != .turnedAway else {
            lingering += number
            return
        }
        count += number
        var share = shares[origin] ?? Share()
        if standing == .known { share.known += number } else { share.strangers += number }
        shares[origin] = share.strangers + share.known > 0 ? share : nil
    }
}
