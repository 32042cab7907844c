public import DeskModel

// The words of the wire for what the model knows as cases. Nowhere else do they stand.

extension TicketState {
    var wire: String {
        switch self {
        case .new: "new"
        case .open: "open"
        case .closed: "closed"
        case .merged: "merged"
        }
    }

    init?(wire text: Substring) {
        switch text {
        case "new": self = .new
        case "open": self = .open
        case "closed": self = .closed
        case "merged": self = .merged
        default: return nil
        }
    }
}

extension Queue.Guard {
    var wire: String {
        switch self {
        case .ask: "ask"
        case .strict: "strict"
        case .off: "off"
        }
    }
}

extension Machine {
    var wire: String {
        switch self {
        case .auto: "auto"
        case .bounce: "bounce"
        }
    }
}

extension ReleaseReason {
    var wire: String {
        switch self {
        case .agent: "agent"
        case .lead: "lead"
        case .expired: "expired"
        case .rights: "rights"
        }
    }
}

extension DraftReason {
    var wire: String {
        switch self {
        case .set: "set"
        case .stale: "stale"
        case .notHolder: "not-holder"
        case .duplicate: "duplicate"
        case .closed: "closed"
        case .merged: "merged"
        case .customerBusy: "customer-busy"
        case .recipients: "recipients"
        }
    }
}

extension SuppressReason {
    var wire: String {
        switch self {
        case .autoSubmitted: "auto-submitted"
        case .nullSender: "null-sender"
        case .precedence: "precedence"
        case .list: "list"
        case .suppress: "suppress"
        case .vendor: "vendor"
        case .report: "report"
        case .sender: "sender"
        case .subject: "subject"
        case .noAuto: "no-auto"
        case .limitAddress: "limit-address"
        case .limitTicket: "limit-ticket"
        case .limitDomain: "limit-domain"
        case .limitSubject: "limit-subject"
        case .breaker: "breaker"
        case .loop: "loop"
        }
    }
}

extension Delivery {
    var wire: String {
        switch self {
        case .queued: "queued"
        case .sent: "sent"
        case .failed: "failed"
        case .bounced: "bounced"
        }
    }
}

extension TicketReference {
    var wire: String {
        switch self {
        case .id(let id): id.description
        case .number(let number): number.description
        }
    }
}

extension Subscription {
    var wire: String {
        switch self {
        case .everything: "*"
        case .mine: "mine"
        case .queue(let name): name.description
        case .ticket(let reference): reference.wire
        }
    }
}

extension SayTarget {
    var wire: String {
        switch self {
        case .queue(let name): name.description
        case .ticket(let reference): reference.wire
        case .agent(let name): "@\(name)"
        }
    }
}

extension Kind {
    /// The word that an event's line and `kind=` say.
    public var word: String {
        switch self {
        case .new: "new"
        case .followUp: "follow-up"
        case .bounced: "bounced"
        case .claim: "claim"
        case .guardOverride: "guard-override"
        case .release: "release"
        case .steal: "steal"
        case .give: "give"
        case .reply: "reply"
        case .recipients: "to"
        case .autoSent: "auto-sent"
        case .autoSuppressed: "auto-suppressed"
        case .sent: "sent"
        case .failed: "failed"
        case .duplicateDropped: "duplicate-dropped"
        case .note: "note"
        case .say: "say"
        case .heard: "heard"
        case .draft: "draft"
        case .close: "close"
        case .reopen: "reopen"
        case .move: "move"
        case .customerSet: "customer-set"
        case .agent: "agent"
        case .token: "token"
        case .customer: "customer"
        case .queue: "queue"
        case .autoBreaker: "auto-breaker"
        case .restored: "restored"
        }
    }
}
