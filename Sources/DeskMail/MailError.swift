/// What can be wrong with bytes that came from the mail worker, or that are about to go to it.
public enum MailError: Error, Equatable, Sendable {
    /// The frame ends in the middle of a field.
    case truncated
    /// A frame, a field or a list is larger than the reader allows.
    case tooLarge(Int)
    /// A field holds a byte or a number that it may not hold.
    case malformed
    /// The frame goes on after its last field.
    case trailing
}
