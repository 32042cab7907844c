import DeskModel
import DeskWire
import Testing

struct RecordTests {
    private static let t = "t=2026-11-24T22:06:32.509Z"
    private static let id = EntryID(TicketID(4711), 1)

    private func lines(_ write: (inout [UInt8]) -> Void) -> String {
        var out: [UInt8] = []
        write(&out)
        #expect(out.isEmpty || Grammar.areOutput(out))
        return String(decoding: out, as: UTF8.self)
    }

    private func ticket() -> Ticket {
        var ticket = Ticket(
            id: TicketID(4711), number: Samples.number, mail: Samples.mail(RecordTests.id), queue: .inbox,
            at: Samples.at,
            sequence: 1)
        (ticket.entries, ticket.newest) = (2, 1)
        return ticket
    }

    @Test func `a ticket is one record`() {
        var ticket = ticket()
        let head = "- #4711 queue=inbox"
        let tail = "customer=schmidt@example.org number=20261124-00001-6 entries=2 newest=#4711.1 \(RecordTests.t)"
        let subject = "subject=\"Videorekorder programmiert nicht\" to=schmidt@example.org cc="
        let free = lines { Reply().ticket(ticket, customer: Samples.schmidt, name: "", lease: nil, to: &$0) }
        #expect(free == "\(head) state=new prio=3 holder=- \(tail) \(subject)-\n")
        ticket.recipients = Recipients(to: ticket.recipients.to, cc: [Samples.boss])
        (ticket.holder, ticket.state, ticket.newest) = (Samples.meier, .merged, 0)
        let held = lines {
            Reply(tag: "7").ticket(
                ticket, customer: Samples.schmidt, name: "Anna", lease: Samples.lease, into: TicketID(42), to: &$0)
        }
        #expect(
            held
                == "@7 \(head) state=merged prio=3 holder=meier lease=2026-11-24T22:36:32.509Z "
                + "customer=schmidt@example.org "
                + "number=20261124-00001-6 entries=2 newest=- \(RecordTests.t) into=#42 "
                + "\(subject)boss@example.org name=Anna\n")
    }

    @Test func `queues and agents are one record each`() {
        var agent = Agent(name: Samples.meier)
        (agent.isBot, agent.isAdmin) = (true, true)
        let records = lines { out in
            let queue = Queue(name: .inbox)
            Reply().queue(queue, rights: [.read, .work], open: 3, free: 2, oldest: Samples.at, to: &out)
            Reply().queue(queue, rights: [], open: 0, free: 0, oldest: nil, to: &out)
            Reply().agent(Samples.meier, connections: 2, since: Samples.at, held: 1, looking: TicketID(42), to: &out)
            Reply().agent(Samples.meier, connections: 0, since: nil, held: 1, looking: nil, to: &out)
            Reply().me(
                agent, connections: 1, held: [TicketID(42), TicketID(43)], drafts: [],
                subscribed: [.everything, .mine],
                waits: ["7", "-"], reads: true, to: &out)
        }
        #expect(
            records == """
                - inbox rights=rw open=3 free=2 oldest=2026-11-24T22:06:32.509Z lease=30m guard=ask cc=drop
                - inbox rights=- open=0 free=0 lease=30m guard=ask cc=drop
                - meier on=2 since=2026-11-24T22:06:32.509Z held=1 looking=#42
                - meier on=0 held=1
                - meier on=1 held=#42,#43 drafts=- subscribed=*,mine waits=7,- bot=yes admin=yes

                """)
    }

    @Test func `what the desk can do is eleven records`() {
        var count = 0
        let records = lines { count = Reply().capabilities(to: &$0) }
        #expect(count == 11)
        #expect(records.hasPrefix("- verbs names=help,caps,ping,quit,login,me,"))
        #expect(records.contains("\n- line max=4000\n- block max=1048576\n- text max=1000\n- keys window=172800\n"))
        #expect(records.contains("- wait max=600 pending=10\n- tick min=15 max=600\n- list default=50 max=500\n"))
    }

    private func mail() -> Event {
        var mail = Samples.mail(RecordTests.id)
        mail.sender = Address("other@example.org")
        mail.cc = [Address("a@b.c"), Address("d e@f.g")]
        mail.machine = .auto
        mail.files = [
            MailFile(name: "vr 300.jpg", type: "image/jpeg", size: 48_211), MailFile(name: "", type: "x/y", size: 0),
        ]
        mail.problems = ["no Date"]
        mail.body = [
            Passage(.new, "Guten Tag\n"), Passage(.quoted, "> eins\n> zwei\n"), Passage(.new, "mehr\n"),
            Passage(.quoted, "-- \nSchmidt"),
        ]
        return Samples.event(1, .ticket(TicketID(4711)), .new(mail, number: Samples.number))
    }

    private static let mailHead = """
        - #4711.1 seq=1 kind=new \(t) customer=schmidt@example.org sender=other@example.org to=hotline@desk.example \
        cc="a@b.c,d e@f.g" machine=auto subject="Videorekorder programmiert nicht"
        - #4711.1 part=file n=1 name="vr 300.jpg" type=image/jpeg size=48211
        - #4711.1 part=file n=2 name="" type=x/y size=0
        - #4711.1 part=problem text="no Date"

        """

    @Test func `a mail is a record, its files, its lines, and marks where it quotes`() {
        let shown = lines { write(mail(), .shown, to: &$0) }
        #expect(
            shown == RecordTests.mailHead + """
                |Guten Tag
                - #4711.1 part=quoted lines=2
                |> eins
                |> zwei
                - #4711.1 part=text lines=1
                |mehr
                - #4711.1 part=quoted lines=2
                |--\u{20}
                |Schmidt

                """)
        let leftOut = lines { write(mail(), .leftOut, to: &$0) }
        #expect(
            leftOut == RecordTests.mailHead + """
                |Guten Tag
                - #4711.1 part=quoted lines=2
                - #4711.1 part=text lines=1
                |mehr
                - #4711.1 part=quoted lines=2

                """)
    }

    @Test func `answers, notes and words are a record and lines`() {
        let letter = Letter(to: Recipients(to: [Samples.schmidt]), text: "Zwei Jahre.")
        let entry = Event.Subject.entry(EntryID(TicketID(4711), 3))
        let texts = lines { out in
            for kind in [Kind.reply(letter), .autoSent(letter, subjectKey: ""), .note(text: "a\nb"), .say(text: "c")] {
                let event = Samples.event(9, by: Samples.meier, entry, kind)
                #expect(write(event, delivery: .sent, .leftOut, to: &out) == nil)
            }
        }
        #expect(
            texts == """
                - #4711.3 seq=9 kind=reply \(RecordTests.t) by=meier to=schmidt@example.org delivery=sent
                |Zwei Jahre.
                - #4711.3 seq=9 kind=auto-sent \(RecordTests.t) by=meier to=schmidt@example.org delivery=sent
                |Zwei Jahre.
                - #4711.3 seq=9 kind=note \(RecordTests.t) by=meier
                |a
                |b
                - #4711.3 seq=9 kind=say \(RecordTests.t) by=meier
                |c

                """)
        let draft = Draft(agent: Samples.meier, ticket: TicketID(42), text: "x\ny", isKept: true)
        #expect(lines { Reply().draft(draft, to: &$0) } == "- #42 kind=draft by=meier bytes=3 kept=yes\n|x\n|y\n")
        let named = Draft(
            agent: Samples.meier, ticket: TicketID(42), text: "x", isKept: true,
            answering: EntryID(TicketID(42), 3))
        #expect(
            lines { Reply().draft(named, to: &$0) } == "- #42 kind=draft by=meier bytes=1 kept=yes entry=#42.3\n|x\n")
    }

    /// Pages of every size, put together again, are the text.
    @Test(arguments: [1, 2, 3, 5, 7, 11, 64, 1000])
    func `a text that is cut comes whole, page by page`(most: Int) {
        let text = "Grüße\n\nüber 😀😀😀 hinweg\nund weiter\nein langes Wort ohne Ende"
        let note = Samples.event(9, .entry(EntryID(TicketID(4711), 3)), .note(text: text))
        var whole = ""
        var from: Int? = 0
        var pages = 0
        while let offset = from, pages < 1000 {
            let page = lines { from = write(note, .shown, from: offset, most: most, to: &$0) }
            for line in page.split(separator: "\n") where line.first == "|" || line.first == "\\" {
                whole += (line.first == "|" && !whole.isEmpty ? "\n" : "") + line.dropFirst()
            }
            pages += 1
        }
        #expect(whole == text || most < 4)
        #expect(pages < 1000)
        #expect(pages == 1 || most < text.utf8.count)
    }

    @Test func `a mail that is cut names what its pages quote`() {
        var from: Int? = 0
        var pages: [String] = []
        while let offset = from, pages.count < 20 {
            pages.append(lines { from = write(mail(), .shown, from: offset, most: 16, to: &$0) })
        }
        #expect(pages.count == 3)
        #expect(pages[0].hasSuffix("|Guten Tag\n") || pages[0].hasSuffix("|> eins\n") || pages[0].contains("lines=1"))
        #expect(pages.allSatisfy { $0.hasPrefix("- #4711.1 seq=1 kind=new ") })
        #expect(pages.count { $0.contains("part=file") } == 1)
        #expect(pages.joined().split(separator: "\n").filter { $0.hasPrefix("|") }.count == 6)
    }

    /// Writes a page of an event whose texts are in memory; gives where it was cut.
    @discardableResult
    private func write(
        _ event: Event, delivery: Delivery? = nil, _ quotes: Quotes, from offset: Int = 0, most: Int = .max,
        to out: inout [UInt8]
    ) -> Int? {
        var page = Excerpts(quotes: quotes, from: offset, most: most, perLine: 0)
        let excerpts = event.passages.compactMap { passage in
            let bytes = Array(passage.text.utf8)
            return page.take(passage.kind, count: bytes.count) { Array(bytes[$0]) }
        }
        Reply().entry(event, delivery: delivery, excerpts: excerpts, isContinued: offset > 0, to: &out)
        return page.cut
    }

    @Test func `a page asks for what it shows and for no more`() {
        let text = Array(String(repeating: "zehn Byte\n", count: 100_000).utf8)
        var asked: [Range<Int>] = []
        var page = Excerpts(quotes: .shown, from: 500_000, most: 1000)
        let excerpt = page.take(.new, count: text.count) { range in
            asked.append(range)
            return Array(text[range])
        }
        #expect(asked.map(\.lowerBound) == [499_999] && asked.allSatisfy { $0.count < 1003 })
        #expect(excerpt?.lines == 83 && page.cut == 500_830)
        #expect(page.size <= 1000)
    }

    @Test func `quotations that are left out are counted in slices`() {
        let text = Array(String(repeating: "> zitiert\n", count: 100_000).utf8)
        var most = 0
        var page = Excerpts(quotes: .leftOut)
        let excerpt = page.take(.quoted, count: text.count) { range in
            most = max(most, range.count)
            return Array(text[range])
        }
        #expect(excerpt?.lines == 100_000 && excerpt?.text == "")
        #expect(most <= 65_536)
    }

    @Test func `long lists of the asker go on in further records`() {
        let drafts = (1...500).map { TicketID($0 + 1_000_000) }
        let subscribed = (1...1000).map { Subscription.ticket(.id(TicketID($0))) }
        var count = 0
        let records = lines {
            count = Reply(tag: String(repeating: "t", count: Limits.tag)).me(
                Agent(name: Samples.meier), connections: 1, held: [], drafts: drafts, subscribed: subscribed,
                waits: [], reads: false, to: &$0)
        }
        let rows = records.split(separator: "\n")
        #expect(rows.count == count && count > 1 && !records.contains("…"))
        func members(_ name: String) -> [Substring] {
            rows.flatMap { row in
                row.split(separator: " ").filter { $0.hasPrefix(name + "=") }.flatMap {
                    $0.dropFirst(name.utf8.count + 1).split(separator: ",")
                }
            }.filter { $0 != "-" }
        }
        #expect(members("drafts").map(String.init) == drafts.map(\.description))
        #expect(members("subscribed").count == 1000)
    }

    @Test func `a cut of many subscriptions is several lines that name all of them`() {
        let what = (1...1000).map { Subscription.ticket(.id(TicketID(Int64($0) * 1_000_000_000))) }
        let out = lines { Notice.cut(what, at: 7, why: .rights).append(to: &$0) }
        let rows = out.split(separator: "\n")
        #expect(rows.count > 1 && rows.allSatisfy { $0.hasPrefix("~ cut #") && $0.hasSuffix(" at=7 why=rights") })
        #expect(rows.flatMap { $0.split(separator: " ")[2].split(separator: ",") }.count == 1000)
    }

    private static let notices: [(Notice, String)] = [
        (.live(at: 15), "~ live at=15"), (.tick(at: 0), "~ tick at=0"), (.here(Samples.meier), "~ here meier"),
        (.gone(Samples.meier), "~ gone meier"), (.looking(TicketID(42), by: Samples.meier), "~ looking #42 by=meier"),
        (.cut([.queue(.inbox), .mine], at: 7, why: .rights), "~ cut inbox,mine at=7 why=rights"),
        (
            .cut([.ticket(.id(TicketID(42)))], at: 7, why: .merged, into: TicketID(43)),
            "~ cut #42 at=7 why=merged into=#43"
        ),
        (
            .lease(TicketID(42), until: Samples.lease, also: [TicketID(43)]),
            "~ lease #42 until=2026-11-24T22:36:32.509Z also=#43 : still on it? \"hold 42\""
        ),
        (.hint("lost-line", text: "start it with -quiet"), "~ hint lost-line : start it with -quiet"),
        (.bye(.shutdown, retry: 5), "~ bye why=shutdown retry=5"), (.bye(.login), "~ bye why=login"),
    ]

    @Test(arguments: notices)
    func `a notice is one line`(notice: Notice, line: String) {
        #expect(lines { notice.append(to: &$0) } == line + "\n")
    }

    @Test func `the greeting says what there is`() {
        #expect(
            lines { Greeting.append(host: "localhost", epoch: "gwyvvtzq", to: &$0) }
                == "DESK/1 host=localhost epoch=gwyvvtzq auth=login line=4000 block=1048576"
                + " : type \"help\"; end with \"quit\"\n")
    }
}

extension Event {
    /// The texts of an event, as the journal gives them back one by one.
    fileprivate var passages: [Passage] {
        switch kind {
        case .new(let mail, _), .followUp(let mail), .bounced(let mail, _, _): mail.body
        case .reply(let letter), .autoSent(let letter, _): [Passage(.new, letter.text)]
        case .note(let text), .say(let text): [Passage(.new, text)]
        default: []
        }
    }
}
