/// The text of an automatic reply, made from a template.
public enum AutomaticText {
    /// What a customer is told when his mail became a ticket, unless the queue has words of its own.
    public static let template = """
        Guten Tag,

        vielen Dank für Ihre Nachricht. Sie ist bei uns eingegangen und hat die Nummer

            {number}

        Betreff: {subject}

        Wir kümmern uns darum und melden uns bei Ihnen. Wenn Sie noch etwas hinzufügen möchten,
        antworten Sie bitte auf diese Mail und lassen Sie die Nummer im Betreff stehen; so landet
        alles bei demselben Vorgang.

        Diese Antwort wurde automatisch verschickt.
        """

    /// Fills `{number}`, `{subject}` and the other words of `values` into a template, in one pass: what is filled in is
    /// never filled in again. Other braces stay as they are.
    public static func fill(_ template: String, with values: [String: String]) -> String {
        var text = ""
        var rest = Substring(template)
        while let open = rest.utf8.firstIndex(of: UInt8(ascii: "{")) {
            text += rest[..<open]
            rest = rest[open...]
            guard let close = rest.utf8.prefix(40).firstIndex(of: UInt8(ascii: "}")),
                let value = values[String(rest[rest.index(after: open)..<close])]
            else {
                text += "{"
                rest = rest.dropFirst()
                continue
            }
            text += CleanText.line(value, atMost: 300)
            rest = rest[rest.index(after: close)...]
        }
        return text + rest
    }
}
