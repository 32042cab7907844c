import DeskModel
import DeskStore
import DeskTestSupport

/// Plays a desk: makes events that could have happened, and folds them as memory does, so that a test can compare.
struct Story {
    var dice: Dice
    var sequence: SequenceNumber = 0
    var now = Moment(milliseconds: 1_796_000_000_000)
    var tickets: [TicketID: Ticket] = [:]
    var customers: [CustomerID: Customer] = [:]
    var agents: [AgentName: Agent] = [:]
    var queues: [QueueName: Queue] = [:]
    private(set) var says: [AgentName: Says] = [:]
    private(set) var written: [AgentName: Written] = [:]
    var drafts: [String: Draft] = [:]
    var outbox: [Outgoing] = []
    var autoReplies: [AutoReply] = []
    var joined: [CustomerID: CustomerID] = [:]
    /// What agents know of tickets by their own answers.
    var shown: [TicketID: [AgentName: Int]] = [:]
    var stopped: [String: Moment] = [:]
    var retries: [String: Event.Retry] = [:]
    var lastCustomer: Int64 = 0
    private var turn: [Event] = []

    static let names = ["meier", "schulze", "mustermann"].compactMap { AgentName($0) }
    static let places = [QueueName.inbox, .postmaster] + ["recorder", "junk"].compactMap { QueueName($0) }

    init(seed: UInt64) {
        dice = Dice(seed: seed)
    }

    /// The events of the next turn: one to `most` steps.
    mutating func nextTurn(_ most: Int = 8) -> [Event] {
        turn = []
        if sequence == 0 { found() }
        for _ in 0..<Int.random(in: 1...most, using: &dice) { step() }
        while turn.isEmpty { step() }
        return turn
    }

    private mutating func found() {
        for name in Story.names {
            happen(.agent(.added(isBot: false, isAdmin: name == Story.names[2])), .agent(name), by: .desk)
            happen(.agent(.password(password())), .agent(name), by: .desk)
            happen(.agent(.rights(queue: nil, [.read, .work])), .agent(name), by: .desk)
        }
        for place in Story.places {
            var queue = Queue(name: place)
            queue.isDefault = place == .inbox
            queue.addresses = [Address("\(place)@example.com")]
            happen(.queue(QueueChange(queue: queue, isNew: true)), .queue(place), by: .desk)
        }
    }

    private mutating func step() {
        now = now + TimeSpan(milliseconds: Int64.random(in: 0...400_000, using: &dice))
        switch Int.random(in: 0..<20, using: &dice) {
        case 0..<4: open()
        case 4..<7: followUp()
        case 7..<9: claim()
        case 9: release()
        case 10..<12:
            reply()
            address()
        case 12: deliver()
        case 13: note()
        case 14: close()
        case 15: if Bool.random(using: &dice) { move() } else { reassign() }
        case 16: draft()
        case 17: talk()
        case 18: administer()
        default: customer()
        }
    }

    private mutating func open() {
        var customer = CustomerID(lastCustomer + 1)
        if Bool.random(using: &dice), let known = customers.keys.sorted().randomElement(using: &dice) {
            customer = known
        }
        let id = TicketID(Int64(tickets.count) + 1)
        var mail = mail(for: EntryID(id, 1), of: customer)
        mail.also = customers[customer]?.live ?? []
        let number = TicketNumber(day: CivilDate(now).compact, counter: Int32(tickets.count + 1))
        let queue = Story.places.randomElement(using: &dice) ?? .inbox
        let snapshot = Event.Snapshot(queue: queue, holder: nil, holderBefore: nil, state: .new, priority: 3)
        happen(.new(mail, number: number), .ticket(id), snapshot: snapshot)
        guard mail.machine == nil, let ticket = tickets[id] else { return }
        let letter = Letter(to: mail.answer, text: "We have received your mail.", answers: 1)
        let reply = Kind.autoSent(letter, subjectKey: mail.subject.lowercased())
        happen(reply, .entry(EntryID(id, ticket.entries + 1)), snapshot: Event.Snapshot(ticket))
    }

