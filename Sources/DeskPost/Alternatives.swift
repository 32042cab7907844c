/// Which of several alternatives (RFC 2046 §5.1.4) is shown.
struct Alternatives {
    /// Bytes of HTML that may still be read to compare plain texts with it; a message has one or two of them.
    private var markupLeft = 128 << 10
    /// Bytes of HTML that are read for one.
    private static let markupMost = 64 << 10
    /// A plain text that is longer is no stub.
    private static let stubMost = 1000

    /// Plain text is what the sender saw fit for readers like us, unless it is only a stub beside the HTML; failing
    /// that, the richest comes last.
    mutating func choice(of alternatives: [[TextPiece]]) -> [TextPiece] {
        let rich = alternatives.last { $0.contains(where: \.isMarkup) }
        guard let plain = alternatives.first(where: { $0.allSatisfy { !$0.isMarkup } }) else {
            return alternatives.last ?? []
        }
        guard let rich, isStub(plain, beside: rich) else { return plain }
        return rich
    }

    private mutating func isStub(_ plain: [TextPiece], beside rich: [TextPiece]) -> Bool {
        let text = plain.map(\.text).joined(separator: "\n")
        guard text.utf8.count <= Self.stubMost, markupLeft > 0 else { return false }
        let html = rich.map(\.text).joined(separator: "\n")
        let beginning = Markup.beginning(of: html, atMost: min(markupLeft, Self.markupMost))
        markupLeft -= beginning.utf8.count
        return Self.isStub(text, beside: Markup.text(of: beginning).text)
    }

    /// Whether a plain text is there only because there has to be one: it has no words, or fewer than the HTML and
    /// mostly others, or it speaks of mail programs, or the HTML says several times as much.
    static func isStub(_ plain: String, beside rich: String) -> Bool {
        let few = words(of: plain)
        let many = words(of: rich)
        guard !many.isEmpty else { return false }
        guard !few.isEmpty else { return true }
        let isMuchLess = many.count >= 4 * few.count
        let beginning = few.prefix(12).joined(separator: " ")
        if " \(many.joined(separator: " ")) ".contains(" \(beginning) ") {
            return isMuchLess && many.count >= few.count + 20
        }
        let known = Set(many)
        let shared = few.count { known.contains($0) }
        let saysOther = many.count >= few.count + 2 && 2 * shared < few.count
        return isMuchLess || saysOther || speaksOfPrograms(plain)
    }

    private static func speaksOfPrograms(_ text: String) -> Bool {
        let lowered = text.lowercased()
        return programs.contains { lowered.contains($0) }
    }

    private static let programs = [
        "html", "mail client", "mail-client", "mailclient", "mail reader", "mailreader", "mail program",
        "mail-programm", "mailprogramm", "email software", "e-mail software", "messagerie", "webbrowser", "web browser",
        "im browser", "your browser", "navigateur", "navegador", "programma di posta", "cliente de correo",
        "cliente de email", "mailprogram", "e-mailprogram", "программ", "邮件客户端", "メールソフト",
    ]

    /// Letters and digits in lower case, without addresses of web pages and names of inline images.
    private static func words(of text: String) -> [String] {
        text.split { $0 == " " || $0 == "\n" || $0 == "\t" || $0 == "\r" || $0 == "\u{A0}" }.compactMap { word in
            let isLink = word.contains("://") || word.contains("www.") || word.hasPrefix("[cid:")
            let letters = isLink ? "" : word.filter { $0.isLetter || $0.isNumber }
            return letters.isEmpty ? nil : letters.lowercased()
        }
    }
}
