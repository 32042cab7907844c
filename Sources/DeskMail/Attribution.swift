/// Lines that mail programs put above what they quote.
extension QuotedLine {
    /// Whether the line introduces a quoted or forwarded mail.
    static func introducesMail(_ line: Substring) -> Bool {
        let bare = Substring(line.utf8.drop { $0 == 0x3E || $0 == 0x20 || $0 == 0x2A })
        guard let first = bare.utf8.first else { return false }
        if first == UInt8(ascii: "-"), isTitled(bare) { return true }
        if first.isDigit, isDated(bare) { return true }
        return saysWrote(bare) || announcements.contains { bare.utf8.begins(with: $0) }
    }

    /// Whether a line may be the first of an introduction that goes on below it.
    static func beginsIntroduction(_ line: Substring) -> Bool {
        let bare = Substring(line.utf8.drop { $0 == 0x3E || $0 == 0x20 })
        guard bare.utf8.contains(where: \.isDigit) || bare.utf8.contains(UInt8(ascii: "<")) else { return false }
        if bare.utf8.first?.isDigit ?? false || openings.contains(where: { bare.utf8.begins(with: $0) }) { return true }
        if beginsWithDay(bare) { return true }
        guard bare.contains("<"), !bare.utf8.begins(with: Array("mailto:".utf8)) else { return false }
        let lowered = bare.lowercased()
        return digitRuns(bare) >= 2 || verbs.contains { lowered.contains($0) }
            || bare.contains(" <") && bare.utf8.count < 80 && bare.first?.isUppercase == true
    }

    /// `man. 30. nov. 2026`, `пн, 30 нояб. 2026`: a short word, a day and a year.
    private static func beginsWithDay(_ line: Substring) -> Bool {
        let word = line.prefix { $0.isLetter || $0 == "." || $0 == "," || $0 == "-" || $0 == "'" }
        let rest = line[word.endIndex...].drop { $0 == " " }
        guard (2...12).contains(word.count), rest.first?.isNumber ?? false else { return false }
        return hasYear(line)
    }

    /// Whether a line has a year and a time.
    static func tellsTime(_ line: Substring) -> Bool { hasYear(line) && hasTime(line) }

    private static func hasYear(_ line: Substring) -> Bool {
        line.utf8.split { !$0.isDigit }.contains { digits in
            digits.count == 4 && (digits.starts(with: "20".utf8) || digits.starts(with: "19".utf8))
        }
    }

    /// Whether an introduction is one without a quote below it: it has an address, a title, or date and time, and does
    /// not speak of its author.
    static func isCertain(_ line: Substring) -> Bool {
        let bare = Substring(line.utf8.drop { $0 == 0x2A || $0 == 0x20 })
        if bare.hasPrefix("----") || announcements.contains(where: { bare.utf8.begins(with: $0) }) { return true }
        let words = bare.lowercased().split { !$0.isLetter && $0 != "'" }
        guard !words.contains(where: { persons.contains(String($0)) }) else { return false }
        if bare.contains("@") { return true }
        let isOpening = bare.utf8.first?.isDigit ?? false || openings.contains { bare.utf8.begins(with: $0) }
        return (isOpening || beginsWithDay(bare)) && digitRuns(bare) >= 4
    }

    /// Words that only a sentence of the author's own has.
    private static let persons: Set<String> = [
        "ich", "mir", "mich", "uns", "wir", "mein", "meine", "me", "us", "we", "my", "j'ai", "nous", "moi",
        "mij", "ik", "ons", "yo", "io", "eu", "jeg", "meg", "jag", "mig", "мне", "я", "нам", "mnie",
    ]

    /// Whether the text above an old mail says that its author goes on within it.
    static func pointsBelow(_ line: Substring) -> Bool {
        guard line.utf8.count <= 400, line.utf8.first != UInt8(ascii: ">") else { return false }
        let lowered = line.lowercased()
        return pointers.contains { lowered.contains($0) }
    }

    private static let pointers = [
        "siehe unten", "s. unten", "s.u.", "weiter unten", "unten stehen", "untenstehend", "antworten unten",
        "antworte unten", "antwort unten", "im text unten", "im zitat", "in rot", "in blau", "rot markiert",
        "farbig", "see below", "answers below", "comments below", "reply below", "replies below", "answered below",
        "inline", "in line below", "in red", "in blue", "in green", "voir ci-dessous", "ci-dessous", "zie onder",
        "zie hieronder", "vedi sotto", "ver abajo", "se nedenfor", "se nedan", "см. ниже", "patrz poniżej",
    ]

    private static func digitRuns(_ line: Substring) -> Int {
        var runs = 0
        var wasDigit = false
        for byte in line.utf8 {
            if byte.isDigit, !wasDigit { runs += 1 }
            wasDigit = byte.isDigit
        }
        return runs
    }

