/// The line that a telephone or a mail program puts under a message: "Sent from my iPhone".
///
/// Every word of it has to be one that such lines have, so that a sentence which only begins like one is a sentence.
enum DeviceLine {
    /// Longest line that is looked at, in bytes.
    private static let length = 160

    static func isOne(_ line: TextLine) -> Bool {
        guard line.lower.count <= length else { return false }
        let bare = stripped(line, of: "(<[*_ ".utf8, and: ")>]*_.! ".utf8)
        if let start = starts.areAtStart(of: bare.lower) {
            let rest = bare[(bare.lower.startIndex + start)..<bare.lower.endIndex]
            return holds(rest[rest.lower.startIndex..<endOfDevice(rest)], known: startsKnown(bare))
        }
        guard let end = ends.areAtEnd(of: bare.lower), bare.lower.count < 60 else { return false }
        return holds(bare[bare.lower.startIndex..<(bare.lower.endIndex - end)], known: true)
    }

    /// Whether the words before the device name one already.
    private static func startsKnown(_ line: TextLine) -> Bool { names.areAtStart(of: line.lower) != nil }

    /// Where an excuse or a slogan begins.
    private static func endOfDevice(_ line: TextLine) -> Int {
        line.lower.indices.first { excuses.areAtStart(of: line.lower[$0...]) != nil } ?? line.lower.endIndex
    }

    /// Whether all words are names of devices and programs, and one of them is a known one.
    private static func holds(_ words: TextLine, known: Bool) -> Bool {
        var isKnown = known
        for part in words.lower.split(whereSeparator: { separators.contains($0) }) {
            let word = stripped(words[part.startIndex..<part.endIndex], of: "\"'-".utf8, and: ".\"'!-".utf8)
            guard let first = word.lower.indices.first else { continue }
            if word.lower.split(separator: UInt8(ascii: "/")).allSatisfy({ joints.contains(Array($0)) }) { continue }
            let hasNumber = word.lower.contains(where: \.isDigit)
            let hasLetter = word.lower.contains(where: \.isLetter)
            let isDevice =
                devices.areAtStart(of: word.lower) != nil || links.areIn(word.lower) || hasNumber && hasLetter
            guard isDevice || hasNumber || word.isCapital(at: first) || word.lower[first] >= 0xE0 else { return false }
            if isDevice { isKnown = true }
        }
        return isKnown
    }

    private static func stripped(
        _ line: TextLine, of opening: String.UTF8View, and closing: String.UTF8View
    ) -> TextLine {
        guard let first = line.lower.firstIndex(where: { !opening.contains($0) }),
            let last = line.lower.lastIndex(where: { !closing.contains($0) }), first <= last
        else { return line[line.lower.startIndex..<line.lower.startIndex] }
        return line[first..<(last + 1)]
    }

    private static let separators = Array(" ,()[]|'\t".utf8)
    private static let links = Phrases(["://", "www.", "<"])
    private static let names = Phrases([
        "get outlook", "get [outlook", "holen sie sich outlook", "outlook ", "laden sie outlook", "télécharger outlook",
        "obtenir outlook", "obtenez outlook", "hent outlook", "få outlook", "hämta outlook", "hanki outlook",
        "ottieni outlook", "scarica outlook", "obtener outlook", "obtenga outlook", "obter o outlook",
        "pobierz outlook", "pobierz program outlook", "získat outlook", "von unterwegs", "sent on the go",
        "someone from mobile",
    ])

