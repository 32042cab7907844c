/// How events lie in the log. Version 2; `EventDecoder` reads version 1 as well.
///
/// An event is a version byte and its values in a fixed order. Texts, subjects, addresses, file names, stored finals
/// and credentials are *not* among them: each is a `SealedText`, a row of its own, and only SHA-256(salt ‖ bytes)
/// stands here. So a text can be deleted for good without touching the log, and whoever reads an event without its
/// texts sees empty ones; everything that decides anything is still there.
public struct EventEncoder: ~Copyable {
    /// The version that is written.
    public static let version: UInt8 = 2

    /// The events, each behind its length.
    public private(set) var body = ByteWriter()
    /// The texts of those events.
    public private(set) var texts: [SealedText] = []
    /// The chain after the last event.
    public private(set) var chain: Digest

    private var event = ByteWriter()
    private var sequence: SequenceNumber = 0
    private var ordinal = 0
    private let salt: () -> [UInt8]
    private let hash: ([UInt8], [UInt8]) -> Digest

    /// Begins a turn after `chain`. `salt` gives 16 fresh random bytes, `hash` the SHA-256 of two byte strings in a
    /// row.
    public init(
        after chain: Digest, salt: @escaping () -> [UInt8], hash: @escaping ([UInt8], [UInt8]) -> Digest
    ) {
        self.chain = chain
        self.salt = salt
        self.hash = hash
    }

    /// Adds an event that has its number, and links it into the chain: SHA-256(previous ‖ encoded event).
    public mutating func append(_ event: Event) {
        self.event.bytes.removeAll(keepingCapacity: true)
        sequence = event.sequence
        ordinal = 0
        self.event.byte(EventEncoder.version)
        self.event.number(event.sequence)
        self.event.number(event.at.milliseconds)
        plain(ifAny: event.by)
        subject(event.subject)
        snapshot(event.snapshot, event.changes)
        kind(event.kind)
        optional(event.retry) { encoder, retry in
            encoder.plain(retry.key)
            retry.command.append(to: &encoder.event.bytes)
            encoder.sealed(retry.final)
        }
        chain = hash(chain.bytes, self.event.bytes)
        body.blob(self.event.bytes)
    }
}

extension EventEncoder {
    private mutating func plain(_ text: String) {
        event.string(text)
    }

    private mutating func plain(ifAny name: AgentName?) {
        optional(name) { $0.plain($1.description) }
    }

    private mutating func sealed(_ text: String) {
        sealed(Array(text.utf8))
    }

    private mutating func sealed(ifAny text: String?) {
        optional(text) { $0.sealed($1) }
    }

    private mutating func sealed(_ bytes: [UInt8]) {
        let salt = salt()
        hash(salt, bytes).append(to: &event.bytes)
        texts.append(SealedText(sequence: sequence, ordinal: ordinal, salt: salt, bytes: bytes))
        ordinal += 1
    }

    private mutating func sealed(_ address: Address) {
        sealed(address.description)
    }

    private mutating func optional<Value>(_ value: Value?, _ encode: (inout EventEncoder, Value) -> Void) {
        event.byte(value == nil ? 0 : 1)
        if let value { encode(&self, value) }
    }

    private mutating func list<Value>(_ values: [Value], _ encode: (inout EventEncoder, Value) -> Void) {
        event.number(Int64(values.count))
        for value in values { encode(&self, value) }
    }

    private mutating func flags(_ values: Bool...) {
        event.byte(values.enumerated().reduce(UInt8(0)) { $0 | ($1.element ? 1 << UInt8($1.offset) : 0) })
    }

    private mutating func tickets(_ ids: [TicketID]) {
        list(ids) { $0.event.number($1.value) }
    }

    private mutating func entry(_ id: EntryID) {
        event.number(id.ticket.value)
        event.number(Int64(id.entry))
    }

    private mutating func subject(_ subject: Event.Subject) {
        switch subject {
        case .ticket(let id):
            event.byte(1)
            event.number(id.value)
        case .entry(let id):
            event.byte(2)
            entry(id)
        case .queue(let name):
            event.byte(3)
            plain(name.description)
        case .agent(let name):
            event.byte(4)
            plain(name.description)
        case .token(let name):
            event.byte(5)
            plain(name)
        case .customer(let address):
            event.byte(6)
            sealed(address)
        case .desk:
            event.byte(7)
        }
    }