    private mutating func followUp() {
        guard var ticket = pick({ $0.state != .merged }) else { return }
        let snapshot = Event.Snapshot(
            queue: ticket.queue, holder: ticket.holder, holderBefore: ticket.holder, state: .open, priority: 3)
        ticket.state = .open
        let mail = mail(for: EntryID(ticket.id, ticket.entries + 1), of: ticket.customer)
        if ticket.entries > 1, Int.random(in: 0..<6, using: &dice) == 0 {
            let ours = EntryID(ticket.id, Int.random(in: 1...ticket.entries, using: &dice))
            happen(.bounced(mail, to: [mail.customerName], text: "no such user"), .entry(ours), snapshot: snapshot)
        } else {
            happen(.followUp(mail), .ticket(ticket.id), snapshot: snapshot)
        }
    }

    private mutating func claim() {
        guard var ticket = pick({ $0.isLive && $0.holder == nil }) else { return }
        let agent = anybody()
        (ticket.holder, ticket.state) = (agent, .open)
        var snapshot = Event.Snapshot(ticket)
        snapshot.holderBefore = nil
        happen(.claim(lease: now + .minutes(30)), .ticket(ticket.id), by: agent, snapshot: snapshot, keyed: true)
    }

    private mutating func release() {
        guard var ticket = pick({ $0.holder != nil }) else { return }
        let holder = ticket.holder
        ticket.holder = nil
        var snapshot = Event.Snapshot(ticket)
        snapshot.holderBefore = holder
        happen(.release(.agent, text: "lunch"), .ticket(ticket.id), by: holder, snapshot: snapshot)
    }

    private mutating func reply() {
        guard let ticket = pick({ $0.isLive && $0.holder != nil }), let holder = ticket.holder else { return }
        let letter = Letter(
            to: ticket.recipients, from: ticket.answerFrom, text: "Answer \(sequence)", answers: ticket.newestMail)
        let entry = EntryID(ticket.id, ticket.entries + 1)
        happen(.reply(letter), .entry(entry), by: holder, snapshot: Event.Snapshot(ticket), keyed: true)
    }

    private mutating func address() {
        guard let ticket = pick({ $0.isLive }) else { return }
        let recipients = Recipients(to: [Address("boss@example.org")], cc: ticket.recipients.to)
        happen(.recipients(recipients), .ticket(ticket.id), by: anybody(), snapshot: Event.Snapshot(ticket))
    }

    private mutating func deliver() {
        guard let waiting = outbox.randomElement(using: &dice), let ticket = tickets[waiting.entry.ticket] else {
            return
        }
        let kind: Kind =
            Bool.random(using: &dice)
            ? .sent(to: waiting.pending[0]) : .failed(to: waiting.pending[0], text: "550")
        happen(kind, .entry(waiting.entry), snapshot: Event.Snapshot(ticket))
    }

    private mutating func note() {
        guard let ticket = pick({ _ in true }) else { return }
        let kind: Kind = Bool.random(using: &dice) ? .note(text: "to remember") : .say(text: "who takes it?")
        let entry = EntryID(ticket.id, ticket.entries + 1)
        happen(kind, .entry(entry), by: anybody(), snapshot: Event.Snapshot(ticket))
    }

    private mutating func close() {
        guard var ticket = pick({ $0.state != .merged }) else { return }
        let isLive = ticket.isLive
        let holder = ticket.holder
        (ticket.holder, ticket.state) = (nil, isLive ? .closed : .open)
        var snapshot = Event.Snapshot(ticket)
        snapshot.holderBefore = holder
        let kind: Kind = isLive ? .close(text: "done") : .reopen(text: nil)
        happen(kind, .ticket(ticket.id), by: anybody(), snapshot: snapshot)
    }

