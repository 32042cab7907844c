/// Lines that mail programs put above what they quote.
extension QuotedLine {
    /// Whether the line introduces a quoted or forwarded message.
    static func introducesMail(_ line: TextLine) -> Bool {
        let start = line.lower.firstIndex { $0 != 0x3E && $0 != 0x20 && $0 != 0x2A } ?? line.lower.endIndex
        let bare = line[start..<line.lower.endIndex]
        guard let first = bare.lower.first else { return false }
        if first == UInt8(ascii: "-"), TitleLine(bare) != nil { return true }
        if first.isDigit, isDated(bare) { return true }
        return saysWrote(bare) || TitleLine.announcesForward(bare) || isBetweenMarks(line.lower)
    }

    /// `>>> Anna Weber <weber@kunde.example> 30.11.2026 10:00 >>>`
    private static func isBetweenMarks(_ lower: ArraySlice<UInt8>) -> Bool {
        lower.starts(with: ">>> ".utf8) && lower.suffix(4).elementsEqual(" >>>".utf8) && digitRuns(lower) >= 3
    }

    /// Whether a line may be the first of an introduction that goes on below it.
    static func beginsIntroduction(_ line: TextLine) -> Bool {
        let start = line.lower.firstIndex { $0 != 0x3E && $0 != 0x20 } ?? line.lower.endIndex
        let bare = line[start..<line.lower.endIndex]
        let hasBracket = bare.lower.contains(UInt8(ascii: "<"))
        guard let first = bare.lower.first, hasBracket || bare.lower.contains(where: \.isDigit) else { return false }
        if first.isDigit || openings.areAtStart(of: bare.lower) != nil || beginsWithDay(bare.lower) { return true }
        guard hasBracket, !bare.lower.starts(with: "mailto:".utf8) else { return false }
        return digitRuns(bare.lower) >= 2 || verbs.areIn(bare.lower)
            || bare.lower.count < 80 && bare.isCapital(at: bare.lower.startIndex)
    }

    /// `man. 30. nov. 2026`, `пн, 30 нояб. 2026`: a short word, a day and a year.
    private static func beginsWithDay(_ lower: ArraySlice<UInt8>) -> Bool {
        let word = lower.prefix { $0.isLetter || $0 == UInt8(ascii: ".") || $0 == 0x2C || $0 == 0x2D || $0 == 0x27 }
        let rest = lower[word.endIndex...].drop { $0 == 0x20 }
        guard (2...24).contains(word.count), rest.first?.isDigit ?? false else { return false }
        return hasYear(lower)
    }

    /// Whether a line has a year and a time.
    static func tellsTime(_ lower: ArraySlice<UInt8>) -> Bool { hasYear(lower) && hasTime(lower) }

    private static func hasYear(_ lower: ArraySlice<UInt8>) -> Bool {
        lower.split { !$0.isDigit }.contains { digits in
            digits.count == 4 && (digits.starts(with: "20".utf8) || digits.starts(with: "19".utf8))
        }
    }

    /// Whether an introduction is one without a quote below it: it has the address that its program wrote, or date and
    /// time, and does not speak of its author.
    static func isCertain(_ line: TextLine) -> Bool {
        let start = line.lower.firstIndex { $0 != 0x2A && $0 != 0x20 } ?? line.lower.endIndex
        let bare = line[start..<line.lower.endIndex]
        let words = bare.lower.split { !$0.isLetter && $0 != UInt8(ascii: "'") }
        guard !words.contains(where: { persons.contains(Array($0)) || $0.starts(with: "m'".utf8) }) else {
            return false
        }
        let runs = digitRuns(bare.lower)
        if bare.lower.contains(UInt8(ascii: "@")) { return bare.lower.contains(UInt8(ascii: "<")) || runs >= 3 }
        let isOpening = bare.lower.first?.isDigit ?? false || openings.areAtStart(of: bare.lower) != nil
        return (isOpening || beginsWithDay(bare.lower)) && runs >= 4
    }

    /// Words that only a sentence of the author's own has.
    private static let persons: Set<[UInt8]> = Set(
        [
            "ich", "mir", "mich", "uns", "wir", "mein", "meine", "me", "us", "we", "my", "j'ai", "nous", "moi", "mij",
            "ik", "ons", "yo", "io", "eu", "jeg", "meg", "jag", "mig", "мне", "я", "нам", "mnie", "herr", "frau", "mr",
            "mrs", "ihr", "ihre",
        ].map { LowerCase.folded(Array($0.utf8)) })

