import DeskModel
import DeskTestSupport
import Testing

@testable import DeskEngine

struct ReadTests {
    @Test func `a list goes by priority and age, page by page, and shows what one may read`() throws {
        var desk = Desk()
        let ids = (0..<7).map {
            desk.bring(from: "c\($0)@example.org", to: $0 % 2 == 0 ? "inbox@desk.example" : "recorder@desk.example")
        }
        var query = ListQuery()
        query.limit = 3
        let first = desk.engine.list(query, for: .meier)
        #expect(first.tickets == Array(ids[0..<3]))
        query.after = first.next
        let second = desk.engine.list(query, for: .meier)
        #expect(second.tickets == Array(ids[3..<6]))
        query.after = second.next
        #expect(desk.engine.list(query, for: .meier).tickets == [ids[6]])
        #expect(desk.engine.list(query, for: .meier).next == nil)
        desk.administer(.setRights(.neu, [Grant([], in: nil)]))
        desk.administer(.setRights(.neu, [Grant([.read], in: .recorder)]))
        #expect(desk.engine.list(ListQuery(), for: .neu).tickets == [ids[1], ids[3], ids[5]])
    }

    @Test func `a list by holder, customer or state looks only there`() {
        var desk = Desk()
        let ids = (0..<3).map { _ in desk.bring() }
        let other = desk.bring(from: "other@example.org")
        desk.say(.claim(.id(ids[1]), lease: nil, anyway: nil), by: .meier)
        var query = ListQuery()
        query.holder = .some(.meier)
        #expect(desk.engine.list(query, for: .schulze).tickets == [ids[1]])
        query.holder = .some(nil)
        #expect(desk.engine.list(query, for: .schulze).tickets == [ids[0], ids[2], other])
        query = ListQuery()
        query.mine = true
        #expect(desk.engine.list(query, for: .meier).tickets == [ids[1]])
        #expect(desk.engine.list(query, for: .schulze).tickets.isEmpty)
        query = ListQuery()
        query.customer = Address("kunz@example.org")
        query.states = [.new]
        #expect(desk.engine.list(query, for: .schulze).tickets == [ids[0], ids[2]])
        let load = desk.engine.load(of: .inbox)
        #expect(load.open == 4 && load.free == 3 && load.oldest == desk.now)
    }

    @Test func `unread counts what humans wrote and one was not shown`() throws {
        var desk = Desk()
        let id = desk.bring()
        #expect(desk.engine.unread(try desk.ticket(id), by: .meier) == 1)
        desk.say(.claim(.id(id), lease: nil, anyway: nil), by: .meier)
        desk.show(id, to: .meier)
        desk.say(.reply(.id(id), read: nil, text: "Reset"), by: .meier)
        desk.say(.note(.id(id), text: "Garantie"), by: .meier)
        #expect(desk.engine.unread(try desk.ticket(id), by: .meier) == 0)
        #expect(desk.engine.unread(try desk.ticket(id), by: .schulze) == 2)
    }

    @Test func `a retry key is found for two days and leaves memory with its event`() throws {
        var desk = Desk()
        let id = desk.bring()
        let note = Command.note(.id(id), text: "x")
        #expect(desk.engine.needs(note, by: .meier, key: "k1", at: desk.now) == [.retry(.meier, key: "k1")])
        var event = try #require(desk.engine.decide(.note(.id(id), text: "x"), by: .meier, at: desk.now).events.first)
        event.sequence = desk.engine.state.sequence + 1
        event.retry = Event.Retry(key: "k1", command: .zero, final: "OK noted #1.3 seq=9")
        desk.engine.apply(event)
        desk.engine.forget(applied: event.sequence - 1)
        #expect(desk.engine.state.retry(.meier, key: "k1", at: desk.now + .hours(47)) == event.retry)
        #expect(desk.engine.state.retry(.meier, key: "k1", at: desk.now + .hours(48)) == nil)
        #expect(desk.engine.needs(note, by: .meier, key: "k1", at: desk.now).isEmpty)
        desk.engine.forget(applied: event.sequence)
        #expect(desk.engine.state.retry(.meier, key: "k1", at: desk.now) == nil)
    }