    private mutating func move() {
        guard var ticket = pick({ $0.isLive }) else { return }
        let was = ticket.queue
        ticket.queue = Story.places.randomElement(using: &dice) ?? .inbox
        happen(.move(was: was, text: nil), .ticket(ticket.id), by: anybody(), snapshot: Event.Snapshot(ticket))
    }

    private mutating func reassign() {
        guard let ticket = pick({ _ in true }) else { return }
        let known = customers.values.sorted { $0.id < $1.id }.randomElement(using: &dice)
        let new = Customer(id: CustomerID(lastCustomer + 1), addresses: [Address("new\(lastCustomer)@example.org")])
        let customer = Bool.random(using: &dice) ? known ?? new : new
        guard customer.id != ticket.customer, let was = customers[ticket.customer] else { return }
        let change = TicketCustomer(customer: customer.id, address: customer.name, was: was.id, wasName: was.name)
        happen(.customerSet(change), .ticket(ticket.id), by: anybody(), snapshot: Event.Snapshot(ticket))
    }

    private mutating func draft() {
        guard let ticket = pick({ _ in true }) else { return }
        let text = Bool.random(using: &dice) ? "half a thought \(sequence)" : ""
        let why: DraftReason = Bool.random(using: &dice) ? .set : .stale
        let answering = why == .set ? nil : EntryID(ticket.id, 1)
        happen(
            .draft(text: text, why: why, answering: answering), .ticket(ticket.id), by: anybody(),
            snapshot: Event.Snapshot(ticket))
    }

    private mutating func talk() {
        happen(.say(text: "coffee?"), .queue(.inbox), by: anybody())
        let reader = anybody()
        happen(.say(text: "a word \(sequence)"), .agent(reader), by: anybody())
        if Bool.random(using: &dice) {
            let waiting = (says[reader] ?? Says()).waiting.map(\.sequence)
            happen(.heard(Array(waiting.prefix(2))), .agent(reader), by: reader)
        }
        let domain = Bool.random(using: &dice) ? "example.org" : nil
        happen(.autoBreaker(count: 500, window: .minutes(10), domain: domain), .desk)
    }

    private mutating func administer() {
        let agent = anybody()
        switch Int.random(in: 0..<4, using: &dice) {
        case 0: happen(.agent(.password(password())), .agent(agent), by: .desk)
        case 1: happen(.agent(.rights(queue: .inbox, [.read, .work, .lead])), .agent(agent), by: .desk)
        case 2:
            let digest = Digest((0..<32).map { _ in UInt8.random(in: 0...255, using: &dice) }) ?? .zero
            happen(.token(.added(agent, digest)), .token("phone"), by: .desk)
        default: happen(.token(.revoked(agent)), .token("phone"), by: .desk)
        }
    }

    private mutating func customer() {
        guard let id = customers.keys.sorted().randomElement(using: &dice), let known = customers[id] else { return }
        let subject = Event.Subject.customer(known.name)
        switch Int.random(in: 0..<5, using: &dice) {
        case 0: happen(.customer(id, .addressAdded(Address("more\(sequence)@example.org"))), subject, by: .desk)
        case 1:
            happen(.customer(id, .flags(relay: false, noAutomaticReply: true, unguarded: false)), subject, by: .desk)
        case 2, 3:
            guard let address = known.addresses.dropFirst().randomElement(using: &dice) else { return }
            let part = known.part(with: address)
            guard !part.contains(known.name) else { return }
            let split = CustomerChange.Split(customer: CustomerID(lastCustomer + 1), addresses: part)
            happen(.customer(id, .split(split)), subject, by: .desk)
        default:
            guard let other = customers.keys.sorted().randomElement(using: &dice), other != id,
                let absorbed = customers[other]
            else { return }
            let change = CustomerChange.Joined(customer: other, addresses: absorbed.addresses)
            happen(.customer(id, .joined(change)), subject, by: .desk)
        }
    }

