import DeskModel
import DeskWire

/// Values of the transcripts in PROTOCOL.md.
enum Samples {
    static let inbox = QueueName.inbox
    static let recorder = QueueName("recorder") ?? .inbox
    static let meier = AgentName("meier") ?? .desk
    static let schulze = AgentName("schulze") ?? .desk
    static let schmidt = Address("schmidt@example.org")
    static let boss = Address("boss@example.org")
    static let hotline = Address("hotline@desk.example")
    /// 2026-11-24T22:06:32.509Z
    static let at = Moment(milliseconds: 1_795_557_992_509)
    static let lease = at + .minutes(30)
    static let number = TicketNumber(day: 20_261_124, counter: 1)

    static func id(_ number: Int64) -> TicketID { TicketID(number) }

    static func mail(_ entry: EntryID, subject: String = "Videorekorder programmiert nicht") -> Mail {
        Mail(
            entry: entry, customer: CustomerID(1), customerName: schmidt, sender: schmidt,
            arrivedAt: hotline, to: [hotline], subject: subject, raw: .zero, content: .zero,
            body: [Passage(.new, "Guten Tag,\nseit gestern\nSchmidt\n")])
    }

    static func snapshot(
        _ queue: QueueName = inbox, holder: AgentName? = nil, state: TicketState = .open, priority: UInt8 = 3
    ) -> Event.Snapshot {
        Event.Snapshot(queue: queue, holder: holder, holderBefore: nil, state: state, priority: priority)
    }

    static func event(
        _ sequence: SequenceNumber, by: AgentName? = nil, _ subject: Event.Subject, _ snapshot: Event.Snapshot?,
        _ changes: Event.Changes, _ kind: Kind
    ) -> Event {
        Event(sequence: sequence, at: at, by: by, subject: subject, snapshot: snapshot, changes: changes, kind: kind)
    }

    /// An event about an open ticket in inbox that changes nothing of it.
    static func event(
        _ sequence: SequenceNumber, by: AgentName? = nil, _ subject: Event.Subject, _ kind: Kind
    ) -> Event {
        event(sequence, by: by, subject, snapshot(), [], kind)
    }

    /// Nothing that a customer can write is longer or worse than this.
    static let nasty = String(repeating: "\u{1B}\u{9B}\"\\\n\u{202E} =:ä😀", count: 2000)

    static let refusals: [Refusal] = {
        let who = Refusal.Occupation(holder: meier, since: at, lease: lease)
        let bad = Address(nasty)
        return [
            .noSuchTicket(.id(id(42))), .noSuchTicket(.number(number)), .mistypedNumber("20261124-00001-1"),
            .noSuchEntry(EntryID(id(42), 7)), .noSuchQueue(recorder), .noSuchAgent(schulze), .noSuchTag("7"),
            .noSuchCustomer(bad), .forbidden(ticket: id(42), need: .work, queue: inbox, agent: schulze),
            .forbidden(ticket: nil, need: [.work, .lead], queue: inbox, agent: nil), .notAdmin,
            .taken(id(42), who, stealFrom: lease), .taken(id(42), who, stealFrom: nil),
            .customerBusy(id(42), who, ticket: id(43), customer: bad),
            .customerBusy(id(42), who, ticket: nil, customer: schmidt), .notHolder(id(42), holder: meier, kept: true),
            .notHolder(id(42), holder: nil, kept: false), .closed(id(42), kept: true), .closed(id(42), kept: false),
            .merged(id(42), into: id(43), kept: true),
            .stale(
                id(42), newest: EntryID(id(43), 2), who: nil, unseen: [EntryID(id(42), 2), EntryID(id(43), 2)],
                kept: true),
            .stale(
                id(42), newest: EntryID(id(42), 900), who: schulze, unseen: (1...900).map { EntryID(id(42), $0) },
                kept: false),
            .customerBusy(id(42), who, ticket: id(43), customer: schmidt, kept: true),
            .recipients(id(42), most.recipients, shown: others, kept: true),
            .recipients(id(42), Recipients(), shown: Recipients(), kept: false), .tooMany(.recipients, most: 50),
            .duplicate(EntryID(id(42), 3), kept: true), .noDraft(id(42)),
            .empty([inbox, recorder]), .timeout(Array(repeating: recorder, count: 900)), .tooMany(.held, most: 10),
            .tooMany(.says, most: 100), .tooMany(.bytes, most: Limits.writtenPerDay), .tooMany(.waits, most: 10),
            .tooMany(.subscriptions, most: 1000), .tooMany(.drafts, most: 100),
            .textTooLong(most: 1000), .keyReused, .loginRequired, .loggedIn(meier), .badLogin(retry: nil),
            .badLogin(retry: 4), .canceled, .streaming(at: 0), .ahead(at: 7), .epoch("gwyvvtzq", at: 7),
            .tooOld(first: 5, at: 7), .storage(retry: 1), .shuttingDown(retry: 5), .busy(retry: 30),
            .internal(reference: "x7"), .usage(nasty),
        ]
    }()

    static let addressee = Addressee(Recipients(to: [schmidt]), name: "Anna Schmidt")
    /// As many recipients as there may be, and a name that no line holds whole.
    static let most = Addressee(
        Recipients(
            to: (10..<30).map { Address("a\"\($0)@example.org") }, cc: (30..<60).map { Address("a\"\($0)@example.org") }
        ),
        name: nasty)
    static let others = Recipients(to: (60...109).map { Address("a\"\($0)@example.org") })

