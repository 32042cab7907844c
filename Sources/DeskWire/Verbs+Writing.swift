internal import DeskModel

// What is said, to customers and among colleagues.
extension Verb {
    static let writing: [Verb] = [
        Verb(
            "reply", aliases: ["answer"], forms: ["reply T[.E] TEXT", "reply T[.E] <<"], right: "holder, w",
            finals: ["queued #T.E seq= to= [cc=]"],
            codes: [
                "no-such-entry", "merged", "closed", "not-holder", "customer-busy", "stale", "recipients", "duplicate",
                "too-many", "text-too-long",
            ],
            events: ["reply", "sent", "failed", "bounced", "draft"],
            help: """
                Answers by mail. If the customer or a colleague wrote what you were not shown, or the answer would go \
                to others than you were shown, nothing is sent and your text is kept. T.E says that you have read up \
                to there; if it is a person's message, its author is answered.
                """,
            example: "reply 42 <<"
        ) { words throws(Malformed) in
            let (ticket, read) = try words.ticketOrEntry()
            return .change(.reply(ticket, read: read, text: try words.neededText(most: Limits.reply)))
        },
        Verb(
            "draft", forms: ["draft T", "draft T TEXT", "draft T <<"], right: "w",
            finals: ["draft #T n=1 at=", "drafted #T [seq=] bytes="], codes: ["no-draft", "too-many", "text-too-long"],
            events: ["draft"],
            help: "Shows your unsent text, or sets it; an empty block drops it. Only you see it.",
            example: "draft 42 Please hold REC for five seconds."
        ) { words throws(Malformed) in
            let ticket = try words.ticket()
            if words.isAtEnd && words.block == nil { return .read(.draft(ticket)) }
            return .change(.draft(ticket, text: try words.text(most: Limits.reply) ?? ""))
        },
        Verb(
            "send", forms: ["send T[.E]"], right: "holder, w", finals: ["queued #T.E seq= to= [cc=]"],
            codes: [
                "no-draft", "no-such-entry", "merged", "closed", "not-holder", "customer-busy", "stale", "recipients",
                "too-many",
            ],
            events: ["reply", "sent", "failed", "bounced"],
            help: "Sends your draft.", example: "send 42"
        ) { words throws(Malformed) in
            let (ticket, read) = try words.ticketOrEntry()
            try words.finish()
            return .change(.send(ticket, read: read))
        },
        Verb(
            "to", forms: [#"to T [ADDRESS…|all] [cc=LIST] [anyway="REASON"]"#], right: "holder, or w if free, l",
            options: ["cc", "anyway"],
            finals: ["to #T [seq=] to= cc= [name=] [at=]"],
            codes: ["closed", "not-holder", "customer-busy", "too-many"],
            events: ["guard-override", "to"],
            help: """
                Shows who the next answer goes to, or sets it until a person writes again: these addresses, or all of \
                the newest message without those of the desk. cc= sets the Cc; cc=- empties it.
                """,
            example: "to 42 schmidt@example.org cc=office@example.org"
        ) { words throws(Malformed) in
            let ticket = try words.ticket()
            if words.isAtEnd && words.block == nil { return .read(.recipients(ticket)) }
            let choice = try words.recipients()
            let options = try Options(&words)
            return .change(
                .setRecipients(
                    ticket, to: choice, cc: try options.addresses("cc"), anyway: try options.reason("anyway")))
        },
        Verb(
            "note", forms: ["note T TEXT", "note T <<"], right: "r", finals: ["noted #T.E seq="],
            codes: ["too-many", "text-too-long"], events: ["note"],
            help: "Writes something down for the colleagues; customers never see it.",
            example: "note 42 he has called, too"
        ) { words throws(Malformed) in
            let ticket = try words.ticket()
            return .change(.note(ticket, text: try words.neededText(most: Limits.block)))
        },
        Verb(
            "say", forms: ["say QUEUE TEXT", "say #T TEXT", "say @AGENT TEXT"], right: "r; any to an agent",
            finals: ["said QUEUE seq=", "said #T.E seq=", "said @AGENT seq="],
            codes: ["no-such-queue", "no-such-agent", "too-many", "text-too-long"], events: ["say"],
            help: """
                Says something to whoever follows the queue or the ticket, or to one colleague alone, for whom it is \
                kept until it has reached them.
                """,
            example: "say #42 he wrote twice, see 43"
        ) { words throws(Malformed) in
            let target = try sayTarget(&words)
            return .change(.say(target, text: try words.neededText(most: Limits.reason)))
        },
    ]

    private static func sayTarget(_ words: inout Words) throws(Malformed) -> SayTarget {
        guard let mark = words.ahead else { throw words.usage("to whom is missing") }
        if mark == Ascii.at { return .agent(try words.agent()) }
        if mark == Ascii.hash || mark.isDigit { return .ticket(try words.ticket()) }
        return .queue(try words.queue())
    }
}