    private mutating func pick(_ fits: (Ticket) -> Bool) -> Ticket? {
        tickets.values.filter(fits).sorted { $0.id < $1.id }.randomElement(using: &dice)
    }

    private mutating func anybody() -> AgentName {
        Story.names.randomElement(using: &dice) ?? .desk
    }

    private mutating func password() -> PasswordKey {
        let bytes = (0..<32).map { _ in UInt8.random(in: 0...255, using: &dice) }
        return PasswordKey(salt: Array(bytes.prefix(16)), iterations: 4096, storedKey: bytes, serverKey: bytes)
    }

    mutating func mail(for entry: EntryID, of customer: CustomerID) -> Mail {
        let name = customers[customer]?.name ?? Address("customer\(customer.value)@example.org")
        let bytes = (0..<32).map { _ in UInt8.random(in: 0...255, using: &dice) }
        var mail = Mail(
            entry: entry, customer: customer, customerName: name, sender: name, senderName: "Rüdiger Schmidt",
            answer: Recipients(to: [name], cc: [Address("copy@example.org")]), arrivedAt: Address("inbox@example.com"),
            to: [Address("inbox@example.com")],
            machine: Int.random(in: 0..<5, using: &dice) == 0 ? .auto : nil,
            subject: "My recorder ate the tape \(entry)",
            messageID: "m\(sequence)@example.org", references: ["r\(sequence)@example.org"],
            raw: Digest(bytes) ?? .zero,
            content: Digest(Array(bytes.reversed())) ?? .zero,
            body: [Passage(.new, "Grüße\n"), Passage(.quoted, "> alt\n")],
            files: [MailFile(name: "photo.jpg", type: "image/jpeg", size: 123_456)])
        if mail.machine != nil { mail.messageID = nil }
        return mail
    }
}

extension Story {
    /// Numbers an event, adds it to the turn and folds it.
    mutating func happen(
        _ kind: Kind, _ subject: Event.Subject, by: AgentName? = nil, snapshot: Event.Snapshot? = nil,
        keyed: Bool = false
    ) {
        sequence += 1
        var event = Event(
            sequence: sequence, at: now, by: by, subject: subject, snapshot: snapshot, changes: [.holder, .state],
            kind: kind)
        if keyed, let by {
            event.retry = Event.Retry(
                key: "k\(sequence)", command: Digest([UInt8](repeating: 7, count: 32)) ?? .zero, final: "OK claimed")
            retries["\(by) k\(sequence)"] = event.retry
        }
        turn.append(event)
        fold(event)
    }

    private mutating func fold(_ event: Event) {
        if case .new(let mail, let number) = event.kind, let queue = event.queue {
            let id = mail.entry.ticket
            tickets[id] = Ticket(
                id: id, number: number, mail: mail, queue: queue, at: event.at, sequence: event.sequence)
            meet(mail.customer, as: mail.customerName)
        }
        if case .customerSet(let change) = event.kind, let id = event.subject.ticket {
            meet(change.customer, as: change.address)
            customers[change.was]?.letGo(of: id)
        }
        if let id = event.subject.ticket, tickets[id] != nil {
            tickets[id]?.apply(event)
            if let ticket = tickets[id] { customers[ticket.customer]?.apply(event, to: ticket) }
        }
        switch event.draftChange {
        case .set(let draft): drafts["\(draft.agent) \(draft.ticket)"] = draft
        case .ended(let agent, let ticket): drafts["\(agent) \(ticket)"] = nil
        case nil: break
        }
        if let letter = Outgoing(event) { outbox.append(letter) }
        if let by = event.by, event.textBytes > 0 { written[by, default: Written()].add(event) }
        foldRest(event)
    }

    private mutating func meet(_ id: CustomerID, as name: Address) {
        guard customers[id] == nil else { return }
        customers[id] = Customer(id: id, addresses: [name])
        lastCustomer = max(lastCustomer, id.value)
    }

