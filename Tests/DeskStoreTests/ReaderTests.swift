import DeskModel
import Testing

@testable import DeskStore

@Suite struct ReaderTests {
    let folder = Folder()

    /// A desk with some history, its story and what happened.
    private func desk(_ seed: UInt64, turns: Int = 120) throws -> (story: Story, events: [Event], reader: DeskReader) {
        var story = Story(seed: seed)
        var journal = try folder.journal()
        let projection = try Projection(path: folder.files.desk)
        var events: [Event] = []
        for _ in 0..<turns {
            let turn = story.nextTurn()
            try projection.apply([try journal.append(turn)])
            events += turn
        }
        return (story, events, try DeskReader(folder.files))
    }

    @Test func `every key of a mail finds it, and what was never there is absent`() throws {
        let (story, events, reader) = try desk(40)
        var count = 0
        for event in events {
            guard case .new(let mail, let number) = event.kind else { continue }
            count += 1
            #expect(try reader.fact(for: .number(number)) == .number(number, mail.entry.ticket))
            #expect(try reader.names(raw: mail.raw))
            if let message = mail.messageID {
                #expect(try reader.fact(for: .message(message)) == .message(message, [KnownMessage(mail)]))
            }
            guard event.at >= story.now - .days(6) else { continue }
            #expect(try reader.fact(for: .content(mail.content)) == .content(mail.content, mail.entry, at: event.at))
        }
        #expect(count > 20)
        for customer in story.customers.values {
            for address in customer.addresses {
                #expect(try reader.fact(for: .address(address)) == .address(address, customer.id))
            }
        }
        let nobody = Address("nobody@example.org")
        #expect(try reader.fact(for: .address(nobody)) == .address(nobody, nil))
        #expect(try reader.fact(for: .ticket(TicketID(9999))) == .ticket(TicketID(9999), nil, shown: [:]))
        #expect(try reader.fact(for: .message("x@y")) == .message("x@y", []))
        #expect(try reader.fact(for: .content(.zero)) == .content(.zero, nil, at: nil))
        #expect(try !reader.names(raw: .zero))
    }

    @Test func `every mail of ours says to whom it went, no other text does`() throws {
        let (_, events, reader) = try desk(43)
        var count = 0
        for event in events {
            guard case .entry(let entry) = event.subject else { continue }
            switch event.kind {
            case .reply, .autoSent:
                count += 1
                #expect(try reader.fact(for: .addressing(entry)) == .addressing(entry, Addressing(event.kind)))
            case .note, .say: #expect(try reader.fact(for: .addressing(entry)) == .addressing(entry, nil))
            default: break
            }
        }
        #expect(count > 20)
    }

    @Test func `who has answered knows what he answered, after a rebuild too`() throws {
        let (_, events, reader) = try desk(44)
        var count = 0
        for event in events {
            guard case .entry(let entry) = event.subject, case .reply = event.kind, let by = event.by else { continue }
            guard case .ticket(_, _, let shown) = try reader.fact(for: .ticket(entry.ticket)) else { continue }
            count += 1
            #expect(shown[by] ?? 0 >= entry.entry)
        }
        #expect(count > 20)
    }

    @Test func `a customer who was absorbed is found as the one who absorbed him`() throws {
        let (story, _, reader) = try desk(41)
        #expect(!story.joined.isEmpty)
        for (old, survivor) in story.joined {
            #expect(try reader.fact(for: .customer(old)) == .customer(old, story.customers[survivor]))
        }
    }

    @Test func `the history of a ticket is all that happened to it, in order, in slices`() throws {
        let (story, events, reader) = try desk(42)
        for ticket in story.tickets.keys {
            let expected = events.filter { $0.subject.ticket == ticket }
            var found: [Event] = []
            while true {
                var slice: [Event] = []
                let reading = try reader.history(of: ticket, after: found.last?.sequence ?? 0, limit: 3) {
                    outline throws(StoreError) in
                    slice.append(try whole(outline, reader))
                    return true
                }
                #expect(reading.applied == story.sequence)
                if slice.isEmpty { break }
                found += slice
            }
            #expect(found == expected.map(\.withoutTexts))
        }
    }

    @Test func `texts come by number, and each is found by its own`() throws {
        let (story, _, reader) = try desk(43)
        for ticket in story.tickets.values {
            let texts = try shown(ticket.id, after: 0, reader)
            #expect(texts.count == ticket.entries)
            #expect(try shown(ticket.id, after: 1, reader) == Array(texts.dropFirst()))
            let first = try #require(try reader.text(EntryID(ticket.id, 1)).value)
            #expect(first.event.sequence == texts.first?.head.sequence)
            #expect(first.delivery == texts.first?.delivery)
            #expect(try reader.text(EntryID(ticket.id, ticket.entries + 1)).value == nil)
        }
    }

