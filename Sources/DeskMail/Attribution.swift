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
        return bare.contains("@") && bare.contains("> schrieb am ")
    }

    /// Whether an introduction is one without a quote below it: it has an address, a title, or date and time.
    static func isCertain(_ line: Substring) -> Bool {
        let bare = Substring(line.utf8.drop { $0 == 0x2A || $0 == 0x20 })
        if bare.contains("@") || bare.hasPrefix("----") || announcements.contains(where: { bare.utf8.begins(with: $0) })
        {
            return true
        }
        let isOpening = bare.utf8.first?.isDigit ?? false || openings.contains { bare.utf8.begins(with: $0) }
        return isOpening && digitRuns(bare) >= 4
    }

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
    ].map { Array($0.utf8) }

    private static let announcements: [[UInt8]] = [
        "Begin forwarded message:", "Anfang der weitergeleiteten Nachricht:", "Anfang der weitergeleiteten E-Mail:",
        "Début du message réexpédié", "Begin doorgestuurd bericht:", "Inizio messaggio inoltrato:",
    ].map { Array($0.utf8) }

    /// `-----Ursprüngliche Nachricht-----`: some words between dashes.
    private static func isTitled(_ line: Substring) -> Bool {
        let bare = line.reversed().drop { $0 == "*" || $0 == " " }.reversed()
        let inner = bare.drop { $0 == "-" }.reversed().drop { $0 == "-" }
        let dashes = bare.count - inner.count
        return dashes >= 8 && inner.count <= 45 && inner.contains { $0.isLetter }
    }

    /// `2016-10-24 15:36 GMT+02:00 Foo bar <info@foo.bar>:`: begins with a date of year, month, day.
    private static func isDated(_ line: Substring) -> Bool {
        let year = line.utf8.prefix { $0.isDigit }
        guard year.count == 4, let mark = line.utf8.dropFirst(4).first else { return false }
        guard mark == UInt8(ascii: "-") || mark == UInt8(ascii: "/") else { return false }
        let hasAddress = line.contains("@") && line.contains("<")
        let end = line.utf8.last
        return line.contains(" GMT") || hasAddress && (end == UInt8(ascii: ":") || end == UInt8(ascii: ">"))
    }

    /// `On …, X wrote:`: a verb of writing, a colon at the end, and a date or an address beside it.
    private static func saysWrote(_ line: Substring) -> Bool {
        // 0x9A ends the full-width colon; the dashes are those of "---- On … wrote ----".
        let end = line.utf8.last
        guard end == UInt8(ascii: ":") || end == 0x9A || end == UInt8(ascii: "-") else { return false }
        guard digitRuns(line) >= 2 || line.utf8.contains(UInt8(ascii: "@")) else { return false }
        let lowered = line.lowercased()
        return verbs.contains { lowered.contains($0) }
    }

    private static let verbs = [
        "wrote", "schrieb", "geschrieben", "a écrit", "schreef", "geschreven", "ha scritto", "skrev", "escribió",
        "escreveu", "napisał", "написал", "пишет", "пише", "写道", "寫道", "kirjoitti", "yazdı", "napsal", "írta",
    ]
}
