internal import DeskModel

/// What became of a command that a door handed in: told after its turn is durable, never before.
enum Answer: Equatable {
    /// Done; the number of its last event, if it made any.
    case done(Outcome, SequenceNumber?)
    /// Refused; `.storage` and `.shuttingDown` ask to come again.
    case refused(Refusal)
}

/// A command from somewhere else than a line: mail at the door, the courier, the clock, the shell.
struct Submission {
    /// What is asked.
    let command: Command
    /// Who asks; `nil`: nobody (mail, courier, clock), `.desk`: the shell.
    let agent: AgentName?
    /// Is told what became of it, on the owner thread, after the turn's commit.
    let then: (Answer) -> Void
}

/// Where doors hand their commands in; the switchboard decides them in its next turn, in the order of their coming.
protocol Submissions: AnyObject {
    /// Queues a command for the next turn.
    func submit(_ submission: Submission)
}
