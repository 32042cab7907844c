/// A text of an event as the log has it.
public enum FoundText: Equatable, Sendable {
    /// The bytes that the event has the digest of.
    case intact([UInt8])
    /// Other bytes: they were changed outside of the desk.
    case changed
    /// There is no such text.
    case missing
}

/// Reads the events of a turn back; see `EventEncoder` for how they lie there.
///
/// Bytes that are no events of ours give a `Corruption`; a text that is not there, or not as it was written, reads as
/// empty and makes its event `isDamaged`. Only credentials are deleted by the desk itself.
public struct EventDecoder {
    var reader: ByteReader
    private let texts: (SequenceNumber, Int, Digest) -> FoundText
    var version: UInt8 = 0
    private var sequence: SequenceNumber = 0
    private var ordinal = 0
    /// Ordinals and salted digests of the texts that can be long in the event that was read last: the passages of a
    /// message, an answer, a note, a `say`; in the order in which they are shown.
    public private(set) var writings: [(ordinal: Int, digest: Digest)] = []
    private var isDamaged = false

    /// Reads `body`; `texts` finds the text of an event by its ordinal, and compares it with the salted digest that the
    /// event has of it.
    public init(_ body: [UInt8], texts: @escaping (SequenceNumber, Int, Digest) -> FoundText) {
        reader = ByteReader(body)
        self.texts = texts
    }

    /// The next event; `nil` after the last.
    public mutating func next() throws(Corruption) -> Event? {
        guard !reader.isAtEnd else { return nil }
        let length = try reader.number()
        let start = reader.position
        let event = try event()
        guard Int64(reader.position - start) == length else { throw .outOfRange }
        return event
    }

    /// The encoded bytes of the next event, for checking the chain; `nil` after the last.
    public mutating func nextEncoded() throws(Corruption) -> [UInt8]? {
        reader.isAtEnd ? nil : try reader.blob()
    }

    private mutating func event() throws(Corruption) -> Event {
        version = try reader.byte()
        guard (1...EventEncoder.version).contains(version) else { throw .version(version) }
        sequence = try reader.number()
        (ordinal, writings, isDamaged) = (0, [], false)
        let at = Moment(milliseconds: try reader.number())
        let by = try agentIfAny()
        let subject = try subject()
        let snapshot = try optional { decoder throws(Corruption) in try decoder.snapshot() }
        let changes = Event.Changes(rawValue: try reader.byte())
        let kind = try kind()
        let retry = try optional { decoder throws(Corruption) in
            Event.Retry(
                key: try decoder.reader.string(), command: try decoder.digest(), final: try decoder.sealed())
        }
        var event = Event(
            sequence: sequence, at: at, by: by, subject: subject, snapshot: snapshot, changes: changes, kind: kind,
            retry: retry)
        event.isDamaged = isDamaged
        return event
    }

    private mutating func subject() throws(Corruption) -> Event.Subject {
        let kind = try reader.byte()
        switch kind {
        case 1: return .ticket(try ticket())
        case 2: return .entry(try entry())
        case 3: return .queue(try queueName())
        case 4: return .agent(try agent())
        case 5: return .token(try reader.string())
        case 6: return .customer(try address())
        case 7: return .desk
        default: throw .unknown(kind)
        }
    }

    private mutating func snapshot() throws(Corruption) -> Event.Snapshot {
        let queue = try queueName()
        let holder = try agentIfAny()
        let isUnchanged = try flags()[0]
        let before = isUnchanged ? holder : try agentIfAny()
        return Event.Snapshot(
            queue: queue, holder: holder, holderBefore: before, state: try raw(), priority: try reader.byte())
    }

