/// Cuts what a terminal sends into whole keys and pastes, so that the line editor never waits for half a key.
///
/// A paste is what stands between the brackets `ESC[200~` and `ESC[201~` (xterm's bracketed paste). A terminal without
/// them is seen through as well: text that follows a line end within one reading was not typed.
public struct Keyboard: Sendable {
    /// One thing the person did.
    public enum Stroke: Sendable, Equatable {
        /// One character, one control key or one whole escape sequence.
        case key([UInt8])
        /// A text that was pasted, with the line ends it came with.
        case paste([UInt8])
    }

    private var held: [UInt8] = []
    private var isPasting = false

    /// Begins with nothing held.
    public init() {}

    /// Takes what was read and returns what is complete; the rest waits for the next reading.
    public mutating func read(_ bytes: some Sequence<UInt8>) -> [Stroke] {
        held += bytes
        var strokes: [Stroke] = []
        var at = 0
        if !isPasting, let unmarked = Self.unmarkedPaste(held) {
            at = unmarked.count
            strokes.append(.paste(unmarked))
        }
        while at < held.count {
            if isPasting {
                guard let close = Self.first(Self.closing, in: held[at...]) else { break }
                strokes.append(.paste(Array(held[at..<close])))
                at = close + Self.closing.count
                isPasting = false
            } else {
                guard let length = Self.keyLength(held[at...]) else { break }
                let key = Array(held[at..<at + length])
                at += length
                if key == Self.opening { isPasting = true } else { strokes.append(.key(key)) }
            }
        }
        held.removeFirst(at)
        return strokes
    }

    private static let opening = Array("\u{1b}[200~".utf8)
    private static let closing = Array("\u{1b}[201~".utf8)

    /// Where a mark begins; its first byte is rare in a text.
    private static func first(_ mark: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
        var rest = bytes
        while let at = rest.firstIndex(of: mark[0]) {
            if bytes[at...].starts(with: mark) { return at }
            rest = bytes[(at + 1)...]
        }
        return nil
    }

    /// The keys up to the first escape sequence, if they hold a line end with text behind it.
    private static func unmarkedPaste(_ bytes: [UInt8]) -> [UInt8]? {
        let keys = bytes.prefix { $0 != 0x1B }
        guard let end = keys.firstIndex(where: \.isLineEnd), keys[end...].contains(where: { $0 > 0x1F && $0 != 0x7F })
        else { return nil }
        return Array(keys)
    }

    /// The length of the first key, or nil while it is incomplete.
    private static func keyLength(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard let first = bytes.first else { return nil }
        if first == 0x1B { return sequenceLength(bytes) }
        let wanted = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1
        let follow = bytes.dropFirst().prefix(wanted - 1).prefix { $0 & 0xC0 == 0x80 }.count + 1
        return follow == wanted || follow < bytes.count ? follow : nil
    }

    /// The length of an escape sequence (ECMA-48 §5.4: `ESC [`, parameters, one final byte), or nil.
    private static func sequenceLength(_ bytes: ArraySlice<UInt8>) -> Int? {
        let rest = bytes.dropFirst()
        switch rest.first {
        case nil: return nil
        case UInt8(ascii: "["):
            guard let final = rest.dropFirst().firstIndex(where: { !(0x20...0x3F ~= $0) }) else { return nil }
            return final - bytes.startIndex + 1
        case UInt8(ascii: "O"): return rest.count > 1 ? 3 : nil
        case 0x1B: return 2
        default: return keyLength(rest).map { $0 + 1 }
        }
    }
}

extension UInt8 {
    /// Whether a terminal sends this for the Enter key.
    var isLineEnd: Bool { self == UInt8(ascii: "\r") || self == UInt8(ascii: "\n") }
}