    private static let starts = Phrases([
        "sent from ", "sent via ", "sent with ", "sent by ", "sent using ", "sent on ", "get outlook for",
        "get [outlook", "from my ", "gesendet von ", "gesendet mit ", "gesendet aus ", "gesendet über ",
        "gesendet via ",
        "diese nachricht wurde von ", "diese e-mail wurde von ", "von meinem ", "von meinem/", "vom ", "von yahoo ",
        "von gmx ", "von web.de ", "sent on the go", "someone from mobile", "von unterwegs", "von meiner ",
        "holen sie sich outlook",
        "outlook für ", "laden sie outlook", "envoyé depuis ", "envoyé de ", "envoyé à partir ", "envoyé avec ",
        "télécharger outlook", "obtenir outlook", "obtenez outlook", "provenance : ", "provenance: ",
        "verzonden vanaf ",
        "verzonden met ", "verzonden via ", "verstuurd vanaf ", "verstuurd met ", "outlook voor ", "sendt fra ",
        "sendt med ", "sendt via ", "hent outlook", "få outlook", "skickat från ", "skickat via ", "skickat med ",
        "skickades från ", "hämta outlook", "lähetetty ", "hanki outlook", "inviato da ", "inviato dal ",
        "inviato con ",
        "inviato dalla ", "ottieni outlook", "scarica outlook", "enviado desde ", "enviado do ", "enviado de ",
        "enviado da ", "enviado por ", "enviado a partir ", "enviado con ", "obtener outlook", "obtenga outlook",
        "obter o outlook", "wysłane z ", "wysłano z ", "wysłane ze ", "pobierz outlook", "pobierz program outlook",
        "odesláno z ", "získat outlook", "odoslané z ", "küldve ", "elküldve ", "trimis de pe ", "trimis din ",
        "poslano z ", "poslano iz ", "poslano s ", "отправлено с ", "отправлено из ", "отправлено через ",
        "надіслано з ", "надіслано із ", "изпратено от ", "στάλθηκε από ", "从我的", "發自我的", "发自我的", "從我的",
        "傳送自", "发自 ", "나의 ", "내 ", "נשלח מ",
    ])
    private static let ends = Phrases([
        " von unterwegs gesendet", "mobil gesendet", "から送信", "에서 보냄", " gönderildi", "dan gönderildi",
    ])
    private static let excuses = Phrases([
        "please excuse", "excuse", "please forgive", "bitte entschuldig", "entschuldig", "pardon", "- ", "– ",
    ])
    private static let joints: Set<[UInt8]> = Set(
        [
            "my", "the", "a", "an", "our", "for", "from", "on", "using", "with", "via", "and", "&", "mein", "meinem",
            "meiner", "der", "dem", "den", "die", "das", "mit", "von", "für", "einem", "einer", "aus", "auf", "und",
            "wurde", "zu", "secure",
            "mon", "ma", "du", "de", "la", "le", "un", "une", "pour", "depuis", "mijn", "een", "het", "voor", "vanaf",
            "min", "mitt", "med", "på", "till", "til", "mi", "mio", "dal", "dalla", "il", "con", "per", "desde", "el",
            "do",
            "da", "meu", "minha", "para", "o", "um", "z", "ze", "mojego", "mojej", "na", "dla", "mého", "pro", "môjho",
            "moje", "mog", "iz", "s", "pe", "meu", "моего", "моей", "для", "с", "мого", "моєї", "моя", "μου", "το",
            "device",
            "herunterladen", "downloaden", "ophalen", "発送", "发送", "發送", "傳送", "送出", "wurde", "versendet", "verschickt",
            "gesendet", "someone", "go", "d", "l", "sich", "sie", "app",
        ].map { LowerCase.folded(Array($0.utf8)) })
    private static let devices = Phrases([
        "iphone", "ipad", "ipod", "android", "galaxy", "samsung", "blackberry", "mobil", "mobiel", "mobiln", "móvil",
        "movil", "handy", "smartphone", "smart", "phone", "cell", "tablet", "tableau", "device", "gerät", "outlook",
        "mail", "e-mail", "email", "mailbox", "airmail", "thunderbird", "yahoo", "gmail", "icloud", "proton", "windows",
        "htc", "huawei", "xiaomi", "redmi", "xperia", "sony", "nokia", "lumia", "pixel", "oneplus", "motorola",
        "tapatalk", "typeapp", "bluemail", "k-9", "k9", "mymail", "aquamail", "spark", "app", "web.de", "gmx",
        "telekom", "t-online", "aol", "freenet", "freemail", "mac", "imac", "apple", "watch", "surface", "chromebook",
        "kindle",
        "fairphone", "téléphone", "telefon", "telefoon", "tablette", "tableta", "celular", "dispositivo", "puhelim",
        "laitte", "enhet", "enhed", "телефон", "смартфон", "почт", "мобильн", "яндекс", "пошт", "мобілн", "мобилн",
        "hey", "ios", "unterwegs", "gmail", "zoho", "fastmail", "posteo", "mailbird", "emclient", "em", "postbox",
        "orange", "free", "sfr", "手机", "手機",
        "小米", "华为", "我的", "κινητό",
    ])
}
