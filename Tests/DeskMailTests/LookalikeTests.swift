import DeskMail
import Testing

/// What authors write that looks like a signature or an old message and is none, and what only looks like their words.
/// `¶` stands for the end of a line.
struct LookalikeTests {
    private static let header = """
        Von: Desk <desk@desk.example>
        Gesendet: Montag, 30. November 2026 10:00
        An: anna@kunde.example
        Betreff: Rekorder
        """

    private func new(_ text: String, subject: String = "Re: Rekorder") -> String {
        let answered = AnsweredMail(
            subject: subject, addresses: [MailAddress(address: "desk@desk.example")],
            author: MailAddress(name: "Anna Weber", address: "anna@kunde.example"))
        return Quotation.segments(of: text, answered: answered).filter { $0.kind == .new }.map(\.text)
            .joined(separator: "\n\n")
    }

    @Test(arguments: [
        "Ich brauche noch¶--¶Netzteil¶Fernbedienung", "Bestellung¶--¶Rekorder VHS¶Kabel¶Batterien",
        "Guten Tag,¶¶das Gerät geht nicht.¶--¶Bild flimmert¶Ton weg",
        "Guten Tag,¶--¶Anbei die Daten¶Typ A¶Farbe Rot", "Hallo¶¶____¶Bild Schwarz¶Ton Aus",
        "Hallo¶¶__________________¶Modell VR 300¶Fehler: kein Bild",
        "Hallo¶¶-- ¶Ich habe vergessen zu sagen, dass die Kassette klemmt.", "Hallo¶¶-- ¶Bitte rufen Sie mich an.",
        "Hallo¶¶-- ¶Please call me back today.",
        "Hallo¶¶-- ¶Kundennummer 4711¶Fehler: kein Bild¶Kommt der Techniker heute?", "Hallo¶¶—¶Kundennummer 4711",
        "Hallo¶¶–¶Fehler E5", "Hallo¶¶--¶Nachtrag: es klemmt auch die Kassette",
        "Hallo¶¶--¶PS: es klemmt auch die Kassette.", "Hallo¶¶-- ¶P.S. Ich bin erst ab 18 Uhr da.",
        "Rechnung 4711¶--¶Betrag 50 Euro", "Hallo¶--¶Erste Frage offen¶--¶Zweite Frage offen",
        "Hallo¶***¶Bild weg¶***", "Hallo¶¶---¶Modell X¶---¶Fehler Y", "Hallo¶¶=====¶Bild weg",
        "Kontakt bitte über¶--¶0171 1234567", "Hallo¶¶Gesendet von meinem Chef bekam ich die Rechnung.",
        "Hallo¶¶Gesendet von meinem Nachbarn", "Sent from my office the parcel never arrived", "Sent via DHL",
        "Sent by post", "Gesendet mit DHL Express", "Gesendet mit Hermes Paket 12345", "Von meinem Konto abgebucht",
        "Von meinem Konto 4711 abgebucht", "Verschickt mit DHL", "Sent from Berlin", "Sent from Hamburg on 12 May",
        "Gesendet von Hamburg am 12.5.", "Enviado por correo", "Envoyé par la poste", "Envoyé de Paris",
        "Inviato da Roma", "Verzonden met PostNL", "Sendt med posten", "Skickat med posten",
        "Sent with my invoice 4711", "From my phone I can not log in", "From my iPhone 12 I can not log in",
        "Von meinem iPhone aus geht es nicht", "Von meinem Handy geht die App nicht", "Mein Handy gesendet",
        "Sent from my iPhone app the form shows error 5", "Gesendet von meinem iPhone kommt die Mail doppelt an",
        "Outlook für Android geht nicht", "Get Outlook for Android fails with error 5",
        "Am Bildschirm steht:¶> Fehler 5¶> Neustart", "Ich sehe dann¶¶> show version¶VR 300¶> exit¶ende",
        "Die Ausgabe ist:¶¶> 1 error¶> 2 warnings",
        "Bitte liefern¶¶An: Filiale Nord¶Von: Lager¶Datum: 3.5.¶¶Es eilt!",
        "To: Hamburg¶From: Berlin¶Date: 3 May 2026 10:00¶Subject: boxes¶¶Please confirm.",
        "Hallo¶¶Von: 3. Mai 2026 10:00¶An: 5. Mai 2026 12:00¶Betreff: Rekorder¶¶Geht das?",
        "Hallo¶¶Datum: 30.11.2026¶Von: Berlin¶An: Rekorder¶Kopie: nein¶¶Geht das?",
        "Fehlermeldung¶¶From: MAILER-DAEMON@provider.example¶To: anna@kunde.example¶"
            + "Date: Mon, 30 Nov 2026 10:00:00 +0100¶Subject: Undelivered¶¶user unknown¶¶Was soll ich tun?",
        "Hier die Daten¶¶Name: Weber¶Von: Montag¶Bis: Freitag¶E-Mail: anna@kunde.example¶"
            + "Betreff: Rekorder¶¶Bitte bestätigen.",
        "Hallo¶¶----- Meine Mail-Adresse -----¶anna@neu.example¶¶Bitte ändern.",
        "Hallo¶¶-------- Nachricht an den Techniker --------¶Bitte klingeln.",
        "Hallo¶¶=== Nachricht ===¶Bitte klingeln.",
        "Hallo¶¶---------- Original ----------¶VR-300¶---------- Kopie ----------¶VR-301¶welcher ist echt?",
        "Auf dem Zettel vom 24.11.2026 10:00 stand:¶¶Bitte abholen.¶Das tat ich.",
        "Am 24.11.2026 um 10:00 wurde mir von desk@desk.example geschrieben:¶¶Gerät kommt.¶¶Es kam nicht.",
        "On 24 Nov 2026 at 10:00 your desk@desk.example wrote to me:¶¶The device will come.¶¶It did not.",
        "Le 24/11/2026 à 10:00 Desk <desk@desk.example> m'a écrit :¶¶On arrive.¶¶Personne n'est venu.",
        "Ihr Kollege schrieb um 10:00 am 24.11.:¶Das Gerät kommt.¶Es kam nicht.",
        "Herr Kunz (kunz@desk.example) schrieb:¶Das Gerät kommt morgen.¶Es kam nicht.",
        "Mo 30.11.2026 10:00 - 12:00 bin ich da.¶Di 1.12.2026 auch:¶bitte kommen.",
        "Log:¶```¶-- ¶select 1¶> x¶```¶was tun?",
        "Sie schrieben:¶> Farbe?¶Rot.¶Und weiter unten schrieben Sie:¶> Größe?¶42", "AB> hallo¶Was heißt das?",
        "- eins¶- zwei¶¶**Wichtig:** drei", "Teil 1¶¶----¶¶Teil 2", "1. eins¶2. zwei¶¶Danke",
    ])
    func `what only looks like a signature, a quote or a header is shown`(lines: String) {
        let text = lines.replacing("¶", with: "\n")
        #expect(new(text) == text)
    }

