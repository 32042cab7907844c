import DeskModel

/// The questions to the journal, on whichever connection asks them.
final class LogReads {
    /// Where the log ends.
    struct Head: Equatable {
        let sequence: SequenceNumber
        let chain: Digest
        let at: Moment?
    }

    private let hashing: Hashing
    private let last: Statement
    private let from: Statement
    private let holding: Statement
    private let ending: Statement
    private let texts: Statement
    private let lengths: Statement
    private let recent: Statement
    /// The turn that was read last: its bytes fit the chain.
    private var checked: Stored?

    init(_ database: borrowing Database, hashing: Hashing) throws(StoreError) {
        self.hashing = hashing
        last = try database.prepare("SELECT first + count - 1, chain, t FROM turn ORDER BY first DESC LIMIT 1")
        from = try database.prepare(
            """
            SELECT first, count, chain, body FROM turn
            WHERE first >= (SELECT coalesce(max(first), 1) FROM turn WHERE first <= ?) ORDER BY first
            """)
        holding = try database.prepare(
            "SELECT first, count, chain, body FROM turn WHERE first <= ? ORDER BY first DESC LIMIT 1")
        ending = try database.prepare(
            "SELECT first + count - 1, chain FROM turn WHERE first <= ? ORDER BY first DESC LIMIT 1")
        texts = try database.prepare("SELECT id, salt, bytes FROM text WHERE id >= ? AND id < ?")
        lengths = try database.prepare("SELECT id, length(bytes) FROM text WHERE id >= ? AND id < ?")
        recent = try database.prepare("SELECT first, count FROM turn ORDER BY first DESC")
    }

    /// Where the log ends.
    func head() throws(StoreError) -> Head {
        let found = try last.first { row throws(StoreError) in
            Head(
                sequence: row.integer(0), chain: try digest(row.bytes(1)), at: Moment(milliseconds: row.integer(2)))
        }
        return found ?? Head(sequence: 0, chain: .zero, at: nil)
    }

    /// The chain after event `sequence`, if a turn ends with it; that before the first event is all zero.
    func chain(after sequence: SequenceNumber) throws(StoreError) -> Digest? {
        if sequence == 0 { return .zero }
        ending.bind(1, sequence)
        let found = try ending.first { row throws(StoreError) in (row.integer(0), try digest(row.bytes(1))) }
        guard let (end, chain) = found, end == sequence else { return nil }
        return chain
    }

    /// Where a turn begins after which lie at least `events` events, or the log.
    func start(ofLast events: Int) throws(StoreError) -> SequenceNumber {
        var left = Int64(events)
        var first: SequenceNumber = 1
        try recent.scan { row in
            first = row.integer(0)
            left -= row.integer(1)
            return left > 0
        }
        return first
    }

    /// Whole turns after `sequence`, which ends one, until they hold `limit` events or `upTo` is reached.
    func turns(after sequence: SequenceNumber, upTo: SequenceNumber, limit: Int) throws(StoreError) -> [Turn] {
        var turns: [Turn] = []
        var count = 0
        var next = sequence + 1
        while count < limit, next <= upTo, let stored = try turn(holding: next), stored.first == next {
            let turn = Turn(events: try decode(stored, stored.first...stored.last), chain: stored.chain)
            count += turn.events.count
            next = stored.last + 1
            turns.append(turn)
        }
        return turns
    }

    /// The events after `sequence`, at most `limit` of them, to `each` turn by turn: no more than one turn's texts are
    /// in memory at a time.
    func events(
        after sequence: SequenceNumber, limit: Int, each: ([Event]) throws(StoreError) -> Void
    ) throws(StoreError) {
        guard sequence < .max else { return }
        var next = sequence + 1
        var left = Int64(limit)
        while left > 0, let stored = try turn(holding: next), stored.last >= next {
            let end = stored.last - next < left ? stored.last : next + left - 1
            try each(try decode(stored, next...end))
            left -= end - next + 1
            next = end + 1
        }
    }

