// What proves that lines are old, or that their author wrote them: hiding needs proof.
extension Quotation {
    /// So many lines above an old message are looked at for what presents it.
    private static let presentingLines = 20
    /// Lines and bytes of a greeting.
    private static let greetingLength = 60

    // MARK: Introductions

    /// An introduction may be wrapped over some lines.
    mutating func joinIntroductions() {
        for last in lines.indices.dropFirst() where lines[last].text.count < 200 {
            let end = lines[last].last
            let isEnd = lines[last].endsWithColon || end == UInt8(ascii: ">") || end == UInt8(ascii: "-")
            guard isEnd, kinds[last] != .rule, kinds[last] != .dashes else { continue }
            for first in stride(from: last - 1, through: max(0, last - 4), by: -1) {
                guard kinds[first].mayBeginIntroduction, lines[first].text.count < 200 else { break }
                if kinds[first] == .attribution, lines[first].text.last == UInt8(ascii: ":") { break }
                guard QuotedLine.beginsIntroduction(lines[first]), isIntroduction(first...last) else { continue }
                for index in first...last { kinds[index] = .attribution }
                break
            }
        }
    }

    /// Whether the lines together introduce a message. Blank lines may stand only within an address in angle brackets.
    private func isIntroduction(_ range: ClosedRange<Int>) -> Bool {
        let joined = lines[range].trimmed
        if range.contains(where: { kinds[$0] == .blank }) {
            guard "<@>".utf8.allSatisfy({ joined.lower.contains($0) }) else { return false }
        }
        return QuotedLine.introducesMail(joined)
    }

    /// An introduction without an old message right below it, by its quote marks or its header, counts only if it is
    /// that of the message that is answered: "Am 3. schrieb ich:" may be anyone's own sentence.
    mutating func settleIntroductions() {
        var below: QuotedLine = .blank
        for index in lines.indices.reversed() where kinds[index] != .blank {
            if kinds[index] != .attribution, below == .quote, isNameOfDesk(index) { kinds[index] = .attribution }
            let isAbove = below == .quote || below == .attribution || below == .header
            if kinds[index] == .attribution, !isAbove || isForwardTitle(index) {
                let all = introduction(endingAt: index)
                if !isProven(all) { for line in all where kinds[line] == .attribution { kinds[line] = .text } }
            }
            below = kinds[index]
        }
    }

    /// Whether the line above a quote ends with a colon and has an address of ours, in whatever language.
    private func isNameOfDesk(_ index: Int) -> Bool {
        guard kinds[index] == .text, lines[index].endsWithColon, lines[index].text.count < 300 else { return false }
        return answered?.isNamed(in: lines[index]) ?? false
    }

    private func isForwardTitle(_ index: Int) -> Bool {
        guard answered != nil else { return false }
        let line = lines[index].trimmed
        return TitleLine(line)?.isForward ?? TitleLine.announcesForward(line)
    }

    /// The lines of an introduction that is wrapped over some.
    private func introduction(endingAt last: Int) -> ClosedRange<Int> {
        var first = last
        while first > 0, last - first < 4, kinds[first - 1] == .attribution { first -= 1 }
        return first...last
    }

    private func isProven(_ introduction: ClosedRange<Int>) -> Bool {
        let joined = lines[introduction].trimmed
        if introduction.count == 1, joined.text.starts(with: "> ".utf8) { return true }
        guard !isPresented(introduction.lowerBound) else { return false }
        if let title = TitleLine(joined) { return isTitleOfAnswered(title, introduction.upperBound) }
        if TitleLine.announcesForward(joined) { return answered == nil }
        guard QuotedLine.isCertain(joined) else { return false }
        return answered?.isNamed(in: joined) ?? true || !joined.lower.contains(UInt8(ascii: "@"))
    }

    /// Below the title of an old message is its text, not the header of another one.
    private func isTitleOfAnswered(_ title: TitleLine, _ index: Int) -> Bool {
        guard answered != nil else { return true }
        let next = lines.indices[(index + 1)...].first { kinds[$0] != .blank }
        return !title.isForward && !(next.map { HeaderLine(lines[$0].trimmed) != nil } ?? false)
    }

    // MARK: Headers

