import DeskEngine
import DeskModel
import Testing

struct AutoReplyTests {
    /// Why the mail got no automatic reply; `nil`: it got one.
    private func why(_ desk: inout Desk, _ arrival: Arrival) -> SuppressReason? {
        for event in desk.say(.arrive(arrival), by: nil).events {
            if case .autoSuppressed(let why) = event.kind { return why }
        }
        return nil
    }

    private func mail(_ desk: inout Desk, from: String, subject: String = "") -> Arrival {
        var arrival = desk.mail(from: from)
        arrival.subjectKey = subject
        return arrival
    }

    @Test(arguments: SuppressReason.allCases.filter { $0.rawValue <= SuppressReason.subject.rawValue })
    func `what the mail itself says comes first`(rule: SuppressReason) {
        var desk = Desk()
        var arrival = desk.mail()
        arrival.suppress = rule
        #expect(why(&desk, arrival) == rule)
    }

    @Test(arguments: [Machine.auto, .bounce])
    func `a report is never answered`(machine: Machine) {
        var desk = Desk()
        var arrival = desk.mail()
        arrival.machine = machine
        #expect(why(&desk, arrival) == .report)
    }

    @Test(arguments: [
        ("{number}{number}", "NN"), ("{unknown} {number", "{unknown} {number"), ("{{number}}", "{N}"), ("", ""),
        ("{subject} {queue}", "{number} inbox"), ("a{}b{ü}", "a{}b{ü}"),
    ])
    func `a text is filled once, and its other braces stay`(template: String, text: String) throws {
        var desk = Desk()
        var queue = try #require(desk.engine.state.queues[.inbox])
        queue.automaticReply = template
        desk.administer(.setQueue(queue))
        let event = try #require(desk.say(.arrive(desk.mail("{number}")), by: nil).events.last)
        guard case .autoSent(let letter, _) = event.kind else {
            Issue.record("\(event.kind)")
            return
        }
        let number = try desk.ticket(TicketID(1)).number
        #expect(letter.text == text.replacing("N", with: "\(number)"))
    }

    @Test func `who or what is never answered`() throws {
        var desk = Desk()
        #expect(why(&desk, desk.mail(from: "recorder@desk.example")) == .sender)
        #expect(why(&desk, desk.mail(from: "")) == .sender)
        #expect(why(&desk, mail(&desk, from: "kunz@example.org")) == nil)
        desk.administer(
            .setCustomerFlags(
                Address("kunz@example.org"), isRelay: false, wantsNoAutomaticReply: true, isUnguarded: false))
        #expect(why(&desk, mail(&desk, from: "kunz@example.org")) == .noAuto)
        var inbox = try #require(desk.engine.state.queues[.inbox])
        inbox.answersAutomatically = false
        desk.administer(.setQueue(inbox))
        #expect(why(&desk, mail(&desk, from: "huber@example.org")) == .noAuto)
    }

    @Test func `three an hour and ten a day to one address`() {
        var desk = Desk()
        var told: [SuppressReason?] = []
        for _ in 0..<5 {
            for _ in 0..<4 { told.append(why(&desk, mail(&desk, from: "kunz@example.org"))) }
            desk.wait(.hours(1))
        }
        #expect(told.filter { $0 == nil }.count == 10)
        #expect(told[3] == .limitAddress && told[4] == nil && told[19] == .limitAddress)
        desk.wait(.hours(24))
        #expect(why(&desk, mail(&desk, from: "kunz@example.org")) == nil)
    }

    @Test func `sixty an hour to one domain, five an hour with one subject`() {
        var desk = Desk()
        let told = (0..<61).map { why(&desk, mail(&desk, from: "c\($0)@big.example")) }
        #expect(told.dropLast().allSatisfy { $0 == nil } && told.last == .limitDomain)
        let alike = (0..<6).map { why(&desk, mail(&desk, from: "x@d\($0).example", subject: "stoerung")) }
        #expect(alike == [nil, nil, nil, nil, nil, .limitSubject])
    }

