public import DeskModel

// Records: what `list`, `mine`, `queues`, `who`, `me` and the head of `show` are made of.
extension Reply {
    /// A ticket. `lease` is its holder's, `customer` and `name` the customer's first address and display name, `into`
    /// where it lives on if merged.
    public func ticket(
        _ ticket: Ticket, customer: Address, name: String, lease: Moment?, into: TicketID? = nil, to out: inout [UInt8]
    ) {
        record(to: &out) { out in
            out.put(ticket.id)
            out.pair("queue", ticket.queue)
            out.pair("state", ticket.state.wire)
            out.pair("prio", Int64(ticket.priority))
            out.pair("holder", holder: ticket.holder)
            if let lease, ticket.holder != nil { out.pair("lease", lease) }
            out.pair("customer", customer)
            out.pair("number", ticket.number.description)
            out.pair("entries", ticket.entries)
            out.pair("newest", ticket.newest == 0 ? "-" : EntryID(ticket.id, ticket.newest).description)
            out.pair("t", ticket.newestAt)
            if let into { out.pair("into", into) }
            out.pair(subject: ticket.subject)
            out.pairs(Addressee(ticket.recipients, name: name))
        }
    }

    /// A queue, with the asker's rights there, how many tickets are open and free, and since when the oldest one is.
    public func queue(
        _ queue: Queue, rights: Rights, open: Int, free: Int, oldest: Moment?, to out: inout [UInt8]
    ) {
        record(to: &out) { out in
            out.put(queue.name.description)
            out.pair("rights", rights.description)
            out.pair("open", open)
            out.pair("free", free)
            if let oldest { out.pair("oldest", oldest) }
            out.pair("lease", queue.lease.wire)
            out.pair("guard", queue.customerGuard.wire)
            out.pair("cc", queue.keepsCc ? "keep" : "drop")
        }
    }

    /// An agent as his colleagues see him: connections, since when the first of them, tickets held, and looked at last.
    public func agent(
        _ name: AgentName, connections: Int, since: Moment?, held: Int, looking: TicketID?, to out: inout [UInt8]
    ) {
        record(to: &out) { out in
            out.put(name.description)
            out.pair("on", connections)
            if let since { out.pair("since", since) }
            out.pair("held", held)
            if let looking { out.pair("looking", looking) }
        }
    }

    /// The asker; subscriptions and waits (by tag, `-` for one without) are those of their connection, which counts as
    /// a reader or not. Returns how many records that is: long lists go on in further ones.
    @discardableResult
    public func me(
        _ agent: Agent, connections: Int, held: [TicketID], drafts: [TicketID], subscribed: [Subscription],
        waits: [String], reads: Bool, to out: inout [UInt8]
    ) -> Int {
        let lists = [
            ("held", held.map(\.description)), ("drafts", drafts.map(\.description)),
            ("subscribed", subscribed.map(\.wire)), ("waits", waits),
        ].map { (name: $0, groups: $1.grouped(bytes: WireLimits.quarter)) }
        let count = max(1, lists.map(\.groups.count).max() ?? 1)
        for index in 0..<count {
            record(to: &out) { out in
                out.put(agent.name.description)
                out.pair("on", connections)
                for list in lists {
                    let group = index < list.groups.count ? list.groups[index] : []
                    out.pair(list.name, list: group, most: WireLimits.quarter)
                }
                out.flag("bot", agent.isBot)
                out.flag("admin", agent.isAdmin)
                if !reads { out.pair("reads", "no") }
            }
        }
        return count
    }

    /// What the desk can do; returns how many records that is.
    @discardableResult
    public func capabilities(to out: inout [UInt8]) -> Int {
        let start = out.count
        record(to: &out) { out in
            out.put("verbs")
            let names = Verb.all.map(\.name).filter { !$0.contains(" ") }
            out.pair("names", list: names, most: out.room(reserving: 4))
        }
        numbers("line", [("max", Limits.line)], to: &out)
        numbers("block", [("max", Limits.block)], to: &out)
        numbers("text", [("max", Limits.reason)], to: &out)
        numbers("keys", [("window", Limits.keyWindow.seconds)], to: &out)
        numbers("wait", [("max", Limits.wait.seconds), ("pending", Limits.waits)], to: &out)
        numbers("tick", [("min", Limits.tickLeast.seconds), ("max", Limits.tickMost.seconds)], to: &out)
        numbers("list", [("default", Limits.records), ("max", Limits.recordsMost)], to: &out)
        numbers("reply", [("max", Limits.reply)], to: &out)
        numbers("lease", [("min", Limits.leaseLeast.seconds)], to: &out)
        record(to: &out) { $0.put("auth names=login") }
        return out[start...].count { $0 == Ascii.feed }
    }

    private func numbers(_ name: String, _ pairs: [(String, Int)], to out: inout [UInt8]) {
        record(to: &out) { out in
            out.put(name)
            for (name, value) in pairs { out.pair(name, value) }
        }
    }
}

extension TimeSpan {
    fileprivate var seconds: Int {
        Int(milliseconds / 1000)
    }
}
