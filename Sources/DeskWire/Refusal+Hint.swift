internal import DeskModel

extension Refusal {
    /// Appends a word to the person. A verb is named in quotes, and only where whoever could say `verb` may say it too.
    func appendHint(to out: inout [UInt8], after verb: Verb?) {
        if let hint = hint(after: verb) { out.hint(hint) }
    }

    private func hint(after verb: Verb?) -> String? {
        switch self {
        case .usage(let why): verb.map { "\(why): \($0.forms.joined(separator: ", or "))" } ?? why
        case .mistypedNumber: "the last digit does not fit: a slip of the keys?"
        case .notAdmin: "an admin may do that"
        case .keyReused: "this key stands for another command"
        case .loginRequired: "first \"login NAME SECRET\""
        case .loggedIn: "another agent is another connection"
        case .badLogin(nil): "name or secret is wrong"
        case .badLogin(let retry?): "name or secret is wrong, or it is too early: wait \(retry) s"
        case .streaming: "first \"unsubscribe\", or leave since= away"
        case .ahead, .epoch: "another log: forget what you know, \"list\", then since= the at= of that"
        case .tooOld: "these events are gone: \"list\", then since= the at= of that"
        case .storage: "the desk cannot write; nothing was done"
        case .shuttingDown: "the desk is going down; nothing was done"
        case .busy: "too many connections"
        case .internal: "our fault; nothing was done"
        case .tooMany(.held, _): "\"release\" or \"close\" one first"
        case .tooMany(.waits, _): "\"cancel\" one first"
        case .tooMany(.subscriptions, _): "\"unsubscribe\" first, or follow *"
        case .tooMany(.drafts, _): "\"send\" or drop one first"
        case .taken, .customerBusy, .notHolder, .closed, .merged, .stale, .duplicate, .noDraft:
            ticketHint(after: verb)
        default: nil
        }
    }

    private func ticketHint(after verb: Verb?) -> String? {
        switch self {
        case .taken(_, let who, _): "\(who.holder) has it since \(who.since.timeOfDay)"
        case .customerBusy(let id, let who, let other, _): busyHint(id, who.holder, other, after: verb)
        case .notHolder(let id, let holder, let kept):
            (holder.map { "\($0) holds it" } ?? "nobody holds it")
                + (kept ? Refusal.kept(after: "claim \(id.value)", id) : "")
        case .closed(let id, true): "it is closed" + Refusal.kept(after: "reopen \(id.value)", id)
        case .closed(let id, false):
            verb?.right.hasPrefix("w") == true ? "it is closed: first \"reopen \(id.value)\"" : "it is closed"
        case .merged(_, let into, _): "it lives on in \(into)"
        case .stale(let id, let newest, let who, let kept): staleHint(id, newest, who, kept)
        case .duplicate(let id, _): "the same text went out just now; once more: \"send \(id.ticket.value)\""
        case .noDraft(let id): "you have no draft there; see \"history \(id.value)\""
        default: nil
        }
    }

    /// Who may claim may speak up, and override unless the queue is strict, in which case this is not the refusal.
    private func busyHint(_ id: TicketID, _ holder: AgentName, _ other: TicketID?, after verb: Verb?) -> String {
        let serving = "\(holder) is serving this customer" + (other.map { " in \($0)" } ?? "")
        guard verb?.options.contains("anyway") == true else { return serving }
        let ask = other.map { "\"say \($0) TEXT\"" } ?? "\"say @\(holder) TEXT\""
        return "\(serving); \(ask), or \"claim \(id.value) anyway=WHY\""
    }

    private func staleHint(_ id: TicketID, _ newest: EntryID, _ who: AgentName?, _ kept: Bool) -> String {
        let wrote = "\(who?.description ?? "the customer") wrote \(newest), which you were not shown"
        let show = "show \(newest.ticket.value)"
        return wrote + (kept ? Refusal.kept(after: show, id) : ": \"\(show)\" first")
    }

    private static func kept(after verb: String, _ id: TicketID) -> String {
        "; your text is kept: \"\(verb)\", then \"send \(id.value)\""
    }
}

extension Moment {
    /// `22:06:39`, for people who know the day.
    fileprivate var timeOfDay: Substring {
        description.dropFirst(11).prefix(8)
    }
}
