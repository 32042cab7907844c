internal import DeskCrypto
internal import DeskMail
internal import DeskModel
internal import DeskNet
internal import DeskStore

/// A desk with all its doors, from the first look at its files to the last byte: what `zurufd serve` is.
///
///     lock ─▶ files brought up ─▶ memory read ─▶ doors opened ─▶ round and round
///                                                                     │ SIGTERM
///                                          everything written ◀─ `~ bye`
final class ServedDesk {
    private let settings: Settings
    private let directory: StateDirectory
    private let lock: HeldLock
    private let loop: Loop
    private let log: Log
    private let signals: SignalWatch
    private let switchboard: Switchboard
    private let server: Server
    private let keeper: MailKeeper
    private let readers: ReadingWorkers
    private let intake: Intake
    private let courier: Courier
    private let mailDoor: LMTPDoor
    private let shellDoor: ShellDoor
    private var isOver = false

    /// Descriptors that agents' connections leave for SQLite, the workers, and the doors of mail and shell.
    private static let descriptorsKept = 128

    /// The longest that peers may take to hear the last of us, in milliseconds.
    private static let partingMilliseconds: Int64 = 5000

    /// Opens the desk's files and reads what must be in memory; nobody can talk to it yet.
    ///
    /// Throws a `ShellError` for what the owner has to mend, an `Opening.Failure` for what the disk may mend.
    init(_ settings: Settings, worker: String, userID: UInt32, log: Log) throws {
        // Blocked before the first thread is made.
        signals = try SignalWatch()
        let most = max(16, try raiseDescriptorLimit() - ServedDesk.descriptorsKept)
        var settings = settings
        settings.connections = min(settings.connections, most)
        self.settings = settings
        self.log = log
        directory = StateDirectory(path: settings.state)
        try ServedDesk.checkMail(settings)
        lock = HeldLock(try directory.lockIt())
        let tls = try ServedDesk.certificate(settings, directory)
        let sandboxes = try WorkerSandbox.check(worker)
        for sandbox in sandboxes { log.note(.sandbox(sandbox)) }
        let secret = try directory.readSecret()
        let signature: SignedMessageID.Signature = { HMAC.code(of: $0, key: secret).bytes }
        let files = StateFiles(directory: directory.path)
        let opening = try Opening(files, settings: settings, log: log) { reached, head in
            log.note(.rebuilding(reached: reached, head: head))
        }
        loop = try Loop()
        switchboard = Switchboard(
            engine: opening.engine, archive: opening.archive, clock: opening.clock, settings: settings,
            passwordChecker: try PasswordChecker(),
            readingRoom: try ReadingRoom(files, projector: opening.archive.projector), log: log)
        switchboard.sandboxes = sandboxes
        server = Server(loop: loop, switchboard: switchboard, tls: tls, settings: settings, log: log)
        keeper = opening.archive.keeper
        readers = ReadingWorkers(path: worker, loop: loop, log: log)
        intake = try Intake(
            switchboard, keeper: keeper, workers: readers, signature: signature, mailMost: settings.mailMost,
            loop: loop, log: log)
        courier = try Courier(
            switchboard, settings: settings, worker: worker, files: files, keeper: keeper, signature: signature,
            loop: loop, log: log)
        mailDoor = LMTPDoor(settings: settings, loop: loop, log: log, takeIn: intake.take)
        shellDoor = ShellDoor(switchboard, userID: userID, loop: loop, log: log)
    }

    /// Lets everybody in.
    func openDoors() throws(NetError) {
        rememberOrigins()
        try watch()
        try openMailDoors()
        try shellDoor.open(path: directory.shellSocket)
        watchCertificate()
        for endpoint in try server.listen() { log.note(.listening(on: "\(endpoint)", for: "agents")) }
        courier.wake()
    }

    /// Serves until a signal ends it.
    ///
    /// Where storage fails so that nobody can know whether the last write is there, the process ends without a line:
    /// only the next one reads the truth, and closing the journal would write to it once more.
    func run() throws {
        defer { loop.close() }
        do {
            try server.run { isOver }
            try part()
        } catch let unknown as OutcomeUnknown {
            log.note(.outcomeUnknown(unknown.reason))
            exitAtOnce(ServeCommand.storageFailed)
        }
    }
}

extension ServedDesk {
    private static func certificate(_ settings: Settings, _ directory: StateDirectory) throws(NetError) -> TLSContext {
        try TLSContext(
            certificateFile: settings.certificate ?? directory.certificate, keyFile: settings.key ?? directory.key)
    }

