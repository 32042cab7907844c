/// The line that a telephone or a mail program puts under a mail: "Sent from my iPhone".
///
/// Every word of it has to be one that such lines have, so that a sentence which only begins like one is a sentence.
enum DeviceLine {
    /// Longest line that is looked at.
    private static let length = 160

    static func isOne(_ line: Substring) -> Bool {
        guard line.utf8.count <= length else { return false }
        let bare = Substring(line.drop { "(<[*_".contains($0) }.reversed().drop { ")>]*_.!".contains($0) }.reversed())
        let lowered = bare.lowercased()
        if let start = starts.first(where: { lowered.hasPrefix($0) }) {
            let rest = bare.dropFirst(start.count)
            let excuse = excuses.lazy.compactMap { rest.lowercased().index(of: $0) }.first
            return holds(rest.prefix(excuse ?? rest.count), atLeastOne: !start.contains("outlook"))
        }
        guard let end = ends.first(where: { lowered.hasSuffix($0) }), lowered.utf8.count < 60 else { return false }
        return holds(bare.dropLast(end.count), atLeastOne: end == " gesendet")
    }

    /// Whether all words are names of devices and programs, and `atLeastOne` of them is known or has a number.
    private static func holds(_ words: Substring, atLeastOne: Bool) -> Bool {
        var isKnown = !atLeastOne
        for word in words.split(whereSeparator: { " ,()[]|\u{A0}".contains($0) }) {
            let bare = Substring(word.drop { "\"'“".contains($0) }.reversed().drop { ".\"'”!".contains($0) }.reversed())
            let lowered = bare.lowercased()
            if bare.isEmpty || lowered.split(separator: "/").allSatisfy({ joints.contains(String($0)) }) { continue }
            let isLink = lowered.contains("://") || lowered.hasPrefix("<") || lowered.contains("www.")
            let isDevice = devices.contains { lowered.hasPrefix($0) } || isLink || bare.contains { $0.isNumber }
            guard isDevice || bare.first?.isUppercase == true else { return false }
            if isDevice { isKnown = true }
        }
        return isKnown
    }

    private static let starts = [
        "sent from ", "sent via ", "sent with ", "sent by ", "sent using ", "sent on ", "get outlook for",
        "get [outlook",
        "from my ", "gesendet von ", "gesendet mit ", "gesendet aus ", "gesendet über ", "gesendet via ",
        "diese nachricht wurde von ", "diese e-mail wurde von ", "von meinem ", "von meiner ", "holen sie sich outlook",
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
    ]
    private static let ends = [
        " from mobile", " mobilgerät gesendet", " mobiltelefon gesendet", " handy gesendet", " iphone gesendet",
        " ipad gesendet", " galaxy gesendet", " gesendet", "から送信", "에서 보냄", " gönderildi", "dan gönderildi",
    ]
    private static let excuses = [
        "please excuse", "excuse", "please forgive", "bitte entschuldig", "entschuldig", "pardon",
    ]
    private static let joints: Set<String> = [
        "my", "the", "a", "an", "our", "for", "from", "on", "using", "with", "via", "and", "&", "mein", "meinem",
        "meiner", "der", "dem", "den", "die", "das", "mit", "von", "für", "einem", "einer", "aus", "auf", "und",
        "wurde", "zu", "secure",
        "mon", "ma", "du", "de", "la", "le", "un", "une", "pour", "depuis", "mijn", "een", "het", "voor", "vanaf",
        "min", "mitt", "med", "på", "till", "til", "mi", "mio", "dal", "dalla", "il", "con", "per", "desde", "el", "do",
        "da", "meu", "minha", "para", "o", "um", "z", "ze", "mojego", "mojej", "na", "dla", "mého", "pro", "môjho",
        "moje", "mog", "iz", "s", "pe", "meu", "моего", "моей", "для", "с", "мого", "моєї", "моя", "μου", "το",
        "device",
        "herunterladen", "downloaden", "ophalen", "発送", "发送", "發送", "傳送", "送出", "wurde", "versendet", "verschickt",
        "gesendet", "someone",
    ]
    private static let devices = [
        "iphone", "ipad", "ipod", "android", "galaxy", "samsung", "blackberry", "mobil", "mobiel", "mobiln", "móvil",
        "movil", "handy", "smartphone", "smart", "phone", "cell", "tablet", "tableau", "device", "gerät", "outlook",
        "mail", "e-mail", "email", "mailbox", "airmail", "thunderbird", "yahoo", "gmail", "icloud", "proton", "windows",
        "htc", "huawei", "xiaomi", "redmi", "xperia", "sony", "nokia", "lumia", "pixel", "oneplus", "motorola",
        "tapatalk", "typeapp", "bluemail", "k-9", "k9", "mymail", "aquamail", "spark", "app", "web.de", "gmx",
        "telekom", "t-online", "aol", "freenet", "freemail", "mac", "imac", "apple", "watch", "surface", "chromebook",
        "kindle",
        "fairphone", "téléphone", "telefon", "telefoon", "tablette", "tableta", "celular", "dispositivo", "puhelim",
        "laitte", "enhet", "enhed", "телефон", "смартфон", "почт", "мобильн", "яндекс", "пошт", "мобілн", "мобилн",
        "hey", "fastmail", "posteo", "mailbird", "emclient", "em", "postbox", "orange", "free", "sfr", "手机", "手機",
        "小米", "华为", "我的", "κινητό",
    ]
}

extension String {
    /// How many characters stand before the first occurrence of `part`; nil if there is none.
    fileprivate func index(of part: String) -> Int? {
        ranges(of: part).first.map { distance(from: startIndex, to: $0.lowerBound) }
    }
}
