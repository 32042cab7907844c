/// Why stored bytes could not be read back.
public enum Corruption: Error, Equatable, Sendable {
    /// The bytes end within a value.
    case short
    /// A byte stands where no value of ours begins with it.
    case unknown(UInt8)
    /// A version of the encoding that this program does not know.
    case version(UInt8)
    /// A number or name outside its range.
    case outOfRange
}

/// Appends values in the encoding of the log: unsigned LEB128 numbers, length-prefixed UTF-8.
public struct ByteWriter: Sendable {
    /// What has been written so far.
    public var bytes: [UInt8] = []

    /// Begins with nothing written.
    public init() {}

    /// Appends one byte.
    @inline(__always)
    public mutating func byte(_ value: UInt8) {
        bytes.append(value)
    }

    /// Appends a number of 0 or more, seven bits a byte, lowest first.
    public mutating func number(_ value: Int64) {
        var rest = UInt64(bitPattern: value)
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// Appends the length and the bytes of `text`.
    public mutating func string(_ text: String) {
        number(Int64(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    /// Appends the length and the bytes.
    public mutating func blob(_ blob: [UInt8]) {
        number(Int64(blob.count))
        bytes.append(contentsOf: blob)
    }
}

/// Reads what a `ByteWriter` wrote; hostile or cut bytes give a `Corruption`, never a trap.
public struct ByteReader: Sendable {
    private let bytes: [UInt8]
    /// Index of the next byte to be read.
    public private(set) var position: Int
    private let end: Int

    /// Reads `bytes` from `start` (default: all of them).
    public init(_ bytes: [UInt8], from start: Int = 0) {
        self.bytes = bytes
        position = min(max(0, start), bytes.count)
        end = bytes.count
    }

    /// Whether everything has been read.
    public var isAtEnd: Bool {
        position == end
    }

    /// The next byte.
    public mutating func byte() throws(Corruption) -> UInt8 {
        guard position < end else { throw .short }
        defer { position += 1 }
        return bytes[position]
    }

    /// The next number, 0 … 2^63 - 1.
    public mutating func number() throws(Corruption) -> Int64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = try byte()
            guard shift < 63 else { throw .outOfRange }
            value |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 { break }
            shift += 7
        }
        guard value <= UInt64(Int64.max) else { throw .outOfRange }
        return Int64(value)
    }

    /// The next length and as many bytes, as text; bad UTF-8 is repaired, since what we wrote had none.
    public mutating func string() throws(Corruption) -> String {
        let range = try extent()
        return String(decoding: bytes[range], as: UTF8.self)
    }

    /// The next length and as many bytes.
    public mutating func blob() throws(Corruption) -> [UInt8] {
        Array(bytes[try extent()])
    }

    /// The next `count` bytes.
    public mutating func raw(_ count: Int) throws(Corruption) -> ArraySlice<UInt8> {
        guard count >= 0, count <= end - position else { throw .short }
        defer { position += count }
        return bytes[position..<(position + count)]
    }

    private mutating func extent() throws(Corruption) -> Range<Int> {
        let length = try number()
        guard length <= Int64(end - position) else { throw .short }
        let range = position..<(position + Int(length))
        position = range.upperBound
        return range
    }
}
