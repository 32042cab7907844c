internal import DeskEngine
internal import DeskModel
internal import DeskWire

extension Switchboard {
    /// Who reads a final: what they may do in the queue that it is about, or in any queue if it is about none.
    func hintReader(_ final: Final, _ agent: AgentName?) -> HintReader {
        switch final {
        case .refused, .malformed: break
        case .done, .answered, .again: return .stranger
        }
        guard let agent = agent.flatMap({ engine.state.agents[$0] }) else { return .stranger }
        if case .refused(let refusal, _) = final, let id = refusal.ticket, let ticket = engine.state.tickets[id],
            let queue = engine.state.queues[ticket.queue]
        {
            return HintReader(rights: agent.rights(in: queue.name), guarded: queue.customerGuard)
        }
        let rights = engine.state.queues.keys.reduce(Rights()) { $0.union(agent.rights(in: $1)) }
        return HintReader(rights: rights, guarded: .ask)
    }
}

extension Refusal {
    /// The ticket that it is about, if it is about one that there is.
    fileprivate var ticket: TicketID? {
        switch self {
        case .forbidden(let id, _, _, _): id
        case .taken(let id, _, _), .customerBusy(let id, _, _, _, _), .notHolder(let id, _, _), .closed(let id, _),
            .merged(let id, _, _), .stale(let id, _, _, _, _), .recipients(let id, _, _, _), .noDraft(let id):
            id
        case .noSuchEntry(let entry), .duplicate(let entry, _): entry.ticket
        default: nil
        }
    }
}
