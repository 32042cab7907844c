import DeskCrypto
import DeskMail
import DeskModel
import DeskNet
import DeskStore
import DeskTestSupport
import Testing

@testable import DeskServer

/// A whole desk without sockets: the real switchboard, intake, courier and files, lines in memory, a clock set by hand.
///
/// It begins with the queues inbox, recorder, junk and postmaster, the agents meier and schulze, and the owner
/// mustermann.
final class MemoryDesk: Stage {
    let folder: String
    private let settings: Settings
    private var running: Running?
    private var lines: [String: (line: MemoryLine, session: Session)] = [:]

    /// Makes a desk; `settings` are words of `zurufd serve`.
    init(_ settings: [(word: String, value: String)] = []) throws {
        Signals.ignoreBrokenPipes()
        folder = try Files.makeTemporaryDirectory(prefix: "/tmp/zuruf-memory-")
        try Files.makeDirectory(folder + "/out")
        try Pattern.copy(to: folder + "/state")
        let out = folder + "/out"
        var taken = Settings()
        taken.clockByHand = true
        taken.passwordIterations = 4096
        try taken.apply(options: settings.map { ($0.word, $0.word == "outgoing" ? out : $0.value) })
        self.settings = taken
        running = try Running(folder + "/state", taken)
    }

    deinit {
        running?.stop()
        do { try Files.removeDirectory(folder) } catch { Issue.record("\(error)") }
    }

    var postFolder: String { folder + "/out" }
    var stateFolder: String { folder + "/state" }

