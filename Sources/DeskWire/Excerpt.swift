public import DeskModel

/// What one page shows of a passage.
public struct Excerpt: Equatable, Sendable {
    /// The record that comes before the lines, where they are not simply the next new text.
    public enum Part: String, Equatable, Sendable {
        /// `part=text`: new text behind old text.
        case text
        /// `part=quoted`: old text, a signature.
        case quoted
    }

    /// `nil`: the lines need no record of their own.
    public let part: Part?
    /// Lines of the passage: those in `text`, or all of them if they are left out.
    public let lines: Int
    /// What is shown; empty if it is left out.
    public let text: String
    /// The first line is the rest of a line that an earlier page began.
    public let isContinued: Bool
}

/// Cuts the passages of one text into pages: behind a line if there is one, else behind a character.
///
/// It asks for the bytes that a page shows and for no others, so that a long text never is in memory as a whole.
public struct Excerpts {
    /// Where the page ended before the text did, in bytes of everything that is shown; `nil`: at the end of the text.
    public private(set) var cut: Int?
    /// Bytes that the page takes on the wire, about.
    public private(set) var size = 0
    /// Bytes that were read for it.
    public private(set) var bytesRead = 0

    private let quotes: Quotes
    private let most: Int
    private let perLine: Int
    private var skipped: Int
    private var position = 0
    private var isPlain = true

    /// Bytes of a passage that are read at a time where only its lines are counted.
    private static let slice = 65_536

    /// A page that begins at byte `offset` of what is shown and takes at most `most` bytes, each line counted with
    /// `perLine` bytes for what comes before and behind it on the wire.
    public init(quotes: Quotes, from offset: Int = 0, most: Int = .max, perLine: Int = 2) {
        self.quotes = quotes
        self.most = max(1, most)
        self.perLine = perLine
        skipped = max(0, offset)
    }

    /// What the page shows of the next passage, which has `count` bytes; `nil`: nothing.
    public mutating func take<Failure>(
        _ kind: Passage.Kind, count: Int, read: (Range<Int>) throws(Failure) -> [UInt8]
    ) throws(Failure) -> Excerpt? {
        let part: Excerpt.Part? = kind == .quoted ? .quoted : isPlain ? nil : .text
        isPlain = isPlain && kind == .new
        guard cut == nil, count > 0 else { return nil }
        if kind == .quoted, quotes == .leftOut {
            guard skipped == 0 else { return nil }
            return Excerpt(part: part, lines: try countLines(count, read), text: "", isContinued: false)
        }
        let start = min(skipped, count)
        skipped -= start
        position += start
        guard start < count else { return nil }
        guard size < most else {
            cut = position
            return nil
        }
        // One byte before it, which tells whether a line goes on; one behind it, whether a character does.
        let from = max(0, start - 1)
        let room = most - size
        let bytes = try read(from..<(count - start > room ? start + room + 1 : count))
        bytesRead += bytes.count
        let page = fit(bytes[(start - from)...], isWhole: from + bytes.count == count)
        position += page.count
        if start + page.count < count { cut = position }
        let text = String(decoding: page, as: UTF8.self)
        return Excerpt(
            part: part, lines: text.lineCount, text: text,
            isContinued: start > 0 && bytes.first != Ascii.feed)
    }

    /// What of `bytes` is on this page.
    private mutating func fit(_ bytes: ArraySlice<UInt8>, isWhole: Bool) -> ArraySlice<UInt8> {
        let before = size
        size += perLine
        var end = bytes.startIndex
        var lineEnd = end
        var sizeThere = size
        while end < bytes.endIndex, size < most || end == bytes.startIndex {
            size += 1
            end += 1
            guard bytes[end - 1] == Ascii.feed else { continue }
            (lineEnd, sizeThere) = (end, size)
            if end < bytes.endIndex { size += perLine }
        }
        if end == bytes.endIndex, isWhole { return bytes }
        if lineEnd > bytes.startIndex {
            size = sizeThere
            return bytes[..<lineEnd]
        }
        var whole = min(end, bytes.endIndex - 1)
        while whole > bytes.startIndex, bytes[whole] & 0xC0 == 0x80 { whole -= 1 }
        if whole == bytes.startIndex { whole = end }
        size = max(before + 1, size)
        return bytes[..<whole]
    }

    private mutating func countLines<Failure>(
        _ count: Int, _ read: (Range<Int>) throws(Failure) -> [UInt8]
    ) throws(Failure) -> Int {
        var lines = 0
        var last = Ascii.feed
        for start in stride(from: 0, to: count, by: Excerpts.slice) {
            let bytes = try read(start..<min(count, start + Excerpts.slice))
            lines += bytes.count { $0 == Ascii.feed }
            last = bytes.last ?? last
        }
        bytesRead += count
        return lines + (last == Ascii.feed ? 0 : 1)
    }
}

extension String {
    /// Lines that this text makes: an end of line at its end begins no other.
    var lineCount: Int {
        utf8.count { $0 == Ascii.feed } + (utf8.last.map { $0 == Ascii.feed ? 0 : 1 } ?? 0)
    }
}
