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
        /// It has not; of this it is to be composed.
        case parts(Composition)
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
                try Files.write(bytes, to: path, mode: 0o640)
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
        if let bytes = try readers.mails().composed(outgoing.sequence) { return .composed(bytes) }
        let desk = try readers.desk()
        let text = try desk.text(outgoing.entry)
        guard text.applied >= outgoing.sequence else { return .notYet }
        guard case .ticket(_, let ticket?, _) = try desk.fact(for: .ticket(outgoing.entry.ticket)) else {
            return .failed("there is no ticket \(outgoing.entry.ticket)")
        }
        return .parts(Composition(ticket: ticket, answered: try answered(by: outgoing, desk)))
    }

    private static func answered(by outgoing: Outgoing, _ desk: DeskReader) throws(StoreError) -> Mail? {
        guard let entry = outgoing.letter.answers else { return nil }
        return try desk.text(EntryID(outgoing.entry.ticket, entry)).value?.event.kind.mail
    }
}
