/// What a document may cost libgumbo, estimated before it is parsed.
///
/// Four things cost more than their length: a tag's attributes are compared with each other, an end tag is looked for
/// in all open elements, formatting elements (`<b>`) that are still open are made again in each block that follows, and
/// a tag that never ends is read again.
struct MarkupCost {
    private var openElements = 0
    private var deepest = 0
    private var openFormats = 0
    private var attributes = 0
    private var searches = 0
    private var repetitions = 0

    private static let tagBytesMaximum = 64 << 10
    private static let openElementsMaximum = 2000
    /// Comparisons of attributes, steps through open elements, elements made again: each one or two tenths of a second.
    private static let attributesMaximum = 50_000_000
    private static let searchesMaximum = 10_000_000
    private static let repetitionsMaximum = 200_000

    /// Whether libgumbo parses the document in reasonable time and memory.
    static func isBearable(_ html: [UInt8]) -> Bool {
        var cost = MarkupCost()
        var at = 0
        while let start = html.index(of: UInt8(ascii: "<"), from: at) {
            at = start + 1
            guard at < html.count, isNameStart(html[at]) || "/!?".utf8.contains(html[at]) else { continue }
            let (end, blanks) = endOfTag(html, from: at)
            guard end - start <= tagBytesMaximum else { return false }
            cost.take(html[at..<end], blanks: blanks)
            guard cost.isBearable else { return false }
            at = end
        }
        return true
    }

    /// Where the tag ends (`>`, or the end of the document), and how many blanks may part attributes in it; those in
    /// quotes do not.
    private static func endOfTag(_ html: [UInt8], from start: Int) -> (end: Int, blanks: Int) {
        var quote: UInt8 = 0
        var awaitsValue = false
        var blanks = 0
        for at in start..<html.count {
            let byte = html[at]
            if quote != 0 {
                if byte == quote { quote = 0 }
            } else if byte == UInt8(ascii: ">") {
                return (at, blanks)
            } else if byte == UInt8(ascii: "=") {
                awaitsValue = true
            } else if byte <= 0x20 || byte == UInt8(ascii: "/") {
                blanks += 1
            } else {
                if awaitsValue, byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") { quote = byte }
                awaitsValue = false
            }
            if at - start > tagBytesMaximum { return (at, blanks) }
        }
        return (html.count, blanks)
    }

    private static func isNameStart(_ byte: UInt8) -> Bool { byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A }

    private var isBearable: Bool {
        openElements <= Self.openElementsMaximum && attributes <= Self.attributesMaximum
            && searches <= Self.searchesMaximum && repetitions <= Self.repetitionsMaximum
    }

    /// Takes what is between the brackets of a tag.
    private mutating func take(_ tag: ArraySlice<UInt8>, blanks: Int) {
        searches += deepest
        repetitions += openFormats
        let isEnd = tag.first == UInt8(ascii: "/")
        let name = (isEnd ? tag.dropFirst() : tag).prefix(10).prefix(while: Self.isNameStart)
        let isFormat = Self.has(Self.formats, name)
        if isEnd {
            openElements -= 1
            if isFormat { openFormats = max(0, openFormats - 1) }
            return
        }
        attributes += blanks * blanks
        if isFormat { openFormats += 1 }
        guard !name.isEmpty, !Self.has(Self.unnested, name) else { return }
        openElements += 1
        deepest = max(deepest, openElements)
    }

    private static func has(_ names: [[UInt8]], _ name: ArraySlice<UInt8>) -> Bool {
        guard name.count <= 8 else { return false }
        return names.contains { $0.count == name.count && zip($0, name).allSatisfy { $0 == $1 | 0x20 } }
    }

    /// The list of active formatting elements of HTML 5.
    private static let formats = [
        "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
    ].map { Array($0.utf8) }
    /// Elements without content, and those that the next one of their kind ends.
    private static let unnested = [
        "area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "link", "meta", "option", "p",
        "param", "source", "track", "wbr",
    ].map { Array($0.utf8) }
}
