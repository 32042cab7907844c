/// What goes out: commands as they are typed, and the lines of a block in a form in which nothing can be special.
///
/// A command whose last word is `<<` opens a block. Inside, every line goes out behind a `|`, so that a pasted mail
/// can neither end the block nor run; only a `.` or `.cancel` typed by hand ends it.
public struct Outgoing: Sendable {
    /// The longest line on the wire, in bytes without its ending.
    public static let limit = 4000

    /// Whether a block is open, so that what comes next is text.
    public private(set) var isBlockOpen = false
    /// How many commands have gone out; each is owed one final line.
    public private(set) var commands = 0

    /// Begins outside a block, with nothing sent.
    public init() {}

    /// The wire lines for one line typed by hand; a blank line outside a block is none.
    public mutating func typed(_ line: [UInt8]) -> [[UInt8]] {
        let inside = isBlockOpen
        passes(line)
        if inside { return isBlockOpen ? Self.quoted(line) : [line] }
        return line.allSatisfy(\.isBlank) ? [] : [line]
    }

    /// Follows a line that a program wrote in wire form and that goes out unchanged.
    public mutating func passes(_ line: some BidirectionalCollection<UInt8>) {
        if isBlockOpen {
            if line.elementsEqual(".".utf8) || line.elementsEqual(".cancel".utf8) { isBlockOpen = false }
        } else if !line.allSatisfy(\.isBlank) {
            commands += 1
            isBlockOpen = Self.opensBlock(line)
        }
    }

    /// Whether the last word of a command is `<<`.
    static func opensBlock(_ line: some BidirectionalCollection<UInt8>) -> Bool {
        line.split(whereSeparator: \.isBlank).last?.elementsEqual("<<".utf8) == true
    }

    /// One line of text for an open block: behind `|`, cut where it is too long and carried on behind `\`.
    ///
    /// What the desk would refuse the whole block for is mended here: control characters other than tabs go, bytes that
    /// are no UTF-8 become U+FFFD.
    public static func quoted(_ line: some Collection<UInt8>) -> [[UInt8]] {
        let text = cleaned(line)
        var lines: [[UInt8]] = []
        var at = 0
        repeat {
            var end = min(at + limit - 1, text.count)
            while end < text.count, text[end] & 0xC0 == 0x80 { end -= 1 }
            lines.append([UInt8(ascii: lines.isEmpty ? "|" : "\\")] + text[at..<end])
            at = end
        } while at < text.count
        return lines
    }

    /// The line as UTF-8 without control characters other than tabs.
    static func cleaned(_ line: some Collection<UInt8>) -> [UInt8] {
        var scalars = String(decoding: line, as: UTF8.self).unicodeScalars
        scalars.removeAll { $0 != "\t" && $0.properties.generalCategory == .control }
        return Array(String(scalars).utf8)
    }

    /// Whether a command carries a secret and is therefore kept out of the history.
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
    /// Whether this is what the protocol separates words by.
    var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }
}