    private mutating func kind() throws(Corruption) -> Kind {
        let kind = try reader.byte()
        switch kind {
        case 1:
            let number = TicketNumber(day: try int32(), counter: try int32())
            return .new(try mail(), number: number)
        case 2: return .followUp(try mail())
        case 3: return .bounced(try mail(), to: try version < 2 ? [address()] : addresses(), text: try sealed())
        case 4: return .claim(lease: try moment(), length: try leaseLength())
        case 5: return .guardOverride(other: try tickets(), text: try sealed())
        case 6: return .release(try raw(), text: try sealedIfAny())
        case 7:
            let (until, length, was) = (try moment(), try leaseLength(), try agentIfAny())
            return .steal(lease: until, was: was, text: try sealedIfAny(), length: length)
        case 8:
            let (until, length) = (try moment(), try leaseLength())
            return .give(lease: until, was: try agentIfAny(), text: try sealedIfAny(), length: length)
        case 9: return .reply(try letter())
        case 10: return .autoSent(try letter(), subjectKey: try sealed())
        case 11: return .autoSuppressed(try raw())
        case 12: return .sent(to: try address())
        case 13: return .failed(to: try address(), text: try sealed())
        case 14: return .duplicateDropped(customer: try address(), entry: try entry())
        case 15: return .note(text: try writing())
        case 16: return .say(text: try writing())
        case 17:
            let why: DraftReason = try raw()
            return .draft(text: try sealed(), why: why, answering: try version < 2 ? nil : entryIfAny())
        case 18: return .close(text: try sealedIfAny())
        case 19: return .reopen(text: try sealedIfAny())
        case 20: return .move(was: try queueName(), text: try sealedIfAny())
        case 21: return .agent(try agentChange())
        case 22: return .token(try tokenChange())
        case 23: return .customer(CustomerID(try reader.number()), try customerChange())
        case 24: return .queue(try queueChange())
        case 25:
            let (count, window) = (try int(), TimeSpan(milliseconds: try reader.number()))
            return .autoBreaker(count: count, window: window, domain: version < 2 ? nil : try sealedIfAny())
        case 26: return .recipients(try recipients())
        case 27:
            let (customer, address) = (CustomerID(try reader.number()), try address())
            let (was, wasName) = (CustomerID(try reader.number()), try self.address())
            return .customerSet(TicketCustomer(customer: customer, address: address, was: was, wasName: wasName))
        case 28: return .heard(try list { decoder throws(Corruption) in try decoder.reader.number() })
        case 30: return .restored(try restore())
        default: throw .unknown(kind)
        }
    }

    private mutating func restore() throws(Corruption) -> Restore {
        let (was, epoch, lost) = (try reader.string(), try reader.string(), try reader.number())
        let lostAt = try optional { decoder throws(Corruption) in try decoder.moment() }
        let (ticket, customer) = (try reader.number(), try reader.number())
        let number = try optional { decoder throws(Corruption) in
            TicketNumber(day: try decoder.int32(), counter: try decoder.int32())
        }
        return Restore(
            was: was, epoch: epoch, lost: lost, lostAt: lostAt,
            counters: Counters(ticket: ticket, customer: customer, number: number),
            entries: try list { decoder throws(Corruption) in try decoder.entry() })
    }

    private mutating func mail() throws(Corruption) -> Mail {
        let entry = try entry()
        let customer = CustomerID(try reader.number())
        let (name, sender, senderName) = (try address(), try address(), try sealed())
        let isOld = version < 2
        let replyTo = isOld ? [] : try addresses()
        let (author, authorName) = isOld ? (sender, senderName) : (try address(), try sealed())
        let answer = try recipients()
        let arrivedAt = try optional { decoder throws(Corruption) in try decoder.address() }
        let (to, cc) = (try addresses(), try addresses())
        let machine = try machine()
        let subject = try sealed()
        let also = try tickets()
        let served = try served()
        let messageID = try sealedIfAny()
        let references = try list { decoder throws(Corruption) in try decoder.sealed() }
        let (rawBytes, content) = (try digest(), try digest())
        let body = try list { decoder throws(Corruption) in Passage(try decoder.raw(), try decoder.writing()) }
        let files = try list { decoder throws(Corruption) in
            MailFile(name: try decoder.sealed(), type: try decoder.sealed(), size: try decoder.int())
        }
        let problems = try list { decoder throws(Corruption) in try decoder.sealed() }
        return Mail(
            entry: entry, customer: customer, customerName: name, sender: sender, senderName: senderName,
            replyTo: replyTo, author: author, authorName: authorName, answer: answer, arrivedAt: arrivedAt, to: to,
            cc: cc, machine: machine, subject: subject, also: also, served: served, messageID: messageID,
            references: references, raw: rawBytes, content: content, body: body, files: files, problems: problems)
    }

