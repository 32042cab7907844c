/// Cuts a message's text into what its author wrote and what they quoted.
///
/// Every line is classified by itself; then a few rules look at how the kinds stand together, each in one pass. Where
/// in doubt a line counts as new: hiding a customer's words is worse than showing an old line twice.
public struct Quotation {
    let lines: TextLines
    var kinds: [QuotedLine]
    private var fates: [Segment.Kind]

    let answered: AnsweredMail?
    /// The first line that says that its author goes on below.
    let pointer: Int?

    /// Lines of text behind the last quote mark that are the rest of a quoted line which was broken on the way.
    private static let brokenLines = 2
    /// Bytes that a quoted line has at least when its end was broken off.
    private static let brokenLength = 68
    /// A signature has at most so many lines.
    private static let signatureLines = 20
    /// A text of more lines was not written by a person: all of it is new.
    private static let maximumLines = 100_000

    /// The runs of `text`, in order; blank lines at either end of a run are dropped.
    ///
    /// `answered`: what tells that an old message without quote marks is the one that this text answers. Only then
    /// everything below its header is old; without it every such header counts. What is forwarded is new.
    public static func segments(of text: String, answered: AnsweredMail? = nil) -> [Segment] {
        let isOwn = answered?.isForward == true || text.utf8.count(where: { $0 == 0x0A }) > maximumLines
        guard !isOwn else { return whole(text) }
        var quotation = Quotation(text, answered)
        quotation.decide()
        return quotation.runs()
    }

    private static func whole(_ text: String) -> [Segment] {
        let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
        func isBlank(_ line: Substring.UTF8View) -> Bool { line.allSatisfy(\.isBlank) }
        guard let first = lines.firstIndex(where: { !isBlank($0) }), let last = lines.lastIndex(where: { !isBlank($0) })
        else { return [] }
        return [Segment(kind: .new, text: String(text[lines[first].startIndex..<lines[last].endIndex]))]
    }

    private init(_ text: String, _ answered: AnsweredMail?) {
        self.answered = answered
        let lines = TextLines(text)
        self.lines = lines
        kinds = lines.indices.map { QuotedLine(lines[$0]) }
        pointer = kinds.contains(where: \.isQuoting) ? lines.indices.first { Pointer.isIn(lines[$0]) } : nil
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
        cutAtOldText()
        drop { $0 == .attribution || $0 == .header }
        cutTrailingQuotes()
    }

    /// Nothing between two code fences is anything but text.
    private mutating func keepFences() {
        let fences = lines.indices.filter { lines[$0].text.starts(with: "```".utf8) }
        for pair in stride(from: 0, to: fences.count - 1, by: 2) {
            for index in fences[pair]...fences[pair + 1] where kinds[index] != .blank { kinds[index] = .text }
        }
    }

