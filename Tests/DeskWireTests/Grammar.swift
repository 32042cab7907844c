import DeskModel

/// Checks lines of ours against the grammar of PROTOCOL.md, written down anew so that it can disagree with the code.
struct Grammar {
    private var rest: Substring.UnicodeScalarView

    /// Whether `bytes` is one line from a server, with its end.
    static func isOutput(_ bytes: [UInt8]) -> Bool {
        guard bytes.last == UInt8(ascii: "\n"), bytes.count <= Limits.line + 1 else { return false }
        let text = String(decoding: bytes.dropLast(), as: UTF8.self)
        guard Array(text.utf8) == bytes.dropLast(), text.unicodeScalars.allSatisfy(isOutput) else { return false }
        var grammar = Grammar(rest: text[...].unicodeScalars)
        return grammar.output()
    }

    /// Whether all lines in `bytes` are.
    static func areOutput(_ bytes: [UInt8]) -> Bool {
        bytes.last == UInt8(ascii: "\n")
            && bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast()
                .allSatisfy { isOutput($0 + [UInt8(ascii: "\n")]) }
    }

    private static func isOutput(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x20...0x7E, 0xA0...0x2027, 0x202F...0x2065, 0x206A...0xD7FF, 0xE000...0x10FFFF: true
        default: false
        }
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        isOutput(scalar) && !"\t \"=\\\u{A0}".unicodeScalars.contains(scalar)
    }

    private mutating func output() -> Bool {
        if take("DESK/") { return number() && pairsAndHint(values: false) }
        if take("* ") {
            guard number(), take(" "), code(), take(" "), value() else { return false }
            if take(" queue=") { guard name() else { return false } }
            guard take(" t="), time() else { return false }
            return pairs(values: false) && rest.isEmpty
        }
        if take("~ ") { return code() && pairsAndHint(values: true) }
        if take("@") {
            let tag = run { $0.isASCII && ($0.properties.isAlphabetic || "0123456789._-".unicodeScalars.contains($0)) }
            guard (1...32).contains(tag), take(" ") else { return false }
        }
        if take("|") || take("\\") { return true }
        if take("- ") { return value() && pairs(values: false) && rest.isEmpty }
        return (take("OK ") || take("ERR ")) && code() && pairsAndHint(values: true)
    }

    private mutating func pairsAndHint(values: Bool) -> Bool {
        pairs(values: values) && (rest.isEmpty || take(" : "))
    }

    /// Pairs, or values among them, up to the end or a lone colon.
    private mutating func pairs(values: Bool) -> Bool {
        while !rest.isEmpty, !rest.starts(with: " : ".unicodeScalars) {
            guard take(" ") else { return false }
            let before = rest
            if pairName(), take("=") {
                guard value() else { return false }
            } else {
                rest = before
                guard values, value() else { return false }
            }
        }
        return true
    }

    private mutating func pairName() -> Bool {
        guard let first = rest.first, ("a"..."z").contains(first) else { return false }
        return (1...32).contains(run { ("a"..."z").contains($0) || ("0"..."9").contains($0) || $0 == "-" })
    }

    private mutating func code() -> Bool { pairName() }

    private mutating func name() -> Bool {
        guard let first = rest.first, ("a"..."z").contains(first) else { return false }
        return (1...32).contains(
            run { ("a"..."z").contains($0) || ("0"..."9").contains($0) || "._-".unicodeScalars.contains($0) })
    }

    private mutating func value() -> Bool {
        guard take("\"") else {
            let start = rest
            let length = run(Grammar.isWord)
            return length > 0 && !(length == 1 && start.first == ":")
        }
        while let scalar = rest.popFirst() {
            if scalar == "\"" { return rest.isEmpty || rest.first == " " }
            if scalar == "\\" {
                guard let escaped = rest.popFirst(), "\"\\n".unicodeScalars.contains(escaped) else { return false }
            }
        }
        return false
    }

    private mutating func number() -> Bool {
        guard rest.first != "0" else { return false }
        return (1...18).contains(run { ("0"..."9").contains($0) })
    }

    private mutating func time() -> Bool {
        for mark in "dddd-dd-ddTdd:dd:dd.dddZ".unicodeScalars {
            guard let scalar = rest.popFirst() else { return false }
            guard mark == "d" ? ("0"..."9").contains(scalar) : scalar == mark else { return false }
        }
        return true
    }

    private mutating func take(_ text: String) -> Bool {
        guard rest.starts(with: text.unicodeScalars) else { return false }
        rest = rest.dropFirst(text.unicodeScalars.count)
        return true
    }

    private mutating func run(_ isIn: (Unicode.Scalar) -> Bool) -> Int {
        var count = 0
        while let first = rest.first, isIn(first) {
            rest = rest.dropFirst()
            count += 1
        }
        return count
    }
}
