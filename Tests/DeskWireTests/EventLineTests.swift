import DeskModel
import DeskWire
import Testing

struct EventLineTests {
    private static let t = "t=2026-11-24T22:06:32.509Z"
    private static let lease = "2026-11-24T22:36:32.509Z"
    private static let ticket = Event.Subject.ticket(TicketID(4711))
    private static func entry(_ number: Int) -> Event.Subject { .entry(EntryID(TicketID(4711), number)) }

    private static let lines: [(Event, String)] = [
        (
            Samples.event(
                5, ticket, Samples.snapshot(state: .new), [.state, .priority],
                .new(Samples.mail(EntryID(TicketID(4711), 1)), number: Samples.number)),
            "* 5 new #4711 queue=inbox \(t) state=new prio=3 customer=schmidt@example.org entry=#4711.1 "
                + "to=hotline@desk.example subject=\"Videorekorder programmiert nicht\""
        ),
        (
            Samples.event(
                50, ticket,
                .followUp(
                    {
                        var mail = Samples.mail(EntryID(TicketID(4711), 3), subject: "Bandsalat")
                        (mail.served, mail.also, mail.machine) = ([Samples.meier], [TicketID(43), TicketID(44)], .auto)
                        return mail
                    }())),
            "* 50 follow-up #4711 queue=inbox \(t) customer=schmidt@example.org entry=#4711.3 to=hotline@desk.example "
                + "machine=auto subject=Bandsalat also=#43,#44 served=meier"
        ),
        (
            Samples.event(
                4, by: Samples.meier, ticket, Samples.snapshot(holder: Samples.meier), [.holder, .state],
                .claim(lease: Samples.lease)),
            "* 4 claim #4711 queue=inbox \(t) by=meier holder=meier state=open lease=\(lease)"
        ),
        (
            Samples.event(
                30, by: Samples.schulze, ticket,
                .guardOverride(other: [TicketID(4715)], text: "Kunz ist bei mir am Telefon")),
            "* 30 guard-override #4711 queue=inbox \(t) by=schulze other=#4715 text=\"Kunz ist bei mir am Telefon\""
        ),
        (
            Samples.event(
                38, by: Samples.schulze, ticket, Samples.snapshot(holder: Samples.schulze), .holder,
                .steal(lease: Samples.lease, was: Samples.meier, text: "Meier ist zu Tisch")),
            "* 38 steal #4711 queue=inbox \(t) by=schulze holder=schulze lease=\(lease) was=meier "
                + "text=\"Meier ist zu Tisch\""
        ),
        (
            Samples.event(
                33, by: Samples.meier, ticket, Samples.snapshot(holder: Samples.schulze), [.holder, .state],
                .give(lease: Samples.lease, was: nil, text: nil)),
            "* 33 give #4711 queue=inbox \(t) by=meier holder=schulze state=open lease=\(lease) was=-"
        ),
        (
            Samples.event(45, ticket, Samples.snapshot(), .holder, .release(.expired, text: nil)),
            "* 45 release #4711 queue=inbox \(t) holder=- why=expired"
        ),
        (
            Samples.event(
                8, by: Samples.meier, entry(3), .reply(Letter(to: Recipients(to: [Samples.schmidt]), text: "x"))),
            "* 8 reply #4711.3 queue=inbox \(t) by=meier to=schmidt@example.org"
        ),
        (
            Samples.event(
                2, entry(2), .autoSent(Letter(to: Recipients(to: [Samples.schmidt]), text: "x"), subjectKey: "x")),
            "* 2 auto-sent #4711.2 queue=inbox \(t) to=schmidt@example.org"
        ),
        (
            Samples.event(2, ticket, .autoSuppressed(.nullSender)),
            "* 2 auto-suppressed #4711 queue=inbox \(t) why=null-sender"
        ),
        (
            Samples.event(9, entry(3), .sent(to: Samples.schmidt)),
            "* 9 sent #4711.3 queue=inbox \(t) to=schmidt@example.org"
        ),
        (
            Samples.event(9, entry(3), .failed(to: Samples.schmidt, text: "550 no such user")),
            "* 9 failed #4711.3 queue=inbox \(t) to=schmidt@example.org text=\"550 no such user\""
        ),
        (
            Samples.event(9, ticket, .duplicateDropped(customer: Samples.schmidt, entry: EntryID(TicketID(4711), 1))),
            "* 9 duplicate-dropped #4711 queue=inbox \(t) customer=schmidt@example.org entry=#4711.1"
        ),
        (
            Samples.event(16, by: Samples.meier, entry(3), .note(text: "x")),
            "* 16 note #4711.3 queue=inbox \(t) by=meier"
        ),
        (
            Samples.event(29, by: Samples.schulze, entry(3), .say(text: "Kunz hat zweimal geschrieben")),
            "* 29 say #4711.3 queue=inbox \(t) by=schulze text=\"Kunz hat zweimal geschrieben\""
        ),
        (
            Samples.event(14, by: Samples.meier, .queue(.inbox), nil, [], .say(text: "heute")),
            "* 14 say inbox \(t) by=meier text=heute"
        ),
        (
            Samples.event(14, by: Samples.meier, .agent(Samples.schulze), nil, [], .say(text: "a\nb")),
            "* 14 say @schulze \(t) by=meier text=\"a\\nb\""
        ),
        (
            Samples.event(51, by: Samples.meier, ticket, .draft(text: "Bitte das Netzteil ziehen.", why: .notHolder)),
            "* 51 draft #4711 queue=inbox \(t) by=meier bytes=26 why=not-holder"
        ),
        (
            Samples.event(
                10, by: Samples.meier, ticket, Samples.snapshot(state: .closed), [.holder, .state],
                .close(text: "Bedienfehler, Reset per REC-Taste")),
            "* 10 close #4711 queue=inbox \(t) by=meier holder=- state=closed "
                + "text=\"Bedienfehler, Reset per REC-Taste\""
        ),
        (
            Samples.event(11, by: Samples.meier, ticket, Samples.snapshot(), .state, .reopen(text: nil)),
            "* 11 reopen #4711 queue=inbox \(t) by=meier state=open"
        ),
        (
            Samples.event(
                12, by: Samples.meier, ticket, Samples.snapshot(Samples.recorder), [], .move(was: .inbox, text: nil)),
            "* 12 move #4711 queue=recorder \(t) by=meier was=inbox"
        ),
        (
            Samples.event(
                302, .desk, nil, [],
                .restored(
                    Restore(
                        was: "gwyvvtzq", epoch: "aaaabbbb", lost: 500, lostAt: Samples.lease,
                        counters: Counters(ticket: 7), entries: [EntryID(TicketID(4711), 3)]))),
            "* 302 restored desk \(t) was=gwyvvtzq epoch=aaaabbbb lost=500 until=\(lease)"
        ),
        (
            Samples.event(1, by: .desk, .agent(Samples.meier), nil, [], .agent(.added(isBot: false, isAdmin: true))),
            "* 1 agent @meier \(t) by=desk change=added admin=yes"
        ),
        (
            Samples.event(1, by: .desk, .agent(Samples.meier), nil, [], .agent(.rights(queue: nil, [.read, .lead]))),
            "* 1 agent @meier \(t) by=desk change=rights in=* rights=rl"
        ),
        (
            Samples.event(1, by: .desk, .token("stats"), nil, [], .token(.added(Samples.meier, .zero))),
            "* 1 token stats \(t) by=desk change=added agent=meier"
        ),
        (
            Samples.event(
                1, by: .desk, .queue(.inbox), nil, [], .queue(QueueChange(queue: Queue(name: .inbox), isNew: true))),
            "* 1 queue inbox \(t) by=desk change=added addresses=- lease=30m guard=ask held=10 auto=yes cc=drop"
        ),
        (
            Samples.event(1, .desk, nil, [], .autoBreaker(count: 100, window: .hours(1), domain: "a.example")),
            "* 1 auto-breaker desk \(t) n=100 window=1h domain=a.example"
        ),
    ]

