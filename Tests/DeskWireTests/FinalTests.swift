import DeskModel
import DeskWire
import Testing

struct FinalTests {
    private static let who = Refusal.Occupation(holder: Samples.meier, since: Samples.at, lease: Samples.lease)
    private static let at = "2026-11-24T22:06:32.509Z"
    private static let lease = "2026-11-24T22:36:32.509Z"

    private static func id(_ number: Int64) -> TicketID { TicketID(number) }
    private static func claimed(_ change: (inout Outcome.Claimed) -> Void = { _ in }) -> Outcome {
        var claim = Outcome.Claimed(
            isNew: true, lease: Samples.lease, customer: Samples.schmidt, unread: 1, also: [],
            addressee: Addressee(Recipients(to: [Samples.schmidt]), name: ""))
        change(&claim)
        return .claimed(id(42), claim)
    }

    private static let finals: [(Final, String)] = [
        (
            .done(claimed(), sequence: 4),
            "OK claimed #42 seq=4 lease=\(lease) customer=schmidt@example.org unread=1 "
                + "to=schmidt@example.org cc=- : yours; read it: \"show 42\""
        ),
        (
            .done(
                claimed {
                    $0.also = [id(43), id(44)]; $0.was = .some(nil)
                }, sequence: 4),
            "OK claimed #42 seq=4 lease=\(lease) customer=schmidt@example.org unread=1 also=#43,#44 was=-"
                + " to=schmidt@example.org cc=- : yours; read it: \"show 42\""
        ),
        (
            .done(claimed { $0.isNew = false }, sequence: nil),
            "OK yours #42 lease=\(lease) customer=schmidt@example.org unread=1 to=schmidt@example.org cc=-"
        ),
        (.done(.held(id(42), lease: Samples.lease), sequence: nil), "OK held #42 lease=\(lease)"),
        (.done(.released(id(42), still: [id(43)]), sequence: 5), "OK released #42 seq=5 still=#43"),
        (
            .done(.given(id(42), holder: Samples.schulze, also: [id(43)], Samples.addressee), sequence: 33),
            "OK given #42 seq=33 holder=schulze also=#43 to=schmidt@example.org cc=- name=\"Anna Schmidt\""
        ),
        (
            .done(.addressed(id(42), Samples.addressee), sequence: 34),
            "OK to #42 seq=34 to=schmidt@example.org cc=- name=\"Anna Schmidt\""
        ),
        (
            .answered(.recipients(id(42), Samples.addressee), at: 34),
            "OK to #42 to=schmidt@example.org cc=- name=\"Anna Schmidt\" at=34"
        ),
        (
            .refused(
                .recipients(
                    id(42), Recipients(to: [Samples.schmidt], cc: [Samples.boss]),
                    shown: Recipients(to: [Samples.hotline, Samples.schmidt]), kept: true)),
            "ERR recipients #42 to=schmidt@example.org cc=boss@example.org added=boss@example.org"
                + " removed=hotline@desk.example kept=yes : it would go to others than you were shown; your text is"
                + " kept: \"send 42\" if they are right, else \"to 42 ADDRESS\" first"
        ),
        (
            .refused(.recipients(id(42), Recipients(), shown: Recipients(), kept: true)),
            "ERR recipients #42 to=- cc=- added=- removed=- kept=yes : nobody to answer; your text is kept:"
                + " \"to 42 ADDRESS\", then \"send 42\""
        ),
        (.done(.already(id(42), holder: nil, queue: nil), sequence: nil), "OK already #42"),
        (.done(.already(id(42), holder: Samples.meier, queue: nil), sequence: nil), "OK already #42 holder=meier"),
        (
            .done(.queued(EntryID(id(42), 3), to: Recipients(to: [Samples.schmidt])), sequence: 8),
            "OK queued #42.3 seq=8 to=schmidt@example.org : stored; the mail goes out now"
        ),
        (.done(.drafted(id(42), bytes: 37), sequence: 52), "OK drafted #42 seq=52 bytes=37"),
        (.done(.drafted(id(42), bytes: 37), sequence: nil), "OK drafted #42 bytes=37"),
        (.done(.noted(EntryID(id(42), 3)), sequence: 16), "OK noted #42.3 seq=16"),
        (.done(.closed(id(42), isUnanswered: false), sequence: 10), "OK closed #42 seq=10"),
        (.done(.closed(id(42), isUnanswered: true), sequence: 10), "OK closed #42 seq=10 unanswered=yes"),
        (.done(.says([]), sequence: nil), "OK says n=0"),
        (.answered(.session(reads: false), at: 7), "OK session reads=no at=7"),
        (.done(.moved(id(42), queue: Samples.recorder), sequence: 10), "OK moved #42 queue=recorder seq=10"),
        (.done(.said(.agent(Samples.meier)), sequence: 10), "OK said @meier seq=10"),
        (.done(.saidIn(EntryID(id(42), 3)), sequence: 29), "OK said #42.3 seq=29"),
        (
            .answered(.hello(Samples.meier, epoch: "gwyvvtzq", held: 0, drafts: 0, says: 0), at: 3),
            "OK hello meier at=3 epoch=gwyvvtzq held=0 drafts=0"
        ),
        (.answered(.subscribed([.queue(.inbox), .mine], since: nil), at: 3), "OK subscribed inbox,mine at=3"),
        (
            .answered(.subscribed([.everything, .ticket(.id(id(42)))], since: 0), at: 10),
            "OK subscribed *,#42 since=0 at=10"
        ),
        (.answered(.unsubscribed([.mine], left: []), at: 3), "OK unsubscribed mine left=- at=3"),
        (.answered(.list(count: 1, more: nil), at: 3), "OK list n=1 at=3"),
        (.answered(.show(id(42), count: 3, hasDraft: true, more: nil), at: 51), "OK show #42 n=3 draft=yes at=51"),
        (.answered(.showEntry(EntryID(id(42), 3), more: nil), at: 59), "OK show #42.3 n=1 at=59"),
        (.answered(.pong(token: "here"), at: 10), "OK pong here at=10"),
        (.answered(.pong(token: nil), at: nil), "OK pong"),
        (.answered(.pong(token: ":"), at: nil), "OK pong \":\""), (.answered(.bye, at: nil), "OK bye"),
        (
            .refused(.taken(id(42), who, stealFrom: nil)),
            "ERR taken #42 holder=meier since=\(at) lease=\(lease) : meier has it since 22:06:32"
        ),
        (
            .refused(.customerBusy(id(43), who, ticket: id(42), customer: Samples.schmidt), verb: .named("claim")),
            "ERR customer-busy #43 holder=meier ticket=#42 customer=schmidt@example.org since=\(at) lease=\(lease)"
                + " : meier is serving this customer in #42; \"say #42 TEXT\", or \"claim 43 anyway=WHY\""
        ),
        (
            .refused(.customerBusy(id(43), who, ticket: nil, customer: Samples.schmidt), verb: .named("steal")),
            "ERR customer-busy #43 holder=meier customer=schmidt@example.org since=\(at) lease=\(lease)"
                + " : meier is serving this customer"
        ),
        (
            .refused(.notHolder(id(42), holder: Samples.schulze, kept: true)),
            "ERR not-holder #42 holder=schulze kept=yes"
                + " : schulze holds it; your text is kept: \"claim 42\", then \"send 42\""
        ),
        (.refused(.notHolder(id(42), holder: nil, kept: false)), "ERR not-holder #42 holder=- : nobody holds it"),
        (
            .refused(
                .stale(
                    id(42), newest: EntryID(id(41), 3), who: nil, unseen: [EntryID(id(41), 3), EntryID(id(42), 2)],
                    kept: true)),
            "ERR stale #42 newest=#41.3 who=customer unseen=#41.3,#42.2 kept=yes"
                + " : the customer wrote #41.3, which you were not shown; your text is kept: \"show 41\", \"show 42\","
                + " then \"send 42\""
        ),
        (
            .refused(
                .customerBusy(id(43), who, ticket: id(42), customer: Samples.schmidt, kept: true),
                verb: .named("reply")),
            "ERR customer-busy #43 holder=meier ticket=#42 customer=schmidt@example.org since=\(at) lease=\(lease)"
                + " kept=yes : meier is serving this customer in #42; your text is kept: \"claim 43 anyway=WHY\", then"
                + " \"send 43\""
        ),
        (
            .refused(.closed(id(42), kept: false), verb: .named("claim")),
            "ERR closed #42 : it is closed: first \"reopen 42\""
        ),
        (.refused(.closed(id(42), kept: false), verb: .named("move")), "ERR closed #42 : it is closed"),
        (.refused(.storage(retry: 1)), "ERR storage retry=1 : the desk cannot write; nothing was done"),
        (.refused(.noDraft(id(42))), "ERR no-draft #42 : you have no draft there; see \"history 42\""),
        (
            .refused(.forbidden(ticket: id(42), need: .lead, queue: .inbox, agent: nil)),
            "ERR forbidden #42 need=l queue=inbox"
        ),
        (.refused(.empty([.inbox, Samples.recorder])), "ERR empty inbox,recorder"),
        (.refused(.canceled), "ERR canceled"),
        (
            .refused(.usage("lease= is from 1m to 2h"), verb: .named("hold")),
            "ERR usage : lease= is from 1m to 2h: hold T [lease=DURATION]"
        ),
        (.malformed(.lineTooLong), "ERR line-too-long max=4000"),
        (.malformed(.unknownVerb("clam")), "ERR unknown-verb clam : did you mean \"claim\"?"),
    ]