    @Test func `our mails say how far they have come`() throws {
        let (story, events, reader) = try desk(44, turns: 300)
        var expected: [EntryID: [Address: Delivery]] = [:]
        for event in events {
            guard case .entry(let entry) = event.subject else { continue }
            switch event.kind {
            case .reply(let letter), .autoSent(let letter, _):
                for address in letter.recipients.all { expected[entry, default: [:]][address] = .queued }
            case .sent(let to) where expected[entry]?[to] != .bounced: expected[entry]?[to] = .sent
            case .failed(let to, _) where expected[entry]?[to] != .bounced: expected[entry]?[to] = .failed
            case .bounced(_, let to, _):
                for address in to where expected[entry]?[address] != nil { expected[entry]?[address] = .bounced }
            default: break
            }
        }
        #expect(Set(expected.values.flatMap(\.values)) == [.queued, .sent, .failed, .bounced])
        #expect(expected.values.contains { Set($0.values).count > 1 })
        for (entry, each) in expected {
            #expect(try reader.text(entry).value?.delivery == Delivery.worst(of: Array(each.values)))
        }
        #expect(try reader.image().outbox == story.outbox)
    }

    @Test func `closed tickets are listed newest first, by queue, priority and customer, in slices`() throws {
        let (story, _, reader) = try desk(45, turns: 300)
        let closed = story.tickets.values.filter { $0.state == .closed }.sorted { $0.id > $1.id }
        #expect(closed.count > 5)
        var filter = TicketFilter(queues: Story.places, states: [.closed, .merged], limit: 2)
        var found: [Ticket] = []
        while true {
            let slice = try reader.tickets(filter)
            if slice.isEmpty { break }
            found += slice
            filter.before = found.last?.id
        }
        #expect(found == closed)
        filter = TicketFilter(queues: [.inbox], states: [.closed], limit: 500)
        #expect(try reader.tickets(filter) == closed.filter { $0.queue == .inbox })
        filter.priorities = [1, 5]
        #expect(try reader.tickets(filter).isEmpty)
        filter.priorities = [3]
        #expect(try reader.tickets(filter) == closed.filter { $0.queue == .inbox })
        let customer = closed[0].customer
        filter = TicketFilter(queues: Story.places, states: [.closed], limit: 500)
        filter.person = .customer(customer)
        #expect(try reader.tickets(filter) == closed.filter { $0.customer == customer })
    }

    @Test func `marks of what was shown only rise, and come with the ticket`() throws {
        var story = Story(seed: 46)
        var journal = try folder.journal()
        let projection = try Projection(path: folder.files.desk)
        while story.tickets.isEmpty { try projection.apply([try journal.append(story.nextTurn())]) }
        let (agent, ticket) = (Story.names[0], TicketID(1))
        for entry in [2, 5, 3] {
            try projection.apply([], shown: [Shown(agent: agent, ticket: ticket, entry: entry)])
        }
        let reader = try DeskReader(folder.files)
        guard case .ticket(_, _, let shown) = try reader.fact(for: .ticket(ticket)) else { return }
        #expect(shown == [agent: 5])
        let live = story.tickets[ticket]?.isLive == true
        #expect(try reader.image().shown == (live ? [Shown(agent: agent, ticket: ticket, entry: 5)] : []))
    }
}

extension ReaderTests {
    /// The texts of a ticket behind its `after`-th.
    private func shown(_ id: TicketID, after: Int, _ reader: DeskReader) throws -> [EventOutline] {
        var found: [EventOutline] = []
        _ = try reader.show(id, after: after, limit: 1000) { outline in
            found.append(outline)
            return true
        }
        return found
    }

    /// The event of an outline as it is without its long texts, once each of those has been read by itself.
    private func whole(_ outline: EventOutline, _ reader: DeskReader) throws(StoreError) -> Event {
        for text in outline.writings {
            let bytes = try reader.bytes(of: text, in: 0..<text.count)
            #expect(bytes.count == text.count)
            #expect(try reader.bytes(of: text, in: text.count / 2..<text.count) == Array(bytes[(text.count / 2)...]))
        }
        return try reader.event(outline).withoutTexts
    }

    @Test func `the texts of an event are read one by one, in order`() throws {
        let (_, events, reader) = try desk(47)
        var count = 0
        for event in events {
            let texts: [Passage] =
                switch event.kind {
                case .new(let mail, _), .followUp(let mail): mail.body
                case .reply(let letter): [Passage(.new, letter.text)]
                case .note(let text): [Passage(.new, text)]
                default: []
                }
            guard let entry = event.kind.mail?.entry ?? event.entry, !texts.isEmpty else { continue }
            count += 1
            var found: [Passage] = []
            _ = try reader.outline(of: entry) { outline throws(StoreError) in
                for text in outline.writings {
                    let bytes = try reader.bytes(of: text, in: 0..<text.count)
                    found.append(Passage(text.kind, String(decoding: bytes, as: UTF8.self)))
                }
                return true
            }
            #expect(found == texts)
        }
        #expect(count > 20)
    }
}

extension Event {
    /// The event as an outline has it: a word of chat in a ticket is one of its texts, too.
    fileprivate var withoutTexts: Event {
        var event = withoutWritings
        if case .say = kind { event.kind = .say(text: "") }
        return event
    }

    fileprivate var entry: EntryID? {
        if case .entry(let id) = subject { id } else { nil }
    }
}

extension DeskReader {
    fileprivate func tickets(_ filter: TicketFilter) throws(StoreError) -> [Ticket] {
        try listed(filter).value.map(\.ticket)
    }
}