    private static let openings: [[UInt8]] = [
        "On ", "At ", "Am ", "Le ", "El ", "Il ", "Op ", "Den ", "Dnia ", "Em ", "W dniu ", "Dne ", "---- On ", "在",
        "In data ", "Der ", "Dňa ", "Dana ", "Du ", "V ", "În ", "Pe ", "La ", "Στις ", "На ", "Vào ", "Pada ",
        "Kuupäev ",
        "--- On ", "---- Le ", "---- Am ", "2. ", "A ", "בתאריך", "في ", "เมื่อ ", "Quoting ", "Citando ", "Zitat von ",
    ].map { Array($0.utf8) }

    private static let announcements: [[UInt8]] = [
        "Begin forwarded message:", "Anfang der weitergeleiteten Nachricht:", "Anfang der weitergeleiteten E-Mail:",
        "Début du message réexpédié", "Début du message transféré", "Begin doorgestuurd bericht:",
        "Inizio messaggio inoltrato:", "Inicio del mensaje reenviado:", "Vidarebefordrat brev:",
    ].map { Array($0.utf8) }

    /// `-----Ursprüngliche Nachricht-----`: some words between dashes.
    private static func isTitled(_ line: Substring) -> Bool {
        let bare = line.reversed().drop { $0 == "*" || $0 == " " }.reversed()
        let inner = bare.drop { $0 == "-" }.reversed().drop { $0 == "-" }
        let dashes = bare.count - inner.count
        guard dashes >= 8, inner.count <= 45 else { return false }
        let title = String(inner.reversed()).lowercased()
        return titles.contains { title.contains($0) }
    }

    /// Words of which a mail program's title has one; an author draws lines around other words.
    private static let titles = [
        "message", "mail", "nachricht", "mensaje", "mensagem", "messaggio", "bericht", "meddel", "melding", "wiadomo",
        "zpráv", "správ", "сообщ", "повідом", "письм", "писм", "mesaj", "ileti", "viesti", "üzenet", "poruka",
        "sporočil",
        "邮件", "郵件", "メッセージ", "メール", "메시지", "원본", "μήνυμα", "forward", "weitergeleitet", "original", "quoted",
    ]

    /// `2016-10-24 15:36 GMT+02:00 Foo bar <info@foo.bar>:`: begins with a date of year, month, day.
    private static func isDated(_ line: Substring) -> Bool {
        let year = line.utf8.prefix { $0.isDigit }
        guard year.count == 4, let mark = line.utf8.dropFirst(4).first else { return false }
        guard mark == UInt8(ascii: "-") || mark == UInt8(ascii: "/") else { return false }
        let hasAddress = line.contains("@") && line.contains("<")
        let end = line.utf8.last
        return line.contains(" GMT") || hasAddress && (end == UInt8(ascii: ":") || end == UInt8(ascii: ">"))
    }

    /// `On …, X wrote:`: a colon at the end, and either an address, a date and a time, or a verb of writing and one of
    /// them. Some programs leave the colon out, and then the verb is the end.
    private static func saysWrote(_ line: Substring) -> Bool {
        let bare = line.lastIndex { $0 != " " && $0 != "*" && $0 != "\u{A0}" }.map { line[...$0] } ?? ""
        let hasAddress = line.utf8.contains(UInt8(ascii: "@"))
        guard hasAddress || digitRuns(line) >= 2 else { return false }
        let lowered = bare.lowercased()
        // 0x9A ends the full-width colon; the dashes are those of "---- On … wrote ----".
        let end = bare.utf8.last
        guard end == UInt8(ascii: ":") || end == 0x9A || end == UInt8(ascii: "-") else {
            let isOpening = beginsWithDay(bare) || openings.contains { bare.utf8.begins(with: $0) }
            return isOpening && hasAddress && digitRuns(line) >= 4 && endings.contains { lowered.hasSuffix($0) }
        }
        if verbs.contains(where: { lowered.contains($0) }) { return true }
        return hasAddress && bare.utf8.count <= 300 && hasYear(bare) && hasTime(bare) && end != UInt8(ascii: "-")
    }

    /// `10:00` or `10.00`.
    private static func hasTime(_ line: Substring) -> Bool {
        let bytes = Array(line.utf8)
        return bytes.indices.contains { at in
            guard bytes[at] == UInt8(ascii: ":") || bytes[at] == UInt8(ascii: "."), at > 0, at + 2 < bytes.count else {
                return false
            }
            return bytes[at - 1].isDigit && bytes[at + 1].isDigit && bytes[at + 2].isDigit
        }
    }

    private static let endings = [
        "wrote", "schrieb", "a écrit", "skrev", "escribió", "escreveu", "ha scritto", "napisał",
    ]

    private static let verbs = [
        "wrote", "schrieb", "geschrieben", "a écrit", "schreef", "geschreven", "ha scritto", "skrev", "escribió",
        "escreveu", "napisał", "написал", "пишет", "пише", "写道", "寫道", "kirjoitti", "yazdı", "napsal", "írta",
        "a scris", "έγραψε", "написа", "napisao", "napísal", "napisal", "kirjutas", "rašė", "rakstīja", "đã viết",
        "menulis", "님이 작성", "כתב", "va escriure", "skrifaði", "เขียน", "scrisse", "escrigué", "zapisal", "писал",
        "quoting ", "zitat von ", "のメール", "さんは書きました",
    ]
}
