/// Who an answer goes to: the addresses of its To and of its Cc, each of them once.
public struct Recipients: Equatable, Hashable, Sendable {
    /// The addresses of To, in order.
    public let to: [Address]
    /// The addresses of Cc, in order; none of them is in `to`.
    public let cc: [Address]

    /// Drops what is empty or repeated: an address in both lists stays in `to`.
    public init(to: [Address] = [], cc: [Address] = []) {
        var seen: Set<Address> = [Address("")]
        self.to = to.filter { seen.insert($0).inserted }
        self.cc = cc.filter { seen.insert($0).inserted }
    }

    /// All of them: those of To, then those of Cc.
    public var all: [Address] {
        cc.isEmpty ? to : to + cc
    }

    /// Whether an answer may go to so many: they are few enough, and short enough to be shown whole in one line.
    public var fits: Bool {
        var bytes = 0
        for address in all {
            // In a line, a quote or a backslash takes two bytes.
            bytes += address.description.utf8.reduce(1) { $0 + ($1 == 0x22 || $1 == 0x5C ? 2 : 1) }
        }
        return all.count <= Limits.recipients && bytes <= Limits.recipientBytes
    }

    /// Whether it goes to that address, by To or by Cc.
    public func contains(_ address: Address) -> Bool {
        to.contains(address) || cc.contains(address)
    }
}
