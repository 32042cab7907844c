import DeskModel
import Testing

@testable import DeskServer

@Suite struct ShellTests {
    @Test(arguments: [[], ["a"], ["a b", "", "c"], ["\"", "\\", "\\n", "\n", "ä\"ö\n\\"], ["--x=y z", "--", "-"]])
    func `words come out of a line as they went in`(words: [String]) {
        let line = ShellLine.encode(words)
        #expect(line.last == 0x0A)
        #expect(line.count { $0 == 0x0A } == 1)
        #expect(ShellLine.decode(line.dropLast()) == words)
    }

    @Test(arguments: ["\"a", "\"a\"b", "\"a\\x\"", "\"a\\", "a \u{0}\"b"])
    func `a line that is none is refused or taken as it stands, and never traps`(line: String) {
        let words = ShellLine.decode(Array(line.utf8)[...])
        #expect(words == nil || words == ["a", "\u{0}\"b"])
    }

    @Test func `bytes that are no text make no words`() {
        #expect(ShellLine.decode([0x61, 0x20, 0xFF]) == nil)
    }

    private static let meier = AgentName("meier")
    private static let inbox = QueueName.inbox
    private static let key = PasswordKey(
        salt: Array(repeating: 1, count: 16), iterations: 4096, storedKey: Array(repeating: 2, count: 32),
        serverKey: Array(repeating: 3, count: 32))

    private func read(_ line: String) throws(ShellError) -> ShellRequest {
        try ShellRequest(line.split(separator: " ").map(String.init))
    }

