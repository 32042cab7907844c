import DeskMail

/// Mends in a raw mail what GMime cannot bear or would misread, in one pass over the bytes and before GMime sees them.
///
/// GMime knows LF and CRLF only, recurses on nested groups of addresses until the stack ends (a `To:` with 50,000
/// colons), keeps every header field there is, and takes text for header where no empty line parts them.
struct HeaderRepair {
    /// The bytes for the parser.
    private(set) var bytes: [UInt8]
    /// What had to be mended.
    private(set) var problems: [Problem] = []
    /// What was left out.
    private(set) var cuts = Cuts()

    /// More colons than any list of addresses has.
    private static let colons = 100
    private static let addressFields = ["from", "to", "cc", "bcc", "reply-to", "sender"].map { Array($0.utf8) }
    private static let resent = Array("resent-".utf8)

    init(_ raw: [UInt8]) {
        bytes = raw
        if bytes.contains(0x0D), !bytes.contains(0x0A) {
            for index in bytes.indices where bytes[index] == 0x0D { bytes[index] = 0x0A }
        }
        if let repaired = HeaderEnds.repaired(bytes) {
            bytes = repaired.bytes
            repaired.problems.forEach { note($0) }
        }
        tameAddresses()
        dropFields()
    }

    /// Turns the colons of a wild address field into blanks, wherever in the mail a line looks like such a field: the
    /// header of an attached mail is parsed too.
    private mutating func tameAddresses() {
        var line = 0
        while line < bytes.count {
            var end = endOfLine(line)
            if let value = addressValue(at: line) {
                while end < bytes.count, bytes[end].isBlankByte { end = endOfLine(end) }
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

    private func endOfLine(_ start: Int) -> Int {
        (bytes[start...].firstIndex(of: 0x0A) ?? bytes.count - 1) + 1
    }

    /// Drops the fields of the top header beyond those that are kept.
    private mutating func dropFields() {
        let (fields, end) = scanHead()
        guard fields.count > Bound.fields.maximum else { return }
        bytes.removeSubrange(fields[Bound.fields.maximum]..<end)
        cuts.leaveOut(fields.count - Bound.fields.maximum, of: .fields)
    }

    /// Where each field of the top header begins, and where the empty line after them is.
    private func scanHead() -> (fields: [Int], end: Int) {
        var fields: [Int] = []
        var line = 0
        while line < bytes.count {
            let isEmpty =
                bytes[line] == 0x0A || (bytes[line] == 0x0D && line + 1 < bytes.count && bytes[line + 1] == 0x0A)
            if isEmpty { break }
            if !bytes[line].isBlankByte { fields.append(line) }
            line = endOfLine(line)
        }
        return (fields, line)
    }

    private mutating func note(_ problem: Problem) {
        if !problems.contains(problem) { problems.append(problem) }
    }
}

extension UInt8 {
    /// A blank or a tab.
    var isBlankByte: Bool { self == 0x20 || self == 0x09 }
}
