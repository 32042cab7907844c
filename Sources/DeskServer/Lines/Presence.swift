internal import DeskModel

/// Who is connected, since when, and what he looks at: told in passing, never stored.
struct Presence {
    /// One agent who is connected.
    struct Place {
        /// His connections.
        var connections = 0
        /// Since when the first of them is logged in.
        var since: Moment
        /// What he looked at last.
        var looking: TicketID?
        /// The queues that he could read at some time since then: whoever reads one of them may have been told that he
        /// is here, and is told when he is gone, whatever rights he has left.
        var queues: Set<QueueName> = []
    }

    private(set) var places: [AgentName: Place] = [:]
    private var looks: [Look: Moment] = [:]

    private struct Look: Hashable {
        let agent: AgentName
        let ticket: TicketID
    }

    /// Notes a login; `true` if it is the agent's first connection.
    mutating func came(_ agent: AgentName, at now: Moment) -> Bool {
        places[agent, default: Place(since: now)].connections += 1
        return places[agent]?.connections == 1
    }

    /// Notes the queues that an agent can read now, if they are connected.
    mutating func reads(_ agent: AgentName, _ queues: [QueueName]) {
        places[agent]?.queues.formUnion(queues)
    }

    /// Notes the end of a connection; if it was the agent's last one, gives the queues in which they were seen.
    mutating func left(_ agent: AgentName) -> Set<QueueName>? {
        guard let place = places[agent] else { return nil }
        if place.connections > 1 {
            places[agent]?.connections -= 1
            return nil
        }
        places[agent] = nil
        return place.queues
    }

    /// Notes that an agent looks at a ticket; `true` if that is to be told, at most once a minute.
    mutating func looks(_ agent: AgentName, at ticket: TicketID, now: Moment) -> Bool {
        places[agent]?.looking = ticket
        let look = Look(agent: agent, ticket: ticket)
        if let last = looks[look], now < last + Limits.lookingPause { return false }
        // Who pages through everything is told of once more rather than remembered for ever.
        if looks.count >= Presence.looksMost { looks.removeAll(keepingCapacity: true) }
        looks[look] = now
        return true
    }

    /// Looks that are remembered before all are forgotten.
    private static let looksMost = 4096
}
