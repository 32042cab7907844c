/// Subjects as only machines write them.
///
/// The words are those that vacation programs and mail servers begin with; a person who quotes them behind `Re:` is
/// answering such a program and needs no automatic reply either.
enum MachineSubject {
    /// Whether the decoded subject begins, reply marks aside, as a machine's does.
    static func matches(_ subject: String) -> Bool {
        let words = key(subject)
        return absences.contains { words.hasPrefix($0) } || failures.contains { words.hasPrefix($0) }
    }

    /// Whether it begins as that of a failed delivery.
    static func isFailure(_ subject: String) -> Bool {
        let words = key(subject)
        return failures.contains { words.hasPrefix($0) }
    }

    /// Lower case, without reply marks, opening punctuation and hyphens: `Auto-Reply:` and `[auto reply]` are one.
    private static func key(_ subject: String) -> String {
        var text = ""
        for character in SubjectLine.withoutMarks(subject).prefix(80).lowercased() {
            if character == "-" || character == "_" || character == " " {
                if !text.isEmpty, text.last != " " { text.append(" ") }
            } else if !text.isEmpty || character.isLetter {
                text.append(character)
            }
        }
        return text
    }

    private static let absences = [
        "auto:", "auto reply", "autoreply", "auto response", "autoresponse", "auto respond", "automatic reply",
        "automatic response", "automated reply", "automated response", "automatische antwort", "automatisch antwoord",
        "automatische beantwortung", "automatisches antwort", "automatisk svar", "autosvar", "réponse automatique",
        "reponse automatique", "respuesta automática", "resposta automática", "risposta automatica",
        "automatická odpověď", "odpowiedź automatyczna", "автоответ", "自動応答", "自动回复",
        "out of office", "out of the office", "out of town", "abwesenheit", "abwesend", "ich bin abwesend",
        "bin abwesend", "nicht im büro", "nicht im haus", "urlaubsbenachrichtigung", "absence du bureau", "absence de",
        "message d'absence", "fuera de la oficina", "fuori sede", "fuori ufficio", "vacation reply",
        "vacation message", "vacation notice", "vacation response", "away from my mail", "away from the office",
    ]

    private static let failures = [
        "undeliverable", "undelivered", "undeliver", "unzustellbar", "nicht zustellbar", "returned mail",
        "returned message", "returned to sender", "return to sender", "mail returned", "mail delivery",
        "mail undeliverable",
        "message delivery", "delivery status", "delivery fail", "delivery failure", "delivery notification",
        "delivery problem", "delivery report", "delivery error", "delivery delay", "delayed mail", "failure notice",
        "failure delivery", "failed delivery", "failed mail", "mail fail", "mail error", "mail system error",
        "mail could not be delivered", "message could not be delivered", "message undeliverable",
        "message you sent blocked", "non delivery", "nondeliverable", "non recapitabile", "not delivered",
        "email not delivered", "mail not delivered", "could not deliver", "could not send message",
        "unable to deliver", "cannot deliver", "problem delivering", "error sending", "rejected mail", "mail rejected",
        "warning: could not send", "warning: message", "user unknown", "unknown user", "bounced mail",
        "zustellung fehlgeschlagen", "zustellungsfehler", "fehler bei der zustellung", "übermittlungsfehler",
        "unzustellbare nachricht", "non remis", "échec de la remise", "no se puede entregar", "mancata consegna",
        "不能送达", "배달 실패",
    ]
}
