/// What one line of a mail looks like; which lines are quoted follows from how these stand together.
enum QuotedLine: UInt8 {
    /// Nothing, or only blanks.
    case blank
    /// Words of somebody.
    case text
    /// Begins with a quote mark.
    case quote
    /// Introduces a quoted mail: "… wrote:", "-----Original Message-----".
    case attribution
    /// Looks like a header field of a quoted mail: "Von: …".
    case header
    /// A line of dashes or the like.
    case rule
    /// The two dashes that begin a signature.
    case dashes
    /// What a telephone puts under a mail.
    case device
    /// Decided already, out of the picture.
    case gone
}

extension QuotedLine {
    /// Longest line that is looked at for anything but quote marks: no mail program writes longer ones.
    private static let length = 600

    /// Classifies one line by itself.
    init(_ line: TextLine) {
        let words = line.trimmed
        guard let first = words.lower.first else {
            self = .blank
            return
        }
        if Self.isQuoteMark(first, in: words.text) {
            self = words.lower.count <= Self.length && Self.introducesMail(words) ? .attribution : .quote
        } else if Self.isDashes(words.text) {
            self = .dashes
        } else if words.lower.count <= Self.length {
            self = Self.kind(of: words)
        } else {
            self = .text
        }
    }

    private static func kind(of line: TextLine) -> QuotedLine {
        if isRule(line.text) { return .rule }
        if introducesMail(line) { return .attribution }
        if HeaderLine(line) != nil { return .header }
        return DeviceLine.isOne(line) ? .device : .text
    }

    /// Two dashes, or one that is as long.
    private static func isDashes(_ line: ArraySlice<UInt8>) -> Bool {
        line.elementsEqual("--".utf8) || line.elementsEqual("—".utf8) || line.elementsEqual("–".utf8)
    }

    /// `>`, or the initials of an author before it: `JD> `.
    private static func isQuoteMark(_ first: UInt8, in line: ArraySlice<UInt8>) -> Bool {
        if first == UInt8(ascii: ">") { return true }
        let initials = line.prefix(4).prefix { $0 >= 0x41 && $0 <= 0x5A }
        guard (1...3).contains(initials.count) else { return false }
        return line.dropFirst(initials.count).first == UInt8(ascii: ">")
    }

    /// Only characters that people draw lines with.
    private static func isRule(_ line: ArraySlice<UInt8>) -> Bool {
        if line.allSatisfy(isDrawn) { return line.count >= 2 }
        guard line.first == UInt8(ascii: "_") || line.first ?? 0 >= 0x80 else { return false }
        let text = Substring(String(decoding: line.prefix(length), as: UTF8.self))
        return text == "ᐧ" || text.utf8.count > 3 && text.allSatisfy { $0 == "—" || $0 == "_" }
    }

    private static func isDrawn(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ","), UInt8(ascii: "="), UInt8(ascii: "+"),
            UInt8(ascii: "~"), UInt8(ascii: "#"), UInt8(ascii: "*"):
            true
        default: false
        }
    }
}
