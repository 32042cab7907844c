/// Readable text out of HTML's tags and words, which arrive in the order of the document.
///
/// Works on bytes. Newlines and blanks are only remembered when they are met and written when a word follows, so that
/// empty elements leave no holes.
struct PlainText {
    private(set) var bytes: [UInt8] = []
    private var pendingNewlines = 0
    private var pendingSpace = false
    private var isAtLineStart = true
    private var muted = 0
    private var verbatim = 0
    private var quotes = 0
    private var cells = 0
    private var lists: [Int] = []
    private var links: [(target: String, start: Int)] = []

    /// Elements whose content nobody sees.
    private static let mute: Set<String> = [
        "script", "style", "head", "title", "template", "noscript", "svg", "math", "object", "iframe", "select",
        "textarea",
    ]
    /// Those of them that take room between words all the same.
    private static let replaced: Set<String> = ["svg", "math", "object", "iframe", "select", "textarea"]
    /// Elements that stand on lines of their own, and how many newlines part them from their neighbours.
    private static let blocks: [String: Int] = [
        "p": 2, "div": 1, "h1": 2, "h2": 2, "h3": 2, "h4": 2, "h5": 2, "h6": 2, "ul": 1, "ol": 1, "li": 1,
        "table": 1, "tr": 1, "blockquote": 1, "pre": 1, "hr": 1, "section": 1, "article": 1, "header": 1, "footer": 1,
        "address": 1, "dl": 1, "dt": 1, "dd": 1, "form": 1, "center": 1, "fieldset": 1, "figure": 1,
    ]

    /// An element begins; `target` is a link's, `alternative` an image's.
    mutating func open(_ tag: String, target: String?, alternative: String?, isHidden: Bool) {
        if muted > 0 || isHidden || Self.mute.contains(tag) {
            if muted == 0, !isHidden, Self.replaced.contains(tag) { pendingSpace = true }
            muted += 1
            return
        }
        if let newlines = Self.blocks[tag] { newline(newlines) }
        switch tag {
        case "br": newline(pendingNewlines + 1)
        case "ul": lists.append(0)
        case "ol": lists.append(1)
        case "li": item()
        case "tr": cells = 0
        case "td", "th":
            if cells > 0 { word("  ") }
            cells += 1
        case "blockquote": quotes += 1
        case "pre": verbatim += 1
        case "hr": word("----")
        case "img": image(alternative ?? "")
        case "video", "audio", "canvas", "embed", "input", "button", "map", "progress", "meter", "picture":
            pendingSpace = true
        case "a": links.append((target ?? "", bytes.count))
        default: break
        }
    }

    /// The element ends that was opened last.
    mutating func close(_ tag: String) {
        guard muted == 0 else {
            muted -= 1
            return
        }
        switch tag {
        case "ul", "ol": _ = lists.popLast()
        case "blockquote": quotes = max(0, quotes - 1)
        case "pre": verbatim = max(0, verbatim - 1)
        case "a": if let link = links.popLast() { show(link.target, from: link.start) }
        default: break
        }
        if let newlines = Self.blocks[tag] { newline(newlines) }
    }

    /// Words between two tags. U+00A0 is a blank; other controls than white space are dropped.
    mutating func text(_ words: some Sequence<UInt8>) {
        guard muted == 0 else { return }
        var lead = false
        for byte in words {
            if lead {
                lead = false
                if byte == 0xA0 {
                    pendingSpace = true
                    continue
                }
                put(0xC2)
                put(byte)
            } else if byte == 0xC2 {
                lead = true
            } else {
                take(byte)
            }
        }
    }

    private mutating func take(_ byte: UInt8) {
        switch byte {
        case 0x0A where verbatim > 0: newline(pendingNewlines + 1)
        case 0x20 where verbatim > 0, 0x09 where verbatim > 0: put(0x20)
        case 0x20, 0x09, 0x0A, 0x0C, 0x0D: pendingSpace = true
        case 0..<0x20, 0x7F: break
        default: put(byte)
        }
    }

    /// An image parts the words beside it, even if it says nothing.
    private mutating func image(_ alternative: String) {
        let words = alternative.trimmingBlanks
        pendingSpace = true
        guard !words.isEmpty else { return }
        for byte in ("[" + words + "]").utf8 where byte >= 0x20 && byte != 0x7F { put(byte) }
        pendingSpace = true
    }

    private mutating func item() {
        guard let number = lists.last, number > 0 else { return word("- ") }
        word("\(number). ")
        lists[lists.count - 1] += 1
    }

    /// A link's real target goes behind its words, unless they are the target.
    private mutating func show(_ target: String, from start: Int) {
        let isMail = target.hasPrefix("mailto:")
        guard isMail || target.hasPrefix("http://") || target.hasPrefix("https://"), bytes.count > start else { return }
        let bare = isMail ? String(target.dropFirst(7)) : target
        guard !bytes[start...].contains(bare.utf8) else { return }
        put(0x20)
        put(UInt8(ascii: "<"))
        text(bare.utf8)
        put(UInt8(ascii: ">"))
    }

    private mutating func word(_ word: String) {
        pendingSpace = false
        flush()
        for byte in word.utf8 where byte >= 0x20 && byte != 0x7F { bytes.append(byte) }
    }

    private mutating func newline(_ count: Int) {
        pendingNewlines = min(2, max(pendingNewlines, count))
        pendingSpace = false
    }

    private mutating func put(_ byte: UInt8) {
        flush()
        bytes.append(byte)
    }

    private mutating func flush() {
        if pendingNewlines > 0 {
            if !bytes.isEmpty { for _ in 0..<pendingNewlines { bytes.append(0x0A) } }
            pendingNewlines = 0
            pendingSpace = false
            isAtLineStart = true
        }
        if isAtLineStart {
            for _ in 0..<min(quotes, 8) { bytes += [UInt8(ascii: ">"), 0x20] }
            isAtLineStart = false
            pendingSpace = false
        }
        if pendingSpace {
            pendingSpace = false
            if bytes.last != 0x20 { bytes.append(0x20) }
        }
    }
}

extension ArraySlice<UInt8> {
    /// Whether the bytes of `part` stand somewhere in it. The product of the lengths is bounded by the caller's text.
    fileprivate func contains(_ part: String.UTF8View) -> Bool {
        guard let first = part.first, part.count <= count else { return part.isEmpty }
        // Only short anchors are searched: nobody reads a target of that length in the words before it.
        guard part.count <= 2048, count <= 8192 else { return false }
        return indices.contains { self[$0] == first && self[$0...].starts(with: part) }
    }
}
