/// One row of the table of ERR codes: what `help errors` prints and PROTOCOL.md must agree with.
public struct ErrorCode: Equatable, Sendable {
    /// The word behind `ERR`.
    public let name: String
    /// What stands behind the code, as PROTOCOL.md writes it.
    public let subject: String
    /// Its pairs in their order, those in brackets optional.
    public let pairs: String
    /// What it means.
    public let meaning: String
    /// What a program should do about it.
    public let remedy: String

    private init(_ name: String, of subject: String = "", pairs: String = "", _ meaning: String, then remedy: String) {
        self.name = name
        self.subject = subject
        self.pairs = pairs
        self.meaning = meaning
        self.remedy = remedy
    }

    /// Every code there is.
    public static let all: [ErrorCode] = lines + refusals + desk

    /// The line itself is wrong, or nobody has logged in.
    private static let lines: [ErrorCode] = [
        ErrorCode("unknown-verb", of: "WORD", "unknown verb", then: "fix the client"),
        ErrorCode("usage", "wrong arguments; the hint shows the form", then: "fix the client"),
        ErrorCode("bad-tag", "the tag is not valid, or a pending wait has it", then: "fix the client"),
        ErrorCode("bad-key", "the retry key is not valid", then: "fix the client"),
        ErrorCode("bad-utf8", "the bytes are not UTF-8", then: "fix the client"),
        ErrorCode("bad-char", "the line contains a control character", then: "fix the client"),
        ErrorCode(
            "line-too-long", pairs: "max=", "a line is over max bytes, alone or in a block", then: "split the line"),
        ErrorCode("text-too-long", pairs: "max=", "a text is over max bytes", then: "shorten the text"),
        ErrorCode("canceled", "the block or the wait was ended", then: "nothing"),
        ErrorCode("login-required", "log in first", then: "log in"),
        ErrorCode(
            "logged-in", pairs: "agent=", "this connection is logged in already", then: "open another connection"),
        ErrorCode(
            "bad-login", pairs: "[retry=]", "name or secret is wrong, or it was too early to try again",
            then: "ask a person, or wait"),
    ]

    /// The state of the desk forbids it.
    private static let refusals: [ErrorCode] = [
        ErrorCode("forbidden", of: "[#T]", pairs: "need= [queue=] [agent=]", "a right is missing", then: "give up"),
        ErrorCode("no-such-ticket", of: "T", "there is no such ticket, or not for you", then: "drop it, list again"),
        ErrorCode("no-such-entry", of: "#T.E", "the ticket has no such text", then: "drop it, list again"),
        ErrorCode("no-such-queue", of: "QUEUE", "there is no such queue, or not for you", then: "drop it, list again"),
        ErrorCode("no-such-agent", of: "@AGENT", "no agent has that name", then: "drop it, list again"),
        ErrorCode("no-such-tag", of: "TAG", "no wait with that tag is pending", then: "drop it"),
        ErrorCode("no-such-customer", of: "ADDRESS", "reserved: no customer has that address", then: "drop it"),
        ErrorCode("no-draft", of: "#T", "you have no draft there", then: "look at the history"),
        ErrorCode(
            "taken", of: "#T", pairs: "holder= since= lease= [steal-from=]", "another agent holds it",
            then: "take the next"),
        ErrorCode(
            "customer-busy", of: "#T", pairs: "holder= [ticket=] customer= since= lease= [kept=yes]",
            "another agent serves one of its people", then: "take the next; a person speaks up"),
        ErrorCode(
            "not-holder", of: "#T", pairs: "holder= [kept=yes]", "the verb needs the claim", then: "claim, then send"),
        ErrorCode("closed", of: "#T", pairs: "[kept=yes]", "it is closed", then: "reopen, or leave it"),
        ErrorCode(
            "merged", of: "#T", pairs: "into= [kept=yes]", "reserved: it continues in another ticket",
            then: "go on in INTO"),
        ErrorCode(
            "stale", of: "#T", pairs: "newest= who= unseen= [kept=yes]",
            "something was written that you were not shown",
            then: "show the ticket of each unseen=, then send or say it again"),
        ErrorCode(
            "recipients", of: "#T", pairs: "to= cc= added= removed= [kept=yes]",
            "the answer would go to others than you were shown", then: "look at to= and cc=, then send"),
        ErrorCode(
            "duplicate", of: "#T.E", pairs: "[kept=yes]", "the same text has just gone out",
            then: "take it as done; a person sends"),
        ErrorCode("empty", of: "LIST", "nothing to claim in these queues now", then: "wait, or ask again"),
        ErrorCode("timeout", of: "LIST", "nothing to claim came up in time", then: "wait, or ask again"),
        ErrorCode("too-many", pairs: "what= max=", "a limit of the desk or of a queue", then: "finish something"),
        ErrorCode("key-reused", "the retry key stands for another command", then: "fix the client"),
        ErrorCode("streaming", pairs: "at=", "since= while a stream runs", then: "unsubscribe first"),
        ErrorCode("ahead", pairs: "at=", "since= lies ahead of this log", then: "forget, list, since= the at= of that"),
        ErrorCode(
            "epoch", pairs: "epoch= at=", "epoch= names another log", then: "forget, list, since= the at= of that"),
        ErrorCode(
            "too-old", pairs: "first= at=", "reserved: events before first are no longer kept",
            then: "list, since= the at= of that"),
    ]

    /// The desk is to blame; the same line may be said again.
    private static let desk: [ErrorCode] = [
        ErrorCode(
            "busy", pairs: "retry=", "too many connections; stands in place of the greeting",
            then: "come back after retry seconds"),
        ErrorCode(
            "storage", pairs: "retry=", "the desk cannot write, or cannot read in time; nothing was done",
            then: "say the same line after retry seconds"),
        ErrorCode(
            "shutting-down", pairs: "retry=", "the desk goes down; nothing was done",
            then: "reconnect after retry seconds"),
        ErrorCode("internal", pairs: "ref=", "a bug of ours; nothing was done", then: "report it with its ref"),
    ]
}
