import DeskEngine
import DeskModel
import Testing

struct MailTests {
    @Test func `a mail from a stranger makes a customer, a ticket, a number and an automatic reply`() throws {
        var desk = Desk(at: Moment(milliseconds: 1_764_000_000_000))
        var arrival = desk.mail("Bild {queue}")
        arrival.replyTo = [Address("antwort@example.org")]
        let decision = desk.say(.arrive(arrival), by: nil)
        #expect(decision.kinds == ["new #1", "autoSent #1"])
        let new = decision.events[0]
        #expect(new.changes == [.state, .priority] && new.queue == .inbox && new.by == nil)
        let number = TicketNumber(day: 20_251_124, counter: 1)
        #expect(decision.outcome == .arrived(EntryID(TicketID(1), 1), number: number))
        guard case .autoSent(let letter, _) = decision.events[1].kind else { return }
        #expect(letter.recipients == Recipients(to: [arrival.from]) && letter.from == Address("inbox@desk.example"))
        #expect(letter.text == "Ihr Ticket \(number): Bild {queue}")
        #expect(letter.answers == 1 && decision.events[1].subject == .entry(EntryID(TicketID(1), 2)))
        #expect(try desk.ticket(TicketID(1)).recipients == letter.recipients)
    }

    @Test func `a customer who writes again has a second ticket that names the first and who serves him`() throws {
        var desk = Desk()
        let one = desk.bring()
        desk.say(.claim(.id(one), lease: nil, anyway: nil), by: .meier)
        let decision = desk.say(.arrive(desk.mail()), by: nil)
        guard case .new(let mail, let number)? = decision.events.first?.kind else {
            Issue.record("\(decision)")
            return
        }
        #expect(mail.also == [one] && mail.served == [.meier] && number.counter == 2)
        #expect(mail.customer == (try desk.ticket(one).customer))
    }

    @Test func `numbers count within the day of the desk's zone`() throws {
        let midnight = Moment(milliseconds: 1_763_942_400_000)  // 2025-11-24T00:00Z
        var desk = Desk(at: midnight - .minutes(31))
        desk.engine = Engine(image: Image(), at: desk.now, defaultAutomaticReply: "", zone: .minutes(30))
        for event in desk.log { desk.engine.apply(event) }
        desk.now = midnight - .minutes(31)
        let last = desk.bring()
        desk.wait(.minutes(1))
        let (first, second) = (desk.bring(), desk.bring())
        #expect(try desk.ticket(last).number == TicketNumber(day: 20_251_123, counter: 1))
        #expect(try desk.ticket(first).number == TicketNumber(day: 20_251_124, counter: 1))
        #expect(try desk.ticket(second).number == TicketNumber(day: 20_251_124, counter: 2))
    }

    @Test
    func `our signature leads to the ticket whoever sends it, a number or foreign reference only from one it knows`()
        throws
    {
        var desk = Desk()
        let id = desk.bring()
        let number = try desk.ticket(id).number
        for (from, isKnown) in [("kunz@example.org", true), ("boss@example.org", false)] {
            var numbered = desk.mail(from: from)
            numbered.numbers = [TicketNumber(day: 20_200_101, counter: 9), number]
            #expect((desk.bring(numbered) == id) == isKnown)
            var referring = desk.mail(from: from)
            referring.references = ["", "m1@example.org"]
            #expect((desk.bring(referring) == id) == isKnown)
            var signed = desk.mail(from: from)
            signed.answersOurs = [EntryID(TicketID(77), 1), EntryID(id, 2)]
            #expect(desk.bring(signed) == id)
        }
    }

    @Test func `a signed id from before its ticket was made is of a lost time, and leads nowhere`() throws {
        var desk = Desk()
        let id = desk.bring()
        let ours = EntryID(id, 2)
        let created = try desk.ticket(id).created
        for (at, isOurs) in [(created - .seconds(1), false), (created, true), (created + .days(9), true)] {
            var answer = desk.mail(from: "boss@example.org")
            (answer.answersOurs, answer.queuedAt) = ([ours], [ours: at])
            #expect((desk.bring(answer) == id) == isOurs)
            var own = desk.mail(from: "inbox@desk.example")
            (own.ownEntry, own.queuedAt) = (ours, [ours: at])
            #expect((desk.say(.arrive(own), by: nil).kinds == ["duplicateDropped #1"]) == isOurs)
            var report = desk.mail(from: "mailer-daemon@example.org")
            (report.machine, report.suppress, report.reportsOurs) = (.bounce, .report, [ours])
            report.queuedAt = [ours: at]
            #expect((desk.say(.arrive(report), by: nil).kinds.first == "bounced #1") == isOurs)
        }
    }

