/// Base64 in its two alphabets (RFC 4648), decoded strictly: each byte sequence has exactly one encoding.
///
/// White space, missing or excess padding and non-zero trailing bits are rejected (RFC 4648 §3.2, §3.3, §3.5), so that
/// a secret or a name has no second form.
public struct Base64: Sendable {
    /// The standard alphabet, with padding (RFC 4648 §4).
    public static let standard = Base64(alphabet: "+/", padded: true)
    /// The alphabet for URLs and file names, without padding (RFC 4648 §5).
    public static let url = Base64(alphabet: "-_", padded: false)

    private let letters: [UInt8]
    // The value of each byte; 255 if it is not in the alphabet.
    private let values: [UInt8]
    private let isPadded: Bool
    private static let pad = UInt8(ascii: "=")

    private init(alphabet lastTwo: String, padded: Bool) {
        letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789\(lastTwo)".utf8)
        var values = [UInt8](repeating: 255, count: 256)
        for (value, letter) in letters.enumerated() { values[Int(letter)] = UInt8(value) }
        self.values = values
        isPadded = padded
    }

    /// Encodes bytes.
    public func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var index = 0
        while index < bytes.count {
            let rest = min(3, bytes.count - index)
            var group: UInt32 = 0
            for offset in 0..<3 { group = group << 8 | (offset < rest ? UInt32(bytes[index + offset]) : 0) }
            for letter in 0...rest { text.append(letters[Int(group >> UInt32(18 - 6 * letter) & 63)]) }
            if isPadded { for _ in rest..<3 { text.append(Base64.pad) } }
            index += 3
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Decodes a text; nil unless `encode` would have produced exactly this text.
    public func decode(_ text: String) -> [UInt8]? {
        decode(Array(text.utf8))
    }

    /// Decodes a text; nil unless `encode` would have produced exactly this text.
    public func decode(_ text: [UInt8]) -> [UInt8]? {
        guard let digits = digitCount(of: text) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits * 3 / 4)
        var bits: UInt32 = 0
        var bitCount = 0
        for index in 0..<digits {
            let value = values[Int(text[index])]
            guard value < 64 else { return nil }
            bits = bits << 6 | UInt32(value)
            bitCount += 6
            if bitCount >= 8 {
                bitCount -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(bitCount)))
                bits &= (1 << UInt32(bitCount)) - 1
            }
        }
        return bits == 0 ? bytes : nil
    }

    /// The number of characters before the padding; nil if the length or the padding is invalid.
    private func digitCount(of text: [UInt8]) -> Int? {
        guard isPadded else { return text.count % 4 == 1 ? nil : text.count }
        guard text.count % 4 == 0 else { return nil }
        let padding = text.suffix(2).reversed().prefix { $0 == Base64.pad }.count
        return text.count - padding
    }
}
