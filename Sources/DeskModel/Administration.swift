/// What administration asks for; the shell and, later, the wire give the same commands.
public enum Administration: Equatable, Sendable {
    /// A new agent, with his rights: he never is there without them.
    case addAgent(AgentName, isBot: Bool, isAdmin: Bool, password: PasswordKey?, [Grant])
    /// Another password.
    case setPassword(AgentName, PasswordKey)
    /// Other rights in these queues, all of them or none.
    case setRights(AgentName, [Grant])
    /// Admin or not, bot or not.
    case setFlags(AgentName, isBot: Bool, isAdmin: Bool)
    /// The agent no longer works here; what he holds becomes free.
    case retireAgent(AgentName)
    /// A token of that name for an agent; only its digest is kept.
    case addToken(AgentName, token: String, Digest)
    /// The token is void.
    case revokeToken(AgentName, token: String)
    /// A new queue, or other settings of one that exists.
    case setQueue(Queue)
    /// Another address of a customer, named by one he has.
    case addAddress(Address, Address)
    /// Two customers are one: the second becomes part of the first.
    case joinCustomers(Address, Address)
    /// An address of a customer, with those that came by the same join, is a customer of its own again.
    case splitCustomer(Address, Address)
    /// The flags of a customer.
    case setCustomerFlags(
        Address, isRelay: Bool, wantsNoAutomaticReply: Bool, isUnguarded: Bool, isGuarded: Bool = false)
}

/// What somebody may do in one queue, or in every one.
public struct Grant: Equatable, Sendable {
    /// The queue; `nil`: every queue, now or later.
    public let queue: QueueName?
    /// What he may do there.
    public let rights: Rights

    /// Grants `rights` there, and no others.
    public init(_ rights: Rights, in queue: QueueName?) {
        self.queue = queue
        self.rights = rights
    }
}

/// What changed about an agent.
public enum AgentChange: Equatable, Sendable {
    /// He is new.
    case added(isBot: Bool, isAdmin: Bool)
    /// He has another password.
    case password(PasswordKey)
    /// He may do other things in a queue (`nil`: in every queue).
    case rights(queue: QueueName?, Rights)
    /// He is a bot or an admin, or no longer.
    case flags(isBot: Bool, isAdmin: Bool)
    /// He no longer works here.
    case retired
}

/// What changed about a token.
public enum TokenChange: Equatable, Sendable {
    /// It was made for an agent; the digest is zero, which is no token's, once a newer event has voided it.
    case added(AgentName, Digest)
    /// It is void.
    case revoked(AgentName)
}

/// What changed about a customer.
public enum CustomerChange: Equatable, Sendable {
    /// He has another address.
    case addressAdded(Address)
    /// His flags.
    case flags(relay: Bool, noAutomaticReply: Bool, unguarded: Bool, guarded: Bool = false)
    /// Another customer turned out to be him; that one's addresses and tickets are his now.
    case joined(Joined)
    /// Some addresses turned out to be another customer's: they are a customer of their own, with the tickets that they
    /// opened.
    case split(Split)

    /// The customer who is split off.
    public struct Split: Equatable, Sendable {
        /// The new number.
        public let customer: CustomerID
        /// The addresses; the customer whom they leave keeps at least one.
        public let addresses: [Address]

        /// Names the customer who is split off.
        public init(customer: CustomerID, addresses: [Address]) {
            self.customer = customer
            self.addresses = addresses
        }
    }

    /// The customer who was absorbed.
    public struct Joined: Equatable, Sendable {
        /// His number.
        public let customer: CustomerID
        /// His addresses.
        public let addresses: [Address]

        /// Names the customer who was absorbed.
        public init(customer: CustomerID, addresses: [Address]) {
            self.customer = customer
            self.addresses = addresses
        }
    }
}

/// What changed about a queue: all its settings as they are now.
public struct QueueChange: Equatable, Sendable {
    /// The queue as it is now.
    public let queue: Queue
    /// Whether it is new.
    public let isNew: Bool

    /// The queue as it is now.
    public init(queue: Queue, isNew: Bool) {
        self.queue = queue
        self.isNew = isNew
    }
}

extension Agent {
    /// What administration changed in him.
    public mutating func apply(_ change: AgentChange) {
        switch change {
        case .added(let bot, let admin), .flags(let bot, let admin): (isBot, isAdmin) = (bot, admin)
        case .password(let key): password = key
        case .rights(let queue?, let granted): rights[queue] = granted.isEmpty ? nil : granted
        case .rights(nil, let granted): everywhere = granted
        case .retired:
            isRetired = true
            password = nil
            tokens = [:]
        }
    }
}
