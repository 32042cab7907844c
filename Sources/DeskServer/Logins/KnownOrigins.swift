internal import DeskModel
internal import DeskNet

/// From which origins each agent has logged in: there the right password is never refused because of the guesses of
/// others, and is checked before the passwords of strangers.
///
/// Only a login adds to it, so no attacker can fill it. A file keeps it over a restart, one pair a line:
///
///     meier 192.0.2.7
///     meier 2001:db8:1:2::
struct KnownOrigins {
    private var origins: [AgentName: [PeerAddress]] = [:]

    /// Origins of one agent; the one that was used longest ago gives way.
    private static let originsOfAgent = 32
    /// Bytes of the file.
    static let fileLimit = 16 << 20

    /// An empty list.
    init() {}

    /// Reads what `text` wrote; lines that make no sense are left out.
    init(text: [UInt8]) {
        for line in text.split(separator: UInt8(ascii: "\n")) {
            let words = line.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
            guard words.count == 2, let agent = AgentName(words[0]), let address = PeerAddress(digits: words[1]) else {
                continue
            }
            _ = add(address.origin, of: agent)
        }
    }

    /// Whether this agent has logged in from there.
    func contains(_ origin: PeerAddress, of agent: AgentName) -> Bool {
        origins[agent]?.contains(origin) == true
    }

    /// Notes a login; `true` if it is the first from there.
    mutating func add(_ origin: PeerAddress, of agent: AgentName) -> Bool {
        var row = origins[agent] ?? []
        let before = row.count
        row.removeAll { $0 == origin }
        let isNew = row.count == before
        row.append(origin)
        if row.count > KnownOrigins.originsOfAgent { row.removeFirst() }
        origins[agent] = row
        return isNew
    }

    /// All pairs that a file can keep, those used longest ago first.
    var text: [UInt8] {
        var lines: [String] = []
        for (agent, row) in origins.sorted(by: { $0.key < $1.key }) {
            for origin in row {
                switch origin {
                case .ipv4, .ipv6: lines.append("\(agent) \(origin.host)\n")
                case .local, .unknown: break
                }
            }
        }
        return Array(lines.joined().utf8)
    }
}
