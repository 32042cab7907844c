import DeskMail
import DeskTestSupport
import Testing

struct QuotationTests {
    private func kinds(_ text: String) -> [String] {
        Quotation.segments(of: text).map { "\($0.kind): \($0.text)" }
    }

    @Test(arguments: [
        "Am 24.11.2026 um 09:12 schrieb Hotline <hotline@desk.example>:",
        "Am Di., 24. Nov. 2026 um 09:12 Uhr schrieb Hotline <\nhotline@desk.example>:",
        "Hotline <hotline@desk.example> schrieb am Di., 24. Nov.\n2026, 09:12:",
        "On Tue, Nov 24, 2026 at 9:12 AM Hotline <hotline@desk.example> wrote:",
        "On Nov 24, 2026, at 09:12, Hotline wrote:",
        "Le 24 nov. 2026 à 09:12, Hotline <hotline@desk.example> a écrit :",
        "Op 24 nov. 2026 om 09:12 heeft Hotline <hotline@desk.example> het volgende geschreven:",
        "El 24/11/2026 a las 9:12, Hotline escribió:", "Il giorno 24 nov 2026 alle 09:12 Hotline ha scritto:",
        "2026-11-24 9:12 GMT+01:00 Hotline <hotline@desk.example>:",
    ])
    func `an answer above its quote is told from it`(introduction: String) {
        let quote = introduction + "\n\n> Guten Tag,\n> haben Sie es versucht?\n>\n> Hotline"
        #expect(kinds("Ja, habe ich.\n\nAnna\n\n" + quote) == ["new: Ja, habe ich.\n\nAnna", "quoted: " + quote])
    }

    @Test(arguments: [
        "-----Ursprüngliche Nachricht-----\nVon: Hotline <h@desk.example>\nGesendet: Dienstag\nAn: Anna\nBetreff: x",
        "________________\nVon: Hotline <h@desk.example>\nGesendet: Dienstag\nAn: Anna\nBetreff: x",
        "From: Hotline\nSent: Tuesday\nTo: Anna\nSubject: something\nthat goes on",
        "*Von:* Hotline\n*Gesendet:* Dienstag\n*An:* Anna\n*Betreff:* x",
    ])
    func `what Outlook quotes is told by its header`(header: String) {
        let old = header + "\n\nGuten Tag,\n\nhaben Sie es versucht?\n\nMit freundlichen Grüßen\nHotline"
        #expect(kinds("Ja.\n\n" + old) == ["new: Ja.", "quoted: " + old])
    }

    @Test func `an answer below its quote is told from it`() {
        let quote = "Am 24.11.2026 um 09:12 schrieb Hotline:\n> Haben Sie es versucht?"
        #expect(kinds(quote + "\n\nJa.\nZweimal.") == ["quoted: " + quote, "new: Ja.\nZweimal."])
    }

    @Test func `answers between quotes are all kept`() {
        let text = "> Farbe?\nrot\n> Größe?\n42"
        #expect(kinds(text) == ["new: " + text])
    }

    @Test func `signatures and telephones are told from the text`() {
        #expect(kinds("Ja.\n\n-- \nAnna Weber\nWeber GmbH") == ["new: Ja.", "signature: -- \nAnna Weber\nWeber GmbH"])
        #expect(kinds("Ja.\n\nVon meinem iPhone gesendet") == ["new: Ja.", "signature: Von meinem iPhone gesendet"])
    }

    @Test(arguments: [
        "Name: Weber\n-----------\nGerät: VR-300\n\nEs läuft nicht.",
        "Von: Berlin\nNach: Hamburg", "Sent from Berlin to\nHamburg on Monday.",
        "Herr Weber schrieb mir am 3. um 10 Uhr:\n\nDas Gerät ist defekt.\nBitte um Rückruf.\n\nSo war das.",
        "> nur ein Zitat", "Er fragte:\nWarum?", "- eins\n- zwei",
        "a\n--\n" + (0..<25).map { "z\($0)" }.joined(separator: "\n"),
    ])
    func `where in doubt it is new`(text: String) {
        #expect(kinds(text) == ["new: " + text])
    }

    @Test func `nothing of a text is lost`() {
        var dice = Dice(seed: 3)
        let pieces = [
            "", "Text", "> Zitat", "-- ", "----", "Am 1.2.2026 um 10:00 schrieb A <a@b>:", "Von: a", "An: b",
            "Betreff: c",
            "Sent from my iPhone", "C>", "-----Original Message-----", "```", "____", "On Mon, A <", "a@b> wrote:",
        ]
        for _ in 0..<500 {
            let lines = dice.list(14) { dice in pieces[dice.number(0...(pieces.count - 1))] }
            let segments = Quotation.segments(of: lines.joined(separator: "\n"))
            let kept = segments.map(\.text).joined(separator: "\n").split(separator: "\n").map(String.init)
            #expect(kept == lines.filter { !$0.isEmpty }, "\(lines)")
        }
    }

    @Test(arguments: [
        "> On 1.1.2020 10:00 a@b wrote:\n", "-- \n", "Von: a\n", "\n", "----\n", "On 1 <\n", "a@b> wrote:\n", "x ",
        "On 1.1.2020 10:00 a@b wrote:\nx\n", "From: a@b\nSent: x\nTo: b\n> q\n", "--\nx\n\n",
        "x:\nFrom: a@b\nTo: b\nSubject: c\n", "Am Mo., 30. Nov. 2026 um 10:00 Uhr schrieb A <a@b>:\n", "Von: a\n",
        "-----Original Message-----\n", "Sent from my iPhone\n", "siehe unten\n> x\n", "é\n", "JD> x\n", "```\n",
        "-----BEGIN PGP SIGNATURE-----\n", "On 1 2 3 4 5 a@b wrote ", "____\nAnna Weber\n",
    ])
    func `a megabyte of anything takes no time to speak of`(piece: String) {
        let text = String(repeating: piece, count: (1 << 20) / piece.utf8.count)
        let answered = AnsweredMail(subject: "Re: x", addresses: [MailAddress(address: "desk@desk.example")])
        let clock = ContinuousClock()
        // A twentieth of this in a release build; it was five seconds there when each word was searched for by itself.
        #expect(clock.measure { _ = Quotation.segments(of: text, answered: answered) } < .seconds(20))
    }
}
