import DeskModel
import DeskTestSupport

/// What people, mails, couriers and administrators might do next.
struct Mischief {
    var dice: Dice
    var arrivals: [Arrival] = []
    var mails = 0
    static let agents: [AgentName] = [.meier, .schulze, .weber, .mustermann, .lehmann, .neu]
    static let queues: [QueueName] = [.inbox, .recorder, .postmaster]
    static let people = [
        "a@example.org", "b@example.org", "c@shop.example", "d@shop.example", "web@form.example", "",
        "e@example.org", "f@example.org", "g@firm.example", "h@firm.example",
    ]

    init(seed: UInt64) {
        dice = Dice(seed: seed)
    }

    /// A command and who gives it; `tickets` are the numbers given so far, `at` the texts in each.
    mutating func next(
        _ tickets: Int64, numbers: [TicketNumber], outbox: [Outgoing], held: (AgentName) -> [TicketID],
        served: [Address]
    ) -> (Command, AgentName?) {
        let agent = dice.pick(Mischief.agents)
        switch dice.roll(100) {
        case 0..<14: return (.arrive(arrival(tickets, numbers)), nil)
        case 14..<17: return (courier(outbox), nil)
        case 17..<20: return (.administer(administration(served)), dice.one(in: 3) ? .mustermann : .desk)
        default:
            let mine = held(agent)
            let isMine = !mine.isEmpty && dice.one(in: 2)
            return (verb(on: isMine ? .id(dice.pick(mine)) : ticket(tickets, numbers)), agent)
        }
    }

    private mutating func ticket(_ tickets: Int64, _ numbers: [TicketNumber]) -> TicketReference {
        if !numbers.isEmpty, dice.one(in: 6) { return .number(dice.pick(numbers)) }
        return .id(TicketID(max(0, tickets - 8) + Int64(dice.roll(10))))
    }

    private mutating func text() -> String? {
        dice.one(in: 3) ? nil : dice.pick(["weil", "eilt", "so ist es"])
    }

    private mutating func verb(on ticket: TicketReference) -> Command {
        if dice.one(in: 12) { return recipients(of: ticket) }
        let lease: TimeSpan? = dice.one(in: 3) ? .minutes(Int64(dice.roll(20))) : nil
        let read: Int? = dice.one(in: 2) ? dice.roll(6) : nil
        switch dice.roll(21) {
        case 0..<4: return .claim(ticket, lease: lease, anyway: dice.one(in: 3) ? "muss" : nil)
        case 4, 5: return .claimNext(dice.one(in: 2) ? [.inbox] : [.recorder, .inbox], lease: lease)
        case 6: return .hold(ticket, lease: lease)
        case 7: return .release(ticket, text: text())
        case 8, 9: return .steal(ticket, text: text() ?? "eilt")
        case 10, 11: return .give(ticket, to: dice.pick(Mischief.agents), text: text())
        case 12, 13: return .reply(ticket, read: read, text: dice.pick(["ja", "nein", "so ist es"]))
        case 14: return .draft(ticket, text: dice.pick(["", "Entwurf", "ja"]))
        case 15: return .send(ticket, read: read)
        case 16: return .close(ticket, read: read, text: text())
        case 17: return dice.one(in: 2) ? .reopen(ticket, text: text()) : .close(ticket, read: 9, text: nil)
        case 18: return .move(ticket, to: dice.pick(Mischief.queues), text: text())
        case 19:
            let address = Address(dice.pick(Mischief.people))
            return .setCustomer(ticket, address, anyway: dice.one(in: 3) ? "ist gemeint" : nil)
        default:
            switch dice.roll(5) {
            case 0, 1: return .note(ticket, text: "merken")
            case 2: return .say(.ticket(ticket), text: "hallo")
            case 3: return .say(.agent(dice.pick(Mischief.agents)), text: "hallo")
            default: return .says(since: dice.one(in: 3) ? 0 : nil, marks: dice.one(in: 2))
            }
        }
    }

    private mutating func recipients(of ticket: TicketReference) -> Command {
        let people = (0...dice.roll(3)).map { _ in Address(dice.pick(Mischief.people)) }
        let choice: RecipientChoice? = dice.one(in: 3) ? .all : dice.one(in: 3) ? nil : .addresses(people)
        return .setRecipients(
            ticket, to: choice, cc: dice.one(in: 2) ? Array(people.dropFirst()) : nil,
            anyway: dice.one(in: 3) ? "auch an sie" : nil)
    }