    @Test(arguments: [
        "-- ¶Anna Weber¶Kundendienst Weber GmbH¶Tel. 030 123456¶www.weber.example", "--¶Anna Weber", "-- ¶Anna",
        "--¶Anna Weber¶anna@kunde.example", "--¶Mit freundlichen Grüßen¶Anna Weber",
        "-- ¶Weber GmbH & Co. KG | Hauptstr. 5 | 10115 Berlin¶Geschäftsführer: Max Weber¶"
            + "HRB 1234 Amtsgericht Berlin",
        "-- ¶Anna Weber¶¶"
            + "Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige Empfänger sind, "
            + "löschen Sie bitte diese Mail.",
        "-- ¶Anna Weber¶Please consider the environment before printing this email.",
        "-- ¶Anna Weber¶\"Wer nichts wagt, der nichts gewinnt.\"", "-- ¶Gruß¶Anna",
        "_______________________¶Anna Weber¶Tel.: 030 123456",
        "-- ¶"
            + "This email and any attachments are confidential and intended solely for the addressee. If you "
            + "have received it in error please notify us.",
        "-- ¶Dr. Anna Weber¶Mobil +49 171 1234567¶Skype: annaweber",
        "--¶Diese E-Mail wurde von Avast Antivirus-Software auf Viren geprüft.¶https://www.avast.com/antivirus",
        "Von meinem/meiner Galaxy gesendet", "Von meinem Samsung Galaxy S21 5G gesendet", "Sent from my Galaxy",
        "Envoyé depuis mon Galaxy", "Inviato dal mio Galaxy", "Enviado desde mi Galaxy",
        "Verzonden vanaf mijn Galaxy", "Wysłane z mojego Galaxy", "Skickat från min Galaxy", "Sendt fra min Galaxy",
        "Gesendet von meinem Mobiltelefon", "Gesendet mit der mobilen Mail App",
        "Diese Nachricht wurde von meinem Android Mobiltelefon mit WEB.DE Mail gesendet.",
        "Gesendet mit der WEB.DE Mail App", "Von meinem Android-Gerät gesendet",
        "Sent from my Samsung Galaxy smartphone.", "Sent from my Verizon, Samsung Galaxy smartphone",
        "Get Outlook for Android", "Outlook für Android herunterladen", "Holen Sie sich Outlook für iOS",
        "Sent from Yahoo Mail for iPhone", "Sent from my BlackBerry 10 smartphone.",
        "Gesendet von Mail für Windows 10", "Sent from Mail for Windows 10", "Envoyé à partir d’Outlook pour iOS",
        "Télécharger Outlook pour Android", "Obtener Outlook para Android", "Sent from Proton Mail for iOS",
        "Sent with Proton Mail secure email.", "Sent from Gmail Mobile", "Sent from AOL Mobile Mail",
        "Sent with Spark", "Gesendet aus der GMX Mail App", "Von unterwegs gesendet", "Sent from mobile",
        "Sent on the go", "Sent from my mobile device", "Gesendet von unterwegs",
        "Sent from my phone, please excuse typos", "Von Yahoo Mail auf Android gesendet",
        "Gesendet mit Telekom Mail - kostenlos und sicher für alle!",
        "Gesendet mit freenet Mail - zuverlässig und sicher.",
    ])
    func `a signature is hidden`(lines: String) {
        #expect(new("Danke\n\n" + lines.replacing("¶", with: "\n")) == "Danke")
    }

