public import DeskModel

extension DeskReader {
    /// Everything that must be in memory before the desk opens, or after a write that was rolled back.
    ///
    /// What the journal holds beyond `Image.applied` is still to be applied on top of it.
    public func image() throws(StoreError) -> Image {
        try read { () throws(StoreError) in
            var image = Image()
            try readTickets(&image)
            try readPeople(&image)
            try readMail(&image)
            try readCounters(&image)
            return image
        }.value
    }

    private func readTickets(_ image: inout Image) throws(StoreError) {
        let live = "state IN (\(TicketState.new.rawValue), \(TicketState.open.rawValue))"
        var tickets: [Ticket] = []
        try database.prepare(
            "SELECT \(TicketRow.columns) FROM ticket WHERE id IN (SELECT id FROM ticket WHERE \(live)) ORDER BY id"
        ).each {
            row throws(StoreError) in tickets.append(try TicketRow.read(row))
        }
        image.tickets = tickets
        var customers: [Customer] = []
        try database.prepare(
            "SELECT id, record FROM customer WHERE id IN (SELECT customer FROM ticket WHERE \(live)) ORDER BY id"
        ).each { row throws(StoreError) in
            customers.append(try CustomerRow.read(CustomerID(row.integer(0)), row.bytes(1)))
        }
        image.customers = customers + (try others(of: tickets, besides: Set(customers.map(\.id))))
        var shown: [Shown] = []
        try database.prepare(
            """
            SELECT s.agent, s.ticket, s.n FROM ticket t JOIN shown s ON s.ticket = t.id
            WHERE t.\(live) ORDER BY t.id, s.agent
            """
        ).each { row in
            guard let agent = AgentName(row.text(0)) else { return }
            shown.append(Shown(agent: agent, ticket: TicketID(row.integer(1)), entry: Int(row.integer(2))))
        }
        image.shown = shown
        try readLeases(&image)
    }

    /// The customers who take part in these tickets although they are not theirs.
    private func others(of tickets: [Ticket], besides known: Set<CustomerID>) throws(StoreError) -> [Customer] {
        var known = known
        var found: [Customer] = []
        for address in tickets.lazy.flatMap(\.others) {
            guard let id = try facts.customer(address), known.insert(id).inserted else { continue }
            if let customer = try facts.customer(id) { found.append(customer) }
        }
        return found
    }

    private func readLeases(_ image: inout Image) throws(StoreError) {
        var leases: [TicketID: LeaseRecord] = [:]
        try database.prepare("SELECT ticket, agent, since, length, until, worked FROM lease").each { row in
            guard let agent = AgentName(row.text(1)) else { return }
            leases[TicketID(row.integer(0))] = LeaseRecord(
                agent: agent, heldSince: Moment(milliseconds: row.integer(2)),
                length: TimeSpan(milliseconds: row.integer(3)), until: Moment(milliseconds: row.integer(4)),
                worked: Moment(milliseconds: row.integer(5)))
        }
        image.leases = leases
    }

    private func readPeople(_ image: inout Image) throws(StoreError) {
        var agents: [Agent] = []
        try database.prepare("SELECT name, record FROM agent ORDER BY name").each { row throws(StoreError) in
            guard let name = AgentName(row.text(0)) else { throw .corrupt("an agent's name cannot be read") }
            agents.append(try AgentRow.read(name, row.bytes(1)))
        }
        image.agents = agents
        var queues: [Queue] = []
        try database.prepare("SELECT name, record FROM queue ORDER BY name").each { row throws(StoreError) in
            guard let name = QueueName(row.text(0)) else { throw .corrupt("a queue's name cannot be read") }
            queues.append(try AgentRow.read(name, row.bytes(1)))
        }
        image.queues = queues
        var says: [AgentName: Says] = [:]
        try database.prepare("SELECT agent, record FROM says").each { row throws(StoreError) in
            guard let name = AgentName(row.text(0)) else { throw .corrupt("an agent's name cannot be read") }
            says[name] = try AgentRow.says(name, row.bytes(1))
        }
        image.says = says
        var written: [AgentName: Written] = [:]
        try database.prepare("SELECT agent, day, bytes FROM written").each { row in
            if let name = AgentName(row.text(0)) {
                written[name] = Written(day: row.integer(1), bytes: Int(row.integer(2)))
            }
        }
        image.written = written
        var drafts: [Draft] = []
        let sql = "SELECT agent, ticket, text, kept, answering FROM draft ORDER BY agent, ticket"
        try database.prepare(sql).each { row in
            guard let agent = AgentName(row.text(0)) else { return }
            let ticket = TicketID(row.integer(1))
            let answering = row.isNull(4) ? nil : EntryID(ticket, Int(row.integer(4)))
            drafts.append(
                Draft(
                    agent: agent, ticket: ticket, text: row.text(2), isKept: row.integer(3) != 0, answering: answering))
        }
        image.drafts = drafts
    }