    @Test func `after a step back numbers go on behind those that were given out`() throws {
        var desk = Desk()
        let id = desk.bring()
        let texts = try desk.ticket(id).entries
        let number = TicketNumber(day: 20_991_231, counter: 41)
        let restore = Restore(
            was: "aaaaaaaa", epoch: "bbbbbbbb", lost: 500, lostAt: nil,
            counters: Counters(ticket: 700, customer: 900, number: number), entries: [EntryID(id, texts + 5)])
        var event = Event(at: desk.now, by: nil, subject: .desk, kind: .restored(restore))
        event.sequence = desk.engine.state.sequence + 1
        #expect(desk.engine.needs(toApply: event).isEmpty)
        desk.engine.apply(event)
        var more = desk.mail()
        more.answersOurs = [EntryID(id, 2)]
        #expect(
            desk.say(.arrive(more), by: nil).outcome
                == .arrived(EntryID(id, texts + 6), number: try desk.ticket(id).number))
        let next = desk.bring(from: "weber@example.org")
        #expect(next == TicketID(701))
        #expect(try desk.ticket(next).customer == CustomerID(901))
        #expect(try desk.ticket(next).number == TicketNumber(day: 20_991_231, counter: 42))
    }

    @Test func `any address of the customer is his`() throws {
        var desk = Desk()
        let id = desk.bring()
        desk.administer(.addAddress(Address("kunz@example.org"), Address("kunz@work.example")))
        var numbered = desk.mail(from: "kunz@work.example")
        numbered.numbers = [try desk.ticket(id).number]
        #expect(desk.bring(numbered) == id)
        let news = desk.bring(from: "kunz@work.example")
        #expect(try desk.ticket(news).customer == (try desk.ticket(id).customer))
    }

    @Test func `a person's message reopens what is closed, without a holder; a report joins and changes nothing`()
        throws
    {
        var desk = Desk()
        let id = desk.bring()
        desk.say(.close(.id(id), read: nil, text: nil), by: .meier)
        var machine = desk.mail()
        (machine.answersOurs, machine.machine, machine.suppress) = ([EntryID(id, 2)], .auto, .autoSubmitted)
        let joined = desk.say(.arrive(machine), by: nil)
        #expect(joined.events.map(\.changes) == [[], []])
        #expect(joined.events[1].kind == .autoSuppressed(.autoSubmitted))
        #expect(try desk.ticket(id).state == .closed)
        var person = desk.mail()
        (person.answersOurs, person.suppress) = ([EntryID(id, 2)], .list)
        let reopened = desk.say(.arrive(person), by: nil)
        #expect(reopened.kinds == ["followUp #1", "autoSuppressed #1"])
        #expect(reopened.events[0].changes == [.state] && reopened.events[0].snapshot?.state == .open)
        #expect(try desk.ticket(id).holder == nil)
    }

    @Test func `a mail that joins leaves the claim and is told to its holder`() throws {
        var desk = Desk()
        let id = desk.bring()
        desk.say(.claim(.id(id), lease: nil, anyway: nil), by: .meier)
        var more = desk.mail()
        more.answersOurs = [EntryID(id, 2)]
        let event = try #require(desk.say(.arrive(more), by: nil).events.first)
        #expect(event.snapshot?.holder == .meier && event.kind.mail?.served == [.meier])
    }

    @Test func `the same mail again within seven days is dropped, visibly`() throws {
        var desk = Desk()
        let arrival = desk.mail()
        let id = desk.bring(arrival)
        desk.wait(.days(6))
        let again = desk.say(.arrive(arrival), by: nil)
        let customer = Address("kunz@example.org")
        #expect(again.events.map(\.kind) == [.duplicateDropped(customer: customer, entry: EntryID(id, 1))])
        #expect(again.outcome == .arrived(nil, number: try desk.ticket(id).number))
        desk.wait(.days(2))
        #expect(desk.bring(arrival) != id)
    }

    @Test func `our own mail coming back is no news`() {
        var desk = Desk()
        let id = desk.bring()
        var own = desk.mail(from: "inbox@desk.example")
        own.ownEntry = EntryID(id, 2)
        #expect(desk.say(.arrive(own), by: nil).kinds == ["duplicateDropped #1"])
    }

    @Test func `a mail that we are said to have written, and of which we know nothing, is a mail, unanswered`() {
        var desk = Desk()
        var own = desk.mail(from: "inbox@desk.example")
        own.ownEntry = EntryID(TicketID(7), 2)
        #expect(desk.say(.arrive(own), by: nil).kinds == ["new #1", "autoSuppressed #1"])
    }

    @Test func `a report about our mail joins as bounced; one about nothing of ours goes to postmaster, unanswered`()
        throws
    {
        var desk = Desk()
        let id = desk.bring()
        var report = desk.mail(from: "mailer-daemon@example.org")
        (report.machine, report.suppress, report.diagnosis) = (.bounce, .report, "550 no such user")
        report.reportsOurs = [EntryID(id, 2)]
        let bounced = desk.say(.arrive(report), by: nil)
        #expect(bounced.events.map(\.subject) == [.entry(EntryID(id, 2))])
        #expect(bounced.outcome == .arrived(EntryID(id, 3), number: try desk.ticket(id).number))
        #expect(try desk.ticket(id).newest == 1 && (try desk.ticket(id).entries) == 3)
        var strange = desk.mail(from: "mailer-daemon@example.org")
        (strange.machine, strange.suppress, strange.reportsOurs) = (.bounce, .report, [EntryID(TicketID(9), 1)])
        let lost = desk.say(.arrive(strange), by: nil)
        #expect(lost.kinds == ["new #2", "autoSuppressed #2"] && lost.events[0].queue == .postmaster)
        var unread = desk.mail(from: "")
        (unread.isUnreadable, unread.envelopeSender) = (true, nil)
        #expect(desk.say(.arrive(unread), by: nil).events[0].queue == .postmaster)
    }

    @Test func `a report tells to which of the customer's addresses our mail went`() throws {
        var desk = Desk()
        let home = Address("kunz@home.example")
        let id = desk.bring()
        desk.administer(.addAddress(Address("kunz@example.org"), home))
        var more = desk.mail(from: home.description)
        more.answersOurs = [EntryID(id, 2)]
        desk.bring(more)
        desk.say(.claim(.id(id), lease: nil, anyway: nil), by: .meier)
        desk.show(id, to: .meier)
        let reply = desk.say(.reply(.id(id), read: nil, text: "Guten Tag"), by: .meier)
        let ours = EntryID(id, try desk.ticket(id).entries)
        #expect(reply.outcome == .queued(ours, to: Recipients(to: [home])))
        var elsewhere = desk.mail()
        elsewhere.answersOurs = [ours]
        desk.bring(elsewhere)
        var report = desk.mail(from: "mailer-daemon@home.example")
        (report.machine, report.suppress, report.reportsOurs) = (.bounce, .report, [ours])
        let needs = desk.engine.needs(.arrive(report), by: nil, at: desk.now)
        #expect(needs == [.content(report.content), .address(report.from)])
        let early = desk.say(.arrive(report), by: nil)
        #expect(early.events.map(\.kind.recipients) == [[home]])
        desk.say(.sent(ours, to: [home]), by: nil)
        (report.content, report.raw) = (.of(201), .of(201))
        #expect(desk.say(.arrive(report), by: nil).events.map(\.kind.recipients) == [[home]])
        desk.engine.forget(applied: desk.engine.state.sequence)
        (report.content, report.raw) = (.of(202), .of(202))
        #expect(desk.engine.needs(.arrive(report), by: nil, at: desk.now).contains(.addressing(ours)))
        let letter = Letter(to: Recipients(to: [home]), text: "Guten Tag")
        desk.engine.learn(.addressing(ours, Addressing(.reply(letter))))
        #expect(desk.say(.arrive(report), by: nil).events.map(\.kind.recipients) == [[home]])
    }

    @Test(arguments: [
        (["recorder@desk.example"], "recorder"), (["recorder+tag@desk.example"], "recorder"),
        (["x@y.example"], "inbox"), (["x@y.example", "recorder@desk.example", "inbox@desk.example"], "recorder"),
        (["recorder+a@desk.example", "inbox@desk.example"], "inbox"), ([], "inbox"),
    ])
    func `recipients choose the queue`(recipients: [String], queue: String) {
        var desk = Desk()
        var arrival = desk.mail(to: "nobody@desk.example")
        arrival.recipients = recipients.map { Address($0) }
        arrival.to = []
        #expect(desk.say(.arrive(arrival), by: nil).events.first?.queue == .named(queue))
    }

    @Test func `a web form's customers are those in Reply-To; mails without sender are guarded by nobody`() throws {
        var desk = Desk()
        desk.bring(from: "form@shop.example")
        desk.administer(
            .setCustomerFlags(
                Address("form@shop.example"), isRelay: true, wantsNoAutomaticReply: false, isUnguarded: false))
        var form = desk.mail(from: "form@shop.example")
        form.replyTo = [Address("Maier@example.org")]
        let id = desk.bring(form)
        #expect(desk.engine.customerName(of: try desk.ticket(id)) == Address("maier@example.org"))
        let (one, two) = (desk.bring(from: ""), desk.bring(from: ""))
        desk.say(.claim(.id(one), lease: nil, anyway: nil), by: .meier)
        let other = desk.say(.claim(.id(two), lease: nil, anyway: nil), by: .schulze)
        #expect(other.claimed?.also == [])
        desk.show(two, to: .schulze)
        #expect(desk.say(.reply(.id(two), read: nil, text: "an wen?"), by: .schulze).refusal != nil)
    }

    @Test func `without any queue a mail is refused, not lost`() {
        let engine = Engine(image: Image(), at: Moment(milliseconds: 0), defaultAutomaticReply: "")
        var desk = Desk()
        let decision = engine.decide(.arrive(desk.mail()), by: nil, at: desk.now)
        #expect(decision.refusal == .noSuchQueue(.inbox))
    }
}

extension Kind {
    fileprivate var recipients: [Address]? {
        if case .bounced(_, let to, _) = self { to } else { nil }
    }
}
