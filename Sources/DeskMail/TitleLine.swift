/// `-----Ursprüngliche Nachricht-----`: the title that a mail program puts above an old message.
struct TitleLine {
    /// What is below was sent on to be read.
    let isForward: Bool

    /// `nil` if the line is none: an author draws dashes around other words.
    init?(_ line: TextLine) {
        let words = line.lower.filter { $0 != UInt8(ascii: "*") }
        let inner = words.drop(while: Self.isDash)
        let title = inner.reversed().drop(while: Self.isDash)
        guard words.count - title.count >= 6, title.count <= 80 else { return nil }
        let name = ArraySlice(title.reversed())
        guard Self.kinds.areIn(name) else { return nil }
        isForward = Self.forwards.areIn(name)
        let isOrigin = Self.origins.areIn(name) && name.split(whereSeparator: \.isBlank).count <= 6
        guard isForward || isOrigin else { return nil }
    }

    private static func isDash(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "-") || byte == 0x20 }

    /// Whether the line is the title of a forwarded message without dashes.
    static func announcesForward(_ line: TextLine) -> Bool { announcements.areAtStart(of: line.lower) != nil }

    private static let announcements = Phrases([
        "Begin forwarded message:", "Anfang der weitergeleiteten Nachricht:", "Anfang der weitergeleiteten E-Mail:",
        "Début du message réexpédié", "Début du message transféré", "Begin doorgestuurd bericht:",
        "Inizio messaggio inoltrato:", "Inicio del mensaje reenviado:", "Vidarebefordrat brev:",
    ])

    /// What is quoted.
    private static let kinds = Phrases([
        "message", "mail", "nachricht", "mitteilung", "mensaje", "mensagem", "messaggio", "bericht", "meddel",
        "melding", "wiadomo", "zpráv", "správ", "сообщ", "повідом", "письм", "писм", "mesaj", "ileti", "viesti",
        "üzenet", "poruka", "sporočil", "邮件", "郵件", "メッセージ", "メール", "메시지", "μήνυμα", "by ", "von ",
    ])

    private static let origins = Phrases([
        "original", "orijinal", "ursprüngl", "ursprung", "ursprunglig", "origine", "oorspronkelijk", "oryginaln",
        "původní", "pôvodn", "izvorn", "alkuperäi", "opprinnelig", "oprindelig", "eredeti", "исходн", "оригинал",
        "оригінал", "αρχικό", "quoted", "原始", "原本", "元の", "원본", "reply ",
    ])

    private static let forwards = Phrases([
        "forward", "weitergeleitet", "weiterleit", "transféré", "transf", "réexpédié", "inoltrat", "reenviad",
        "encaminhad", "doorgestuurd", "videresend", "vidarebefordra", "przekazan", "přeposlan", "preposlan", "пересл",
        "пересыл", "пересыла", "iletilen", "edelleenläh", "továbbít", "转发", "轉寄", "転送", "전달",
    ])
}
