/// Paragraphs out of text that its sender broke into short lines only for the way (RFC 3676, `format=flowed`).
enum FlowedText {
    /// The text with LF line ends, its paragraphs one line each; quoted lines keep their marks, at the depth they had.
    ///
    /// `deletesSpace`: the blank that marks a soft break is none of the text's own (`delsp=yes`).
    static func unwrapped(_ text: String, deletesSpace: Bool) -> String {
        var paragraphs: [UInt8] = []
        paragraphs.reserveCapacity(text.utf8.count)
        // The depth of the paragraph that goes on; another depth ends it, whatever its last line says (§4.5).
        var open: Int?
        var isFirst = true
        for line in text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false) {
            let depth = line.prefix { $0 == UInt8(ascii: ">") }.count
            var words = line.dropFirst(depth)
            // What begins with a blank, a mark or `From ` was stuffed with one (§4.4).
            if words.first == 0x20 { words = words.dropFirst() }
            let isSignature = words.elementsEqual("-- ".utf8)
            if open != depth || isSignature {
                if !isFirst { paragraphs.append(0x0A) }
                paragraphs += repeatElement(UInt8(ascii: ">"), count: depth)
                if depth > 0, !words.isEmpty { paragraphs.append(0x20) }
            }
            paragraphs += words
            let isSoft = !isSignature && words.last == 0x20
            if isSoft, deletesSpace { paragraphs.removeLast() }
            open = isSoft ? depth : nil
            isFirst = false
        }
        return String(decoding: paragraphs, as: UTF8.self)
    }
}
