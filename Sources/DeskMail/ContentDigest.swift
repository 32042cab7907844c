/// What makes a mail the same mail when it is delivered twice: its header fields without the traces of its way, and
/// its body (the bytes of the content hash).
///
/// Works on raw bytes, whatever is in them, in one pass. Line ends count as one byte, because one way of delivery keeps
/// CRLF and the other does not.
public enum ContentDigest {
    private static let traces = ["received", "return-path", "delivered-to", "x-"].map { Array($0.utf8) }

    private static let newline: [UInt8] = [0x0A]

    /// Hands the bytes that count to `update`, in order, in pieces.
    public static func feed(_ raw: [UInt8], to update: (Span<UInt8>) -> Void) {
        var line = 0
        var isDropped = false
        while line < raw.count {
            let end = endOfLine(line, in: raw)
            if end.content == line { break }
            if !raw[line].isBlank { isDropped = isTrace(line, in: raw) }
            if !isDropped {
                update(raw.span.extracting(line..<end.content))
                update(newline.span)
            }
            line = end.next
        }
        // The empty line, so that a field cannot pass for the body's first line.
        update(newline.span)
        feed(raw, bodyFrom: min(raw.count, endOfLine(line, in: raw).next), to: update)
    }

    /// The body in pieces that end before every CR of a CRLF; blank lines at its end do not count.
    private static func feed(_ raw: [UInt8], bodyFrom first: Int, to update: (Span<UInt8>) -> Void) {
        guard let last = raw[first...].lastIndex(where: { $0 != 0x0A && $0 != 0x0D }) else { return }
        var start = first
        for at in first..<last where raw[at] == 0x0D && raw[at + 1] == 0x0A {
            if at > start { update(raw.span.extracting(start..<at)) }
            start = at + 1
        }
        update(raw.span.extracting(start..<(last + 1)))
    }

    /// Whether the line's field name is one of those that relays add.
    private static func isTrace(_ line: Int, in raw: [UInt8]) -> Bool {
        traces.contains { name in
            guard raw.count - line > name.count else { return false }
            guard name.indices.allSatisfy({ raw[line + $0].lowercasedASCII == name[$0] }) else { return false }
            let next = raw[line + name.count]
            return name.last == UInt8(ascii: "-") || next == UInt8(ascii: ":") || next.isBlank
        }
    }

    /// Where the line's own bytes end and where the next line begins. A CR alone ends a line too: some mails have
    /// nothing else.
    private static func endOfLine(_ start: Int, in raw: [UInt8]) -> (content: Int, next: Int) {
        guard start < raw.count else { return (raw.count, raw.count) }
        guard let end = raw[start...].firstIndex(where: { $0 == 0x0A || $0 == 0x0D }) else {
            return (raw.count, raw.count)
        }
        let isPair = raw[end] == 0x0D && end + 1 < raw.count && raw[end + 1] == 0x0A
        return (end, end + (isPair ? 2 : 1))
    }
}
