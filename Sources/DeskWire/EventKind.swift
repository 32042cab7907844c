/// One row of the table of events: what `help events` prints and PROTOCOL.md must agree with.
public struct EventKind: Equatable, Sendable {
    /// The kind's word.
    public let name: String
    /// What it is about.
    public let subject: String
    /// Which of `by= holder= state= prio=` it may have.
    public let common: String
    /// Its own pairs in their order, those in brackets optional.
    public let pairs: String
    /// Who sees it, always with the right to read in the queue today: `q` who follows the queue or `*`, `m` who follows
    /// mine and holds, held or serves, `t` who follows the ticket, `a` the agents named alone, `g` admins with `*`, `–`
    /// no stream.
    public let seen: String
    /// When it happens.
    public let meaning: String

    private init(
        _ name: String, _ subject: String, _ common: String = "", _ pairs: String = "",
        seen: String = "q m t", _ meaning: String
    ) {
        self.name = name
        self.subject = subject
        self.common = common
        self.pairs = pairs
        self.seen = seen
        self.meaning = meaning
    }

    /// Every kind there is.
    public static let all: [EventKind] = mail + claims + people + desk

    private static let mailPairs = "customer= entry= to= [machine=] subject= [also=] [served=]"

    private static let mail: [EventKind] = [
        EventKind("new", "#T", "state= prio=", mailPairs, "a message became a ticket"),
        EventKind("follow-up", "#T", "[holder=] [state=]", mailPairs, "a message joined a ticket"),
        EventKind("auto-sent", "#T.E", "", "to=", "an automatic reply is stored and will be sent"),
        EventKind("auto-suppressed", "#T", "", "why=", "a message got no automatic reply"),
        EventKind("sent", "#T.E", "", "to=", "the next mail server has accepted our message to this recipient"),
        EventKind("failed", "#T.E", "", "to= text=", "our message to this recipient was given up"),
        EventKind("bounced", "#T.E", "", "to= entry= text=", "a report says that our message did not arrive"),
        EventKind("duplicate-dropped", "#T", "", "customer= entry=", "the same message was delivered again"),
    ]

    private static let claims: [EventKind] = [
        EventKind("claim", "#T", "by= holder= [state=]", "lease=", "an agent took a free ticket"),
        EventKind("guard-override", "#T", "by=", "other= text=", "an agent serves a person whom another serves"),
        EventKind("release", "#T", "[by=] holder=-", "why= [text=]", "a ticket became free"),
        EventKind("steal", "#T", "by= holder= [state=]", "lease= was= [text=]", "an agent took a ticket from another"),
        EventKind("give", "#T", "by= holder= [state=]", "lease= was= [text=]", "an agent was given a ticket"),
    ]

    private static let people: [EventKind] = [
        EventKind("reply", "#T.E", "by=", "to= [cc=]", "an answer is stored and will be sent"),
        EventKind("to", "#T", "by=", "to= cc=", "an agent has set who the next answer goes to"),
        EventKind("note", "#T.E", "by=", "", "an agent wrote something down"),
        EventKind("say", "#T.E, QUEUE, @AGENT", "by=", "text=", seen: "q m t; q; a", "an agent said something"),
        EventKind("heard", "@AGENT", "by=", "says=", seen: "–", "a text sent to one agent has reached them"),
        EventKind("draft", "#T", "by=", "bytes= why= [entry=]", seen: "a", "your unsent text was kept, or dropped"),
        EventKind("close", "#T", "[by=] [holder=-] state=", "[text=]", "a ticket was closed"),
        EventKind("reopen", "#T", "by= state=", "[text=]", "a ticket was opened again"),
        EventKind("customer-set", "#T", "by=", "customer= was=", "an agent set whose ticket it is"),
        EventKind("move", "#T", "by=", "was= [text=]", seen: "q (both) m t", "a ticket was moved to another queue"),
    ]

    private static let desk: [EventKind] = [
        EventKind(
            "agent", "@AGENT", "by=", "change= [bot=] [admin=] [in=] [rights=]", seen: "g",
            "an agent was added, changed or retired"),
        EventKind("token", "NAME", "by=", "change= agent=", seen: "g", "a token was added or revoked"),
        EventKind(
            "customer", "ADDRESS", "by=", "change= [address=] [relay=] [no-auto=] [unguarded=] [addresses=] [guarded=]",
            seen: "g", "a customer was changed by hand"),
        EventKind(
            "queue", "QUEUE", "by=", "change= addresses= lease= guard= held= auto= [default=] cc=",
            seen: "g q", "a queue was added or changed"),
        EventKind(
            "auto-breaker", "desk", "", "n= window= [domain=]", seen: "g",
            "automatic replies to a domain, or all, were stopped"),
        EventKind(
            "restored", "desk", "", "was= epoch= [lost=] [until=]", seen: "g",
            "the log continues from an older state"),
    ]
}
