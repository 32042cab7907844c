import Glibc

/// Bytes of a declared charset to UTF-8, as browsers read the declaration; never fails.
enum Charset {
    /// Names that glibc does not know, or that the world uses for a superset of what the name says.
    static let aliases: [String: String] = [
        "iso-8859-1": "windows-1252", "latin1": "windows-1252", "us-ascii": "windows-1252", "ascii": "windows-1252",
        "ansi_x3.4-1968": "windows-1252", "iso-8859-9": "windows-1254", "iso-8859-8-i": "iso-8859-8",
        "gb2312": "gb18030", "gbk": "gb18030", "iso-gb2312": "gb18030", "x-gbk": "gb18030",
        "ks_c_5601-1987": "cp949", "euc-kr": "cp949", "ks_c_5601": "cp949", "x-windows-949": "cp949",
        "shift_jis": "cp932", "shift-jis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932", "sjis": "cp932",
        "iso-2022-jp-ms": "iso-2022-jp-3", "unicode-1-1-utf-7": "utf-7", "cp-850": "cp850",
        "x-mac-roman": "macintosh", "tis-620": "windows-874", "iso-8859-11": "windows-874", "utf8": "utf-8",
    ]

    /// The text of `bytes`, and whether they were what `label` says.
    ///
    /// Valid UTF-8 is taken as such whatever the label, because mislabelled UTF-8 is common and anything else rarely
    /// is valid UTF-8 by chance; except under a 7-bit charset with states, whose bytes always look valid.
    static func decode(_ bytes: [UInt8], label: String?) -> (text: String, isSound: Bool) {
        let name = label.flatMap(known)
        if !isStateful(name), let text = String(validating: bytes, as: UTF8.self) {
            return (text.utf8.starts(with: [0xEF, 0xBB, 0xBF]) ? String(text.dropFirst()) : text, true)
        }
        if let name, name != "utf-8", let (text, isSound) = convert(bytes, from: name) { return (text, isSound) }
        if name == "utf-8" { return (String(decoding: bytes, as: UTF8.self), false) }
        let fallback = convert(bytes, from: "windows-1252")?.text ?? String(decoding: bytes, as: UTF8.self)
        return (fallback, label == nil)
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

    /// The name to ask iconv for; nil if the label is no name of a charset at all.
    private static func known(_ label: String) -> String? {
        let name = label.lowercased().trimmingBlanks
        let isName =
            (1...40).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                byte.isWordByte || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: ":")
            }
        return isName ? aliases[name] ?? name : nil
    }

    private static func isStateful(_ name: String?) -> Bool {
        guard let name else { return false }
        return name == "utf-7" || name.hasPrefix("iso-2022-") || name.hasPrefix("hz") || name.hasPrefix("utf-16")
            || name.hasPrefix("utf-32")
    }

    /// What iconv makes of the bytes, U+FFFD for what it cannot read; nil if it does not know the charset.
    private static func convert(_ bytes: [UInt8], from name: String) -> (text: String, isSound: Bool)? {
        guard var converter = Converter(from: name) else { return nil }
        return converter.convert(bytes)
    }
}

/// One iconv descriptor that converts to UTF-8.
@safe private struct Converter: ~Copyable {
    private let descriptor: iconv_t
    private static let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]

    init?(from name: String) {
        let opened = unsafe iconv_open("UTF-8", name)
        // iconv_open(3) returns (iconv_t) -1 for a charset it does not know.
        guard let opened = unsafe opened, Int(bitPattern: opened) != -1 else { return nil }
        unsafe descriptor = opened
    }

    deinit {
        _ = unsafe iconv_close(descriptor)
    }

    mutating func convert(_ bytes: [UInt8]) -> (text: String, isSound: Bool) {
        var source = bytes
        var output: [UInt8] = []
        var isSound = true
        var wasReplaced = false
        var at = 0
        var room = [UInt8](repeating: 0, count: 16 << 10)
        while at < source.count {
            let (read, written, why) = step(&source, from: at, into: &room)
            if written > 0 { wasReplaced = false }
            output += room[..<written]
            at += read
            if why == EILSEQ || why == EINVAL {
                // One mark for a run of bytes that mean nothing; EINVAL is a character cut off by the end.
                if !wasReplaced { output += Self.replacement }
                wasReplaced = true
                isSound = false
                at += 1
            } else if why != E2BIG && why != 0 {
                break
            }
        }
        return (String(decoding: output, as: UTF8.self), isSound)
    }

    /// One call of iconv: bytes read, bytes written, errno.
    private func step(_ source: inout [UInt8], from at: Int, into room: inout [UInt8]) -> (Int, Int, Int32) {
        unsafe source.withUnsafeMutableBytes { source in
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
