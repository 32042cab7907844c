internal import DeskModel
internal import DeskNet
internal import DeskStore

/// `zurufd restore`: puts a backup in the place of an older desk, or where there is none.
enum RestoreCommand {
    static let verb = ShellVerb(
        "restore", "DIR [--lost OLD-DIR]", "puts the backup in DIR in the place of an older desk, or where none is",
        [
            ShellOption(
                "lost", "OLD-DIR",
                "a newer or damaged desk, stopped and moved away: mv /var/lib/zuruf OLD-DIR; "
                    + "what it has given out is not given out again"),
            ShellOption("user", "NAME", "root alone: the user that the desk is to belong to [the owner of OLD-DIR]"),
            ShellOption("nothing-lost", nil, "nothing happened after the backup: no number is left out"),
            ShellOption("replace-keys", nil, "replaces the secret, the key and the certificate that are there"),
        ] + AdministrationCommand.state, run)

    private static let suffix = StateDirectory.restoringSuffix

    private static func run(_ words: [String], _ console: Console) throws(ShellError) -> Int32 {
        let said = try ShellWords(words, options: verb.options)
        guard let source = said.plain.first, said.plain.count == 1 else { throw .usage("DIR is missing, or not alone") }
        let settings = try Settings(said)
        let directory = StateDirectory(path: settings.state)
        let contents = try BackupFolder(path: source).contents()
        var console = console
        if let user = said.value(of: "user") {
            try directory.make(for: user, &console)
        } else if let old = said.value(of: "lost") {
            try directory.make(as: old, &console)
        }
        try directory.becomeOwner(&console)
        do {
            try Files.makeDirectory(directory.path)
            let lock = HeldLock(try directory.lockIt())
            if !said.has("replace-keys") { try refuseOtherKeys(directory, contents) }
            let restore: Restore
            do {
                try copy(source, contents, to: directory, console)
                console.showProgress("")
                restore = try renew(directory, said, settings)
            } catch {
                try removeCopies(directory)
                throw error
            }
            try replace(directory, contents)
            report(restore, contents, said, console)
            if console.userID == 0 { console.print(InitCommand.belongsToRoot("restore")) }
            withExtendedLifetime(lock) {}
            return Shell.done
        } catch let error as ShellError {
            throw error
        } catch {
            throw .failed("\(error)")
        }
    }

    /// Refuses if there is a secret, a key or a certificate of another desk, or a newer one of this desk: clients know
    /// that certificate, and customers answer Message-IDs that were signed with that secret.
    private static func refuseOtherKeys(_ directory: StateDirectory, _ contents: BackupFolder.Contents) throws {
        guard !Files.exists(directory.unfinishedRestore) else { return }
        var others: [String] = []
        for (name, digest) in contents.digests where BackupFolder.secrets.contains(where: { $0.name == name }) {
            let file = "\(directory.path)/\(name)"
            if try Files.isThere(file), try "\(Files.digest(of: file))" != digest { others.append(name) }
        }
        guard !others.isEmpty else { return }
        let pin = (try? PinCommand.line(directory.certificate)).map { " (\($0))" } ?? ""
        throw ShellError.failed(
            "\(others.joined(separator: ", ")) in \(directory.path) would be replaced, and the backup has others"
                + "\(pin): move them away, or restore with --replace-keys")
    }

    /// Copies the files beside those that are there, and compares them with the list.
    private static func copy(
        _ source: String, _ contents: BackupFolder.Contents, to directory: StateDirectory, _ console: Console
    ) throws {
        try removeCopies(directory)
        for (name, digest) in contents.digests {
            console.showProgress("copying \(name)")
            let mode = BackupFolder.secrets.first { $0.name == name }?.mode ?? 0o600
            let target = "\(directory.path)/\(name)\(suffix)"
            guard try "\(Files.copy("\(source)/\(name)", to: target, mode: mode))" == digest else {
                throw ShellError.failed("\(source)/\(name) is not as it was when it was backed up")
            }
        }
    }