    /// Version 1 knows one recipient and no Cc.
    private mutating func recipients() throws(Corruption) -> Recipients {
        version < 2 ? Recipients(to: [try address()]) : Recipients(to: try addresses(), cc: try addresses())
    }

    /// Which kind of report; `nil` if it counts as a person's. Lists and mass mailings were once kinds of their own.
    private mutating func machine() throws(Corruption) -> Machine? {
        guard let kind = try optional({ decoder throws(Corruption) in try decoder.reader.byte() }) else { return nil }
        if let machine = Machine(rawValue: kind) { return machine }
        guard kind == 2 || kind == 3 else { throw .unknown(kind) }
        return nil
    }

    private mutating func letter() throws(Corruption) -> Letter {
        let to = try recipients()
        let isUnknown = to.all.isEmpty && isDamaged
        let from = try optional { decoder throws(Corruption) in try decoder.address() }
        let text = try writing()
        return Letter(
            to: isUnknown ? Recipients(to: [.unreadable]) : to, from: from, text: text,
            answers: try optional { decoder throws(Corruption) in try decoder.int() })
    }

    private mutating func agentChange() throws(Corruption) -> AgentChange {
        let change = try reader.byte()
        switch change {
        case 1, 4:
            let flags = try flags()
            return change == 1 ? .added(isBot: flags[0], isAdmin: flags[1]) : .flags(isBot: flags[0], isAdmin: flags[1])
        case 2: return .password(try password())
        case 3:
            let queue = try optional { decoder throws(Corruption) in try decoder.queueName() }
            return .rights(queue: queue, Rights(rawValue: try reader.byte()))
        case 5: return .retired
        default: throw .unknown(change)
        }
    }

    /// A password whose credential has been deleted, because a newer one replaced it, matches nothing.
    private mutating func password() throws(Corruption) -> PasswordKey {
        var credential = ByteReader(try credentialBytes() ?? [0, 0, 0, 0])
        return PasswordKey(
            salt: try credential.blob(), iterations: Int(clamping: try credential.number()),
            storedKey: try credential.blob(), serverKey: try credential.blob())
    }

    private mutating func tokenChange() throws(Corruption) -> TokenChange {
        let change = try reader.byte()
        let agent = try agent()
        switch change {
        case 1: return .added(agent, Digest(try credentialBytes() ?? []) ?? .zero)
        case 2: return .revoked(agent)
        default: throw .unknown(change)
        }
    }

    private mutating func customerChange() throws(Corruption) -> CustomerChange {
        let change = try reader.byte()
        switch change {
        case 1: return .addressAdded(try address())
        case 2:
            let flags = try flags()
            return .flags(relay: flags[0], noAutomaticReply: flags[1], unguarded: flags[2], guarded: flags[3])
        case 3:
            let customer = CustomerID(try reader.number())
            return .joined(.init(customer: customer, addresses: try addresses()))
        case 4:
            let customer = CustomerID(try reader.number())
            return .split(.init(customer: customer, addresses: try addresses()))
        default: throw .unknown(change)
        }
    }

    private mutating func queueChange() throws(Corruption) -> QueueChange {
        let flags = try flags()
        var queue = Queue(name: try queueName())
        queue.answersAutomatically = flags[1]
        queue.isDefault = flags[2]
        queue.keepsCc = flags[3]
        queue.addresses = try addresses()
        queue.lease = TimeSpan(milliseconds: try reader.number())
        queue.customerGuard = try raw()
        queue.heldMost = try int()
        queue.automaticReply = try sealedIfAny()
        return QueueChange(queue: queue, isNew: flags[0])
    }
}

