internal import DeskModel
internal import DeskNet
internal import DeskStore

/// `zurufd backup`: copies a desk, whether it runs or not, into a folder of its own.
enum BackupCommand {
    static let verb = ShellVerb(
        "backup", "DIR", "copies the desk into DIR while it runs, and checks the copy; DIR is empty or new",
        AdministrationCommand.state, run)

    private static let unfinished = ".unfinished"

    private static func run(_ words: [String], _ console: Console) throws(ShellError) -> Int32 {
        let said = try ShellWords(words, options: AdministrationCommand.state)
        guard let target = said.plain.first, said.plain.count == 1 else { throw .usage("DIR is missing, or not alone") }
        let settings = try Settings(said)
        let directory = StateDirectory(path: settings.state)
        try directory.requireDesk()
        var console = console
        try directory.becomeOwner(&console)
        let folder = BackupFolder(path: target)
        // Without it no desk starts, not even a restored one.
        _ = try directory.readSecret()
        do {
            try prepare(folder)
            let contents = try copy(directory, to: folder, console)
            console.showProgress("")
            console.print(
                "backup of event \(contents.mark.sequence) of \(contents.mark.at), epoch \(contents.mark.epoch), "
                    + "\(contents.messages) messages, checked: \(target)")
            let missing = BackupFolder.secrets.map(\.name).filter { !Files.exists("\(folder.path)/\($0)") }
            if !missing.isEmpty {
                console.print("not in it, because not in \(directory.path): \(missing.joined(separator: ", "))")
            }
            return Shell.done
        } catch let error as ShellError {
            throw error
        } catch {
            console.showProgress("")
            throw .failed("\(error)")
        }
    }

    /// Makes the folder, or clears away what an interrupted backup has left in it.
    private static func prepare(_ folder: BackupFolder) throws {
        try Files.makeDirectory(folder.path)
        let names = try Files.list(folder.path)
        let isInterrupted = names.contains(BackupFolder.sign) && !names.contains(BackupFolder.list)
        for name in names where ![BackupFolder.sign, BackupFolder.sign + ".new"].contains(name) {
            let isCopy = BackupFolder.names.contains { name.hasPrefix($0 + unfinished) }
            guard isCopy || isInterrupted && (BackupFolder.names + [BackupFolder.list + ".new"]).contains(name) else {
                throw ShellError.failed("\(folder.path) is not empty")
            }
        }
        try Files.write([], to: "\(folder.path)/\(BackupFolder.sign)")
        for name in names where name != BackupFolder.sign { try Files.remove("\(folder.path)/\(name)") }
    }

    /// Copies, checks, and only then gives the files their names; the list comes last.
    private static func copy(
        _ directory: StateDirectory, to folder: BackupFolder, _ console: Console
    ) throws -> StateCopy.Contents {
        let copies = StateFiles(directory: folder.path, suffix: unfinished)
        let progress = { (what: String, part: Int) in console.showProgress("\(what) \(part) %") }
        try StateCopy(of: StateFiles(directory: directory.path), to: copies).run(progress: progress)
        let contents = try StateCopy.complete(copies, progress: progress)
        // Nothing is in them any more.
        for name in ["mail.db", "desk.db", "journal.db"] {
            for rest in ["-wal", "-shm"] { try Files.remove("\(folder.path)/\(name)\(unfinished)\(rest)") }
        }
        var digests: [(name: String, digest: Digest)] = []
        for (name, mode) in BackupFolder.secrets where try Files.isThere("\(directory.path)/\(name)") {
            let copy = "\(folder.path)/\(name)\(unfinished)"
            digests.append((name, try Files.copy("\(directory.path)/\(name)", to: copy, mode: mode)))
        }
        for name in ["mail.db", "desk.db", "journal.db"] {
            console.showProgress("digest of \(name)")
            digests.append((name, try Files.digest(of: "\(folder.path)/\(name)\(unfinished)")))
        }
        for name in BackupFolder.names where digests.contains(where: { $0.name == name }) {
            try Files.move("\(folder.path)/\(name)\(unfinished)", to: "\(folder.path)/\(name)")
        }
        try folder.seal(contents.mark, made: Moment(milliseconds: Clock.wall()), digests)
        try Files.remove("\(folder.path)/\(BackupFolder.sign)")
        return contents
    }
}
