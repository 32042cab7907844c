internal import DeskEngine
internal import DeskModel
internal import DeskStore

/// What a change would do, in lines for the person who is about to make it. Nothing changes, and until it is made the
/// desk may move on: the lines are for the eye, not a promise.
extension Switchboard {
    /// The lines, or why the change would be refused.
    func preview(of change: Administration) -> ShellReply {
        if let refusal = refusal(of: change) { return ShellReply(failure: refusal.sentence) }
        return switch change {
        case .retireAgent(let name): previewRetirement(of: name)
        case .joinCustomers(let first, let second): previewJoin(of: second, into: first)
        default: ShellReply()
        }
    }

    /// Why the change would be refused now.
    private func refusal(of change: Administration) -> Refusal? {
        do throws(StoreError) {
            try wake { engine.needs(.administer(change), by: .desk, at: clock.now) }
        } catch {
            return .storage(retry: 5)
        }
        let decision = engine.decide(.administer(change), by: .desk, at: clock.now)
        guard case .refused(let refusal) = decision.verdict else { return nil }
        return refusal
    }

    private func previewRetirement(of name: AgentName) -> ShellReply {
        var lines = ["\(name) can no longer log in, and no other agent can be given this name."]
        let connections = presence.places[name]?.connections ?? 0
        if connections > 0 { lines.append("Connections that are closed: \(connections)") }
        let held = engine.held(by: name)
        if !held.isEmpty { lines.append("Tickets that become free: \(Switchboard.list(held))") }
        let drafts = engine.drafts(of: name)
        if !drafts.isEmpty { lines.append("Drafts that no one will send: \(Switchboard.list(drafts))") }
        let tokens = engine.state.agents[name]?.tokens.keys.sorted() ?? []
        if !tokens.isEmpty { lines.append("Tokens that become void: \(tokens.joined(separator: ", "))") }
        return ShellReply(lines: lines)
    }

    private func previewJoin(of second: Address, into first: Address) -> ShellReply {
        var lines: [String] = []
        guard let one = customer(with: first), let other = customer(with: second), one.id != other.id else {
            return ShellReply(lines: ["\(first) and \(second) are one customer already."])
        }
        for customer in [one, other] {
            let addresses = customer.addresses.map(\.description).joined(separator: ", ")
            let live =
                customer.live.isEmpty ? "no open ticket" : "open tickets \(Switchboard.list(Array(customer.live)))"
            lines.append("\(customer.name): \(addresses); \(live)")
        }
        lines.append("They become one customer, \(one.name), served by one agent; `customer split` undoes it.")
        return ShellReply(lines: lines)
    }

    private static func list(_ tickets: [TicketID]) -> String {
        tickets.map(\.description).joined(separator: " ")
    }
}
