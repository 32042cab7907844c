import DeskModel
import DeskWire
import Testing

struct HelpTests {
    @Test func `help lists every form, and fits a screen`() throws {
        let lines = try Help.lines(about: nil)
        #expect(Verb.all.allSatisfy { verb in verb.forms.allSatisfy(lines.contains) })
        #expect(lines.allSatisfy { $0.count <= 120 })
        #expect(lines.count <= 50)
    }

    @Test(arguments: Verb.all)
    func `help for a verb tells its forms, codes and example`(verb: Verb) throws {
        let lines = try Help.lines(about: verb.name)
        #expect(lines.starts(with: verb.forms))
        #expect(lines.contains { $0.contains(verb.example) })
        #expect(verb.codes.allSatisfy { code in lines.contains { $0.contains(code) } })
        for alias in verb.aliases { #expect(try Help.lines(about: alias.uppercased()) == lines) }
    }

    @Test func `help claim tells about claim next, too`() throws {
        #expect(try Help.lines(about: "claim").contains { $0.hasPrefix("claim next ") })
    }

    @Test func `help events and help errors are the tables`() throws {
        #expect(try Help.lines(about: "events").count == EventKind.all.count)
        #expect(try Help.lines(about: "errors").count == ErrorCode.all.count)
        #expect(
            try Help.lines(about: "errors").contains {
                $0.hasPrefix("ERR taken #T holder= since= lease= [steal-from=] : ")
            })
    }

    @Test(arguments: ["limits", "bot", "openssl", "OpenSSL"])
    func `help knows other things`(topic: String) throws {
        #expect(try Help.lines(about: topic).count > 2)
    }

    @Test(arguments: [("clam", "claim"), ("evnets", "events"), ("openssh", "openssl")])
    func `an unknown topic is asked whether it meant another`(topic: String, meant: String) {
        let why = #expect(throws: Malformed.self) { try Help.lines(about: topic) }
        #expect(why.map { Final.malformed($0).text } == "ERR usage : did you mean \"\(meant)\"?")
    }

    @Test func `every line of help is a line`() throws {
        for topic in [nil, "events", "errors", "limits", "bot", "openssl"] + Verb.all.map(\.name) {
            var out: [UInt8] = []
            for line in try Help.lines(about: topic) { Reply(tag: "7").text(line + "\n", to: &out) }
            #expect(Grammar.areOutput(out))
        }
    }
}

struct CanonicalTests {
    private func canonical(_ line: String) -> [UInt8]? {
        guard case .request(.change(let command)) = said(line) else { return nil }
        return command.canonical
    }

    @Test(arguments: [
        ("claim 42", "take #42"), ("claim 42 lease=1h", "CLAIM 42 lease=60m"), ("next inbox", "claim next inbox"),
        ("claim 42 lease=1h anyway=x", "claim 42 anyway=\"x\" lease=3600"), ("reply 42 yes", "answer 42 <<\n|yes\n."),
        ("give 42 meier", "give #42 @meier"), ("close 42", "done 42"), ("say #42 x", "say 42 x"),
    ])
    func `the same command is the same bytes`(one: String, other: String) {
        #expect(canonical(one) == canonical(other))
        #expect(canonical(one) != nil)
    }

    @Test func `different commands are different bytes`() {
        let lines = [
            "claim 42", "claim 4", "claim 42 lease=1h", "claim 42 anyway=1h", "hold 42", "hold 42 lease=1h",
            "release 42",
            "release 42 x", "steal 42 x", "give 42 meier", "give 42 meier x", "give 42 schulze", "reply 42 x",
            "reply 42.1 x",
            "draft 42 x", "draft 42 <<\n.", "send 42", "send 42.1", "note 42 x", "close 42", "close 42.1", "close 42 x",
            "close 42.1 x", "reopen 42", "reopen 42 x", "move 42 inbox", "move 42 inbox x", "move 42 junk",
            "claim next inbox", "claim next inbox junk", "claim next junk inbox", "claim next inbox lease=1h",
            "say inbox x",
            "say @inbox x", "say #42 x",
        ]
        #expect(Set(lines.map { canonical($0) }).count == lines.count)
    }

    @Test func `what is said on no line has no key`() {
        #expect(Command.sent(EntryID(TicketID(1), 1), to: []).canonical == nil)
    }
}
