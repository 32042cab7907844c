/// Encodes typed lines as lines of DESK/1 and keeps track of open blocks.
///
/// A command whose last word is `<<` opens a block. In a block, `|` is put before every line, so that pasted text can
/// neither end the block nor be executed; only a typed `.` or `.cancel` ends it.
public struct CommandEncoder: Sendable {
    /// The maximum length of a line of DESK/1, in bytes without its line ending.
    public static let maximumLineByteCount = 4000

    /// Whether a block is open: the next line is text, not a command.
    public private(set) var isBlockOpen = false
    /// How many commands have been encoded; the server answers each with one final.
    public private(set) var commandCount = 0

    /// Creates an encoder outside of a block.
    public init() {}

    /// Encodes a typed line. Empty for a blank line outside of a block.
    public mutating func encode(_ line: [UInt8]) -> [[UInt8]] {
        let wasBlockOpen = isBlockOpen
        track(line)
        if wasBlockOpen { return isBlockOpen ? Self.quoted(line) : [line] }
        return line.allSatisfy(\.isBlank) ? [] : [line]
    }

    /// Updates the state for a line that is already encoded, as programs write it to a pipe.
    public mutating func track(_ line: some BidirectionalCollection<UInt8>) {
        if isBlockOpen {
            if line.elementsEqual(".".utf8) || line.elementsEqual(".cancel".utf8) { isBlockOpen = false }
        } else if !line.allSatisfy(\.isBlank) {
            commandCount += 1
            isBlockOpen = Self.opensBlock(line)
        }
    }

    /// Whether the last word of a command is `<<`.
    static func opensBlock(_ line: some BidirectionalCollection<UInt8>) -> Bool {
        line.split(whereSeparator: \.isBlank).last?.elementsEqual("<<".utf8) == true
    }

    /// Encodes a line of text in an open block: `|`, then the text; a long line is continued on lines that begin with
    /// `\`.
    ///
    /// The server rejects blocks with control characters or invalid UTF-8. Control characters other than tabs are
    /// therefore removed, and invalid UTF-8 is replaced by U+FFFD.
    public static func quoted(_ line: some Collection<UInt8>) -> [[UInt8]] {
        let text = cleaned(line)
        var lines: [[UInt8]] = []
        var at = 0
        repeat {
            var end = min(at + maximumLineByteCount - 1, text.count)
            while end < text.count, text[end] & 0xC0 == 0x80 { end -= 1 }
            lines.append([UInt8(ascii: lines.isEmpty ? "|" : "\\")] + text[at..<end])
            at = end
        } while at < text.count
        return lines
    }

    /// The line as valid UTF-8, without control characters other than tabs.
    static func cleaned(_ line: some Collection<UInt8>) -> [UInt8] {
        var scalars = String(decoding: line, as: UTF8.self).unicodeScalars
        scalars.removeAll { $0 != "\t" && $0.properties.generalCategory == .control }
        return Array(String(scalars).utf8)
    }

    /// Whether a command may contain a secret and must not be stored in the history.
    public static func isSecret(_ line: some Collection<UInt8>) -> Bool {
        let verb = line.split(whereSeparator: \.isBlank).first { word in
            word.first != UInt8(ascii: "@") && word.first != UInt8(ascii: "!")
        }
        guard let verb else { return false }
        let word = String(decoding: verb, as: UTF8.self).lowercased()
        return ["login", "auth", "token", "passwd", "password"].contains(word)
    }
}

extension UInt8 {
    /// Whether this separates the words of a command.
    var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }
}
