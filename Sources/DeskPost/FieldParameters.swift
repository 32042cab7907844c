import DeskMail

/// A field of a part such as `text/plain; charset=utf-8` (RFC 2045 §5.1, RFC 2183 §2): its value and its parameters.
///
/// Names of files come as RFC 2231 wants them, as encoded words, in quotes or without, in pieces or bare; all are read.
struct FieldParameters {
    /// What stands before the first semicolon, lower-cased, without comments and blanks.
    private(set) var value = ""
    private(set) var isSound = true
    private var parameters: [String: String] = [:]
    private var pieces: [String: [Piece]] = [:]

    /// A parameter of RFC 2231 §3 in pieces: `filename*0*=…`.
    private struct Piece {
        var number: Int
        var isEncoded: Bool
        var bytes: [UInt8]
    }

    /// Parameters beyond the bound, which are not read.
    private(set) var leftOut = 0

    private let undeclared: String?

    /// `undeclared`: the charset of bytes that say nothing of theirs.
    init(_ raw: [UInt8], undeclared: String? = nil) {
        self.undeclared = undeclared
        let bytes = HeaderText.unfolded(raw)
        var at = 0
        value = Self.value(bytes, &at).lowercased()
        var count = 0
        while at < bytes.count, count < Bound.parameters.maximum {
            readParameter(bytes, &at)
            count += 1
        }
        if at < bytes.count { leftOut = bytes[at...].count { $0 == UInt8(ascii: "=") } }
        for (name, pieces) in pieces { join(pieces, as: name) }
    }

    /// A parameter's text; nil if the field has none of that name.
    subscript(name: String) -> String? { parameters[name] }

    /// The value. A parameter may follow it without a semicolon, or behind a comma.
    private static func value(_ bytes: [UInt8], _ at: inout Int) -> String {
        let start = at
        var token = Self.token(bytes, &at, until: ";")
        if let equals = token.firstIndex(of: UInt8(ascii: "=")), token[..<equals].contains(UInt8(ascii: "/")) {
            at = start
            while at < bytes.count, bytes[at] <= 0x20 { at += 1 }
            let first = at
            while at < bytes.count, bytes[at] > 0x20, bytes[at] != UInt8(ascii: ",") { at += 1 }
            token = Array(bytes[first..<at])
            at += 1
        }
        return String(decoding: token, as: UTF8.self)
    }

    /// The bytes up to a semicolon without blanks, quotes and comments.
    private static func token(_ bytes: [UInt8], _ at: inout Int, until end: Unicode.Scalar) -> [UInt8] {
        var token: [UInt8] = []
        var comments = 0
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            switch byte {
            case UInt8(ascii: "("): comments += 1
            case UInt8(ascii: ")"): comments = max(0, comments - 1)
            case UInt8(ascii: ";"), UInt8(ascii: end): return token
            case 0x20, 0x09, UInt8(ascii: "\""): break
            default: if comments == 0 { token.append(byte) }
            }
        }
        return token
    }

    private mutating func readParameter(_ bytes: [UInt8], _ at: inout Int) {
        let start = at
        let name = String(decoding: Self.token(bytes, &at, until: "="), as: UTF8.self).lowercased()
        guard at > start, at <= bytes.count, at > 0, bytes[at - 1] == UInt8(ascii: "=") else { return }
        let content = Self.content(bytes, &at)
        let words = name.utf8.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false)
        guard let first = words.first, words.count > 1 else {
            // The first of a name counts, as with GMime.
            if parameters[name] == nil { parameters[name] = text(content) }
            return
        }
        let number = words.count > 1 ? Int(String(Substring(words[1]))) ?? 0 : 0
        let isEncoded = name.utf8.last == UInt8(ascii: "*")
        pieces[String(Substring(first)), default: []].append(
            Piece(number: number, isEncoded: isEncoded, bytes: content))
    }

    /// What stands behind `=`: a quoted string, or all up to the next semicolon.
    private static func content(_ bytes: [UInt8], _ at: inout Int) -> [UInt8] {
        while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x09 { at += 1 }
        var content: [UInt8] = []
        if at < bytes.count, bytes[at] == UInt8(ascii: "\"") {
            at += 1
            while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
                let isEscape =
                    bytes[at] == UInt8(ascii: "\\") && at + 1 < bytes.count
                    && (bytes[at + 1] == UInt8(ascii: "\"") || bytes[at + 1] == UInt8(ascii: "\\"))
                if isEscape { at += 1 }
                content.append(bytes[at])
                at += 1
            }
            while at < bytes.count, bytes[at] != UInt8(ascii: ";") { at += 1 }
        } else {
            while at < bytes.count, bytes[at] != UInt8(ascii: ";") {
                content.append(bytes[at])
                at += 1
            }
            while let last = content.last, last == 0x20 || last == 0x09 { content.removeLast() }
        }
        at += 1
        return content
    }

    private mutating func text(_ bytes: [UInt8]) -> String {
        var header = HeaderText(undeclared: undeclared)
        let text = header.text(bytes)
        if !header.isSound { isSound = false }
        return text
    }

    /// RFC 2231 wins over the plain spelling that some programs send beside it.
    private mutating func join(_ pieces: [Piece], as name: String) {
        let ordered = pieces.sorted { $0.number < $1.number }
        guard let first = ordered.first else { return }
        var bytes: [UInt8] = []
        var charset: String?
        for (index, piece) in ordered.enumerated() {
            guard piece.isEncoded else {
                bytes += piece.bytes
                continue
            }
            var rest = piece.bytes[...]
            if index == 0 { charset = Self.takeCharset(&rest) }
            bytes += HexCode.decoded(rest, mark: UInt8(ascii: "%"))
        }
        if let charset {
            let (text, isRight) = Charset.decode(bytes, label: charset.isEmpty ? nil : charset)
            if !isRight { isSound = false }
            parameters[name] = text.trimmingBlanks
        } else {
            parameters[name] = first.isEncoded ? String(decoding: bytes, as: UTF8.self) : text(bytes)
        }
    }

    /// `utf-8'de'` at the beginning, if it is there.
    private static func takeCharset(_ bytes: inout ArraySlice<UInt8>) -> String? {
        guard let first = bytes.firstIndex(of: UInt8(ascii: "'")),
            let second = bytes[(first + 1)...].firstIndex(of: UInt8(ascii: "'"))
        else { return nil }
        defer { bytes = bytes[(second + 1)...] }
        return String(decoding: bytes[..<first], as: UTF8.self)
    }
}
