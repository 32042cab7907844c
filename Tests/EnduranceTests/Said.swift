import Glibc

/// How long the tests go on: `./test --long` sets `ZURUF_LONG`.
enum Length {
    /// The one number or the other.
    static func of(_ usual: Int, long: Int) -> Int {
        unsafe getenv("ZURUF_LONG") == nil ? usual : long
    }
}

/// What a line of the desk says: `* 27 claim #42 queue=inbox … holder=meier`, `OK claimed #42 seq=27 …`.
struct Said {
    let words: [Substring]
    private let pairs: [Substring: Substring]

    init(_ line: some StringProtocol) {
        let hint = Substring(line)
        var words: [Substring] = []
        var pairs: [Substring: Substring] = [:]
        for part in Said.cut(hint) {
            if let equals = part.firstIndex(of: "="), equals > part.startIndex {
                pairs[part[..<equals]] = part[part.index(after: equals)...]
            } else {
                words.append(part)
            }
        }
        self.words = words
        self.pairs = pairs
    }

    /// The value of a pair, without quotes.
    subscript(_ name: Substring) -> String? {
        pairs[name].map { $0.hasPrefix("\"") ? String($0.dropFirst().dropLast()) : String($0) }
    }

    /// Of an event: its number.
    var number: Int { words.count > 1 ? Int(words[1]) ?? 0 : 0 }

    /// Words apart by blanks, but for those in quotes.
    private static func cut(_ line: Substring) -> [Substring] {
        var parts: [Substring] = []
        var start = line.startIndex
        var (isQuoted, isEscaped) = (false, false)
        for index in line.indices {
            let letter = line[index]
            if letter == " ", !isQuoted {
                if start < index { parts.append(line[start..<index]) }
                start = line.index(after: index)
            }
            if letter == "\"", !isEscaped { isQuoted.toggle() }
            isEscaped = letter == "\\" && !isEscaped
        }
        if start < line.endIndex { parts.append(line[start...]) }
        return parts
    }
}
