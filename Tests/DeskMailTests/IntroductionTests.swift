import DeskMail
import Testing

/// What mail programs put above the message that they quote, in many languages.
struct IntroductionTests {
    private static let answer = "Danke, das war es."
    private static let old = "Guten Tag,\n\nhaben Sie das Kabel geprüft?\n\nMit freundlichen Grüßen\nIhr Desk"
    private static let quote = old.split(separator: "\n", omittingEmptySubsequences: false).map { "> " + $0 }
        .joined(separator: "\n")

    private func new(_ text: String) -> String {
        let answered = AnsweredMail(
            subject: "Re: Rekorder", addresses: [MailAddress(address: "desk@desk.example")],
            author: MailAddress(name: "Anna Weber", address: "anna@kunde.example"))
        return Quotation.segments(of: text, answered: answered).filter { $0.kind == .new }.map(\.text)
            .joined(separator: "\n\n")
    }

    /// `¶` stands for the end of a line.
    @Test(arguments: [
        "Am Mo., 30. Nov. 2026 um 10:00 Uhr schrieb Desk <desk@desk.example>:",
        "Am Mo., 30. Nov. 2026 um 10:00 Uhr schrieb Desk der Firma Beispiel <¶desk@desk.example>:",
        "Am 30.11.26 um 10:00 schrieb Desk:", "Am 30.11.2026 um 10:00 schrieb desk@desk.example:",
        "Am 30.11.2026 um 10:00 schrieb Desk <desk@desk.example>:",
        "> Am 30.11.2026 um 10:00 schrieb Desk <desk@desk.example>:¶> ",
        "man. 30. nov. 2026 kl. 10:00 skrev Desk <desk@desk.example>:",
        "30. nov. 2026 kl. 10:00 skrev Desk <desk@desk.example>:",
        "Den 30. november 2026 kl. 10.00.00, skrev Desk (desk@desk.example):", "Den 30.11.2026 10:00, skrev Desk:",
        "Den man. 30. nov. 2026 kl. 10.00 skrev Desk <desk@desk.example>:",
        "Den 30. nov. 2026 kl. 10.00 skrev Desk <desk@desk.example>:",
        "ma 30. marrask. 2026 klo 10.00 Desk (desk@desk.example) kirjoitti:",
        "Desk <desk@desk.example> kirjoitti 30.11.2026 kello 10.00:", "Desk kirjoitti 30.11.2026 klo 10.00:",
        "Den mån 30 nov. 2026 kl 10:00 skrev Desk <desk@desk.example>:",
        "30 nov. 2026 kl. 10:00 skrev Desk <desk@desk.example>:",
        "пн, 30 нояб. 2026 г. в 10:00, Desk <desk@desk.example>:",
        "Понедельник, 30 ноября 2026, 10:00 +03:00 от Desk <desk@desk.example>:",
        "30.11.2026, 10:00, \"Desk\" <desk@desk.example>:", "30 ноября 2026, 10:00, Desk <desk@desk.example>:",
        "30 нояб. 2026 г., в 10:00, Desk <desk@desk.example> написал(а):", "30.11.2026 10:00, Desk пишет:",
        "Вы писали 30 ноября 2026 г., 10:00:00:", "пн, 30 лист. 2026 р. о 10:00 Desk <desk@desk.example> пише:",
        "---- On Mon, 30 Nov 2026 10:00:00 +0100 Desk <desk@desk.example> wrote ----",
        "---- On Mon, 30 Nov 2026 10:00:00 +0100 desk@desk.example wrote ---",
        "---- Am Mo., 30 Nov. 2026 10:00:00 +0100 Desk <desk@desk.example> schrieb ----",
        "---- Le lun., 30 nov. 2026 10:00:00 +0100 Desk <desk@desk.example> a écrit ----",
        "---- El lun, 30 nov 2026 10:00:00 +0100, Desk <desk@desk.example> escribió ----",
        "---- On Mon, 30 Nov 2026 10:00:00 +0100 Desk <desk@desk.example>¶wrote ----",
        "Le lun. 30 nov. 2026 à 10:00, Desk <desk@desk.example> a écrit :",
        "Le 30 nov. 2026 à 10:00, Desk <desk@desk.example> a écrit :",
        "> Message du 30/11/26 10:00¶> De : \"Desk\" <desk@desk.example>¶> A : anna@kunde.example¶"
            + "> Copie à : ¶> Objet : Rekorder¶> ",
        "El lun, 30 nov 2026 a las 10:00, Desk (<desk@desk.example>) escribió:",
        "El 30 nov 2026, a las 10:00, Desk <desk@desk.example> escribió:",
        "Em seg., 30 de nov. de 2026 às 10:00, Desk <desk@desk.example> escreveu:",
        "No dia 30/11/2026, às 10:00, Desk <desk@desk.example> escreveu:",
        "> Em 30 de nov. de 2026, à(s) 10:00, Desk <desk@desk.example> escreveu:¶>",
        "Il giorno lun 30 nov 2026 alle ore 10:00 Desk <desk@desk.example> ha scritto:",
        "Il giorno 30 nov 2026, alle ore 10:00, Desk <desk@desk.example> ha scritto:",
        "Il 30/11/2026 10:00, Desk ha scritto:", "Op ma 30 nov 2026 om 10:00 schreef Desk <desk@desk.example>:",
        "Op 30 nov 2026, om 10:00 heeft Desk <desk@desk.example> het volgende geschreven:",
        "Desk <desk@desk.example> schreef op 30 november 2026 om 10:00:",
        "pon., 30 lis 2026 o 10:00 Desk <desk@desk.example> napisał(a):", "W dniu 30.11.2026 o 10:00, Desk pisze:",
        "W dniu 2026-11-30 o 10:00, Desk pisze:",
        "Dnia 30 listopada 2026 10:00 Desk <desk@desk.example> napisał(a):",
        "po 30. 11. 2026 v 10:00 odesílatel Desk <desk@desk.example> napsal:",
        "Dne 30. 11. 26 v 10:00 Desk napsal(a):",
        "Desk <desk@desk.example> ezt írta (időpont: 2026. nov. 30., H, 10:00):",
        "2026. 11. 30. 10:00 keltezéssel, Desk írta:",
        "Desk <desk@desk.example>, 30 Kas 2026 Pzt, 10:00 tarihinde şunu yazdı:",
        "30 Kas 2026 tarihinde 10:00 saatinde, Desk <desk@desk.example> şunları yazdı:",
        "30.11.2026 10:00 tarihinde Desk yazdı:",
        "Στις Δευ 30 Νοε 2026 στις 10:00 π.μ., ο/η Desk <desk@desk.example> έγραψε:",
        "În lun., 30 nov. 2026 la 10:00, Desk <desk@desk.example> a scris:",
        "Pe 30 nov. 2026, la 10:00, Desk <desk@desk.example> a scris:",
        "На пн, 30.11.2026 г. в 10:00 Desk <desk@desk.example> написа:",
        "pon, 30. stu 2026. u 10:00 Desk <desk@desk.example> napisao je:",
        "пон, 30. нов 2026. у 10:00 Desk <desk@desk.example> је написао/ла:",
        "V V pon., 30. nov. 2026 ob 10:00 je oseba Desk <desk@desk.example> napisala:",
        "po 30. 11. 2026 o 10:00 Desk <desk@desk.example> napísal(a):",
        "2026-11-30, pr, 10:00 Desk <desk@desk.example> rašė:",
        "pirmd., 2026. g. 30. nov., plkst. 10:00 — lietotājs Desk (<desk@desk.example>) rakstīja:",
        "Kuupäev E, 30. november 2026 kell 10:00 kirjutas Desk <desk@desk.example>:",
        "Vào Th 2, 30 thg 11, 2026 vào lúc 10:00 Desk <desk@desk.example> đã viết:",
        "Pada Sen, 30 Nov 2026 pukul 10.00 Desk <desk@desk.example> menulis:",
        "ในวันที่ จ. 30 พ.ย. 2026 เวลา 10:00 Desk <desk@desk.example> เขียนว่า:",
        "\u{202B}בתאריך יום ב׳, 30 בנוב׳ 2026 ב-10:00 מאת \u{202A}Desk\u{202C}\u{200F} "
            + "<\u{202A}desk@desk.example\u{202C}\u{200F}>:\u{202C}",
        "في الاثنين، 30 نوفمبر 2026 في 10:00 ص تمت كتابة ما يلي بواسطة Desk <desk@desk.example>:",
        "2026年11月30日(月) 10:00 Desk <desk@desk.example>:", "2026/11/30 10:00、Desk <desk@desk.example>のメール:",
        "Desk <desk@desk.example> 于2026年11月30日周一 10:00写道：", "Desk <desk@desk.example> 於 2026年11月30日 週一 上午10:00寫道：",
        "在 2026年11月30日，10:00，Desk <desk@desk.example> 写道：", "在 2026-11-30 10:00:00，\"Desk\" <desk@desk.example> 写道：",
        "At 2026-11-30 10:00:00, \"Desk\" <desk@desk.example> wrote:",
        "2026년 11월 30일 (월) 오전 10:00, Desk <desk@desk.example>님이 작성:",
        "On Mon, Nov 30, 2026 at 10:00 AM Desk <desk@desk.example> wrote:",
        "On Mon, Nov 30, 2026 at 10:00\u{202F}AM Desk <desk@desk.example> wrote:",
        "On Mon, Nov 30, 2026 at 10:00 AM A very long desk name of some company <¶desk@desk.example> wrote:",
        "On Nov 30, 2026, at 10:00 AM, Desk <desk@desk.example> wrote:",
        "On 30 Nov 2026, at 10:00, Desk <desk@desk.example> wrote:",
        "On Monday, November 30, 2026 at 10:00:00 AM GMT+1, Desk <desk@desk.example> wrote:",
        "--- On Mon, 11/30/26, Desk <desk@desk.example> wrote:",
        "Sent from Yahoo Mail on Android¶ ¶  On Mon, Nov 30, 2026 at 10:00, Desk<desk@desk.example> wrote:",
        "On 11/30/26 10:00 AM, Desk wrote:", "On 30/11/2026 10:00, Desk wrote:",
        "On Monday, November 30th, 2026 at 10:00 AM, Desk <desk@desk.example> wrote:",
        "------- Original Message -------¶"
            + "On Monday, November 30th, 2026 at 10:00 AM, Desk <desk@desk.example> wrote:",
        "‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐¶"
            + "On Monday, November 30th, 2026 at 10:00 AM, Desk <desk@desk.example> wrote:",
        "On November 30, 2026, Desk <desk@desk.example> wrote:", "30. Nov 2026, 10:00 by desk@desk.example:",
        "Nov 30, 2026, 10:00 by desk@desk.example:", "On Mon, 30 Nov 2026, at 10:00 AM, Desk wrote:",
        "On Monday, 30 November 2026 10:00:00 CET Desk wrote:",
        "Am Montag, 30. November 2026, 10:00:00 CET schrieb Desk:", "On Mon, 2026-11-30 at 10:00 +0100, Desk wrote:",
        "Am Montag, dem 30.11.2026 um 10:00 +0100 schrieb Desk:",
        "On Mon, Nov 30, 2026 at 10:00:00AM +0100, Desk wrote:", "Desk <desk@desk.example> writes:",
        "On Mon, 30 Nov 2026 10:00:00 +0100¶Desk <desk@desk.example> wrote:", "On Mon, 30 Nov 2026, Desk wrote:",
        "Zitat von Desk <desk@desk.example>:", "Quoting Desk <desk@desk.example>:",
        "On 2026-11-30 10:00, Desk wrote:", "Am 2026-11-30 10:00, schrieb Desk:",
        "Am 30.11.2026 10:00, schrieb Desk:",
        "> Desk <desk@desk.example> hat am 30.11.2026 10:00 CET geschrieben:¶> ",
        "Desk <desk@desk.example> hat am 30.11.2026 10:00 geschrieben:",
        "> On 11/30/2026 10:00 AM CET Desk <desk@desk.example> wrote:¶>",
        "Am 30. Nov. 2026, 10:00 +0100 schrieb Desk <desk@desk.example>:",
        "On Mon, Nov 30, 2026 at 10:00 AM Desk¶<¶mailto:Desk <desk@desk.example>¶> wrote:",
        "Am 30. November 2026 10:00:00 MEZ schrieb Desk <desk@desk.example>:",
        "On Nov 30, 2026, at 10:00, Desk <desk@desk.example> wrote:",
        "Am 30. Nov. 2026 um 10:00 schrieb Desk <desk@desk.example>:",
        "> Desk <desk@desk.example> hat am 30.11.2026 10:00 CET geschrieben:", "Desk <desk@desk.example> schrieb:",
    ])
    func `an introduction above quote marks is old, and what is below them is not`(lines: String) {
        let introduction = lines.replacing("¶", with: "\n")
        #expect(new("\(Self.answer)\n\n\(introduction)\n\(Self.quote)") == Self.answer)
        let below = "Ja, das Kabel ist neu. Der Fehler bleibt. Bitte melden Sie sich."
        #expect(new("Hallo,\n\n\(introduction)\n\(Self.quote)\n\n\(below)").hasSuffix(below))
    }

