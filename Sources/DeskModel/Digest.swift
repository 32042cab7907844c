/// 32 bytes that stand for content, a SHA-256 or an HMAC over it, as a value: a dictionary key without an allocation.
///
/// `==` stops at the first difference; where the other side may be guessing, compare in constant time (DeskCrypto).
public struct Digest: Hashable, Sendable, BitwiseCopyable, CustomStringConvertible {
    /// How many bytes a digest has.
    public static let byteCount = 32

    /// The bytes in four words, the first byte of each lowest.
    package let words: (UInt64, UInt64, UInt64, UInt64)

    /// Takes the words as DeskCrypto has filled them.
    package init(words: (UInt64, UInt64, UInt64, UInt64)) {
        self.words = words
    }

    /// Takes exactly 32 bytes; `nil` for any other number. Not generic, since every row of the log is read by it.
    public init?(_ bytes: [UInt8]) {
        self.init(bytes[...])
    }

    /// Takes exactly 32 bytes; `nil` for any other number. Not generic, since every row of the log is read by it.
    public init?(_ bytes: ArraySlice<UInt8>) {
        guard bytes.count == Digest.byteCount else { return nil }
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        for index in 0..<8 {
            let shift = UInt64(index * 8)
            let at = bytes.startIndex + index
            words.0 |= UInt64(bytes[at]) << shift
            words.1 |= UInt64(bytes[at + 8]) << shift
            words.2 |= UInt64(bytes[at + 16]) << shift
            words.3 |= UInt64(bytes[at + 24]) << shift
        }
        self.words = words
    }

    /// All bytes zero: before the first event of a log.
    public static let zero = Digest(words: (0, 0, 0, 0))

    /// The 32 bytes, first to last.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Digest.byteCount)
        append(to: &bytes)
        return bytes
    }

    /// Appends the 32 bytes to `buffer`.
    public func append(to buffer: inout [UInt8]) {
        append(words.0, to: &buffer)
        append(words.1, to: &buffer)
        append(words.2, to: &buffer)
        append(words.3, to: &buffer)
    }

    private func append(_ word: UInt64, to buffer: inout [UInt8]) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
            buffer.append(UInt8(truncatingIfNeeded: word >> shift))
        }
    }

    /// 64 small hexadecimal digits.
    public var description: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// Whether all bytes are equal; stops at the first difference.
    public static func == (left: Digest, right: Digest) -> Bool {
        left.words == right.words
    }

    /// The first word is as evenly spread as any hash; more would only cost.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
    }
}