    @Test(arguments: lines)
    func `an event is one line, to the byte`(event: Event, line: String) {
        var out: [UInt8] = []
        event.appendLine(to: &out)
        #expect(String(decoding: out, as: UTF8.self) == line + "\n")
    }

    private static let worst = Samples.kinds.map {
        Samples.event(
            999_999_999_999_999_999, by: Samples.meier, entry(2_000_000_000), Samples.snapshot(holder: Samples.meier),
            [.holder, .state, .priority], $0)
    }

    @Test func `the worst event keeps to the grammar and to 4000 bytes, on the line and in a history`() {
        for event in EventLineTests.worst {
            var out: [UInt8] = []
            event.appendLine(to: &out)
            #expect(Grammar.isOutput(out), "\(event.kind.word)")
            var history: [UInt8] = []
            Reply(tag: String(repeating: "t", count: Limits.tag)).event(event, to: &history)
            #expect(Grammar.areOutput(history), "\(event.kind.word)")
        }
    }

    @Test func `every kind is in the table, with its pairs in their order`() throws {
        #expect(Set(Samples.kinds.map(\.word)) == Set(EventKind.all.map(\.name)))
        #expect(Set(EventKind.all.map(\.name)).count == EventKind.all.count)
        for event in EventLineTests.worst {
            var out: [UInt8] = []
            event.appendLine(to: &out)
            let row = try #require(EventKind.all.first { $0.name == event.kind.word })
            let form = "queue= t= by= holder= state= prio= \(row.pairs)"
            #expect(pairNames(in: String(decoding: out.dropLast(), as: UTF8.self)).fit(form), "\(event.kind.word)")
        }
    }

    @Test func `in a history an event is a record of its pairs`() {
        let claim = Samples.event(
            4, by: Samples.meier, EventLineTests.ticket, Samples.snapshot(holder: Samples.meier), .holder,
            .claim(lease: Samples.lease))
        let move = Samples.event(12, by: Samples.meier, EventLineTests.ticket, .move(was: Samples.recorder, text: nil))
        let draft = Samples.event(13, by: Samples.meier, EventLineTests.ticket, .draft(text: "a\nb", why: .set))
        var out: [UInt8] = []
        for event in [claim, move, draft] { Reply().event(event, to: &out) }
        #expect(
            String(decoding: out, as: UTF8.self) == """
                - #4711 seq=4 kind=claim \(EventLineTests.t) by=meier holder=meier lease=\(EventLineTests.lease)
                - #4711 seq=12 kind=move queue=inbox \(EventLineTests.t) by=meier was=recorder
                - #4711 seq=13 kind=draft \(EventLineTests.t) by=meier bytes=3 why=set
                |a
                |b

                """)
    }
}
