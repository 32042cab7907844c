import DeskEngine
import DeskModel
import Testing

/// Who an answer goes to: by itself, and as an agent sets it.
struct RecipientTests {
    private static let kunz = Address("kunz@example.org")
    private static let attacker = Address("attacker@evil.example")
    private static let boss = Address("boss@example.org")

    /// Meier holds ticket 1 of Kunz and has read it.
    private func held() -> (Desk, TicketID) {
        var desk = Desk()
        let id = desk.bring()
        desk.say(.claim(.id(id), lease: nil, anyway: nil), by: .meier)
        desk.show(id, to: .meier)
        return (desk, id)
    }

    private func reply(_ desk: inout Desk, _ id: TicketID, _ text: String = "Kanal 36", read: Int? = nil) -> Decision {
        desk.say(.reply(.id(id), read: read, text: text), by: .meier)
    }

    @Test func `a forged message of the customer does not turn the next answer to its Reply-To`() throws {
        var (desk, id) = held()
        var forged = desk.mail()
        forged.numbers = [try desk.ticket(id).number]
        forged.replyTo = [Self.attacker]
        #expect(desk.bring(forged) == id)
        desk.show(id, to: .meier)
        let decision = reply(&desk, id)
        #expect(decision.outcome == .queued(EntryID(id, 4), to: Recipients(to: [Self.kunz])))
        guard case .followUp(let mail)? = desk.log.last(where: { $0.kind.mail != nil })?.kind else {
            Issue.record("no follow-up")
            return
        }
        #expect(mail.foreignReplyTo == [Self.attacker])
        // Nor does the attacker become somebody whom the ticket knows.
        var more = desk.mail(from: Self.attacker.description)
        more.numbers = [try desk.ticket(id).number]
        #expect(desk.bring(more) != id)
    }

    @Test func `the automatic reply to a new ticket goes to its author, not to a foreign Reply-To`() throws {
        var desk = Desk()
        var arrival = desk.mail()
        arrival.replyTo = [Self.attacker]
        let decision = desk.say(.arrive(arrival), by: nil)
        guard case .autoSent(let letter, _)? = decision.events.last?.kind else {
            Issue.record("\(decision.kinds)")
            return
        }
        #expect(letter.recipients == Recipients(to: [Self.kunz]))
    }

    /// From, what of it is special, Reply-To; who is answered, who is the customer.
    private static let replyTos: [(String, String, [String], [String], String)] = [
        ("kunz@example.org", "", [], ["kunz@example.org"], "kunz@example.org"),
        ("kunz@example.org", "", ["x@y.example"], ["kunz@example.org"], "kunz@example.org"),
        ("kunz@example.org", "", ["x@y.example", "z@y.example"], ["kunz@example.org"], "kunz@example.org"),
        ("kunz@example.org", "", ["kunz@example.org"], ["kunz@example.org"], "kunz@example.org"),
        ("kunz@example.org", "", ["inbox@desk.example"], ["kunz@example.org"], "kunz@example.org"),
        ("kunz@example.org", "", ["inbox+x@desk.example"], ["kunz@example.org"], "kunz@example.org"),
        ("kunz@example.org", "known", ["home@example.org"], ["home@example.org"], "kunz@example.org"),
        ("kunz@example.org", "known", ["x@y.example", "home@example.org"], ["home@example.org"], "kunz@example.org"),
        ("no-reply@shop.example", "nobody", ["maier@example.org"], ["maier@example.org"], "maier@example.org"),
        ("no-reply@shop.example", "nobody", [], ["no-reply@shop.example"], "no-reply@shop.example"),
        ("no-reply@shop.example", "nobody", ["inbox@desk.example"], ["no-reply@shop.example"], "no-reply@shop.example"),
        ("inbox@desk.example", "", ["maier@example.org"], ["maier@example.org"], "maier@example.org"),
        ("inbox+form@desk.example", "", ["maier@example.org"], ["maier@example.org"], "maier@example.org"),
        ("inbox@desk.example", "", [], [], "inbox@desk.example"),
        ("shop@shop.example", "relay", ["maier@example.org"], ["maier@example.org"], "maier@example.org"),
        (
            "shop@shop.example", "relay", ["maier@example.org", "x@y.example"], ["maier@example.org"],
            "maier@example.org"
        ),
        ("", "", ["maier@example.org"], ["maier@example.org"], "maier@example.org"),
        ("kunz", "", [], [], "kunz"),
        ("kunz", "", ["x@y.example"], [], "kunz"),
    ]

