/// The Message-IDs of an In-Reply-To, References or Message-ID field, as programs write them: with commas between,
/// without brackets, with words around, or folded within one (RFC 5322 §3.6.4 allows only brackets and blanks).
public enum MessageIDList {
    /// Bytes of a field that are read: its end, where the nearest ancestors are.
    public static let maximum = 64 << 10

    /// The Message-IDs in their order, without brackets.
    public static func ids(in field: String) -> [String] {
        var found: [String] = []
        let field = field.contains("&lt;") ? field.replacing("&lt;", with: "<").replacing("&gt;", with: ">") : field
        var rest = field.utf8.suffix(maximum)
        while let first = rest.first {
            if first == UInt8(ascii: "<") {
                let inner = rest.dropFirst().prefix { $0 != UInt8(ascii: ">") && $0 != UInt8(ascii: "<") }
                append(withoutComments(inner), to: &found)
                rest = rest[inner.endIndex...]
                if rest.first == UInt8(ascii: ">") { rest = rest.dropFirst() }
            } else if isSeparator(first) {
                rest = rest.dropFirst()
            } else {
                let word = rest.prefix { !isSeparator($0) && $0 != UInt8(ascii: "<") }
                if word.contains(UInt8(ascii: "@")) { append(withoutFrame(word), to: &found) }
                rest = rest[word.endIndex...]
            }
        }
        return found
    }

    /// The Message-ID of a message's own field; a single word will do. Empty if there is none.
    public static func own(in field: String) -> String {
        if let id = ids(in: field).first { return id }
        let words = field.utf8.split { $0 <= 0x20 || $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: ">") }
        return words.count == 1 ? String(Substring(words[0])) : ""
    }

    /// Blanks come from folding; comments within brackets are of the old grammar (RFC 5322 §4.4).
    private static func withoutComments(_ inner: Substring.UTF8View.SubSequence) -> [UInt8] {
        var depth = 0
        var id: [UInt8] = []
        for byte in inner where byte > 0x20 {
            if byte == UInt8(ascii: "(") { depth += 1 }
            if depth == 0 { id.append(byte) }
            if byte == UInt8(ascii: ")") { depth = max(0, depth - 1) }
        }
        return id
    }

    /// A word without other brackets than those of the grammar: `[a@b.example]`.
    private static func withoutFrame(_ word: Substring.UTF8View.SubSequence) -> [UInt8] {
        func isFrame(_ byte: UInt8) -> Bool { "[]{}'`".utf8.contains(byte) }
        return Array(word.drop(while: isFrame).reversed().drop(while: isFrame).reversed())
    }

    private static func append(_ id: [UInt8], to found: inout [String]) {
        let scheme = Array("mailto:".utf8)
        let bare = id.starts(with: scheme, by: { $0.lowercasedASCII == $1 }) ? Array(id.dropFirst(scheme.count)) : id
        if !bare.isEmpty { found.append(String(decoding: bare, as: UTF8.self)) }
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        byte <= 0x20 || byte == UInt8(ascii: ",") || byte == UInt8(ascii: ";") || byte == UInt8(ascii: ">")
            || byte == UInt8(ascii: "(") || byte == UInt8(ascii: ")") || byte == UInt8(ascii: "\"")
    }
}
