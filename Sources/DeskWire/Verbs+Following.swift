internal import DeskModel

// What is pushed, and what is waited for.
extension Verb {
    static let following: [Verb] = [
        Verb(
            "subscribe", forms: ["subscribe WHAT… [since=N] [epoch=E] [tick=DURATION]"], right: "r",
            options: ["since", "epoch", "tick"], finals: ["subscribed LIST [since=] at="],
            codes: ["no-such-queue", "no-such-ticket", "too-many", "streaming", "epoch", "ahead", "too-old"],
            help: """
                Follows queues, tickets, mine, or * for every queue that you may read: events are pushed from now \
                on, or from since= on. tick= asks for a sign of life after so much silence.
                """,
            example: "subscribe inbox mine"
        ) { words throws(Malformed) in
            var what = [try subscription(&words)]
            while !words.isAtEnd, !words.isOption { what.append(try subscription(&words)) }
            let options = try Options(&words)
            return .session(
                .subscribe(
                    what, since: try options.position("since"), epoch: options["epoch"],
                    tick: try options.duration("tick", in: Limits.tickLeast...Limits.tickMost)))
        },
        Verb(
            "unsubscribe", forms: ["unsubscribe [WHAT…]"], right: "r", finals: ["unsubscribed LIST left=LIST at="],
            codes: ["no-such-queue", "no-such-ticket"],
            help: "Ends subscriptions, or all of them.", example: "unsubscribe inbox"
        ) { words throws(Malformed) in
            var what: [Subscription] = []
            while !words.isAtEnd { what.append(try subscription(&words)) }
            try words.finish()
            return .session(.unsubscribe(what))
        },
        Verb(
            "cancel", forms: ["cancel TAG"], right: "any", finals: ["canceled TAG"], codes: ["no-such-tag"],
            help: "Ends a wait that runs in the background.", example: "cancel 7"
        ) { words throws(Malformed) in
            let tag = try words.word("a tag")
            try words.finish()
            guard tag.utf8.count <= Limits.tag, tag.utf8.allSatisfy(\.isTagByte) else {
                throw words.usage("no tag can be called so")
            }
            return .session(.cancel(tag: tag))
        },
    ]

    private static func subscription(_ words: inout Words) throws(Malformed) -> Subscription {
        guard let mark = words.ahead else { throw words.usage("what to follow is missing") }
        if words.skip("*") { return .everything }
        if words.skip("mine") { return .mine }
        if mark == Ascii.hash || mark.isDigit { return .ticket(try words.ticket()) }
        return .queue(try words.queue())
    }
}
