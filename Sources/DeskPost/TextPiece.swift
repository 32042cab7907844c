import DeskMail

/// A part that may be shown as text; HTML stays HTML until it is known to be shown.
struct TextPiece {
    var text: String
    var isMarkup: Bool

    var isBlank: Bool { text.utf8.allSatisfy { $0 <= 0x20 } }
}

/// Makes the text that is shown out of its pieces.
struct ShownText {
    /// What was left out.
    private(set) var cuts = Cuts()
    private(set) var isMarkupSound = true
    /// Bytes of HTML that were parsed; the bound holds for all pieces together.
    private var parsed = 0

    /// The text of all pieces, one below the other.
    mutating func text(of pieces: [TextPiece]) -> String {
        var texts: [String] = []
        for piece in pieces where !piece.isBlank {
            let text = piece.isMarkup ? plain(piece.text) : piece.text
            if text.utf8.contains(where: { $0 > 0x20 }) { texts.append(text) }
        }
        return cuts.text(texts.joined(separator: "\n\n"), within: .text)
    }

    private mutating func plain(_ html: String) -> String {
        let lean = Markup.withoutBulk(html)
        let kept = cuts.text(lean, within: .markup, used: parsed)
        parsed += kept.utf8.count
        let (text, isSound) = Markup.text(of: kept)
        if !isSound { isMarkupSound = false }
        return text
    }
}