    @Test func `the words of a request say what it is`() throws {
        let meier = try #require(ShellTests.meier)
        let text = ShellTests.key.text
        #expect(PasswordKey(text: text) == ShellTests.key)
        #expect(
            try read("agent add meier --admin --rights *=rwm --rights inbox=l --key \(text)")
                == .administer(
                    .addAgent(
                        meier, isBot: false, isAdmin: true, password: ShellTests.key,
                        [Grant([.read, .work, .move], in: nil), Grant(.lead, in: .inbox)])))
        #expect(
            try read("agent add meier --bot")
                == .administer(.addAgent(meier, isBot: true, isAdmin: false, password: nil, [])))
        #expect(try read("agent passwd meier --key=\(text)") == .administer(.setPassword(meier, ShellTests.key)))
        #expect(try read("agent rights meier inbox=-") == .administer(.setRights(meier, [Grant([], in: .inbox)])))
        #expect(
            try read("agent flags meier admin") == .administer(.setFlags(meier, isBot: false, isAdmin: true)))
        #expect(try read("agent flags meier -") == .administer(.setFlags(meier, isBot: false, isAdmin: false)))
        #expect(try read("agent retire meier") == .administer(.retireAgent(meier)))
        #expect(try read("agent retire meier --preview") == .preview(.retireAgent(meier)))
        #expect(try read("agent list") == .agents)
        #expect(try read("queue list") == .queues)
        #expect(try read("status") == .status)
        #expect(try read("clock advance 11m") == .advanceClock(.minutes(11)))
        #expect(
            try read("customer join a@b c@d") == .administer(.joinCustomers(Address("a@b"), Address("c@d"))))
        #expect(
            try read("customer flags A@b relay unguarded")
                == .administer(
                    .setCustomerFlags(Address("a@b"), isRelay: true, wantsNoAutomaticReply: false, isUnguarded: true)))
        #expect(try read("customer show A@B") == .customer(Address("a@b")))
        #expect(
            try read("customer split a@b c@d") == .administer(.splitCustomer(Address("a@b"), Address("c@d"))))
        #expect(try read("token revoke meier robot") == .administer(.revokeToken(meier, token: "robot")))
    }

    @Test func `what is said of a queue changes, the rest stays`() throws {
        let line = "queue set inbox --address a@b --address c@d --lease 1h --guard strict --held 3 --default no"
        guard case .queue(.inbox, false, let words) = try read(line) else {
            Issue.record("this is a queue's settings")
            return
        }
        var queue = Queue(name: .inbox)
        queue.isDefault = true
        queue.automaticReply = "Hallo"
        queue = words.applied(to: queue)
        #expect(queue.addresses == [Address("a@b"), Address("c@d")])
        #expect(queue.lease == .hours(1))
        #expect(queue.customerGuard == .strict)
        #expect(queue.heldMost == 3)
        #expect(!queue.isDefault)
        #expect(queue.automaticReply == "Hallo")
        #expect(queue.answersAutomatically)
    }

    static let wrong: [(String, String)] = [
        ("agent", "agent add, passwd, rights, flags, retire or list"),
        ("agent add", "NAME is missing"),
        ("agent add Meier", "Meier can be nobody's name: a-z, then a-z 0-9 . _ -, at most 32"),
        ("agent add desk", "desk can be nobody's name: a-z, then a-z 0-9 . _ -, at most 32"),
        ("agent add meier --colour red", "there is no option --colour"),
        ("agent add meier --key x", "--key is the key of a password"),
        ("agent passwd meier", "--key is the key of a password"),
        ("agent rights meier", "QUEUE=RIGHTS is missing, for example *=rwm"),
        ("agent rights meier inbox", "rights are QUEUE=LETTERS of r w m l, or QUEUE=- for none, not inbox"),
        ("agent rights meier inbox=rr", "rights are QUEUE=LETTERS of r w m l, or QUEUE=- for none, not inbox=rr"),
        ("agent rights meier inbox=", "rights are QUEUE=LETTERS of r w m l, or QUEUE=- for none, not inbox="),
        ("agent flags meier", "the flags that hold from now on: admin, bot, or - for none"),
        ("agent flags meier king", "the flags that hold from now on: admin, bot, or - for none"),
        ("queue add next", "next can be no queue's name: a-z, then a-z 0-9 . _ -, at most 32"),
        ("queue add a --guard maybe", "--guard is ask, strict or off"),
        ("queue add a --held 0", "--held is a number from 1 to 1000000"),
        ("queue add a --lease long", "TIME is a time such as 90s, 5m, 2h or 7d"),
        ("queue add a --default perhaps", "--default is yes or no"),
        ("queue add a --address x", "x is no address"),
        ("customer join a@b", "OTHER-ADDRESS is missing"),
        ("token add meier robot", "--digest is a SHA-256 in base64"),
        ("clock advance", "TIME is missing"),
        ("drop everything", "there is no command drop everything"),
        ("agent retire meier schulze", "what is schulze for?"),
        ("agent list meier", "what is meier for?"),
        ("customer join a@b c@d e@f", "what is e@f for?"),
        ("status now", "what is now for?"),
    ]

    @Test(arguments: wrong) func `wrong words are told what would be right`(line: String, sentence: String) {
        #expect(throws: ShellError.usage(sentence)) { try read(line) }
    }

    /// Options may stand anywhere; the words of a command keep their order.
    @Test(
        arguments: [
            ("serve --state /s", "serve", ["--state", "/s"]), ("--state /s serve", "serve", ["--state", "/s"]),
            ("--state=/s agent --config /c list", "agent list", ["--state=/s", "--config", "/c"]),
            ("agent --bot add meier --rights *=r", "agent add", ["--bot", "meier", "--rights", "*=r"]),
            ("--admin mustermann init", "init", ["--admin", "mustermann"]),
            ("--admin agent add meier", "agent add", ["--admin", "meier"]),
            ("--bogus serve", "serve", ["--bogus"]), ("deliver a@b", "deliver", ["a@b"]),
            ("list agent", nil, []), ("agent frob", nil, []), ("--state serve", nil, []), ("", nil, []),
        ] as [(String, String?, [String])])
    func `a command is found wherever its options are`(line: String, name: String?, rest: [String]) {
        let found = ShellVerb.find(in: line.split(separator: " ").map(String.init))
        #expect(found?.verb.name == name)
        #expect((found?.rest ?? []) == rest)
    }

    @Test(arguments: [
        (["frob"], "zurufd: there is no command frob; zurufd --help lists the commands"),
        (["\u{1B}[2J"], "zurufd: there is no command \"\\u{1b}[2J\"; zurufd --help lists the commands"),
        (["--state", "x"], "zurufd: there is no command x; zurufd --help lists the commands"),
        (["--version-of-what"], "zurufd: a command is missing; zurufd --help lists the commands"),
        (["token", "frob"], "zurufd: there is no command token frob; there are token add, token revoke"),
        (["token", "frob", "--help"], "zurufd: there is no command token frob; there are token add, token revoke"),
        (["help", "frob"], "zurufd: there is no command frob; zurufd --help lists the commands"),
        (["help", "token", "frob"], "zurufd: there is no command token frob; there are token add, token revoke"),
    ]) func `an unknown command is told in one sentence`(words: [String], sentence: String) {
        var said: [String] = []
        let console = Console(
            arguments: words, program: "zurufd", environment: [:], userID: 1, print: { said.append($0) },
            complain: { said.append($0) }, readInput: { _ in nil }, readSecret: { _ in nil }, readAnswer: { _ in nil },
            findUser: { _ in nil }, become: { _ in false }, armLastWords: {})
        #expect(Shell.run(console) == 2)
        #expect(said == [sentence])
    }

    @Test func `every command of the shell has a line of its own in the overview`() {
        for verb in ShellVerb.all {
            #expect(Shell.overview.contains("\n  \(verb.usage)"))
            #expect(ShellVerb.find(in: verb.words + ["x"])?.verb.name == verb.name)
        }
    }
}

