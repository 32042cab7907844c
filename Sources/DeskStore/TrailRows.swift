import DeskModel

/// What events leave behind besides tickets and customers: texts, their delivery, the index of a ticket's events, and
/// what is looked for within a window.
final class TrailRows {
    private let setEntry: Statement
    private let addDelivery: Statement
    private let setDelivery: Statement
    private let addEvent: Statement
    private let setContent: Statement
    private let setRetry: Statement
    private let setDraft: Statement
    private let dropDraft: Statement
    private let addAutoReply: Statement
    private let setShown: Statement
    private let setLease: Statement
    private let pruneLease: Statement
    private let pruneContent: Statement
    private let pruneRetry: Statement
    private let pruneAutoReply: Statement

    init(_ database: borrowing Database) throws(StoreError) {
        setEntry = try database.prepare("INSERT OR REPLACE INTO entry VALUES(?, ?, ?, ?, ?, ?)")
        addDelivery = try database.prepare("INSERT OR REPLACE INTO delivery VALUES(?, ?, ?, ?, 0)")
        setDelivery = try database.prepare(
            """
            UPDATE delivery SET state = CASE
                WHEN state IN (0, 4) AND ?1 = 3 THEN 4 WHEN state IN (3, 4) THEN 3 ELSE ?1 END
            WHERE ticket = ?2 AND n = ?3 AND address = ?4
            """)
        addEvent = try database.prepare("INSERT OR REPLACE INTO event VALUES(?, ?)")
        setContent = try database.prepare("INSERT OR REPLACE INTO content VALUES(?, ?, ?, ?)")
        setRetry = try database.prepare("INSERT OR REPLACE INTO retry VALUES(?, ?, ?, ?)")
        setDraft = try database.prepare("INSERT OR REPLACE INTO draft VALUES(?, ?, ?, ?, ?)")
        dropDraft = try database.prepare("DELETE FROM draft WHERE agent = ? AND ticket = ?")
        addAutoReply = try database.prepare("INSERT OR REPLACE INTO auto_reply VALUES(?, ?, ?, ?)")
        setShown = try database.prepare(
            """
            INSERT INTO shown VALUES(?, ?, ?)
            ON CONFLICT DO UPDATE SET n = excluded.n WHERE excluded.n > n
            """)
        setLease = try database.prepare("INSERT OR REPLACE INTO lease VALUES(?, ?, ?, ?, ?, ?)")
        pruneLease = try database.prepare(
            "DELETE FROM lease WHERE agent IS NOT (SELECT holder FROM ticket WHERE id = lease.ticket)")
        pruneContent = try database.prepare("DELETE FROM content WHERE t < ?")
        pruneRetry = try database.prepare("DELETE FROM retry WHERE t < ?")
        pruneAutoReply = try database.prepare("DELETE FROM auto_reply WHERE t < ?")
    }

    /// A mail has become a text of a ticket.
    func arrive(_ mail: Mail, _ event: Event) throws(StoreError) {
        try write(mail.entry, event, mail)
        setContent.bind(1, mail.content.bytes)
        setContent.bind(2, mail.entry.ticket.value)
        setContent.bind(3, Int64(mail.entry.entry))
        setContent.bind(4, event.at.milliseconds)
        try setContent.run()
    }

    /// A text has been written.
    func write(_ entry: EntryID, _ event: Event, _ mail: Mail? = nil) throws(StoreError) {
        setEntry.bind(1, entry.ticket.value)
        setEntry.bind(2, Int64(entry.entry))
        setEntry.bind(3, event.sequence)
        for column in 4...6 { setEntry.bindNull(Int32(column)) }
        if let mail { setEntry.bind(5, mail.raw.bytes) }
        if let mail, let message = mail.messageID, !message.isEmpty {
            setEntry.bind(4, message)
            setEntry.bind(6, KnownMessage(mail).people.map(\.description).joined(separator: "\n"))
        }
        try setEntry.run()
    }

