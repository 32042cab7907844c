/// Lines as signatures have them: names, titles, addresses, numbers to call. Whatever else stands below two dashes may
/// be the author's own words.
enum SignatureLine {
    private static let length = 100

    /// Whether a line is one of a signature and of nothing else.
    static func isOne(_ line: Substring) -> Bool {
        let words = line.split { $0 == " " || $0 == "\t" || $0 == "\u{A0}" }
        if isContact(line) || isFooter(line) { return true }
        guard line.utf8.count <= length else { return false }
        return isClosing(line) || isPlace(words) || isName(words) || isDrawn(line)
            || DeviceLine.isOne(Substring(line.drop { $0 == " " }))
    }

    /// Whether a line asks or says something in a sentence of its own.
    static func asks(_ line: Substring) -> Bool {
        let last = line.last { $0 != " " && $0 != "\t" }
        return last == "?" || last == "？"
    }

    /// What a virus scanner, a list or a key ring puts under a mail.
    private static func isFooter(_ line: Substring) -> Bool {
        let lowered = line.lowercased()
        if footers.contains(where: { lowered.contains($0) }) { return true }
        let groups = lowered.split(separator: " ")
        return groups.count >= 5 && groups.allSatisfy { $0.utf8.count == 4 && $0.allSatisfy(\.isHexDigit) }
    }

    private static let footers = [
        "virus", "viren", "antivir", "avast", "scanned by", "spam", "analizzato", "fingerprint", "signature",
        "unsubscribe",
        "mailing list", "mailingliste",
    ]

    private static func isDrawn(_ line: Substring) -> Bool {
        line.allSatisfy { !$0.isLetter && !$0.isNumber }
    }

    private static func isContact(_ line: Substring) -> Bool {
        let lowered = line.lowercased()
        if lowered.contains("http") || lowered.contains("www.") || lowered.contains("](") { return true }
        if lowered.contains("@"), !lowered.contains("?") { return true }
        let digits = line.utf8.count(where: \.isDigit)
        guard digits >= 6 else { return false }
        // A number to call has a prefix, or its kind is said.
        let isPrefixed = line.contains("+") || line.contains("(") || line.contains(" 0") || line.hasPrefix("0")
        return isPrefixed && numbers.contains { lowered.hasPrefix($0) }
            || line.allSatisfy { !$0.isLetter } && isPrefixed
    }

    private static let numbers = [
        "tel", "phone", "fon", "fax", "mobil", "mobile", "handy", "cell", "office", "direct", "t:", "t ", "m:", "m ",
        "f:", "f ", "p:", "hotline", "zentrale", "durchwahl",
    ]

    private static func isClosing(_ line: Substring) -> Bool {
        let lowered = line.lowercased()
        return line.count < 50 && closings.contains { lowered.contains($0) } && !asks(line)
    }

    private static let closings = [
        "grüße", "grüßen", "gruß", "gruss", "grüsse", "mfg", "regards", "sincerely", "cheers", "cordialement", "saluti",
        "groeten", "saludos", "hilsen", "hälsningar", "pozdraw", "pozdrav", "best wishes", "с уважением",
    ]

    /// `10115 Berlin`, `Hauptstraße 5`.
    private static func isPlace(_ words: [Substring]) -> Bool {
        guard (2...5).contains(words.count), let first = words.first, let last = words.last else { return false }
        if first.utf8.count == 5, first.utf8.allSatisfy(\.isDigit) { return isName(Array(words.dropFirst())) }
        let street = words.dropLast().last?.lowercased() ?? ""
        let isStreet = streets.contains { street.hasSuffix($0) }
        return isStreet && last.utf8.count <= 5 && (last.utf8.first?.isDigit ?? false)
    }

    private static let streets = [
        "straße", "strasse", "str.", "weg", "platz", "allee", "gasse", "ring", "street", "road",
    ]

    /// Mostly capitalised words without numbers, and no sentence: a person, a company, a title.
    private static func isName(_ words: [Substring]) -> Bool {
        guard (1...8).contains(words.count), let last = words.last?.last,
            !".:?!,;".contains(last) || words.last == "e.V."
                || words.last == "Inc." || words.last == "Ltd."
        else { return false }
        guard words.allSatisfy({ !$0.contains(where: \.isNumber) && !$0.contains(":") }) else { return false }
        let capitals = words.count { $0.first.map { $0.isUppercase || $0 == "@" || !$0.isLetter } ?? false }
        return capitals * 3 >= words.count * 2 || words.count == 1 && words[0].first?.isUppercase == true
    }
}