    /// The event with that number.
    func event(_ sequence: SequenceNumber) throws(StoreError) -> Event? {
        guard let stored = try turn(holding: sequence), stored.last >= sequence else { return nil }
        return try decode(stored, sequence...sequence).first
    }

    /// The event with that number without any text, and where those texts of it are stored that can be long.
    func outline(_ sequence: SequenceNumber) throws(StoreError) -> (event: Event, writings: [StoredText])? {
        guard let stored = try turn(holding: sequence), stored.last >= sequence else { return nil }
        let (event, writings) = try read(stored, sequence) { _, _, _ in .intact([]) }
        guard !writings.isEmpty else { return (event, []) }
        var counts: [Int64: Int] = [:]
        lengths.bind(1, sequence * Journal.textsPerEvent)
        lengths.bind(2, (sequence + 1) * Journal.textsPerEvent)
        try lengths.each { counts[$0.integer(0)] = Int($0.integer(1)) }
        let kinds = event.kind.mail?.body.map(\.kind) ?? []
        return (
            event,
            writings.enumerated().map { place, writing in
                let row = sequence * Journal.textsPerEvent + Int64(writing.ordinal)
                return StoredText(
                    row: row, count: counts[row] ?? 0, kind: place < kinds.count ? kinds[place] : .new,
                    digest: writing.digest)
            }
        )
    }

    /// The event with that number, with all texts but `writings`.
    func event(_ sequence: SequenceNumber, without writings: [StoredText]) throws(StoreError) -> Event? {
        guard let stored = try turn(holding: sequence), stored.last >= sequence else { return nil }
        var found: [Int64: Row] = [:]
        var start = sequence * Journal.textsPerEvent
        for end in writings.map(\.row) + [(sequence + 1) * Journal.textsPerEvent] {
            if start < end { try readTexts(start..<end, into: &found) }
            start = end + 1
        }
        let others = Set(writings.map(\.row))
        return try read(stored, sequence) { [hashing] sequence, ordinal, digest in
            let row = sequence * Journal.textsPerEvent + Int64(ordinal)
            return others.contains(row) ? .intact([]) : FoundText(found[row], digest, hashing)
        }.event
    }

    /// Reads one event of a turn, and which of its texts can be long.
    private func read(
        _ stored: Stored, _ sequence: SequenceNumber, texts: @escaping (SequenceNumber, Int, Digest) -> FoundText
    ) throws(StoreError) -> (event: Event, writings: [(ordinal: Int, digest: Digest)]) {
        var decoder = EventDecoder(stored.body, texts: texts)
        do throws(Corruption) {
            for _ in stored.first..<sequence { _ = try decoder.nextEncoded() }
            if let event = try decoder.next(), event.sequence == sequence { return (event, decoder.writings) }
        } catch {
            throw .corrupt("the turn that begins with event \(stored.first) cannot be read: \(error)")
        }
        throw .corrupt("the turn that begins with event \(stored.first) does not hold event \(sequence)")
    }

    /// A row of `text`.
    struct Row {
        let salt: [UInt8]
        let bytes: [UInt8]
    }

    /// A row of `turn`.
    struct Stored: Equatable {
        let first: SequenceNumber
        let last: SequenceNumber
        let chain: Digest
        let body: [UInt8]

        init(_ row: borrowing Statement) throws(StoreError) {
            first = row.integer(0)
            last = first + row.integer(1) - 1
            chain = try digest(row.bytes(2))
            body = row.bytes(3)
        }
    }

    /// The turn that `sequence` belongs to, or the last one before it; throws `corrupt` if it is not as it was written.
    private func turn(holding sequence: SequenceNumber) throws(StoreError) -> Stored? {
        holding.bind(1, sequence)
        guard let stored = try holding.first({ row throws(StoreError) in try Stored(row) }) else { return nil }
        if stored == checked { return stored }
        let before =
            if let checked, checked.last + 1 == stored.first { checked.chain } else {
                try chain(after: stored.first - 1)
            }
        guard let before else { throw .corrupt("no turn ends before event \(stored.first)") }
        try check(stored, after: before)
        checked = stored
        return stored
    }

