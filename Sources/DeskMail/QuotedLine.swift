/// What one line of a mail looks like; which lines are quoted follows from how these stand together.
enum QuotedLine: UInt8 {
    /// Nothing, or only blanks.
    case blank
    /// Words of somebody.
    case text
    /// Begins with a quote mark.
    case quote
    /// Introduces a quoted mail: "… wrote:", "-----Original Message-----".
    case attribution
    /// Looks like a header field of a quoted mail: "Von: …".
    case header
    /// A line of dashes or the like.
    case rule
    /// The two dashes that begin a signature.
    case dashes
    /// What a telephone puts under a mail.
    case device
    /// Decided already, out of the picture.
    case gone
}

extension QuotedLine {
    /// Longest line that is looked at for anything but quote marks: nobody's mail program writes longer ones.
    private static let length = 600

    /// Classifies one line by itself.
    init(_ line: Substring.UTF8View) {
        let words = line.drop { $0.isBlank }
        guard let first = words.first else {
            self = .blank
            return
        }
        let end = words.lastIndex { !$0.isBlank } ?? words.startIndex
        let trimmed = words[...end]
        if Self.isQuoteMark(first, in: words) {
            self = trimmed.count <= Self.length && Self.introducesMail(Substring(trimmed)) ? .attribution : .quote
        } else if trimmed.elementsEqual("--".utf8) || trimmed.elementsEqual("—".utf8) || trimmed.elementsEqual("–".utf8)
        {
            self = .dashes
        } else if trimmed.count <= Self.length {
            self = Self.words(Substring(trimmed))
        } else {
            self = .text
        }
    }

    private static func words(_ line: Substring) -> QuotedLine {
        if isRule(line.utf8) { return .rule }
        if introducesMail(line) { return .attribution }
        if isHeader(line) { return .header }
        return DeviceLine.isOne(line) ? .device : .text
    }

    /// `>`, or the initials of somebody before it: `JD> `.
    private static func isQuoteMark(_ first: UInt8, in line: Substring.UTF8View.SubSequence) -> Bool {
        if first == UInt8(ascii: ">") { return true }
        let initials = line.prefix(4).prefix { $0 >= 0x41 && $0 <= 0x5A }
        guard (1...3).contains(initials.count) else { return false }
        return line.dropFirst(initials.count).first == UInt8(ascii: ">")
    }

    /// Only characters that people draw lines with.
    private static func isRule(_ line: Substring.UTF8View) -> Bool {
        if line.allSatisfy(isDrawn) { return line.count >= 2 }
        guard line.first == UInt8(ascii: "_") || line.first ?? 0 >= 0x80 else { return false }
        return line.elementsEqual("ᐧ".utf8) || line.count > 3 && Substring(line).allSatisfy { $0 == "—" || $0 == "_" }
    }

    private static func isDrawn(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ","), UInt8(ascii: "="), UInt8(ascii: "+"),
            UInt8(ascii: "~"), UInt8(ascii: "#"), UInt8(ascii: "*"):
            true
        default: false
        }
    }

    private static func isHeader(_ line: Substring) -> Bool {
        guard let colon = line.utf8.prefix(30).firstIndex(of: UInt8(ascii: ":")) else { return false }
        return headerNames.contains(fieldName(line[..<colon]))
    }

    private static func fieldName(_ name: Substring) -> String {
        name.filter { $0 != "*" && $0 != " " && $0 != "\u{A0}" && $0 != "_" }.lowercased()
    }

    /// Whether a header field of a quoted mail is one that nobody writes by hand: `Gesendet: …`.
    static func tellsWhenSent(_ line: Substring) -> Bool {
        guard let colon = line.utf8.prefix(30).firstIndex(of: UInt8(ascii: ":")) else { return false }
        return sentNames.contains(fieldName(line[..<colon]))
    }

    private static let sentNames: Set<String> = [
        "sent", "gesendet", "envoyé", "enviado", "enviada", "enviadael", "enviadoel", "inviato", "verzonden", "skickat",
        "sendt", "wysłano",
        "отправлено", "надіслано", "odesláno", "odoslané", "lähetetty", "elküldve", "poslano", "gönderildi", "trimis",
        "发送时间", "寄件日期", "送信日時",
    ]

    private static let headerNames: Set<String> = [
        "from", "sent", "to", "subject", "date", "cc", "bcc", "reply-to", "organization",
        "von", "gesendet", "an", "betreff", "datum", "kopie", "antwortan",
        "de", "envoyé", "à", "objet", "répondreà", "enviado", "para", "asunto", "fecha", "assunto", "responder a",
        "da", "risposta", "data", "a", "oggetto", "inviato", "van", "verzonden", "aan", "onderwerp",
        "från", "skickat", "till", "ämne", "fra", "sendt", "til", "emne", "dato",
        "od", "do", "temat", "wysłano", "от", "кому", "тема", "дата", "отправлено", "від", "надіслано", "копия",
        "komu", "předmět", "odesláno", "predmet", "odoslané", "lähettäjä", "lähetetty", "vastaanottaja", "aihe",
        "feladó", "címzett", "elküldve", "tárgy", "kimden", "kime", "gönderildi", "konu", "tarih", "enviada",
        "enviadael", "enviadoel", "发件人", "收件人", "发送时间", "主题", "日期", "寄件者", "收件者", "寄件日期", "主旨", "差出人", "宛先", "件名",
        "送信日時", "日時", "antwort-an", "kopia", "kopi", "poslano", "za", "kopiako", "pour",
    ]
}

extension Substring.UTF8View {
    /// Whether it begins with these bytes, capital letters of ASCII taken as small ones.
    func begins(with word: [UInt8]) -> Bool {
        var rest = makeIterator()
        for byte in word {
            guard let next = rest.next(), next.lowercasedASCII == byte.lowercasedASCII else { return false }
        }
        return true
    }

    /// Whether it ends with these bytes, likewise.
    func ends(with word: [UInt8]) -> Bool {
        count >= word.count && dropFirst(count - word.count).begins(with: word)
    }
}
