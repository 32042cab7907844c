internal import DeskModel

// What a connection asks about the desk and itself.
extension Verb {
    static let session: [Verb] = [
        Verb(
            "help", forms: ["help [TOPIC]"], right: "-", finals: ["help n= [at=]"],
            help: "Lists the verbs, or tells all about one, or about events, errors, limits, bot, openssl.",
            example: "help claim"
        ) { words throws(Malformed) in
            let topic = words.isAtEnd ? nil : words.rest()
            try words.finish()
            return .session(.help(topic: topic))
        },
        Verb(
            "caps", forms: ["caps"], right: "-", finals: ["caps n= [at=]"],
            help: "What this desk can do, for programs.", example: "caps"
        ) { words throws(Malformed) in
            try words.finish()
            return .session(.caps)
        },
        Verb(
            "ping", forms: ["ping [TOKEN]"], right: "-", finals: ["pong [TOKEN] [at=]"],
            help: "Says the token back; every event up to at= has been said before.", example: "ping here"
        ) { words throws(Malformed) in
            let token = words.isAtEnd ? nil : try words.word("a token")
            try words.finish()
            guard token?.utf8.count ?? 0 <= WireLimits.token else { throw words.usage("the token is too long") }
            return .session(.ping(token: token))
        },
        Verb(
            "quit", aliases: ["bye"], forms: ["quit"], right: "-", finals: ["bye"],
            help: "Ends the connection; claims and drafts stay.", example: "quit"
        ) { words throws(Malformed) in
            try words.finish()
            return .session(.quit)
        },
        Verb(
            "login", forms: ["login NAME SECRET"], right: "-", finals: ["hello NAME at= epoch= held= drafts= [says=]"],
            codes: ["bad-login", "logged-in"],
            help: "Logs in with a password or a token, which is the rest of the line and visible on the screen.",
            example: "login meier correct horse battery staple"
        ) { words throws(Malformed) in
            let name = try words.word("a name")
            guard words.block == nil else { throw words.usage("a secret stands on the line") }
            guard !words.isAtEnd else { throw words.usage("the secret is missing") }
            return .session(.login(name: name, secret: words.rest()))
        },
        Verb(
            "me", forms: ["me"], right: "any", finals: ["me n= at="],
            help: "What you hold, what you have drafted, what this connection follows and waits for.", example: "me"
        ) { words throws(Malformed) in
            try words.finish()
            return .read(.me)
        },
        Verb(
            "session", forms: ["session [reads=yes|no]"], right: "any", options: ["reads"],
            finals: ["session reads= at="],
            help: """
                Shows or sets what is true of this connection. With reads=no nothing that it shows counts as read: for \
                scripts that use the name of a person. A bot's connections begin with reads=no.
                """,
            example: "session reads=no"
        ) { words throws(Malformed) in
            .session(.session(reads: try Options(&words).flag("reads")))
        },
        Verb(
            "says", forms: ["says [since=N]"], right: "any", options: ["since"], finals: ["says n= [seq=]"],
            events: ["heard"],
            help: """
                What colleagues said to you alone (say @AGENT) and has not reached you; then it has. since= gives \
                everything after that event again, as far as it is kept.
                """,
            example: "says"
        ) { words throws(Malformed) in
            .session(.says(since: try Options(&words).position("since")))
        },
        Verb(
            "who", forms: ["who"], right: "any", finals: ["who n= at="],
            help: "Who is here or holds tickets, and what he looks at.", example: "who"
        ) { words throws(Malformed) in
            try words.finish()
            return .read(.who)
        },
        Verb(
            "queues", forms: ["queues"], right: "any", finals: ["queues n= at="],
            help: "The queues that you may read, your rights there, and how much waits.", example: "queues"
        ) { words throws(Malformed) in
            try words.finish()
            return .read(.queues)
        },
    ]
}
