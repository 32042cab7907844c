/// The 32 bytes of a SHA-256 or an HMAC over it, as a value: a dictionary key without an allocation.
///
/// `==` stops at the first difference; where the other side may be guessing, compare with `constantTimeEqual`.
public struct Digest: Hashable, Sendable, BitwiseCopyable, CustomStringConvertible {
    /// How many bytes a digest has.
    public static let byteCount = 32

    // In memory order, so that the value's own bytes are the digest's bytes.
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// Takes exactly 32 bytes; nil for any other number.
    public init?(bytes: [UInt8]) {
        guard bytes.count == Digest.byteCount else { return nil }
        self = unsafe Digest.filled { target in unsafe bytes.withUnsafeBytes { unsafe target.copyMemory(from: $0) } }
    }

    private init(words: (UInt64, UInt64, UInt64, UInt64)) {
        self.words = words
    }

    /// Makes a digest by letting C write its 32 bytes.
    static func filled(by write: (UnsafeMutableRawBufferPointer) -> Void) -> Digest {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        unsafe withUnsafeMutableBytes(of: &words) { unsafe write($0) }
        return Digest(words: words)
    }

    /// The bytes as an array of their own.
    public var bytes: [UInt8] { unsafe withBytes { unsafe Array($0) } }

    /// Lends the bytes without a copy on the heap.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        unsafe withUnsafeBytes(of: words) { unsafe body($0) }
    }

    /// 64 small hexadecimal digits.
    public var description: String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(2 * Digest.byteCount)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Whether all bytes are equal; stops at the first difference.
    public static func == (left: Digest, right: Digest) -> Bool { left.words == right.words }

    /// Feeds a dictionary's hash.
    public func hash(into hasher: inout Hasher) {
        // The first word is as evenly spread as any hash; more would only cost.
        hasher.combine(words.0)
    }
}