@Suite struct PipedMailTests {
    private func mail(
        _ text: String, _ words: [String] = [], _ environment: [String: String] = [:]
    ) throws -> PipedMail {
        PipedMail(
            Array(text.utf8), arguments: try ShellWords(words, options: Deliver.options), environment: environment)
    }

    @Test(arguments: [
        ("a\nb\n", "a\r\nb\r\n"), ("a\r\nb", "a\r\nb\r\n"), (".\n..\n.a\n", "..\r\n...\r\n..a\r\n"), ("", ""),
        ("a\rb\r\r\n", "a\r\nb\r\n\r\n"), ("\n\n", "\r\n\r\n"), ("From x@y Mon\nA: b\n", "A: b\r\n"),
    ])
    func `line ends become CR LF, and a dot in front gets another`(piped: String, sent: String) throws {
        #expect(String(decoding: try mail(piped).text, as: UTF8.self) == sent)
    }

    static let senders: [(String, [String], [String: String], String)] = [
        ("From: Karl <k@x>\n", [], [:], "k@x"),
        ("From: k@x (Karl)\n", [], [:], "k@x"),
        ("From: k@x\nReturn-Path: <r@x>\n", [], [:], "r@x"),
        ("From: k@x\nReturn-Path: <>\n", [], [:], ""),
        ("From m@x Mon Nov 23\nFrom: k@x\n", [], [:], "m@x"),
        ("From MAILER-DAEMON Mon\nFrom: k@x\n", [], [:], ""),
        ("Return-Path: <r@x>\n", [], ["SENDER": "s@x"], "s@x"),
        ("Return-Path: <r@x>\n", [], ["SENDER": ""], ""),
        ("Return-Path: <r@x>\n", ["--from", "f@x"], ["SENDER": "s@x"], "f@x"),
        ("Return-Path: <r@x>\n", ["--from", "<>"], [:], ""),
        ("Return-Path: <r@x>\n", ["--from="], [:], ""),
        ("\nFrom: body@x\n", [], [:], ""),
        ("From: a>b\r\nRCPT TO:<x@y>\n", [], [:], ""),
    ]

    @Test(arguments: senders)
    func `the sender is who was named first of option, environment, Return-Path, mbox line and From`(
        text: String, words: [String], environment: [String: String], sender: String
    ) throws {
        #expect(try mail(text, words, environment).sender == sender)
    }

    static let recipients: [([String], [String: String], [String])] = [
        (["a@x", "<b@x>"], ["RECIPIENT": "c@x"], ["a@x", "b@x"]),
        ([], ["ORIGINAL_RECIPIENT": "o@x", "RECIPIENT": "c@x"], ["o@x"]),
        ([], ["LOCAL_PART": "hilfe", "LOCAL_PART_SUFFIX": "+vr", "DOMAIN": "x"], ["hilfe+vr@x"]),
        ([], ["LOCAL_PART": "hilfe"], ["hilfe"]),
        ([], [:], ["desk"]),
    ]

    @Test(arguments: recipients) func `the recipients come from the words, or from what the mail server set`(
        words: [String], environment: [String: String], recipients: [String]
    ) throws {
        #expect(try mail("A: b\n", words, environment).recipients == recipients)
    }
}
