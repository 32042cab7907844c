internal import DeskModel

// What is read and changes nothing.
extension Verb {
    static let reading: [Verb] = [
        Verb(
            "mine", forms: ["mine"], right: "any", finals: ["mine n= at="],
            help: "The tickets that you hold.", example: "mine"
        ) { words throws(Malformed) in
            try words.finish()
            return .read(.mine)
        },
        Verb(
            "list",
            forms: [
                "list [QUEUE…|mine] [state=LIST] [prio=LIST] [customer=ADDRESS] [holder=AGENT|-] [limit=N] [after=]"
            ],
            right: "r", options: ["state", "prio", "customer", "holder", "limit", "after"],
            finals: ["list n= [more=] at="], codes: ["no-such-queue", "no-such-agent"],
            help: """
                Tickets: what is not closed unless state= says otherwise, high priority first, then old ones first. \
                state=closed gives the newest first, holder=- the free ones.
                """,
            example: "list inbox holder=-"
        ) { words throws(Malformed) in .read(.list(try listQuery(&words))) },
        Verb(
            "show", forms: ["show T [after=]", "show T.E [after=]"], right: "r", options: ["after"],
            finals: ["show #T n= [draft=yes] [more=] at=", "show #T.E n=1 [more=] at="], codes: ["no-such-entry"],
            help: """
                The ticket and everything said in it, old text that mails quote left out; or one text of it, \
                quotes and all. What was shown to you counts as read.
                """,
            example: "show 42"
        ) { words throws(Malformed) in
            let (ticket, entry) = try words.ticketOrEntry()
            let kind = UInt8(ascii: entry == nil ? "s" : "e")
            let after = try Options(&words).cursor("after", of: kind)
            guard let entry else { return .read(.show(ticket, after: after)) }
            guard after == nil || after?.position == Int64(entry) else {
                throw words.usage("after= is of another text")
            }
            return .read(.showEntry(ticket, entry, after: after))
        },
        Verb(
            "history", forms: ["history T [after=] [limit=N]"], right: "r", options: ["after", "limit"],
            finals: ["history #T n= [more=] at="],
            help: "Everything that happened to a ticket, in order: texts in full, and who did what when.",
            example: "history 42"
        ) { words throws(Malformed) in
            let ticket = try words.ticket()
            let options = try Options(&words)
            return .read(
                .history(
                    ticket, after: try options.cursor("after", of: UInt8(ascii: "h")),
                    limit: try options.count("limit", in: 1...Limits.recordsMost)))
        },
        Verb(
            "raw", forms: ["raw T.E [after=]"], right: "r", options: ["after"], finals: ["raw #T.E n= [more=] at="],
            codes: ["no-such-entry"],
            help: "A mail exactly as it came, in base64.", example: "raw 42.1"
        ) { words throws(Malformed) in
            guard case (let ticket, let entry?) = try words.ticketOrEntry() else {
                throw words.usage("a mail is named like 42.1")
            }
            let after = try Options(&words).cursor("after", of: UInt8(ascii: "r"))
            guard after == nil || after?.offset == Int64(entry) else {
                throw words.usage("after= is of another text")
            }
            return .read(.raw(ticket, entry, after: after))
        },
    ]

    private static func listQuery(_ words: inout Words) throws(Malformed) -> ListQuery {
        var query = ListQuery()
        while !words.isAtEnd, !words.isOption {
            if words.skip("mine") {
                query.mine = true
            } else {
                query.queues.append(try words.queue())
            }
        }
        guard !query.mine || query.queues.isEmpty else { throw words.usage("mine is every queue already") }
        let options = try Options(&words)
        query.states = try options.list("state", of: "a list of new, open, closed, merged") { TicketState(wire: $0) }
        query.priorities = try options.list("prio", of: "a list of numbers from 1 to 5") { text in
            UInt8(text).flatMap { text.utf8.count == 1 && (1...5).contains($0) ? $0 : nil }
        }
        query.customer = options["customer"].map { Address($0) }
        if let holder = options["holder"] {
            let name = AgentName(holder.hasPrefix("@") ? holder.dropFirst() : holder[...])
            guard name != nil || holder == "-" else { throw words.usage("holder= is an agent, or - for nobody") }
            query.holder = .some(name)
        }
        query.limit = try options.count("limit", in: 1...Limits.recordsMost)
        query.after = try options.cursor("after", of: UInt8(ascii: "l"))
        return query
    }
}
