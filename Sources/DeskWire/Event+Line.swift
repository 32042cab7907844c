public import DeskModel

extension Event {
    /// Appends the event's line with its end: encoded once, the same for everybody (PROTOCOL.md, "Events").
    public func appendLine(to out: inout [UInt8]) {
        out.put("* ")
        out.put(sequence)
        out.append(Ascii.space)
        out.put(kind.word)
        out.append(Ascii.space)
        out.put(subject)
        appendQueue(to: &out)
        appendPairs(to: &out)
        out.append(Ascii.feed)
    }

    /// `queue=`, unless the event is about no ticket.
    func appendQueue(to out: inout [UInt8]) {
        if subject.ticket != nil, let snapshot { out.pair("queue", snapshot.queue) }
    }

    /// The pairs from `t=` on: those that all kinds have, then the kind's own.
    func appendPairs(to out: inout [UInt8]) {
        out.pair("t", at)
        if let by { out.pair("by", holder: by) }
        if let snapshot, subject.ticket != nil {
            if changes.contains(.holder) { out.pair("holder", holder: snapshot.holder) }
            if changes.contains(.state) { out.pair("state", snapshot.state.wire) }
            if changes.contains(.priority) { out.pair("prio", Int64(snapshot.priority)) }
        }
        kind.appendPairs(to: &out)
    }
}

extension [UInt8] {
    /// What an event is about.
    mutating func put(_ subject: Event.Subject) {
        switch subject {
        case .ticket(let id): put(id)
        case .entry(let id): put(id)
        case .queue(let name): put(name.description)
        case .agent(let name):
            append(Ascii.at)
            put(name.description)
        case .token(let name): value(name)
        case .customer(let address): value(address.description)
        case .desk: put("desk")
        }
    }
}

extension Kind {
    /// The kind's own pairs, in the order of PROTOCOL.md.
    func appendPairs(to out: inout [UInt8]) {
        switch self {
        case .new(let mail, _), .followUp(let mail): mail.appendPairs(to: &out)
        case .bounced(let mail, let to, let text):
            out.pair("to", addresses: to, most: WireLimits.list)
            out.pair("entry", mail.entry)
            out.pair(text: text)
        case .claim(let lease, _): out.pair("lease", lease)
        case .guardOverride(let other, let text):
            out.pair("other", other)
            out.pair(text: text)
        case .release(let why, let text):
            out.pair("why", why.wire)
            Kind.append(reason: text, to: &out)
        case .steal(let lease, let was, let text, _), .give(let lease, let was, let text, _):
            out.pair("lease", lease)
            out.pair("was", holder: was)
            Kind.append(reason: text, to: &out)
        case .reply(let letter), .autoSent(let letter, _): out.pairs(sentTo: letter.recipients)
        case .recipients(let recipients): out.pairs(answering: recipients)
        case .autoSuppressed(let why): out.pair("why", why.wire)
        case .sent(let to): out.pair("to", to)
        case .failed(let to, let text):
            out.pair("to", to)
            out.pair(text: text)
        case .duplicateDropped(let customer, let entry):
            out.pair("customer", customer)
            out.pair("entry", entry)
        case .note: break
        case .say(let text): out.pair(text: text)
        case .heard(let says):
            out.pair("says", list: says.map { String($0) }, most: WireLimits.reason)
        case .draft(let text, let why, let answering):
            out.pair("bytes", text.utf8.count)
            out.pair("why", why.wire)
            if let answering { out.pair("entry", answering) }
        case .close(let text), .reopen(let text): Kind.append(reason: text, to: &out)
        case .customerSet(let change):
            out.pair("customer", change.address)
            out.pair("was", change.wasName)
        case .move(let was, let text):
            out.pair("was", was)
            Kind.append(reason: text, to: &out)
        case .agent(let change): change.appendPairs(to: &out)
        case .token(let change): change.appendPairs(to: &out)
        case .customer(_, let change): change.appendPairs(to: &out)
        case .queue(let change): change.appendPairs(to: &out)
        case .autoBreaker(let count, let window, let domain):
            out.pair("n", count)
            out.pair("window", window.wire)
            if let domain { out.pair("domain", domain) }
        case .restored(let restore): restore.appendPairs(to: &out)
        }
    }

    private static func append(reason: String?, to out: inout [UInt8]) {
        if let reason { out.pair(text: reason) }
    }
}

extension Mail {
    fileprivate func appendPairs(to out: inout [UInt8]) {
        out.pair("customer", customerName)
        out.pair("entry", entry)
        out.pair("to", arrivedAt?.description ?? "-")
        if let machine { out.pair("machine", machine.wire) }
        out.pair(subject: subject)
        out.pair(ifAny: "also", also)
        if !served.isEmpty { out.pair("served", list: served.map(\.description)) }
    }
}

extension Restore {
    fileprivate func appendPairs(to out: inout [UInt8]) {
        out.pair("was", was)
        out.pair("epoch", epoch)
        if lost > 0 { out.pair("lost", lost) }
        if let lostAt { out.pair("until", lostAt) }
    }
}

extension AgentChange {
    fileprivate func appendPairs(to out: inout [UInt8]) {
        switch self {
        case .added(let isBot, let isAdmin):
            out.pair("change", "added")
            out.flag("bot", isBot)
            out.flag("admin", isAdmin)
        case .password: out.pair("change", "password")
        case .rights(let queue, let rights):
            out.pair("change", "rights")
            out.pair("in", queue?.description ?? "*")
            out.pair("rights", rights.description)
        case .flags(let isBot, let isAdmin):
            out.pair("change", "flags")
            out.flag("bot", isBot)
            out.flag("admin", isAdmin)
        case .retired: out.pair("change", "retired")
        }
    }
}

extension TokenChange {
    fileprivate func appendPairs(to out: inout [UInt8]) {
        switch self {
        case .added(let agent, _):
            out.pair("change", "added")
            out.pair("agent", holder: agent)
        case .revoked(let agent):
            out.pair("change", "revoked")
            out.pair("agent", holder: agent)
        }
    }
}

extension CustomerChange {
    fileprivate func appendPairs(to out: inout [UInt8]) {
        switch self {
        case .addressAdded(let address):
            out.pair("change", "address")
            out.pair("address", address)
        case .flags(let isRelay, let noAutomaticReply, let isUnguarded, let isGuarded):
            out.pair("change", "flags")
            out.flag("relay", isRelay)
            out.flag("no-auto", noAutomaticReply)
            out.flag("unguarded", isUnguarded)
            out.flag("guarded", isGuarded)
        case .joined(let other):
            out.pair("change", "joined")
            out.pair("addresses", list: other.addresses.map(\.description))
        case .split(let part):
            out.pair("change", "split")
            out.pair("addresses", list: part.addresses.map(\.description))
        }
    }
}

extension QueueChange {
    fileprivate func appendPairs(to out: inout [UInt8]) {
        out.pair("change", isNew ? "added" : "set")
        out.pair("addresses", list: queue.addresses.map(\.description))
        out.pair("lease", queue.lease.wire)
        out.pair("guard", queue.customerGuard.wire)
        out.pair("held", queue.heldMost)
        out.pair("auto", queue.answersAutomatically ? "yes" : "no")
        out.flag("default", queue.isDefault)
        out.pair("cc", queue.keepsCc ? "keep" : "drop")
    }
}
