import DeskModel

// The encoded columns of desk.db. They are derived and never migrated, so they carry no version of their own.

extension Ticket {
    /// What no list and no index asks for.
    var rest: [UInt8] {
        var writer = ByteWriter()
        writer.moment(heldSince)
        writer.number(leaseLength.milliseconds)
        writer.number(Int64(heldFrom))
        writer.number(Int64(entries))
        writer.list(humans) { $0.number(Int64($1)) }
        writer.number(Int64(newest))
        writer.optional(newestBy) { $0.string($1.description) }
        writer.number(Int64(newestMail))
        writer.moment(newestMailAt)
        writer.addresses(recipients.to)
        writer.addresses(recipients.cc)
        writer.addresses(authors)
        writer.string(owner.description)
        writer.optional(toldRecipients) { writer, told in
            writer.addresses(told.to)
            writer.addresses(told.cc)
        }
        writer.optional(answerFrom) { $0.string($1.description) }
        writer.byte(isAnswered ? 1 : 0)
        writer.optional(lastAutoReply) { $0.moment($1) }
        writer.list(recentReplies) { writer, reply in
            writer.string(reply.agent.description)
            writer.number(Int64(truncatingIfNeeded: reply.fingerprint >> 32))
            writer.number(Int64(truncatingIfNeeded: reply.fingerprint & 0xFFFF_FFFF))
            writer.number(Int64(reply.entry))
            writer.moment(reply.at)
        }
        writer.list(overrides) { writer, override in
            writer.string(override.by.description)
            writer.number(override.other.value)
        }
        return writer.bytes
    }

    /// Takes back what `rest` gave.
    mutating func take(rest: [UInt8]) throws(Corruption) {
        var reader = ByteReader(rest)
        heldSince = try reader.moment()
        leaseLength = TimeSpan(milliseconds: try reader.number())
        heldFrom = try reader.int()
        entries = try reader.int()
        humans = try reader.list { reader throws(Corruption) in try reader.int() }
        newest = try reader.int()
        newestBy = try reader.optional { reader throws(Corruption) in try reader.agent() }
        newestMail = try reader.int()
        newestMailAt = try reader.moment()
        recipients = Recipients(to: try reader.addresses(), cc: try reader.addresses())
        authors = try reader.addresses()
        owner = Address(known: try reader.string())
        toldRecipients = try reader.optional { reader throws(Corruption) in
            Recipients(to: try reader.addresses(), cc: try reader.addresses())
        }
        answerFrom = try reader.optional { reader throws(Corruption) in Address(known: try reader.string()) }
        isAnswered = try reader.byte() != 0
        lastAutoReply = try reader.optional { reader throws(Corruption) in try reader.moment() }
        recentReplies = try reader.list { reader throws(Corruption) in
            let agent = try reader.agent()
            let fingerprint = UInt64(try reader.number()) << 32 | UInt64(try reader.number())
            return RecentReply(agent: agent, fingerprint: fingerprint, entry: try reader.int(), at: try reader.moment())
        }
        overrides = try reader.list { reader throws(Corruption) in
            Override(by: try reader.agent(), other: TicketID(try reader.number()))
        }
    }
}

extension Customer {
    /// All of him but his number.
    var record: [UInt8] {
        var writer = ByteWriter()
        writer.addresses(addresses)
        writer.string(displayName)
        writer.byte(
            (isRelay ? 1 : 0) | (wantsNoAutomaticReply ? 2 : 0) | (isUnguarded ? 4 : 0) | (isGuarded ? 8 : 0))
        writer.list(joins) { $0.addresses($1) }
        writer.list(live) { $0.number($1.value) }
        return writer.bytes
    }

    /// The customer whose `record` that is.
    init(id: CustomerID, record: [UInt8]) throws(Corruption) {
        var reader = ByteReader(record)
        self.init(id: id, addresses: try reader.addresses())
        displayName = try reader.string()
        let flags = try reader.byte()
        (isRelay, wantsNoAutomaticReply) = (flags & 1 != 0, flags & 2 != 0)
        (isUnguarded, isGuarded) = (flags & 4 != 0, flags & 8 != 0)
        joins = try reader.list { reader throws(Corruption) in try reader.addresses() }
        live = try reader.list { reader throws(Corruption) in TicketID(try reader.number()) }
    }
}

extension Agent {
    /// All of him but his name.
    var record: [UInt8] {
        var writer = ByteWriter()
        writer.byte((isAdmin ? 1 : 0) | (isBot ? 2 : 0) | (isRetired ? 4 : 0))
        writer.byte(everywhere.rawValue)
        writer.list(rights.sorted { $0.key < $1.key }) { writer, right in
            writer.string(right.key.description)
            writer.byte(right.value.rawValue)
        }
        writer.optional(password) { writer, key in
            writer.blob(key.salt)
            writer.number(Int64(key.iterations))
            writer.blob(key.storedKey)
            writer.blob(key.serverKey)
        }
        writer.list(tokens.sorted { $0.key < $1.key }) { writer, token in
            writer.string(token.key)
            writer.blob(token.value.bytes)
        }
        return writer.bytes
    }

