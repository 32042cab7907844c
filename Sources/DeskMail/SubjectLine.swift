public import DeskModel

/// What people's mail programs and other desks do to a subject, and how to undo it.
public enum SubjectLine {
    /// The word before a ticket's number in a subject.
    private static let hook = "Ticket#"

    /// What a mark before a subject says of the message.
    enum Mark {
        case answer, forward
    }

    /// Marks of replies of the languages around us, lower case, as they are before a colon.
    private static let answers: Set<String> = [
        "re", "aw", "antw", "antwort", "sv", "vs", "rif", "r", "res", "ref", "odp", "ynt", "ré", "rép", "回复", "答复",
        "回覆", "返信",
    ]

    /// Marks of forwards.
    private static let forwards: Set<String> = [
        "wg", "fwd", "fw", "vb", "tr", "i", "enc", "rv", "pd", "ilt", "i\u{307}lt", "doorst", "vl", "wtr", "转发", "轉寄",
        "転送", "전달", "πρθ", "weitergeleitet", "weiterleitung", "forwarded", "videresend", "videresendt", "inoltra",
        "inoltrato", "továbbítás", "továbbítva", "přeposláno", "přeposlat", "пересылка", "пересл", "doorgestuurd",
        "transféré", "reenviado", "encaminhado", "vidarebefordrat", "przekazane",
    ]

    /// The mark that the author's own program has put before the subject, or around it; `nil` if there is none.
    static func outerMark(of subject: String) -> Mark? {
        firstMark(of: Substring(subject))?.mark
    }

    /// Whether the author sends on what another wrote.
    static func isForward(_ subject: String) -> Bool { outerMark(of: subject) == .forward }

    /// The mark at the beginning, and what follows its colon.
    private static func firstMark(of subject: Substring) -> (mark: Mark, rest: Substring)? {
        let text = subject.drop { $0 == " " || $0 == "\t" }
        guard let colon = text.prefix(18).firstIndex(where: { $0 == ":" || $0 == "：" }) else {
            return lastMark(of: text)
        }
        // `[Fwd: …]` is around the subject.
        let isAround = text.first == "[" && text.last == "]"
        // `Re[2]:`, `Re(3):` and `AW^2:` count their replies; `Fwd.:` is an abbreviation.
        let word = text[..<colon].dropFirst(isAround ? 1 : 0).prefix { !"[(^ .".contains($0) }
        let count = text[word.endIndex..<colon]
        guard count.allSatisfy({ "[]()^ .0123456789".contains($0) }) else { return lastMark(of: text) }
        let rest = text[text.index(after: colon)...].dropLast(isAround ? 1 : 0)
        if answers.contains(word.lowercased()) { return (.answer, rest) }
        return forwards.contains(word.lowercased()) ? (.forward, rest) : lastMark(of: text)
    }

    /// `… (fwd)`, as some programs write it.
    private static func lastMark(of text: Substring) -> (mark: Mark, rest: Substring)? {
        guard text.utf8.count >= 5, text.suffix(5).lowercased() == "(fwd)" else { return nil }
        return (.forward, text.dropLast(5))
    }

    /// The subject without the reply and forward marks at its beginning: `Re: AW: [2]` …
    static func withoutMarks(_ subject: some StringProtocol) -> Substring {
        var rest = Substring(subject)
        while let (_, next) = firstMark(of: rest) { rest = next }
        return rest.drop { $0 == " " || $0 == "\t" }
    }

    /// The subject as the desk shows it: no marks, no ticket number of ours, single blanks.
    public static func clean(_ subject: String) -> String {
        var text = Array(withoutMarks(subject).utf8)
        while let hook = TicketHook.first(in: text, where: { !$0.numbers.isEmpty }) {
            text.replaceSubrange(hook.range, with: [])
            text = Array(withoutMarks(String(decoding: text, as: UTF8.self)).utf8)
        }
        return collapsed(String(decoding: text, as: UTF8.self))
    }

    /// What limits and searches for equal subjects compare: cleaned, without any hook, lower case.
    public static func key(_ subject: String) -> String {
        var text = Array(clean(subject).utf8)
        while let hook = TicketHook.first(in: text, where: { _ in true }) { text.replaceSubrange(hook.range, with: []) }
        return collapsed(String(withoutMarks(String(decoding: text, as: UTF8.self)))).lowercased()
    }

