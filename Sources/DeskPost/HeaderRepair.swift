import DeskMail

/// Repairs in a raw message what GMime cannot bear or would misread, before GMime sees the bytes.
///
/// GMime knows LF and CRLF only, recurses on nested groups of addresses until the stack ends (a `To:` with 50,000
/// colons), and takes text for header where no empty line parts them. Its cost is bounded last (`MessageBounds`), for
/// the structure that the repaired headers declare.
struct HeaderRepair {
    /// The bytes for the parser.
    private(set) var bytes: [UInt8]
    /// What had to be repaired.
    private(set) var problems: [Problem] = []
    /// What was left out.
    private(set) var cuts = Cuts()

    /// More colons than any list of addresses has.
    private static let colons = 100
    private static let addressFields = ["from", "to", "cc", "bcc", "reply-to", "sender"].map { Array($0.utf8) }
    private static let resent = Array("resent-".utf8)

    init(_ raw: [UInt8]) {
        bytes = raw
        if bytes.index(of: 0x0D, from: 0) != nil, bytes.index(of: 0x0A, from: 0) == nil {
            for index in bytes.indices where bytes[index] == 0x0D { bytes[index] = 0x0A }
        }
        if let end = bytes.end(ofLines: Bound.lines.maximum) {
            cuts.leaveOut(bytes.count - end, of: .lines)
            bytes.removeSubrange(end...)
        }
        if let repaired = HeaderEnds.repaired(bytes) {
            bytes = repaired.bytes
            repaired.problems.forEach { note($0) }
        }
        tameAddresses()
        let bounds = MessageBounds(bytes)
        bytes = bounds.bytes
        cuts.add(bounds.cuts)
        if bounds.hasTwoTypes { note(.contentType) }
    }

    /// Turns the colons of a wild address field into blanks, wherever in the mail a line looks like such a field: the
    /// header of an attached mail is parsed too.
    private mutating func tameAddresses() {
        var line = 0
        while line < bytes.count {
            var end = bytes.nextLine(after: line)
            if let value = addressValue(at: line) {
                while end < bytes.count, bytes[end].isBlankByte { end = bytes.nextLine(after: end) }
                tame(value..<end)
            }
            line = end
        }
    }

    private mutating func tame(_ value: Range<Int>) {
        guard value.count > Self.colons else { return }
        let count = bytes[value].reduce(0) { $1 == UInt8(ascii: ":") ? $0 + 1 : $0 }
        guard count > Self.colons else { return }
        for index in value where bytes[index] == UInt8(ascii: ":") { bytes[index] = 0x20 }
        note(.addresses)
    }

    /// Where the value of the line begins if its name is that of an address field.
    private func addressValue(at line: Int) -> Int? {
        var start = line
        if matches(Self.resent, at: start) { start += Self.resent.count }
        for name in Self.addressFields where matches(name, at: start) {
            var end = start + name.count
            while end < bytes.count, bytes[end].isBlankByte { end += 1 }
            if end < bytes.count, bytes[end] == UInt8(ascii: ":") { return end + 1 }
        }
        return nil
    }

    private func matches(_ name: [UInt8], at start: Int) -> Bool {
        guard start < bytes.count, bytes[start] | 0x20 == name[0], bytes.count - start >= name.count else {
            return false
        }
        return name.indices.allSatisfy { bytes[start + $0] | 0x20 == name[$0] | 0x20 }
    }

    private mutating func note(_ problem: Problem) {
        if !problems.contains(problem) { problems.append(problem) }
    }
}

extension UInt8 {
    /// A blank or a tab.
    var isBlankByte: Bool { self == 0x20 || self == 0x09 }
}