    @Test(arguments: finals)
    func `a final is one line`(final: Final, line: String) {
        #expect(final.text == line)
    }

    private static let refused: [Final] = Samples.refusals.flatMap { refusal in
        ([nil] + Verb.all).map { .refused(refusal, verb: $0) }
    }

    private static let all: [Final] =
        refused
        + Samples.outcomes.flatMap { [.done($0, sequence: 999_999_999_999), .done($0, sequence: nil)] }
        + Samples.answers.flatMap { [.answered($0, at: 0), .answered($0, at: nil)] }

    @Test func `every final keeps to the grammar and to 4000 bytes, behind the longest tag`() {
        let reply = Reply(tag: String(repeating: "t", count: Limits.tag))
        for final in FinalTests.all {
            // A retry key keeps what was done, and nothing else.
            let isDone = if case .done = final { true } else { false }
            for one in [final] + (isDone ? [Final.again(final.text)] : []) {
                var out: [UInt8] = []
                reply.end(one, for: .everything, to: &out)
                #expect(Grammar.isOutput(out), "\(one.text)")
            }
        }
    }

    /// A list is cut where the line ends, and says so; each of these has room for more than the 700 bytes of a value.
    @Test func `lists of tickets and texts fill their line`() throws {
        let tag = String(repeating: "t", count: Limits.tag)
        let lists = Samples.outcomes.map { Final.done($0, sequence: 1) } + Samples.refusals.map { .refused($0) }
        var cut = 0
        for final in lists where final.text.contains(",…") {
            guard final.text.contains("also=") || final.text.contains("still=") || final.text.contains("unseen=") else {
                continue
            }
            for one in [final, .again(final.text)] {
                var out: [UInt8] = []
                Reply(tag: tag).end(one, for: .everything, to: &out)
                #expect((3000...Limits.line + 1).contains(out.count), "\(out.count): \(one.text)")
            }
            cut += 1
        }
        #expect(cut == 4, "claimed, released, given and stale")
    }

