/// Cuts a mail's text into what its sender wrote and what he quoted.
///
/// Every line is classified by itself; then a few rules look at how the kinds stand together, each in one pass. Where
/// in doubt a line counts as new: hiding a customer's words is worse than showing an old line twice.
public struct Quotation {
    private let lines: [Substring]
    private var kinds: [QuotedLine]
    private var fates: [Segment.Kind]

    /// After a quote at the end of a mail, this many lines of text or more are an answer, not a signature.
    private static let answerLines = 7
    /// A signature has at most so many lines.
    private static let signatureLines = 20
    /// The last byte of the colon of Chinese and Japanese, U+FF1A.
    private static let wideColonEnd: UInt8 = 0x9A

    /// The runs of `text`, in order; blank lines at either end of a run are dropped.
    public static func segments(of text: String) -> [Segment] {
        var quotation = Quotation(text)
        quotation.decide()
        return quotation.runs()
    }

    private init(_ text: String) {
        lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { Substring($0) }
        kinds = lines.map { QuotedLine($0.utf8) }
        fates = Array(repeating: .new, count: lines.count)
    }

    private mutating func decide() {
        keepFences()
        joinIntroductions()
        settleIntroductions()
        dropEnvelopeOfPGP()
        dropDevices()
        dropSignature()
        settleRules()
        settleHeaders()
        guard kinds.contains(.text) else { return settleWithoutText() }
        guard !answerStandsBelow() else { return }
        cutAtIntroduction()
        cutAtBareIntroduction()
        drop { $0 == .attribution }
        cutAtHeaders()
        drop { $0 == .header }
        cutTrailingQuotes()
    }

    /// Nothing between two code fences is anything but text.
    private mutating func keepFences() {
        let fences = lines.indices.filter { lines[$0].hasPrefix("```") }
        for pair in stride(from: 0, to: fences.count - 1, by: 2) {
            for index in fences[pair]...fences[pair + 1] where kinds[index] != .blank { kinds[index] = .text }
        }
    }

    /// An introduction may be wrapped over some lines.
    private mutating func joinIntroductions() {
        for last in lines.indices.dropFirst() where lines[last].utf8.count < 200 {
            let end = lines[last].utf8.last { !$0.isBlank }
            guard end == UInt8(ascii: ":") || end == UInt8(ascii: ">") || end == Self.wideColonEnd else { continue }
            for first in stride(from: last - 1, through: max(0, last - 4), by: -1) {
                guard kinds[first].mayBeginIntroduction, lines[first].utf8.count < 200 else { break }
                if kinds[first] == .attribution, lines[first].utf8.last == UInt8(ascii: ":") { break }
                guard QuotedLine.beginsIntroduction(lines[first]), isIntroduction(first...last) else { continue }
                for index in first...last { kinds[index] = .attribution }
                break
            }
        }
    }

    /// Whether the lines together introduce a mail. Blank lines may stand only within an address in angle brackets.
    private func isIntroduction(_ range: ClosedRange<Int>) -> Bool {
        let joined = lines[range].joined(separator: " ").dropLast(while: { $0 == " " })
        if range.contains(where: { kinds[$0] == .blank }) {
            guard joined.contains("<"), joined.contains("@"), joined.contains(">") else { return false }
        }
        return QuotedLine.introducesMail(joined)
    }

    /// An introduction without address and time counts only with the quote right below it: "Am 3. schrieb ich:" may be
    /// anybody's own sentence.
    private mutating func settleIntroductions() {
        var below: QuotedLine = .blank
        for index in lines.indices.reversed() where kinds[index] != .blank {
            if kinds[index] == .attribution, below != .quote, below != .attribution,
                !QuotedLine.isCertain(lines[index]), !lines[index].hasPrefix(">")
            {
                kinds[index] = .text
            }
            below = kinds[index]
        }
    }

    private mutating func dropEnvelopeOfPGP() {
        var isInside = false
        for index in lines.indices where isInside || lines[index].hasPrefix("-----BEGIN PGP ") {
            if lines[index].hasPrefix("-----BEGIN PGP SIGNED MESSAGE-----") {
                settle(index, as: .signature)
                if index + 1 < lines.count, lines[index + 1].hasPrefix("Hash: ") { settle(index + 1, as: .signature) }
                continue
            }
            isInside = !lines[index].hasPrefix("-----END PGP ")
            settle(index, as: .signature)
        }
    }

    /// A telephone's line stands alone: below it nothing of its paragraph goes on.
    private mutating func dropDevices() {
        for index in lines.indices.reversed() where kinds[index] == .device {
            let next = index + 1 < kinds.count ? kinds[index + 1] : .blank
            if next == .text {
                kinds[index] = .text
            } else {
                settle(index, as: .signature)
            }
        }
    }

    /// Two dashes, and below them no more lines than a signature has, up to the next quote or the end.
    private mutating func dropSignature() {
        var end = lines.endIndex
        var size = 0
        for index in lines.indices.reversed() {
            switch kinds[index] {
            case .blank: continue
            case .attribution, .quote:
                end = index
                size = 0
            case .dashes:
                size += 1
                guard size <= Self.signatureLines else {
                    kinds[index] = .text
                    continue
                }
                for line in index..<end where kinds[line] != .gone { settle(line, as: .signature) }
            default: size += 1
            }
        }
    }

    /// Nothing but quotes: with an introduction they are an old mail, without one they are all there is to say.
    private mutating func settleWithoutText() {
        guard kinds.contains(.attribution) else { return }
        drop { $0 != .gone }
    }

