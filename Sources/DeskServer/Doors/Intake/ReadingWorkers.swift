internal import DeskMail
internal import DeskNet

/// The workers that read messages: one for the many that take milliseconds, one for those that do not.
///
///     small ──▶ quick ──(late, or the worker died)──▶ slow ──(late, or died again)──▶ unreadable
///     large ───────────────────────────────────────▶
///
/// So a hostile message holds up a normal one by no more than the time after which it is late. One time-out in the slow
/// worker is enough: a message that was too slow once is so again. Belongs to the owner thread.
final class ReadingWorkers {
    /// What came of a message.
    enum Outcome {
        case read(ReadMail)
        /// It was too slow, or workers died of it.
        case unreadable
        /// No worker can be started: nothing has been tried.
        case missing(String)
    }

    private let quick: MailWorker
    private let slow: MailWorker

    /// Workers that are started by their first message; the limits are those for one message.
    init(
        path: String, loop: Loop, log: Log,
        quickly: MailWorker.TimeLimit = MailWorker.TimeLimit(milliseconds: 1000, ofProcessor: 100),
        slowly: MailWorker.TimeLimit = MailWorker.TimeLimit(milliseconds: 10_000)
    ) {
        quick = MailWorker(path: path, role: "read", loop: loop, log: log, timeLimit: quickly)
        slow = MailWorker(path: path, role: "read", loop: loop, log: log, timeLimit: slowly)
    }

    /// Reads a raw message; `then` gets the outcome once.
    func read(_ raw: [UInt8], then: @escaping (Outcome) -> Void) {
        // A large message takes a while even if it is harmless.
        guard raw.count <= Delivered.smallBytes else { return readSlowly(raw, hasFailed: false, then) }
        quick.ask(.read(raw)) { [weak self] result in
            guard let self else { return }
            switch result {
            case .success(.mail(let mail)): then(.read(mail))
            case .failure(.missing(let why)): then(.missing(why))
            case .failure(.late): readSlowly(raw, hasFailed: false, then)
            case .success, .failure(.failed): readSlowly(raw, hasFailed: true, then)
            }
        }
    }

    private func readSlowly(_ raw: [UInt8], hasFailed: Bool, _ then: @escaping (Outcome) -> Void) {
        slow.ask(.read(raw)) { [weak self] result in
            switch result {
            case .success(.mail(let mail)): then(.read(mail))
            case .failure(.missing(let why)): then(.missing(why))
            case .failure(.late): then(.unreadable)
            case .success, .failure(.failed):
                if hasFailed { then(.unreadable) } else { self?.readSlowly(raw, hasFailed: true, then) }
            }
        }
    }

    /// Ends both; what they have not answered is unreadable to its caller, which is stopping as well.
    func stop() {
        quick.stop()
        slow.stop()
    }
}
