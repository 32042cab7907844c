internal import DeskNet
internal import DeskStore

/// `zurufd serve`: every word of the configuration file is an option.
enum ServeCommand {
    static let options =
        [ShellOption("config", "FILE", "the configuration file: a word and its value a line")]
        + SettingWord.all.map { ShellOption($0.name, $0.form, $0.help) }

    /// Ended for a reason that a restart may mend: the disk, or a write of which nobody knows whether it is done
    /// (EX_IOERR).
    static let storageFailed: Int32 = 74

    static func run(_ words: [String], _ console: Console) throws(ShellError) -> Int32 {
        let said = try ShellWords(words, options: options)
        if let word = said.plain.first { throw .usage("what is \(Log.quoted(word)) for?") }
        let settings = try Settings(said)
        let log = Log.standardError(isJournal: console.environment["JOURNAL_STREAM"] != nil)
        let directory = StateDirectory(path: settings.state)
        var console = console
        try directory.becomeOwner(&console)
        try directory.requireDesk()
        do {
            let desk = try ServedDesk(
                settings, worker: settings.worker ?? console.neighbour("zuruf-mail"), userID: console.userID, log: log)
            try desk.openDoors()
            try desk.run()
            return Shell.done
        } catch let failure as Opening.Failure {
            console.complain("zurufd serve: \(failure)")
            return storageFailed
        } catch let error as StoreError {
            console.complain("zurufd serve: \(error)")
            return storageFailed
        } catch let error as ShellError {
            throw error
        } catch {
            throw .failed("\(error)")
        }
    }
}
