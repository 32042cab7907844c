/// Replacements in the bytes of a message, collected from the first byte to the last and made at once.
struct ByteEdits {
    private var edits: [(range: Range<Int>, new: [UInt8])] = []

    var count: Int { edits.count }
    /// Where the last replacement ends.
    var end: Int { edits.last?.range.upperBound ?? 0 }

    /// Puts `new` in the place of the bytes, which begin at or behind the end of the last replacement.
    mutating func replace(_ range: Range<Int>, with new: [UInt8]) {
        edits.append((range, new))
    }

    mutating func insert(_ new: [UInt8], at place: Int) {
        replace(place..<place, with: new)
    }

    mutating func remove(_ range: Range<Int>) {
        replace(range, with: [])
    }

    /// The bytes with all replacements made.
    func applied(to bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + edits.count)
        var at = 0
        for edit in edits {
            result += bytes[at..<edit.range.lowerBound]
            result += edit.new
            at = edit.range.upperBound
        }
        return result + bytes[at...]
    }
}
