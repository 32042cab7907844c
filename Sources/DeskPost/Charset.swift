import Glibc

/// Bytes of a declared charset to UTF-8, as browsers read the declaration; never fails.
enum Charset {
    /// The text of `bytes`, and whether they were what `label` says.
    ///
    /// Valid UTF-8 is taken as such whatever the label, because mislabelled UTF-8 is common and anything else rarely
    /// is valid UTF-8 by chance; except under a 7-bit charset with states, whose bytes always look valid.
    static func decode(_ bytes: [UInt8], label: String?) -> (text: String, isSound: Bool) {
        let name = label.flatMap(CharsetName.canonical)
        if name == "iso-2022-jp", let text = eightBitJapanese(bytes) { return text }
        if let code = SevenBitCode.translated(bytes, from: name),
            let read = convert(code.bytes, from: code.name, areAligned: true)
        {
            return read
        }
        if !isStateful(name), let text = validUTF8(bytes, declaredAs: name) {
            return (text.utf8.starts(with: [0xEF, 0xBB, 0xBF]) ? String(text.unicodeScalars.dropFirst()) : text, true)
        }
        if let name, name != "utf-8", let read = convert(bytes, from: name) { return read }
        return (guessed(bytes), label == nil)
    }

    /// Whether adjacent encoded words with these labels are one text, so that a character may be split between them.
    static func areJoinable(_ first: String, _ second: String) -> Bool {
        let name = CharsetName.canonical(first)
        // A shift sequence of UTF-7 may end with its word.
        return name == CharsetName.canonical(second) && name != "utf-7"
    }

    /// A character of two bytes in a charset of the far east can look like one of UTF-8; one of three bytes, or many of
    /// two, cannot be chance.
    private static func validUTF8(_ bytes: [UInt8], declaredAs name: String?) -> String? {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        guard let name, doubleByte.contains(name) else { return text }
        let pairs = bytes.count { $0 >= 0xC0 && $0 < 0xE0 }
        let isCertain = pairs == 0 || pairs >= 6 || bytes.contains { $0 >= 0xE0 }
        return isCertain || convert(bytes, from: name)?.isSound != true ? text : nil
    }

    /// Japanese text in an 8-bit code that is declared as the 7-bit one: whichever code knows all of its bytes.
    private static func eightBitJapanese(_ bytes: [UInt8]) -> (text: String, isSound: Bool)? {
        guard bytes.contains(where: { $0 >= 0xC0 }), !bytes.contains(0x1B) else { return nil }
        if let text = String(validating: bytes, as: UTF8.self) { return (text, true) }
        for name in ["euc-jp-ms", "cp932"] {
            if let read = convert(bytes, from: name), read.isSound { return (read.text, false) }
        }
        return nil
    }

    private static let doubleByte: Set<String> = ["gb18030", "big5-hkscs", "cp949", "cp932", "euc-jp-ms", "johab"]

    /// Bytes of no known charset, line by line: UTF-8 where a line is or nearly is, windows-1252 elsewhere. Servers
    /// append footers in a charset of their own.
    private static func guessed(_ bytes: [UInt8]) -> String {
        var text = ""
        guard var converter = Converter(from: "windows-1252") else { return String(decoding: bytes, as: UTF8.self) }
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            if !text.isEmpty || line.startIndex > 0 { text += "\n" }
            if let valid = String(validating: line, as: UTF8.self) {
                text += valid
                continue
            }
            let repaired = String(decoding: line, as: UTF8.self)
            let broken = repaired.unicodeScalars.count { $0 == "\u{FFFD}" }
            let right = repaired.unicodeScalars.count { $0.value >= 0x80 } - broken
            text += right >= broken ? repaired : converter.convert(Array(line), areAligned: false).text
        }
        return text
    }

    /// The charset that an HTML document declares in its first kilobyte, where the mail declares none.
    static func declared(in bytes: [UInt8]) -> String? {
        let head = bytes.prefix(1024)
        let mark = Array("charset=".utf8)
        guard
            let at = head.indices.first(where: { start in
                head.count - start >= mark.count
                    && mark.indices.allSatisfy { head[start + $0] | 0x20 == mark[$0] | 0x20 }
            })
        else { return nil }
        let value = head[(at + mark.count)...].drop { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "'") }
        let name = value.prefix { $0.isWordByte || $0 == UInt8(ascii: "-") }
        return name.isEmpty ? nil : String(decoding: name, as: UTF8.self)
    }

    private static func isStateful(_ name: String?) -> Bool {
        guard let name else { return false }
        return name == "utf-7" || name.hasPrefix("iso-2022-") || name.hasPrefix("hz") || name.hasPrefix("utf-16")
            || name.hasPrefix("utf-32")
    }

    /// What iconv makes of the bytes, U+FFFD for what it cannot read; nil if it does not know the charset.
    private static func convert(
        _ bytes: [UInt8], from name: String, areAligned: Bool = false
    ) -> (text: String, isSound: Bool)? {
        guard var converter = Converter(from: name) else { return nil }
        return converter.convert(bytes, areAligned: areAligned)
    }
}