    /// What would only be noticed with the first outgoing message is noticed now.
    private static func checkMail(_ settings: Settings) throws {
        try settings.checkOutgoingMail()
        _ = try settings.smarthost.readPassword()
        if let file = settings.smarthost.authorities {
            _ = try TLSContext(trusting: .authorities(file: file))
        }
        guard let folder = settings.outgoing else { return }
        try Files.makeDirectory(folder, mode: 0o750)
        guard Files.isDirectory(folder) else { throw ShellError.failed("outgoing \(folder) is not a directory") }
        try Files.write([], to: folder + "/.writable")
        try Files.remove(folder + "/.writable")
    }

    /// Where agents have logged in outlives a restart. It is no part of the desk's state: without the file, or with a
    /// damaged one, each agent is a stranger until the next login.
    private func rememberOrigins() {
        let (path, log) = (directory.knownOrigins, log)
        if let text = try? Files.readPrivate(path, as: "the known origins", limit: KnownOrigins.fileLimit) {
            switchboard.knownOrigins = KnownOrigins(text: text)
        }
        switchboard.knownOriginsChanged = { [unowned switchboard = self.switchboard] in
            let text = switchboard.knownOrigins.text
            switchboard.passwordChecker.post {
                do throws(NetError) { try Files.write(text, to: path) } catch {
                    log.note(.knownOriginsUnwritten(error))
                }
            }
        }
    }

    private func openMailDoors() throws(NetError) {
        let path = settings.lmtpSocket ?? directory.mailSocket
        try mailDoor.open(try Listener.unix(path: path, mode: settings.lmtpMode), name: path)
        for endpoint in settings.lmtpListen {
            let listener = try Listener.tcp(host: endpoint.host, port: endpoint.port)
            let port = listener.port ?? endpoint.port
            try mailDoor.open(listener, name: "\(Settings.Endpoint(host: endpoint.host, port: port))")
        }
    }

    private func watch() throws(NetError) {
        switchboard.afterCommit = { [weak courier] _ in courier?.wake() }
        _ = try loop.watch(signals.descriptor, for: .read, by: Bell { [weak self] in self?.heed() })
        try switchboard.watch(loop)
    }

    private func heed() {
        while let signal = signals.next() {
            switch signal {
            case .terminate, .interrupt: isOver = true
            case .hangup: readCertificate()
            case .child: break  // Whoever started it asks after it.
            }
        }
    }

    /// Certificate and key anew; the old ones go on where the new ones make no pair.
    private func readCertificate() {
        do throws(NetError) {
            server.use(try ServedDesk.certificate(settings, directory))
            log.note(.certificateRead)
            noteCertificate()
        } catch {
            log.note(.certificateRefused(error))
        }
    }

    /// Looks at the certificate now and once a day: whoever waits for users to complain learns of it too late.
    private func watchCertificate() {
        noteCertificate()
        switchboard.furtherStatus = { [weak self] in self?.certificateStatus ?? [] }
        loop.after(milliseconds: TimeSpan.days(1).milliseconds) { [weak self] in self?.watchCertificate() }
    }

    private func noteCertificate() {
        guard let validity = server.tls.validity, validity.state(at: ServedDesk.wall) != .valid else { return }
        log.note(.certificateDue(validity, validity.state(at: ServedDesk.wall)))
    }

    private var certificateStatus: [(name: String, value: String)] {
        guard let validity = server.tls.validity else { return [] }
        return [
            ("certificate", validity.state(at: ServedDesk.wall).rawValue), ("certificate-until", "\(validity.until)"),
        ]
    }

    /// The time that clients judge certificates by, whatever the desk's clock says.
    private static var wall: Moment {
        Moment(milliseconds: Clock.wall())
    }

    /// The end in order: nobody new, everybody hears why, what is underway is written.
    private func part() throws {
        log.note(.stopping)
        server.stopListening()
        mailDoor.shut()
        shellDoor.shut()
        switchboard.stop()
        intake.stop()
        let latest = Clock.monotonic() + ServedDesk.partingMilliseconds * 1_000_000
        loop.at(latest) {}
        while server.connectionCount > 0, Clock.monotonic() < latest {
            try server.goRound()
        }
        server.closeConnections()
        courier.stop()
        readers.stop()
        keeper.stop()
        switchboard.shut()
        log.note(.stopped)
    }
}

/// Calls back when a descriptor is readable.
private final class Bell: Watcher {
    private let rung: () -> Void

    init(_ rung: @escaping () -> Void) {
        self.rung = rung
    }

    func isReady(_ readiness: Readiness) {
        rung()
    }
}

/// The signals, in a class because they cannot be copied.
private final class SignalWatch {
    private var signals: Signals

    init() throws(NetError) {
        signals = try Signals()
    }

    var descriptor: Int32 { signals.descriptor }

    func next() -> Signals.Signal? { signals.next() }
}

/// A lock, held as long as this lives; in a class because it cannot be copied.
final class HeldLock {
    private let file: LockFile

    init(_ file: consuming LockFile) {
        self.file = file
    }
}
