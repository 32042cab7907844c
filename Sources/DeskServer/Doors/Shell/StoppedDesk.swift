internal import DeskModel
internal import DeskNet
internal import DeskStore

/// A desk that no server has open: the shell takes its lock and changes it by the very way a server would.
final class StoppedDesk {
    private let lock: HeldLock
    private let switchboard: Switchboard

    /// Opens the desk in the state directory, which must exist; without a journal it is a new one.
    init(_ settings: Settings, log: Log) throws(ShellError) {
        let directory = StateDirectory(path: settings.state)
        lock = HeldLock(try directory.lockIt())
        do {
            let files = StateFiles(directory: directory.path)
            let opening = try Opening(files, settings: settings, log: log) { _, _ in }
            switchboard = Switchboard(
                engine: opening.engine, archive: opening.archive, clock: opening.clock, settings: settings,
                passwordChecker: try PasswordChecker(),
                readingRoom: try ReadingRoom(files, projector: opening.archive.projector), log: log)
        } catch {
            throw .failed("\(error)")
        }
    }

    /// Whether nothing has ever happened on it.
    var isNew: Bool { switchboard.head == 0 }

    /// Fulfils a request of the shell.
    func fulfil(_ request: ShellRequest) throws(ShellError) -> ShellReply {
        var reply: ShellReply?
        let counter = ShellCounter(switchboard)
        counter.fulfil(request) { reply = $0 }
        while reply == nil { try turn() }
        return reply ?? ShellReply()
    }

    /// Makes all changes, at most 512, in one turn, however long that takes: all of them or, if the disk does not take
    /// them, none.
    func found(_ changes: [Administration]) throws(ShellError) {
        var refusal: Refusal?
        var answers = 0
        for change in changes {
            switchboard.submit(
                Submission(command: .administer(change), agent: .desk) { answer in
                    answers += 1
                    if case .refused(let why) = answer { refusal = refusal ?? why }
                })
        }
        try turn(deadline: .max)
        if let refusal { throw .failed(refusal.sentence) }
        guard answers == changes.count else { throw .failed("only \(answers) of \(changes.count) changes were made") }
    }

    /// Lets `desk.db` catch up and closes the files.
    func close() {
        switchboard.archive.close()
    }

    private func turn(deadline: Int64? = nil) throws(ShellError) {
        do {
            try switchboard.turn(deadline: deadline)
        } catch {
            throw .failed("nobody can tell whether it is done, look and try again: \(error.reason)")
        }
    }
}
