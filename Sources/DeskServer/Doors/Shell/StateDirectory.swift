internal import DeskNet

/// The folder in which everything of one desk lies, and what is called how in it.
///
/// `journal.db`, `mail.db` and `desk.db` are the store's (`StateFiles`).
struct StateDirectory {
    /// Where it is.
    let path: String

    /// Whoever holds its lock writes to the desk: a server, or the shell while none runs.
    var lock: String { path + "/lock" }
    /// The certificate chain that `init` made.
    var certificate: String { path + "/certificate.pem" }
    /// Its private key.
    var key: String { path + "/key.pem" }
    /// 32 bytes that sign Message-IDs and hide which names exist.
    var secret: String { path + "/secret" }
    /// From where agents have logged in.
    var knownOrigins: String { path + "/known-origins" }
    /// The shell's way into a running desk.
    var shellSocket: String { path + "/admin.sock" }
    /// Where mail comes in.
    var mailSocket: String { path + "/lmtp.sock" }
    /// The truth; where it lies, there is a desk.
    var journal: String { path + "/journal.db" }

    /// Stands here while `init` is at work: what it left when it was killed is no desk, and `init` may go on.
    var unfinishedInit: String { path + "/init.unfinished" }

    /// Stands here while a restore puts files in place: what is there then is no desk.
    var unfinishedRestore: String { path + "/restore.unfinished" }

    /// Says what is wrong unless a desk has been set up here.
    func requireDesk() throws(ShellError) {
        try refuseHalfRestored()
        do {
            if try hasDesk() { return try refuseHalfMade() }
            let remains = try remains
            guard remains.isEmpty || Files.exists(unfinishedInit) else {
                throw ShellError.failed(
                    "journal.db is missing in \(path), where \(remains.joined(separator: ", ")) of a desk are left: "
                        + "restore it from a backup")
            }
        } catch let error as ShellError {
            throw error
        } catch {
            throw .failed("\(error)")
        }
        if Files.exists(path), !Files.isDirectory(path) { throw .failed("\(path) is not a directory") }
        throw .failed("there is no desk in \(path); zurufd init makes one")
    }

    /// What a restore adds to the names of files that are not in place yet.
    static let restoringSuffix = ".restoring"

    /// Throws if `init` was interrupted here: the desk may have no agent yet.
    private func refuseHalfMade() throws(ShellError) {
        if Files.exists(unfinishedInit) {
            throw .failed("zurufd init was interrupted in \(path): run it again")
        }
    }

    /// Says so if a restore was interrupted here, unless it left the desk that was here as it was.
    func refuseHalfRestored() throws(ShellError) {
        let names = (try? Files.list(path)) ?? []
        let isCopying = names.contains { $0.contains(StateDirectory.restoringSuffix) }
        let isDesk = try hasDesk()
        if Files.exists(unfinishedRestore) || isCopying && !isDesk {
            throw .failed("a restore into \(path) was interrupted: run zurufd restore again")
        }
    }

    /// Files here that belong to a desk, by name.
    var remains: [String] {
        get throws(NetError) {
            var found: [String] = []
            for name in StateDirectory.kept where try Files.isThere("\(path)/\(name)") { found.append(name) }
            return found
        }
    }

    /// A write-ahead log counts as well: it may hold what has not reached its file.
    private static let kept =
        ["journal.db", "mail.db", "desk.db"].flatMap { [$0, $0 + "-wal"] } + ["secret", "key.pem", "certificate.pem"]

    /// Whether a desk has been set up here; throws where the folder may not be read.
    func hasDesk() throws(ShellError) -> Bool {
        do throws(NetError) {
            return try Files.isThere(journal)
        } catch {
            throw .failed("the state directory: \(error)")
        }
    }

    /// Makes the folder, or closes an empty one to others, as `mkdir` and `useradd` leave it; throws if it holds
    /// something and others can enter it.
    func makePrivate(_ console: Console) throws(ShellError) {
        do {
            try Files.makeDirectory(path, mode: 0o700)
            do {
                try Files.requirePrivateDirectory(path, as: "the state directory")
            } catch {
                guard case .exposed = error, try isEmpty() else { throw error }
                try Files.setMode(ofDirectory: path, 0o700)
                try Files.requirePrivateDirectory(path, as: "the state directory")
                console.print("the state directory \(path) is closed to others now (mode 700)")
            }
        } catch let error as ShellError {
            throw error
        } catch {
            throw .failed("\(error)")
        }
    }

    /// Takes the lock, or says who has it; refuses a folder that others can enter.
    func lockIt() throws(ShellError) -> LockFile {
        do throws(NetError) {
            try Files.requirePrivateDirectory(path, as: "the state directory")
            return try LockFile(path: lock)
        } catch .locked(_, let pid) {
            throw .failed(
                "the desk in \(path) is served by process \(pid.map { "\($0)" } ?? "of unknown number") already")
        } catch {
            throw .failed(error.description)
        }
    }

    /// The secret that `init` made.
    func readSecret() throws(ShellError) -> [UInt8] {
        do throws(NetError) {
            let bytes = try Files.readPrivate(secret, as: "the secret", limit: 32)
            if bytes.count == 32 { return bytes }
        } catch .tooLarge {
        } catch {
            throw .failed("\(error)")
        }
        throw .failed("\(secret) is damaged, it must have 32 bytes: restore it from a backup")
    }
}

extension Settings {
    /// The settings of the file that `--config` names and of the options that are settings.
    init(_ words: ShellWords) throws(ShellError) {
        self.init()
        do {
            if let path = words.value(of: "config") {
                var file = SettingsFile(
                    name: path, bytes: try Files.read(path, as: "the configuration", limit: 1 << 20))
                try file.apply(to: &self)
            }
        } catch {
            throw .failed("\(error)")
        }
        let options = words.options.filter { $0.name != "config" && SettingWord.named($0.name) != nil }
            .map { ($0.name, $0.value ?? "") }
        do throws(SettingsError) {
            try apply(options: options)
        } catch {
            throw .usage(error.description)
        }
    }
}