    /// Header fields count only where three of them stand together, one of them perhaps wrapped, and prove to be those
    /// of a message.
    mutating func settleHeaders() {
        nameForeignHeaders()
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
            for index in start..<end where kinds[index] != .blank { kinds[index] = isMail ? .header : .text }
            start = end
        }
    }

    /// Fields of a language that no list has: they stand together, and one has an address of ours and one the subject
    /// of the answered message.
    private mutating func nameForeignHeaders() {
        guard let answered else { return }
        var start = 0
        while start < lines.count {
            var end = start
            while end < lines.count, end - start < 8, kinds[end] == .text || kinds[end] == .header,
                HeaderLine.mayBeOne(lines[end].trimmed)
            {
                end += 1
            }
            if end - start >= 3, kinds[start..<end].contains(.text), isNamed(start..<end, answered) {
                for index in start..<end { kinds[index] = .header }
            }
            start = max(end, start + 1)
        }
    }

    private func isNamed(_ range: Range<Int>, _ answered: AnsweredMail) -> Bool {
        range.contains { answered.isNamed(in: lines[$0]) }
            && range.contains { index in HeaderLine.value(of: lines[index].trimmed).map(answered.isSubject) ?? false }
    }

    /// It has an address, a time or the field that only mail programs write, is not what the text above presents,
    /// and is that of the message that is answered.
    private func isHeaderOfMail(_ range: Range<Int>) -> Bool {
        let block = range.filter { kinds[$0] != .blank }
        let fields = block.compactMap { HeaderLine(lines[$0].trimmed) }
        let isMail =
            block.contains { lines[$0].lower.contains(UInt8(ascii: "@")) }
            || fields.contains { $0.field == .sent || $0.field == .date && QuotedLine.tellsTime($0.value.lower) }
        guard isMail, !isPresented(range.lowerBound) else { return false }
        guard let answered else { return true }
        return block.contains { answered.isNamed(in: lines[$0]) }
            || block.contains { HeaderLine.value(of: lines[$0].trimmed).map(answered.isSubject) ?? false }
    }

    // MARK: What the author says of it

    /// Whether the text above ends with a colon: what is here is what its author wants to be read. Words that point
    /// below say the same of everything below.
    private func isPresented(_ index: Int) -> Bool {
        if let pointer, pointer < index { return true }
        let near = lines.indices[max(0, index - Self.presentingLines)..<index]
        guard let last = near.last(where: { kinds[$0] == .text }) else { return false }
        return lines[last].endsWithColon
    }

    /// Whether a line of text presents the quote marks below it as the author's own: it does not say that another wrote
    /// them, or when.
    func presentsQuote(_ index: Int) -> Bool {
        let line = lines[index]
        return line.endsWithColon && !line.lower.contains(UInt8(ascii: "@"))
            && line.lower.count(where: \.isDigit) < 4 && !QuotedLine.saysThatOthersWrote(line)
    }

    /// Whether the author goes on within or below an old message without quote marks: they only greet above it, or
    /// their name is the last line of all.
    func goesOn(below start: Int) -> Bool {
        guard let answered else { return false }
        let above = lines.indices[..<start].filter { kinds[$0] == .text }
        if let only = above.first, above.count == 1, isGreeting(only) { return true }
        guard let last = lines.indices.last(where: { kinds[$0] != .blank && kinds[$0] != .gone }), last > start else {
            return false
        }
        // A message within the old one may be an earlier one of theirs.
        let isNested = lines.indices[start...].drop { kinds[$0].isQuoting || kinds[$0] == .blank }
            .contains { kinds[$0].isQuoting || HeaderLine(lines[$0].trimmed) != nil }
        return !isNested && answered.isSignature(lines[last].trimmed)
    }

    private func isGreeting(_ index: Int) -> Bool {
        let line = lines[index].trimmed
        guard line.text.count <= Self.greetingLength, let end = line.last else { return false }
        return (end == UInt8(ascii: ",") || end == UInt8(ascii: "!") || line.words.count == 1)
            && Self.greetings.areAtStart(of: line.lower) != nil
    }

    private static let greetings = Phrases([
        "hallo", "hello", "hi", "hey", "guten tag", "guten morgen", "guten abend", "sehr geehrte", "liebe", "lieber",
        "moin", "servus", "grüezi", "grüß gott", "dear", "good morning", "good afternoon", "bonjour", "bonsoir",
        "chère",
        "cher", "madame", "monsieur", "hola", "buenos", "buenas", "estimad", "ciao", "buongiorno", "salve", "gentile",
        "egregi", "beste", "geachte", "goede", "goeden", "dag ", "hej", "hei", "kära", "kære", "god ", "olá", "bom dia",
        "boa tarde", "prezad", "dzień dobry", "szanown", "witam", "dobrý den", "vážen", "ahoj", "здравствуйте",
        "добрый", "уважаем", "привет", "merhaba", "sayın", "tisztelt", "kedves",
    ])

    // MARK: Signatures

    /// Two dashes and a blank are the mark of a signature (RFC 3676 §4.3), and what is below is one unless it speaks to
    /// the reader. Without the blank every line below has to be one that signatures have, and one of them proves it.
    func isSignature(below mark: Int, before end: Int) -> Bool {
        let above = lines.indices[..<mark].last { !lines[$0].isBlank }
        guard above.map({ !lines[$0].endsWithColon }) ?? true else { return false }
        let below = ((mark + 1)..<end).map { lines[$0] }.filter { !$0.isBlank }
        if lines[mark].text.elementsEqual("-- ".utf8) { return !below.contains(where: SignatureLine.speaks) }
        var isProven = answered == nil || below.isEmpty
        for line in below {
            let isSigned = answered?.isSigned(by: line) ?? false
            guard let evidence = SignatureLine.evidence(line) else { return false }
            if evidence == .certain || isSigned { isProven = true }
        }
        return isProven
    }

    func isUnderscored(_ line: Int) -> Bool { lines[line].trimmed.text.first == UInt8(ascii: "_") }

    /// Whether a drawn line is not one of the dashes or underscores that programs draw.
    func isDecoration(_ line: Int) -> Bool {
        lines[line].trimmed.text.contains { $0 == 0x2A || $0 == 0x3D || $0 == 0x23 || $0 == 0x7E || $0 == 0x2B }
    }
}
