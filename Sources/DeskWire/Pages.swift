/// Cuts a long text, given piece by piece, into pages: after a line if there is one, else within it.
struct Pages {
    /// Where the page ended before the text did, in bytes of the whole text.
    private(set) var cut: Int?
    private var skipped: Int
    private var position = 0
    private var left: Int
    private var endsLine = true

    /// A page that begins at `offset` and takes at most `most` bytes.
    init(from offset: Int, most: Int) {
        skipped = max(0, offset)
        left = max(1, most)
        endsLine = true
    }

    /// What of `text` stands on this page, without taking it.
    func peek(_ text: String) -> String? {
        var copy = self
        return copy.next(text)?.text
    }

    /// What of `text` stands on this page, and whether it goes on within a line; `nil`: nothing of it.
    mutating func next(_ text: String) -> (text: String, isContinued: Bool)? {
        let bytes = text.utf8
        let start = min(skipped, bytes.count)
        skipped -= start
        position += start
        guard cut == nil, start < bytes.count else { return nil }
        let from = bytes.index(bytes.startIndex, offsetBy: start)
        let isContinued = start > 0 && bytes[bytes.index(before: from)] != Ascii.feed
        guard bytes.count - start > left else {
            left -= bytes.count - start
            position += bytes.count - start
            return (String(decoding: bytes[from...], as: UTF8.self), isContinued)
        }
        let page = bytes[from..<bytes.index(from, offsetBy: left)]
        let length = Pages.length(of: page)
        position += length
        cut = position
        return (String(decoding: page.prefix(length), as: UTF8.self), isContinued)
    }

    /// Up to the last line end in `page`, else up to its last whole character.
    private static func length(of page: Substring.UTF8View) -> Int {
        if let feed = page.lastIndex(of: Ascii.feed) { return page.distance(from: page.startIndex, to: feed) + 1 }
        // A text over the page in one line: the next byte may belong to a character that has begun here.
        let begun = page.suffix(4).reversed().firstIndex { $0 & 0xC0 != 0x80 }
        guard let begun, page[page.index(before: begun.base)] >= 0xC0 else { return page.count }
        let length = page.distance(from: page.startIndex, to: page.index(before: begun.base))
        return length > 0 ? length : page.count
    }
}

extension String {
    /// Lines that this text makes: an end of line at its end begins no other.
    var lineCount: Int {
        utf8.count { $0 == Ascii.feed } + (utf8.last.map { $0 == Ascii.feed ? 0 : 1 } ?? 0)
    }
}
