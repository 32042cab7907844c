internal import DeskCrypto
internal import DeskEngine
internal import DeskMail
internal import DeskModel
internal import DeskStore

/// The owner thread's way to the disk: the journal that it writes, and what follows the journal.
final class Archive {
    private var journal: Journal
    private let reader: DeskReader
    /// The thread that writes `desk.db` behind the journal.
    let projector: Projector

    /// Takes over a journal and the files behind it, which have been brought to its head.
    init(journal: consuming Journal, reader: DeskReader, projector: Projector) {
        self.journal = journal
        self.reader = reader
        self.projector = projector
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

    /// Makes a turn durable and hands it to the projector.
    func append(_ events: [Event]) throws(StoreError) {
        projector.follow(try journal.append(events))
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
    }

    /// Events of the log, with their texts, turn by turn.
    func read(
        after sequence: SequenceNumber, limit: Int, each: ([Event]) throws(StoreError) -> Void
    ) throws(StoreError) {
        try journal.read(after: sequence, limit: limit, each: each)
    }

    /// Keeps soft marks, with the projector's next bite.
    func note(_ marks: [Shown]) {
        projector.note(marks)
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

    /// Lets the projector write what is left, and end.
    func close() {
        projector.stop()
    }

    /// What a retry key keeps of a command.
    static func digest(of canonical: [UInt8]) -> Digest {
        SHA256.digest(of: canonical)
    }
}