/// One iconv descriptor that converts to UTF-8.
@safe private struct Converter: ~Copyable {
    private let descriptor: iconv_t
    private static let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]
    private var room = [UInt8](repeating: 0, count: 16 << 10)

    init?(from name: String) {
        let opened = unsafe iconv_open("UTF-8", name)
        // iconv_open(3) returns (iconv_t) -1 for a charset it does not know.
        guard let opened = unsafe opened, Int(bitPattern: opened) != -1 else { return nil }
        unsafe descriptor = opened
    }

    deinit {
        _ = unsafe iconv_close(descriptor)
    }

    /// `areAligned`: two high bytes are one character for sure, so that an unknown one is passed over as a whole.
    mutating func convert(_ bytes: [UInt8], areAligned: Bool) -> (text: String, isSound: Bool) {
        var source = bytes
        var output: [UInt8] = []
        var isSound = true
        var wasReplaced = false
        var at = 0
        var isFlushed = source.isEmpty
        while at < source.count || !isFlushed {
            isFlushed = at == source.count
            let (read, written, why) = isFlushed ? flush() : step(&source, from: at)
            if written > 0 { wasReplaced = false }
            output += room[..<written]
            at += read
            if why == EILSEQ || why == EINVAL {
                // One mark for a run of bytes that mean nothing; EINVAL is a character cut off by the end.
                if !wasReplaced { output += Self.replacement }
                wasReplaced = true
                isSound = false
                let isPair = areAligned && at + 1 < source.count && source[at] > 0xA0 && source[at + 1] > 0xA0
                at += isPair && source[at] != 0xFF ? 2 : 1
            } else if why != E2BIG && why != 0 {
                break
            }
        }
        return (String(decoding: output, as: UTF8.self), isSound)
    }

    /// The last character, which a charset keeps back where another byte could still change it (iconv(3)).
    private mutating func flush() -> (Int, Int, Int32) {
        let descriptor = unsafe descriptor
        return unsafe room.withUnsafeMutableBytes { room in
            var output = unsafe room.baseAddress?.assumingMemoryBound(to: CChar.self)
            var outputLeft = room.count
            _ = unsafe iconv(descriptor, nil, nil, &output, &outputLeft)
            return (0, room.count - outputLeft, 0)
        }
    }

    /// One call of iconv: bytes read, bytes written, errno.
    private mutating func step(_ source: inout [UInt8], from at: Int) -> (Int, Int, Int32) {
        let descriptor = unsafe descriptor
        return unsafe source.withUnsafeMutableBytes { source in
            unsafe room.withUnsafeMutableBytes { room in
                var input = unsafe source.baseAddress?.assumingMemoryBound(to: CChar.self).advanced(by: at)
                var inputLeft = source.count - at
                var output = unsafe room.baseAddress?.assumingMemoryBound(to: CChar.self)
                var outputLeft = room.count
                let result = unsafe iconv(descriptor, &input, &inputLeft, &output, &outputLeft)
                let why = Int(bitPattern: UInt(bitPattern: result)) == -1 ? errno : 0
                return (source.count - at - inputLeft, room.count - outputLeft, why)
            }
        }
    }
}

extension UInt8 {
    /// A letter or digit of ASCII, or an underscore.
    var isWordByte: Bool {
        (self >= 0x30 && self <= 0x39) || (self | 0x20 >= 0x61 && self | 0x20 <= 0x7A) || self == UInt8(ascii: "_")
    }
}

extension String {
    /// The text without blanks, tabs and line ends around it.
    var trimmingBlanks: String {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) }
        guard let first = utf8.firstIndex(where: { !isBlank($0) }), let last = utf8.lastIndex(where: { !isBlank($0) })
        else { return "" }
        return String(self[first...last])
    }
}
