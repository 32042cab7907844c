/// Charsets that switch between alphabets by escape sequences, turned into the 8-bit code of the same characters.
///
/// iconv goes on with the wrong byte, or in the wrong alphabet, behind the first character that it does not know. Here
/// each character is a unit of its own, and each line begins in ASCII (RFC 1468, RFC 1557, RFC 1843).
enum SevenBitCode {
    /// The bytes in a code without states, and its name for iconv; nil if the charset is none of these.
    static func translated(_ bytes: [UInt8], from name: String?) -> (bytes: [UInt8], name: String)? {
        switch name {
        case "iso-2022-jp":
            var reader = Reader(bytes)
            return (reader.japanese(), "euc-jp-ms")
        case "iso-2022-kr":
            var reader = Reader(bytes)
            return (reader.korean(), "cp949")
        case "hz-gb-2312":
            var reader = Reader(bytes)
            return (reader.chinese(), "gb18030")
        default: return nil
        }
    }
}

private struct Reader {
    private enum Alphabet { case ascii, pairs, kana, supplement }

    private let bytes: [UInt8]
    private var at = 0
    private var alphabet = Alphabet.ascii
    private var output: [UInt8] = []

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        output.reserveCapacity(bytes.count)
    }

    private static let escape: UInt8 = 0x1B

    mutating func japanese() -> [UInt8] {
        while at < bytes.count {
            let byte = bytes[at]
            if byte == Self.escape {
                switchAlphabet()
                continue
            }
            at += 1
            if byte == 0x0A || byte == 0x0D { alphabet = .ascii }
            let isPrinted = (0x21...0x7E).contains(byte)
            switch alphabet {
            case .ascii:
                // Single katakana as 8-bit bytes, a habit of old programs.
                if (0xA1...0xDF).contains(byte) { output.append(0x8E) }
                output.append(byte)
            case .kana:
                if (0x21...0x5F).contains(byte) {
                    output += [0x8E, byte | 0x80]
                } else {
                    output.append(byte)
                }
            case .pairs: isPrinted ? pair(byte, behind: []) : output.append(byte)
            case .supplement: isPrinted ? pair(byte, behind: [0x8F]) : output.append(byte)
            }
        }
        return output
    }

    private mutating func switchAlphabet() {
        let sequence = bytes[(at + 1)..<min(bytes.count, at + 4)]
        let known: [(String, Alphabet)] = [
            ("$(D", .supplement), ("$(@", .pairs), ("$(B", .pairs), ("$(O", .pairs), ("$(Q", .pairs), ("$@", .pairs),
            ("$B", .pairs), ("(B", .ascii), ("(J", .ascii), ("(H", .ascii), ("(I", .kana), ("&@", alphabet),
        ]
        for (letters, next) in known where sequence.starts(with: letters.utf8) {
            alphabet = next
            at += 1 + letters.utf8.count
            return
        }
        // An escape of no meaning is a character that nobody can read.
        output.append(0xFF)
        at += 1
    }

    /// A character of two bytes; half of one is a byte that no code knows.
    private mutating func pair(_ first: UInt8, behind mark: [UInt8]) {
        if at < bytes.count, (0x21...0x7E).contains(bytes[at]) {
            output += mark + [first | 0x80, bytes[at] | 0x80]
            at += 1
        } else {
            output.append(0xFF)
        }
    }

    mutating func korean() -> [UInt8] {
        var isShifted = false
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            switch byte {
            case 0x0E: isShifted = true
            case 0x0F: isShifted = false
            case Self.escape where bytes[at...].starts(with: "$)C".utf8): at += 3
            case 0x0A, 0x0D:
                isShifted = false
                output.append(byte)
            case 0x21...0x7E where isShifted: pair(byte, behind: [])
            default: output.append(byte)
            }
        }
        return output
    }

    mutating func chinese() -> [UInt8] {
        var isShifted = false
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            if byte == UInt8(ascii: "~"), at < bytes.count, let next = tilde(bytes[at], &isShifted) {
                output += next
                at += 1
            } else if byte == 0x0A {
                isShifted = false
                output.append(byte)
            } else if isShifted, (0x21...0x7E).contains(byte) {
                pair(byte, behind: [])
            } else {
                output.append(byte)
            }
        }
        return output
    }

    private func tilde(_ next: UInt8, _ isShifted: inout Bool) -> [UInt8]? {
        switch next {
        case UInt8(ascii: "{"):
            isShifted = true
            return []
        case UInt8(ascii: "}"):
            isShifted = false
            return []
        case UInt8(ascii: "~"): return [UInt8(ascii: "~")]
        case 0x0A: return []
        default: return nil
        }
    }
}
