internal import DeskCrypto
internal import DeskEngine
internal import DeskMail
internal import DeskModel
internal import DeskStore

/// The owner thread's way to the disk: the journal that it writes, and what follows the journal.
final class Archive {
    private var journal: Journal
    private let reader: DeskReader
    private var counters = Counters()
    /// What was found changed from outside.
    let damages: DamageLog
    /// Messages that events name and that `mail.db` lacked at the start.
    let missingOriginals: Int
    /// The thread that writes `mail.db`, which follows the journal too.
    let keeper: MailKeeper
    /// The thread that writes `desk.db` behind the journal.
    let projector: Projector

    /// Takes over a journal and the files behind it, which have been brought to its head.
    init(
        journal: consuming Journal, reader: DeskReader, projector: Projector, keeper: MailKeeper, damages: DamageLog,
        missingOriginals: Int
    ) {
        self.journal = journal
        self.reader = reader
        self.projector = projector
        self.keeper = keeper
        self.damages = damages
        self.missingOriginals = missingOriginals
    }

    /// The last event that is durable.
    var head: SequenceNumber {
        journal.sequence
    }

    /// The name of the log.
    var epoch: String {
        journal.epoch
    }

    /// The event up to which `desk.db` is true.
    var applied: SequenceNumber {
        projector.applied
    }

    /// Makes a turn durable and hands it to those who follow the journal.
    func append(_ events: [Event]) throws(StoreError) {
        projector.follow(try journal.append(events))
        for event in events { counters.count(event) }
        markJournal()
    }

    /// Lets `mail.db` know how far the journal is.
    func markJournal() {
        keeper.follow(
            JournalMark(
                epoch: journal.epoch, sequence: journal.sequence, chain: journal.chain,
                at: journal.lastAt ?? Moment(milliseconds: 0), counters: counters))
    }

    /// Messages that were queued up to this event have Message-IDs without a time.
    var unstamped: SequenceNumber {
        journal.unstamped
    }

    /// The newest step back of the log and when it was found; `nil` if there was none, or it cannot be read.
    var restored: (at: Moment, restore: Restore)? {
        guard journal.restored > 0 else { return nil }
        var found: (at: Moment, restore: Restore)?
        try? journal.read(after: journal.restored - 1, limit: 1) { events in
            if let event = events.first, case .restored(let restore) = event.kind { found = (event.at, restore) }
        }
        return found
    }

    /// Tries whether the journal can be written.
    func probe() throws(StoreError) {
        try journal.probe()
    }

    /// Answers one need of the engine.
    func fact(for need: Need) throws(StoreError) -> Fact {
        try reader.fact(for: need)
    }

    /// The engine as the disk has it: from `desk.db` in one read, then the journal behind that. The one way in which
    /// memory is filled, at the start and after a write that failed.
    func readEngine(_ settings: Settings, at now: Moment) throws(StoreError) -> Engine {
        let image = try reader.image()
        counters.raise(
            to: Counters(ticket: image.lastTicket, customer: image.lastCustomer, number: image.lastNumber))
        var engine = Engine(
            image: image, at: now, defaultAutomaticReply: AutomaticText.template,
            zone: .minutes(Int64(settings.zone)))
        engine.autoReplyLimits = settings.automaticReplies
        try journal.read(after: image.applied, limit: .max) { events throws(StoreError) in
            for event in events { try apply(event, to: &engine) }
        }
        return engine
    }

    private func apply(_ event: Event, to engine: inout Engine) throws(StoreError) {
        for _ in 0..<8 {
            let needs = engine.needs(toApply: event)
            if needs.isEmpty { break }
            for need in needs { engine.learn(try fact(for: need)) }
        }
        engine.apply(event)
        counters.count(event)
    }

    /// Events of the log, with their texts, turn by turn.
    func read(
        after sequence: SequenceNumber, limit: Int, each: ([Event]) throws(StoreError) -> Void
    ) throws(StoreError) {
        try journal.read(after: sequence, limit: limit) { events throws(StoreError) in
            for event in events { damages.note(event) }
            try each(events)
        }
    }

    /// Keeps soft marks, with the projector's next bite.
    func note(_ marks: [Shown]) {
        projector.note(marks)
    }

    /// Keeps leases, with the projector's next bite.
    func note(_ leases: [TicketID: LeaseRecord]) {
        if !leases.isEmpty { projector.note(leases) }
    }

    /// Waits a moment for `desk.db` if it is so far behind that the desk has to slow down.
    func letProjectorCatchUp() {
        guard projector.lag > Archive.lagMost else { return }
        _ = projector.wait(for: head - Int64(Archive.lagMost), atMost: Archive.breath)
    }

    /// Events that `desk.db` may be behind: what memory holds for it stays bounded.
    private static let lagMost = 100_000
    /// How long a round waits then, in milliseconds.
    private static let breath = 10

    /// Lets those who follow the journal write what is left, and end.
    func close() {
        projector.stop()
        keeper.stop()
        journal.finish()
    }

    /// What a retry key keeps of a command.
    static func digest(of canonical: [UInt8]) -> Digest {
        SHA256.digest(of: canonical)
    }
}
