import DeskModel
import Testing

/// What an older program has written stays readable; what this one writes comes back as it was.
struct EventEncodingTests {
    private static let customer = Address("schmidt@example.org")
    private static let office = Address("office@example.org")
    private static let snapshot = Event.Snapshot(
        queue: .inbox, holder: nil, holderBefore: nil, state: .new, priority: 3)

    /// An event of version 1 as released: its values in their order, and its texts by ordinal.
    private struct OldEvent {
        var writer = ByteWriter()
        var texts: [String] = []

        init(_ sequence: Int64, entry: Int64?) {
            writer.byte(1)
            writer.number(sequence)
            writer.number(1_795_557_992_509)
            writer.byte(0)
            writer.byte(entry == nil ? 1 : 2)
            writer.number(7)
            if let entry { writer.number(entry) }
            writer.byte(1)
            writer.string("inbox")
            for byte: UInt8 in [0, 1, 0, 3, 0] { writer.byte(byte) }
        }

        mutating func text(_ text: String) {
            Digest.zero.append(to: &writer.bytes)
            texts.append(text)
        }

        /// The kind's fields of a message, without its kind.
        mutating func mail(answerTo: String, machine: UInt8? = nil) {
            writer.number(7)
            writer.number(1)
            writer.number(4)
            for value in ["schmidt@example.org", "schmidt@example.org", "Anna Schmidt", answerTo] { text(value) }
            for count: UInt8 in [0, 0, 0] { writer.byte(count) }
            writer.byte(machine == nil ? 0 : 1)
            if let machine { writer.byte(machine) }
            text("Kein Bild")
            for count: UInt8 in [0, 0, 0, 0] { writer.byte(count) }
            Digest.zero.append(to: &writer.bytes)
            Digest.zero.append(to: &writer.bytes)
            for count: UInt8 in [0, 0, 0] { writer.byte(count) }
        }

        consuming func decoded() throws -> Event? {
            writer.byte(0)
            var turn = ByteWriter()
            turn.blob(writer.bytes)
            let texts = texts
            var decoder = EventDecoder(turn.bytes) { _, ordinal, _ in
                texts.indices.contains(ordinal) ? .intact(Array(texts[ordinal].utf8)) : .missing
            }
            return try decoder.next()
        }
    }

    @Test func `a message of version 1 is answered where it was to be answered then`() throws {
        var old = OldEvent(12, entry: nil)
        old.writer.byte(2)
        old.mail(answerTo: "office@example.org")
        let mail = try #require(try old.decoded()?.kind.mail)
        #expect(mail.answer == Recipients(to: [Self.office]) && mail.replyTo.isEmpty)
        #expect(mail.author == Self.customer && mail.authorName == "Anna Schmidt")
        #expect(mail.subject == "Kein Bild" && mail.machine == nil)
    }

    @Test func `a message of version 1 without a sender is answered nowhere`() throws {
        var old = OldEvent(12, entry: nil)
        old.writer.byte(2)
        old.mail(answerTo: "")
        #expect(try old.decoded()?.kind.mail?.answer == Recipients())
    }

    @Test(arguments: [(UInt8(0), Machine.auto), (1, .bounce), (2, nil), (3, nil)])
    func `what came from a list or in bulk counts as a person's now`(stored: UInt8, machine: Machine?) throws {
        var old = OldEvent(12, entry: nil)
        old.writer.byte(2)
        old.mail(answerTo: "", machine: stored)
        #expect(try old.decoded()?.kind.mail?.machine == machine)
    }

    @Test func `a draft names the message that it answers, and in version 1 none`() throws {
        var old = OldEvent(9, entry: nil)
        old.writer.byte(17)
        old.writer.byte(DraftReason.stale.rawValue)
        old.text("Kanal 36")
        #expect(try old.decoded()?.kind == .draft(text: "Kanal 36", why: .stale))
    }

    @Test func `a breaker of version 1 stopped every domain`() throws {
        var old = OldEvent(12, entry: nil)
        old.writer.byte(25)
        old.writer.number(300)
        old.writer.number(600_000)
        #expect(try old.decoded()?.kind == .autoBreaker(count: 300, window: .minutes(10), domain: nil))
    }

    @Test func `an answer and a report of version 1 have one recipient`() throws {
        var answer = OldEvent(13, entry: 2)
        answer.writer.byte(9)
        answer.text("schmidt@example.org")
        answer.writer.byte(0)
        answer.text("Kanal 36")
        answer.writer.byte(0)
        let letter = Letter(to: Recipients(to: [Self.customer]), text: "Kanal 36")
        #expect(try answer.decoded()?.kind == .reply(letter))

        var report = OldEvent(14, entry: 2)
        report.writer.byte(3)
        report.mail(answerTo: "mailer-daemon@example.org")
        report.text("schmidt@example.org")
        report.text("550 no such user")
        guard case .bounced(_, let to, let text)? = try report.decoded()?.kind else {
            Issue.record("no report")
            return
        }
        #expect(to == [Self.customer] && text == "550 no such user")
    }

    @Test func `what is written comes back`() throws {
        let entry = EntryID(TicketID(7), 1)
        let both = Recipients(to: [Self.customer], cc: [Self.office, Address("boss@example.org")])
        let mail = Mail(
            entry: entry, customer: CustomerID(4), customerName: Self.customer, sender: Address("form@shop.example"),
            senderName: "Shop", replyTo: [Self.customer, Self.office], author: Self.customer, authorName: "Anna",
            answer: both, subject: "Kein Bild", raw: .zero, content: .zero, body: [Passage(.new, "Guten Tag")])
        let kinds: [Kind] = [
            .new(mail, number: TicketNumber(day: 20_261_124, counter: 1)), .followUp(mail),
            .autoBreaker(count: 3, window: .minutes(10), domain: "a.example"),
            .customerSet(
                TicketCustomer(
                    customer: CustomerID(5), address: Self.office, was: CustomerID(4), wasName: Self.customer)),
            .bounced(mail, to: both.all, text: "550"),
            .reply(Letter(to: both, text: "Ja.", answers: 1)),
        ]
        for kind in kinds {
            let event = Event(
                sequence: 9, at: Moment(milliseconds: 5), by: nil, subject: .entry(entry), snapshot: Self.snapshot,
                kind: kind)
            var encoder = EventEncoder(after: .zero, salt: { [1] }, hash: { _, _ in .zero })
            encoder.append(event)
            let texts = encoder.texts
            var decoder = EventDecoder(encoder.body.bytes) { _, ordinal, _ in .intact(texts[ordinal].bytes) }
            #expect(try decoder.next() == event)
        }
    }

    @Test func `an answer goes to nobody twice`() {
        let both = Recipients(
            to: [Self.office, Self.customer, Self.office, Address("")], cc: [Self.customer, Address("a@b.example")])
        #expect(both.to == [Self.office, Self.customer] && both.cc == [Address("a@b.example")])
        #expect(both.all == both.to + both.cc && both.fits)
        #expect(!Recipients(to: (0...50).map { Address("a\($0)@b.example") }).fits)
        #expect(!Recipients(to: [Address(String(repeating: "x", count: 1100))]).fits)
    }
}