    /// A drawn line belongs to what comes below it: to a quoted mail if that is one, else to the text. Only a line of
    /// underscores with a line or three below it, and then the end, begins a signature.
    private mutating func settleRules() {
        let first = kinds.firstIndex(of: .text) ?? lines.endIndex
        var below: QuotedLine = .quote
        var rest = 0
        for index in lines.indices.reversed() where kinds[index] != .blank && kinds[index] != .gone {
            if kinds[index] != .rule {
                below = kinds[index]
                rest = below == .text ? rest + 1 : Int.max / 2
            } else if below != .text {
                settle(index, as: .quoted)
            } else if rest <= 3, first < index, isUnderscored(index) {
                for line in lines.indices[index...] where kinds[line] != .gone { settle(line, as: .signature) }
                below = .quote
                rest = Int.max / 2
            } else {
                kinds[index] = .text
                rest += 1
            }
        }
    }

    private func isUnderscored(_ line: Int) -> Bool {
        lines[line].utf8.drop(while: \.isBlank).first == UInt8(ascii: "_")
    }

    /// Header fields count only where three of them stand together, one of them perhaps wrapped.
    private mutating func settleHeaders() {
        var start = 0
        while start < lines.count {
            guard kinds[start] == .header else {
                start += 1
                continue
            }
            var end = start + 1
            var fields = 1
            var next = start + 1
            while next < lines.count, kinds[next] == .header || kinds[next] == .text, next - end < 3 {
                if kinds[next] == .header {
                    fields += 1
                    end = next + 1
                }
                next += 1
            }
            for index in start..<end { kinds[index] = fields >= 3 ? .header : .text }
            start = end
        }
    }

    /// Whether a quote comes first and the answer below it, and then tells them apart.
    private mutating func answerStandsBelow() -> Bool {
        let order = lines.indices.filter { kinds[$0] != .gone }
        guard let first = order.first(where: { kinds[$0] != .blank }), kinds[first] == .attribution,
            let text = order.first(where: { kinds[$0] == .text }),
            order.allSatisfy({ $0 < text || kinds[$0] == .text || kinds[$0] == .blank }),
            order.contains(where: { $0 > first && $0 < text })
        else { return false }
        for index in order where index < text { settle(index, as: .quoted) }
        return true
    }

    /// The last introduction, quote or header, and upwards to the introduction that directly follows text: from there
    /// on everything is quoted, unless an answer of some length follows.
    private mutating func cutAtIntroduction() {
        let order = lines.indices.filter { kinds[$0] != .gone }
        guard let last = order.lastIndex(where: { kinds[$0].isQuoting }) else { return }
        guard order[last...].count(where: { kinds[$0] == .text }) < Self.answerLines else { return }
        guard let text = order[..<last].lastIndex(where: { kinds[$0] == .text }) else { return }
        guard let next = order[(text + 1)...].first(where: { kinds[$0] != .blank }), kinds[next] == .attribution else {
            return
        }
        for index in order[(text + 1)...] { settle(index, as: .quoted) }
    }

    /// An introduction below text and no quote mark after it: the old mail stands there as it is, to the end.
    private mutating func cutAtBareIntroduction() {
        let order = lines.indices.filter { kinds[$0] != .gone && kinds[$0] != .blank }
        let lastQuote = order.last { kinds[$0] == .quote } ?? -1
        for (above, index) in zip(order, order.dropFirst())
        where index > lastQuote && kinds[above] == .text && kinds[index] == .attribution {
            for old in lines.indices[index...] where kinds[old] != .gone { settle(old, as: .quoted) }
            return
        }
    }

    /// Header fields below text begin a quoted mail, which goes on to the end.
    private mutating func cutAtHeaders() {
        let order = lines.indices.filter { kinds[$0] != .gone }
        guard let text = order.firstIndex(where: { kinds[$0] == .text }),
            let header = order[text...].firstIndex(where: { kinds[$0] == .header })
        else { return }
        for index in order[header...] { settle(index, as: .quoted) }
    }

    private mutating func cutTrailingQuotes() {
        let order = lines.indices.filter { kinds[$0] != .gone }
        guard let text = order.last(where: { kinds[$0] == .text }) else { return }
        for index in order where index > text { settle(index, as: .quoted) }
    }

    private mutating func drop(where isDropped: (QuotedLine) -> Bool) {
        for index in lines.indices where isDropped(kinds[index]) { settle(index, as: .quoted) }
    }

    private mutating func settle(_ index: Int, as fate: Segment.Kind) {
        kinds[index] = .gone
        fates[index] = fate
    }

    /// Neighbouring lines of one fate as one segment. Blank lines go with what stands above them.
    private func runs() -> [Segment] {
        var segments: [Segment] = []
        var start = 0
        while start < lines.count {
            let kind = fates[start]
            let end = fates[start...].firstIndex { $0 != kind } ?? lines.count
            let run = lines[start..<end]
            if let first = run.firstIndex(where: { !isBlank($0) }), let last = run.lastIndex(where: { !isBlank($0) }) {
                let text = run[first...last].joined(separator: "\n")
                if segments.last?.kind == kind, let open = segments.indices.last {
                    segments[open].text += "\n\n" + text
                } else {
                    segments.append(Segment(kind: kind, text: text))
                }
            }
            start = end
        }
        return segments
    }

    private func isBlank(_ line: Substring) -> Bool {
        line.utf8.allSatisfy { $0.isBlank }
    }
}

extension QuotedLine {
    /// Belongs to a quoted mail, blank lines aside.
    fileprivate var isQuoting: Bool { self == .attribution || self == .quote || self == .header }
    /// May be the first line of an introduction whose end stands on another.
    fileprivate var mayBeginIntroduction: Bool {
        self == .text || self == .quote || self == .attribution || self == .blank
    }
}

extension String {
    fileprivate func dropLast(while isDropped: (Character) -> Bool) -> Substring {
        lastIndex { !isDropped($0) }.map { self[...$0] } ?? ""
    }
}
