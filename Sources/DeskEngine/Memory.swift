internal import DeskModel

/// What is in memory although it is not live, and until when: memory wins over the disk, per key, until the disk has
/// the key's last event.
struct Memory: Sendable {
    /// Something that can leave memory.
    enum Key: Hashable, Sendable {
        case ticket(TicketID)
        case mark(TicketID)
        case customer(CustomerID)
        case message(String)
        case content(Digest)
        case addressing(EntryID)
        case retry(State.RetryKey)
    }

    /// What the disk does not have yet, in the order of events; a key may stand here several times.
    private var unwritten: [(sequence: SequenceNumber, key: Key)] = []
    private var written = 0
    /// What was read from disk for the commands of this turn.
    private var woken: [Key] = []
    /// What was asked for, and of which the disk has nothing more.
    private(set) var absent: Set<Need> = []
    /// Which closed tickets the disk has named for a need.
    private(set) var recent: [Need: [TicketID]] = [:]
    /// The last event of customers who take part in no live ticket.
    private var touched: [CustomerID: SequenceNumber] = [:]
    /// The event with which the disk has the marks of tickets that are not live.
    private var marked: [TicketID: SequenceNumber] = [:]

    /// Keeps what `event`, just applied, has changed until the disk has it too.
    mutating func keep(_ event: Event, _ ticket: State.Facets?, departed: [CustomerID], in state: State) {
        if let id = event.subject.ticket, let ticket, !ticket.isLive {
            unwritten.append((event.sequence, .ticket(id)))
            keep(ticket.customer, event.sequence, in: state)
        }
        if case .customer(let id, let change) = event.kind {
            keep(id, event.sequence, in: state)
            if case .split(let part) = change { keep(part.customer, event.sequence, in: state) }
        }
        if case .customerSet(let change) = event.kind { keep(change.was, event.sequence, in: state) }
        for customer in departed { keep(customer, event.sequence, in: state) }
        if let mail = event.kind.mail {
            if let id = mail.messageID { unwritten.append((event.sequence, .message(id))) }
            unwritten.append((event.sequence, .content(mail.content)))
            unwritten.append((event.sequence, .addressing(mail.entry)))
        }
        switch (event.kind, event.subject) {
        case (.sent, .entry(let entry)), (.failed, .entry(let entry)):
            unwritten.append((event.sequence, .addressing(entry)))
        default: break
        }
        if let by = event.by, let retry = event.retry {
            unwritten.append((event.sequence, .retry(State.RetryKey(agent: by, key: retry.key))))
        }
    }

    /// Keeps what an agent was shown of a ticket that is not live until the disk has event `sequence`.
    mutating func keep(_ mark: Shown, until sequence: SequenceNumber) {
        guard marked.updateValue(sequence, forKey: mark.ticket) != sequence else { return }
        unwritten.append((sequence, .mark(mark.ticket)))
    }

    private mutating func keep(_ id: CustomerID, _ sequence: SequenceNumber, in state: State) {
        guard let customer = state.customers[id], customer.live.isEmpty else { return }
        touched[id] = sequence
        unwritten.append((sequence, .customer(id)))
    }

    /// Keeps what was read from disk until the end of the turn.
    mutating func wake(_ key: Key) {
        woken.append(key)
    }

    /// Remembers which closed tickets the disk knows that a need is about.
    mutating func name(_ tickets: [TicketID], for need: Need) {
        recent[need] = tickets
    }

    /// Remembers that the disk has nothing, or nothing more, under a key.
    mutating func lack(_ need: Need) {
        absent.insert(need)
    }

    /// Ends the turn: everything that is neither live nor newer than `applied` leaves; tells of which tickets nothing
    /// is left.
    mutating func forget(applied: SequenceNumber, from state: inout State) -> [TicketID] {
        var gone: [TicketID] = []
        absent.removeAll(keepingCapacity: true)
        recent.removeAll(keepingCapacity: true)
        for key in woken { forget(key, applied, &state, &gone) }
        woken.removeAll(keepingCapacity: true)
        while written < unwritten.count, unwritten[written].sequence <= applied {
            forget(unwritten[written].key, applied, &state, &gone)
            written += 1
        }
        if written > 1024, written * 2 > unwritten.count {
            unwritten.removeFirst(written)
            written = 0
        }
        return gone
    }

    private mutating func forget(
        _ key: Key, _ applied: SequenceNumber, _ state: inout State, _ gone: inout [TicketID]
    ) {
        switch key {
        case .ticket(let id):
            if state.dismiss(id, applied: applied), marked[id] == nil { gone.append(id) }
        case .mark(let id):
            guard let sequence = marked[id], sequence <= applied else { return }
            marked[id] = nil
            if state.tickets[id] == nil { gone.append(id) }
        case .customer(let id):
            guard touched[id] ?? 0 <= applied else { return }
            touched[id] = nil
            state.dismiss(id)
        case .message(let id):
            state.messages[id]?.removeAll { $0.sequence <= applied }
            if state.messages[id]?.isEmpty == true { state.messages[id] = nil }
        case .content(let digest):
            if let place = state.contents[digest], place.sequence <= applied { state.contents[digest] = nil }
        case .addressing(let entry):
            if let known = state.addressings[entry], known.sequence <= applied { state.addressings[entry] = nil }
        case .retry(let key):
            if let used = state.retries[key], used.sequence <= applied { state.retries[key] = nil }
        }
    }
}
