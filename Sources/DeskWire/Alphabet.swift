/// Bytes with a meaning of their own on the wire.
enum Ascii {
    static let tab = UInt8(ascii: "\t")
    static let feed = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
    static let space = UInt8(ascii: " ")
    static let quote = UInt8(ascii: "\"")
    static let hash = UInt8(ascii: "#")
    static let dash = UInt8(ascii: "-")
    static let dot = UInt8(ascii: ".")
    static let colon = UInt8(ascii: ":")
    static let equals = UInt8(ascii: "=")
    static let at = UInt8(ascii: "@")
    static let bang = UInt8(ascii: "!")
    static let less = UInt8(ascii: "<")
    static let backslash = UInt8(ascii: "\\")
    static let bar = UInt8(ascii: "|")
    static let comma = UInt8(ascii: ",")
}

extension UInt8 {
    /// Space or tab.
    var isBlank: Bool {
        self == Ascii.space || self == Ascii.tab
    }

    /// `0` … `9`.
    var isDigit: Bool {
        self &- UInt8(ascii: "0") < 10
    }

    /// `A` … `Z`, `a` … `z`.
    var isLetter: Bool {
        (self | 0x20) &- UInt8(ascii: "a") < 26
    }

    /// What tags are made of.
    var isTagByte: Bool {
        isLetter || isDigit || self == Ascii.dot || self == Ascii.dash || self == UInt8(ascii: "_")
    }

    /// A capital made small, anything else as it is.
    var lowered: UInt8 {
        self &- UInt8(ascii: "A") < 26 ? self | 0x20 : self
    }
}

extension [UInt8] {
    /// What makes these bytes unfit for a line: not UTF-8 (RFC 3629, strictly), else a C0 character but TAB, DEL or C1.
    func flaw(in range: Range<Int>) -> Malformed? {
        var badCharacter = false
        var at = range.lowerBound
        while at < range.upperBound {
            let byte = self[at]
            if byte < 0x80 {
                if byte < 0x20 && byte != Ascii.tab || byte == 0x7F { badCharacter = true }
                at += 1
                continue
            }
            let length = sequenceLength(at, before: range.upperBound)
            if length == 0 { return .badUTF8 }
            if byte == 0xC2 && self[at + 1] < 0xA0 { badCharacter = true }
            at += length
        }
        return badCharacter ? .badCharacter : nil
    }

    /// Bytes of the well-formed multi-byte sequence that begins at `at`; 0 if there is none (Unicode, table 3-7).
    private func sequenceLength(_ at: Int, before end: Int) -> Int {
        let lead = self[at]
        let length = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0
        guard length > 0, at + length <= end else { return 0 }
        let second = self[at + 1]
        let lowest: UInt8 = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80
        let highest: UInt8 = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF
        guard second >= lowest, second <= highest else { return 0 }
        for index in (at + 2)..<(at + Swift.max(2, length)) where self[index] & 0xC0 != 0x80 { return 0 }
        return length
    }

    /// `range` without blanks at both ends.
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, self[start].isBlank { start += 1 }
        while end > start, self[end - 1].isBlank { end -= 1 }
        return start..<end
    }

    /// Whether the bytes in `range` are those of `text`.
    func holds(_ text: String, at range: Range<Int>) -> Bool {
        range.count == text.utf8.count && self[range].elementsEqual(text.utf8)
    }

    /// The text in `range`, which is UTF-8.
    func text(_ range: Range<Int>) -> String {
        String(decoding: self[range], as: UTF8.self)
    }
}
