/// A line that looks like a header field of a quoted message, as mail programs of many languages write it: `Von: …`.
struct HeaderLine {
    /// What a field tells.
    enum Field { case author, sent, date, subject, other }

    let field: Field
    let value: TextLine

    /// Bytes of the name, its blanks and its colon.
    private static let length = 40

    /// `nil` if the line has no name that such fields have.
    init?(_ line: TextLine) {
        guard let (name, value) = Self.parts(of: line), let field = Self.fields[name] else { return nil }
        (self.field, self.value) = (field, value)
    }

    /// Whether the line is a short name, a colon and something, whatever the language.
    static func mayBeOne(_ line: TextLine) -> Bool {
        guard let (name, value) = parts(of: line) else { return false }
        return (2...24).contains(name.count) && !value.isBlank && !name.contains(where: \.isDigit)
    }

    /// What follows the colon of any short name.
    static func value(of line: TextLine) -> TextLine? { parts(of: line)?.1 }

    /// The name without blanks and marks, and what follows its colon.
    private static func parts(of line: TextLine) -> ([UInt8], TextLine)? {
        let head = line.lower.prefix(length)
        guard let colon = head.firstIndex(where: { $0 == UInt8(ascii: ":") || $0 == 0x9A }) else { return nil }
        // The colon of Chinese and Japanese has three bytes.
        let end = line.lower[colon] == 0x9A ? max(colon - 2, line.lower.startIndex) : colon
        let name = line.lower[..<end].filter { $0 != 0x20 && $0 != 0x09 && $0 != UInt8(ascii: "*") && $0 != 0x5F }
        return name.isEmpty ? nil : (name, line[(colon + 1)..<line.lower.endIndex])
    }

    private static let fields: [[UInt8]: Field] = {
        var fields: [[UInt8]: Field] = [:]
        for (field, names) in [
            (Field.other, others), (.author, authors), (.date, dates), (.sent, sents), (.subject, subjects),
        ] {
            for name in names.split(separator: " ") { fields[LowerCase.folded(Array(name.utf8))] = field }
        }
        return fields
    }()

    private static let authors = """
        from von de da van från fra od от від lähettäjä feladó kimden από dela šalje изпратено от מאת من \
        发件人 寄件者 差出人 보낸사람 отправитель откого pengirim từ expéditeur remitente mittente afzender afsender
        """

    /// Fields that nobody writes by hand.
    private static let sents = """
        sent gesendet verschickt envoyé envoyéle enviado enviada enviadael enviadoel enviadaem enviadoem inviato \
        verzonden skickat skickades sendt wysłano отправлено надіслано odesláno odoslané lähetetty elküldve poslano \
        gönderildi gönderme gönderen trimis στάλθηκε изпратено נשלח تمالإرسال 发送时间 寄件日期 傳送時間 送信日時 보낸날짜
        """

    private static let dates = "date datum data fecha dato дата датум tarih dátum ημερομηνία 日期 日時 날짜 התאריך التاريخ"

    private static let subjects = """
        subject betreff objet asunto assunto oggetto onderwerp ämne emne temat тема předmět predmet aihe tárgy konu \
        θέμα subiect zadeva относно נושא الموضوع 主题 主旨 件名 제목
        """

    private static let others = """
        to cc bcc reply-to organization an kopie antwortan antwort-an à répondreà para risposta a aan till \
        til do кому копия komu kopia kopi vastaanottaja címzett másolat kime bilgi za kopiako копія до אל إلى 收件人 \
        收件者 宛先 받는사람 prima către προς copie copia kopiju pour копие \
        attachments anlagen importance wichtigkeit priorität
        """
}
