internal import DeskCrypto
internal import DeskModel
internal import DeskNet

/// `zurufd init`: makes a new desk in an empty state directory.
enum InitCommand {
    static let options = [
        ShellOption("state", "DIR", "where the desk is to lie [/var/lib/zuruf]"),
        ShellOption("config", "FILE", "its configuration file"),
        ShellOption("host", "NAME", "the desk's name, for its certificate [localhost]"),
        ShellOption("user", "NAME", "root alone: the user that the desk is to belong to [the folder's owner]"),
        ShellOption("admin", "NAME", "the first agent, who may do everything [admin]"),
        NewPassword.option,
        ShellOption("password-iterations", "N", "rounds of PBKDF2 [100000]"),
    ]

    static func run(_ words: [String], _ console: Console) throws(ShellError) -> Int32 {
        let said = try ShellWords(words, options: options)
        if let word = said.plain.first { throw .usage("what is \(Log.quoted(word)) for?") }
        let settings = try Settings(said)
        let directory = StateDirectory(path: settings.state)
        let name = said.value(of: "admin") ?? "admin"
        guard let admin = AgentName(name), !admin.isReserved else {
            throw .usage("\(Log.quoted(name)) can be nobody's name: a-z, then a-z 0-9 . _ -, at most 32")
        }
        // Before the folder is given to its user: a desk of another one must stay theirs.
        try refuseRemains(directory)
        var console = console
        if let user = said.value(of: "user") {
            try directory.make(for: user, &console)
        } else {
            try directory.becomeOwner(&console)
        }
        try refuseWholeDesk(directory, settings)
        let password = try NewPassword.get(said, for: name, console)
        try directory.makePrivate(console)
        try makeFiles(in: directory, settings)
        try open(admin, password, settings)
        try finish(directory)
        if password.isMadeUp { console.print("password of \(admin): \(password.text)") }
        if console.userID == 0 { console.print(belongsToRoot("init")) }
        console.print(try PinCommand.line(settings.certificate ?? directory.certificate))
        return Shell.done
    }

    /// What root is told who has not named a user.
    static func belongsToRoot(_ command: String) -> String {
        "the desk belongs to root; for a service of another user, \(command) --user NAME"
    }

    /// A new desk over what is left of another would take its place: its numbers, its Message-IDs and its key would
    /// come again for others.
    private static func refuseRemains(_ directory: StateDirectory) throws(ShellError) {
        try directory.refuseHalfRestored()
        let found: [String]
        do throws(NetError) { found = try directory.remains } catch { throw .failed(error.description) }
        guard found.isEmpty || Files.exists(directory.unfinishedInit) else {
            throw .failed(
                found.contains("journal.db")
                    ? "there is a desk in \(directory.path) already"
                    : "there are remains of a desk in \(directory.path) (\(found.joined(separator: ", "))): "
                        + "restore it from a backup, or move them away")
        }
    }

    /// An interrupted `init` may have made all of the desk.
    private static func refuseWholeDesk(_ directory: StateDirectory, _ settings: Settings) throws(ShellError) {
        guard Files.exists(directory.journal) else { return }
        let desk = try StoppedDesk(settings, log: .standardError(isJournal: false))
        defer { desk.close() }
        guard desk.isNew else {
            // The desk is whole: only the mark, and perhaps the password that was to be printed, are missing.
            try finish(directory)
            throw .failed(
                "there is a desk in \(settings.state) already, from an init that was interrupted: "
                    + "zurufd agent passwd sets a password that was not printed")
        }
    }

    /// Everything but the desk itself, so that a desk never lacks one of them.
    private static func makeFiles(in directory: StateDirectory, _ settings: Settings) throws(ShellError) {
        do {
            try Files.write([], to: directory.unfinishedInit)
            if settings.certificate == nil {
                let names = [settings.host] + ["localhost", "127.0.0.1", "::1"].filter { $0 != settings.host }
                let made = try SelfSigned(names: names, days: 3650)
                try Files.write(made.key, to: directory.key)
                try Files.write(made.certificate, to: directory.certificate, mode: 0o644)
            }
            if !Files.exists(directory.secret) { try Files.write(randomBytes(32), to: directory.secret) }
        } catch {
            throw .failed("\(error)")
        }
    }

    private static func finish(_ directory: StateDirectory) throws(ShellError) {
        do { try Files.remove(directory.unfinishedInit) } catch { throw .failed(error.description) }
    }

    /// The desk with its queues and its first agent, all in one turn: there is no half of it.
    private static func open(
        _ admin: AgentName, _ password: NewPassword, _ settings: Settings
    ) throws(ShellError) {
        let key = PasswordKey(password: password.text, iterations: settings.passwordIterations)
        let desk = try StoppedDesk(settings, log: .standardError(isJournal: false))
        defer { desk.close() }
        guard desk.isNew else { throw .failed("there is a desk in \(settings.state) already") }
        try desk.found(
            queues.map(Administration.setQueue) + [
                .addAgent(
                    admin, isBot: false, isAdmin: true, password: key,
                    [Grant([.read, .work, .move, .lead], in: nil)])
            ])
    }

    /// Where mail goes that no other queue claims, what is no mail for anybody, and what could not be read or
    /// delivered.
    private static var queues: [Queue] {
        ["inbox", "junk", "postmaster"].compactMap { QueueName($0) }.map { name in
            var queue = Queue(name: name)
            queue.isDefault = name == .inbox
            queue.answersAutomatically = name == .inbox
            // All reports of one mail server are one customer's, and no two of them one matter.
            if name == .postmaster { queue.customerGuard = .off }
            return queue
        }
    }
}