    private mutating func foldRest(_ event: Event) {
        switch (event.kind, event.subject) {
        case (.reply, .entry(let entry)):
            if let by = event.by { shown[entry.ticket, default: [:]][by] = entry.entry }
        case (.sent(let to), .entry(let entry)), (.failed(let to, _), .entry(let entry)):
            guard let index = outbox.firstIndex(where: { $0.entry == entry }) else { break }
            outbox[index].pending.removeAll { $0 == to }
            if outbox[index].pending.isEmpty { outbox.remove(at: index) }
        case (.autoSent(let letter, let key), _):
            autoReplies.append(AutoReply(at: event.at, to: letter.recipients.to[0], subjectKey: key))
        case (.say, .agent(let name)), (.heard, .agent(let name)): says[name, default: Says()].apply(event)
        case (.agent(let change), .agent(let name)): agents[name, default: Agent(name: name)].apply(change)
        case (.token(.added(let agent, let digest)), .token(let token)): agents[agent]?.tokens[token] = digest
        case (.token(.revoked(let agent)), .token(let token)): agents[agent]?.tokens[token] = nil
        case (.queue(let change), _): queues[change.queue.name] = change.queue
        case (.autoBreaker(_, let window, let domain), _): stopped[domain ?? ""] = event.at + window
        case (.customer(let id, let change), _):
            if case .split(let split) = change { return self.split(split, from: id) }
            customers[id]?.apply(change)
            guard case .joined(let other) = change else { break }
            if let absorbed = customers.removeValue(forKey: other.customer) { customers[id]?.absorb(absorbed) }
            for (ticket, value) in tickets where value.customer == other.customer { tickets[ticket]?.customer = id }
            joined[other.customer] = id
            for (old, survivor) in joined where survivor == other.customer { joined[old] = id }
        default: break
        }
    }

    private mutating func split(_ split: CustomerChange.Split, from id: CustomerID) {
        let moved = tickets.values.filter { $0.customer == id && split.addresses.contains($0.owner) }.map(\.id)
        guard let part = customers[id]?.splitOff(split, isMoved: moved.contains) else { return }
        customers[split.customer] = part
        customers[id]?.apply(.split(split))
        customers[id]?.leave(isMoved: moved.contains)
        for ticket in moved { tickets[ticket]?.customer = split.customer }
        lastCustomer = max(lastCustomer, split.customer.value)
    }

    /// What memory holds once everything so far has happened.
    var image: Image {
        var image = Image()
        image.applied = sequence
        image.tickets = tickets.values.filter(\.isLive).sorted { $0.id < $1.id }
        let live = Set(image.tickets.map(\.customer))
        image.customers = customers.values.filter { live.contains($0.id) }.sorted { $0.id < $1.id }
        var others: [Customer] = []
        for address in image.tickets.flatMap(\.others) {
            guard let customer = customers.values.first(where: { $0.addresses.contains(address) }) else { continue }
            if !live.contains(customer.id), !others.contains(customer) { others.append(customer) }
        }
        image.customers += others
        image.agents = agents.values.sorted { $0.name < $1.name }
        image.queues = queues.values.sorted { $0.name < $1.name }
        image.drafts = drafts.values.sorted { ($0.agent, $0.ticket) < ($1.agent, $1.ticket) }
        image.outbox = outbox
        let hour = Moment(milliseconds: now.milliseconds / 3_600_000 * 3_600_000)
        image.autoReplies = autoReplies.filter { $0.at >= hour - .days(1) }
        image.autoRepliesStopped = stopped
        image.lastTicket = Int64(tickets.count)
        image.lastCustomer = lastCustomer
        image.lastNumber = tickets[TicketID(Int64(tickets.count))]?.number
        image.joined = joined
        (image.says, image.written) = (says, written)
        for ticket in image.tickets {
            for (agent, entry) in (shown[ticket.id] ?? [:]).sorted(by: { $0.key < $1.key }) {
                image.shown.append(Shown(agent: agent, ticket: ticket.id, entry: entry))
            }
        }
        return image
    }
}
