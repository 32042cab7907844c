/// Makes strangers' texts keep the promises of `ReadMail`: no NUL, LF line ends, at most so many bytes.
public enum CleanText {
    /// The text as one line: NUL, CR and LF become blanks.
    public static func line(_ text: String) -> String {
        func isBreak(_ byte: UInt8) -> Bool { byte == 0 || byte == 0x0D || byte == 0x0A }
        guard text.utf8.contains(where: isBreak) else { return text }
        return String(decoding: text.utf8.map { isBreak($0) ? 0x20 : $0 }, as: UTF8.self)
    }

    /// The text with LF as its only line end and without NUL.
    public static func text(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == 0 || $0 == 0x0D }) else { return text }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var afterReturn = false
        for byte in text.utf8 {
            if byte == 0x0D {
                bytes.append(0x0A)
            } else if byte != 0, !(byte == 0x0A && afterReturn) {
                bytes.append(byte)
            }
            afterReturn = byte == 0x0D
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// One line of at most `limit` bytes, which shows by its last character `…` that something was left out.
    ///
    /// For what the desk itself writes; what it reads is cut by `Cuts`.
    public static func shortened(_ text: String, to limit: Int) -> String {
        let whole = line(text)
        guard whole.utf8.count > limit else { return whole }
        return beginning(of: whole, atMost: max(0, limit - 3)) + "…"
    }

    /// The longest beginning of whole scalars that fits.
    static func beginning(of text: String, atMost limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        let bytes = text.utf8
        var end = bytes.index(bytes.startIndex, offsetBy: limit)
        while end > bytes.startIndex, bytes[end] & 0xC0 == 0x80 { end = bytes.index(before: end) }
        return String(text[..<end])
    }
}
