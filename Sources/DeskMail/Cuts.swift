/// Cuts values to their bounds and keeps account of what was left out, so that nothing can be cut silently.
public struct Cuts: Equatable, Sendable {
    private var amounts: [Bound: Int] = [:]

    /// Nothing is left out yet.
    public init() {}

    /// One problem for each bound that was exceeded, in the order of the bounds.
    public var problems: [Problem] {
        Bound.allCases.compactMap { bound in amounts[bound].map { Problem.leftOut(bound, $0) } }
    }

    /// Takes down that `amount` was left out, for a reader that stops by itself.
    public mutating func leaveOut(_ amount: Int, of bound: Bound) {
        if amount > 0 { amounts[bound, default: 0] += amount }
    }

    /// Adds what another account says.
    public mutating func add(_ other: Cuts) {
        amounts.merge(other.amounts) { $0 + $1 }
    }

    /// The first items.
    public mutating func first<Item>(_ items: [Item], within bound: Bound) -> [Item] {
        leaveOut(items.count - bound.maximum, of: bound)
        return Array(items.prefix(bound.maximum))
    }

    /// The last items.
    public mutating func last<Item>(_ items: [Item], within bound: Bound) -> [Item] {
        leaveOut(items.count - bound.maximum, of: bound)
        return Array(items.suffix(bound.maximum))
    }

    /// The text as one line (`CleanText.line`), cut at the end of a character.
    public mutating func line(_ text: String, within bound: Bound) -> String {
        cut(CleanText.line(text), to: bound.maximum, bound)
    }

    /// The text with LF line ends and without NUL, cut at the end of a character; `used` bytes of the bound are taken
    /// already.
    public mutating func text(_ text: String, within bound: Bound, used: Int = 0) -> String {
        cut(CleanText.text(text), to: max(0, bound.maximum - used), bound)
    }

    private mutating func cut(_ text: String, to limit: Int, _ bound: Bound) -> String {
        let kept = CleanText.beginning(of: text, atMost: limit)
        leaveOut(text.utf8.count - kept.utf8.count, of: bound)
        return kept
    }
}
