import DeskTerminal

/// How a conversation ended, as a sentence for people and an exit status for programs.
enum Ending: Error, Equatable {
    /// Every command was answered; `refusals` says whether one of them by ERR.
    case done(refusals: Bool)
    /// What was asked for cannot be done so.
    case usage(String)
    /// The desk does not know this name with this password.
    case loginRefused(String)
    /// There is no connection, or no longer.
    case lost(String)
    /// The other end cannot show that it is the desk that was meant.
    case untrusted(String)
    /// A signal, or the end of the terminal, ended us.
    case killed(Int32)

    /// The exit status.
    var status: Int32 {
        switch self {
        case .done(let refusals): refusals ? 1 : 0
        case .usage: 2
        case .loginRefused: 4
        case .lost: 5
        case .untrusted: 6
        case .killed(let signal): 128 + signal
        }
    }

    /// What to say about it on standard error, or nil.
    var sentence: String? {
        switch self {
        case .done, .killed: nil
        case .usage(let reason), .lost(let reason), .untrusted(let reason): reason
        case .loginRefused(let answer): "login refused: \(answer)"
        }
    }
}
