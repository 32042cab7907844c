internal import DeskModel

/// Sessions that see the same: one agent's, with the same subscriptions.
///
/// Who keeps up with the log is told the news of a turn as one piece of bytes that is put together once for all of his
/// audience; whether he may read what it is about is judged today, once per turn.
final class Audience {
    /// What makes two sessions one audience.
    struct Key: Hashable {
        let agent: AgentName
        let subscriptions: [Stream.What]
    }

    /// The last event that `news` holds.
    var head: SequenceNumber = 0
    /// The lines of the last turn that this audience sees.
    var news: [UInt8] = []
    /// What was said to its agent alone, among them.
    var says: [SequenceNumber] = []
}

/// The audiences that there are.
struct Audiences {
    private var all: [Audience.Key: Audience] = [:]

    /// The audience of a session's stream.
    mutating func find(_ stream: Stream, of agent: AgentName) -> Audience {
        if let audience = stream.audience { return audience }
        // A long list is hardly another's too, and would be dear to remember.
        guard stream.count <= Audiences.subscriptionsMost else {
            let audience = Audience()
            stream.audience = audience
            return audience
        }
        let key = Audience.Key(agent: agent, subscriptions: stream.all)
        if all.count >= Audiences.most { all.removeAll() }
        let audience = all[key] ?? Audience()
        all[key] = audience
        stream.audience = audience
        return audience
    }

    /// Audiences that are remembered; beyond that they are found anew, and two that are one may stand beside each
    /// other.
    private static let most = 20_000
    /// Subscriptions of an audience that is remembered.
    private static let subscriptionsMost = 16
}

/// The sessions that follow events, in a row that is quick to walk along.
struct Followers {
    /// All of them, in no order that means anything.
    private(set) var row: [Session] = []

    /// Adds a session, unless it is there.
    mutating func add(_ session: Session) {
        guard session.placeInRow == nil else { return }
        session.placeInRow = row.count
        row.append(session)
    }

    /// Takes a session out; the last one takes its place.
    mutating func remove(_ session: Session) {
        guard let place = session.placeInRow, let last = row.popLast() else { return }
        session.placeInRow = nil
        guard last !== session else { return }
        row[place] = last
        last.placeInRow = place
    }
}
