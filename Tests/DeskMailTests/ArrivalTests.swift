import DeskMail
import DeskModel
import Testing

struct ArrivalTests {
    private let queuedAt = Moment(milliseconds: 1_795_557_992_509)
    private let signature = SignedMessageIDTests.signature(9)
    private let entry = EntryID(TicketID(7), 2)
    private var ours: String { SignedMessageID(entry, at: queuedAt).text(host: "desk.example", signature: signature) }

    private func arrival(_ mail: ReadMail, sender: String? = "weber@example.org") -> Arrival {
        let delivered = Arrival.Delivered(
            raw: .zero, content: .zero, sender: sender.map { Address($0) },
            recipients: [Address("hotline@desk.example")])
        return Arrival(mail, delivered: delivered, signature: signature)
    }

    private func person() -> ReadMail {
        var mail = ReadMail()
        mail.from = [MailAddress(name: "Anna Weber", address: "Weber@Example.org")]
        mail.replyTo = [MailAddress(address: "büro@example.org"), MailAddress(address: "office@example.org")]
        mail.to = [MailAddress(address: "Hotline@desk.example")]
        mail.subject = "AW: Fernbedienung"
        mail.messageID = "m1@example.org"
        mail.segments = [
            Segment(kind: .new, text: "Ja."), Segment(kind: .quoted, text: "> ?"),
            Segment(kind: .signature, text: "-- "),
        ]
        mail.files = [AttachedFile(name: "foto.jpg", type: "image/jpeg", size: 5, part: 2)]
        mail.problems = [.charset]
        return mail
    }

    @Test func `a person's mail arrives with everything the engine asks for`() {
        let arrival = arrival(person())
        #expect(arrival.from == Address("weber@example.org") && arrival.fromName == "Anna Weber")
        #expect(arrival.replyTo == [Address("büro@example.org"), Address("office@example.org")])
        #expect(!arrival.isFromNobody)
        #expect(arrival.to == [Address("hotline@desk.example")])
        #expect(arrival.subject == "AW: Fernbedienung" && arrival.subjectKey == "fernbedienung")
        #expect(arrival.machine == nil && arrival.suppress == nil)
        #expect(arrival.body == [Passage(.new, "Ja."), Passage(.quoted, "> ?"), Passage(.quoted, "-- ")])
        #expect(arrival.wholeBody == arrival.body)
        #expect(arrival.files == [MailFile(name: "foto.jpg", type: "image/jpeg", size: 5)])
        #expect(arrival.messageID == "m1@example.org" && arrival.ownEntry == nil && !arrival.isUnreadable)
        #expect(arrival.problems == [Problem.charset.words])
    }

    @Test(arguments: ["WG: Fernbedienung", "Fwd: Re: Fernbedienung", "Fw: x", "TR: x", "Fernbedienung", ""])
    func `a first message that answers nothing is shown whole`(subject: String) {
        var mail = person()
        mail.subject = subject
        let whole = [Passage(.new, "Ja."), Passage(.new, "> ?"), Passage(.quoted, "-- ")]
        #expect(arrival(mail).wholeBody == whole)
        mail.references = ["first@x"]
        let isForward = SubjectLine.clean(subject) != subject
        #expect(arrival(mail).wholeBody == (isForward ? whole : arrival(mail).body))
    }

    @Test func `references go from what it answers back to the first mail`() {
        var mail = person()
        mail.inReplyTo = [ours]
        mail.references = ["first@x", "second@x", ours]
        let arrival = arrival(mail)
        #expect(arrival.references == [ours, "second@x", "first@x"])
        #expect(arrival.answersOurs == [entry] && arrival.queuedAt == [entry: queuedAt])
    }

    @Test func `an empty Message-ID is none`() {
        var mail = person()
        mail.messageID = ""
        #expect(arrival(mail).messageID == nil)
        #expect(arrival(mail).references == [])
    }

    @Test func `only a bounce reports on a mail of ours`() {
        var mail = person()
        mail.embeddedMessageIDs = ["x@y", ours]
        mail.diagnosis = "550 unknown"
        #expect(arrival(mail).reportsOurs == [])
        mail.report = .delivery
        let bounce = arrival(mail, sender: nil)
        #expect(bounce.reportsOurs == [entry] && bounce.machine == .bounce)
        #expect(bounce.diagnosis == "550 unknown" && bounce.suppress == .nullSender)
    }

    @Test func `a report that our mail is late joins its ticket, and the mail is not lost for that`() {
        var mail = person()
        (mail.report, mail.embeddedMessageIDs) = (.delay, [ours])
        let delay = arrival(mail, sender: nil)
        #expect(delay.reportsOurs == [] && delay.answersOurs == [entry] && delay.machine == .bounce)
    }

    @Test func `our own mail coming back is told by its Message-ID`() {
        var mail = person()
        mail.messageID = ours
        #expect(arrival(mail).ownEntry == entry)
    }

    @Test func `an unreadable mail arrives all the same`() {
        var mail = ReadMail()
        mail.problems = [.unreadable]
        let arrival = arrival(mail)
        #expect(arrival.isUnreadable && arrival.from == Address("") && arrival.suppress == .sender)
    }
}