    @Test(arguments: [
        "WG: Rekorder", "Fwd: Rekorder", "FW: Rekorder", "[Fwd: Rekorder]", "Rekorder (fwd)",
        "Weitergeleitet: Rekorder", "Weiterleitung: Rekorder", "TR: Rekorder", "RV: Rekorder", "ENC: Rekorder",
        "I: Rekorder", "Doorst: Rekorder", "VL: Rekorder", "PD: Rekorder", "Fwd.: Rekorder", "FWD : Rekorder",
        "Wtr: Rekorder", "Wg.: Rekorder", "Fw:Rekorder", "VB: Rekorder", "Videresendt: Rekorder",
        "Inoltra: Rekorder", "Továbbítás: Rekorder", "İlt: Rekorder", "Přeposláno: Rekorder", "转发：Rekorder",
        "전달: Rekorder", "Пересылка: Rekorder", "ΠΡΘ: Rekorder",
    ])
    func `what is forwarded is shown whole, whatever its mark`(subject: String) {
        let text = "fyi\n\n\(Self.header)\n\nDie Anzeige bleibt dunkel.\n\n> alt"
        #expect(new(text, subject: subject) == text)
    }

    // MARK: Within and below old messages

    @Test(arguments: [
        "Meine Antworten habe ich unter Ihre Fragen geschrieben.", "Antworten stehen bei den Fragen.",
        "My answers are in the text.", "See my comments.", "Habe dazwischen geantwortet.", "s. u.",
        "Antworten in GROSSBUCHSTABEN.", "Antworten fett markiert.", "Meine Antworten in grün.", "Answers in bold.",
        "Please see my replies in between.", "Mes réponses dans le texte.", "Risposte nel testo.",
        "Mijn antwoorden staan in de tekst.", "Se mine svar i teksten.", "Ответы в тексте.",
        "Respuestas en el texto.", "Comments in line.", "Antworten (kursiv) eingefügt.",
        "Ich habe meine Antworten eingefügt.", "Ich antworte direkt im Text.", "Siehe meine Anmerkungen.",
        "Responses embedded.", "Odpowiedzi w tekście.",
    ])
    func `an author who points below is read there`(pointer: String) {
        let text = "\(pointer)\n\n\(Self.header)\n\nWelche Farbe?\nRot.\nWelche Größe?\n42"
        #expect(new(text) == text)
    }

    @Test(arguments: [
        "Hallo,", "Hallo Herr Kunz,", "Guten Tag,", "Sehr geehrte Damen und Herren,", "Hi,", "Dear Sir or Madam,",
        "Hello Desk,", "Bonjour,", "Hej,", "Moin,", "Hallo zusammen!", "Liebes Team,", "Guten Morgen Frau Maier,",
        "Servus,", "Grüezi,", "Hola,", "Buongiorno,",
    ])
    func `who only greets above an old message goes on within it`(greeting: String) {
        for old in [Self.header, "Am 30.11.2026 um 10:00 schrieb Desk <desk@desk.example>:"] {
            let text = "\(greeting)\n\n\(old)\n\nWelche Farbe?\nRot.\n\nGruß\nAnna"
            #expect(new(text) == text)
        }
        let signed = "Meine Angaben\n\n\(Self.header)\n\nWelche Farbe?\nRot.\n\nGruß\nAnna Weber"
        #expect(new(signed) == signed)
    }