    private static func digitRuns(_ lower: ArraySlice<UInt8>) -> Int {
        var runs = 0
        var wasDigit = false
        for byte in lower {
            if byte.isDigit, !wasDigit { runs += 1 }
            wasDigit = byte.isDigit
        }
        return runs
    }

    private static let openings = Phrases([
        "On ", "At ", "Am ", "Le ", "El ", "Il ", "Op ", "Den ", "Dnia ", "Em ", "No dia ", "W dniu ", "Dne ",
        "---- On ", "在", "於", "In data ", "Der ", "Dňa ", "Dana ", "Du ", "V ", "În ", "Pe ", "La ", "Στις ", "На ",
        "Vào ", "Pada ", "Kuupäev ", "--- On ", "---- Le ", "---- Am ", "---- El ", "---- Il ", "---- Op ", "2. ", "A ",
        "בתאריך", "في ", "เมื่อ ", "ในวันที่ ", "Quoting ", "Citando ", "Zitat von ", "Вы писали ", "Ha ",
    ])

    /// `2016-10-24 15:36 GMT+02:00 Foo bar <info@foo.bar>:`: begins with a date of year, month, day.
    private static func isDated(_ line: TextLine) -> Bool {
        let year = line.lower.prefix { $0.isDigit }
        guard year.count == 4, let mark = line.lower.dropFirst(4).first else { return false }
        guard mark == UInt8(ascii: "-") || mark == UInt8(ascii: "/") else { return false }
        let hasAddress = line.lower.contains(UInt8(ascii: "@")) && line.lower.contains(UInt8(ascii: "<"))
        return zones.areIn(line.lower) || hasAddress && (line.endsWithColon || line.last == UInt8(ascii: ">"))
    }

    private static let zones = Phrases([" GMT"])

    /// `On …, X wrote:`: a colon at the end, and either an address, a date and a time, or a verb of writing and one of
    /// them. Some programs leave the colon out, and then the verb is the end.
    private static func saysWrote(_ line: TextLine) -> Bool {
        guard let last = line.lower.lastIndex(where: { $0 != 0x20 && $0 != UInt8(ascii: "*") }) else { return false }
        let lower = line.lower[...last]
        let hasAddress = lower.contains(UInt8(ascii: "@"))
        let runs = digitRuns(lower)
        guard hasAddress || runs >= 2 else { return false }
        // The last byte of the wide colon; the dashes are those of "---- On … wrote ----".
        let end = lower[last]
        guard end == UInt8(ascii: ":") || end == 0x9A || end == UInt8(ascii: "-") else {
            let isOpening = beginsWithDay(lower) || openings.areAtStart(of: lower) != nil
            return isOpening && hasAddress && runs >= 4 && endings.areAtEnd(of: lower) != nil
        }
        if verbs.areIn(lower) { return true }
        return hasAddress && lower.count <= 300 && hasYear(lower) && hasTime(lower) && end != UInt8(ascii: "-")
    }

    /// `10:00` or `10.00`.
    private static func hasTime(_ lower: ArraySlice<UInt8>) -> Bool {
        guard lower.count > 3 else { return false }
        return ((lower.startIndex + 1)..<(lower.endIndex - 2)).contains { at in
            (lower[at] == UInt8(ascii: ":") || lower[at] == UInt8(ascii: ".")) && lower[at - 1].isDigit
                && lower[at + 1].isDigit && lower[at + 2].isDigit
        }
    }

    /// Whether a line has a verb of writing.
    static func saysThatOthersWrote(_ line: TextLine) -> Bool { verbs.areIn(line.lower) }

    private static let endings = Phrases([
        "wrote", "schrieb", "a écrit", "skrev", "escribió", "escreveu", "ha scritto", "napisał",
    ])

    private static let verbs = Phrases([
        "wrote", "writes", "schrieb", "geschrieben", "a écrit", "schreef", "geschreven", "ha scritto", "skrev",
        "escribió", "escreveu", "napisał", "pisze", "написал", "пишет", "пише", "писали", "写道", "寫道", "kirjoitti",
        "yazdı", "napsal", "írta", "a scris", "έγραψε", "написа", "napisao", "napísal", "napisal", "kirjutas", "rašė",
        "rakstīja", "đã viết", "menulis", "님이 작성", "כתב", "מאת", "va escriure", "skrifaði", "เขียน", "scrisse",
        "escrigué", "zapisal", "писал", "quoting ", "zitat von ", "のメール", "さんは書きました", "تمت كتابة",
    ])
}

extension UInt8 {
    /// A letter of ASCII in lower case, or a byte of any other letter.
    var isLetter: Bool { self >= 0x61 && self <= 0x7A || self >= 0x80 }
}
