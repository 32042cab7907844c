internal import DeskModel

// What becomes of a ticket.
extension Verb {
    static let tickets: [Verb] = [
        Verb(
            "close", aliases: ["done"], forms: ["close T[.E] [TEXT]"], right: "holder; l, m if free",
            finals: ["closed #T seq= [unanswered=yes]", "already #T"],
            codes: ["no-such-entry", "not-holder", "stale", "text-too-long"],
            events: ["close"],
            help: "Ends a ticket. It opens again when the customer writes again.",
            example: "close 42 operating error"
        ) { words throws(Malformed) in
            let (ticket, read) = try words.ticketOrEntry()
            return .change(.close(ticket, read: read, text: try words.text(most: Limits.reason)))
        },
        Verb(
            "reopen", forms: ["reopen T [TEXT]"], right: "w", finals: ["reopened #T seq=", "already #T"],
            codes: ["text-too-long"], events: ["reopen"],
            help: "Opens a closed ticket; nobody holds it then.", example: "reopen 42 closed by mistake"
        ) { words throws(Malformed) in
            let ticket = try words.ticket()
            return .change(.reopen(ticket, text: try words.text(most: Limits.reason)))
        },
        Verb(
            "customer", forms: [#"customer T ADDRESS [anyway="REASON"]"#], right: "holder; w if free",
            options: ["anyway"], finals: ["customer #T seq= customer= to= [cc=]", "already #T"],
            codes: ["not-holder", "customer-busy"], events: ["guard-override", "customer-set"],
            help: """
                Says whose ticket it is, for instance after a colleague has forwarded it: the next answer goes to that \
                address. If another agent serves that customer, anyway= does it all the same and tells everybody why.
                """,
            example: "customer 42 schmidt@example.org"
        ) { words throws(Malformed) in
            let ticket = try words.ticket()
            let address = Address(try words.word("an address"))
            return .change(.setCustomer(ticket, address, anyway: try Options(&words).reason("anyway")))
        },
        Verb(
            "move", forms: ["move T QUEUE [TEXT]"], right: "holder, or w, m if free, l; m on QUEUE",
            finals: ["moved #T queue= seq=", "already #T queue="],
            codes: ["no-such-queue", "closed", "not-holder", "customer-busy", "text-too-long"],
            events: ["release", "move"],
            help: "Moves a ticket to another queue; its holder keeps it if he may work there.",
            example: "move 42 recorder it is one of ours after all"
        ) { words throws(Malformed) in
            let ticket = try words.ticket()
            return .change(.move(ticket, to: try words.queue(), text: try words.text(most: Limits.reason)))
        },
    ]
}
