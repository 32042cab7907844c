/// Errors of the terminal.
public enum TerminalError: Error, Equatable {
    /// Standard input or output is not a terminal that supports line editing.
    case unusable
    /// The input was canceled by ^C, ^D or a closed terminal.
    case canceled
}
