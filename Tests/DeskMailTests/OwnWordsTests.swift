import DeskMail
import Testing

/// What is hidden of a text as old or as a signature, and what its author wrote all the same.
struct OwnWordsTests {
    private func new(_ text: String, subject: String = "Re: Rekorder") -> String {
        let answered = AnsweredMail(
            subject: subject, addresses: [MailAddress(address: "desk@desk.example")],
            author: MailAddress(name: "Anna Weber", address: "weber@kunde.example"))
        return Quotation.segments(of: text, answered: answered).filter { $0.kind == .new }.map(\.text)
            .joined(separator: "\n")
    }

    @Test(arguments: [
        "man. 30. nov. 2026 kl. 10:00 skrev Help <hilfe@desk.example>:",
        "man. 30. nov. 2026 kl. 10:00 skrev Hjelp <hilfe@desk.example\n>:",
        "ma 30. marrask. 2026 klo 10.00 Tuki (hilfe@desk.example) kirjoitti:",
        "пн, 30 нояб. 2026 г. в 10:00, Help <hilfe@desk.example>:", "30.11.2026 10:00, Help пишет:",
        "30 ноября 2026 г., 10:00 пользователь Help <hilfe@desk.example> написал:",
        "пн, 30 лист. 2026 р. о 10:00 Help <hilfe@desk.example> пише:",
        "pon., 30 lis 2026 o 10:00 Help <hilfe@desk.example> napisał(a):",
        "po 30. 11. 2026 v 10:00 odesílatel Help <hilfe@desk.example> napsal:",
        "Help <hilfe@desk.example> ezt írta (időpont: 2026. nov. 30., H, 10:00):",
        "Help <hilfe@desk.example>, 30 Kas 2026 Pzt, 10:00 tarihinde şunu yazdı:",
        "Em seg., 30 de nov. de 2026 às 10:00, Help <hilfe@desk.example>\nescreveu:",
        "El lun, 30 nov 2026 a las 10:00, Help (<hilfe@desk.example>) escribió:",
        "Den mån 30 nov. 2026 kl 10:00 skrev Help <hilfe@desk.example>:",
        "Op ma 30 nov 2026 om 10:00 schreef Help <hilfe@desk.example>:",
        "Il giorno lun 30 nov 2026 alle ore 10:00 Help <hilfe@desk.example> ha\nscritto:",
        "În lun., 30 nov. 2026 la 10:00, Help <hilfe@desk.example> a scris:",
        "Στις Δευ 30 Νοε 2026 στις 10:00 π.μ., ο/η Help <hilfe@desk.example> έγραψε:",
        "На пн, 30.11.2026 г. в 10:00 Help <hilfe@desk.example> написа:",
        "pon, 30. stu 2026. u 10:00 Help <hilfe@desk.example> napisao je:",
        "V V pon., 30. nov. 2026 ob 10:00 je oseba Help <hilfe@desk.example> napisala:",
        "Vào Th 2, 30 thg 11, 2026 vào lúc 10:00 Help <hilfe@desk.example> đã viết:",
        "Pada Sen, 30 Nov 2026 pukul 10.00 Help <hilfe@desk.example> menulis:",
        "2026年11月30日(月) 10:00 Help <hilfe@desk.example>:", "Help <hilfe@desk.example> 于2026年11月30日周一 10:00写道：",
        "2026년 11월 30일 (월) 오전 10:00, Help <hilfe@desk.example>님이 작성:",
        "---- On Mon, 30 Nov 2026 10:00:00 +0100 Help <hilfe@desk.example> wrote ----",
        "---- On Mon, 30 Nov 2026 10:00:00 +0100 Help <hilfe@desk.example> wrote ---",
        "On Mon, 30 Nov 2026 10:00:00 +0100 Help <hilfe@desk.example> wrote",
        "On Nov 30, 2026, at 10:00 AM, Help <hilfe@desk.example> wrote:",
        "Le lun. 30 nov. 2026 à 10:00, Help <hilfe@desk.example> a écrit :",
        "Le lun. 30 nov. 2026 à 10:00, Help <hilfe@desk.example> a\nécrit\u{A0}:",
        "Am Mo., 30. Nov. 2026 um 10:00 Uhr schrieb Help <\nhilfe@desk.example>:",
        "Quoting Help <hilfe@desk.example>:", "Zitat von Help <hilfe@desk.example>:",
        "Am 30.11.26 um 10:00 schrieb Help <hilfe@desk.example>:",
        "Lun, 30 nov 2026 a las 10:00 Help <hilfe@desk.example>:",
        "tir. 30. nov. 2026 10.00 skrev Help <hilfe@desk.example>:", "El 30/11/2026 a las 10:00, Help escribió:",
    ])
    func `an introduction of any language and its quote are old`(introduction: String) {
        #expect(new("Takk!\n\n\(introduction)\n\n> gammel\n> tekst") == "Takk!")
        // Without quote marks only an address of ours proves that what follows is old.
        guard introduction.contains("@"), introduction.contains(where: \.isNumber) else { return }
        #expect(new("Takk!\n\n\(introduction)\n\ngammel\ntekst") == "Takk!")
        let other = introduction.split(separator: "desk.example").joined(separator: "fremd.example")
        #expect(new("Takk!\n\n\(other)\n\nnicht alt").hasSuffix("nicht alt"))
    }

