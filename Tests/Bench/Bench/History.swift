import DeskCrypto
import DeskModel
import DeskStore

/// A past that the bench makes up: so many tickets, each of a customer of its own.
enum History {
    /// Appends it to the journal of a stopped desk and brings `desk.db` to its head.
    static func write(to files: StateFiles, open: Int, closed: Int) throws {
        var journal = try Journal(path: files.journal, hashing: .system)
        let start = journal.lastAt ?? Moment(milliseconds: 0)
        var events: [Event] = []
        for number in 1...(open + closed) {
            let id = TicketID(Int64(number))
            append(id, isClosed: number > open, at: start, after: journal.sequence, &events)
            if events.count >= 4096 {
                try journal.append(events)
                events.removeAll(keepingCapacity: true)
            }
        }
        if !events.isEmpty { try journal.append(events) }
        _ = try Projector.bringUp(files) { _, _ in }
    }

    private static func append(
        _ id: TicketID, isClosed: Bool, at: Moment, after head: SequenceNumber, _ events: inout [Event]
    ) {
        guard let inbox = QueueName("inbox") else { return }
        let address = Address("customer\(id.value)@example.org")
        let digest = SHA256.digest(of: Array("mail \(id.value)".utf8))
        let mail = Mail(
            entry: EntryID(id, 1), customer: CustomerID(id.value), customerName: address, sender: address,
            arrivedAt: Address("hotline@desk.example"), to: [Address("hotline@desk.example")],
            subject: "Videorekorder \(id.value) programmiert nicht", messageID: "\(id.value)@example.org", raw: digest,
            content: digest, body: [Passage(.new, "Guten Tag,\nseit gestern nimmt er keine Sendung mehr auf.\n")])
        var snapshot = Event.Snapshot(
            queue: inbox, holder: nil, holderBefore: nil, state: .new, priority: 3)
        let number = TicketNumber(day: 20_260_101, counter: Int32(id.value))
        events.append(
            Event(
                sequence: head + Int64(events.count) + 1, at: at, by: nil, subject: .ticket(id), snapshot: snapshot,
                changes: [.state, .priority], kind: .new(mail, number: number)))
        guard isClosed else { return }
        snapshot.state = .closed
        events.append(
            Event(
                sequence: head + Int64(events.count) + 1, at: at, by: AgentName("owner"), subject: .ticket(id),
                snapshot: snapshot, changes: .state, kind: .close(text: nil)))
    }
}
