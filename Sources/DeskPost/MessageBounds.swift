import DeskMail

/// Bounds what the structure of a message may cost GMime, before GMime sees it.
///
/// GMime compares each line that begins with two dashes with every open boundary, allocates for every part and every
/// field, and copies a field several times: a message of a few megabytes takes minutes. One pass over the lines follows
/// the structure as GMime 3.2 does (gmime-parser.c) and takes out what is beyond the bounds:
///
/// - what is nested too deep becomes a file of the type application/octet-stream;
/// - fields beyond the bounds of their header are removed, long ones lose their end, References their beginning;
/// - the message ends before the part with which it exceeds a bound of the whole.
struct MessageBounds {
    /// The bytes for the parser.
    private(set) var bytes: [UInt8]
    /// What was left out.
    private(set) var cuts = Cuts()
    /// Whether a header declared its content twice; the first counts.
    private(set) var hasTwoTypes = false

    private var edits = ByteEdits()
    private var open: [Container] = []
    private var entities = 0
    private var headerBytes = 0

    /// Bytes of all headers together.
    private static let headerBytesMaximum = 1 << 20

    /// A multipart or an attached message whose end has not been seen.
    private struct Container {
        /// What a line before each part begins with; empty for a message.
        var delimiter: [UInt8] = []
        /// Parts of a digest are messages unless they say something else (RFC 2046 §5.1.5).
        var isDigest = false
    }

    /// Bounds the bytes of a message or of a part with its header.
    init(_ raw: [UInt8]) {
        bytes = raw
        var header: Int? = 0
        while let start = header {
            guard entities < Bound.parts.maximum, headerBytes < Self.headerBytesMaximum else {
                endMessage(at: start)
                break
            }
            let (end, isMessage) = readEntity(at: start)
            header = isMessage ? end : nextPart(from: end)
        }
        if edits.count > 0 { bytes = edits.applied(to: bytes) }
    }

    /// Reads the header at `start`: where it ends, and whether the header of a message follows there.
    private mutating func readEntity(at start: Int) -> (end: Int, isMessage: Bool) {
        entities += 1
        var header = HeaderScan(isDigestPart: open.last?.isDigest ?? false)
        var line = start
        while line < bytes.count, delimiter(at: line) == nil {
            let next = bytes.nextLine(after: line)
            let isEmpty = bytes[line] == 0x0A || next == line + 2 && bytes[line] == 0x0D
            if !isEmpty { header.take(line..<next, of: bytes) }
            line = next
            if isEmpty { break }
        }
        headerBytes += header.keptBytes
        let container = header.container(in: bytes)
        if container != nil, open.count >= Bound.depth.maximum {
            cuts.leaveOut(1, of: .depth)
            declareFile(header, at: start)
            return (line, false)
        }
        remove(header.removals(in: bytes, &cuts))
        if !header.otherTypeFields.isEmpty { hasTwoTypes = true }
        switch container {
        case nil: return (line, false)
        case .multipart(let boundary, let isDigest):
            open.append(Container(delimiter: Array("--".utf8) + boundary, isDigest: isDigest))
            return (line, false)
        case .message:
            open.append(Container())
            return (line, true)
        }
    }

    private mutating func remove(_ ranges: some Sequence<Range<Int>>) {
        for range in ranges { edits.remove(range) }
    }

    /// Bounds a header and declares a file in the place of the container that it declares.
    private mutating func declareFile(_ header: HeaderScan, at start: Int) {
        // A message within a digest declares nothing.
        let field = header.typeField ?? start..<start
        let removals = header.removals(in: bytes, &cuts).filter { !field.overlaps($0) }
        remove(removals.prefix { $0.lowerBound < field.lowerBound })
        edits.replace(field, with: Array("Content-Type: application/octet-stream\n".utf8))
        remove(removals.drop { $0.lowerBound < field.lowerBound })
    }

    /// Where the header of the next part begins; nil if there is none.
    private mutating func nextPart(from start: Int) -> Int? {
        var at = start
        while open.contains(where: { !$0.delimiter.isEmpty }), let line = bytes.dashLine(from: at) {
            at = bytes.nextLine(after: line)
            guard let found = delimiter(at: line) else { continue }
            open.removeSubrange((found.isEnd ? found.index : found.index + 1)...)
            if !found.isEnd { return at }
        }
        return nil
    }

    /// The container whose delimiter the line is, and whether it is the one at its end. White space may follow.
    private func delimiter(at line: Int) -> (index: Int, isEnd: Bool)? {
        let dash = UInt8(ascii: "-")
        guard line + 2 < bytes.count, bytes[line] == dash, bytes[line + 1] == dash else { return nil }
        for index in open.indices.reversed() {
            let delimiter = open[index].delimiter
            let end = line + delimiter.count
            // Of many delimiters that begin alike, most differ in their last byte.
            guard let last = delimiter.last, end <= bytes.count, bytes[end - 1] == last,
                bytes.has(delimiter, at: line)
            else { continue }
            if end + 1 < bytes.count, bytes[end] == dash, bytes[end + 1] == dash, isBlank(end + 2) {
                return (index, true)
            }
            if isBlank(end) { return (index, false) }
        }
        return nil
    }

    private func isBlank(_ start: Int) -> Bool {
        var at = start
        while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x09 || bytes[at] == 0x0D { at += 1 }
        return at >= bytes.count || bytes[at] == 0x0A
    }

    /// Ends the message where a part begins, and counts the parts behind it.
    private mutating func endMessage(at end: Int) {
        edits.remove(end..<bytes.count)
        var leftOut = 0
        var part: Int? = end
        while let start = part {
            leftOut += 1
            part = nextPart(from: start)
        }
        cuts.leaveOut(leftOut, of: .parts)
    }
}