    @Test func `what is closed is asked from disk once it has left memory, with its customer`() throws {
        var desk = Desk()
        let id = desk.bring()
        desk.say(.close(.id(id), read: nil, text: nil), by: .meier)
        let ticket = try desk.ticket(id)
        let customer = try #require(desk.engine.state.customers[ticket.customer])
        desk.engine.forget(applied: desk.engine.state.sequence - 1)
        #expect(desk.engine.needs(.reopen(.id(id), text: nil), by: .meier, at: desk.now).isEmpty)
        desk.engine.forget(applied: desk.engine.state.sequence)
        let reopen = Command.reopen(.number(ticket.number), text: nil)
        #expect(desk.engine.needs(reopen, by: .meier, at: desk.now) == [.number(ticket.number)])
        desk.engine.learn(.number(ticket.number, id))
        #expect(desk.engine.needs(reopen, by: .meier, at: desk.now) == [.ticket(id)])
        desk.engine.learn(.ticket(id, ticket, shown: [.meier: 1]))
        #expect(desk.engine.needs(reopen, by: .meier, at: desk.now) == [.customer(ticket.customer)])
        desk.engine.learn(.customer(customer.id, customer))
        #expect(desk.engine.needs(reopen, by: .meier, at: desk.now).isEmpty)
        #expect(desk.say(reopen, by: .meier).kinds == ["reopen #1"])
        desk.engine.forget(applied: desk.engine.state.sequence)
        #expect(try desk.ticket(id).isLive)
        #expect(
            desk.engine.needs(.claim(.id(TicketID(9)), lease: nil, anyway: nil), by: .meier, at: desk.now)
                == [.ticket(TicketID(9))])
        desk.engine.learn(.ticket(TicketID(9), nil, shown: [:]))
        #expect(desk.engine.needs(.claim(.id(TicketID(9)), lease: nil, anyway: nil), by: .meier, at: desk.now).isEmpty)
    }

    @Test func `what was shown of a closed ticket is known until the disk has it`() throws {
        var desk = Desk()
        let id = desk.bring()
        desk.say(.close(.id(id), read: nil, text: nil), by: .meier)
        desk.show(id, to: .schulze)
        desk.engine.forget(applied: desk.engine.state.sequence)
        #expect(desk.engine.state.tickets[id] == nil && desk.engine.soft.mark(of: .schulze, in: id) == 1)
        desk.bring()
        desk.engine.forget(applied: desk.engine.state.sequence)
        #expect(desk.engine.soft.shown[id] == nil)
    }

    @Test func `an answer that was rolled back does not vouch for the text that gets its number`() throws {
        var desk = Desk()
        let id = desk.bring()
        desk.say(.claim(.id(id), lease: nil, anyway: nil), by: .meier)
        desk.show(id, to: .meier)
        var image = Image()
        (image.tickets, image.customers) = ([try desk.ticket(id)], desk.engine.state.customers.values)
        (image.agents, image.queues) = (Array(desk.engine.state.agents.values), desk.engine.state.queues.values)
        (image.applied, image.lastTicket) = (desk.engine.state.sequence, id.value)
        desk.say(.reply(.id(id), read: nil, text: "Kanal 36"), by: .meier)
        var read = Engine(image: image, at: desk.now, defaultAutomaticReply: "")
        read.replace(desk.engine)
        desk.engine = read
        var more = desk.mail()
        more.answersOurs = [EntryID(id, 2)]
        desk.bring(more)
        let stale = desk.say(.reply(.id(id), read: nil, text: "Kanal 36"), by: .meier)
        #expect(stale.refusal == .stale(id, newest: EntryID(id, 3), who: nil, unseen: [EntryID(id, 3)], kept: true))
    }

    @Test func `a mail of which only the head could be read is its author's, not its envelope's`() throws {
        var desk = Desk()
        let first = desk.bring()
        desk.say(.close(.id(first), read: nil, text: nil), by: .meier)
        desk.engine.forget(applied: desk.engine.state.sequence)
        var mail = desk.mail()
        (mail.isUnreadable, mail.envelopeSender) = (true, Address("bounces@list.example"))
        #expect(desk.engine.needs(.arrive(mail), by: nil, at: desk.now).contains(.address(mail.from)))
        mail.from = Address("")
        let bounces = Address("bounces@list.example")
        #expect(desk.engine.needs(.arrive(mail), by: nil, at: desk.now).contains(.address(bounces)))
    }

    @Test func `a customer stays in memory until the disk has his last event`() throws {
        var desk = Desk()
        let id = desk.bring()
        desk.say(.close(.id(id), read: nil, text: nil), by: .meier)
        let address = Address("kunz@example.org")
        for isUnguarded in [true, false] {
            desk.administer(
                .setCustomerFlags(address, isRelay: false, wantsNoAutomaticReply: true, isUnguarded: isUnguarded))
        }
        desk.engine.forget(applied: desk.engine.state.sequence - 1)
        #expect(desk.engine.state.customer(address)?.isUnguarded == false)
        desk.engine.forget(applied: desk.engine.state.sequence)
        #expect(desk.engine.state.customer(address) == nil)
    }

    @Test(arguments: UInt64(1)...5)
    func `numbers stay sorted, whatever comes and goes`(seed: UInt64) {
        var dice = Dice(seed: seed)
        var numbers = SortedNumbers()
        var truth: Set<Int64> = []
        for _ in 0..<6000 {
            let number = Int64(dice.roll(3000))
            if dice.one(in: 3) {
                numbers.remove(number)
                truth.remove(number)
            } else {
                numbers.insert(number)
                truth.insert(number)
            }
        }
        let sorted = truth.sorted()
        #expect(Array(numbers) == sorted && numbers.count == sorted.count && numbers.first == sorted.first)
        for _ in 0..<200 {
            let number = Int64(dice.roll(3100))
            #expect(numbers.first(from: number) == sorted.first { $0 >= number })
        }
    }
}
