/// Words of an author who goes on within the old message below them.
enum Pointer {
    private static let length = 400

    /// Whether the line says so. Words that may say something else cost no more than an old text that is shown.
    static func isIn(_ line: TextLine) -> Bool {
        guard line.lower.count <= length, line.lower.first != UInt8(ascii: ">") else { return false }
        return phrases.areIn(line.lower) || line.lower.split { !$0.isLetter }.contains { words.contains(Array($0)) }
    }

    private static let phrases = Phrases([
        "s.u.", "s. u.", "antworten", "antwort un", "geantwortet", "antworte direkt", "anmerkung", "im text",
        "im zitat",
        "in rot", "in blau", "in grün", "in fett", "rot markiert", "fett markiert", "farbig", "kursiv",
        "großbuchstaben", "zwischen den zeilen", "unter ihre", "unter deine", "zu ihren fragen", "zu deinen fragen",
        "my answers", "my replies", "my comments", "my responses", "our answers", "our comments", "answers in",
        "replies in", "comments in", "responses in", "in line", "in red", "in blue", "in green", "in bold", "in caps",
        "in the text", "in between", "embedded in", "answers embedded", "responses embedded", "comments embedded",
        "interspersed", "mes réponses", "mes commentaires", "dans le texte",
        "ci-dessous", "ci-après", "en rouge", "en bleu", "nel testo", "in rosso", "qui sotto", "le mie risposte",
        "in de tekst", "mijn antwoord", "zie onder", "i teksten", "i texten", "mine svar", "mina svar", "en el texto",
        "mis respuestas", "más abajo", "ver abajo", "no texto", "minhas respostas", "w tekście", "moje odpowiedzi",
        "v textu", "v texte", "в тексте", "мои ответы", "красным", "см. ниже", "a szövegben", "metnin içinde",
    ])

    private static let words = Set(
        [
            "unten", "untenstehend", "unterhalb", "darunter", "dazwischen", "hierunter", "eingefügt", "inline", "below",
            "beneath", "underneath", "hereunder", "hieronder", "onderstaand", "sotto", "abajo", "abaixo", "nedenfor",
            "nedan", "alla", "poniżej", "níže", "nižšie", "ниже", "нижче", "lejjebb", "aşağıda",
        ].map { LowerCase.folded(Array($0.utf8)) })
}

/// A line of the armour of PGP (RFC 9580 §6.2).
enum ArmourLine {
    case signedText, message, beginning, end

    /// `nil` if the line is none, or has other words in it.
    init?(_ line: TextLine) {
        let bare = line.trimmed.text
        guard bare.count <= 60, bare.starts(with: "-----".utf8), bare.suffix(5).elementsEqual("-----".utf8) else {
            return nil
        }
        let title = bare.dropFirst(5).dropLast(5)
        if title.elementsEqual("BEGIN PGP SIGNED MESSAGE".utf8) {
            self = .signedText
        } else if title.starts(with: "BEGIN PGP MESSAGE".utf8) {
            self = .message
        } else if title.starts(with: "BEGIN PGP ".utf8) {
            self = .beginning
        } else if title.starts(with: "END PGP ".utf8) {
            self = .end
        } else {
            return nil
        }
    }
}
