/// An encoded word of a header field (RFC 2047 §2), as mail programs really write them.
///
/// GMime 3.2.13 takes adjacent base64 words for one stream and ends it at the first padding, so ours is the only
/// decoder that header text goes through.
struct EncodedWord {
    /// The charset that it names, without the language of RFC 2231 §5.
    let charset: String
    let isBase64: Bool
    /// The bytes between the third question mark and the last.
    let content: Range<Int>
    /// All of it, `=?` and `?=` included.
    let range: Range<Int>

    private static let mark = UInt8(ascii: "?")

    /// The words of `bytes` in their order; blanks within a word are allowed, as broken programs fold them.
    static func all(in bytes: [UInt8]) -> [EncodedWord] {
        var words: [EncodedWord] = []
        var end = EndOfWord()
        var at = 0
        while at + 6 < bytes.count {
            guard bytes[at] == UInt8(ascii: "="), bytes[at + 1] == mark, let word = word(in: bytes, at: at, &end) else {
                at += 1
                continue
            }
            words.append(word)
            at = word.range.upperBound
        }
        return words
    }

    private static func word(in bytes: [UInt8], at start: Int, _ end: inout EndOfWord) -> EncodedWord? {
        let name = bytes[(start + 2)..<min(bytes.count, start + 80)].prefix { $0 != mark && $0 > 0x20 && $0 < 0x7F }
        let encoding = name.endIndex + 1
        guard encoding + 1 < bytes.count, bytes[name.endIndex] == mark, bytes[encoding + 1] == mark else { return nil }
        let letter = bytes[encoding] | 0x20
        guard letter == UInt8(ascii: "b") || letter == UInt8(ascii: "q") else { return nil }
        guard let last = end.first(from: encoding + 2, in: bytes) else { return nil }
        let content = (encoding + 2)..<last
        // A word that was never closed does not swallow the next one.
        guard !zip(bytes[content], bytes[content].dropFirst()).contains(where: { $0 == 0x3D && $1 == mark }) else {
            return nil
        }
        let charset = name.prefix { $0 != UInt8(ascii: "*") }
        return EncodedWord(
            charset: String(decoding: charset, as: UTF8.self), isBase64: letter == UInt8(ascii: "b"),
            content: content, range: start..<(last + 2))
    }

    /// Where the next `?=` is; each byte is looked at once, however many words are never closed.
    private struct EndOfWord {
        private var found = -1

        mutating func first(from start: Int, in bytes: [UInt8]) -> Int? {
            if found < start {
                var at = start
                while at + 1 < bytes.count, bytes[at] != mark || bytes[at + 1] != UInt8(ascii: "=") { at += 1 }
                found = at + 1 < bytes.count ? at : Int.max
            }
            return found == Int.max ? nil : found
        }
    }
}

/// The bytes of adjacent encoded words of one charset, which may be cut anywhere, even within a character.
struct EncodedBytes {
    private(set) var bytes: [UInt8] = []
    /// Bits of a base64 stream that are no whole byte yet, and how many.
    private var bits: UInt32 = 0
    private var count = 0

    mutating func append(_ content: ArraySlice<UInt8>, isBase64: Bool) {
        if isBase64 {
            appendBase64(content)
        } else {
            count = 0
            appendQ(content)
        }
    }

    /// Padding ends a group of bytes, not the text. Bits left over at the end of a word are the beginning of the next
    /// one's if they can be no padding: some programs cut the stream wherever the line was full.
    private mutating func appendBase64(_ content: ArraySlice<UInt8>) {
        for byte in content {
            guard let value = Self.value(of: byte) else {
                if byte == UInt8(ascii: "=") { count = 0 }
                continue
            }
            bits = bits << 6 | value
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        if count < 6, bits & (1 << UInt32(count) - 1) == 0 { count = 0 }
    }

    private static func value(of byte: UInt8) -> UInt32? {
        switch byte {
        case 0x41...0x5A: UInt32(byte) - 0x41
        case 0x61...0x7A: UInt32(byte) - 0x61 + 26
        case 0x30...0x39: UInt32(byte) - 0x30 + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }

    private mutating func appendQ(_ content: ArraySlice<UInt8>) {
        bytes += HexCode.decoded(content, mark: UInt8(ascii: "="), blank: UInt8(ascii: "_"))
    }
}

/// Bytes written as a mark and two hexadecimal digits: `=C3` in encoded words, `%C3` in parameters (RFC 2231 §4).
enum HexCode {
    /// The bytes meant; what is no code stays as it is, but for `blank`, which is a blank.
    static func decoded(_ content: ArraySlice<UInt8>, mark: UInt8, blank: UInt8? = nil) -> [UInt8] {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(content.count)
        var at = content.startIndex
        while at < content.endIndex {
            if content[at] == mark, at + 2 < content.endIndex, let high = content[at + 1].hexValue,
                let low = content[at + 2].hexValue
            {
                decoded.append(high << 4 | low)
                at += 3
            } else {
                decoded.append(content[at] == blank ? 0x20 : content[at])
                at += 1
            }
        }
        return decoded
    }
}

extension UInt8 {
    /// The value of a hexadecimal digit.
    var hexValue: UInt8? {
        switch self {
        case 0x30...0x39: self - 0x30
        case 0x41...0x46: self - 0x41 + 10
        case 0x61...0x66: self - 0x61 + 10
        default: nil
        }
    }
}
