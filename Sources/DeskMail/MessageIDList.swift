/// The Message-IDs of an In-Reply-To, References or Message-ID field, as programs write them: with commas between,
/// without brackets, with words around, or folded within one (RFC 5322 §3.6.4 allows only brackets and blanks).
public enum MessageIDList {
    /// Bytes of a field that are read: its end, where the nearest ancestors are.
    private static let maximum = 64 << 10

    /// The Message-IDs in their order, without brackets.
    public static func ids(in field: String) -> [String] {
        var found: [String] = []
        var rest = field.utf8.suffix(maximum)
        while let first = rest.first {
            if first == UInt8(ascii: "<") {
                let inner = rest.dropFirst().prefix { $0 != UInt8(ascii: ">") && $0 != UInt8(ascii: "<") }
                append(inner.filter { $0 > 0x20 }, to: &found)
                rest = rest[inner.endIndex...]
                if rest.first == UInt8(ascii: ">") { rest = rest.dropFirst() }
            } else if isSeparator(first) {
                rest = rest.dropFirst()
            } else {
                let word = rest.prefix { !isSeparator($0) && $0 != UInt8(ascii: "<") }
                if word.contains(UInt8(ascii: "@")) { append(Array(word), to: &found) }
                rest = rest[word.endIndex...]
            }
        }
        return found
    }

    private static func append(_ id: [UInt8], to found: inout [String]) {
        if !id.isEmpty { found.append(String(decoding: id, as: UTF8.self)) }
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        byte <= 0x20 || byte == UInt8(ascii: ",") || byte == UInt8(ascii: ";") || byte == UInt8(ascii: ">")
            || byte == UInt8(ascii: "(") || byte == UInt8(ascii: ")") || byte == UInt8(ascii: "\"")
    }
}
