/// One line of a message as it was written, and the same in lower case at the same places.
///
/// Rules about texts look for many words in many lines; on bytes that are folded once they cost no more than a pass.
struct TextLine {
    /// The bytes as written.
    let text: ArraySlice<UInt8>
    /// The bytes in lower case; every kind of blank is a blank.
    let lower: ArraySlice<UInt8>

    init(text: ArraySlice<UInt8>, lower: ArraySlice<UInt8>) {
        self.text = text
        self.lower = lower
    }

    /// The line without blanks around it.
    var trimmed: TextLine {
        guard let first = lower.firstIndex(where: { !$0.isBlank }), let last = lower.lastIndex(where: { !$0.isBlank })
        else { return self[lower.startIndex..<lower.startIndex] }
        return self[first..<(last + 1)]
    }

    var isBlank: Bool { lower.allSatisfy(\.isBlank) }
    /// The last byte that is no blank.
    var last: UInt8? { lower.last { !$0.isBlank } }
    /// Whether it ends with a colon, that of Chinese and Japanese (U+FF1A) included.
    var endsWithColon: Bool { last == UInt8(ascii: ":") || last == 0x9A }

    /// A part of the line, by indices of either form.
    subscript(range: Range<Int>) -> TextLine { TextLine(text: text[range], lower: lower[range]) }

    /// Whether the letter there is a capital one.
    func isCapital(at index: Int) -> Bool {
        // A capital letter of two bytes may differ in the second alone.
        text[index] != lower[index]
            || index + 1 < text.endIndex && text[index] >= 0xC3 && text[index + 1] != lower[index + 1]
    }

    /// What is between blanks.
    var words: [TextLine] {
        lower.split(whereSeparator: \.isBlank).map { self[$0.startIndex..<$0.endIndex] }
    }
}

/// A text cut into lines.
struct TextLines {
    let bytes: [UInt8]
    private let lower: [UInt8]
    private let ranges: [Range<Int>]

    init(_ text: String) {
        bytes = Array(text.utf8)
        lower = LowerCase.folded(bytes)
        var ranges: [Range<Int>] = []
        var start = 0
        for index in bytes.indices where bytes[index] == 0x0A {
            ranges.append(start..<index)
            start = index + 1
        }
        self.ranges = ranges + [start..<bytes.count]
    }

    var indices: Range<Int> { ranges.indices }
    var count: Int { ranges.count }

    subscript(line: Int) -> TextLine { self[line...line] }

    /// Some lines as one, with their line ends as blanks.
    subscript(lines: ClosedRange<Int>) -> TextLine {
        let range = ranges[lines.lowerBound].lowerBound..<ranges[lines.upperBound].upperBound
        return TextLine(text: bytes[range], lower: lower[range])
    }
}

/// Lower case of the letters that are as long in it: ASCII, Latin, Greek and Cyrillic.
enum LowerCase {
    /// The bytes in lower case, each character at its place; blanks, marks of direction and line ends are blanks.
    static func folded(_ bytes: [UInt8]) -> [UInt8] {
        var folded = bytes
        var at = 0
        while at < bytes.count {
            let byte = bytes[at]
            if byte < 0x80 {
                folded[at] = byte == 0x0A ? 0x20 : byte.lowercasedASCII
                at += 1
            } else if byte < 0xE0, at + 1 < bytes.count {
                (folded[at], folded[at + 1]) = pair(byte, bytes[at + 1])
                at += 2
            } else if byte == 0xE2 || byte == 0xEF, at + 2 < bytes.count {
                if let mark = mark(byte, bytes[at + 1], bytes[at + 2]) {
                    (folded[at], folded[at + 1], folded[at + 2]) = (mark, 0x20, 0x20)
                }
                at += 3
            } else {
                at += 1
            }
        }
        return folded
    }

