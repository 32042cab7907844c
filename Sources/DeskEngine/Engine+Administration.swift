public import DeskModel

extension Engine {
    /// Administration, from the shell (`by` is the desk itself) or from an admin on the wire.
    func administer(_ administration: Administration, _ asker: Asker) throws(Refusal) -> Decision {
        guard asker.agent == .desk || state.agents[asker.agent]?.isAdmin == true else { throw .notAdmin }
        switch administration {
        case .addAgent(let name, let isBot, let isAdmin, let password, let grants):
            return try addAgent(name, isBot: isBot, isAdmin: isAdmin, password, grants, asker)
        case .setPassword(let name, let key): return try change(name, [.password(key)], asker)
        case .setRights(let name, let grants): return try change(name, try changes(by: grants), asker)
        case .setFlags(let name, let isBot, let isAdmin):
            return try change(name, [.flags(isBot: isBot, isAdmin: isAdmin)], asker)
        case .retireAgent(let name): return try change(name, [.retired], asker)
        case .addToken(let name, let token, let digest): return try addToken(name, token, digest, asker)
        case .revokeToken(let name, let token): return try revokeToken(name, token, asker)
        case .setQueue(let queue): return try setQueue(queue, asker)
        case .addAddress(let known, let address): return try addAddress(address, known, asker)
        case .joinCustomers(let first, let second): return try join(second, into: first, asker)
        case .splitCustomer(let known, let address): return try split(address, from: known, asker)
        case .setCustomerFlags(let address, let isRelay, let noAutomaticReply, let isUnguarded, let isGuarded):
            guard !isGuarded || !isUnguarded && !isRelay else {
                throw .usage("a relay, or a customer who is not guarded, cannot be guarded")
            }
            let flags = CustomerChange.flags(
                relay: isRelay, noAutomaticReply: noAutomaticReply, unguarded: isUnguarded, guarded: isGuarded)
            return changed(try participant(address), flags, asker)
        }
    }

    private func addAgent(
        _ name: AgentName, isBot: Bool, isAdmin: Bool, _ password: PasswordKey?, _ grants: [Grant],
        _ asker: Asker
    ) throws(Refusal) -> Decision {
        guard !name.isReserved else { throw .usage("nobody can be called \(name)") }
        if let agent = state.agents[name] {
            throw .usage(agent.isRetired ? "\(name) has worked here: names are not used twice" : "\(name) exists")
        }
        var changes: [AgentChange] = [.added(isBot: isBot, isAdmin: isAdmin)]
        if let password { changes.append(.password(password)) }
        changes += try self.changes(by: grants)
        return .done(.done, changes.map { event(.agent(name), .agent($0), asker) })
    }

    /// Changes an agent; what he holds where he may no longer work becomes free just before.
    private func change(_ name: AgentName, _ wanted: [AgentChange], _ asker: Asker) throws(Refusal) -> Decision {
        var after = try agent(name)
        let changes = wanted.filter { change in
            let before = after
            after.apply(change)
            return after != before
        }
        guard !changes.isEmpty else { return .done() }
        if isLastAdmin(name), !after.isAdmin || after.isRetired {
            throw lastAdmin(name)
        }
        let lost = held(by: name).compactMap { state.tickets[$0] }.filter { ticket in
            !after.may([.read, .work], in: ticket.queue)
        }
        let freed = lost.map {
            $0.event(.release(.rights, text: nil), at: asker.now, by: asker.agent, holder: .some(nil))
        }
        return .done(.done, freed + changes.map { event(.agent(name), .agent($0), asker) })
    }

    /// Whether this agent is the only admin who can log in (or the only admin, where none can).
    public func isLastAdmin(_ name: AgentName) -> Bool {
        let all = state.agents.values.filter { $0.isAdmin && !$0.isRetired }
        let able = all.filter(\.canLogIn)
        let admins = able.isEmpty ? all : able
        return admins.count == 1 && admins[0].name == name
    }

    private func lastAdmin(_ name: AgentName) -> Refusal {
        .usage("\(name) is the last admin who can log in: make another agent admin first")
    }

    /// What grants mean for an agent; refused if one of them names a queue that is not there.
    private func changes(by grants: [Grant]) throws(Refusal) -> [AgentChange] {
        for case let queue? in grants.map(\.queue) where state.queues[queue] == nil { throw .noSuchQueue(queue) }
        return grants.map { .rights(queue: $0.queue, $0.rights) }
    }

    private func addToken(
        _ name: AgentName, _ token: String, _ digest: Digest, _ asker: Asker
    ) throws(Refusal) -> Decision {
        let agent = try agent(name)
        guard agent.tokens[token] == nil else { throw .usage("\(name) has a token \(token)") }
        return .done(.done, [event(.token(token), .token(.added(name, digest)), asker)])
    }

