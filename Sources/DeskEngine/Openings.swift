public import DeskModel

/// Where tickets have come up: what makes it worth the while to try `claim next` once more.
public struct Openings: Equatable, Sendable {
    /// The queues in which somebody may find a ticket who found none before, each once.
    public private(set) var queues: [QueueName] = []
    /// It cannot be said where: rights, queues or customers have changed.
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
    /// Whether a free ticket lies where something has come up; without one nobody need be tried.
    public func mayHaveFree(in openings: Openings) -> Bool {
        openings.isEverywhere
            || openings.queues.contains { queue in
                state.lanes[queue].map { $0.live.count > $0.held } ?? false
            }
    }
}

extension Kind {
    /// Whether it may change in every queue who finds a ticket: rights, queues or customers have changed.
    var opensEverywhere: Bool {
        switch self {
        case .agent, .queue, .customer: true
        default: false
        }
    }
}