    @Test(arguments: [
        "De : Help <hilfe@desk.example>\nEnvoyé : lundi 30 novembre 2026 10:00\nÀ : Weber\nObjet : Rekorder",
        "________________________________\nDe : Help <hilfe@desk.example>\nEnvoyé : lundi\nÀ : Weber\nObjet "
            + ": Re: Rekorder",
        "De\u{A0}: Help\nEnvoyé\u{A0}: lundi\nÀ\u{A0}: Weber\nObjet\u{A0}: Rekorder",
        "-------- Ursprüngliche Nachricht --------\nVon: Hilfe <hilfe@desk.example>\nDatum: 30.11.26 10:00"
            + " (GMT+01:00)\nAn: Weber\nBetreff: Rekorder",
        "-----Original Message-----\nFrom: Help\nSent: Monday\nTo: a\nSubject: RE: Rekorder",
        "Fra: Help\nSendt: mandag\nTil: W\nEmne: Rekorder",
        "Van: Help\nVerzonden: maandag\nAan: W\nOnderwerp: Rekorder",
        "От: Help\nОтправлено: пн\nКому: W\nТема: Rekorder", "Od: Help\nWysłano: pon\nDo: W\nTemat: Rekorder",
    ])
    func `a header of the answered mail hides all below it`(header: String) {
        #expect(new("Danke\n\n\(header)\n\nalt\nalter Text") == "Danke")
    }

    @Test(arguments: [
        "Von meinem/meiner Galaxy gesendet", "Von meinem Samsung Galaxy Smartphone gesendet.", "Sent from my iPhone",
        "Gesendet mit der Telekom Mail App", "Gesendet von Outlook für iOS<https://aka.ms/o0ukef>",
        "Von meinem iPhone gesendet", "Gesendet mit der GMX Mail App", "Sent from Mail for Windows",
        "Envoyé de mon iPhone", "Lähetetty iPhonesta", "Enviado desde mi iPhone", "Inviato da iPhone",
        "Gesendet von Yahoo Mail auf Android", "Отправлено с iPhone", "Von meinem Huawei-Mobiltelefon gesendet",
        "Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.", "iPhoneから送信",
        "Skickat från min iPhone", "Sent from Outlook for Android<https://aka.ms/AAb9ysg>",
        "Get Outlook for iOS<https://aka.ms/o0ukef>", "Verstuurd vanaf mijn iPad", "Gesendet mit Proton Mail",
        "Sent with [Proton Mail](https://proton.me/) secure email.",
    ])
    func `what a telephone adds is no text`(line: String) {
        #expect(new("Danke\n\n\(line)") == "Danke")
    }

