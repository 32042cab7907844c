internal import DeskModel

// Who serves whom.
extension Verb {
    static let claims: [Verb] = [
        Verb(
            "claim", aliases: ["take"], forms: [#"claim T [lease=DURATION] [anyway="REASON"]"#], right: "w",
            options: ["lease", "anyway"],
            finals: [
                "claimed #T seq= lease= customer= unread= [also=] to= cc= [name=]",
                "yours #T [seq=] lease= customer= unread= [also=] to= cc= [name=]",
            ],
            codes: ["closed", "taken", "customer-busy", "too-many"], events: ["guard-override", "claim"],
            help: """
                Makes a free ticket yours, so that you alone answer. If a colleague serves one of its people already \
                you are told who; anyway= does it all the same and tells everybody why. Of a ticket that you hold \
                anyway= lets your answers go out beside that colleague's.
                """,
            example: "claim 42"
        ) { words throws(Malformed) in
            let ticket = try words.ticket()
            let options = try Options(&words)
            return .change(
                .claim(ticket, lease: try options.duration("lease"), anyway: try options.reason("anyway")))
        },
        Verb(
            "claim next", aliases: ["next"], forms: ["claim next QUEUE… [wait=DURATION] [lease=DURATION]"], right: "w",
            options: ["wait", "lease"],
            finals: ["claimed #T seq= lease= customer= unread= [also=] to= cc= [name=]"],
            codes: ["no-such-queue", "forbidden", "empty", "timeout", "canceled", "too-many"], events: ["claim"],
            help: """
                Makes the next free ticket of these queues yours: high priority first, then old ones first; customers \
                whom others serve are passed over. wait= waits for one, behind a tag in the background, else until \
                your next line.
                """,
            example: "@7 claim next inbox wait=10m"
        ) { words throws(Malformed) in
            var queues = [try words.queue()]
            while !words.isAtEnd, !words.isOption { queues.append(try words.queue()) }
            let options = try Options(&words)
            let lease = try options.duration("lease")
            guard let wait = try options.duration("wait", in: .seconds(1)...Limits.wait) else {
                return .change(.claimNext(queues, lease: lease))
            }
            return .session(.awaitNext(queues, lease: lease, wait: wait))
        },
        Verb(
            "hold", forms: ["hold T [lease=DURATION]"], right: "holder", options: ["lease"],
            finals: ["held #T lease="], codes: ["closed", "not-holder"],
            help: "Renews your claims of this ticket's people; every work on one of their tickets does so too.",
            example: "hold 42 lease=2h"
        ) { words throws(Malformed) in
            let ticket = try words.ticket()
            return .change(.hold(ticket, lease: try Options(&words).duration("lease")))
        },
        Verb(
            "release", aliases: ["drop"], forms: ["release T [TEXT]"], right: "holder; l with TEXT",
            finals: ["released #T seq= [still=]", "already #T"], codes: ["not-holder", "text-too-long"],
            events: ["release"],
            help: "Lets a ticket go. A lead may take it out of a colleague's hands, and says why.",
            example: "release 42 needs somebody from the workshop"
        ) { words throws(Malformed) in
            .change(.release(try words.ticket(), text: try words.text(most: Limits.reason)))
        },
        Verb(
            "steal", forms: ["steal T TEXT"], right: "w, l",
            finals: [
                "claimed #T seq= lease= customer= unread= [also=] [was=] to= cc= [name=]",
                "yours #T lease= customer= unread= [also=] to= cc= [name=]",
            ],
            codes: ["closed", "taken", "customer-busy", "too-many", "text-too-long"],
            events: ["guard-override", "steal", "claim", "release"],
            help: """
                Takes a ticket, and the customer's others, from a colleague: a lead at once, others after half the \
                lease without work.
                """,
            example: "steal 42 Meier is at lunch"
        ) { words throws(Malformed) in
            let ticket = try words.ticket()
            return .change(.steal(ticket, text: try words.neededText("the reason", most: Limits.reason)))
        },
        Verb(
            "give", forms: ["give T AGENT [TEXT]"], right: "holder; l with TEXT",
            finals: [
                "given #T seq= holder= [also=] to= cc= [name=]",
                "yours #T lease= customer= unread= [also=] to= cc= [name=]", "already #T holder=",
            ],
            codes: [
                "no-such-agent", "closed", "not-holder", "customer-busy", "too-many", "text-too-long",
            ],
            events: ["give", "release"],
            help: "Gives a ticket, and what else you hold of its customer, to a colleague.",
            example: "give 42 schulze you know the VR-300"
        ) { words throws(Malformed) in
            let ticket = try words.ticket()
            return .change(.give(ticket, to: try words.agent(), text: try words.text(most: Limits.reason)))
        },
    ]
}
