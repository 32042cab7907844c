import DeskMail
import DeskModel
import DeskTestSupport
import Testing

struct SubjectLineTests {
    static let number = TicketNumber(day: 20_261_124, counter: 42)
    static let other = TicketNumber(day: 20_261_124, counter: 43)
    /// The same digits with a check digit that is not theirs.
    static var wrong: String {
        let text = "\(number)"
        let last = text.last.flatMap { $0.wholeNumberValue } ?? 0
        return text.dropLast() + "\((last + 1) % 10)"
    }

    @Test(arguments: [
        "Re: [Ticket#\(number)] defekt", "ticket# \(number)", "AW: Ticket#: \(number) defekt", "Ticket#:\(number)",
        "TICKET#\("\(number)".filter { $0 != "-" })",
        "[Ticket#\("\(number)".map { $0 == "-" ? " " : $0 }.map(String.init).joined())] x",
        "Ticket#\(number) 2 Fragen", "(Ticket#\(number))",
    ])
    func `a ticket's number is found in every spelling`(subject: String) {
        #expect(SubjectLine.numbers(in: subject) == [Self.number])
    }

    @Test(arguments: [
        "Ticket#\(wrong)", "\(number)", "Ticket \(number)", "Ticket#", "[Ticket#123]", "Ticket#x\(number)",
        "Ticket#99999999999999999999999999999999999999999999", "", "Ticket#\(number)5",
    ])
    func `what is no number of ours is none`(subject: String) {
        #expect(SubjectLine.numbers(in: subject) == [])
    }

    @Test func `ours is found behind the numbers of other desks`() {
        let subject =
            "Re: [Ticket#2024101510000012] [Ticket#\(Self.other)] [Ticket#\(Self.number)] [Ticket#\(Self.other)]"
        #expect(SubjectLine.numbers(in: subject) == [Self.other, Self.number])
    }

    @Test(arguments: [
        ("Re: AW: Fwd: WG: Antw: Fernbedienung", "Fernbedienung"), ("Re[2]: RE (3): Aw^2: x", "x"),
        ("RE:x", "x"), ("  re :  x", "x"), ("回复：请帮忙", "请帮忙"), ("Betreff: x", "Betreff: x"),
        ("Re: Re", "Re"), ("Re:", ""), ("Res: Rif: Tr: I: R: SV: VS: x", "x"), ("Frage: Re: x", "Frage: Re: x"),
        ("Re: [Ticket#\(number)] Re: defekt", "defekt"), ("[Ticket#\(number)]", ""),
        ("[Ticket#2024101510000012] x", "[Ticket#2024101510000012] x"), ("a   b\tc", "a b c"),
    ])
    func `a subject is cleaned of what programs put into it`(subject: String, clean: String) {
        #expect(SubjectLine.clean(subject) == clean)
    }

    @Test func `subjects that differ only in marks, numbers, case and blanks have one key`() {
        let key = SubjectLine.key("Fernbedienung  DEFEKT")
        #expect(key == "fernbedienung defekt")
        #expect(SubjectLine.key("Re: [Ticket#\(Self.number)] Fernbedienung defekt") == key)
        #expect(SubjectLine.key("AW: [Ticket#4711] Re: fernbedienung defekt ") == key)
    }

    @Test func `our own subjects carry the number once`() {
        let answered = SubjectLine.answer(Self.number, to: "Re: defekt")
        #expect(answered == "Re: [Ticket#\(Self.number)] defekt")
        #expect(SubjectLine.answer(Self.number, to: answered) == answered)
        #expect(SubjectLine.automatic(Self.number, to: "AW: defekt") == "[Ticket#\(Self.number)] defekt")
        #expect(SubjectLine.automatic(Self.number, to: "") == "[Ticket#\(Self.number)]")
        let long = SubjectLine.automatic(Self.number, to: String(repeating: "ü", count: 5000) + "\r\nBcc: a@b")
        #expect(long.utf8.count < 340 && !long.utf8.contains(10) && !long.utf8.contains(13))
    }

    @Test(arguments: 0..<100 as Range<UInt64>)
    func `any subject is cleaned to one that stays as it is`(seed: UInt64) {
        var dice = Dice(seed: seed)
        let subject =
            ["Re: ", "[Ticket#\(Self.number)] ", "AW:", "Ticket# "].shuffled(using: &dice).joined() + dice.text(60)
        let clean = SubjectLine.clean(subject)
        #expect(SubjectLine.clean(clean) == clean)
    }
}
