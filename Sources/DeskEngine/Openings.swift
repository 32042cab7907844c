public import DeskModel

/// Where tickets have come up: what makes it worth the while to try `claim next` once more.
public struct Openings: Equatable, Sendable {
    /// The queues in which somebody may find a ticket who found none before, each once.
    public private(set) var queues: [QueueName] = []
    /// Nobody can tell where: rights, queues or customers have changed.
    public private(set) var isEverywhere = false

    /// Nothing has come up.
    public init() {}

    /// What nobody can tell the place of.
    public static let everywhere: Openings = {
        var openings = Openings()
        openings.isEverywhere = true
        return openings
    }()

    /// Whether nothing has come up.
    public var isEmpty: Bool {
        queues.isEmpty && !isEverywhere
    }

    /// Adds what has come up elsewhere.
    public mutating func formUnion(_ others: Openings) {
        isEverywhere = isEverywhere || others.isEverywhere
        for queue in others.queues { add(queue) }
    }

    mutating func add(_ queue: QueueName) {
        if !queues.contains(queue) { queues.append(queue) }
    }
}

extension Engine {
    /// Where `event`, just applied, may let somebody find a ticket by `claim next` who found none before it.
    ///
    /// Who stops serving a customer lets go of all of the customer's free tickets, wherever they lie.
    public func openings(by event: Event) -> Openings {
        switch event.kind {
        case .agent, .queue, .customer, .customerSet: return .everywhere
        case .new, .release, .steal, .give, .close, .reopen, .move: break
        case .followUp where event.changes.contains(.state): break
        default: return Openings()
        }
        var openings = Openings()
        guard let id = event.subject.ticket, let customer = state.tickets.look(id, { $0.customer }) else {
            return openings
        }
        let others = state.customers.look(customer) { $0.isOnePerson ? $0.live : nil } ?? [id]
        for ticket in others {
            let queue = state.tickets.look(ticket) { $0.isLive && $0.holder == nil ? $0.queue : nil }
            if let queue { openings.add(queue) }
        }
        return openings
    }

    /// Whether a free ticket lies where something has come up; without one nobody need be tried.
    public func mayHaveFree(in openings: Openings) -> Bool {
        openings.isEverywhere
            || openings.queues.contains { queue in
                state.lanes[queue].map { $0.live.count > $0.held } ?? false
            }
    }
}