    /// A message of ours is queued for its recipients.
    func queue(_ letter: Letter, as entry: EntryID, _ event: Event) throws(StoreError) {
        try write(entry, event)
        for address in letter.recipients.all {
            addDelivery.bind(1, entry.ticket.value)
            addDelivery.bind(2, Int64(entry.entry))
            addDelivery.bind(3, address.description)
            addDelivery.bind(4, event.sequence)
            try addDelivery.run()
        }
    }

    /// A message of ours has come this far for a recipient. What has bounced stays bounced.
    func deliver(_ entry: EntryID, _ delivery: Delivery, to address: Address) throws(StoreError) {
        setDelivery.bind(1, Int64(delivery.rawValue))
        setDelivery.bind(2, entry.ticket.value)
        setDelivery.bind(3, Int64(entry.entry))
        setDelivery.bind(4, address.description)
        try setDelivery.run()
    }

    /// Which events are a ticket's history.
    func index(_ events: [(ticket: Int64, sequence: Int64)]) throws(StoreError) {
        for (ticket, sequence) in events {
            addEvent.bind(1, ticket)
            addEvent.bind(2, sequence)
            try addEvent.run()
        }
    }

    /// A keyed command has ended with this event.
    func remember(_ key: String, of agent: AgentName, _ event: Event) throws(StoreError) {
        setRetry.bind(1, agent.description)
        setRetry.bind(2, key)
        setRetry.bind(3, event.sequence)
        setRetry.bind(4, event.at.milliseconds)
        try setRetry.run()
    }

    /// A draft was kept or has ended.
    func follow(_ change: Event.DraftChange) throws(StoreError) {
        switch change {
        case .set(let draft):
            setDraft.bind(1, draft.agent.description)
            setDraft.bind(2, draft.ticket.value)
            setDraft.bind(3, draft.isKept ? 1 : 0)
            if let entry = draft.answering { setDraft.bind(4, Int64(entry.entry)) } else { setDraft.bindNull(4) }
            setDraft.bind(5, draft.text)
            try setDraft.run()
        case .ended(let agent, let ticket):
            dropDraft.bind(1, agent.description)
            dropDraft.bind(2, ticket.value)
            try dropDraft.run()
        }
    }

    /// An automatic reply went out.
    func answer(_ address: Address, _ subject: String, _ event: Event) throws(StoreError) {
        addAutoReply.bind(1, event.sequence)
        addAutoReply.bind(2, event.at.milliseconds)
        addAutoReply.bind(3, address.description)
        addAutoReply.bind(4, subject)
        try addAutoReply.run()
    }

    /// How far agents know tickets, by showing or by their own answers; marks only ever rise.
    func show(_ shown: [Shown]) throws(StoreError) {
        for mark in shown {
            setShown.bind(1, mark.ticket.value)
            setShown.bind(2, mark.agent.description)
            setShown.bind(3, Int64(mark.entry))
            try setShown.run()
        }
    }

    /// How long claims last; a record of a claim that has ended is pruned later and not read until then.
    func keep(_ leases: [TicketID: LeaseRecord]) throws(StoreError) {
        for (ticket, lease) in leases {
            setLease.bind(1, ticket.value)
            setLease.bind(2, lease.agent.description)
            setLease.bind(3, lease.heldSince.milliseconds)
            setLease.bind(4, lease.length.milliseconds)
            setLease.bind(5, lease.until.milliseconds)
            setLease.bind(6, lease.worked.milliseconds)
            try setLease.run()
        }
    }

    /// Deletes what was outside its window at `now`.
    func prune(_ now: Moment) throws(StoreError) {
        pruneContent.bind(1, (now - Limits.deliveryWindow).milliseconds)
        try pruneContent.run()
        pruneRetry.bind(1, (now - Limits.keyWindow).milliseconds)
        try pruneRetry.run()
        pruneAutoReply.bind(1, (now - TrailRows.autoReplyWindow).milliseconds)
        try pruneAutoReply.run()
        try pruneLease.run()
    }

    /// The longest of the windows in which automatic replies are counted.
    static let autoReplyWindow = TimeSpan.days(1)
}