    private mutating func snapshot(_ snapshot: Event.Snapshot?, _ changes: Event.Changes) {
        optional(snapshot) { encoder, snapshot in
            encoder.plain(snapshot.queue.description)
            encoder.plain(ifAny: snapshot.holder)
            encoder.flags(snapshot.holderBefore == snapshot.holder)
            if snapshot.holderBefore != snapshot.holder { encoder.plain(ifAny: snapshot.holderBefore) }
            encoder.event.byte(snapshot.state.rawValue)
            encoder.event.byte(snapshot.priority)
        }
        event.byte(changes.rawValue)
    }

    /// The kind's number, then what it holds; `EventDecoder` reads the same in the same order.
    private mutating func kind(_ kind: Kind) {
        event.byte(kind.number)
        switch kind {
        case .new(let mail, let number):
            event.number(Int64(number.day))
            event.number(Int64(number.counter))
            self.mail(mail)
        case .followUp(let mail): self.mail(mail)
        case .bounced(let mail, let to, let text):
            self.mail(mail)
            list(to) { $0.sealed($1) }
            sealed(text)
        case .claim(let until, let length): lease(until, length)
        case .guardOverride(let other, let text):
            tickets(other)
            sealed(text)
        case .release(let why, let text):
            event.byte(why.rawValue)
            sealed(ifAny: text)
        case .steal(let until, let was, let text, let length), .give(let until, let was, let text, let length):
            transfer(until, length, was, text)
        case .reply(let letter): self.letter(letter)
        case .recipients(let recipients): self.recipients(recipients)
        case .autoSent(let letter, let subjectKey):
            self.letter(letter)
            sealed(subjectKey)
        case .autoSuppressed(let why): event.byte(why.rawValue)
        case .sent(let to): sealed(to)
        case .failed(let to, let text):
            sealed(to)
            sealed(text)
        case .duplicateDropped(let customer, let entry):
            sealed(customer)
            self.entry(entry)
        case .note(let text), .say(let text): sealed(text)
        case .heard(let says): list(says) { $0.event.number($1) }
        case .draft(let text, let why, let answering):
            event.byte(why.rawValue)
            sealed(text)
            optional(answering) { $0.entry($1) }
        case .close(let text), .reopen(let text): sealed(ifAny: text)
        case .move(let was, let text):
            plain(was.description)
            sealed(ifAny: text)
        case .customerSet(let change): customerSet(change)
        case .agent(let change): agent(change)
        case .token(let change): token(change)
        case .customer(let id, let change):
            event.number(id.value)
            customer(change)
        case .queue(let change): queue(change)
        case .autoBreaker(let count, let window, let domain):
            event.number(Int64(count))
            event.number(window.milliseconds)
            sealed(ifAny: domain)
        case .restored(let restore): self.restore(restore)
        }
    }

    private mutating func customerSet(_ change: TicketCustomer) {
        event.number(change.customer.value)
        sealed(change.address)
        event.number(change.was.value)
        sealed(change.wasName)
    }

    private mutating func restore(_ restore: Restore) {
        plain(restore.was)
        plain(restore.epoch)
        event.number(restore.lost)
        optional(restore.lostAt) { $0.event.number($1.milliseconds) }
        event.number(restore.counters.ticket)
        event.number(restore.counters.customer)
        optional(restore.counters.number) { encoder, number in
            encoder.event.number(Int64(number.day))
            encoder.event.number(Int64(number.counter))
        }
        list(restore.entries) { $0.entry($1) }
    }

    private mutating func transfer(_ until: Moment, _ length: TimeSpan?, _ was: AgentName?, _ text: String?) {
        lease(until, length)
        plain(ifAny: was)
        sealed(ifAny: text)
    }

    private mutating func lease(_ until: Moment, _ length: TimeSpan?) {
        event.number(until.milliseconds)
        optional(length) { $0.event.number($1.milliseconds) }
    }

    private mutating func letter(_ letter: Letter) {
        recipients(letter.recipients)
        optional(letter.from) { $0.sealed($1) }
        sealed(letter.text)
        optional(letter.answers) { $0.event.number(Int64($1)) }
    }

    private mutating func recipients(_ recipients: Recipients) {
        list(recipients.to) { $0.sealed($1) }
        list(recipients.cc) { $0.sealed($1) }
    }