    /// Armour of PGP that is closed again. What is encrypted was written to be read.
    private mutating func dropEnvelopeOfPGP() {
        var index = 0
        while index < lines.count {
            defer { index += 1 }
            guard let mark = ArmourLine(lines[index]) else { continue }
            switch mark {
            case .signedText:
                settle(index, as: .signature)
                if index + 1 < lines.count, lines[index + 1].text.starts(with: "Hash: ".utf8) {
                    settle(index + 1, as: .signature)
                }
            case .beginning:
                let rest = (index + 1)..<lines.count
                guard let end = rest.first(where: { ArmourLine(lines[$0]) != nil }), ArmourLine(lines[end]) == .end
                else {
                    continue
                }
                for line in index...end { settle(line, as: .signature) }
                index = end
            case .message, .end: break
            }
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
        var end = lines.count
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
                // What is above two dashes more is no signature: there is but one.
                end = index
                size = Self.signatureLines
            default: size += 1
            }
        }
    }

    /// Nothing but quotes: with an introduction they are an old message, without one they are all there is to say.
    private mutating func settleWithoutText() {
        guard kinds.contains(.attribution) else { return }
        drop { $0 != .gone }
    }

    /// A drawn line belongs to what comes below it: to a quoted message if that is one, else to the text. Only a line
    /// of underscores with a line or three below it, and then the end, begins a signature.
    private mutating func settleRules() {
        let first = kinds.firstIndex(of: .text) ?? lines.count
        var below: QuotedLine = .blank
        var rest = 0
        for index in lines.indices.reversed() where kinds[index] != .blank && kinds[index] != .gone {
            if kinds[index] != .rule {
                below = kinds[index]
                rest = below == .text ? rest + 1 : Int.max / 2
            } else if below == .blank ? !isDecoration(index) : below != .text {
                settle(index, as: .quoted)
            } else if rest <= 3, first < index, isUnderscored(index), isSignature(below: index, before: lines.count) {
                for line in index..<lines.count where kinds[line] != .gone { settle(line, as: .signature) }
                below = .quote
                rest = Int.max / 2
            } else {
                kinds[index] = .text
                rest += 1
            }
        }
    }

    /// Whether a quote comes first and the answer below it, and then tells them apart.
    private mutating func answerStandsBelow() -> Bool {
        let order = lines.indices.filter { kinds[$0] != .gone }
        guard let first = order.first(where: { kinds[$0] != .blank }), kinds[first] == .attribution,
            let text = order.first(where: { kinds[$0] == .text }),
            order.allSatisfy({ $0 < text || kinds[$0] == .text || kinds[$0] == .blank }),
            order.contains(where: { kinds[$0] == .quote && $0 > first && $0 < text })
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
            guard texts.isEmpty || isBroken && isRest(texts, of: order[last]) else { return }
        }
        guard let text = order[..<last].lastIndex(where: { kinds[$0] == .text }) else { return }
        guard let next = order[(text + 1)...].first(where: { kinds[$0] != .blank }), kinds[next] == .attribution,
            kinds[order[last]] == .quote || !goesOn(below: next)
        else { return }
        for index in order[(text + 1)...] { settle(index, as: .quoted) }
    }

    /// A quoted line that was too long for a program on the way goes on in the middle of its sentence.
    private func isRest(_ texts: [Int], of quote: Int) -> Bool {
        guard let first = texts.first, lines[quote].lower.count >= Self.brokenLength else { return false }
        let line = lines[first].trimmed
        guard let end = lines[quote].last, end.isLetter || end == UInt8(ascii: ","),
            let letter = line.lower.indices.first, line.lower[letter].isLetter
        else { return false }
        // Its end would not have fitted into the line.
        let word = line.lower.prefix { !$0.isBlank }
        return !line.isCapital(at: letter) && line.words.count > 1 && lines[quote].lower.count + word.count > 72
    }

    /// An introduction or a header below text and no quote mark after it: the old message is there as it is, to the
    /// end.
    private mutating func cutAtOldText() {
        let order = lines.indices.filter { kinds[$0] != .gone && kinds[$0] != .blank }
        let lastQuote = order.last { kinds[$0] == .quote } ?? -1
        guard let first = order.firstIndex(where: { kinds[$0] == .text }) else { return }
        let begin = zip(order[first...], order[first...].dropFirst()).first { above, index in
            kinds[index] == .header || index > lastQuote && kinds[above] == .text && kinds[index] == .attribution
        }
        guard let start = begin?.1 else { return }
        guard !goesOn(below: start) else {
            for index in order where index >= start { kinds[index] = .text }
            return
        }
        for index in lines.indices[start...] where kinds[index] != .gone { settle(index, as: .quoted) }
    }

    private mutating func cutTrailingQuotes() {
        let order = lines.indices.filter { kinds[$0] != .gone }
        guard let text = order.last(where: { kinds[$0] == .text }), !presentsQuote(text) else { return }
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
            let run = start..<end
            if let first = run.first(where: { !lines[$0].isBlank }), let last = run.last(where: { !lines[$0].isBlank })
            {
                let text = String(decoding: lines[first...last].text, as: UTF8.self)
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
}

extension QuotedLine {
    /// Belongs to a quoted message, blank lines aside.
    var isQuoting: Bool { self == .attribution || self == .quote || self == .header }
    /// May be the first line of an introduction whose end stands on another.
    var mayBeginIntroduction: Bool { self == .text || self == .quote || self == .attribution || self == .blank }
}
