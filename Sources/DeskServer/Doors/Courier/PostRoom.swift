internal import DeskModel
internal import DeskNet
internal import DeskStore

/// Where the courier's slow work is done, on a thread of its own: looking up what a mail answers, writing .eml files.
final class PostRoom {
    /// What is to be done.
    enum Errand: Sendable {
        /// Find the composed bytes of a mail, or what it is to be composed of.
        case look(Outgoing)
        /// Write a mail into a folder.
        case write([UInt8], path: String)
        /// Read the smarthost's password.
        case readPassword(Settings.Smarthost)
    }

    /// An errand that is over.
    struct Done: Sendable {
        /// The mail that it was for.
        let mail: SequenceNumber
        /// What came of it.
        let outcome: Outcome
    }

    /// What came of it.
    enum Outcome: Sendable {
        /// The mail has been composed before.
        case composed([UInt8])
        /// It has not, or not for this event; of this it is to be composed.
        case parts(Composition)
        /// Its text or its recipients are not as they were written: it must not be sent.
        case damaged
        /// `desk.db` does not have it yet.
        case notYet
        /// The file is written, durably.
        case written
        /// The password that was read.
        case password(String)
        /// It failed for now.
        case failed(String)
    }

    /// Where outcomes come back, in the order of the errands; the loop watches it.
    let outcomes: Mailbox<Done>
    private let worker: Worker
    private let readers: StateReaders

    /// Opens the room over the files of a desk.
    init(_ files: StateFiles) throws(NetError) {
        outcomes = try Mailbox()
        worker = try Worker(name: "zuruf-courier")
        readers = StateReaders(files)
    }

    /// Lets an errand be done for a mail.
    func send(_ errand: Errand, for mail: SequenceNumber) {
        let (outcomes, readers) = (outcomes, readers)
        worker.post { outcomes.post(Done(mail: mail, outcome: errand.run(with: readers))) }
    }

    /// Lets the thread end.
    func close() {
        worker.stop()
    }
}

extension PostRoom.Errand {
    fileprivate func run(with readers: StateReaders) -> PostRoom.Outcome {
        do {
            switch self {
            case .look(let outgoing): return try Self.look(for: outgoing, in: readers)
            case .write(let bytes, let path):
                try Self.write(bytes, to: path)
                return .written
            case .readPassword(let smarthost): return .password(try smarthost.readPassword())
            }
        } catch {
            readers.close()
            return .failed((error as? ShellError)?.text ?? "\(error)")
        }
    }

    private static func look(
        for outgoing: Outgoing, in readers: StateReaders
    ) throws(StoreError) -> PostRoom.Outcome {
        let recipients = outgoing.letter.recipients.all
        guard outgoing.pending.allSatisfy(recipients.contains) else { return .damaged }
        if case .intact(let bytes) = try readers.mails().composed(for: outgoing) { return .composed(bytes) }
        let desk = try readers.desk()
        let text = try desk.text(outgoing.entry)
        guard text.applied >= outgoing.sequence else { return .notYet }
        guard text.value?.event.isDamaged == false else { return .damaged }
        guard case .ticket(_, let ticket?, _) = try desk.fact(for: .ticket(outgoing.entry.ticket)) else {
            return .failed("there is no ticket \(outgoing.entry.ticket)")
        }
        return .parts(Composition(ticket: ticket, answered: try answered(by: outgoing, desk)))
    }

    /// Writes a message into the folder. After a step back of the journal another message may have had its number: that
    /// one stays, and this one gets a name of its own.
    private static func write(_ bytes: [UInt8], to path: String) throws(NetError) {
        var free = path
        var count = 1
        while Files.exists(free), try Files.read(free, limit: .max) != bytes {
            count += 1
            free = "\(path.dropLast(".eml".utf8.count))-\(count).eml"
        }
        try Files.write(bytes, to: free, mode: 0o640)
    }

    private static func answered(by outgoing: Outgoing, _ desk: DeskReader) throws(StoreError) -> Mail? {
        guard let entry = outgoing.letter.answers else { return nil }
        var answered: Event?
        _ = try desk.outline(of: EntryID(outgoing.entry.ticket, entry)) { outline throws(StoreError) in
            answered = try desk.event(outline)
            return false
        }
        // Subject, names or Message-IDs that were changed outside of the desk must not be sent.
        return answered.flatMap { $0.isDamaged ? nil : $0.kind.mail }
    }
}
