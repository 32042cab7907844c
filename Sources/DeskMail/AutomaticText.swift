/// The text of an automatic reply; the engine puts number, subject and queue in their places.
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
}
