/// Appends the fields of one frame: numbers as four bytes, texts and lists behind their length or count.
struct FieldWriter {
    private(set) var bytes: [UInt8] = []

    mutating func byte(_ value: UInt8) { bytes.append(value) }

    /// A number that does not fit is written as the largest one; the reader of a size can live with that.
    mutating func number(_ value: Int) {
        let word = UInt32(clamping: value)
        bytes.append(UInt8(truncatingIfNeeded: word >> 24))
        bytes.append(UInt8(truncatingIfNeeded: word >> 16))
        bytes.append(UInt8(truncatingIfNeeded: word >> 8))
        bytes.append(UInt8(truncatingIfNeeded: word))
    }

    mutating func wide(_ value: Int64) {
        let word = UInt64(bitPattern: value)
        number(Int(word >> 32))
        number(Int(word & 0xFFFF_FFFF))
    }

    mutating func bytes(_ value: [UInt8]) {
        number(value.count)
        bytes += value
    }

    mutating func text(_ value: String) {
        number(value.utf8.count)
        bytes += value.utf8
    }

    mutating func list<Item>(_ items: [Item], _ write: (inout FieldWriter, Item) -> Void) {
        number(items.count)
        for item in items { write(&self, item) }
    }

    mutating func texts(_ items: [String]) {
        list(items) { $0.text($1) }
    }
}

/// Takes the fields of one frame apart and believes nothing.
///
/// On the desk's side a hijacked worker may have written the bytes, so every length is compared with what is there
/// before anything is allocated, and every text is checked for the promise that `ReadMail` makes.
struct FieldReader {
    private let bytes: [UInt8]
    private var next: Int

    init(_ bytes: [UInt8], from start: Int = 0) {
        self.bytes = bytes
        next = min(start, bytes.count)
    }

    mutating func byte() throws(MailError) -> UInt8 {
        guard next < bytes.count else { throw .truncated }
        defer { next += 1 }
        return bytes[next]
    }

    mutating func number() throws(MailError) -> Int {
        guard bytes.count - next >= 4 else { throw .truncated }
        defer { next += 4 }
        return bytes[next..<next + 4].reduce(0) { $0 << 8 | Int($1) }
    }

    mutating func wide() throws(MailError) -> Int64 {
        let high = try number()
        let low = try number()
        return Int64(bitPattern: UInt64(high) << 32 | UInt64(low))
    }

    mutating func slice(atMost limit: Int) throws(MailError) -> ArraySlice<UInt8> {
        let count = try number()
        guard count <= limit else { throw .tooLarge(count) }
        guard bytes.count - next >= count else { throw .truncated }
        defer { next += count }
        return bytes[next..<next + count]
    }

    /// A text of several lines: UTF-8 without NUL and CR.
    mutating func text(atMost limit: Int) throws(MailError) -> String {
        try text(atMost: limit) { $0 == 0 || $0 == 0x0D }
    }

    /// A text of one line: UTF-8 without NUL, CR and LF.
    mutating func line(atMost limit: Int = MailLimits.line) throws(MailError) -> String {
        try text(atMost: limit) { $0 == 0 || $0 == 0x0D || $0 == 0x0A }
    }

    private mutating func text(atMost limit: Int, without isRefused: (UInt8) -> Bool) throws(MailError) -> String {
        let part = try slice(atMost: limit)
        guard !part.contains(where: isRefused), let text = String(validating: part, as: UTF8.self) else {
            throw .malformed
        }
        return text
    }

    mutating func list<Item>(
        atMost limit: Int, _ read: (inout FieldReader) throws(MailError) -> Item
    ) throws(MailError) -> [Item] {
        let count = try number()
        guard count <= limit else { throw .tooLarge(count) }
        // Every item takes at least a byte, so a count beyond the rest of the frame is a lie.
        guard count <= bytes.count - next else { throw .truncated }
        var items: [Item] = []
        for _ in 0..<count { items.append(try read(&self)) }
        return items
    }

    func end() throws(MailError) {
        guard next == bytes.count else { throw .trailing }
    }
}
