internal import DeskModel

/// What every line is written with: bytes at the end of a buffer. All that comes from people, mails or files goes
/// through `value` or `line`, so that nothing of it reaches a terminal, or a client's parser, as anything but text.
extension [UInt8] {
    /// Appends words of ours.
    @inline(__always)
    mutating func put(_ text: String) {
        append(contentsOf: text.utf8)
    }

    /// Appends a number.
    mutating func put(_ number: Int64) {
        guard number >= 10 else { return number >= 0 ? append(digit(number)) : put(String(number)) }
        var divisor: Int64 = 10
        while number / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            append(digit(number / divisor % 10))
            divisor /= 10
        }
    }

    private func digit(_ number: Int64) -> UInt8 {
        UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number)
    }

    /// Appends `#42`.
    mutating func put(_ ticket: TicketID) {
        append(Ascii.hash)
        put(ticket.value)
    }

    /// Appends `#42.3`.
    mutating func put(_ entry: EntryID) {
        put(entry.ticket)
        append(Ascii.dot)
        put(Int64(entry.entry))
    }

    /// Appends a value, quoted if it must be: never empty, never a control character, at most `characters` long and
    /// `most` bytes, else cut and ended by `…`.
    mutating func value(_ text: String, characters: Int = .max, most: Int = WireLimits.value) {
        if text.isPlain && text.utf8.count <= Swift.min(characters, most) { return put(text) }
        let start = count
        var left = characters < text.utf8.count ? characters : .max
        var isBare = !text.isEmpty
        for scalar in text.unicodeScalars {
            let isFull = left == 0 || count - start > most - WireLimits.widest
            if isFull {
                put("…")
                break
            }
            left -= 1
            if !escaped(scalar) { isBare = false }
        }
        if isBare && !(count == start + 1 && self[start] == Ascii.colon) { return }
        insert(Ascii.quote, at: start)
        append(Ascii.quote)
    }

    /// Appends what people read and programs ignore: ` : text`.
    mutating func hint(_ text: String) {
        put(" : ")
        let start = count
        for scalar in text.unicodeScalars {
            guard count - start < WireLimits.hint else { return put("…") }
            put(scalar.neutral)
        }
    }

    /// Appends a character of a value; `false` if the value must be quoted for its sake.
    private mutating func escaped(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\"": put("\\\"")
        case "\\": put("\\\\")
        case "\n": put("\\n")
        case " ", "=", "\t", "\u{A0}": put(scalar)
        default:
            put(scalar.neutral)
            return true
        }
        return false
    }

    /// Appends a character.
    mutating func put(_ scalar: Unicode.Scalar) {
        if scalar.isASCII {
            append(UInt8(truncatingIfNeeded: scalar.value))
        } else {
            append(contentsOf: scalar.utf8)
        }
    }
}

// The same for text lines, which are long: whole runs are copied. The bytes come from a `String`, so they are UTF-8.
extension [UInt8] {
    /// Where the run of whole characters ends that need no neutralising.
    func harmlessEnd(from start: Int, before end: Int) -> Int {
        var at = start
        while at < end {
            let byte = self[at]
            if byte < 0x80 {
                guard byte &- 0x20 < 0x5F || byte == Ascii.tab else { return at }
                at += 1
                continue
            }
            let length = byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
            guard at + length <= end, !isSuspect(at) else { return at }
            at += length
        }
        return at
    }

    /// Whether C1 or a block of General Punctuation begins here that has such characters in it.
    private func isSuspect(_ at: Int) -> Bool {
        switch self[at] {
        case 0xC2: self[at + 1] < 0xA0
        case 0xE2: self[at + 1] == 0x80 && self[at + 2] >= 0xA8 || self[at + 1] == 0x81 && self[at + 2] >= 0xA6
        default: false
        }
    }

    /// Appends the character that begins at `at` of `text`, neutralised; returns how many bytes it had there.
    mutating func putNeutral(_ text: [UInt8], _ at: Int) -> Int {
        let byte = text[at]
        let length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
        for scalar in text.text(at..<Swift.min(at + length, text.count)).unicodeScalars { put(scalar.neutral) }
        return length
    }
}

extension String {
    /// Whether this is a value as it stands: printable ASCII that needs no quotes.
    fileprivate var isPlain: Bool {
        var isPlain = !isEmpty
        for byte in utf8 {
            let isOrdinary = byte &- 0x21 < 0x5E
            if !isOrdinary || byte == Ascii.quote || byte == Ascii.equals || byte == Ascii.backslash { isPlain = false }
        }
        return isPlain && self != ":"
    }
}

extension Unicode.Scalar {
    /// This character, or a visible one in its place if a terminal would obey it: C0 as its control picture, DEL, C1,
    /// line and paragraph separators and bidirectional overrides as U+FFFD.
    var neutral: Unicode.Scalar {
        switch value {
        case 0x09, 0x20...0x7E: self
        case 0..<0x20: Unicode.Scalar(0x2400 + value) ?? "\u{FFFD}"
        case 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069: "\u{FFFD}"
        default: self
        }
    }
}

/// How long the parts of a line may be, so that no line of ours is ever over `Limits.line`.
enum WireLimits {
    /// Bytes of a value where nothing else is said: addresses, names, subjects.
    static let value = 330
    /// Bytes of what `ping` says back.
    static let token = 100
    /// Bytes of a subject.
    static let subject = 850
    /// Bytes of a reason or a word of chat; escapes can triple what was 1000 bytes.
    static let reason = 3000
    /// Bytes of a hint.
    static let hint = 700
    /// Bytes of a list.
    static let list = 700
    /// Bytes of the longest ticket or text of a ticket in a list, and of the `…` behind it.
    static let member = 40
    /// Bytes that a stored final gets when it is sent again: the longest tag, and ` again=yes`.
    static let again = 34 + 10
    /// Bytes of a list of recipients: all that `Limits` allows.
    static let recipients = Limits.recipientBytes
    /// Bytes of a list where four of them share a line.
    static let quarter = 900
    /// Bytes that one character and the `…` behind it take at most.
    static let widest = 7
}
