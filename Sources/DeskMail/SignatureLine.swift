/// Lines as signatures have them: names, titles, addresses, numbers to call. Whatever else is below two dashes may be
/// the author's own words.
enum SignatureLine {
    /// What a line of a signature tells.
    enum Evidence {
        /// It may be part of one: a name, a company, a title.
        case possible
        /// Only signatures have it: a number to call, an address, a closing, what a virus scanner adds.
        case certain
    }

    /// Bytes of a line with a name, and of one that is looked at at all.
    private static let nameLength = 100
    private static let length = 2000

    /// What the line tells; `nil` if signatures do not have such lines.
    static func evidence(_ line: TextLine) -> Evidence? {
        let bare = line.trimmed
        guard bare.lower.count <= length else { return nil }
        if isContact(bare) || isFooter(bare.lower) { return .certain }
        guard bare.lower.count <= nameLength else { return nil }
        let words = bare.words
        if isClosing(bare) || isPlace(words) || DeviceLine.isOne(bare) { return .certain }
        return isName(words) || isDrawn(bare.lower) || isNumber(bare.lower) ? .possible : nil
    }

    /// Whether a line asks something, or speaks for its author or to its reader.
    static func speaks(_ line: TextLine) -> Bool {
        if asks(line) { return true }
        guard !isFooter(line.lower), line.lower.count <= length else { return false }
        return line.lower.split { !$0.isLetter && $0 != UInt8(ascii: "'") }.contains { personal.contains(Array($0)) }
    }

    private static func asks(_ line: TextLine) -> Bool {
        let last = line.last
        return last == UInt8(ascii: "?") || line.lower.suffix(3).elementsEqual("？".utf8)
    }

    private static let personal: Set<[UInt8]> = Set(
        [
            "ich", "mir", "mich", "wir", "uns", "bitte", "i", "i'm", "i've", "my", "me", "we", "please", "je", "j'ai",
            "moi", "mon", "merci", "ik", "mijn", "graag", "yo", "mi", "por", "favor", "io", "mio", "ps", "nachtrag",
        ].map { LowerCase.folded(Array($0.utf8)) })

    /// What a virus scanner, a list, a key ring or a lawyer puts under a message.
    private static func isFooter(_ lower: ArraySlice<UInt8>) -> Bool {
        if footers.areIn(lower) { return true }
        let groups = lower.split(whereSeparator: \.isBlank)
        return groups.count >= 5 && groups.allSatisfy { $0.count == 4 && $0.allSatisfy(\.isHexDigit) }
    }

    private static let footers = Phrases([
        "virus", "viren", "antivir", "avast", "scanned by", "spam", "analizzato", "fingerprint", "unsubscribe",
        "mailing list", "mailingliste", "signature", "vertraulich", "confidential", "confidentiel", "riservat",
        "vertrouwelijk",
        "intended recipient", "intended solely", "empfänger sind", "empfänger bestimmt", "not the addressee",
        "before printing", "vor dem ausdruck", "ausdrucken", "geschäftsführ", "handelsregister", "amtsgericht",
        "registergericht", "ust-id", "hrb ", "managing director", "registered office", "sitz der gesellschaft",
        "disclaimer", "datenschutz", "privacy", "received it in error", "received this", "irrtümlich", "par erreur",
    ])

    private static func isDrawn(_ lower: ArraySlice<UInt8>) -> Bool {
        // Punctuation of three bytes, such as dashes and bullets, begins with E2.
        var at = lower.startIndex
        while at < lower.endIndex {
            if lower[at] == 0xE2 {
                at += 3
            } else if lower[at].isLetter || lower[at].isDigit {
                return false
            } else {
                at += 1
            }
        }
        return true
    }

    private static func isContact(_ line: TextLine) -> Bool {
        if links.areIn(line.lower) { return true }
        if line.lower.contains(UInt8(ascii: "@")), !asks(line) { return true }
        let digits = line.lower.count(where: \.isDigit)
        guard digits >= 6, numbers.areAtStart(of: line.lower) != nil else { return false }
        // A number to call has a prefix.
        return prefixes.areIn(line.lower)
    }

    /// `(030) 123456`: it may be any number of the author's.
    private static func isNumber(_ lower: ArraySlice<UInt8>) -> Bool {
        !lower.contains(where: \.isLetter) && (lower.first == UInt8(ascii: "(") || prefixes.areIn(lower))
    }

    private static let links = Phrases(["http", "www.", "]("])
    private static let prefixes = Phrases(["+", "(", " 0", ":0", "/0"])
    private static let numbers = Phrases([
        "tel", "phone", "fon", "fax", "mobil", "mobile", "handy", "cell", "office", "direct", "t:", "t ", "m:", "m ",
        "f:", "f ", "p:", "hotline", "zentrale", "durchwahl", "büro", "gsm", "tél", "+",
    ])

    private static func isClosing(_ line: TextLine) -> Bool {
        line.lower.count < 60 && closings.areIn(line.lower) && !asks(line)
    }

    private static let closings = Phrases([
        "grüße", "grüßen", "gruß", "gruss", "grüsse", "mfg", "regards", "sincerely", "cheers", "cordialement", "saluti",
        "groeten", "saludos", "hilsen", "hälsningar", "pozdraw", "pozdrav", "best wishes", "с уважением",
    ])

    /// `10115 Berlin`, `Hauptstraße 5`.
    private static func isPlace(_ words: [TextLine]) -> Bool {
        guard (2...5).contains(words.count), let first = words.first, let last = words.last else { return false }
        if first.lower.count == 5, first.lower.allSatisfy(\.isDigit) { return isName(Array(words.dropFirst())) }
        let street = words[words.count - 2].lower
        return streets.areAtEnd(of: street) != nil && last.lower.count <= 5 && (last.lower.first?.isDigit ?? false)
    }

    private static let streets = Phrases([
        "straße", "strasse", "str.", "weg", "platz", "allee", "gasse", "ring", "street", "road",
    ])

    /// Mostly capitalised words without numbers, and no sentence: a person, a company, a title.
    private static func isName(_ words: [TextLine]) -> Bool {
        guard (1...8).contains(words.count), let last = words.last, let end = last.lower.last else { return false }
        guard !".:?!,;".utf8.contains(end) || abbreviations.areAtEnd(of: last.lower) != nil else { return false }
        let capitals = words.count { word in
            let first = word.lower.startIndex
            return word.isCapital(at: first) || !word.lower[first].isLetter || word.lower[first] >= 0xE0
        }
        guard words.allSatisfy({ !$0.lower.contains { $0.isDigit || $0 == UInt8(ascii: ":") } }) else { return false }
        return capitals * 3 >= words.count * 2
    }

    private static let abbreviations = Phrases(["e.v.", "inc.", "ltd."])
}

extension UInt8 {
    /// A hexadecimal digit, letters in lower case.
    fileprivate var isHexDigit: Bool { isDigit || self >= 0x61 && self <= 0x66 }
}
