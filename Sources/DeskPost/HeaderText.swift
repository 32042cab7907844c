import DeskMail

/// The text of header fields as people read it: unfolded, its encoded words decoded, undeclared bytes guessed.
struct HeaderText {
    /// The charset that undeclared bytes which are no UTF-8 are tried in: that of the body, if it names one.
    let undeclared: String?
    /// Whether every byte was what it was declared as.
    private(set) var isSound = true

    init(undeclared: String?) {
        self.undeclared = undeclared
    }

    /// The decoded text of a raw value.
    mutating func text(_ raw: [UInt8]) -> String {
        var text = ""
        for run in runs(of: Self.unfolded(raw)) {
            switch run {
            case .plain(let bytes): text += plain(bytes)
            case .words(let words): text += words
            }
        }
        return text.trimmingBlanks
    }

    /// The value as GMime's parser of addresses reads it right: each run of encoded words is one word in UTF-8, and
    /// undeclared bytes are UTF-8.
    mutating func normalised(_ raw: [UInt8]) -> [UInt8] {
        let bytes = Self.unfolded(raw)
        let runs = runs(of: bytes)
        var value: [UInt8] = []
        for (index, run) in runs.enumerated() {
            switch run {
            case .plain(let bytes): value += plain(bytes).utf8
            case .words(let words):
                if Self.isBracketed(runs, index), let address = Self.address(words) {
                    value += address
                } else {
                    let isAlone = Self.endsItem(runs, before: index) && Self.beginsItem(runs, after: index)
                    value += isAlone ? Self.mailbox(words) ?? Self.encoded(words) : Self.encoded(words)
                }
            }
        }
        return value
    }

    private enum Run {
        case plain(ArraySlice<UInt8>)
        case words(String)
    }

    /// The value without line ends; a fold is the blank behind it (RFC 5322 §2.2.3).
    static func unfolded(_ raw: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(raw.count)
        var afterFold = false
        for byte in raw {
            if byte == 0x0A || byte == 0x0D {
                afterFold = true
            } else {
                bytes.append(byte == 0 || afterFold && byte == 0x09 ? 0x20 : byte)
                afterFold = false
            }
        }
        return bytes
    }

    /// Adjacent words belong together, the blanks between them to neither (RFC 2047 §6.2).
    private mutating func runs(of bytes: [UInt8]) -> [Run] {
        let words = EncodedWord.all(in: bytes)
        var runs: [Run] = []
        var at = 0
        var index = 0
        while index < words.count {
            var end = index + 1
            while end < words.count, Self.isBlank(bytes[words[end - 1].range.upperBound..<words[end].range.lowerBound])
            {
                end += 1
            }
            let start = words[index].range.lowerBound
            if at < start { runs.append(.plain(bytes[at..<start])) }
            runs.append(.words(decoded(words[index..<end], of: bytes)))
            at = words[end - 1].range.upperBound
            index = end
        }
        if at < bytes.count { runs.append(.plain(bytes[at...])) }
        return runs
    }

    private static func isBlank(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.allSatisfy { $0 == 0x20 || $0 == 0x09 }
    }

    private mutating func decoded(_ words: ArraySlice<EncodedWord>, of bytes: [UInt8]) -> String {
        var text = ""
        var group = EncodedBytes()
        var label: String?
        for word in words {
            if let label, !Charset.areJoinable(label, word.charset) {
                text += charset(group.bytes, label)
                group = EncodedBytes()
            }
            label = word.charset
            group.append(bytes[word.content], isBase64: word.isBase64)
        }
        return text + charset(group.bytes, label)
    }

    private mutating func plain(_ bytes: ArraySlice<UInt8>) -> String {
        if let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0x1B) { return text }
        // The escape sequences of Japanese mail are readable whatever is declared.
        let isJapanese = zip(bytes, bytes.dropFirst()).contains { $0 == 0x1B && $1 == UInt8(ascii: "$") }
        let text = charset(Array(bytes), isJapanese ? "iso-2022-jp" : undeclared)
        if bytes.contains(where: { $0 >= 0x80 }) { isSound = false }
        return text
    }

    private mutating func charset(_ bytes: [UInt8], _ label: String?) -> String {
        let (text, isRight) = Charset.decode(bytes, label: label)
        if !isRight { isSound = false }
        return text
    }

    /// A word that holds a whole mailbox, name and address, as some programs encode a field from end to end.
    private static func mailbox(_ words: String) -> [UInt8]? {
        guard words.utf8.contains(UInt8(ascii: "@")), let found = LooseAddress.find(in: words) else { return nil }
        guard let address = address(found.address) else { return nil }
        return (found.name.isEmpty ? [] : encoded(found.name)) + Array(" <".utf8) + address + Array(">".utf8)
    }

    /// The bytes of an address that has nothing in it which GMime's grammar gives a meaning.
    private static func address(_ text: String) -> [UInt8]? {
        let bytes = Array(text.trimmingBlanks.utf8)
        let isPlain = bytes.allSatisfy { $0.isWordByte || "@.-+".utf8.contains($0) }
        return isPlain && bytes.contains(UInt8(ascii: "@")) ? bytes : nil
    }

    /// Whether a run is all that angle brackets hold.
    private static func isBracketed(_ runs: [Run], _ index: Int) -> Bool {
        guard index > 0, index + 1 < runs.count, case .plain(let before) = runs[index - 1],
            case .plain(let after) = runs[index + 1]
        else { return false }
        return before.last { $0 > 0x20 } == UInt8(ascii: "<") && after.first { $0 > 0x20 } == UInt8(ascii: ">")
    }

    /// One word, whatever its length: it is for GMime's eyes only.
    private static func encoded(_ text: String) -> [UInt8] {
        guard !text.isEmpty else { return [] }
        let digits = Array("0123456789ABCDEF".utf8)
        var word = Array("=?utf-8?Q?".utf8)
        for byte in CleanText.line(text).utf8 {
            if byte.isWordByte, byte != UInt8(ascii: "_") {
                word.append(byte)
            } else {
                word += [UInt8(ascii: "="), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return word + "?=".utf8
    }

    private static let separators = Array(",;:".utf8)

    private static func endsItem(_ runs: [Run], before index: Int) -> Bool {
        guard index > 0 else { return true }
        guard case .plain(let bytes) = runs[index - 1] else { return false }
        guard let last = bytes.last(where: { $0 > 0x20 }) else { return index == 1 }
        return separators.contains(last)
    }

    private static func beginsItem(_ runs: [Run], after index: Int) -> Bool {
        guard index + 1 < runs.count else { return true }
        guard case .plain(let bytes) = runs[index + 1] else { return false }
        guard let first = bytes.first(where: { $0 > 0x20 }) else { return index + 2 == runs.count }
        return separators.contains(first)
    }
}
