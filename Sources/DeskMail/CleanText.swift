/// Makes strangers' texts keep the promises of `ReadMail`: no NUL, LF line ends, at most so many bytes.
public enum CleanText {
    /// The text as one line: NUL, CR and LF become blanks; cut at a character's end.
    public static func line(_ text: String, atMost limit: Int = MailLimits.line) -> String {
        guard text.utf8.count > limit || text.utf8.contains(where: { $0 == 0 || $0 == 0x0D || $0 == 0x0A }) else {
            return text
        }
        return cut(text.utf8.lazy.map { $0 == 0 || $0 == 0x0D || $0 == 0x0A ? 0x20 : $0 }, atMost: limit)
    }

    /// The text with LF as its only line end and without NUL; cut at a character's end.
    public static func text(_ text: String, atMost limit: Int = MailLimits.text) -> String {
        guard text.utf8.count > limit || text.utf8.contains(where: { $0 == 0 || $0 == 0x0D }) else { return text }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(text.utf8.count, limit + 1))
        var afterReturn = false
        for byte in text.utf8 {
            if bytes.count > limit { break }
            if byte == 0x0D {
                bytes.append(0x0A)
            } else if byte != 0, !(byte == 0x0A && afterReturn) {
                bytes.append(byte)
            }
            afterReturn = byte == 0x0D
        }
        return cut(bytes, atMost: limit)
    }

    /// The longest prefix of whole scalars that fits.
    private static func cut(_ bytes: some Collection<UInt8>, atMost limit: Int) -> String {
        var part = Array(bytes.prefix(limit + 1))
        if part.count > limit {
            var end = limit
            while end > 0, part[end] & 0xC0 == 0x80 { end -= 1 }
            part.removeSubrange(end...)
        }
        return String(decoding: part, as: UTF8.self)
    }
}