    @Test(arguments: [
        "Gesendet: Montag, 30. November 2026 um 10:00 Uhr¶Von: \"Desk\" <desk@desk.example>¶"
            + "An: anna@kunde.example¶Betreff: Rekorder",
        "Gesendet: Montag, 30. November 2026 um 10:00¶Von: desk@desk.example¶An: anna@kunde.example¶"
            + "Betreff: [Ticket#20261124-00042-4] Rekorder",
        "Fra: Desk <desk@desk.example>¶Sendt: mandag 30. november 2026 10:00¶"
            + "Til: Anna <anna@kunde.example>¶Emne: Re: Rekorder",
        "Fra: Desk <desk@desk.example> ¶Dato: mandag, 30. november 2026 kl. 10.00¶"
            + "Til: anna@kunde.example¶Emne: Rekorder",
        "Lähettäjä: Desk <desk@desk.example>¶Lähetetty: maanantai 30. marraskuuta 2026 10.00¶"
            + "Vastaanottaja: Anna¶Aihe: Rekorder",
        "Från: Desk <desk@desk.example>¶Skickat: den 30 november 2026 10:00¶Till: Anna¶Ämne: Rekorder",
        "-------- Исходное сообщение --------¶От кого: Desk <desk@desk.example>¶"
            + "Кому: anna@kunde.example¶Дата: Понедельник, 30 ноября 2026, 10:00 +03:00¶Тема: Rekorder",
        "От: Desk <desk@desk.example>¶Отправлено: 30 ноября 2026 г. 10:00¶Кому: Anna¶Тема: Rekorder",
        "________________________________¶De : Desk <desk@desk.example>¶"
            + "Envoyé : Monday, November 30, 2026 10:00:00 AM¶À : Anna <anna@kunde.example>¶Objet : Rekorder",
        "De : Desk <desk@desk.example>¶Date : lundi, 30 novembre 2026 à 10:00¶"
            + "À : anna@kunde.example <anna@kunde.example>¶Objet : Re: Rekorder",
        "From: Desk <desk@desk.example>¶Date: Monday, 30 November 2026 at 10:00¶"
            + "To: Anna <anna@kunde.example>¶Subject: Re: Rekorder",
        "Von: Desk <desk@desk.example>¶Gesendet: Montag, 30. November 2026 10:00¶"
            + "An: Anna <anna@kunde.example>¶Betreff: AW: Rekorder",
        "*Von:* Desk <desk@desk.example>¶*Gesendet:* Montag, 30. November 2026 10:00¶"
            + "*An:* Anna <anna@kunde.example>¶*Betreff:* Re: Rekorder",
        "Da: Desk <desk@desk.example>¶Inviato: lunedì 30 novembre 2026 10:00¶A: Anna¶Oggetto: Re: Rekorder",
        "De: Desk <desk@desk.example>¶Enviado el: lunes, 30 de noviembre de 2026 10:00¶Para: Anna¶"
            + "Asunto: Re: Rekorder",
        "De: Desk <desk@desk.example>¶Enviada em: segunda-feira, 30 de novembro de 2026 10:00¶"
            + "Para: Anna¶Assunto: Re: Rekorder",
        "Van: Desk <desk@desk.example>¶Verzonden: maandag 30 november 2026 10:00¶Aan: Anna¶"
            + "Onderwerp: Re: Rekorder",
        "Od: Desk <desk@desk.example>¶Wysłano: poniedziałek, 30 listopada 2026 10:00¶Do: Anna¶Temat: Re: Rekorder",
        "Od: Desk <desk@desk.example>¶Odesláno: pondělí 30. listopadu 2026 10:00¶Komu: Anna¶Předmět: Re: Rekorder",
        "Feladó: Desk <desk@desk.example>¶Elküldve: 2026. november 30., hétfő 10:00¶Címzett: Anna¶"
            + "Tárgy: Re: Rekorder",
        "Kimden: Desk <desk@desk.example>¶Gönderildi: 30 Kasım 2026 Pazartesi 10:00¶Kime: Anna¶Konu: Re: Rekorder",
        "Από: Desk <desk@desk.example>¶Στάλθηκε: Δευτέρα, 30 Νοεμβρίου 2026 10:00¶Προς: Anna¶Θέμα: Re: Rekorder",
        "发件人: Desk <desk@desk.example>¶发送时间: 2026年11月30日 10:00¶收件人: Anna¶主题: Re: Rekorder",
        "差出人: Desk <desk@desk.example>¶送信日時: 2026年11月30日 10:00¶宛先: Anna¶件名: Re: Rekorder",
        "보낸 사람: Desk <desk@desk.example>¶보낸 날짜: 2026년 11월 30일 월요일 오전 10:00¶받는 사람: Anna¶제목: Re: Rekorder",
        "De la: Desk <desk@desk.example>¶Trimis: luni, 30 noiembrie 2026 10:00¶Către: Anna¶Subiect: Re: Rekorder",
        "Šalje: Desk <desk@desk.example>¶Poslano: 30. studenog 2026. 10:00¶Prima: Anna¶Predmet: Re: Rekorder",
        "Od: Desk <desk@desk.example>¶Odoslané: pondelok 30. novembra 2026 10:00¶Komu: Anna¶Predmet: Re: Rekorder",
        "Od: Desk <desk@desk.example>¶Poslano: ponedeljek, 30. november 2026 10:00¶Za: Anna¶Zadeva: Re: Rekorder",
        "От: Desk <desk@desk.example>¶Изпратено: понеделник, 30 ноември 2026 10:00¶До: Anna¶Относно: Re: Rekorder",
        "من: Desk <desk@desk.example>¶تم الإرسال: الاثنين 30 نوفمبر 2026 10:00¶إلى: Anna¶الموضوع: Re: Rekorder",
        "מאת: Desk <desk@desk.example>¶נשלח: יום שני 30 נובמבר 2026 10:00¶אל: Anna¶נושא: Re: Rekorder",
        "-----Original Message-----¶From: Desk <desk@desk.example>¶"
            + "Sent: Monday, November 30, 2026 10:00 AM¶To: Anna¶Subject: Re: Rekorder",
        "-----Ursprüngliche Nachricht-----¶Von: Desk <desk@desk.example>¶"
            + "Gesendet: Montag, 30. November 2026 10:00¶An: Anna¶Betreff: Re: Rekorder",
        "-------- Ursprüngliche Nachricht --------¶Von: Desk <desk@desk.example>¶"
            + "Datum: 30.11.26 10:00 (GMT+01:00)¶An: anna@kunde.example¶Betreff: Re: Rekorder",
        "-------- Original message --------¶From: Desk <desk@desk.example>¶"
            + "Date: 30/11/2026 10:00 (GMT+01:00)¶To: anna@kunde.example¶Subject: Re: Rekorder",
        "-------- Message d'origine --------¶De : Desk <desk@desk.example>¶"
            + "Date : 30/11/2026 10:00 (GMT+01:00)¶À : anna@kunde.example¶Objet : Re: Rekorder",
        "-------- Messaggio originale --------¶Da: Desk <desk@desk.example>¶"
            + "Data: 30/11/26 10:00 (GMT+01:00)¶A: anna@kunde.example¶Oggetto: Re: Rekorder",
        "-------- Mensaje original --------¶De: Desk <desk@desk.example>¶"
            + "Fecha: 30/11/26 10:00 (GMT+01:00)¶A: anna@kunde.example¶Asunto: Re: Rekorder",
        "-------- Oorspronkelijk bericht --------¶Van: Desk <desk@desk.example>¶"
            + "Datum: 30-11-26 10:00 (GMT+01:00)¶Aan: anna@kunde.example¶Onderwerp: Re: Rekorder",
        "-------- Oryginalna wiadomość --------¶Od: Desk <desk@desk.example>¶"
            + "Data: 30.11.2026 10:00 (GMT+01:00)¶Do: anna@kunde.example¶Temat: Re: Rekorder",
        "---------- Původní e-mail ----------¶Od: Desk <desk@desk.example>¶Komu: anna@kunde.example¶"
            + "Datum: 30. 11. 2026 10:00:00¶Předmět: Re: Rekorder",
        "------------------ 原始邮件 ------------------¶发件人: \"Desk\" <desk@desk.example>;¶"
            + "发送时间: 2026年11月30日(星期一) 上午10:00¶收件人: \"Anna\"<anna@kunde.example>;¶主题: Re: Rekorder",
        "-----Original Message-----¶From: \"Desk\"<desk@desk.example>¶To: <anna@kunde.example>¶Cc: ¶"
            + "Sent: 2026. 11. 30. (월) 10:00 (GMT+09:00)¶Subject: Re: Rekorder",
        "-----Original-Nachricht-----¶Betreff: Re: Rekorder¶Datum: 2026-11-30T10:00:00+0100¶"
            + "Von: \"Desk\" <desk@desk.example>¶An: \"anna@kunde.example\" <anna@kunde.example>",
        "-----Ursprüngliche Mitteilung----- ¶Von: Desk <desk@desk.example>¶An: anna@kunde.example¶"
            + "Verschickt: Mo, 30. Nov. 2026 10:00¶Betreff: Re: Rekorder",
        "-----Original Message-----¶From: Desk <desk@desk.example>¶To: anna <anna@kunde.example>¶"
            + "Sent: Mon, Nov 30, 2026 10:00 am¶Subject: Re: Rekorder",
        "--- Ursprüngliche Nachricht ---¶Von: Desk <desk@desk.example>¶Datum: 30.11.2026 10:00:00¶"
            + "An: anna@kunde.example¶Betreff: Re: Rekorder",
        "Von: \"Desk\" <desk@desk.example>¶An: <anna@kunde.example>¶Datum: 30.11.2026 10:00¶Betreff: Re: Rekorder",
        "From:   Desk <desk@desk.example>¶To:     anna@kunde.example¶Date:   30.11.2026 10:00¶"
            + "Subject:        Re: Rekorder",
        ">>> Desk <desk@desk.example> 30.11.2026 10:00 >>>",
        "From: Desk [mailto:desk@desk.example]¶Sent: Monday, November 30, 2026 10:00 AM¶To: Anna¶"
            + "Subject: Re: Rekorder",
        "-------- Original-Nachricht --------¶Betreff: Re: Rekorder¶Von: Desk¶An: anna@kunde.example¶CC:",
        "------ Originalnachricht ------¶Von \"Desk\" <desk@desk.example>¶An anna@kunde.example¶"
            + "Datum 30.11.2026 10:00:00¶Betreff Re: Rekorder",
        "------ Original Message ------¶From: \"Desk\" <desk@desk.example>¶To: anna@kunde.example¶"
            + "Sent: 30/11/2026 10:00:00¶Subject: Re: Rekorder",
    ])
    func `a header of the answered message begins what is old`(lines: String) {
        let header = lines.replacing("¶", with: "\n")
        #expect(new("\(Self.answer)\n\n\(header)\n\n\(Self.old)") == Self.answer)
    }
}