    @Test func `every code is in the table, and every code of the table is said`() {
        var codes = Set(Samples.refusals.map { Final.refused($0).text.split(separator: " ")[1] })
        let wrong: [Malformed] = [
            .lineTooLong, .badUTF8, .badCharacter, .badTag, .badKey, .canceled, .textTooLong(most: 1),
            .unknownVerb("x"),
            .unknownTopic("x"), .usage(nil, nil), .mistypedNumber("1"),
        ]
        codes.formUnion(wrong.map { Final.malformed($0).text.split(separator: " ")[1] })
        #expect(codes == Set(ErrorCode.all.map { Substring($0.name) }))
        #expect(Set(ErrorCode.all.map(\.name)).count == ErrorCode.all.count)
    }

    /// Names, order and optionality of the pairs are those of the table.
    @Test func `the pairs of an ERR line are those of its row, in that order`() throws {
        for refusal in Samples.refusals {
            let line = Final.refused(refusal).text
            let code = line.split(separator: " ")[1]
            if code == "forbidden" && refusal == .notAdmin { continue }
            let row = try #require(ErrorCode.all.first { $0.name == code })
            #expect(pairNames(in: line).fit(row.pairs), "\(line)")
        }
    }

    /// Every refusal behind every verb, to readers with any rights: what a hint names in quotes they may do.
    @Test(arguments: (UInt8(0)..<16).map(Rights.init(rawValue:)), [Queue.Guard.ask, .strict])
    func `a hint names only what its reader may do`(rights: Rights, guarded: Queue.Guard) throws {
        let reader = HintReader(rights: rights, guarded: guarded)
        for final in FinalTests.refused + FinalTests.malformed {
            var out: [UInt8] = []
            final.append(for: reader, to: &out)
            let line = String(decoding: out, as: UTF8.self)
            guard let hint = hint(of: line), !hint.contains("VERB") else { continue }
            for (index, part) in hint.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
            where index % 2 == 1 && part.first?.isLowercase == true {
                let verb = try #require(Verb.named(String(part.prefix { $0 != " " })), "\(line)")
                #expect(FinalTests.mayUse(verb, rights), "\(line)")
                if part.contains("anyway=") {
                    #expect(rights.contains(guarded == .strict ? .lead : .work), "\(line)")
                }
            }
        }
    }