    /// The ticket numbers in a subject whose check digit is right, in their order, each once.
    public static func numbers(in subject: String) -> [TicketNumber] {
        var found: [TicketNumber] = []
        for hook in TicketHook.all(in: Array(subject.utf8)) {
            for number in hook.numbers where !found.contains(number) { found.append(number) }
        }
        return found
    }

    /// The subject of an agent's answer: `Re: [Ticket#20261124-00042-4] Videorekorder defekt`.
    public static func answer(_ number: TicketNumber, to subject: String) -> String {
        "Re: " + automatic(number, to: subject)
    }

    /// The subject of an automatic reply, which is no answer: the same without `Re:`.
    public static func automatic(_ number: TicketNumber, to subject: String) -> String {
        let rest = CleanText.shortened(clean(subject), to: 300)
        return "[\(hook)\(number)]" + (rest.isEmpty ? "" : " " + rest)
    }

    private static func collapsed(_ text: String) -> String {
        text.split { $0 == " " || $0 == "\t" || $0 == "\n" || $0 == "\r" || $0 == "\u{A0}" }.joined(separator: " ")
    }
}

/// `Ticket#` and the digits behind it, in one of the spellings that desks and people use.
struct TicketHook {
    /// The bytes it takes in the subject, brackets and blanks around it included.
    var range: Range<Int>
    /// The numbers that its digits can be read as, check digit right; more than one only if blanks stand among them.
    var numbers: [TicketNumber]

    static func all(in text: [UInt8]) -> [TicketHook] {
        var hooks: [TicketHook] = []
        var at = 0
        while let hook = TicketHook(in: text, from: at), hooks.count < 20 {
            hooks.append(hook)
            at = hook.range.upperBound
        }
        return hooks
    }

    static func first(in text: [UInt8], where isMeant: (TicketHook) -> Bool) -> TicketHook? {
        all(in: text).first(where: isMeant)
    }

    /// The first hook at or after `start`.
    private init?(in text: [UInt8], from start: Int) {
        let word = Array("ticket#".utf8)
        guard text.count - start >= word.count else { return nil }
        guard
            let found = (start...(text.count - word.count)).first(where: { at in
                word.indices.allSatisfy { text[at + $0].lowercasedASCII == word[$0] }
            })
        else { return nil }
        var at = found + word.count
        if at < text.count, text[at] == UInt8(ascii: ":") { at += 1 }
        while at < text.count, text[at].isBlank { at += 1 }
        let first = at
        while at < text.count, text[at].isDigit || Self.isJoint(at, in: text) { at += 1 }
        (numbers, at) = Self.readings(of: text[first..<at])
        range = Self.widened(found..<at, in: text)
    }

    /// A single dash or blank between two digits.
    private static func isJoint(_ at: Int, in text: [UInt8]) -> Bool {
        guard text[at] == UInt8(ascii: "-") || text[at] == 0x20, at > 0, at + 1 < text.count else { return false }
        return text[at - 1].isDigit && text[at + 1].isDigit
    }

    /// Blanks may part a number's groups or begin the subject's next word, so every end of a group is tried.
    private static func readings(of digits: ArraySlice<UInt8>) -> ([TicketNumber], Int) {
        var numbers: [TicketNumber] = []
        var end = digits.endIndex
        for cut in digits.indices.map({ $0 + 1 }) {
            guard cut == digits.endIndex || digits[cut] == 0x20 else { continue }
            let spelling = digits[..<cut].lazy.filter { $0.isDigit }
            guard spelling.count <= 18, case .number(let number) = TicketNumber.read(spelling) else { continue }
            if numbers.isEmpty { end = cut }
            numbers.append(number)
        }
        return (numbers, end)
    }

    private static func widened(_ range: Range<Int>, in text: [UInt8]) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        if start > 0, end < text.count, text[start - 1] == UInt8(ascii: "["), text[end] == UInt8(ascii: "]") {
            start -= 1
            end += 1
        }
        while end < text.count, text[end].isBlank { end += 1 }
        return start..<end
    }
}
