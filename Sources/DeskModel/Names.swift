/// The number by which agents and the wire name a ticket: `#42`.
public struct TicketID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// 1, 2, 3 … in the order in which the tickets were made.
    public let value: Int64

    /// Wraps a number that is already known to be one of a ticket, or is about to be looked up.
    public init(_ value: Int64) {
        self.value = value
    }

    /// Tickets sort by age.
    public static func < (left: TicketID, right: TicketID) -> Bool {
        left.value < right.value
    }

    /// As written on the wire: `#42`.
    public var description: String {
        "#\(value)"
    }
}

/// One text of a ticket: `#42.3` is the third mail, answer, note or word of chat in ticket 42.
public struct EntryID: Hashable, Sendable, CustomStringConvertible {
    /// The ticket that the text was written in.
    public let ticket: TicketID
    /// 1, 2, 3 … per ticket, in the order in which the texts came.
    public let entry: Int

    /// Names the `entry`-th text of `ticket`.
    public init(_ ticket: TicketID, _ entry: Int) {
        self.ticket = ticket
        self.entry = entry
    }

    /// As written on the wire: `#42.3`.
    public var description: String {
        "#\(ticket.value).\(entry)"
    }
}

/// A ticket as somebody named it: by its short number or by the one that customers see.
public enum TicketReference: Hashable, Sendable {
    /// `42` or `#42`.
    case id(TicketID)
    /// `20261124-00042-4`, dashes or not.
    case number(TicketNumber)
}

/// The number of a customer; never on the wire, where a customer goes by his first address.
public struct CustomerID: Hashable, Comparable, Sendable {
    /// 1, 2, 3 … in the order in which the customers first wrote.
    public let value: Int64

    /// Wraps a number that an event or a record holds.
    public init(_ value: Int64) {
        self.value = value
    }

    /// Customers sort by age.
    public static func < (left: CustomerID, right: CustomerID) -> Bool {
        left.value < right.value
    }
}

/// The place of an event in the log: 1, 2, 3 … without a gap, in commit order; 0 is before the first.
public typealias SequenceNumber = Int64

/// Who works here, or the desk's own shell: `[a-z][a-z0-9._-]{0,31}`.
public struct AgentName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The name as typed and shown.
    public let description: String

    /// Takes a name that fits the alphabet; `nil` otherwise.
    public init?(_ text: some StringProtocol) {
        guard isName(text.utf8) else { return nil }
        description = String(text)
    }

    /// Takes a name that fits the alphabet; `nil` otherwise. Not generic, since every event is read by it.
    public init?(_ text: String) {
        guard isName(text.utf8) else { return nil }
        description = text
    }

    private init(known: String) {
        description = known
    }

    /// What administration on the shell is told by; no agent may be called so.
    public static let desk = AgentName(known: "desk")

    /// Names that mean something else on the wire.
    public var isReserved: Bool {
        description == "desk" || description == "customer"
    }

    /// Agents sort by name, byte by byte.
    public static func < (left: AgentName, right: AgentName) -> Bool {
        left.description < right.description
    }
}

/// A queue: a subject of subscriptions, a unit of rights, an identity in the mail: `[a-z][a-z0-9._-]{0,31}`.
public struct QueueName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The name as typed and shown.
    public let description: String

    /// Takes a name that fits the alphabet; `nil` otherwise.
    public init?(_ text: some StringProtocol) {
        guard isName(text.utf8) else { return nil }
        description = String(text)
    }

    /// Takes a name that fits the alphabet; `nil` otherwise. Not generic, since every event is read by it.
    public init?(_ text: String) {
        guard isName(text.utf8) else { return nil }
        description = text
    }

    private init(known: String) {
        description = known
    }

    /// Where mail goes that no queue claims.
    public static let inbox = QueueName(known: "inbox")
    /// Where mail becomes visible that could not be read, and reports that belong to no ticket.
    public static let postmaster = QueueName(known: "postmaster")

    /// Names that mean something else on the wire.
    public var isReserved: Bool {
        description == "next" || description == "mine"
    }

    /// Queues sort by name, byte by byte.
    public static func < (left: QueueName, right: QueueName) -> Bool {
        left.description < right.description
    }
}

/// The alphabet of agents and queues: lower case only, so that nothing has to be folded (PROTOCOL.md, `lname`).
private func isName(_ bytes: some Collection<UInt8>) -> Bool {
    guard let first = bytes.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) else { return false }
    guard bytes.count <= Limits.nameLength else { return false }
    return bytes.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