    @Test func `the breaker stops the busiest domain first, then all of them, and says each once`() {
        var desk = Desk()
        desk.engine.autoReplyLimits.breaker = 5
        for count in 0..<3 { #expect(why(&desk, mail(&desk, from: "x\(count)@a.example")) == nil) }
        for count in 0..<2 { #expect(why(&desk, mail(&desk, from: "x@b\(count).example")) == nil) }
        let broken = desk.say(.arrive(mail(&desk, from: "x@c.example")), by: nil)
        #expect(broken.kinds == ["new #6", "autoSent #6", "autoBreaker -"])
        #expect(broken.events[2].kind == .autoBreaker(count: 5, window: .minutes(10), domain: "a.example"))
        #expect(why(&desk, mail(&desk, from: "x9@a.example")) == .breaker)
        for count in 0..<2 { #expect(why(&desk, mail(&desk, from: "x@d\(count).example")) == nil) }
        let all = desk.say(.arrive(mail(&desk, from: "x@e.example")), by: nil)
        #expect(all.kinds == ["new #10", "autoSuppressed #10", "autoBreaker -"])
        #expect(all.events[2].kind == .autoBreaker(count: 5, window: .minutes(10), domain: nil))
        desk.wait(.minutes(9))
        #expect(desk.say(.arrive(mail(&desk, from: "x@f.example")), by: nil).events.count == 2)
        desk.wait(.minutes(1))
        #expect(why(&desk, mail(&desk, from: "x@g.example")) == nil)
        #expect(why(&desk, mail(&desk, from: "x8@a.example")) == nil)
    }

    @Test func `a message that trips the breaker for its own domain is not answered`() {
        var desk = Desk()
        desk.engine.autoReplyLimits.breaker = 2
        for count in 0..<2 { #expect(why(&desk, mail(&desk, from: "x\(count)@a.example")) == nil) }
        #expect(why(&desk, mail(&desk, from: "x3@a.example")) == .breaker)
        #expect(why(&desk, mail(&desk, from: "x@b.example")) == nil)
    }

    @Test func `sixty forged authors at sixty domains get one reply each, wherever Reply-To points`() {
        var desk = Desk()
        var answered: [Address] = []
        for count in 0..<60 {
            var arrival = mail(&desk, from: "victim@d\(count).example")
            arrival.replyTo = [Address("victim@target.example")]
            for event in desk.say(.arrive(arrival), by: nil).events {
                if case .autoSent(let letter, _) = event.kind { answered += letter.recipients.all }
            }
        }
        #expect(answered == (0..<60).map { Address("victim@d\($0).example") })
    }

    @Test func `three hundred forged authors of one domain reach its limit and leave the others alone`() {
        var desk = Desk()
        let told = (0..<300).map { why(&desk, mail(&desk, from: "c\($0)@big.example")) }
        #expect(told.count { $0 == nil } == 60 && told.last == .limitDomain)
        #expect(why(&desk, mail(&desk, from: "anna@small.example")) == nil)
    }

    @Test func `one mailbox with many plus-tags is one address`() {
        var desk = Desk()
        let told = (0..<6).map { why(&desk, mail(&desk, from: "anna+\($0)@example.org")) }
        #expect(told == [nil, nil, nil, .limitAddress, .limitAddress, .limitAddress])
    }

    @Test(arguments: ["anna", "anna@", "@example.org", ""])
    func `what is no address gets no reply`(from: String) {
        var desk = Desk()
        #expect(why(&desk, mail(&desk, from: from)) == .sender)
    }

    @Test func `a follow-up is acknowledged only where that is set, at most once a day`() {
        var desk = Desk()
        desk.engine.autoReplyLimits.answersFollowUps = true
        let id = desk.bring()
        var kinds: [[String]] = []
        for _ in 0..<2 {
            var more = desk.mail()
            more.answersOurs = [EntryID(id, 1)]
            kinds.append(desk.say(.arrive(more), by: nil).kinds)
            desk.wait(.days(1))
        }
        #expect(kinds == [["followUp #1", "autoSuppressed #1"], ["followUp #1", "autoSent #1"]])
    }
}
