/// What was said to one agent alone: kept until it has reached them, and the newest of it for longer, so that a client
/// that lost its connection can ask again.
public struct Says: Equatable, Sendable {
    /// One `say @AGENT`.
    public struct Say: Equatable, Sendable {
        /// The number of its event.
        public let sequence: SequenceNumber
        /// When.
        public let at: Moment
        /// Who said it.
        public let by: AgentName
        /// What they said.
        public let text: String
        /// Whether it has reached the agent.
        public var isHeard: Bool

        /// Something said, as an event or a record holds it.
        public init(sequence: SequenceNumber, at: Moment, by: AgentName, text: String, isHeard: Bool = false) {
            self.sequence = sequence
            self.at = at
            self.by = by
            self.text = text
            self.isHeard = isHeard
        }

        /// The event that it was, said to `agent`.
        public func event(to agent: AgentName) -> Event {
            Event(sequence: sequence, at: at, by: by, subject: .agent(agent), kind: .say(text: text))
        }
    }

    /// All that is kept, oldest first.
    public private(set) var all: [Say]

    /// What a record holds; nothing at first.
    public init(_ all: [Say] = []) {
        self.all = all
    }

    /// What has not reached the agent, oldest first.
    public var waiting: [Say] {
        all.filter { !$0.isHeard }
    }

    /// What `event`, whose subject is the agent, changes.
    public mutating func apply(_ event: Event) {
        switch event.kind {
        case .say(let text):
            guard let by = event.by else { return }
            all.append(Say(sequence: event.sequence, at: event.at, by: by, text: text))
        case .heard(let sequences):
            for index in all.indices where sequences.contains(all[index].sequence) { all[index].isHeard = true }
        default: return
        }
        let surplus = all.count - Limits.says
        guard surplus > 0 else { return }
        all = all.enumerated().filter { $0.offset >= surplus || !$0.element.isHeard }.map(\.element)
    }
}

/// How many bytes of text an agent has written on the day of their newest text (UTC).
public struct Written: Equatable, Sendable {
    /// The day, counted from 1970-01-01.
    public private(set) var day: Int64
    /// Bytes of notes, answers, drafts and `say` since the day began.
    public private(set) var bytes: Int

    /// What a record holds; nothing at first.
    public init(day: Int64 = 0, bytes: Int = 0) {
        (self.day, self.bytes) = (day, bytes)
    }

    /// Counts what was written in an event of the agent.
    public mutating func add(_ event: Event) {
        let today = event.at.day
        self = Written(day: today, bytes: (today == day ? bytes : 0) + event.textBytes)
    }

    /// Bytes written on the day of `now` so far.
    public func bytes(at now: Moment) -> Int {
        now.day == day ? bytes : 0
    }
}

extension Moment {
    fileprivate var day: Int64 {
        milliseconds / 86_400_000
    }
}

extension Event {
    /// Bytes of what was written in it: what a turn, and an agent's day, has a limit for.
    public var textBytes: Int {
        switch kind {
        case .new(let mail, _), .followUp(let mail), .bounced(let mail, _, _):
            mail.body.reduce(0) { $0 + $1.text.utf8.count }
        case .reply(let letter), .autoSent(let letter, _): letter.text.utf8.count
        case .note(let text), .say(let text), .draft(let text, _, _): text.utf8.count
        default: 0
        }
    }
}
