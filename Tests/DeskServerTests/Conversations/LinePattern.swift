/// What a line may look like: `…` is anything, `{name}` a value that is remembered.
struct LinePattern {
    private enum Part {
        case text([UInt8])
        case anything
        case value(String)
    }

    private let parts: [Part]

    /// Reads a pattern; names that `known` has are their values already.
    init(_ pattern: String, known: [String: String]) {
        var parts: [Part] = []
        var text: [UInt8] = []
        func endText() {
            if !text.isEmpty { parts.append(.text(text)) }
            text = []
        }
        var rest = Substring(pattern)
        while let first = rest.popFirst() {
            if first == "…" {
                endText()
                parts.append(.anything)
            } else if first == "{", let end = rest.firstIndex(of: "}") {
                let name = String(rest[..<end])
                rest = rest[rest.index(after: end)...]
                if let value = known[name] {
                    text += value.utf8
                } else {
                    endText()
                    parts.append(.value(name))
                }
            } else {
                text += String(first).utf8
            }
        }
        endText()
        self.parts = parts
    }

    /// The values that the names stand for in `line`; `nil`: it does not look so.
    func match(_ line: String) -> [String: String]? {
        LinePattern.match(Array(line.utf8)[...], parts[...])
    }

    private static func match(_ line: ArraySlice<UInt8>, _ parts: ArraySlice<Part>) -> [String: String]? {
        guard let part = parts.first else { return line.isEmpty ? [:] : nil }
        let rest = parts.dropFirst()
        switch part {
        case .text(let text): return line.starts(with: text) ? match(line.dropFirst(text.count), rest) : nil
        case .anything:
            for end in line.startIndex...line.endIndex {
                if let values = match(line[end...], rest) { return values }
            }
            return nil
        case .value(let name):
            let most = line.prefix { $0 != UInt8(ascii: " ") }
            for count in stride(from: most.count, to: 0, by: -1) {
                guard var values = match(line.dropFirst(count), rest) else { continue }
                values[name] = String(decoding: line.prefix(count), as: UTF8.self)
                return values
            }
            return nil
        }
    }

    /// What is said, with values in the places of their names and `{a*4001}` drawn out.
    static func fill(_ text: String, known: [String: String]) -> String {
        var filled = ""
        var rest = Substring(text)
        while let start = rest.firstIndex(of: "{"), let end = rest[start...].firstIndex(of: "}") {
            filled += rest[..<start]
            let name = rest[start...].dropFirst().prefix { $0 != "}" }
            let parts = name.split(separator: "*", omittingEmptySubsequences: false)
            if let value = known[String(name)] {
                filled += value
            } else if parts.count == 2, let count = Int(parts[1]) {
                filled += String(repeating: String(parts[0]), count: count)
            } else {
                filled += rest[start...end]
            }
            rest = rest[rest.index(after: end)...]
        }
        return filled + rest
    }

    /// The bytes that a text with the escapes `\n`, `\r`, `\t`, `\\` and `\xNN` stands for.
    static func bytes(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\"), let escape = rest.popFirst() else {
                bytes.append(byte)
                continue
            }
            switch escape {
            case UInt8(ascii: "n"): bytes.append(0x0A)
            case UInt8(ascii: "r"): bytes.append(0x0D)
            case UInt8(ascii: "t"): bytes.append(0x09)
            case UInt8(ascii: "x"):
                bytes.append(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) ?? UInt8(ascii: "?"))
                rest = rest.dropFirst(2)
            default: bytes.append(escape)
            }
        }
        return bytes
    }
}
