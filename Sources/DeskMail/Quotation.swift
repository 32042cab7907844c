/// Cuts a mail's text into what its sender wrote and what he quoted.
///
/// Every line is classified by itself; then a few rules look at how the kinds stand together, each in one pass. Where
/// in doubt a line counts as new: hiding a customer's words is worse than showing an old line twice.
public struct Quotation {
    private let lines: [Substring]
    private var kinds: [QuotedLine]
    private var fates: [Segment.Kind]

    private let answered: AnsweredMail?
    /// The first line that says that its author goes on below.
    private let pointer: Int?

    /// Lines of text behind the last quote mark that are the rest of a quoted line which was broken on the way.
    private static let brokenLines = 2
    /// So many lines above an old mail are looked at for what presents it.
    private static let presentingLines = 20
    /// Bytes that a quoted line has at least when its end was broken off.
    private static let brokenLength = 50
    /// A signature has at most so many lines.
    private static let signatureLines = 20
    /// The last byte of the colon of Chinese and Japanese, U+FF1A.
    private static let wideColonEnd: UInt8 = 0x9A

    /// The runs of `text`, in order; blank lines at either end of a run are dropped.
    ///
    /// `answered`: what tells that an old mail without quote marks is the one that this text answers. Only then
    /// everything below its header is old; without it every such header counts. What is forwarded is new.
    public static func segments(of text: String, answered: AnsweredMail? = nil) -> [Segment] {
        var quotation = Quotation(text, answered)
        if answered?.isForward != true { quotation.decide() }
        return quotation.runs()
    }

    private init(_ text: String, _ answered: AnsweredMail?) {
        self.answered = answered
        lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { Substring($0) }
        kinds = lines.map { QuotedLine($0.utf8) }
        pointer = kinds.contains(where: \.isQuoting) ? lines.firstIndex(where: QuotedLine.pointsBelow) : nil
        fates = Array(repeating: .new, count: lines.count)
    }

    private mutating func decide() {
        keepFences()
        joinIntroductions()
        settleHeaders()
        settleIntroductions()
        dropEnvelopeOfPGP()
        dropDevices()
        dropSignature()
        settleRules()
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

    /// An introduction without an old mail right below it, by its quote marks or its header, counts only if it is that
    /// of the mail that is answered: "Am 3. schrieb ich:" may be anybody's own sentence.
    private mutating func settleIntroductions() {
        var below: QuotedLine = .blank
        for index in lines.indices.reversed() where kinds[index] != .blank {
            let isAbove = below == .quote || below == .attribution || below == .header
            if kinds[index] == .attribution, !isAbove {
                let all = introduction(endingAt: index)
                if !isProven(all) { for line in all where kinds[line] == .attribution { kinds[line] = .text } }
            }
            below = kinds[index]
        }
    }

    /// The lines of an introduction that is wrapped over some.
    private func introduction(endingAt last: Int) -> ClosedRange<Int> {
        var first = last
        while first > 0, last - first < 4, kinds[first - 1] == .attribution { first -= 1 }
        return first...last
    }

    private func isProven(_ introduction: ClosedRange<Int>) -> Bool {
        let joined = Substring(lines[introduction].joined(separator: " "))
        if introduction.count == 1, joined.hasPrefix("> ") { return true }
        guard QuotedLine.isCertain(joined), !isPresented(introduction.lowerBound) else { return false }
        return answered?.isNamed(in: joined) ?? true || !joined.utf8.contains(UInt8(ascii: "@"))
    }

    /// Whether the text above ends with a colon: what stands here is what its author wants to be read. Words that point
    /// below say the same of everything below.
    private func isPresented(_ index: Int) -> Bool {
        if let pointer, pointer < index { return true }
        let near = lines.indices[max(0, index - Self.presentingLines)..<index]
        guard let last = near.last(where: { kinds[$0] == .text }) else { return false }
        return lines[last].utf8.last { !$0.isBlank } == UInt8(ascii: ":")
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

    /// Two dashes, and below them what a signature has, up to the next quote or the end.
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
                guard size <= Self.signatureLines, isSignature(below: index, before: end) else {
                    kinds[index] = .text
                    continue
                }
                for line in index..<end where kinds[line] != .gone { settle(line, as: .signature) }
            default: size += 1
            }
        }
    }

    /// Two dashes and a blank are the mark of a signature (RFC 3676 §4.3); without the blank every line below has to be
    /// one that signatures have.
    private func isSignature(below mark: Int, before end: Int) -> Bool {
        let above = lines[..<mark].last { !isBlank($0) }
        guard above?.utf8.last(where: { !$0.isBlank }) != UInt8(ascii: ":") else { return false }
        let below = lines[(mark + 1)..<end].filter { !isBlank($0) }
        return lines[mark].elementsEqual("-- ")
            ? !below.contains(where: SignatureLine.asks) : below.allSatisfy(SignatureLine.isOne)
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
            } else if rest <= 3, first < index, isUnderscored(index),
                lines[(index + 1)...].allSatisfy({ isBlank($0) || SignatureLine.isOne($0) })
            {
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

    /// Header fields count only where three of them stand together, one of them perhaps wrapped, and prove to be those
    /// of a mail.
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
            let isMail = fields >= 3 && isHeaderOfMail(start..<end)
            for index in start..<end { kinds[index] = isMail ? .header : .text }
            start = end
        }
    }

    /// It has an address, a time or the field that only mail programs write, is not what the text above presents,
    /// and is that of the mail that is answered.
    private func isHeaderOfMail(_ range: Range<Int>) -> Bool {
        let block = lines[range]
        let isMail = block.contains { line in
            line.utf8.contains(UInt8(ascii: "@")) || QuotedLine.tellsWhenSent(line) || QuotedLine.tellsTime(line)
        }
        guard isMail, !isPresented(range.lowerBound) else { return false }
        guard let answered else { return true }
        return block.contains { answered.isSubject(of: $0) || answered.isNamed(in: $0) }
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
    /// on everything is quoted, unless something follows that is not the rest of a broken line.
    private mutating func cutAtIntroduction() {
        let order = lines.indices.filter { kinds[$0] != .gone }
        guard let last = order.lastIndex(where: { kinds[$0].isQuoting }) else { return }
        if kinds[order[last]] == .quote {
            let rest = order[(last + 1)...]
            let texts = rest.filter { kinds[$0] == .text }
            let isBroken = texts.count <= Self.brokenLines && rest.prefix(texts.count).elementsEqual(texts)
            guard texts.isEmpty || isBroken && lines[order[last]].utf8.count >= Self.brokenLength else { return }
        }
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
