internal import DeskModel

/// Cuts what a connection receives into lines and blocks; one for each connection, a few words of memory while idle.
///
/// Any split of the same bytes gives the same inputs. What is not complete is kept until it is, a line up to
/// `Limits.line` bytes and a block up to `Limits.block`; what never completes is never done (PROTOCOL.md, "Lines" and
/// "Blocks"). An over-long line is swallowed to its end and refused by the tag that it began with.
public struct LineReader: Sendable {
    /// The beginning of a line whose end has not come yet.
    private var begun: [UInt8] = []
    /// What is remembered of a line that has already become too long.
    private var overlong: Overlong?
    private var block: Block?
    /// No line that says anything has come yet: only then is HTTP suspected.
    private var isFresh = true
    private var isHungUp = false

    /// Begins before the first byte of a connection.
    public init() {}

    /// Reads `bytes` from index `start` on, gives what is complete to `each`, and stops after `most` inputs.
    ///
    /// Returns the index up to which it has read; the caller gives the rest again later. Blank lines are no inputs.
    /// After a `.hangUp` everything is swallowed.
    public mutating func take(
        _ bytes: [UInt8], from start: Int = 0, most: Int = .max, each: (Input) -> Void
    ) -> Int {
        var at = start
        var left = most
        while at < bytes.count, left > 0 {
            if isHungUp { return bytes.count }
            guard let end = bytes[at...].firstIndex(of: Ascii.feed) else {
                begin(bytes, at..<bytes.count)
                if let input = patience() { each(input) }
                return bytes.count
            }
            if let input = finish(bytes, at..<end) {
                each(input)
                left -= 1
            }
            at = end + 1
        }
        return at
    }

    /// Keeps the beginning of a line, or as much of it as matters once it is too long.
    private mutating func begin(_ bytes: [UInt8], _ range: Range<Int>) {
        // One byte more than a line may have: it can be the CR before the LF.
        if overlong == nil && begun.count + range.count <= Limits.line + 1 {
            begun.append(contentsOf: bytes[range])
        } else {
            discard(bytes, range)
        }
    }

    private mutating func finish(_ bytes: [UInt8], _ range: Range<Int>) -> Input? {
        if begun.isEmpty && overlong == nil { return whole(bytes, range) }
        begin(bytes, range)
        if let overlong { return finish(overlong) }
        let line = begun
        begun = []
        return whole(line, 0..<line.count)
    }

    private mutating func whole(_ bytes: [UInt8], _ range: Range<Int>) -> Input? {
        let hasReturn = !range.isEmpty && bytes[range.upperBound - 1] == Ascii.carriageReturn
        let line = hasReturn ? range.lowerBound..<(range.upperBound - 1) : range
        guard line.count <= Limits.line else {
            discard(bytes, range)
            return overlong.flatMap { finish($0) }
        }
        return block == nil ? head(bytes, line) : blockLine(bytes, line)
    }

    /// A line outside a block.
    private mutating func head(_ bytes: [UInt8], _ range: Range<Int>) -> Input? {
        let line = bytes.trimmed(range)
        guard !line.isEmpty else { return nil }
        if isFresh && bytes.looksLikeHTTP(line) { return hangUp(.http) }
        isFresh = false
        let flaw = bytes.flaw(in: line)
        if let cut = bytes.blockMark(in: line) {
            let head = Array(bytes[line.lowerBound..<cut])
            block = Block(head: head, tag: Line.tag(of: head, 0..<head.count), flaw: flaw)
            return nil
        }
        if let flaw { return .malformed(flaw, tag: Line.tag(of: bytes, line)) }
        return Line.read(bytes, line, block: nil)
    }

    private mutating func blockLine(_ bytes: [UInt8], _ range: Range<Int>) -> Input? {
        if bytes.holds(".", at: range) { return endBlock() }
        if bytes.holds(".cancel", at: range) {
            defer { block = nil }
            return .malformed(.canceled, tag: block?.tag)
        }
        // In place: a second owner would copy the whole text for each of its lines.
        block?.append(bytes, range)
        return patience()
    }

    /// Whether a block has begun and not ended.
    public var isInBlock: Bool {
        block != nil
    }

    /// The line that began the block that is being read, without the text that has arrived so far; `nil` outside a
    /// block, and where that line is wrong.
    public var openLine: Line? {
        guard let block, block.flaw == nil else { return nil }
        guard case .line(let line) = Line.read(block.head, 0..<block.head.count, block: "-") else { return nil }
        return line
    }

    private mutating func endBlock() -> Input? {
        guard let ended = block else { return nil }
        block = nil
        if let flaw = ended.flaw { return .malformed(flaw, tag: ended.tag) }
        let text = String(decoding: ended.text, as: UTF8.self)
        return Line.read(ended.head, 0..<ended.head.count, block: text)
    }

    /// Takes in more of a line that is too long, without keeping it.
    private mutating func discard(_ bytes: [UInt8], _ range: Range<Int>) {
        var rest = overlong ?? Overlong()
        if overlong == nil && block == nil {
            let beginning = Array((begun + bytes[range].prefix(Limits.line)).prefix(Limits.line))
            rest.tag = Line.tag(of: beginning, 0..<beginning.count, goesOn: true)
        }
        if block == nil {
            for byte in begun { rest.tail.see(byte) }
            for byte in bytes[range] { rest.tail.see(byte) }
        }
        block?.swallow(begun.count + range.count)
        begun = []
        overlong = rest
    }

    private mutating func finish(_ line: Overlong) -> Input? {
        overlong = nil
        isFresh = false
        if block != nil {
            block?.refuse(.lineTooLong)
            return patience()
        }
        guard line.tail.opensBlock else { return .malformed(.lineTooLong, tag: line.tag) }
        block = Block(head: [], tag: line.tag, flaw: .lineTooLong)
        return nil
    }

    /// A block many times over its limit is not swallowed any longer.
    private mutating func patience() -> Input? {
        guard block?.swallowed ?? 0 > Limits.block * Limits.blockPatience else { return nil }
        return hangUp(.endlessBlock)
    }

    private mutating func hangUp(_ why: Input.HangUp) -> Input {
        isHungUp = true
        (begun, overlong, block) = ([], nil, nil)
        return .hangUp(why)
    }
}
