internal import DeskModel

/// What is wrong with a line or block; nothing of it was done.
public enum Malformed: Error, Equatable, Sendable {
    /// A line over `Limits.line` bytes, alone or within a block.
    case lineTooLong
    /// Bytes that are not UTF-8.
    case badUTF8
    /// A control character, or a carriage return elsewhere than before the line's end.
    case badCharacter
    /// A tag outside its alphabet or length, or one that a pending wait has.
    case badTag
    /// A retry key outside its alphabet or length.
    case badKey
    /// The block ended with `.cancel`.
    case canceled
    /// A text over its limit, in bytes.
    case textTooLong(most: Int)
    /// No verb is called so.
    case unknownVerb(String)
    /// `help` knows nothing of that.
    case unknownTopic(String)
    /// The verb is not said so; the words tell what is wrong, if there is more to say than the form.
    case usage(Verb?, String?)
    /// The check digit of a ticket's public number is wrong.
    case mistypedNumber(String)
}
