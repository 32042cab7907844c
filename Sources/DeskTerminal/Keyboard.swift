/// Splits terminal input into complete keys and pastes, so that the line editor never waits for the rest of a key.
///
/// A paste is enclosed in `ESC[200~` and `ESC[201~` (xterm's bracketed paste mode). For terminals without that mode,
/// text after a line ending in the same read is taken for a paste.
public struct Keyboard: Sendable {
    /// A unit of input.
    public enum Stroke: Sendable, Equatable {
        /// One character, one control key or one whole escape sequence.
        case key([UInt8])
        /// A pasted text, with its line endings as received.
        case paste([UInt8])
    }

    private var incomplete: [UInt8] = []
    private var isPasting = false

    /// Creates a keyboard without buffered input.
    public init() {}

    /// Adds bytes from the terminal and returns the complete strokes; an incomplete one is buffered.
    public mutating func read(_ bytes: some Sequence<UInt8>) -> [Stroke] {
        incomplete += bytes
        var strokes: [Stroke] = []
        var at = 0
        if !isPasting, let unmarked = Self.unmarkedPaste(incomplete) {
            at = unmarked.count
            strokes.append(.paste(unmarked))
        }
        while at < incomplete.count {
            if isPasting {
                guard let close = Self.first(Self.pasteEnd, in: incomplete[at...]) else { break }
                strokes.append(.paste(Array(incomplete[at..<close])))
                at = close + Self.pasteEnd.count
                isPasting = false
            } else {
                guard let length = Self.keyLength(incomplete[at...]) else { break }
                let key = Array(incomplete[at..<at + length])
                at += length
                if key == Self.pasteStart { isPasting = true } else { strokes.append(.key(key)) }
            }
        }
        incomplete.removeFirst(at)
        return strokes
    }

    private static let pasteStart = Array("\u{1b}[200~".utf8)
    private static let pasteEnd = Array("\u{1b}[201~".utf8)

    /// The index of the first occurrence of a mark. Its first byte, ESC, is rare in text.
    private static func first(_ mark: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
        var rest = bytes
        while let at = rest.firstIndex(of: mark[0]) {
            if bytes[at...].starts(with: mark) { return at }
            rest = bytes[(at + 1)...]
        }
        return nil
    }

    /// The bytes before the first escape sequence, if they contain a line ending followed by text.
    private static func unmarkedPaste(_ bytes: [UInt8]) -> [UInt8]? {
        let keys = bytes.prefix { $0 != 0x1B }
        guard let end = keys.firstIndex(where: \.isLineEnd), keys[end...].contains(where: { $0 > 0x1F && $0 != 0x7F })
        else { return nil }
        return Array(keys)
    }

    /// The length of the first key in bytes, or nil if it is incomplete.
    private static func keyLength(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard let first = bytes.first else { return nil }
        if first == 0x1B { return sequenceLength(bytes) }
        let wanted = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1
        let follow = bytes.dropFirst().prefix(wanted - 1).prefix { $0 & 0xC0 == 0x80 }.count + 1
        return follow == wanted || follow < bytes.count ? follow : nil
    }

    /// The length of an escape sequence (ECMA-48 §5.4: `ESC [`, parameters, one final byte); nil if it is incomplete.
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
    /// Whether this is a line ending: CR from the Enter key, LF in pasted text.
    var isLineEnd: Bool { self == UInt8(ascii: "\r") || self == UInt8(ascii: "\n") }
}