    /// Who is on the line.
    var switchboard: Switchboard {
        get throws { try #require(running, "the desk is stopped").switchboard }
    }

    /// Has a command decided and tells what became of it.
    func submit(_ command: Command, by agent: AgentName? = nil) throws -> DeskServer.Answer {
        var found: DeskServer.Answer?
        try switchboard.submit(Submission(command: command, agent: agent) { found = $0 })
        try goRound { found != nil }
        return try #require(found)
    }

    func send(_ who: String, _ bytes: [UInt8]) throws {
        try switchboard.hear(bytes[...], for: try line(of: who).session)
    }

    func hear(_ who: String) throws -> String? {
        let (line, session) = try line(of: who)
        try settle()
        try goRound { line.hasLine || session.isClosing && session.hasSaidAll }
        return line.nextLine() ?? (session.isClosing ? nil : "(nothing)")
    }

    func endInput(_ who: String) throws {
        try switchboard.hearsNoMore(try line(of: who).session)
        try settle()
    }

    func tear(_ who: String) throws {
        try settle()
        try switchboard.close(try line(of: who).session)
        lines[who] = nil
    }

    func read(_ who: String, _ isReading: Bool) throws {
        try settle()
        let (line, session) = try line(of: who)
        line.isReading = isReading
        if isReading { try switchboard.listUnsaid(session) }
        try settle()
    }

    func mail(from: String, to: [String], _ bytes: [UInt8]) throws -> String {
        guard let running else { return "4.3.0 the desk does not answer" }
        var answer: IntakeAnswer?
        running.intake.take(Delivered(sender: from, recipients: to, bytes: bytes)) { answer = $0 }
        try goRound { answer != nil }
        return String(try #require(answer).reply.dropFirst(4))
    }

    func advanceClock(by span: String) throws {
        let span = try TimeSpan(setting: span)
        #expect(try switchboard.clock.advance(by: span))
        try settle()
    }

    func desk(_ words: [String]) throws -> Bool {
        switch words {
        case ["crash"], ["stop"]:
            // In memory a crash is only that nobody hears of it: the files are what they were after the last turn.
            if words == ["stop"] { try switchboard.stop() }
            running?.stop()
            running = nil
            if words == ["crash"] { lines = [:] }
        case ["start"]:
            lines = [:]
            running = try Running(folder + "/state", settings)
        case ["post", "works"]: try Files.makeDirectory(postFolder)
        case ["post", "broken"]: try Files.removeDirectory(postFolder)
        default: return try replaceFile(words)
        }
        return true
    }

    func shell(_ words: [String]) throws -> [String] {
        var words = words
        var secret: [String] = []
        switch words.prefix(2) {
        case ["agent", "add"] where !words.contains("--bot"), ["agent", "passwd"]:
            words.append("--key=" + PasswordKey(password: String(words[2].prefix(1)), iterations: 4096).text)
        case ["token", "add"]:
            let token = Token()
            words.append("--digest=" + Base64.standard.encode(token.digest.bytes))
            secret = [token.text]
        default: break
        }
        var reply: ShellReply?
        let counter = ShellCounter(try switchboard)
        counter.fulfil(try ShellRequest(words)) { reply = $0 }
        try goRound { reply != nil }
        let said = try #require(reply)
        return said.lines + (said.failure.map { ["zurufd: \($0)"] } ?? []) + secret
    }

    /// Connects from an address.
    func call(_ who: String, from peer: PeerAddress) throws {
        let line = MemoryLine()
        lines[who] = (line, try switchboard.open(line, from: peer))
    }

    /// Whether the answer to what this one has said last is being worked on elsewhere.
    func isBusy(_ who: String) throws -> Bool {
        try #require(lines[who]).session.isBusy
    }

    /// Goes round once, without waiting for sessions whose passwords are being checked.
    func turn() throws {
        try running?.goRound(patience: 20)
    }

    /// The finals that these have been told and that `hear` has not taken.
    func finals(of them: [String]) throws -> [String] {
        them.flatMap { lines[$0]?.line.lines ?? [] }.filter { $0.hasPrefix("OK ") || $0.hasPrefix("ERR ") }
    }

    private func line(of who: String) throws -> (line: MemoryLine, session: Session) {
        if let known = lines[who] { return known }
        let line = MemoryLine()
        let new = (line, try switchboard.open(line))
        lines[who] = new
        return new
    }

    /// Goes round until nothing is left to be done, decided, read or said.
    private func settle() throws {
        guard let running else { return }
        try running.goRound(patience: 0)
        try goRound { !running.isBusy }
    }

    /// Goes round until `isOver`; some seconds are too long.
    private func goRound(until isOver: () -> Bool) throws {
        let latest = Clock.monotonic() + 5_000_000_000
        while !isOver(), Clock.monotonic() < latest { try running?.goRound(patience: 20) }
    }
}

/// A desk that runs.
private final class Running {
    let switchboard: Switchboard
    let intake: Intake
    private let courier: Courier
    private let loop: Loop
    private let keeper: MailKeeper
    private let readers: ReadingWorkers

    init(_ state: String, _ settings: Settings) throws {
        let files = StateFiles(directory: state)
        let secret = try StateDirectory(path: state).readSecret()
        let signature: SignedMessageID.Signature = { HMAC.code(of: $0, key: secret).bytes }
        let opening = try Opening(files, settings: settings, log: .silent) { _, _ in }
        loop = try Loop()
        switchboard = Switchboard(
            engine: opening.engine, archive: opening.archive, clock: opening.clock, settings: settings,
            passwordChecker: try PasswordChecker(),
            readingRoom: try ReadingRoom(files, projector: opening.archive.projector), log: .silent)
        try switchboard.watch(loop)
        keeper = opening.archive.keeper
        readers = ReadingWorkers(path: Programs.path("zuruf-mail"), loop: loop, log: .silent)
        intake = try Intake(
            switchboard, keeper: keeper, workers: readers, signature: signature, mailMost: settings.mailMost,
            loop: loop, log: .silent)
        courier = try Courier(
            switchboard, settings: settings, worker: Programs.path("zuruf-mail"), files: files, keeper: keeper,
            signature: signature, loop: loop, log: .silent)
        switchboard.afterCommit = { [weak courier] _ in courier?.wake() }
        courier.wake()
    }

    var isBusy: Bool {
        !switchboard.isIdle || switchboard.sessions.values.contains { $0.isBusy && !$0.isClosing }
    }

    func goRound(patience: Int32) throws {
        try loop.wait(milliseconds: switchboard.isIdle ? patience : 0)
        try switchboard.keepTime()
        try switchboard.turn()
        for session in switchboard.takeSettled() where session.isClosing && session.hasSaidAll {
            switchboard.close(session)
        }
    }

    func stop() {
        intake.stop()
        courier.stop()
        readers.stop()
        keeper.stop()
        switchboard.shut()
        loop.close()
    }
}

/// The other end of a session, in memory.
final class MemoryLine: ByteSink {
    /// Whether the peer reads; until then his socket is full.
    var isReading = true
    private var bytes: [UInt8] = []

    func send(_ bytes: Span<UInt8>) -> Sent {
        guard isReading else { return .wait }
        for index in bytes.indices { self.bytes.append(bytes[index]) }
        return .moved(bytes.count)
    }

    func settle() {}

    /// The lines that have come.
    var lines: [String] {
        String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// Whether a whole line has come.
    var hasLine: Bool {
        bytes.contains(UInt8(ascii: "\n"))
    }

    /// The next whole line; `nil` if none has come.
    func nextLine() -> String? {
        guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        defer { bytes.removeSubrange(...end) }
        return String(decoding: bytes[..<end], as: UTF8.self)
    }
}