    private mutating func mail(_ mail: Mail) {
        entry(mail.entry)
        event.number(mail.customer.value)
        sealed(mail.customerName)
        sealed(mail.sender)
        sealed(mail.senderName)
        list(mail.replyTo) { $0.sealed($1) }
        sealed(mail.author)
        sealed(mail.authorName)
        recipients(mail.answer)
        optional(mail.arrivedAt) { $0.sealed($1) }
        list(mail.to) { $0.sealed($1) }
        list(mail.cc) { $0.sealed($1) }
        optional(mail.machine) { $0.event.byte($1.rawValue) }
        sealed(mail.subject)
        tickets(mail.also)
        list(mail.served) { $0.plain($1.description) }
        sealed(ifAny: mail.messageID)
        list(mail.references) { $0.sealed($1) }
        mail.raw.append(to: &event.bytes)
        mail.content.append(to: &event.bytes)
        list(mail.body) { encoder, passage in
            encoder.event.byte(passage.kind.rawValue)
            encoder.sealed(passage.text)
        }
        list(mail.files) { encoder, file in
            encoder.sealed(file.name)
            encoder.sealed(file.type)
            encoder.event.number(Int64(file.size))
        }
        list(mail.problems) { $0.sealed($1) }
    }

    private mutating func password(_ key: PasswordKey) {
        var credential = ByteWriter()
        credential.blob(key.salt)
        credential.number(Int64(key.iterations))
        credential.blob(key.storedKey)
        credential.blob(key.serverKey)
        sealed(credential.bytes)
    }

    private mutating func agent(_ change: AgentChange) {
        switch change {
        case .added(let isBot, let isAdmin):
            event.byte(1)
            flags(isBot, isAdmin)
        case .password(let key):
            event.byte(2)
            password(key)
        case .rights(let queue, let rights):
            event.byte(3)
            optional(queue) { $0.plain($1.description) }
            event.byte(rights.rawValue)
        case .flags(let isBot, let isAdmin):
            event.byte(4)
            flags(isBot, isAdmin)
        case .retired: event.byte(5)
        }
    }

    private mutating func token(_ change: TokenChange) {
        switch change {
        case .added(let agent, let digest):
            event.byte(1)
            plain(agent.description)
            sealed(digest.bytes)
        case .revoked(let agent):
            event.byte(2)
            plain(agent.description)
        }
    }

    private mutating func customer(_ change: CustomerChange) {
        switch change {
        case .addressAdded(let address):
            event.byte(1)
            sealed(address)
        case .flags(let relay, let noAutomaticReply, let unguarded, let guarded):
            event.byte(2)
            flags(relay, noAutomaticReply, unguarded, guarded)
        case .joined(let joined):
            event.byte(3)
            event.number(joined.customer.value)
            list(joined.addresses) { $0.sealed($1) }
        case .split(let split):
            event.byte(4)
            event.number(split.customer.value)
            list(split.addresses) { $0.sealed($1) }
        }
    }

    private mutating func queue(_ change: QueueChange) {
        let queue = change.queue
        flags(change.isNew, queue.answersAutomatically, queue.isDefault, queue.keepsCc)
        plain(queue.name.description)
        list(queue.addresses) { $0.sealed($1) }
        event.number(queue.lease.milliseconds)
        event.byte(queue.customerGuard.rawValue)
        event.number(Int64(queue.heldMost))
        sealed(ifAny: queue.automaticReply)
    }
}

extension Kind {
    /// By what the log knows a kind, for ever; a new one takes the next number.
    fileprivate var number: UInt8 {
        switch self {
        case .new: 1
        case .followUp: 2
        case .bounced: 3
        case .claim: 4
        case .guardOverride: 5
        case .release: 6
        case .steal: 7
        case .give: 8
        case .reply: 9
        case .autoSent: 10
        case .autoSuppressed: 11
        case .sent: 12
        case .failed: 13
        case .duplicateDropped: 14
        case .note: 15
        case .say: 16
        case .draft: 17
        case .close: 18
        case .reopen: 19
        case .move: 20
        case .agent: 21
        case .token: 22
        case .customer: 23
        case .queue: 24
        case .autoBreaker: 25
        case .recipients: 26
        case .customerSet: 27
        case .heard: 28
        case .restored: 30
        }
    }
}