    private func readMail(_ image: inout Image) throws(StoreError) {
        var queued: [SequenceNumber: [Address]] = [:]
        try database.prepare("SELECT seq, address FROM delivery WHERE state IN (0, 4)").each { row in
            queued[row.integer(0), default: []].append(Address(known: row.text(1)))
        }
        for (sequence, pending) in queued.sorted(by: { $0.key < $1.key }) {
            guard let event = try journal.event(sequence), var outgoing = Outgoing(event) else {
                throw .corrupt("event \(sequence) does not hold the mail that desk.db looks for there")
            }
            let unknown = pending.filter { !outgoing.pending.contains($0) }
            outgoing.pending.removeAll { !pending.contains($0) }
            // Recipients that the event does not have (any more) wait as well, until the courier has reported them.
            outgoing.pending += unknown
            image.outbox.append(outgoing)
        }
        var replies: [AutoReply] = []
        try database.prepare("SELECT t, address, subject FROM auto_reply ORDER BY seq").each { row in
            replies.append(
                AutoReply(
                    at: Moment(milliseconds: row.integer(0)), to: Address(known: row.text(1)),
                    subjectKey: row.text(2)))
        }
        image.autoReplies = replies
    }

    private func readCounters(_ image: inout Image) throws(StoreError) {
        var stopped: [String: Moment] = [:]
        try database.prepare("SELECT domain, until FROM stopped_domain").each { row in
            stopped[row.text(0)] = Moment(milliseconds: row.integer(1))
        }
        image.autoRepliesStopped = stopped
        var counters = Counters()
        try database.prepare("SELECT applied, ticket, customer, day, counter FROM meta").each { row in
            image.applied = row.integer(0)
            counters = Counters(ticket: row.integer(1), customer: row.integer(2), number: row.number(3))
        }
        counters.raise(to: try Counters(givenOutIn: database))
        (image.lastTicket, image.lastCustomer, image.lastNumber) =
            (counters.ticket, counters.customer, counters.number)
        var joined: [CustomerID: CustomerID] = [:]
        try database.prepare("SELECT customer, survivor FROM joined").each { row in
            joined[CustomerID(row.integer(0))] = CustomerID(row.integer(1))
        }
        image.joined = joined
    }
}

extension Counters {
    /// The highest numbers of the tickets and customers in a `desk.db`.
    init(givenOutIn database: borrowing Database) throws(StoreError) {
        self.init(
            ticket: try database.integer("SELECT max(id) FROM ticket"),
            customer: max(
                try database.integer("SELECT max(id) FROM customer"),
                try database.integer("SELECT max(customer) FROM joined")),
            number: try database.prepare(
                "SELECT day, counter FROM ticket ORDER BY day DESC, counter DESC LIMIT 1"
            ).first { $0.number(0) } ?? nil)
    }
}

extension Statement {
    /// The public number whose day and counter are in columns `index` and `index + 1`; `nil` if there is no day.
    func number(_ index: Int32) -> TicketNumber? {
        guard integer(index) > 0 else { return nil }
        return TicketNumber(
            day: Int32(truncatingIfNeeded: integer(index)), counter: Int32(truncatingIfNeeded: integer(index + 1)))
    }
}

extension Outgoing {
    /// The mail that an event has queued; `nil` if it queued none.
    public init?(_ event: Event) {
        guard case .entry(let entry) = event.subject else { return nil }
        switch event.kind {
        case .reply(let letter):
            self.init(sequence: event.sequence, at: event.at, entry: entry, isAutomatic: false, letter: letter)
        case .autoSent(let letter, _):
            self.init(sequence: event.sequence, at: event.at, entry: entry, isAutomatic: true, letter: letter)
        default: return nil
        }
    }
}
