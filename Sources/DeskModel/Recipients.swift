/// Who an answer goes to: the addresses of its To and of its Cc, each of them once.
public struct Recipients: Equatable, Hashable, Sendable {
    /// The addresses of To, in order.
    public let to: [Address]
    /// The addresses of Cc, in order; none of them is in `to`.
    public let cc: [Address]

    /// Drops what is empty or repeated: an address in both lists stays in `to`.
    public init(to: [Address] = [], cc: [Address] = []) {
        if cc.isEmpty, to.count == 1, !to[0].description.isEmpty {
            // As most are: nothing to compare.
            (self.to, self.cc) = (to, cc)
            return
        }
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

    /// Whether it goes to the same addresses, by To and by Cc, in whatever order.
    public func isSame(as other: Recipients) -> Bool {
        self == other || Set(to) == Set(other.to) && Set(cc) == Set(other.cc)
    }

    /// Those who are in it and not in `other`, in order.
    public func subtracting(_ other: Recipients) -> [Address] {
        let known = Set(other.all)
        return all.filter { !known.contains($0) }
    }

    /// Whether it goes to that address, by To or by Cc.
    public func contains(_ address: Address) -> Bool {
        to.contains(address) || cc.contains(address)
    }
}

/// Between whom a text of a ticket went: what an answer to it, `to T all` and a report about it have to know.
public struct Addressing: Equatable, Sendable {
    /// Who an answer to it goes to, if it is a message that came in; who it went to, if it is ours.
    public let recipients: Recipients
    /// Its To and Cc as written, if a person wrote it; `nil`: it is ours, or a machine's.
    public let header: Recipients?

    /// What the event of a text says; `nil` if the text is neither a message nor ours to be sent.
    public init?(_ kind: Kind) {
        switch kind {
        case .new(let mail, _), .followUp(let mail):
            recipients = mail.answer
            header = mail.countsAsPerson ? Recipients(to: mail.to, cc: mail.cc) : nil
        case .bounced(let mail, _, _): (recipients, header) = (mail.answer, nil)
        case .reply(let letter), .autoSent(let letter, _): (recipients, header) = (letter.recipients, nil)
        default: return nil
        }
    }
}

/// Whom `to` names.
public enum RecipientChoice: Equatable, Sendable {
    /// `all`: the To and Cc of the newest message of a person, and its author.
    case all
    /// These addresses.
    case addresses([Address])
}
