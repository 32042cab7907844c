/// What can go wrong between a person's terminal and us.
public enum TerminalError: Error, Equatable {
    /// Standard input or output is not a terminal, or one that cannot be drawn on.
    case unusable
    /// The person broke off, by ^C, ^D or by closing the window.
    case canceled
}
