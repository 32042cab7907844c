internal import DeskEngine
internal import DeskModel

/// What a change would do, in lines for the person who is about to make it. Nothing changes, and until it is made the
/// desk may move on: the lines are for the eye, not a promise.
extension Switchboard {
    /// The lines, or why the change would be refused.
    func preview(of change: Administration) -> ShellReply {
        switch change {
        case .retireAgent(let name): previewRetirement(of: name)
        case .joinCustomers(let first, let second): previewJoin(of: second, into: first)
        default: ShellReply()
        }
    }

    private func previewRetirement(of name: AgentName) -> ShellReply {
        guard let agent = engine.state.agents[name], !agent.isRetired else {
            return ShellReply(failure: Refusal.noSuchAgent(name).sentence)
        }
        guard !engine.isLastAdmin(name) else {
            return ShellReply(failure: "\(name) is the last admin: make another agent admin first")
        }
        var lines = ["\(name) can no longer log in, and no other agent can be given this name."]
        let connections = presence.places[name]?.connections ?? 0
        if connections > 0 { lines.append("Connections that are closed: \(connections)") }
        let held = engine.held(by: name)
        if !held.isEmpty { lines.append("Tickets that become free: \(Switchboard.list(held))") }
        let drafts = engine.drafts(of: name)
        if !drafts.isEmpty { lines.append("Drafts that no one will send: \(Switchboard.list(drafts))") }
        if !agent.tokens.isEmpty {
            lines.append("Tokens that become void: \(agent.tokens.keys.sorted().joined(separator: ", "))")
        }
        return ShellReply(lines: lines)
    }

    private func previewJoin(of second: Address, into first: Address) -> ShellReply {
        var lines: [String] = []
        var found: [Customer] = []
        for address in [first, second] {
            guard let customer = customer(with: address) else {
                return ShellReply(failure: Refusal.noSuchCustomer(address).sentence)
            }
            found.append(customer)
        }
        guard found[0].id != found[1].id else {
            return ShellReply(lines: ["\(first) and \(second) are one customer already."])
        }
        for customer in found {
            let addresses = customer.addresses.map(\.description).joined(separator: ", ")
            let live =
                customer.live.isEmpty ? "no open ticket" : "open tickets \(Switchboard.list(Array(customer.live)))"
            lines.append("\(customer.name): \(addresses); \(live)")
        }
        lines.append("They become one customer, \(found[0].name), served by one agent; `customer split` undoes it.")
        return ShellReply(lines: lines)
    }

    private static func list(_ tickets: [TicketID]) -> String {
        tickets.map(\.description).joined(separator: " ")
    }
}
