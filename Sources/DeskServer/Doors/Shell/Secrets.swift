internal import DeskCrypto

/// Where a new password comes from.
struct NewPassword {
    /// The password.
    let text: String
    /// Whether it was made up here, and has to be printed.
    let isMadeUp: Bool

    static let option = ShellOption("password-stdin", nil, "take the password from standard input, its first line")

    /// From standard input if asked so, from the terminal if there is one, else made up.
    static func get(_ words: ShellWords, for name: String, _ console: Console) throws(ShellError) -> NewPassword {
        if words.has(option.name) { return NewPassword(text: try fromInput(console), isMadeUp: false) }
        guard let first = console.readSecret("password of \(name) (nothing: one is made up): ") else { return madeUp() }
        if first.isEmpty { return madeUp() }
        guard console.readSecret("once more: ") == first else { throw .failed("the two passwords differ") }
        return NewPassword(text: try checked(first), isMadeUp: false)
    }

    private static func fromInput(_ console: Console) throws(ShellError) -> String {
        guard let input = console.readInput(4096) else { throw .failed("standard input cannot be read") }
        let line = input.prefix { $0 != 0x0A && $0 != 0x0D }
        guard let text = String(validating: line, as: UTF8.self) else {
            throw .failed("the password is not UTF-8 text")
        }
        return try checked(text)
    }

    private static func checked(_ text: String) throws(ShellError) -> String {
        // The length of what counts: an ü is the same letter from a keyboard that sends it in two parts.
        guard !text.isEmpty, Password.prepared(text).utf8.count <= 256,
            text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else {
            throw .failed("a password has 1 to 256 bytes and no control characters")
        }
        // What a terminal of another encoding sends: it could never be typed again.
        guard !text.unicodeScalars.contains("\u{FFFD}") else { throw .failed("the password is not UTF-8 text") }
        let ends = [text.unicodeScalars.first, text.unicodeScalars.last].compactMap { $0 }
        guard !ends.contains(where: \.properties.isWhitespace) else {
            throw .failed("a password neither begins nor ends with a blank: the end of a line is cut when it is sent")
        }
        guard Token(text) == nil else { throw .failed("a password must not look like a token") }
        return text
    }

    /// 80 bits in four groups that can be read out: no letter looks like another or like a digit.
    private static func madeUp() -> NewPassword {
        let letters = Array("abcdefghjkmnpqrstuvwxyz23456789x".utf8)
        var text: [UInt8] = []
        for (index, byte) in randomBytes(16).enumerated() {
            if index > 0, index % 4 == 0 { text.append(UInt8(ascii: "-")) }
            text.append(letters[Int(byte & 31)])
        }
        return NewPassword(text: String(decoding: text, as: UTF8.self), isMadeUp: true)
    }
}