    private static let malformed: [Final] =
        ["clam", "stael", "lst", "hepl", "x"].map { .malformed(.unknownVerb($0)) }
        + Verb.all.map { .malformed(.usage($0, "too many words")) }

    /// Which rights a verb needs, written down anew.
    private static func mayUse(_ verb: Verb, _ rights: Rights) -> Bool {
        switch verb.name {
        case "help", "caps", "ping", "quit", "login", "me", "who", "queues", "mine", "cancel", "say", "says", "session":
            true
        case "list", "show", "history", "raw", "note", "subscribe", "unsubscribe": rights.contains(.read)
        case "claim", "claim next", "hold", "reply", "draft", "send", "reopen": rights.contains(.work)
        case "steal", "release", "give": !rights.isDisjoint(with: [.work, .lead])
        default: !rights.isDisjoint(with: [.work, .move, .lead])
        }
    }

    @Test func `before a login a hint names only what can be said then`() {
        var out: [UInt8] = []
        Final.malformed(.unknownVerb("clam")).append(for: .stranger, to: &out)
        out += Array("\n".utf8)
        Final.malformed(.unknownVerb("logn")).append(for: .stranger, to: &out)
        let lines = String(decoding: out, as: UTF8.self)
        #expect(lines == "ERR unknown-verb clam : type \"help\"\nERR unknown-verb logn : did you mean \"login\"?")
    }

    @Test(arguments: [
        ("OK noted #42.3 seq=16", "OK noted #42.3 seq=16 again=yes"),
        ("OK queued #42.3 seq=8 to=a : stored", "OK queued #42.3 seq=8 to=a again=yes : stored"),
        (
            #"OK queued #42.3 seq=8 to="a : b \" : c" : stored"#,
            #"OK queued #42.3 seq=8 to="a : b \" : c" again=yes : stored"#
        ),
        ("OK x a=:b", "OK x a=:b again=yes"),
    ])
    func `a stored final is told again`(stored: String, line: String) {
        #expect(Final.again(stored).text == line)
    }

    @Test func `every line of a reply begins with its tag`() {
        var out: [UInt8] = []
        let reply = Reply(tag: "7")
        reply.text("one\ntwo", to: &out)
        reply.end(.answered(.help(lines: 2), at: nil), to: &out)
        #expect(String(decoding: out, as: UTF8.self) == "@7 |one\n@7 |two\n@7 OK help n=2\n")
    }

    private func hint(of line: String) -> Substring? {
        line.firstRange(of: " : ").map { line[$0.upperBound...] }
    }
}

/// The names of the pairs in a line of ours, in order.
func pairNames(in line: String) -> [String] {
    var names: [String] = []
    var isQuoted = false
    var word = ""
    var last: Character = " "
    for character in line {
        if character == "\"" && last != "\\" { isQuoted.toggle() }
        if character == " " && !isQuoted {
            if word == ":" { break }
            word = ""
        } else {
            if character == "=" && !isQuoted { names.append(word) }
            word.append(character)
        }
        last = last == "\\" && character == "\\" ? " " : character
    }
    return names
}

extension [String] {
    /// Whether these are the pairs that `form` writes down, those in brackets optional.
    func fit(_ form: String) -> Bool {
        var rest = self[...]
        for word in form.split(separator: " ") {
            let isOptional = word.hasPrefix("[")
            let name = word.filter { $0 != "[" && $0 != "]" }.prefix { $0 != "=" }
            if rest.first.map({ $0 == name }) == true {
                rest = rest.dropFirst()
            } else if !isOptional {
                return false
            }
        }
        return rest.isEmpty
    }
}
