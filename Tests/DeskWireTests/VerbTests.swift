import DeskModel
import DeskWire
import Testing

struct VerbTests {
    private static let inbox = QueueName.inbox
    private static let meier = AgentName("meier") ?? .desk
    private static let public1 = TicketNumber(day: 20_261_124, counter: 42)

    private static let changes: [(String, Command)] = [
        ("claim 42", .claim(.short(42), lease: nil, anyway: nil)),
        ("CLAIM 42", .claim(.short(42), lease: nil, anyway: nil)),
        ("take #42 lease=30m", .claim(.short(42), lease: .minutes(30), anyway: nil)),
        ("claim \(public1)", .claim(.number(public1), lease: nil, anyway: nil)),
        (
            #"claim 42 anyway="on \"the\" line \\ \n" lease=90"#,
            .claim(.short(42), lease: .seconds(90), anyway: "on \"the\" line \\ \n")
        ),
        ("claim 42 anyway=phone", .claim(.short(42), lease: nil, anyway: "phone")),
        ("claim next inbox", .claimNext([inbox], lease: nil)), ("next inbox", .claimNext([inbox], lease: nil)),
        ("Claim Next inbox inbox lease=7d", .claimNext([inbox, inbox], lease: .days(7))),
        ("hold 42", .hold(.short(42), lease: nil)), ("hold 42 lease=2h", .hold(.short(42), lease: .hours(2))),
        ("release 42", .release(.short(42), text: nil)), ("drop 42 too hard", .release(.short(42), text: "too hard")),
        ("steal 42 a=b \"c\" \\n", .steal(.short(42), text: "a=b \"c\" \\n")),
        ("give 42 meier", .give(.short(42), to: meier, text: nil)),
        ("give 42 @meier  his matter ", .give(.short(42), to: meier, text: "his matter")),
        ("reply 42 yes", .reply(.short(42), read: nil, text: "yes")),
        ("answer #42.5 yes", .reply(.short(42), read: 5, text: "yes")),
        ("reply \(public1).5 yes", .reply(.number(public1), read: 5, text: "yes")),
        ("draft 42 not yet", .draft(.short(42), text: "not yet")), ("send 42.5", .send(.short(42), read: 5)),
        ("send 42", .send(.short(42), read: nil)), ("note 42  a  b ", .note(.short(42), text: "a  b")),
        ("to 42 all", .setRecipients(.short(42), to: .all, cc: nil)),
        (
            "to #42 Boss@Example.org b=c@d.example cc=x@y.example,z@y.example",
            .setRecipients(
                .short(42), to: .addresses([Address("boss@example.org"), Address("b=c@d.example")]),
                cc: [Address("x@y.example"), Address("z@y.example")])
        ),
        ("to 42 cc=-", .setRecipients(.short(42), to: nil, cc: [])),
        ("to 42 ALL cc=a@b.example", .setRecipients(.short(42), to: .all, cc: [Address("a@b.example")])),
        ("close 42", .close(.short(42), read: nil, text: nil)),
        ("done 42.3 solved", .close(.short(42), read: 3, text: "solved")),
        ("reopen 42 oh", .reopen(.short(42), text: "oh")), ("move 42 inbox", .move(.short(42), to: inbox, text: nil)),
        ("move 42 inbox theirs", .move(.short(42), to: inbox, text: "theirs")),
        (#"say inbox a=b "c" \n"#, .say(.queue(inbox), text: #"a=b "c" \n"#)),
        ("say @meier hello", .say(.agent(meier), text: "hello")),
        ("say #42 hello", .say(.ticket(.short(42)), text: "hello")),
        ("say 42 hello", .say(.ticket(.short(42)), text: "hello")),
    ]

    @Test(arguments: changes)
    func `a line asks for a change`(line: String, command: Command) {
        #expect(said(line) == .request(.change(command)))
    }

    private static func list(_ change: (inout ListQuery) -> Void) -> Query {
        var query = ListQuery()
        change(&query)
        return .list(query)
    }

    private static let reads: [(String, Query)] = [
        ("me", .me), ("who", .who), ("queues", .queues), ("mine", .mine), ("list", .list(ListQuery())),
        ("list inbox", list { $0.queues = [inbox] }), ("list mine", list { $0.mine = true }),
        ("list state=new,closed prio=4,5", list { ($0.states, $0.priorities) = ([.new, .closed], [4, 5]) }),
        ("list customer=Schmidt@Example.org", list { $0.customer = Address("schmidt@example.org") }),
        ("list holder=- limit=500", list { ($0.holder, $0.limit) = (.some(nil), 500) }),
        ("list holder=meier", list { $0.holder = meier }), ("list holder=@meier", list { $0.holder = meier }),
        ("show 42", .show(.short(42), after: nil)), ("show 42.3", .showEntry(.short(42), 3, after: nil)),
        ("history 42 limit=5", .history(.short(42), after: nil, limit: 5)),
        ("raw 42.1", .raw(.short(42), 1, after: nil)),
        ("draft 42", .draft(.short(42))), ("to 42", .recipients(.short(42))),
    ]

    @Test(arguments: reads)
    func `a line asks to read`(line: String, query: Query) {
        #expect(said(line) == .request(.read(query)))
    }

    private static let sessions: [(String, SessionRequest)] = [
        ("help", .help(topic: nil)), ("help claim", .help(topic: "claim")),
        ("help claim next", .help(topic: "claim next")),
        ("caps", .caps), ("ping", .ping(token: nil)), ("ping x", .ping(token: "x")), ("quit", .quit), ("bye", .quit),
        ("login meier a b  c", .login(name: "meier", secret: "a b  c")),
        ("login Nobody! x", .login(name: "Nobody!", secret: "x")),
        ("claim next inbox wait=30", .awaitNext([inbox], lease: nil, wait: .seconds(30))),
        ("next inbox lease=1h wait=10m", .awaitNext([inbox], lease: .hours(1), wait: .minutes(10))),
        ("subscribe *", .subscribe([.everything], since: nil, epoch: nil, tick: nil)),
        (
            "subscribe inbox mine #42 42 since=0 epoch=gwyvvtzq tick=60",
            .subscribe(
                [.queue(inbox), .mine, .ticket(.short(42)), .ticket(.short(42))], since: 0, epoch: "gwyvvtzq",
                tick: .seconds(60))
        ),
        ("unsubscribe", .unsubscribe([])), ("unsubscribe * inbox", .unsubscribe([.everything, .queue(inbox)])),
        ("cancel 7", .cancel(tag: "7")),
    ]

    @Test(arguments: sessions)
    func `a line asks about the connection`(line: String, request: SessionRequest) {
        #expect(said(line) == .request(.session(request)))
    }

    /// What is wrong is told first, then the form.
    @Test(arguments: [
        ("claim", "a ticket is missing"), ("claim x", "a ticket is named like"), ("claim 0", "a ticket is named like"),
        ("claim 042", "a ticket is named like"), ("claim -1", "a ticket is named like"),
        ("claim 1234567890123456789", "a ticket is named like"), ("claim #", "a ticket is named like"),
        ("claim 42 43", "too many words"), ("claim 42 lease", "too many words"), ("claim 42 =x", "too many words"),
        ("claim 42 lease=", "the value of lease= must be quoted"), ("claim 42 lease=x", "lease= is a duration"),
        ("claim 42 lease=1234567", "lease= is a duration"), ("claim 42 lease=5y", "lease= is a duration"),
        ("claim 42 lease=1 lease=2", "lease= stands there twice"), ("claim 42 foo=1", "it has no option foo="),
        ("claim 42 Lease=1", "it has no option Lease="), ("claim 42 anyway=\"", "a closing quote is missing"),
        ("claim 42 anyway=\"x", "a closing quote is missing"), ("claim 42 anyway=\"x\"y", "a blank is missing"),
        (#"claim 42 anyway="\t""#, "in quotes there are"), (#"claim 42 anyway="\N""#, "in quotes there are"),
        (#"claim 42 anyway=a"b"#, "the value of anyway= must be quoted"), ("claim 42 anyway=:", "the value of anyway="),
        ("claim 42 anyway=a=b", "the value of anyway= must be quoted"),
        (#"claim 42 anyway="""#, "anyway= wants a reason"),
        ("claim next", "a queue is missing"), ("claim next Inbox", "no queue can be called so"),
        ("claim next mine", "no queue can be called so"), ("claim next inbox wait=0", "wait= is from 1s to 10m"),
        ("claim next inbox wait=601", "wait= is from 1s to 10m"), ("give 42", "an agent is missing"),
        ("give 42 Meier", "no agent can be called so"), ("steal 42", "the reason is missing"),
        ("reply 42", "the text is missing"), ("reply 42.0 x", "the text of a ticket is named like 42.3"),
        ("reply 42.x x", "the text of a ticket"), ("reply 42.1.2 x", "the text of a ticket"),
        ("send 42 x", "too many words"),
        ("move 42", "a queue is missing"), ("say", "to whom is missing"), ("say inbox", "the text is missing"),
        ("list inbox mine", "mine is every queue already"), ("list state=old", "state= is a list of new, open"),
        ("list prio=6", "prio= is a list of numbers from 1 to 5"), ("list prio=03", "prio= is a list"),
        ("list limit=0", "limit= is from 1 to 500"), ("list limit=501", "limit= is from 1 to 500"),
        ("list holder=M", "holder= is an agent"), ("list after=x", "after= is what"),
        ("list after=s1.0", "after= is what"),
        ("list state=new inbox", "too many words"),
        ("show 42.3 after=s1.0", "after= is what an earlier"), ("show 42.3 after=e4.9", "after= is of another"),
        ("history 42.3", "a ticket is named like"), ("raw 42", "a mail is named like 42.1"),
        ("login", "a name is missing"),
        ("login meier", "the secret is missing"), ("quit now", "too many words"), ("ping a b", "too many words"),
        ("ping " + String(repeating: "x", count: 101), "the token is too long"),
        ("subscribe", "what to follow is missing"), ("subscribe inbox since=x", "since= is a number"),
        ("subscribe inbox since=-1", "since= is a number"), ("subscribe inbox tick=5", "tick= is from 15s to 10m"),
        ("cancel", "a tag is missing"), ("cancel a/b", "no tag can be called so"),
    ])
    func `a wrong line is told what is wrong and the form`(line: String, why: String) throws {
        let refusal = refusal(line)
        #expect(refusal.hasPrefix("ERR usage : \(why)"))
        let verb = try #require(
            Verb.named(line.hasPrefix("claim next") ? "claim next" : String(line.prefix { $0 != " " })))
        #expect(refusal.hasSuffix(verb.forms.joined(separator: ", or ")))
        #expect(Grammar.isOutput(Array((refusal + "\n").utf8)))
    }

    @Test func `a mistyped public number is no ticket, and the hint says why`() {
        #expect(
            refusal("claim 20261124-00042-5")
                == "ERR no-such-ticket 20261124-00042-5 : the last digit does not fit: a slip of the keys?")
        #expect(refusal("claim #20261124000425").hasPrefix("ERR no-such-ticket #20261124000425 "))
    }

    @Test(
        arguments: [
            ("clam", "claim"), ("tkae", "take"), ("repy", "reply"), ("anwser", "answer"), ("sub", "subscribe"),
            ("HLEP", "help"), ("exit", nil), ("select", nil), ("xyzzy", nil),
            (String(repeating: "x", count: 3000), nil),
        ] as [(String, String?)])
    func `an unknown verb is asked whether it meant another`(word: String, verb: String?) {
        let hint = verb.map { "did you mean \"\($0)\"?" } ?? "type \"help\""
        #expect(refusal(word + " 42").hasSuffix(" : " + hint))
        #expect(Grammar.isOutput(Array((refusal(word) + "\n").utf8)))
    }

    @Test func `names, aliases and options are unique, and no verb begins with k`() {
        let names = Verb.all.flatMap { [$0.name] + $0.aliases }
        #expect(Set(names).count == names.count)
        #expect(names.allSatisfy { !$0.hasPrefix("k") && $0.utf8.count <= 24 })
        #expect(Verb.all.allSatisfy { Set($0.options).count == $0.options.count })
    }

    @Test(arguments: Verb.all)
    func `a row's example is understood as that verb, and its forms name its options`(verb: Verb) throws {
        let isBlock = verb.example.hasSuffix("<<")
        guard case .line(let line) = try #require(inputs(verb.example + (isBlock ? "\nx\n.\n" : "\n")).first) else {
            Issue.record("not a line")
            return
        }
        #expect(line.verb == verb)
        #expect(throws: Never.self) { try line.request.get() }
        #expect(verb.options.allSatisfy { name in verb.forms.contains { $0.contains("[\(name)=") } })
        #expect(verb.codes.allSatisfy { code in ErrorCode.all.contains { $0.name == code } })
        #expect(verb.events.allSatisfy { event in EventKind.all.contains { $0.name == event } })
    }

    @Test func `the desk's values stay small`() {
        #expect(MemoryLayout<Request>.size <= 128)
    }

    @Test(arguments: [
        Cursor(kind: UInt8(ascii: "l"), position: .max, offset: .max),
        Cursor(kind: UInt8(ascii: "h"), position: 4711, offset: 12, ticket: TicketID(42)),
        Cursor(kind: UInt8(ascii: "r"), position: .max, offset: 1, ticket: TicketID(42)),
        Cursor(kind: UInt8(ascii: "s"), position: .max, offset: .max, ticket: TicketID(.max)),
    ])
    func `a cursor comes back as it was`(cursor: Cursor) {
        let line = Final.answered(.list(count: 1, more: cursor), at: nil).text
        let wire = String(line.dropFirst("OK list n=1 more=".count))
        #expect(wire.utf8.count <= 64)
        switch cursor.kind {
        case UInt8(ascii: "l"):
            var query = ListQuery()
            query.after = cursor
            #expect(said("list after=\(wire)") == .request(.read(.list(query))))
        case UInt8(ascii: "h"):
            #expect(
                said("history 42 after=\(wire)") == .request(.read(.history(.short(42), after: cursor, limit: nil))))
        case UInt8(ascii: "r"):
            #expect(said("raw 42.1 after=\(wire)") == .request(.read(.raw(.short(42), 1, after: cursor))))
        default: #expect(said("show 42 after=\(wire)") == .request(.read(.show(.short(42), after: cursor))))
        }
    }

    @Test(arguments: ["r-1.0", "r0.-1", "r3w5e11264sgsf.0", "r+1.0", "r01.0", "r1", "r1.0.0", "r.", "s1.0", ""])
    func `nothing else is a cursor`(wire: String) {
        guard case .wrong(.usage) = said("raw 42.1 after=\(wire)") else {
            Issue.record("\(wire) is taken")
            return
        }
    }
}