    /// Computes the chain over a turn again, and compares.
    private func check(_ stored: Stored, after before: Digest) throws(StoreError) {
        var (chain, next) = (before, stored.first)
        var decoder = EventDecoder(stored.body) { _, _, _ in .missing }
        do throws(Corruption) {
            while let event = try decoder.nextEncoded() {
                chain = hashing.hash(chain.bytes, event)
                next += 1
            }
        } catch {
            throw .corrupt("the turn that begins with event \(stored.first) cannot be read: \(error)")
        }
        guard chain == stored.chain, next == stored.last + 1 else {
            throw .corrupt("the chain is broken in the turn that begins with event \(stored.first)")
        }
    }

    /// Reads those events of a turn; the others are only stepped over.
    private func decode(_ stored: Stored, _ wanted: ClosedRange<SequenceNumber>) throws(StoreError) -> [Event] {
        let found = try texts(of: wanted)
        var decoder = EventDecoder(stored.body) { [hashing] sequence, ordinal, digest in
            FoundText(found[sequence * Journal.textsPerEvent + Int64(ordinal)], digest, hashing)
        }
        var events: [Event] = []
        events.reserveCapacity(Int(wanted.upperBound - wanted.lowerBound) + 1)
        do throws(Corruption) {
            for _ in stored.first..<wanted.lowerBound { _ = try decoder.nextEncoded() }
            while Int64(events.count) <= wanted.upperBound - wanted.lowerBound, let event = try decoder.next() {
                events.append(event)
            }
        } catch {
            throw .corrupt("the turn that begins with event \(stored.first) cannot be read: \(error)")
        }
        guard events.first?.sequence == wanted.lowerBound, events.last?.sequence == wanted.upperBound else {
            throw .corrupt("the turn that begins with event \(stored.first) does not hold what it should")
        }
        return events
    }

    private func texts(of events: ClosedRange<SequenceNumber>) throws(StoreError) -> [Int64: Row] {
        var found: [Int64: Row] = [:]
        let end = (events.upperBound + 1) * Journal.textsPerEvent
        try readTexts(events.lowerBound * Journal.textsPerEvent..<end, into: &found)
        return found
    }

    private func readTexts(_ rows: Range<Int64>, into found: inout [Int64: Row]) throws(StoreError) {
        texts.bind(1, rows.lowerBound)
        texts.bind(2, rows.upperBound)
        try texts.each { found[$0.integer(0)] = Row(salt: $0.bytes(1), bytes: $0.bytes(2)) }
    }

    /// Reckons the chain anew over all turns from the one that begins with event `first`, and compares.
    ///
    /// Throws `corrupt` at the first turn that is missing, or whose bytes are not those that were written.
    func verify(from first: SequenceNumber) throws(StoreError) {
        var next = first
        guard var chain = try chain(after: first - 1) else { throw .corrupt("no turn ends before event \(first)") }
        from.bind(1, first)
        try from.each { row throws(StoreError) in
            let stored = try Stored(row)
            guard stored.first == next else { throw .corrupt("event \(next) is missing") }
            try check(stored, after: chain)
            (chain, next) = (stored.chain, stored.last + 1)
        }
    }
}

extension FoundText {
    /// What a row is to an event that has this salted digest of its text.
    fileprivate init(_ row: LogReads.Row?, _ digest: Digest, _ hashing: Hashing) {
        guard let row else {
            self = .missing
            return
        }
        self = hashing.hash(row.salt, row.bytes) == digest ? .intact(row.bytes) : .changed
    }
}

/// A stored SHA-256.
func digest(_ bytes: [UInt8]) throws(StoreError) -> Digest {
    guard let digest = Digest(bytes) else { throw .corrupt("a digest of \(bytes.count) bytes") }
    return digest
}
