internal import DeskModel

extension Refusal {
    /// Appends a word to the person who typed `verb`. Verbs are named in quotes, and only those that they may use.
    func appendHint(for reader: HintReader, after verb: Verb?, to out: inout [UInt8]) {
        if let hint = reader.hint(hints(for: reader, after: verb)) { out.hint(hint) }
    }

    /// What can be said, the best first: where it names what the reader may not do, the next one is taken.
    private func hints(for reader: HintReader, after verb: Verb?) -> [String] {
        switch self {
        case .usage(let why):
            verb.flatMap { reader.mayUse($0) ? ["\(why): \($0.forms.joined(separator: ", or "))"] : nil } ?? [why]
        case .mistypedNumber: ["the last digit does not fit: a slip of the keys?"]
        case .notAdmin: ["an admin may do that"]
        case .keyReused: ["this key stands for another command"]
        case .loginRequired: ["first \"login NAME SECRET\""]
        case .loggedIn: ["another agent is another connection"]
        case .badLogin(nil): ["name or secret is wrong"]
        case .badLogin(let retry?): ["name or secret is wrong, or it is too early: wait \(retry) s"]
        case .streaming: ["first \"unsubscribe\", or leave since= away", "leave since= away"]
        case .ahead, .epoch: ["another log: forget what you know, \"list\", then since= the at= of that"]
        case .tooOld: ["these events are gone: \"list\", then since= the at= of that"]
        case .storage: ["the desk cannot write; nothing was done"]
        case .shuttingDown: ["the desk is going down; nothing was done"]
        case .busy: ["too many connections"]
        case .internal: ["our fault; nothing was done"]
        case .tooMany(let what, _): Refusal.hints(tooMany: what)
        case .taken, .customerBusy, .notHolder, .closed, .merged, .stale, .recipients, .duplicate, .noDraft:
            ticketHints(after: verb)
        case .noSuchTicket, .noSuchEntry, .noSuchQueue, .noSuchAgent, .noSuchTag, .noSuchCustomer, .forbidden, .empty,
            .timeout, .textTooLong, .canceled:
            []
        }
    }

    private static func hints(tooMany what: What) -> [String] {
        switch what {
        case .held: ["\"release\" or \"close\" one first"]
        case .waits: ["\"cancel\" one first"]
        case .subscriptions: ["\"unsubscribe\" first, or follow *"]
        case .drafts: ["\"send\" or drop one first"]
        case .says: ["they have not read what was said to them before"]
        case .bytes: ["your share of the disk for today is used up; the day ends at 00:00 UTC"]
        case .recipients: ["an answer goes to fewer"]
        }
    }

    private func ticketHints(after verb: Verb?) -> [String] {
        switch self {
        case .taken(_, let who, _): ["\(who.holder) has it since \(who.since.timeOfDay)"]
        case .customerBusy(let id, let who, let other, _, let kept):
            busyHints(id, who.holder, other, kept, after: verb)
        case .notHolder(let id, let holder, let kept):
            Refusal.hints(holder.map { "\($0) holds it" } ?? "nobody holds it", kept, "claim \(id.value)", id)
        case .closed(let id, true): Refusal.hints("it is closed", true, "reopen \(id.value)", id)
        case .closed(let id, false):
            (verb?.right.hasPrefix("w") == true ? ["it is closed: first \"reopen \(id.value)\""] : [])
                + ["it is closed"]
        case .merged(_, let into, _): ["it lives on in \(into)"]
        case .stale(let id, let newest, let who, let unseen, let kept): staleHints(id, newest, who, unseen, kept)
        case .recipients(let id, let recipients, _, let kept): recipientsHints(id, recipients, kept)
        case .duplicate(let id, _):
            [
                "the same text went out just now; once more: \"send \(id.ticket.value)\"",
                "the same text went out just now",
            ]
        case .noDraft(let id): ["you have no draft there; see \"history \(id.value)\""]
        default: []
        }
    }

    private func busyHints(
        _ id: TicketID, _ holder: AgentName, _ other: TicketID?, _ kept: Bool, after verb: Verb?
    ) -> [String] {
        let serving = "\(holder) is serving this customer" + (other.map { " in \($0)" } ?? "")
        if kept { return Refusal.hints(serving, true, "claim \(id.value) anyway=WHY", id) }
        guard let verb, verb.options.contains("anyway") else { return [serving] }
        let ask = other.map { "\"say \($0) TEXT\"" } ?? "\"say @\(holder) TEXT\""
        // What `to` and `customer` name stands between the ticket and the reason.
        let again = verb.name == "claim" ? "claim \(id.value)" : "\(verb.name) \(id.value) …"
        return ["\(serving); \(ask), or \"\(again) anyway=WHY\"", "\(serving); \(ask)", serving]
    }

    private func staleHints(
        _ id: TicketID, _ newest: EntryID, _ who: AgentName?, _ unseen: [EntryID], _ kept: Bool
    ) -> [String] {
        let wrote = "\(who?.description ?? "the customer") wrote \(newest), which you were not shown"
        let tickets = Set(unseen.map(\.ticket)).sorted()
        let lines = tickets.prefix(3).map { "\"show \($0.value)\"" }.joined(separator: ", ")
        let show = tickets.count > 3 ? lines + ", …" : lines
        guard kept else { return ["\(wrote): \(show) first", wrote] }
        return ["\(wrote); your text is kept: \(show), then \"send \(id.value)\"", "\(wrote); your text is kept"]
    }

    private func recipientsHints(_ id: TicketID, _ recipients: Recipients, _ kept: Bool) -> [String] {
        let text = kept ? "; your text is kept" : ""
        if recipients.to.isEmpty {
            return ["nobody to answer\(text): \"to \(id.value) ADDRESS\", then \"send \(id.value)\""]
        }
        let why = "it would go to others than you were shown\(text)"
        return ["\(why): \"send \(id.value)\" if they are right, else \"to \(id.value) ADDRESS\" first", why]
    }

    /// What is so, what became of the text, and what to do about it.
    private static func hints(_ why: String, _ kept: Bool, _ line: String, _ id: TicketID) -> [String] {
        guard kept else { return [why] }
        return ["\(why); your text is kept: \"\(line)\", then \"send \(id.value)\"", "\(why); your text is kept"]
    }
}

extension Moment {
    /// `22:06:39`, for people who know the day.
    fileprivate var timeOfDay: Substring {
        description.dropFirst(11).prefix(8)
    }
}
