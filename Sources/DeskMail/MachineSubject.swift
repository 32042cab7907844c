/// Subjects as programs write them.
///
/// By itself such a subject only forbids an automatic reply, and only where it is a whole phrase of a program: people
/// write "Delivery problem with my order" and "Abwesend am Montag". Beside another sign it tells what kind of report a
/// message is; then the beginnings of such phrases are enough.
enum MachineSubject {
    /// Whether the decoded subject, reply marks aside, is one that only programs write.
    static func forbidsReply(_ subject: String) -> Bool {
        isAbsence(subject) || isFailurePhrase(subject)
    }

    /// Whether it is a whole phrase of a mail server that could not deliver; `fromProgram`: something else says that a
    /// program wrote it, so that a word is enough before the subject of the returned message.
    static func isFailurePhrase(_ subject: String, fromProgram: Bool = false) -> Bool {
        let words = key(subject)
        if wholeFailures.contains(words) || words.contains("not listed in") && words.hasPrefix("delivery failure") {
            return true
        }
        return (fromProgram ? failures + failureWords : failures).contains { isPhrase($0, of: words) }
    }

    /// Whether it is that of a vacation notice or another automatic reply.
    static func isAbsence(_ subject: String) -> Bool {
        let words = key(subject)
        if absences.contains(where: { isPhrase($0, of: words) }) { return true }
        // Notes: "AUTO: Weber, Anna is out of the office. (returning 05/01/2010)".
        return words.hasPrefix("auto:") && presences.contains { words.contains($0) }
    }

    /// Whether it begins as that of a failed delivery, perhaps behind a `[name]`.
    static func isFailure(_ subject: String) -> Bool {
        let words = key(subject)
        let bare = words.firstIndex(of: "]").map { words[words.index(after: $0)...].drop { $0 == " " } } ?? words[...]
        return (failures + failureBeginnings).contains { words.hasPrefix($0) || bare.hasPrefix($0) }
    }

    /// The phrase is followed by nothing, by punctuation, or by how long somebody is away.
    private static func isPhrase(_ phrase: String, of words: String) -> Bool {
        guard words.hasPrefix(phrase) else { return false }
        let rest = words.dropFirst(phrase.count).drop { $0 == " " }
        guard let next = rest.first else { return true }
        if next.isPunctuation || next.isSymbol { return true }
        guard words.dropFirst(phrase.count).first == " " else { return false }
        return continuations.contains(rest.prefix { $0.isLetter }.lowercased())
    }

    private static let continuations: Set<String> = [
        "until", "till", "from", "returning", "reply", "autoreply", "auto", "message", "notification", "notice",
        "response", "bis", "vom", "von",
    ]

    /// Lower case, without reply marks, opening punctuation and hyphens: `Auto-Reply:` and `[auto reply]` are one. A
    /// dash between blanks ends a phrase and stays.
    private static func key(_ subject: String) -> String {
        var text = ""
        var last: Character = " "
        for character in SubjectLine.withoutMarks(subject).prefix(120).lowercased() {
            let isJoint = character == "-" && last != " " || character == "_" || character == " "
            if isJoint {
                if !text.isEmpty, text.last != " " { text.append(" ") }
            } else if !text.isEmpty || character.isLetter {
                text.append(character)
            }
            last = character
        }
        return text
    }

    private static let absences = [
        "auto reply", "autoreply", "auto response", "autoresponse", "automatic reply", "automatic response",
        "automated reply", "automated response", "automatische antwort", "automatische rückantwort",
        "automatisch antwoord", "automatische beantwortung", "automatisches antwort", "automatisk svar",
        "automatiskt svar", "automaattinen vastaus", "autosvar", "réponse automatique", "reponse automatique",
        "respuesta automática", "resposta automática", "risposta automatica", "automatická odpověď",
        "odpowiedź automatyczna", "automatyczna odpowiedź", "автоответ", "автоматический ответ", "自動応答",
        "自动回复", "自動回覆", "out of office", "out of the office", "abwesenheitsnotiz", "abwesenheitsnachricht",
        "abwesenheitsmeldung", "abwesenheitsassistent", "urlaubsbenachrichtigung", "absence du bureau",
        "message d'absence", "fuera de la oficina", "fuori sede", "fuori ufficio", "vacation reply",
        "vacation message", "vacation notice", "vacation response", "away from my mail", "away from the office",
    ]

    private static let presences = ["out of the office", "out of office", "außer haus", "nicht im büro"]

    /// Whole phrases of mail servers.
    private static let failures = [
        "undelivered mail returned to sender", "undeliverable mail", "undeliverable message", "mail undeliverable",
        "message undeliverable", "returned mail: see transcript for details", "returned mail: user unknown",
        "returned mail: host unknown", "mail delivery failed", "mail delivery failure", "mail delivery system",
        "mail delivery error", "message delivery failure", "delivery status notification", "delivery failure notice",
        "delivery failure notification", "non delivery report", "non delivery notification", "failure notice",
        "warning: could not send message", "warning: message delayed", "delayed mail", "mail system error",
    ]

    /// The whole subject.
    private static let wholeFailures: Set<String> = [
        "delivery failure", "mail delivery", "undeliverable", "mail could not be delivered",
    ]

    /// What programs put before the subject of what they return: `Undeliverable: Re: my order`.
    private static let failureWords = ["undeliverable", "unzustellbar", "non delivery", "undelivered"]

    /// How the subjects of failed deliveries begin; a person's may, too.
    private static let failureBeginnings = [
        "undeliver", "unzustellbar", "nicht zustellbar", "returned mail", "returned message", "returned to sender",
        "return to sender", "mail returned", "mail delivery", "message delivery", "delivery status", "delivery fail",
        "delivery notification", "delivery problem", "delivery report", "delivery error", "delivery delay",
        "failure delivery", "failed delivery", "failed mail", "mail fail", "mail error", "permanent delivery failure",
        "mail could not be delivered", "message could not be delivered", "message you sent blocked", "non delivery",
        "nondeliverable", "non recapitabile", "not delivered", "email not delivered", "mail not delivered",
        "email delivery fail",
        "could not deliver", "could not send message", "unable to deliver", "cannot deliver", "problem delivering",
        "error sending", "rejected mail", "mail rejected", "warning: could not send", "warning: message",
        "user unknown", "unknown user", "bounced mail", "zustellung fehlgeschlagen", "zustellungsfehler",
        "fehler bei der zustellung", "übermittlungsfehler", "non remis", "échec de la remise",
        "no se puede entregar", "mancata consegna", "不能送达", "배달 실패",
    ]
}
