import DeskEngine
import DeskModel
import Testing

struct AnswerTests {
    /// Meier holds ticket 1 and has read it.
    private func held() -> (Desk, TicketID) {
        var desk = Desk()
        let id = desk.bring()
        desk.say(.claim(.id(id), lease: nil, anyway: nil), by: .meier)
        desk.show(id, to: .meier)
        return (desk, id)
    }

    @Test func `the holder answers to the newest mail, from the address that it came to`() throws {
        var (desk, id) = held()
        var later = desk.mail()
        later.answersOurs = [EntryID(id, 1)]
        later.replyTo = [Address("Kunz@Home.example")]
        desk.administer(.addAddress(later.from, Address("kunz@home.example")))
        desk.bring(later)
        desk.show(id, to: .meier)
        let decision = desk.say(.reply(.id(id), read: nil, text: "Kanal 36"), by: .meier)
        let letter = Letter(
            to: Recipients(to: [Address("kunz@home.example")]), from: Address("inbox@desk.example"), text: "Kanal 36",
            answers: 3)
        #expect(decision.events.map(\.kind) == [.reply(letter)])
        #expect(decision.outcome == .queued(EntryID(id, 4), to: letter.recipients))
        #expect(desk.engine.state.outbox[EntryID(id, 4)]?.letter == letter)
        #expect(
            desk.say(.sent(EntryID(id, 4), to: letter.recipients.all), by: nil).events.map(\.kind) == [
                .sent(to: Address("kunz@home.example"))
            ])
        #expect(desk.engine.state.outbox[EntryID(id, 4)] == nil)
        #expect(desk.say(.sent(EntryID(id, 4), to: letter.recipients.all), by: nil).events.isEmpty)
    }

    @Test func `a mail that its author was not shown stops an answer and keeps it`() throws {
        var (desk, id) = held()
        var more = desk.mail()
        more.answersOurs = [EntryID(id, 1)]
        desk.bring(more)
        let stale = desk.say(.reply(.id(id), read: nil, text: "Kanal 36"), by: .meier)
        #expect(stale.refusal == .stale(id, newest: EntryID(id, 3), who: nil, unseen: [EntryID(id, 3)], kept: true))
        #expect(stale.events.map(\.kind) == [.draft(text: "Kanal 36", why: .stale)])
        let again = desk.say(.reply(.id(id), read: nil, text: "Kanal 36"), by: .meier)
        #expect(again.events.isEmpty && again.refusal == stale.refusal)
        #expect(desk.say(.send(.id(id), read: nil), by: .meier).refusal == stale.refusal)
        #expect(desk.say(.send(.id(id), read: 9), by: .meier).refusal == .noSuchEntry(EntryID(id, 9)))
        #expect(desk.say(.send(.id(id), read: 3), by: .meier).kinds == ["reply #1"])
        #expect(desk.say(.send(.id(id), read: nil), by: .meier).refusal == .noDraft(id))
    }

    @Test func `a refusal names everything that was not shown, in the ticket and in the customer's others`() throws {
        var desk = Desk()
        let (one, two) = (desk.bring(), desk.bring())
        for _ in 0..<20 {
            var more = desk.mail()
            more.answersOurs = [EntryID(one, 2)]
            desk.bring(more)
        }
        desk.say(.claim(.id(one), lease: nil, anyway: nil), by: .meier)
        desk.show(two, to: .meier)
        for text in ["Kanal 36", "Kanal 37"] { desk.say(.reply(.id(one), read: 22, text: text), by: .meier) }
        desk.say(.claim(.id(two), lease: nil, anyway: "Chef"), by: .mustermann)
        desk.show(two, to: .mustermann)
        let stale = desk.say(.reply(.id(two), read: nil, text: "Kanal 38"), by: .mustermann)
        let unseen = [1] + (3...24).map { $0 }
        #expect(
            stale.refusal
                == .stale(
                    two, newest: EntryID(one, 24), who: .meier, unseen: unseen.map { EntryID(one, $0) }, kept: true))
        desk.show(one, to: .mustermann)
        #expect(desk.say(.send(.id(two), read: nil), by: .mustermann).kinds == ["reply #2"])
    }

    @Test func `what a machine wrote makes nothing stale`() throws {
        var (desk, id) = held()
        var vacation = desk.mail()
        (vacation.answersOurs, vacation.machine, vacation.suppress) = ([EntryID(id, 1)], .auto, .subject)
        desk.bring(vacation)
        #expect(desk.say(.reply(.id(id), read: nil, text: "Kanal 36"), by: .meier).kinds == ["reply #1"])
    }

    @Test func `a colleague's answer in another ticket of the customer is told for 72 hours`() throws {
        var desk = Desk()
        let (one, two) = (desk.bring(), desk.bring())
        for id in [one, two] { for agent in [AgentName.meier, .schulze] { desk.show(id, to: agent) } }
        desk.say(.claim(.id(one), lease: nil, anyway: nil), by: .schulze)
        desk.say(.reply(.id(one), read: nil, text: "Reset"), by: .schulze)
        desk.say(.close(.id(one), read: nil, text: nil), by: .schulze)
        desk.say(.claim(.id(two), lease: nil, anyway: nil), by: .meier)
        let stale = desk.say(.reply(.id(two), read: 1, text: "Kanal 36"), by: .meier)
        let newest = EntryID(one, 3)
        #expect(stale.refusal == .stale(two, newest: newest, who: .schulze, unseen: [newest], kept: true))
        desk.administer(.setRights(.meier, [Grant([.read], in: .recorder)]))
        #expect(desk.engine.decide(.send(.id(two), read: nil), by: .meier, at: desk.now + .hours(72)).refusal == nil)
        desk.show(one, to: .meier)
        #expect(desk.say(.send(.id(two), read: nil), by: .meier).kinds == ["reply #2"])
    }

    @Test func `the same text twice within ten minutes is a slip, unless it is sent on purpose`() {
        var (desk, id) = held()
        desk.say(.reply(.id(id), read: nil, text: "Kanal 36"), by: .meier)
        desk.wait(.minutes(9))
        let twice = desk.say(.reply(.id(id), read: nil, text: "Kanal 36"), by: .meier)
        #expect(twice.refusal == .duplicate(EntryID(id, 3), kept: true))
        #expect(twice.events.map(\.kind) == [.draft(text: "Kanal 36", why: .duplicate)])
        #expect(desk.engine.decide(.send(.id(id), read: nil), by: .meier, at: desk.now).kinds == ["reply #1"])
        desk.wait(.minutes(1))
        #expect(desk.say(.reply(.id(id), read: nil, text: "Kanal 36"), by: .meier).kinds == ["reply #1"])
    }

    @Test func `who does not hold does not answer, and keeps what he wrote`() {
        var (desk, id) = held()
        let other = desk.say(.reply(.id(id), read: nil, text: "Reset"), by: .schulze)
        #expect(other.refusal == .notHolder(id, holder: .meier, kept: true))
        #expect(other.events.map(\.kind) == [.draft(text: "Reset", why: .notHolder)])
        #expect(desk.engine.drafts(of: .schulze) == [id])
        let forbidden = desk.say(.reply(.id(id), read: nil, text: "Reset"), by: .neu)
        #expect(forbidden.refusal == .forbidden(ticket: id, need: .work, queue: .inbox, agent: nil))
        #expect(forbidden.events.isEmpty)
        desk.say(.close(.id(id), read: nil, text: nil), by: .meier)
        let closed = desk.say(.reply(.id(id), read: nil, text: "Nachtrag"), by: .meier)
        #expect(closed.refusal == .closed(id, kept: true))
        #expect(closed.events.map(\.kind) == [.draft(text: "Nachtrag", why: .closed)])
    }

    @Test func `one draft per agent and ticket, a newer one replaces it, an empty one ends it`() {
        var (desk, id) = held()
        #expect(desk.say(.draft(.id(id), text: "Eins"), by: .meier).outcome == .drafted(id, bytes: 4))
        #expect(desk.say(.draft(.id(id), text: "Eins"), by: .meier).events.isEmpty)
        #expect(desk.say(.draft(.id(id), text: "Zwei"), by: .meier).kinds == ["draft #1"])
        #expect(desk.engine.state.drafts[.meier]?[id]?.text == "Zwei")
        #expect(desk.say(.draft(.id(id), text: ""), by: .meier).kinds == ["draft #1"])
        #expect(desk.say(.draft(.id(id), text: ""), by: .meier).events.isEmpty)
        #expect(desk.engine.drafts(of: .meier).isEmpty)
    }

    @Test func `a hundred drafts may be set; those kept by refusals do not count`() {
        var desk = Desk()
        let ids = (0..<102).map { desk.bring(from: "c\($0)@example.org") }
        for id in ids.prefix(99) { desk.say(.draft(.id(id), text: "x"), by: .meier) }
        desk.say(.reply(.id(ids[99]), read: nil, text: "kept"), by: .meier)
        #expect(desk.say(.draft(.id(ids[100]), text: "x"), by: .meier).refusal == nil)
        #expect(desk.say(.draft(.id(ids[101]), text: "x"), by: .meier).refusal == .tooMany(.drafts, most: 100))
        #expect(desk.say(.draft(.id(ids[0]), text: "y"), by: .meier).refusal == nil)
    }

    @Test func `the holder does not close over a mail that came after his claim, unless he names it`() throws {
        var desk = Desk()
        let id = desk.bring()
        desk.say(.claim(.id(id), lease: nil, anyway: nil), by: .meier)
        #expect(desk.engine.decide(.close(.id(id), read: nil, text: nil), by: .meier, at: desk.now).refusal == nil)
        var more = desk.mail()
        more.answersOurs = [EntryID(id, 1)]
        desk.bring(more)
        let stale = desk.say(.close(.id(id), read: nil, text: nil), by: .meier)
        #expect(stale.refusal == .stale(id, newest: EntryID(id, 3), who: nil, unseen: [EntryID(id, 3)], kept: false))
        #expect(stale.events.isEmpty)
        let closed = desk.say(.close(.id(id), read: 3, text: "erledigt"), by: .meier)
        #expect(closed.events.first?.changes == [.holder, .state])
        #expect(try desk.ticket(id).holder == nil)
        #expect(
            desk.say(.close(.id(id), read: nil, text: nil), by: .meier).outcome
                == .already(id, holder: nil, queue: nil))
    }

    @Test func `what nobody holds is closed by a dispatcher or lead, not by a worker`() {
        var desk = Desk()
        let (one, two) = (desk.bring(), desk.bring())
        #expect(
            desk.say(.close(.id(one), read: nil, text: nil), by: .weber).refusal
                == .notHolder(one, holder: nil, kept: false))
        #expect(
            desk.say(.close(.id(one), read: nil, text: nil), by: .neu).refusal
                == .forbidden(ticket: one, need: .move, queue: .inbox, agent: nil))
        #expect(desk.say(.close(.id(one), read: nil, text: nil), by: .lehmann).kinds == ["close #1"])
        desk.say(.claim(.id(two), lease: nil, anyway: nil), by: .weber)
        #expect(
            desk.say(.close(.id(two), read: nil, text: nil), by: .mustermann).refusal
                == .notHolder(two, holder: .weber, kept: false))
    }

    @Test func `reopen makes it open and free`() throws {
        var desk = Desk()
        let id = desk.bring()
        #expect(desk.say(.reopen(.id(id), text: nil), by: .meier).outcome == .already(id, holder: nil, queue: nil))
        desk.say(.close(.id(id), read: nil, text: nil), by: .meier)
        #expect(desk.say(.reopen(.id(id), text: "doch nicht"), by: .meier).events.first?.changes == [.state])
        #expect(try desk.ticket(id).state == .open)
        #expect(desk.say(.claimNext([.inbox], lease: nil), by: .schulze).kinds == ["claim #1"])
    }

    @Test func `notes and words take the next number; who may read may write them`() {
        var desk = Desk()
        let id = desk.bring()
        #expect(desk.say(.note(.id(id), text: "Garantie"), by: .neu).outcome == .noted(EntryID(id, 3)))
        #expect(desk.say(.say(.ticket(.id(id)), text: "wer?"), by: .neu).outcome == .saidIn(EntryID(id, 4)))
        #expect(desk.say(.say(.queue(.inbox), text: "Mittag"), by: .neu).events.first?.subject == .queue(.inbox))
        #expect(desk.say(.say(.agent(.meier), text: "Mittag?"), by: .neu).events.first?.subject == .agent(.meier))
        let nobody = AgentName.named("nobody")
        #expect(desk.say(.say(.agent(nobody), text: "hm"), by: .neu).refusal == .noSuchAgent(nobody))
        let long = String(repeating: "x", count: 1001)
        #expect(desk.say(.say(.queue(.inbox), text: long), by: .neu).refusal == .textTooLong(most: 1000))
    }
}
