internal import DeskModel

extension Help {
    static var limits: [String] {
        [
            "line        \(Limits.line) bytes, both ways",
            "block       \(Limits.block) bytes of text",
            "answer      \(Limits.reply) bytes",
            "reason, say \(Limits.reason) bytes",
            "tag         \(Limits.tag) characters",
            "key         \(Limits.key) characters, found again for \(Limits.keyWindow.wire)",
            "wait        \(Limits.wait.wire), \(Limits.waits) on one connection",
            "follow      \(Limits.subscriptions) subscriptions on one connection",
            "drafts      \(Limits.drafts) of one agent",
            "records     \(Limits.records) in one reply, \(Limits.recordsMost) with limit=",
            "lease       from \(Limits.leaseLeast.wire) to \(Limits.leaseFactor) times the queue's",
        ]
    }

    static let bot = [
        "Put a tag before every command (@1 list inbox): each line of its reply begins with it.",
        "Put a key before what changes something (!k-1 claim 42): say the line again with the same key",
        "if the connection broke before its OK, and nothing happens twice.",
        "Begin with: list inbox, then subscribe inbox since= the at= of its OK. Store the number of the last event",
        "that you have dealt with, and come back with subscribe inbox since=N epoch=E.",
        "In a block put | before every line. Read code and pairs of a line, never what follows a lone colon.",
        "Ignore verbs, kinds, codes and pairs that you do not know.",
    ]

    static let openssl = [
        "openssl s_client -quiet -connect HOST:6789",
        "Without -quiet openssl keeps lines that begin with Q, R, k, K or C for itself.",
        "ncat --ssl HOST 6789 works as well. In a script end with quit.",
        "Terminals cut a typed line at 4095 characters: long texts go line by line after <<.",
    ]
}

extension Verb {
    /// What `help` says about the verb.
    var explanation: [String] {
        var lines = forms
        lines.append("  " + help)
        if !aliases.isEmpty { lines.append("  also: \(aliases.joined(separator: ", "))") }
        lines.append("  right: \(right)")
        lines += finals.map { "  OK \($0)" }
        if !codes.isEmpty { lines.append("  ERR: \(codes.joined(separator: ", "))") }
        if !events.isEmpty { lines.append("  events: \(events.joined(separator: ", "))") }
        lines.append("  example: \(example)")
        return lines
    }
}