    /// The agent whose `record` that is.
    init(name: AgentName, record: [UInt8]) throws(Corruption) {
        var reader = ByteReader(record)
        self.init(name: name)
        let flags = try reader.byte()
        (isAdmin, isBot, isRetired) = (flags & 1 != 0, flags & 2 != 0, flags & 4 != 0)
        everywhere = Rights(rawValue: try reader.byte())
        for _ in 0..<(try reader.number()) {
            let queue = try reader.queue()
            rights[queue] = Rights(rawValue: try reader.byte())
        }
        password = try reader.optional { reader throws(Corruption) in
            PasswordKey(
                salt: try reader.blob(), iterations: try reader.int(), storedKey: try reader.blob(),
                serverKey: try reader.blob())
        }
        for _ in 0..<(try reader.number()) {
            let token = try reader.string()
            tokens[token] = Digest(try reader.blob())
        }
    }
}

extension Says {
    /// All that is kept.
    var record: [UInt8] {
        var writer = ByteWriter()
        writer.list(all) { writer, say in
            writer.number(say.sequence)
            writer.moment(say.at)
            writer.string(say.by.description)
            writer.string(say.text)
            writer.byte(say.isHeard ? 1 : 0)
        }
        return writer.bytes
    }

    /// What was said to the agent whose `record` that is.
    init(record: [UInt8]) throws(Corruption) {
        var reader = ByteReader(record)
        self.init(
            try reader.list { reader throws(Corruption) in
                Say(
                    sequence: try reader.number(), at: try reader.moment(), by: try reader.agent(),
                    text: try reader.string(), isHeard: try reader.byte() != 0)
            })
    }
}

extension Queue {
    /// All of it but its name.
    var record: [UInt8] {
        var writer = ByteWriter()
        writer.addresses(addresses)
        writer.number(lease.milliseconds)
        writer.byte(customerGuard.rawValue)
        writer.number(Int64(heldMost))
        writer.optional(automaticReply) { $0.string($1) }
        writer.byte((answersAutomatically ? 1 : 0) | (isDefault ? 2 : 0) | (keepsCc ? 4 : 0))
        return writer.bytes
    }

    /// The queue whose `record` that is.
    init(name: QueueName, record: [UInt8]) throws(Corruption) {
        var reader = ByteReader(record)
        self.init(name: name)
        addresses = try reader.addresses()
        lease = TimeSpan(milliseconds: try reader.number())
        let guarding = try reader.byte()
        guard let known = Guard(rawValue: guarding) else { throw .unknown(guarding) }
        customerGuard = known
        heldMost = try reader.int()
        automaticReply = try reader.optional { reader throws(Corruption) in try reader.string() }
        let flags = try reader.byte()
        (answersAutomatically, isDefault, keepsCc) = (flags & 1 != 0, flags & 2 != 0, flags & 4 != 0)
    }
}

extension ByteWriter {
    mutating func addresses(_ addresses: [Address]) {
        list(addresses) { $0.string($1.description) }
    }

    mutating func moment(_ moment: Moment) {
        number(max(0, moment.milliseconds))
    }

    mutating func optional<Value>(_ value: Value?, _ write: (inout ByteWriter, Value) -> Void) {
        byte(value == nil ? 0 : 1)
        if let value { write(&self, value) }
    }

    mutating func list<Value>(_ values: [Value], _ write: (inout ByteWriter, Value) -> Void) {
        number(Int64(values.count))
        for value in values { write(&self, value) }
    }
}

extension ByteReader {
    mutating func addresses() throws(Corruption) -> [Address] {
        try list { reader throws(Corruption) in Address(known: try reader.string()) }
    }

    mutating func moment() throws(Corruption) -> Moment {
        Moment(milliseconds: try number())
    }

    mutating func int() throws(Corruption) -> Int {
        Int(clamping: try number())
    }

    mutating func agent() throws(Corruption) -> AgentName {
        let text = try string()
        guard let name = AgentName(text) else { throw .outOfRange }
        return name
    }

    mutating func queue() throws(Corruption) -> QueueName {
        let text = try string()
        guard let name = QueueName(text) else { throw .outOfRange }
        return name
    }

    mutating func optional<Value>(
        _ read: (inout ByteReader) throws(Corruption) -> Value
    ) throws(Corruption) -> Value? {
        try byte() == 0 ? nil : try read(&self)
    }

    mutating func list<Value>(
        _ read: (inout ByteReader) throws(Corruption) -> Value
    ) throws(Corruption) -> [Value] {
        var left = try number()
        var values: [Value] = []
        values.reserveCapacity(Int(min(left, 64)))
        while left > 0 {
            values.append(try read(&self))
            left -= 1
        }
        return values
    }
}
