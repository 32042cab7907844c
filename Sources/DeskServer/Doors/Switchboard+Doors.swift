internal import DeskEngine
internal import DeskModel
internal import DeskStore

/// What the doors need of the desk.
extension Switchboard: AdministeredDesk {
    var agents: [Agent] { Array(engine.state.agents.values) }

    var queues: [Queue] { Array(engine.state.queues.values) }

    func customer(with address: Address) -> Customer? {
        // Memory wins over the disk, which may be behind.
        if let live = engine.state.customers.values.first(where: { $0.addresses.contains(address) }) { return live }
        guard case .address(_, let id?) = try? archive.fact(for: .address(address)),
            case .customer(_, let customer) = try? archive.fact(for: .customer(id))
        else { return nil }
        return customer
    }

    func advanceClock(by span: TimeSpan) -> Bool {
        clock.advance(by: span)
    }

    var status: [(name: String, value: String)] {
        let live = engine.state.tickets.values.count { $0.isLive }
        return [
            ("running", "yes"), ("version", Shell.version), ("host", settings.host), ("epoch", archive.epoch),
            ("seq", "\(head)"),
            ("applied", "\(archive.applied)"), ("clock", "\(clock.now)"), ("tickets", "\(live)"),
            ("outbox", "\(engine.state.outbox.count)"), ("connections", "\(sessions.count)"),
            ("writing", isReadOnly ? "no" : "yes"),
        ] + sandboxes.map { ("sandbox-\($0.role)", $0.layers) } + storeStatus + furtherStatus()
    }

    /// What is wrong with the desk's files; nothing on most desks.
    private var storeStatus: [(name: String, value: String)] {
        var pairs: [(name: String, value: String)] = []
        if let (at, restore) = archive.restored {
            pairs += [("restored", "\(at)"), ("restored-from", restore.was)]
            if restore.lost > 0 { pairs.append(("lost-up-to", "\(restore.lost)")) }
        }
        if archive.missingOriginals > 0 { pairs.append(("messages-missing", "\(archive.missingOriginals)")) }
        if archive.damages.count > 0 { pairs.append(("damaged", "\(archive.damages.count)")) }
        return pairs
    }
}

extension Switchboard: CourierDesk {
    var now: Moment { clock.now }

    func nextOutgoing(after sequence: SequenceNumber) -> Outgoing? {
        engine.state.outbox.next(after: sequence)
    }

    /// The address that the mail came to which it answers, else the first of its ticket's queue.
    func sender(of outgoing: Outgoing) -> Address {
        if let from = outgoing.letter.from { return from }
        let queue = engine.state.tickets[outgoing.entry.ticket].flatMap { engine.state.queues[$0.queue] }
        let fallback = queue?.name ?? .inbox
        return queue?.addresses.first ?? Address("\(fallback)@\(settings.host)")
    }

    var unstamped: SequenceNumber { archive.unstamped }

    func hurryProjection() {
        archive.projector.wake()
    }

    func noteDamage(of sequence: SequenceNumber) {
        archive.damages.note(text: sequence)
    }
}