    @Test(arguments: replyTos)
    func `a Reply-To counts where it is the customer's`(
        from: String, special: String, replyTo: [String], to: [String], customer: String
    ) throws {
        var desk = Desk()
        if special == "relay" {
            desk.bring(from: from)
            desk.administer(
                .setCustomerFlags(Address(from), isRelay: true, wantsNoAutomaticReply: false, isUnguarded: false))
        }
        if special == "known" {
            desk.bring(from: from)
            desk.administer(.addAddress(Address(from), Address("home@example.org")))
        }
        var arrival = desk.mail(from: from)
        arrival.isFromNobody = special == "nobody"
        arrival.replyTo = replyTo.map { Address($0) }
        let id = desk.bring(arrival)
        let ticket = try desk.ticket(id)
        #expect(ticket.recipients == Recipients(to: to.map { Address($0) }))
        #expect(desk.engine.customerName(of: ticket) == Address(customer))
    }

    @Test func `a Reply-To counts that has written in the ticket before, and in no other`() throws {
        var (desk, id) = held()
        var other = desk.mail(from: Self.boss.description)
        other.answersOurs = [EntryID(id, 2)]
        desk.bring(other)
        #expect(try desk.ticket(id).recipients == Recipients(to: [Self.boss]))
        for (ticket, to) in [(id, Self.boss), (desk.bring(), Self.kunz)] {
            var more = desk.mail()
            more.answersOurs = [EntryID(ticket, 1)]
            more.replyTo = [Self.boss]
            desk.bring(more)
            #expect(try desk.ticket(ticket).recipients == Recipients(to: [to]))
        }
    }

    @Test func `a queue keeps the others in Cc, or drops them`() throws {
        var desk = Desk()
        for (queue, cc) in [("inbox", [Address]()), ("recorder", [Self.boss, Address("office@example.org")])] {
            var arrival = desk.mail(to: "\(queue)@desk.example")
            arrival.to += [Self.boss, Self.kunz]
            arrival.cc = [Address("inbox+x@desk.example"), Address("office@example.org"), Address("no address")]
            let id = desk.bring(arrival)
            #expect(try desk.ticket(id).recipients == Recipients(to: [Self.kunz], cc: cc))
        }
        var crowd = desk.mail(to: "recorder@desk.example")
        crowd.cc = (0..<1000).map { Address("a\($0)@example.org") }
        let id = desk.bring(crowd)
        let ticket = try desk.ticket(id)
        #expect(ticket.recipients == Recipients(to: [Self.kunz]))
        #expect(desk.log.compactMap(\.kind.mail).last?.problems.count == 1)
    }

    @Test func `what has changed since the holder was told is refused once, and sent when told`() throws {
        var (desk, id) = held()
        desk.say(.setRecipients(.id(id), to: .addresses([Self.boss]), cc: [Self.kunz]), by: .mustermann)
        let (now, before) = (Recipients(to: [Self.boss], cc: [Self.kunz]), Recipients(to: [Self.kunz]))
        let refused = reply(&desk, id)
        #expect(refused.refusal == .recipients(id, now, shown: before, kept: true))
        #expect(refused.events.map(\.kind) == [.draft(text: "Kanal 36", why: .recipients)])
        // Not heard is not told.
        #expect(desk.say(.send(.id(id), read: nil), by: .meier).refusal != nil)
        desk.engine.markShown(Shown(agent: .meier, ticket: id, recipients: now))
        #expect(desk.say(.send(.id(id), read: nil), by: .meier).outcome == .queued(EntryID(id, 3), to: now))
    }

