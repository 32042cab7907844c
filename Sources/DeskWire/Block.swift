internal import DeskModel

/// A block that has begun: its head line, and its text as far as it has come.
struct Block: Sendable {
    /// The head line without its `<<`.
    let head: [UInt8]
    let tag: String?
    /// The first thing that is wrong with it; it is consumed all the same.
    private(set) var flaw: Malformed?
    private(set) var text: [UInt8] = []
    /// Bytes read for it, kept or not.
    private(set) var swallowed = 0
    private var hasLines = false

    init(head: [UInt8], tag: String?, flaw: Malformed?) {
        self.head = head
        self.tag = tag
        self.flaw = flaw
    }

    /// Adds a line that ends neither the block nor itself too late.
    mutating func append(_ bytes: [UInt8], _ range: Range<Int>) {
        swallow(range.count + 1)
        guard flaw == nil else { return }
        if let flaw = bytes.flaw(in: range) { return refuse(flaw) }
        let mark = range.isEmpty ? 0 : bytes[range.lowerBound]
        let goesOn = mark == Ascii.backslash
        if hasLines && !goesOn { text.append(Ascii.feed) }
        hasLines = true
        text.append(contentsOf: bytes[range].dropFirst(goesOn || mark == Ascii.bar ? 1 : 0))
        if text.count > Limits.block { refuse(.textTooLong(most: Limits.block)) }
    }

    /// Counts bytes that are not kept.
    mutating func swallow(_ count: Int) {
        swallowed += count
    }

    /// The first flaw is the one that is told; the text is of no use any more.
    mutating func refuse(_ why: Malformed) {
        flaw = flaw ?? why
        text = []
    }
}

/// What is remembered of a line that is too long: its tag, and whether its last word opens a block, since what follows
/// such a line is text and must not be executed.
struct Overlong: Sendable {
    var tag: String?
    var tail = Tail()

    /// Looks for ` <<` and blanks at the end of a line that comes byte by byte.
    struct Tail: Sendable {
        private enum Step { case word, blank, one, two, after }
        private var step = Step.blank

        mutating func see(_ byte: UInt8) {
            let isBlank = byte.isBlank || byte == Ascii.carriageReturn
            switch step {
            case .blank where byte == Ascii.less: step = .one
            case .after where byte == Ascii.less: step = .one
            case .one where byte == Ascii.less: step = .two
            case .two where isBlank, .after where isBlank: step = .after
            default: step = isBlank ? .blank : .word
            }
        }

        var opensBlock: Bool {
            step == .two || step == .after
        }
    }
}

extension [UInt8] {
    /// Where the head of a block ends, if the trimmed line's last word is `<<`.
    func blockMark(in line: Range<Int>) -> Int? {
        let mark = line.upperBound - 2
        guard line.count >= 2, self[mark] == Ascii.less, self[mark + 1] == Ascii.less else { return nil }
        guard mark == line.lowerBound || self[mark - 1].isBlank else { return nil }
        return trimmed(line.lowerBound..<mark).upperBound
    }

    /// Whether a web browser has lost its way: `GET / HTTP/1.1`.
    func looksLikeHTTP(_ line: Range<Int>) -> Bool {
        guard line.count > 12, holds(" HTTP/", at: (line.upperBound - 9)..<(line.upperBound - 3)) else { return false }
        let method = self[line].prefix { !$0.isBlank }
        return method.allSatisfy { $0.isLetter && $0 == $0 & ~0x20 }
    }
}
