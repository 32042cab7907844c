import DeskModel
import Testing

@testable import DeskEngine

/// Which ticket a message belongs to, where more than its customer has to do with it.
struct ThreadingTests {
    private func mail(_ desk: inout Desk, from: String, id: String, answering: String? = nil) -> Arrival {
        var arrival = desk.mail(from: from)
        arrival.messageID = id
        arrival.references = answering.map { [$0] } ?? []
        return arrival
    }

    @Test func `two customers with one Message-ID both find their tickets`() {
        var desk = Desk()
        let klein = desk.bring(mail(&desk, from: "klein@a.example", id: "same@x"))
        let gross = desk.bring(mail(&desk, from: "gross@b.example", id: "same@x"))
        #expect(klein != gross)
        #expect(desk.bring(mail(&desk, from: "klein@a.example", id: "k2@x", answering: "same@x")) == klein)
        #expect(desk.bring(mail(&desk, from: "gross@b.example", id: "g2@x", answering: "same@x")) == gross)
        #expect(desk.bring(mail(&desk, from: "lang@c.example", id: "l@x", answering: "same@x")).value == 3)
    }

    @Test func `the disk may know more messages by a Message-ID than memory does`() throws {
        var desk = Desk()
        let klein = desk.bring(mail(&desk, from: "klein@a.example", id: "same@x"))
        let known = try #require(desk.engine.state.messages["same@x"]?.first?.message)
        desk.engine.state.messages = [:]
        let gross = desk.bring(mail(&desk, from: "gross@b.example", id: "same@x"))
        let answer = mail(&desk, from: "klein@a.example", id: "k2@x", answering: "same@x")
        #expect(desk.engine.needs(.arrive(answer), by: nil, at: desk.now).contains(.message("same@x")))
        desk.engine.learn(.message("same@x", [known]))
        #expect(!desk.engine.needs(.arrive(answer), by: nil, at: desk.now).contains(.message("same@x")))
        #expect(gross != klein && desk.bring(answer) == klein)
    }

    @Test func `somebody who was sent a message and answers it joins its ticket`() throws {
        var desk = Desk()
        var first = mail(&desk, from: "kaufmann@firma.example", id: "firma-1@x")
        first.cc = [Address("techniker@firma.example")]
        let id = desk.bring(first)
        let number = try desk.ticket(id).number
        // The number alone can be known to anybody.
        var numbered = mail(&desk, from: "techniker@firma.example", id: "t0@x")
        numbered.numbers = [number]
        #expect(desk.bring(numbered) != id)
        #expect(desk.bring(mail(&desk, from: "fremd@firma.example", id: "f@x", answering: "firma-1@x")) != id)
        #expect(desk.bring(mail(&desk, from: "techniker@firma.example", id: "t1@x", answering: "firma-1@x")) == id)
        // From now on they have written in it.
        var again = mail(&desk, from: "techniker@firma.example", id: "t2@x")
        again.numbers = [number]
        #expect(desk.bring(again) == id)
    }

    @Test func `another address of somebody who was sent the message counts, too`() {
        var desk = Desk()
        desk.bring(from: "techniker@firma.example")
        desk.administer(.addAddress(Address("techniker@firma.example"), Address("privat@work.example")))
        var first = mail(&desk, from: "kaufmann@firma.example", id: "firma-1@x")
        first.to.append(Address("techniker@firma.example"))
        let id = desk.bring(first)
        #expect(desk.bring(mail(&desk, from: "privat@work.example", id: "p@x", answering: "firma-1@x")) == id)
    }

    @Test(arguments: [("müller@example.org", 1), ("\"max muster\"@example.org", 0), ("anna@example.org", 0)])
    func `an agent is told beforehand of an address that not every server takes`(from: String, problems: Int) {
        var desk = Desk()
        let mail = desk.say(.arrive(mail(&desk, from: from, id: "m@x")), by: nil).events.first?.kind.mail
        #expect(mail?.answer == Recipients(to: [Address(from)]) && mail?.problems.count == problems)
    }

    @Test func `the answer in a ticket with nothing but a report answers the report`() {
        var desk = Desk()
        var report = desk.mail()
        (report.machine, report.suppress) = (.auto, .autoSubmitted)
        let id = desk.bring(report)
        desk.say(.claim(.id(id), lease: nil, anyway: nil), by: .meier)
        let answer = desk.say(.reply(.id(id), read: nil, text: "Danke"), by: .meier)
        guard case .reply(let letter)? = answer.events.last?.kind else {
            Issue.record("no answer: \(answer.verdict)")
            return
        }
        #expect(letter.answers == 1)
    }
}
