/// The envelope address of a MAIL or RCPT command and the parameters behind it (RFC 5321 §4.1.1.2, §4.1.1.3).
struct LMTPPath: Equatable {
    /// The address without brackets and source route; empty for `<>`.
    let address: String
    /// The parameters, upper-cased names before the `=`.
    let parameters: [(name: String, value: String)]

    /// The longest address: 64 bytes of local part, `@`, 255 of domain (RFC 5321 §4.5.3.1).
    private static let longest = 320

    /// Reads what follows `FROM:` or `TO:`; `nil` if it is not a path.
    init?(_ text: ArraySlice<UInt8>) {
        let text = text.drop { $0 == UInt8(ascii: " ") }
        guard text.first == UInt8(ascii: "<"), let end = LMTPPath.end(of: text) else { return nil }
        var path = text[(text.startIndex + 1)..<end]
        if path.first == UInt8(ascii: "@") {
            // A source route, which servers ignore (RFC 5321 appendix C).
            guard let colon = path.firstIndex(of: UInt8(ascii: ":")) else { return nil }
            path = path[(colon + 1)...]
        }
        guard path.count <= LMTPPath.longest, LMTPPath.isPlain(path),
            let address = String(validating: path, as: UTF8.self)
        else { return nil }
        self.address = address
        let rest = text[(end + 1)...]
        guard rest.isEmpty || rest.first == UInt8(ascii: " ") else { return nil }
        parameters = rest.split(separator: UInt8(ascii: " ")).map { word in
            let parts = word.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count > 1 ? String(decoding: parts[1], as: UTF8.self) : ""
            return (String(decoding: parts[0], as: UTF8.self).uppercased(), value)
        }
    }

    /// No control, and no blank but within quotes (RFC 5321 §4.1.2, Quoted-string).
    private static func isPlain(_ path: ArraySlice<UInt8>) -> Bool {
        var isQuoted = false
        var isEscaped = false
        return path.allSatisfy { byte in
            if isQuoted, !isEscaped, byte == UInt8(ascii: "\\") {
                isEscaped = true
                return true
            }
            if byte == UInt8(ascii: "\""), !isEscaped { isQuoted.toggle() }
            isEscaped = false
            return byte > 0x20 && byte != 0x7F || isQuoted && byte == 0x20
        }
    }

    /// Where the closing bracket is, quoted local parts considered.
    private static func end(of text: ArraySlice<UInt8>) -> Int? {
        var isQuoted = false
        var index = text.startIndex + 1
        while index < text.endIndex {
            switch text[index] {
            case UInt8(ascii: "\\") where isQuoted: index += 1
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: ">") where !isQuoted: return index
            default: break
            }
            index += 1
        }
        return nil
    }

    static func == (left: LMTPPath, right: LMTPPath) -> Bool {
        left.address == right.address && left.parameters.elementsEqual(right.parameters) { $0 == $1 }
    }
}