    private static func pair(_ first: UInt8, _ second: UInt8) -> (UInt8, UInt8) {
        switch (first, second) {
        case (0xC2, 0xA0): (0x20, 0x20)
        case (0xC3, 0x80...0x9E) where second != 0x97: (first, second + 0x20)
        case (0xC4, 0x80...0xB7) where second % 2 == 0 && second != 0xB0: (first, second + 1)
        case (0xC4, 0xB9...0xBE) where second % 2 == 1: (first, second + 1)
        case (0xC5, 0x81...0x87) where second % 2 == 1: (first, second + 1)
        case (0xC5, 0x8A...0xB6) where second % 2 == 0: (first, second + 1)
        case (0xC5, 0xB9...0xBD) where second % 2 == 1: (first, second + 1)
        case (0xCE, 0x91...0x9F): (first, second + 0x20)
        case (0xCE, 0xA0...0xA9): (0xCF, second - 0x20)
        case (0xD0, 0x80...0x8F): (0xD1, second + 0x10)
        case (0xD0, 0x90...0x9F): (first, second + 0x20)
        case (0xD0, 0xA0...0xAF): (0xD1, second - 0x20)
        default: (first, second)
        }
    }

    /// Blanks and marks of direction are a blank, the typewriter's apostrophe and hyphen stand for others.
    private static func mark(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> UInt8? {
        switch (first, second, third) {
        case (0xE2, 0x80, 0x80...0x8F), (0xE2, 0x80, 0xAA...0xAF), (0xE2, 0x81, 0xA0...0xA9), (0xEF, 0xBB, 0xBF): 0x20
        case (0xE2, 0x80, 0x90), (0xE2, 0x80, 0x91): UInt8(ascii: "-")
        case (0xE2, 0x80, 0x98), (0xE2, 0x80, 0x99): UInt8(ascii: "'")
        default: nil
        }
    }
}

/// Words or phrases in lower case, which are searched in one pass over a line's lower case.
struct Phrases: Sendable {
    /// By their first byte.
    private let phrases: [[UInt8]]
    private let starts: [Int]

    init(_ words: [String]) {
        phrases = words.map { LowerCase.folded(Array($0.utf8)) }.filter { !$0.isEmpty }.sorted { $0[0] < $1[0] }
        var starts = Array(repeating: 0, count: 257)
        for phrase in phrases { starts[Int(phrase[0]) + 1] += 1 }
        for byte in 0..<256 { starts[byte + 1] += starts[byte] }
        self.starts = starts
    }

    /// Whether one of them is somewhere in the line.
    func areIn(_ lower: ArraySlice<UInt8>) -> Bool {
        var at = lower.startIndex
        while at < lower.endIndex {
            if length(in: lower, at: at) != nil { return true }
            at += 1
        }
        return false
    }

    /// Bytes of the longest one that the line begins with.
    func areAtStart(of lower: ArraySlice<UInt8>) -> Int? { length(in: lower, at: lower.startIndex) }

    /// Bytes of the longest one that the line ends with.
    func areAtEnd(of lower: ArraySlice<UInt8>) -> Int? {
        var longest: Int?
        for phrase in phrases where phrase.count <= lower.count && phrase.count > longest ?? 0 {
            if Self.matches(phrase, lower, lower.endIndex - phrase.count) { longest = phrase.count }
        }
        return longest
    }

    private func length(in lower: ArraySlice<UInt8>, at start: Int) -> Int? {
        guard start < lower.endIndex else { return nil }
        let first = Int(lower[start])
        var longest: Int?
        for index in starts[first]..<starts[first + 1] {
            let count = phrases[index].count
            guard count <= lower.endIndex - start, count > longest ?? 0, Self.matches(phrases[index], lower, start)
            else { continue }
            longest = count
        }
        return longest
    }

    private static func matches(_ phrase: [UInt8], _ lower: ArraySlice<UInt8>, _ start: Int) -> Bool {
        for offset in phrase.indices where lower[start + offset] != phrase[offset] { return false }
        return true
    }
}
