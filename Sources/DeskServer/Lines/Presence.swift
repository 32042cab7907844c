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

    /// Notes the end of a connection; `true` if it was the agent's last one.
    mutating func left(_ agent: AgentName) -> Bool {
        guard let place = places[agent] else { return false }
        if place.connections > 1 {
            places[agent]?.connections -= 1
            return false
        }
        places[agent] = nil
        return true
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