    private static func removeCopies(_ directory: StateDirectory) throws(NetError) {
        for name in BackupFolder.names {
            for rest in ["", "-wal", "-shm"] { try Files.remove("\(directory.path)/\(name)\(suffix)\(rest)") }
        }
    }

    /// Refuses if the desk that is there has something that the backup lacks; else draws an epoch, behind all numbers
    /// that are known to have been given out.
    private static func renew(
        _ directory: StateDirectory, _ said: ShellWords, _ settings: Settings
    ) throws -> Restore {
        let copies = StateFiles(directory: directory.path, suffix: suffix)
        var journal = try Journal(path: copies.journal, hashing: .system)
        let remains = try directory.remains
        if !remains.isEmpty, !Files.exists(directory.unfinishedRestore) {
            let files = StateFiles(directory: directory.path)
            let here = try LostLog.all(of: files, beside: journal, isLenient: false)
            guard here.witnesses.isEmpty else {
                let until = here.at.map { " of \($0)" } ?? ""
                throw ShellError.failed(
                    "the desk in \(directory.path) is not older than the backup: it is at event \(here.last)\(until); "
                        + "zurufd restore --help says how to move it away")
            }
        }
        let now = Moment(milliseconds: Clock.wall())
        var lost = LostLog()
        if let old = said.value(of: "lost") {
            lost = try LostLog.all(of: StateFiles(directory: old), beside: journal, isLenient: true)
        }
        let mail = try MailArchive(path: copies.mail, hashing: .system)
        if let mark = try mail.mark() { lost.counters.raise(to: mark.counters) }
        if said.has("nothing-lost") { lost.isComplete = true }
        let day = CivilDate(now + .minutes(Int64(settings.zone))).compact
        if lost.witnesses.isEmpty {
            lost.leaveRoom(day: day, since: journal.lastAt ?? now, until: now)
        } else {
            lost.leaveRoom(day: day)
        }
        let at = max(now, journal.lastAt ?? now, lost.at ?? now)
        let restore = try journal.restart(after: lost, at: at)
        try mail.write(
            JournalMark(
                epoch: journal.epoch, sequence: journal.sequence, chain: journal.chain,
                at: journal.lastAt ?? now, counters: restore.counters))
        journal.finish()
        mail.finish()
        return restore
    }

    /// Puts the copies in place, the journal last. While the sign stands nobody takes what is there for a desk.
    private static func replace(_ directory: StateDirectory, _ contents: BackupFolder.Contents) throws {
        try Files.write([], to: directory.unfinishedRestore)
        for name in ["journal.db", "mail.db", "desk.db"] {
            for rest in ["", "-wal", "-shm"] { try Files.remove("\(directory.path)/\(name)\(rest)") }
        }
        for name in BackupFolder.names where contents.digests.contains(where: { $0.name == name }) {
            for rest in ["-wal", "-shm"] { try Files.remove("\(directory.path)/\(name)\(suffix)\(rest)") }
            try Files.move("\(directory.path)/\(name)\(suffix)", to: "\(directory.path)/\(name)")
        }
        try Files.remove(directory.unfinishedInit)
        try Files.remove(directory.unfinishedRestore)
    }

    private static func report(
        _ restore: Restore, _ contents: BackupFolder.Contents, _ said: ShellWords, _ console: Console
    ) {
        console.print("restored up to event \(contents.event) of \(contents.at), epoch \(restore.epoch)")
        if restore.lost > contents.event {
            let until = restore.lostAt.map { ", the last of \($0)" } ?? ""
            console.print("lost: events \(contents.event + 1) to \(restore.lost)\(until)")
        } else if !said.has("nothing-lost") {
            console.print("lost: whatever happened after that; how much is not known")
        }
        let number = restore.counters.number.map { ", public number \($0)" } ?? ""
        console.print("numbers go on after ticket #\(restore.counters.ticket)\(number)")
    }
}