    static let outcomes: [Outcome] = {
        let many = (1...500).map { id(Int64($0) * 1_000_000_000_000) }
        return [
            .claimed(
                id(42),
                .init(
                    isNew: true, lease: lease, customer: Address(nasty), unread: 3, also: many, addressee: addressee,
                    was: meier)),
            .claimed(
                id(42),
                .init(isNew: false, lease: lease, customer: schmidt, unread: 0, also: [], addressee: addressee)),
            .held(id(42), lease: lease), .released(id(42), still: many),
            .given(id(42), holder: schulze, also: many, addressee),
            .addressed(id(42), addressee),
            .already(id(42), holder: nil, queue: nil), .already(id(42), holder: meier, queue: nil),
            .already(id(42), holder: nil, queue: inbox),
            .queued(EntryID(id(42), 3), to: Recipients(to: [Address(nasty)])),
            .drafted(id(42), bytes: 26), .noted(EntryID(id(42), 3)), .closed(id(42), isUnanswered: true),
            .reopened(id(42)), .says([]),
            .moved(id(42), queue: inbox),
            .customerSet(id(42), customer: Address(nasty), to: Recipients(to: [Address(nasty)], cc: [schmidt])),
            .said(.queue(inbox)), .said(.agent(meier)), .saidIn(EntryID(id(42), 3)),
            .arrived(EntryID(id(42), 1), number: number), .arrived(nil, number: nil), .done,
        ]
    }()

    static let answers: [Answer] = {
        let cursor = Cursor(kind: UInt8(ascii: "l"), position: .max, offset: .max)
        let what = [Subscription.everything, .mine, .queue(inbox), .ticket(.id(id(42)))]
        let many = (1...1000).map { Subscription.ticket(.id(id($0))) }
        return [
            .help(lines: 3), .caps(count: 11), .pong(token: nil), .pong(token: "a=\"b"), .bye,
            .hello(meier, epoch: "gwyvvtzq", held: 1, drafts: 2, says: 3), .session(reads: true), .me(count: 1),
            .who(count: 0), .queues(count: 1),
            .mine(count: 2),
            .list(count: 50, more: cursor), .show(id(42), count: 2, hasDraft: true, more: cursor),
            .showEntry(EntryID(id(42), 1), more: cursor), .history(id(42), count: 9, more: nil),
            .raw(EntryID(id(42), 1), lines: 5, more: nil),
            .draft(id(42)), .recipients(id(42), most), .subscribed(what, since: 0), .subscribed(many, since: nil),
            .unsubscribed(many, left: many), .unsubscribed([], left: []), .canceled(tag: "7"),
        ]
    }()

    /// One event of every kind, and some of them in their other shapes.
    static let kinds: [Kind] = {
        var mail = Samples.mail(EntryID(id(42), 1), subject: nasty)
        mail.customerName = Address(nasty)
        mail.machine = .bounce
        mail.also = (1...500).map { id(Int64($0) * 1_000_000_000_000) }
        mail.served = [meier, schulze]
        let letter = Letter(to: Recipients(to: [Address(nasty)]), text: nasty)
        var queue = Queue(name: inbox)
        queue.addresses = Array(repeating: hotline, count: 100)
        queue.isDefault = true
        let added = AgentChange.added(isBot: true, isAdmin: true)
        return [
            .new(mail, number: number), .followUp(mail), .bounced(mail, to: letter.recipients.to, text: nasty),
            .claim(lease: lease),
            .guardOverride(other: mail.also, text: nasty), .release(.expired, text: nil), .release(.lead, text: nasty),
            .steal(lease: lease, was: nil, text: nasty), .give(lease: lease, was: meier, text: nil), .reply(letter),
            .recipients(most.recipients),
            .autoSent(letter, subjectKey: ""), .sent(to: letter.recipients.to[0]),
            .failed(to: letter.recipients.to[0], text: nasty),
            .duplicateDropped(customer: letter.recipients.to[0], entry: EntryID(id(42), 1)), .note(text: nasty),
            .say(text: nasty),
            .heard([3, 4]), .draft(text: nasty, why: .notHolder),
            .draft(text: nasty, why: .stale, answering: EntryID(TicketID(4711), 3)),
            .close(text: nil), .close(text: nasty),
            .reopen(text: nil),
            .move(was: recorder, text: nasty),
            .customerSet(
                TicketCustomer(
                    customer: CustomerID(1), address: Address(nasty), was: CustomerID(2), wasName: Address(nasty))),
            .agent(added), .agent(.retired),
            .agent(.rights(queue: nil, [.read, .work])), .agent(.flags(isBot: false, isAdmin: false)),
            .token(.revoked(meier)), .customer(CustomerID(1), .addressAdded(letter.recipients.to[0])),
            .customer(CustomerID(1), .flags(relay: true, noAutomaticReply: true, unguarded: true, guarded: true)),
            .customer(CustomerID(1), .joined(.init(customer: CustomerID(2), addresses: [schmidt, hotline]))),
            .queue(QueueChange(queue: queue, isNew: true)), .autoBreaker(count: 100, window: .hours(1), domain: nasty),
            .restored(
                Restore(
                    was: "gwyvvtzq", epoch: "aaaabbbb", lost: 500, lostAt: at, counters: Counters(), entries: [])),
        ] + SuppressReason.allCases.map { .autoSuppressed($0) }
    }()
}
