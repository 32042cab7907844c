internal import DeskModel

/// Writes the lines of one reply, each behind the tag of the command, at the end of a buffer.
///
///     @7 - #42 queue=inbox state=new …
///     @7 OK list n=1 at=27
public struct Reply: Equatable, Sendable {
    /// The command's tag; `nil`: it had none.
    public let tag: String?

    /// The reply to a command with that tag.
    public init(tag: String? = nil) {
        self.tag = tag
    }

    /// Appends the final line, whose hint names only what `reader` may do. Nothing of this reply may follow it.
    public func end(_ final: Final, for reader: HintReader = .stranger, to out: inout [UInt8]) {
        begin(&out)
        final.append(for: reader, to: &out)
        out.append(Ascii.feed)
    }

    /// Appends a text as text lines, one for each of its lines; returns how many.
    ///
    /// A line over `Limits.line` bytes goes on in lines that begin with `\`. `continued`: the first one goes on what
    /// an earlier page began.
    @discardableResult
    public func text(_ text: String, continued: Bool = false, to out: inout [UInt8]) -> Int {
        let bytes = Array(text.utf8)
        var lines = 0
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: Ascii.feed) ?? bytes.count
            line(bytes, start..<end, mark: continued && lines == 0 ? Ascii.backslash : Ascii.bar, to: &out)
            lines += 1
            start = end + 1
        }
        return lines
    }

    private func line(_ text: [UInt8], _ range: Range<Int>, mark: UInt8, to out: inout [UInt8]) {
        var start = out.count
        begin(&out)
        out.append(mark)
        var at = range.lowerBound
        while at < range.upperBound {
            let room = Limits.line - WireLimits.widest - (out.count - start)
            guard room > 0 else {
                out.append(Ascii.feed)
                start = out.count
                begin(&out)
                out.append(Ascii.backslash)
                continue
            }
            let end = text.harmlessEnd(from: at, before: min(range.upperBound, at + room))
            if end > at {
                out.append(contentsOf: text[at..<end])
                at = end
            } else {
                at += out.putNeutral(text, at)
            }
        }
        out.append(Ascii.feed)
    }

    /// Appends bytes as text lines of base64 (RFC 4648), 57 bytes a line; returns how many lines.
    @discardableResult
    public func base64(_ bytes: some Collection<UInt8>, to out: inout [UInt8]) -> Int {
        var rest = bytes[...]
        var lines = 0
        while !rest.isEmpty {
            begin(&out)
            out.append(Ascii.bar)
            out.base64(rest.prefix(57))
            out.append(Ascii.feed)
            rest = rest.dropFirst(57)
            lines += 1
        }
        return lines
    }

    /// Bytes that each text line of a reply has beside its text: tag, mark, end of line.
    public static func bytesPerLine(_ tag: String?) -> Int {
        2 + (tag.map { $0.utf8.count + 2 } ?? 0)
    }

    /// Begins a line of the reply.
    func begin(_ out: inout [UInt8]) {
        guard let tag else { return }
        out.append(Ascii.at)
        out.put(tag)
        out.append(Ascii.space)
    }

    /// Appends a record: its subject and its pairs.
    func record(to out: inout [UInt8], _ write: (inout [UInt8]) -> Void) {
        begin(&out)
        out.put("- ")
        write(&out)
        out.append(Ascii.feed)
    }
}

extension [UInt8] {
    fileprivate mutating func base64(_ bytes: some Collection<UInt8>) {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var rest = bytes[...]
        while !rest.isEmpty {
            let three = rest.prefix(3)
            let word = three.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - three.count))
            for place in 0..<4 {
                append(place <= three.count ? alphabet[word >> (18 - 6 * place) & 63] : Ascii.equals)
            }
            rest = rest.dropFirst(3)
        }
    }
}
