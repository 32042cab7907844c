/// Why the client exits: an exit status for programs and a message for people.
enum ExitReason: Error, Equatable {
    /// Every command has its final; `hasErrors`: at least one of them was ERR, or input was dropped.
    case completed(hasErrors: Bool)
    /// The command line, the terminal or the password cannot be used.
    case usage(String)
    /// The server rejected the name or the password.
    case loginRefused(String)
    /// The connection could not be opened, or was lost.
    case noConnection(String)
    /// The server's identity could not be verified.
    case untrusted(String)
    /// This signal, or SIGHUP for a closed terminal.
    case signal(Int32)

    /// The exit status; 128 + N for signal N, as shells report it.
    var status: Int32 {
        switch self {
        case .completed(let hasErrors): hasErrors ? 1 : 0
        case .usage: 2
        case .loginRefused: 4
        case .noConnection: 5
        case .untrusted: 6
        case .signal(let number): 128 + number
        }
    }

    /// The message for standard error; nil if there is nothing to report.
    var message: String? {
        switch self {
        case .completed, .signal: nil
        case .usage(let reason), .noConnection(let reason), .untrusted(let reason): reason
        case .loginRefused(let final): "login refused: \(final)"
        }
    }
}
