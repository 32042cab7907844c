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

    private init(_ name: String, of subject: String = "", pairs: String = "", _ meaning: String) {
        self.name = name
        self.subject = subject
        self.pairs = pairs
        self.meaning = meaning
    }

    /// Every code there is.
    public static let all: [ErrorCode] = lines + refusals + desk

    /// The line itself is wrong, or nobody has logged in.
    private static let lines: [ErrorCode] = [
        ErrorCode("unknown-verb", of: "WORD", "no verb is called so"),
        ErrorCode("usage", "the verb is not said so; the hint shows the form"),
        ErrorCode("bad-tag", "the tag is not one, or a pending wait has it"),
        ErrorCode("bad-key", "the retry key is not one"),
        ErrorCode("bad-utf8", "the bytes are not UTF-8"),
        ErrorCode("bad-char", "a control character stands in the line"),
        ErrorCode("line-too-long", pairs: "max=", "a line is over max bytes, alone or in a block"),
        ErrorCode("text-too-long", pairs: "max=", "a text is over max bytes"),
        ErrorCode("canceled", "the block or the wait was ended"),
        ErrorCode("login-required", "log in first"),
        ErrorCode("logged-in", pairs: "agent=", "this connection is logged in already"),
        ErrorCode("bad-login", pairs: "[retry=]", "name or secret is wrong, or it was too early to try again"),
    ]

    /// The state of the desk forbids it.
    private static let refusals: [ErrorCode] = [
        ErrorCode("forbidden", of: "[#T]", pairs: "need= [queue=] [agent=]", "a right is missing"),
        ErrorCode("no-such-ticket", of: "T", "there is no such ticket, or not for you"),
        ErrorCode("no-such-entry", of: "#T.E", "the ticket has no such text"),
        ErrorCode("no-such-queue", of: "QUEUE", "there is no such queue, or not for you"),
        ErrorCode("no-such-agent", of: "@AGENT", "nobody is called so"),
        ErrorCode("no-such-tag", of: "TAG", "no wait with that tag is pending"),
        ErrorCode("no-such-customer", of: "ADDRESS", "no customer has that address"),
        ErrorCode("no-draft", of: "#T", "you have no draft there"),
        ErrorCode("taken", of: "#T", pairs: "holder= since= lease= [steal-from=]", "another agent holds it"),
        ErrorCode(
            "customer-busy", of: "#T", pairs: "holder= [ticket=] customer= since= lease=",
            "the ticket is free, but another agent serves its customer"),
        ErrorCode("not-holder", of: "#T", pairs: "holder= [kept=yes]", "the verb needs the claim"),
        ErrorCode("closed", of: "#T", pairs: "[kept=yes]", "it is over"),
        ErrorCode("merged", of: "#T", pairs: "into= [kept=yes]", "it lives on in another ticket"),
        ErrorCode("stale", of: "#T", pairs: "newest= who= [kept=yes]", "something was written that you were not shown"),
        ErrorCode("duplicate", of: "#T.E", pairs: "[kept=yes]", "the same text has just gone out"),
        ErrorCode("empty", of: "LIST", "nothing to claim in these queues now"),
        ErrorCode("timeout", of: "LIST", "nothing to claim came up in time"),
        ErrorCode("too-many", pairs: "what= max=", "a limit of the desk or of a queue"),
        ErrorCode("key-reused", "the retry key stands for another command"),
        ErrorCode("streaming", pairs: "at=", "since= while a stream runs"),
        ErrorCode("ahead", pairs: "at=", "since= lies ahead of this log"),
        ErrorCode("epoch", pairs: "epoch= at=", "epoch= names another log"),
        ErrorCode("too-old", pairs: "first= at=", "events before first are no longer kept"),
    ]

    /// The desk is to blame; the same line may be said again.
    private static let desk: [ErrorCode] = [
        ErrorCode("busy", pairs: "retry=", "too many connections; stands in place of the greeting"),
        ErrorCode("storage", pairs: "retry=", "the desk cannot write, or cannot read in time; nothing was done"),
        ErrorCode("shutting-down", pairs: "retry=", "the desk goes down; nothing was done"),
        ErrorCode("internal", pairs: "ref=", "a bug of ours; nothing was done"),
    ]
}