extension EventDecoder {
    private mutating func stored() throws(Corruption) -> FoundText {
        let digest = try digest()
        defer { ordinal += 1 }
        return texts(sequence, ordinal, digest)
    }

    private mutating func sealed() throws(Corruption) -> String {
        guard case .intact(let bytes) = try stored() else {
            isDamaged = true
            return ""
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A credential that is not there was replaced by a newer one.
    private mutating func credentialBytes() throws(Corruption) -> [UInt8]? {
        switch try stored() {
        case .intact(let bytes): return bytes
        case .missing: return nil
        case .changed:
            isDamaged = true
            return nil
        }
    }

    private mutating func writing() throws(Corruption) -> String {
        var ahead = reader
        guard let digest = Digest(try ahead.raw(Digest.byteCount)) else { throw .short }
        writings.append((ordinal, digest))
        return try sealed()
    }

    private mutating func address() throws(Corruption) -> Address {
        Address(try sealed())
    }

    private mutating func addresses() throws(Corruption) -> [Address] {
        try list { decoder throws(Corruption) in try decoder.address() }
    }

    private mutating func sealedIfAny() throws(Corruption) -> String? {
        try optional { decoder throws(Corruption) in try decoder.sealed() }
    }

    private mutating func entryIfAny() throws(Corruption) -> EntryID? {
        try optional { decoder throws(Corruption) in try decoder.entry() }
    }

    mutating func agentIfAny() throws(Corruption) -> AgentName? {
        try optional { decoder throws(Corruption) in try decoder.agent() }
    }

    mutating func optional<Value>(
        _ decode: (inout EventDecoder) throws(Corruption) -> Value
    ) throws(Corruption) -> Value? {
        switch try reader.byte() {
        case 0: return nil
        case 1: return try decode(&self)
        case let other: throw .unknown(other)
        }
    }

    /// A list is at most as long as the bytes that are left, so a wrong count cannot ask for memory.
    mutating func list<Value>(
        _ decode: (inout EventDecoder) throws(Corruption) -> Value
    ) throws(Corruption) -> [Value] {
        var values: [Value] = []
        var left = try reader.number()
        while left > 0 {
            values.append(try decode(&self))
            left -= 1
        }
        return values
    }

    private mutating func flags() throws(Corruption) -> [Bool] {
        let bits = try reader.byte()
        return (0..<8).map { bits & (1 << UInt8($0)) != 0 }
    }

    private mutating func raw<Value: RawRepresentable<UInt8>>() throws(Corruption) -> Value {
        let byte = try reader.byte()
        guard let value = Value(rawValue: byte) else { throw .unknown(byte) }
        return value
    }

    private mutating func int() throws(Corruption) -> Int {
        Int(clamping: try reader.number())
    }

    private mutating func int32() throws(Corruption) -> Int32 {
        guard let value = Int32(exactly: try reader.number()) else { throw .outOfRange }
        return value
    }

    private mutating func moment() throws(Corruption) -> Moment {
        Moment(milliseconds: try reader.number())
    }

    private mutating func digest() throws(Corruption) -> Digest {
        guard let digest = Digest(try reader.raw(32)) else { throw .short }
        return digest
    }

    private mutating func ticket() throws(Corruption) -> TicketID {
        TicketID(try reader.number())
    }

    private mutating func tickets() throws(Corruption) -> [TicketID] {
        try list { decoder throws(Corruption) in try decoder.ticket() }
    }

    private mutating func entry() throws(Corruption) -> EntryID {
        EntryID(try ticket(), try int())
    }

    mutating func agent() throws(Corruption) -> AgentName {
        let text = try reader.string()
        if text == AgentName.desk.description { return .desk }
        guard let name = AgentName(text) else { throw .outOfRange }
        return name
    }

    private mutating func queueName() throws(Corruption) -> QueueName {
        guard let name = QueueName(try reader.string()) else { throw .outOfRange }
        return name
    }
}