    @Test(arguments: [
        "Das schrieb mir der Händler:¶¶---------- Forwarded message ---------¶"
            + "From: Händler <h@dealer.example>¶Date: Mon, 30 Nov 2026 at 10:00¶Subject: Lieferung¶"
            + "To: anna@kunde.example¶¶Wir liefern nicht.",
        "Zur Info¶¶---------- Forwarded message ---------¶From: Händler <h@dealer.example>¶"
            + "Date: Mon, 30 Nov 2026 at 10:00¶Subject: Lieferung¶To: anna@kunde.example¶¶Wir liefern nicht.",
        "Zur Info¶¶-------- Weitergeleitete Nachricht --------¶Betreff: Lieferung¶"
            + "Datum: Mon, 30 Nov 2026 10:00:00 +0100¶Von: Händler <h@dealer.example>¶An: anna@kunde.example¶"
            + "¶Wir liefern nicht.",
        "Zur Info¶¶-----Ursprüngliche Nachricht-----¶Von: Händler <h@dealer.example>¶"
            + "Gesendet: Montag, 30. November 2026 10:00¶An: anna@kunde.example¶Betreff: Lieferung¶¶"
            + "Wir liefern nicht.",
        "Zur Info¶¶Anfang der weitergeleiteten Nachricht:¶¶Von: Händler <h@dealer.example>¶"
            + "Datum: 30. November 2026 um 10:00¶An: anna@kunde.example¶Betreff: Lieferung¶¶"
            + "Wir liefern nicht.",
        "FYI¶¶Begin forwarded message:¶¶From: Dealer <h@dealer.example>¶Subject: Delivery¶"
            + "Date: 30 November 2026 at 10:00¶To: anna@kunde.example¶¶We do not deliver.",
        "FYI¶¶----- Weitergeleitet von Anna Weber/Kunde am 30.11.2026 10:00 -----¶¶"
            + "Von:\tHändler <h@dealer.example>¶An:\tanna@kunde.example¶Datum:\t30.11.2026 10:00¶"
            + "Betreff:\tLieferung¶¶Wir liefern nicht.",
        "FYI¶¶-----Original Message-----¶From: Dealer <h@dealer.example>¶"
            + "Sent: Monday, November 30, 2026 10:00 AM¶To: anna@kunde.example¶Subject: Delivery¶¶"
            + "We do not deliver.",
        "Pour info¶¶-------- Message d'origine --------¶De : Marchand <h@dealer.example>¶"
            + "Date : 30/11/2026 10:00 (GMT+01:00)¶À : anna@kunde.example¶Objet : Livraison¶¶"
            + "Nous ne livrons pas.",
        "Der Händler sagt¶¶Am 30.11.2026 um 10:00 schrieb Händler <h@dealer.example>:¶¶"
            + "Wir liefern nicht.¶¶Was nun?",
    ])
    func `a message of another author is no old one`(lines: String) {
        let text = lines.replacing("¶", with: "\n")
        #expect(new(text) == text)
    }

    @Test(arguments: [
        "Hallo,¶¶Am 30.11.2026 um 10:00 schrieb Desk <desk@desk.example>:¶"
            + "> Haben Sie das Netzteil schon einmal aus- und wieder eingesteckt und gewartet?¶Ja, zweimal.",
        "Hallo,¶¶Am 30.11.2026 um 10:00 schrieb Desk <desk@desk.example>:¶"
            + "> Haben Sie das Netzteil schon einmal aus- und wieder eingesteckt und gewartet?¶ja, zweimal.",
        "Hallo,¶¶Am 30.11.2026 um 10:00 schrieb Desk <desk@desk.example>:¶"
            + "> Bitte geben Sie uns die Seriennummer auf der Rückseite des Gerätes¶SN 4711-2",
        "Hallo,¶¶Am 30.11.2026 um 10:00 schrieb Desk <desk@desk.example>:¶"
            + "> Bitte nennen Sie uns Ihre Kundennummer und die Nummer der Rechnung.¶4711¶R-2026-12",
        "Ok.¶¶Am 30.11.2026 um 10:00 schrieb Desk <desk@desk.example>:¶"
            + "> Please tell us the serial number that is printed on the back of the device¶It is 4711.",
    ])
    func `a line below the quotes is an answer, not the rest of the quote`(lines: String) {
        let text = lines.replacing("¶", with: "\n")
        #expect(text.split(separator: "\n").suffix(1).allSatisfy { new(text).contains($0) })
    }

    @Test func `armour is hidden only where it is closed`() {
        let text = "Hallo\n\n-----BEGIN PGP SIGNATURE----- gefunden, was ist das?\n\nBitte melden"
        #expect(new(text) == text)
        let encrypted = "-----BEGIN PGP MESSAGE-----\n\nhQEMA\n=abcd\n-----END PGP MESSAGE-----"
        #expect(new(encrypted) == encrypted)
        let signed = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nBitte kündigen.\n"
        #expect(
            new(signed + "-----BEGIN PGP SIGNATURE-----\n\niQ\n-----END PGP SIGNATURE-----") == "Bitte kündigen.")
    }
}