    private mutating func courier(_ outbox: [Outgoing]) -> Command {
        guard !outbox.isEmpty, !dice.one(in: 5) else {
            return .sent(EntryID(TicketID(1), dice.roll(9)), to: [Address(dice.pick(Mischief.people))])
        }
        let waiting = dice.pick(outbox)
        let to = dice.one(in: 2) ? waiting.pending : [dice.pick(waiting.pending)]
        return dice.one(in: 3) ? .failed(waiting.entry, to: to, text: "550") : .sent(waiting.entry, to: to)
    }

    private mutating func administration(_ served: [Address]) -> Administration {
        let agent = dice.pick(Mischief.agents)
        let person = Address(dice.pick(Mischief.people))
        switch dice.roll(18) {
        case 0..<4:
            let rights: Rights = dice.one(in: 3) ? Rights(rawValue: UInt8(dice.roll(16))) : [.read, .work, .move]
            return .setRights(agent, [Grant(rights, in: dice.one(in: 3) ? nil : dice.pick(Mischief.queues))])
        case 4: return .setFlags(agent, isBot: dice.one(in: 3), isAdmin: agent == .mustermann)
        case 5, 6:
            var queue = Queue(name: dice.pick(Mischief.queues))
            queue.customerGuard = dice.pick([.ask, .ask, .strict, .off])
            (queue.lease, queue.heldMost) = (.minutes(Int64(2 + dice.roll(8))), 2 + dice.roll(3))
            queue.addresses = [Address("\(queue.name)@desk.example")]
            queue.isDefault = dice.one(in: 2)
            return .setQueue(queue)
        case 7, 8:
            let (one, two) = served.count < 2 ? (person, person) : (dice.pick(served), dice.pick(served))
            return .joinCustomers(one, dice.one(in: 4) ? Address(dice.pick(Mischief.people)) : two)
        case 11, 12: return .splitCustomer(served.isEmpty ? person : dice.pick(served), person)
        case 9: return .addAddress(person, Address("\(dice.roll(9))@new.example"))
        case 10:
            return .setCustomerFlags(
                person, isRelay: person.local == "web", wantsNoAutomaticReply: dice.one(in: 3),
                isUnguarded: dice.one(in: 4))
        default: return .setRights(agent, [Grant([.read, .work, .move, .lead], in: nil)])
        }
    }

    private mutating func arrival(_ tickets: Int64, _ numbers: [TicketNumber]) -> Arrival {
        if !arrivals.isEmpty, dice.one(in: 8) { return dice.pick(arrivals) }
        mails += 1
        let from = Address(dice.one(in: 12) ? "\(dice.roll(9))@new.example" : dice.pick(Mischief.people))
        var arrival = Arrival(
            raw: .of(mails), content: .of(mails), envelopeSender: from,
            recipients: [Address("\(dice.pick(Mischief.queues))\(dice.pick(["", "+tag"]))@desk.example")])
        // Broken senders repeat their Message-IDs.
        (arrival.from, arrival.messageID) = (from, "m\(dice.one(in: 8) ? 1 + dice.roll(mails) : mails)")
        (arrival.subject, arrival.subjectKey) = ("Betreff", dice.pick(["", "bild", "ton"]))
        if dice.one(in: 4) { arrival.replyTo = [Address(dice.pick(Mischief.people))] }
        if dice.one(in: 3) { arrival.cc = (0...dice.roll(3)).map { _ in Address(dice.pick(Mischief.people)) } }
        if dice.one(in: 9) { arrival.isFromNobody = true }
        if dice.one(in: 5) { (arrival.machine, arrival.suppress) = (dice.pick([.auto, .bounce, nil]), .vendor) }
        let entry = EntryID(TicketID(Int64(dice.roll(Int(tickets) + 2))), 1 + dice.roll(4))
        if dice.one(in: 5) { arrival.answersOurs = [entry] }
        if dice.one(in: 12) { arrival.reportsOurs = [entry] }
        if dice.one(in: 4) { arrival.references = ["m\(1 + dice.roll(mails))", "m0"] }
        if dice.one(in: 4), !numbers.isEmpty { arrival.numbers = [dice.pick(numbers)] }
        if dice.one(in: 20) { arrival.isUnreadable = true }
        if dice.one(in: 20) { arrival.ownEntry = entry }
        arrivals.append(arrival)
        return arrival
    }
}