    @Test(arguments: [
        "Guten Tag,\n\nmeine Angaben:\n--\nKundennummer 4711\nFehler: kein Bild",
        "Guten Tag,\n\nmeine Angaben\n\n--\nKundennummer 4711\nFehler: kein Bild",
        "Guten Tag\n--\nBitte rufen Sie mich heute noch an, das Gerät brennt.",
        "Guten Tag\n____\nKundennummer 4711\nFehler: kein Bild", "Hallo\n__________\nDas Gerät ist kaputt.",
        "Sent from my desk it says: error 5", "Sent from my desk it says",
        "Gesendet von meinem iPhone kam Ihre Mail doppelt an.", "Hallo\n\nSent from the basement where the boiler is",
        "Hallo\n\n-- \nKönnen Sie heute noch kommen?",
        "Guten Tag,\n\nbitte schicken Sie zwei Kisten um:\n\nVon: Lager Nord\nAn: Filiale Mitte\nDatum: 3. Mai"
            + "\nBetreff: zwei Rekorder\n\nDas eilt, bitte noch heute.",
        "Bitte umbuchen\n\nVon: Lager Nord\nAn: Filiale Mitte\nDatum: 03.05.2026 10:00\nBetreff: zwei Rekorde"
            + "r\n\nDas eilt.",
        "Bitte umbuchen\n\nFrom: Berlin\nTo: Hamburg\nDate: 3 May\nSubject: two boxes\n\nThis is urgent.",
        "Diese Mail kam heute zurück.\n\nVon: MAILER <mailer@provider.example>\nGesendet: Montag\nAn: weber@"
            + "kunde.example\nBetreff: Unzustellbar\n\nBenutzer unbekannt\n\nWas soll ich tun?",
        "Folgendes kam:\n\nVon: Hilfe <hilfe@desk.example>\nGesendet: Montag\nAn: w@kunde.example\nBetreff: R"
            + "ekorder\n\nalt\n\nWas heißt das?",
        "Siehe meine Antworten unten im Text, s.u.\n\nVon: Hilfe <hilfe@desk.example>\nGesendet: Montag\nAn:"
            + " w@kunde.example\nBetreff: Rekorder\n\nWelche Farbe?\nRot.",
        "Hallo,\n\nAm 24.11.2026 um 09:12 schrieb mir Ihr Herr Kunz:\n\nDas Gerät wird abgeholt.\n\nEs kam niemand.",
        "Am 3. schrieb ich:\nBitte abholen.\nEs kam niemand.",
        "Hallo\n\n-------- Meine Angaben --------\nModell: X\nFehler: kein Bild",
        "Hallo\n\nAm 30.11.2026 um 10:00 schrieb Kunz <kunz@andere.example>:\n\nDer Preis ist 5 Euro.\n\nStimm"
            + "t das?",
        "Hallo,\n\nModell: X\n-----------\nFehler: kein Bild", "Ja.\n> Frage 1?\nrot\n> Frage 2?\n42\nMehr nicht.",
        "a\n--\nb c d e f\n--\ng h",
    ])
    func `own words are never hidden`(text: String) {
        #expect(new(text) == text)
    }

    @Test(arguments: ["WG: Rekorder", "Fwd: Rekorder", "FW: AW: Rekorder", "TR: x", "VB: x", "I: x", "WG : x"])
    func `what is forwarded is shown whole`(subject: String) {
        let header = "Von: Kunz <kunz@kunde.example>\nGesendet: Montag\nAn: hilfe@desk.example\nBetreff: Rekorder"
        let text = "fyi\n\n\(header)\n\nDie Anzeige bleibt dunkel.\n\n> alt"
        #expect(new(text, subject: subject) == text)
        #expect(new(text, subject: "AW: WG: Rekorder") == "fyi")
    }

    @Test(arguments: [
        "-- \nAnna Weber\nWeber GmbH\nTel. 030 123456",
        "--\nAnna Weber\nHauptstraße 5\n10115 Berlin\nTel.: +49 30 123456",
        "--\nMit freundlichen Grüßen\nAnna Weber\nwww.weber.example", "_____\nAnna Weber\nWeber GmbH",
        "--\nVirenfrei. www.avast.com",
    ])
    func `a signature is one by each of its lines`(signature: String) {
        #expect(new("Ja.\n\n\(signature)") == "Ja.")
    }

    @Test func `an answer below the quotes is the author's own`() {
        let text =
            "Hallo\n\nAm 30.11.2026 um 10:00 schrieb Help <hilfe@desk.example>:\n> Farbe?\n\nRot.\n"
            + "> Größe?\n\n42, und bald."
        #expect(new(text).contains("Rot.") && new(text).hasSuffix("42, und bald."))
        let broken =
            "Ja.\n\nAm 30.11.2026 um 10:00 schrieb Help <hilfe@desk.example>:\n"
            + "> Dies ist eine lange Zeile, die auf dem Weg hierher von einem Programm\numgebrochen wurde."
        #expect(new(broken) == "Ja.")
    }
}
