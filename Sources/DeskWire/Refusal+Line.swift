internal import DeskModel

extension Refusal {
    /// The code of PROTOCOL.md, "Errors".
    var code: String {
        switch self {
        case .noSuchTicket, .mistypedNumber: "no-such-ticket"
        case .noSuchEntry: "no-such-entry"
        case .noSuchQueue: "no-such-queue"
        case .noSuchAgent: "no-such-agent"
        case .noSuchTag: "no-such-tag"
        case .noSuchCustomer: "no-such-customer"
        case .forbidden, .notAdmin: "forbidden"
        case .taken: "taken"
        case .customerBusy: "customer-busy"
        case .notHolder: "not-holder"
        case .closed: "closed"
        case .merged: "merged"
        case .stale: "stale"
        case .recipients: "recipients"
        case .duplicate: "duplicate"
        case .noDraft: "no-draft"
        case .empty: "empty"
        case .timeout: "timeout"
        case .tooMany: "too-many"
        case .textTooLong: "text-too-long"
        case .keyReused: "key-reused"
        case .loginRequired: "login-required"
        case .loggedIn: "logged-in"
        case .badLogin: "bad-login"
        case .canceled: "canceled"
        case .streaming: "streaming"
        case .ahead: "ahead"
        case .epoch: "epoch"
        case .tooOld: "too-old"
        case .storage: "storage"
        case .shuttingDown: "shutting-down"
        case .busy: "busy"
        case .internal: "internal"
        case .usage: "usage"
        }
    }

    /// Appends code, subject and pairs, in the order of PROTOCOL.md.
    func append(to out: inout [UInt8]) {
        out.put(code)
        switch self {
        case .noSuchTicket(let ticket): out.subject(ticket.wire)
        case .mistypedNumber(let text): out.subject(text)
        case .noSuchEntry(let id): out.subject(id.description)
        case .noSuchQueue(let name): out.subject(name.description)
        case .noSuchAgent(let name): out.subject("@\(name)")
        case .noSuchTag(let tag): out.subject(tag)
        case .noSuchCustomer(let address): out.subject(address.description)
        case .empty(let queues), .timeout(let queues):
            out.append(Ascii.space)
            out.list(queues.map(\.description), most: out.room(reserving: 4))
        case .forbidden, .notAdmin: appendForbidden(to: &out)
        case .taken, .customerBusy: appendOccupied(to: &out)
        case .notHolder, .closed, .merged, .stale, .duplicate, .noDraft: appendTicket(to: &out)
        case .recipients(let id, let recipients, let shown, let kept):
            out.subject(id.description)
            out.pairs(answering: recipients)
            out.pair("added", addresses: recipients.subtracting(shown))
            out.pair("removed", addresses: shown.subtracting(recipients))
            out.flag("kept", kept)
        case .tooMany(let what, let most):
            out.pair("what", what.rawValue)
            out.pair("max", most)
        case .textTooLong(let most): out.pair("max", most)
        case .loggedIn(let name): out.pair("agent", holder: name)
        case .badLogin(let retry): if let retry { out.pair("retry", retry) }
        case .streaming, .ahead, .epoch, .tooOld: appendPosition(to: &out)
        case .storage(let retry), .shuttingDown(let retry), .busy(let retry): out.pair("retry", retry)
        case .internal(let reference): out.pair("ref", reference)
        case .keyReused, .loginRequired, .canceled, .usage: break
        }
    }

    private func appendForbidden(to out: inout [UInt8]) {
        guard case .forbidden(let ticket, let need, let queue, let agent) = self else {
            return out.pair("need", "a")
        }
        if let ticket { out.subject(ticket.description) }
        out.pair("need", need.description)
        if let queue { out.pair("queue", queue) }
        if let agent { out.pair("agent", holder: agent) }
    }

    private func appendOccupied(to out: inout [UInt8]) {
        switch self {
        case .taken(let id, let occupation, let stealFrom):
            out.subject(id.description)
            out.pair("holder", holder: occupation.holder)
            out.pair("since", occupation.since)
            out.pair("lease", occupation.lease)
            if let stealFrom { out.pair("steal-from", stealFrom) }
        case .customerBusy(let id, let occupation, let other, let customer, let kept):
            out.subject(id.description)
            out.pair("holder", holder: occupation.holder)
            if let other { out.pair("ticket", other) }
            out.pair("customer", customer)
            out.pair("since", occupation.since)
            out.pair("lease", occupation.lease)
            out.flag("kept", kept)
        default: break
        }
    }

    private func appendTicket(to out: inout [UInt8]) {
        switch self {
        case .notHolder(let id, let holder, let kept):
            out.subject(id.description)
            out.pair("holder", holder: holder)
            out.flag("kept", kept)
        case .closed(let id, let kept):
            out.subject(id.description)
            out.flag("kept", kept)
        case .merged(let id, let into, let kept):
            out.subject(id.description)
            out.pair("into", into)
            out.flag("kept", kept)
        case .stale(let id, let newest, let who, let unseen, let kept):
            out.subject(id.description)
            out.pair("newest", newest)
            out.pair("who", who?.description ?? "customer")
            let rest = WireLimits.hint + WireLimits.member
            out.pair("unseen", list: unseen.map(\.description), most: out.room(reserving: rest))
            out.flag("kept", kept)
        case .duplicate(let id, let kept):
            out.subject(id.description)
            out.flag("kept", kept)
        case .noDraft(let id): out.subject(id.description)
        default: break
        }
    }

    private func appendPosition(to out: inout [UInt8]) {
        switch self {
        case .streaming(let at), .ahead(let at): out.pair("at", at)
        case .epoch(let epoch, let at):
            out.pair("epoch", epoch)
            out.pair("at", at)
        case .tooOld(let first, let at):
            out.pair("first", first)
            out.pair("at", at)
        default: break
        }
    }
}

extension [UInt8] {
    /// Appends a value behind the code.
    mutating func subject(_ text: String) {
        append(Ascii.space)
        value(text)
    }
}