    @Test func `claiming, being shown and setting tell; being given and a restart do not`() throws {
        var (desk, id) = held()
        desk.say(.setRecipients(.id(id), to: .addresses([Self.boss]), cc: nil), by: .meier)
        #expect(reply(&desk, id, "eins").outcome != nil)
        desk.say(.setRecipients(.id(id), to: .addresses([Self.kunz]), cc: nil), by: .mustermann)
        #expect(reply(&desk, id, "zwei").refusal != nil)
        desk.show(id, to: .meier)
        #expect(reply(&desk, id, "drei").outcome != nil)
        desk.say(.setRecipients(.id(id), to: .addresses([Self.boss]), cc: nil), by: .mustermann)
        desk.say(.release(.id(id), text: nil), by: .meier)
        desk.say(.claim(.id(id), lease: nil, anyway: nil), by: .meier)
        #expect(reply(&desk, id, "vier").outcome != nil)
        desk.say(.give(.id(id), to: .schulze, text: nil), by: .meier)
        desk.engine.markShown(Shown(agent: .schulze, ticket: id, entry: try desk.ticket(id).newest))
        let given = desk.say(.reply(.id(id), read: nil, text: "fünf"), by: .schulze)
        #expect(
            given.refusal
                == .recipients(id, Recipients(to: [Self.boss]), shown: Recipients(to: [Self.kunz]), kept: true))
        desk.show(id, to: .schulze)
        #expect(desk.say(.reply(.id(id), read: nil, text: "sechs"), by: .schulze).outcome != nil)
    }

    @Test func `whoever was given a ticket and has read it may answer its author`() throws {
        var (desk, id) = held()
        desk.say(.give(.id(id), to: .schulze, text: nil), by: .meier)
        // As by history, which tells of no recipients.
        desk.engine.markShown(Shown(agent: .schulze, ticket: id, entry: 1))
        #expect(desk.say(.reply(.id(id), read: nil, text: "ja"), by: .schulze).outcome != nil)
    }

    @Test func `a message of another author is answered only once its author has been told`() throws {
        var (desk, id) = held()
        var other = desk.mail(from: Self.boss.description)
        other.answersOurs = [EntryID(id, 2)]
        desk.bring(other)
        // As by show 1.3, which tells of no recipients.
        desk.engine.markShown(Shown(agent: .meier, ticket: id, entry: 3))
        let refusal = Refusal.recipients(
            id, Recipients(to: [Self.boss]), shown: Recipients(to: [Self.kunz]), kept: true)
        #expect(reply(&desk, id).refusal == refusal)
    }

    @Test func `a reply to a message goes to its author and refers to it`() throws {
        var (desk, id) = held()
        var other = desk.mail(from: Self.boss.description)
        other.answersOurs = [EntryID(id, 2)]
        desk.bring(other)
        desk.show(id, to: .meier)
        for (read, to, answers) in [(1, Self.kunz, 1), (3, Self.boss, 3), (2, Self.boss, 3)] {
            let decision = reply(&desk, id, "Antwort \(read)", read: read)
            guard case .reply(let letter)? = decision.events.first?.kind else {
                Issue.record("\(decision)")
                continue
            }
            #expect(letter.recipients == Recipients(to: [to]) && letter.answers == answers)
        }
    }

    @Test func `a message that was not shown is answered only once its author has been told`() throws {
        var (desk, id) = held()
        var other = desk.mail(from: Self.boss.description)
        other.answersOurs = [EntryID(id, 2)]
        desk.bring(other)
        let refused = reply(&desk, id, read: 3)
        #expect(
            refused.refusal
                == .recipients(id, Recipients(to: [Self.boss]), shown: Recipients(to: [Self.kunz]), kept: true))
        desk.engine.markShown(Shown(agent: .meier, ticket: id, recipients: Recipients(to: [Self.boss])))
        #expect(
            desk.say(.send(.id(id), read: 3), by: .meier).outcome
                == .queued(EntryID(id, 4), to: Recipients(to: [Self.boss])))
    }

    @Test func `recipients are set by address, from the newest message, and until a person writes again`() throws {
        var (desk, id) = held()
        var more = desk.mail()
        more.answersOurs = [EntryID(id, 1)]
        more.to += [Self.boss]
        more.cc = [Address("office@example.org"), Address("recorder@desk.example")]
        desk.bring(more)
        #expect(try desk.ticket(id).recipients == Recipients(to: [Self.kunz]))
        let all = Recipients(to: [Self.kunz, Self.boss], cc: [Address("office@example.org")])
        let decision = desk.say(.setRecipients(.id(id), to: .all, cc: nil), by: .meier)
        #expect(decision.events.map(\.kind) == [.recipients(all)])
        #expect(decision.outcome == .addressed(id, Addressee(all, name: "")))
        #expect(desk.say(.setRecipients(.id(id), to: .all, cc: nil), by: .meier).events.isEmpty)
        desk.say(.setRecipients(.id(id), to: nil, cc: []), by: .meier)
        #expect(try desk.ticket(id).recipients == Recipients(to: all.to))
        desk.say(.setRecipients(.id(id), to: nil, cc: [Self.attacker]), by: .meier)
        desk.say(.setRecipients(.id(id), to: .addresses([Self.boss]), cc: nil), by: .meier)
        #expect(try desk.ticket(id).recipients == Recipients(to: [Self.boss]))
        var report = desk.mail(from: "mailer-daemon@example.org")
        (report.machine, report.suppress, report.answersOurs) = (.auto, .autoSubmitted, [EntryID(id, 1)])
        desk.bring(report)
        #expect(try desk.ticket(id).recipients == Recipients(to: [Self.boss]))
        var again = desk.mail()
        again.answersOurs = [EntryID(id, 1)]
        desk.bring(again)
        #expect(try desk.ticket(id).recipients == Recipients(to: [Self.kunz]))
    }

    @Test func `an answer goes to so many, to complete addresses, and never to us`() throws {
        var (desk, id) = held()
        let bad: [[Address]] = [
            [Address("inbox@desk.example")], [Address("inbox+a@desk.example")], [Address("x")], [],
            [Self.boss, Address("recorder@desk.example")],
        ]
        for to in bad {
            guard case .usage? = desk.say(.setRecipients(.id(id), to: .addresses(to), cc: nil), by: .meier).refusal
            else {
                Issue.record("\(to)")
                continue
            }
        }
        let many = (0...50).map { Address("a\($0)@example.org") }
        #expect(
            desk.say(.setRecipients(.id(id), to: .addresses(many), cc: nil), by: .meier).refusal
                == .tooMany(.recipients, most: 50))
        var crowd = desk.mail()
        crowd.answersOurs = [EntryID(id, 1)]
        crowd.to += (0..<1000).map { Address("a\($0)@example.org") }
        desk.bring(crowd)
        #expect(
            desk.say(.setRecipients(.id(id), to: .all, cc: nil), by: .meier).refusal == .tooMany(.recipients, most: 50))
        #expect(try desk.ticket(id).recipients == Recipients(to: [Self.kunz]))
    }

    @Test func `recipients are the holder's matter, a lead's, or whoever's who may claim the ticket`() throws {
        var (desk, id) = held()
        let command = Command.setRecipients(.id(id), to: .addresses([Self.boss]), cc: nil)
        #expect(desk.say(command, by: .schulze).refusal == .notHolder(id, holder: .meier, kept: false))
        #expect(
            desk.say(command, by: .lehmann).refusal
                == .forbidden(ticket: id, need: .work, queue: .inbox, agent: nil))
        #expect(desk.say(command, by: .mustermann).events.count == 1)
        desk.say(.release(.id(id), text: nil), by: .meier)
        #expect(desk.say(.setRecipients(.id(id), to: .all, cc: nil), by: .schulze).events.count == 1)
        desk.say(.close(.id(id), read: nil, text: nil), by: .mustermann)
        #expect(desk.say(command, by: .meier).refusal == .closed(id, kept: false))
    }

    @Test func `with nobody to answer the text is kept until somebody is named`() throws {
        var desk = Desk()
        let id = desk.bring(from: "kunz")
        desk.say(.claim(.id(id), lease: nil, anyway: nil), by: .meier)
        desk.show(id, to: .meier)
        for _ in 0..<2 {
            #expect(
                reply(&desk, id).refusal == .recipients(id, Recipients(), shown: Recipients(), kept: true))
        }
        desk.say(.setRecipients(.id(id), to: .addresses([Self.kunz]), cc: nil), by: .meier)
        #expect(
            desk.say(.send(.id(id), read: nil), by: .meier).outcome
                == .queued(EntryID(id, 2), to: Recipients(to: [Self.kunz])))
    }

    @Test func `an answer is out once every recipient has been told of`() throws {
        var (desk, id) = held()
        desk.say(.setRecipients(.id(id), to: .addresses([Self.kunz]), cc: [Self.boss]), by: .meier)
        _ = reply(&desk, id)
        let entry = EntryID(id, 3)
        #expect(desk.say(.sent(entry, to: [Self.kunz]), by: nil).events.map(\.kind) == [.sent(to: Self.kunz)])
        #expect(desk.engine.state.outbox[entry]?.pending == [Self.boss])
        #expect(desk.say(.sent(entry, to: [Self.kunz]), by: nil).events.isEmpty)
        desk.say(.failed(entry, to: [Self.boss, Self.attacker], text: "550"), by: nil)
        #expect(desk.engine.state.outbox[entry] == nil)
        #expect(desk.log.last?.kind == .failed(to: Self.boss, text: "550"))
    }

    @Test func `a report tells which of the recipients were not reached`() throws {
        var (desk, id) = held()
        desk.say(.setRecipients(.id(id), to: .addresses([Self.kunz]), cc: [Self.boss]), by: .meier)
        _ = reply(&desk, id)
        let named: [([Address], [Address])] = [
            ([Self.boss], [Self.boss]), ([Address("elsewhere@example.net")], [Self.kunz, Self.boss]),
            ([Self.kunz, Address("elsewhere@example.net")], [Self.kunz]),
        ]
        for (unreached, to) in named {
            var report = desk.mail(from: "mailer-daemon@example.org")
            (report.machine, report.suppress, report.reportsOurs) = (.bounce, .report, [EntryID(id, 3)])
            report.unreached = unreached
            guard case .bounced(_, let told, _)? = desk.say(.arrive(report), by: nil).events.first?.kind else {
                Issue.record("\(unreached)")
                continue
            }
            #expect(told == to)
        }
    }

    @Test func `a customer is called as their own messages call them`() throws {
        var desk = Desk()
        var arrival = desk.mail()
        arrival.fromName = "Anna Kunz"
        let id = desk.bring(arrival)
        #expect(desk.engine.displayName(of: try desk.ticket(id)) == "Anna Kunz")
        var other = desk.mail(from: Self.boss.description)
        (other.fromName, other.answersOurs) = ("Der Chef", [EntryID(id, 1)])
        desk.bring(other)
        desk.bring()
        #expect(desk.engine.displayName(of: try desk.ticket(id)) == "Anna Kunz")
        var form = desk.mail(from: "no-reply@shop.example")
        (form.isFromNobody, form.fromName) = (true, "Shop")
        (form.replyTo, form.replyToName) = ([Address("maier@example.org")], "Maier")
        let request = desk.bring(form)
        #expect(desk.engine.displayName(of: try desk.ticket(request)) == "Maier")
    }
}
