import DeskEngine
import DeskModel
import Testing

/// What one agent may take of what belongs to all: the disk of a day, the patience of a colleague.
struct ShareTests {
    private static let megabyte = String(repeating: "x", count: 1 << 20)

    /// Meier has written as much as a day has room for, but for the megabyte that would be one too many.
    private func written() -> (Desk, TicketID) {
        var desk = Desk()
        let id = desk.bring()
        for _ in 0..<Limits.writtenPerDay >> 20 {
            #expect(desk.say(.note(.id(id), text: ShareTests.megabyte), by: .meier).refusal == nil)
            desk.log = []
        }
        return (desk, id)
    }

    @Test func `who has written a gigabyte in a day writes no more until the next, whatever it is`() {
        var (desk, id) = written()
        let refusal = Refusal.tooMany(.bytes, most: Limits.writtenPerDay)
        #expect(desk.say(.note(.id(id), text: "x"), by: .meier).refusal == refusal)
        #expect(desk.say(.draft(.id(id), text: "x"), by: .meier).refusal == refusal)
        #expect(desk.say(.say(.queue(.inbox), text: "x"), by: .meier).refusal == refusal)
        #expect(desk.say(.say(.agent(.schulze), text: "x"), by: .meier).refusal == refusal)
        // A refusal that keeps its text would write as well.
        let kept = desk.say(.reply(.id(id), read: nil, text: "x"), by: .meier)
        #expect(kept.refusal == refusal && kept.events.isEmpty)
        // What writes no text goes on, and so do the others.
        #expect(desk.say(.claim(.id(id), lease: nil, anyway: nil), by: .meier).refusal == nil)
        #expect(desk.say(.note(.id(id), text: "x"), by: .schulze).refusal == nil)
        desk.wait(.days(1))
        #expect(desk.say(.note(.id(id), text: "x"), by: .meier).refusal == nil)
    }

    @Test func `the share of a day outlives a start`() {
        var (desk, id) = written()
        var image = Image()
        image.written = desk.engine.state.written
        #expect(image.written[.meier]?.bytes(at: desk.now) == Limits.writtenPerDay)
        #expect(image.written[.meier]?.bytes(at: desk.now + .days(1)) == 0)
        let started = Engine(image: image, at: desk.now, defaultAutomaticReply: "")
        #expect(started.state.written == desk.engine.state.written)
        #expect(desk.say(.note(.id(id), text: "x"), by: .meier).refusal != nil)
    }

    @Test func `a hundred words wait for an agent who does not read them, and no more`() {
        var desk = Desk()
        for number in 1...Limits.says {
            #expect(desk.say(.say(.agent(.schulze), text: "\(number)"), by: .meier).refusal == nil)
        }
        let full = desk.say(.say(.agent(.schulze), text: "one more"), by: .weber)
        #expect(full.refusal == .tooMany(.says, most: Limits.says))
        #expect(desk.say(.say(.agent(.weber), text: "to another"), by: .meier).refusal == nil)
        let read = desk.say(.says(since: nil, marks: true), by: .schulze)
        guard case .says(let says) = read.outcome else {
            Issue.record("\(read)")
            return
        }
        #expect(says.map(\.text) == (1...Limits.says).map { "\($0)" } && says.allSatisfy { $0.by == .meier })
        #expect(desk.say(.says(since: nil, marks: true), by: .schulze).outcome == .says([]))
        #expect(desk.say(.say(.agent(.schulze), text: "now"), by: .weber).refusal == nil)
        // What has reached them is kept as far as there is room, for whoever lost a connection.
        let again = desk.say(.says(since: says[50].sequence, marks: false), by: .schulze)
        guard case .says(let kept) = again.outcome else {
            Issue.record("\(again)")
            return
        }
        #expect(kept.map(\.text) == says[51...].map(\.text) + ["now"])
        #expect(desk.engine.state.says[.schulze]?.all.count == Limits.says)
    }

    @Test func `what a script lists is still waiting, and what two connections hear is heard once`() {
        var desk = Desk()
        desk.say(.say(.agent(.schulze), text: "hallo"), by: .meier)
        let number = desk.log.last?.sequence ?? 0
        #expect(desk.say(.says(since: nil, marks: false), by: .schulze).events.isEmpty)
        #expect(desk.say(.heard([number]), by: .schulze).events.map(\.kind) == [.heard([number])])
        #expect(desk.say(.heard([number]), by: .schulze).events.isEmpty)
        #expect(desk.say(.heard([number, 99_999]), by: .weber).events.isEmpty)
    }

    @Test func `an answer makes a ticket answered, an automatic reply and a note do not`() {
        var desk = Desk()
        let id = desk.bring()
        desk.say(.note(.id(id), text: "angerufen"), by: .meier)
        #expect(desk.say(.close(.id(id), read: nil, text: nil), by: .meier).outcome == .closed(id, isUnanswered: true))
        desk.say(.reopen(.id(id), text: nil), by: .meier)
        desk.say(.claim(.id(id), lease: nil, anyway: nil), by: .meier)
        desk.show(id, to: .meier)
        desk.say(.reply(.id(id), read: nil, text: "Kanal 36"), by: .meier)
        #expect(desk.say(.close(.id(id), read: nil, text: nil), by: .meier).outcome == .closed(id, isUnanswered: false))
    }
}
