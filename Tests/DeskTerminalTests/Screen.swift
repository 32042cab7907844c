/// A terminal screen: the subset of a VT100 that the client uses. Lines that scroll off the top are kept.
struct Screen {
    private(set) var rows: [[Unicode.Scalar?]] = [[]]
    private(set) var row = 0
    private(set) var column = 0
    /// Received sequences that this type does not support.
    private(set) var unknown: [String] = []
    private let columns: Int
    private var sequence: [Unicode.Scalar] = []
    private var bytes: [UInt8] = []

    init(columns: Int) { self.columns = columns }

    /// The rows that are not blank, without trailing blanks.
    var lines: [String] {
        rows.map { row in
            var text = String(String.UnicodeScalarView(row.compactMap { $0 }))
            while text.last == " " { text.removeLast() }
            return text
        }.filter { !$0.isEmpty }
    }

    mutating func take(_ new: some Sequence<UInt8>) {
        bytes += new
        let whole = bytes.count - Self.unfinished(bytes)
        for scalar in String(decoding: bytes[..<whole], as: UTF8.self).unicodeScalars { take(scalar) }
        bytes.removeFirst(whole)
    }

    /// The number of bytes at the end that are the start of an incomplete character.
    private static func unfinished(_ bytes: [UInt8]) -> Int {
        guard let lead = bytes.suffix(4).lastIndex(where: { $0 & 0xC0 != 0x80 }), bytes[lead] >= 0xC0 else { return 0 }
        let wanted = bytes[lead] >= 0xF0 ? 4 : bytes[lead] >= 0xE0 ? 3 : 2
        return bytes.count - lead < wanted ? bytes.count - lead : 0
    }

    private mutating func take(_ scalar: Unicode.Scalar) {
        if !sequence.isEmpty {
            sequence.append(scalar)
            finishSequence()
            return
        }
        switch scalar {
        case "\u{1b}": sequence = [scalar]
        case "\r": column = 0
        case "\n": down()
        case "\u{8}": column = max(0, min(column, columns - 1) - 1)
        case "\u{7}", "\u{f}", "\u{0}": break
        case _ where scalar.value < 0x20: unknown.append("control \(scalar.value)")
        default: put(scalar)
        }
    }

    private mutating func down() {
        row += 1
        if row == rows.count { rows.append([]) }
    }

    /// A character that fills a row leaves the cursor on that row until the next character (VT100's delayed wrap).
    private mutating func put(_ scalar: Unicode.Scalar) {
        let width = scalar.value >= 0x3000 && scalar.value != 0xFFFD ? 2 : 1
        if column + width > columns {
            column = 0
            down()
        }
        while rows[row].count < column + width { rows[row].append(" ") }
        rows[row][column] = scalar
        if width == 2 { rows[row][column + 1] = nil }
        column += width
    }

    private mutating func finishSequence() {
        guard let last = sequence.last, sequence.count > 1 else { return }
        guard sequence[1] == "[" else {
            if sequence[1] == "(", sequence.count < 3 { return }
            if !["=", ">", "("].contains(sequence[1]) { unknown.append("ESC \(sequence[1])") }
            sequence = []
            return
        }
        guard sequence.count > 2, 0x40...0x7E ~= last.value else { return }
        let parameters = String(String.UnicodeScalarView(sequence[2..<(sequence.count - 1)]))
        sequence = []
        let count = Int(parameters) ?? 1
        switch last {
        case "A": row = max(0, row - count)
        case "B": for _ in 0..<count { down() }
        case "C": column = min(columns - 1, column + count)
        case "D": column = max(0, min(column, columns - 1) - count)
        case "J": rows = rows[..<row] + [Array(rows[row].prefix(column))]
        case "K": rows[row] = Array(rows[row].prefix(column))
        case "m", "h", "l": break
        default: unknown.append("CSI \(parameters)\(last)")
        }
    }
}