    private func revokeToken(_ name: AgentName, _ token: String, _ asker: Asker) throws(Refusal) -> Decision {
        var after = try agent(name)
        guard after.tokens.removeValue(forKey: token) != nil else { throw .usage("\(name) has no token \(token)") }
        if isLastAdmin(name), !after.canLogIn { throw lastAdmin(name) }
        return .done(.done, [event(.token(token), .token(.revoked(name)), asker)])
    }

    private func setQueue(_ queue: Queue, _ asker: Asker) throws(Refusal) -> Decision {
        guard !queue.name.isReserved else { throw .usage("no queue can be called \(queue.name)") }
        guard queue.lease >= Limits.leaseLeast, queue.lease <= .days(365) else {
            throw .usage("a lease lasts from 1 minute to 365 days")
        }
        guard queue.heldMost >= 1 else { throw .usage("an agent must be able to hold a ticket") }
        let others = state.queues.values.filter { $0.name != queue.name }.sorted { $0.name < $1.name }
        for address in queue.addresses {
            guard let owner = others.first(where: { $0.addresses.contains(address) }) else { continue }
            throw .usage("mail to \(address) goes to \(owner.name)")
        }
        let before = state.queues[queue.name]
        guard before != queue else { return .done() }
        let replaced = queue.isDefault ? others.filter(\.isDefault) : []
        let changes = replaced.map { other in
            var other = other
            other.isDefault = false
            return QueueChange(queue: other, isNew: false)
        }
        return .done(
            .done,
            (changes + [QueueChange(queue: queue, isNew: before == nil)]).map {
                event(.queue($0.queue.name), .queue($0), asker)
            })
    }
}

extension Agent {
    /// Whether a password or a token lets this agent in.
    fileprivate var canLogIn: Bool { !isRetired && (password != nil || !tokens.isEmpty) }
}

extension Engine {
    private func addAddress(_ address: Address, _ known: Address, _ asker: Asker) throws(Refusal) -> Decision {
        let customer = try customer(known)
        if let owner = state.customer(address) {
            guard owner.id == customer.id else { throw .usage("\(address) is \(owner.name): join the two") }
            return .done()
        }
        try checkMerge(.address(address), into: .customer(customer.id), asker)
        return changed(customer, .addressAdded(address), asker)
    }

    /// Two customers are one from now on.
    private func join(_ second: Address, into first: Address, _ asker: Asker) throws(Refusal) -> Decision {
        let customer = try customer(first)
        let other = try self.customer(second)
        guard customer.id != other.id else { return .done() }
        try checkMerge(.customer(other.id), into: .customer(customer.id), asker)
        return changed(
            customer, .joined(CustomerChange.Joined(customer: other.id, addresses: other.addresses)), asker)
    }

    /// Refuses to make two persons one while two agents serve them: neither of the agents was ever asked.
    private func checkMerge(_ other: Person, into person: Person, _ asker: Asker) throws(Refusal) {
        for service in state.services[other] ?? [] {
            guard let colleague = colleagues(of: [service.agent], serving: [person]).first else { continue }
            guard let id = service.tickets.first, let ticket = state.tickets[id] else { continue }
            throw busy(ticket, colleague, asker)
        }
    }

    /// The customer with that address; who only takes part in live tickets of others becomes one.
    private func participant(_ address: Address) throws(Refusal) -> Customer {
        guard state.customer(address) == nil, state.parts[.address(address)] != nil else {
            return try customer(address)
        }
        return Customer(id: CustomerID(state.lastCustomer + 1), addresses: [address])
    }

    /// Undoes a join. Each ticket goes with the address that opened it, whether it came before the join or since.
    private func split(_ address: Address, from known: Address, _ asker: Asker) throws(Refusal) -> Decision {
        let customer = try customer(known)
        guard try self.customer(address).id == customer.id else {
            throw .usage("\(known) and \(address) are two customers already")
        }
        let part = customer.part(with: address)
        guard !part.contains(known) else {
            throw .usage("\(known) and \(address) came by one join: name an address that is to stay first")
        }
        let id = CustomerID(state.lastCustomer + 1)
        return changed(customer, .split(CustomerChange.Split(customer: id, addresses: part)), asker)
    }

    private func changed(_ customer: Customer, _ change: CustomerChange, _ asker: Asker) -> Decision {
        var after = customer
        after.apply(change)
        if after == customer { return .done() }
        return .done(.done, [event(.customer(customer.name), .customer(customer.id, change), asker)])
    }

    private func customer(_ address: Address) throws(Refusal) -> Customer {
        guard let customer = state.customer(address) else { throw .noSuchCustomer(address) }
        return customer
    }

    private func agent(_ name: AgentName) throws(Refusal) -> Agent {
        guard let agent = state.agents[name], !agent.isRetired else { throw .noSuchAgent(name) }
        return agent
    }

    private func event(_ subject: Event.Subject, _ kind: Kind, _ asker: Asker) -> Event {
        Event(at: asker.now, by: asker.agent, subject: subject, kind: kind)
    }
}
