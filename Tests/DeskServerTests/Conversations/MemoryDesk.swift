import DeskCrypto
import DeskMail
import DeskModel
import DeskNet
import DeskPost
import DeskStore
import Testing

@testable import DeskServer

/// A whole desk without sockets: real engine, real files in a folder of its own, lines in memory, a clock set by hand.
///
/// The worker's reading of mail happens in this process: what is tried here is the conversation, not the box around it.
final class MemoryDesk: Stage {
    let folder: String
    let switchboard: Switchboard
    private let loop: Loop
    private var lines: [String: MemoryLine] = [:]
    private let secret = randomBytes(32)

    /// Makes a desk with the agents meier and schulze, the owner mustermann, and the queues inbox, recorder, junk.
    init(_ change: (inout Settings) -> Void = { _ in }) throws {
        folder = try Files.makeTemporaryDirectory(prefix: "zuruf-test-")
        var settings = Settings()
        settings.clockByHand = true
        settings.passwordIterations = 4096
        change(&settings)
        let files = StateFiles(directory: folder)
        let opening = try Opening(files, settings: settings, log: .silent) { _, _ in }
        let loop = try Loop()
        let gate = try Gate(iterations: 4096)
        let room = try ReadingRoom(files, projector: opening.archive.projector)
        switchboard = Switchboard(
            engine: opening.engine, archive: opening.archive, clock: opening.clock, settings: settings, gate: gate,
            readingRoom: room, log: .silent)
        self.loop = loop
        try switchboard.watch(loop)
        try setUp()
    }

    deinit {
        switchboard.shut()
        try? Files.removeDirectory(folder)
    }

    private func setUp() throws {
        func queue(_ name: String, _ address: String?, isDefault: Bool = false) throws {
            var queue = Queue(name: try #require(QueueName(name)))
            queue.addresses = address.map { [Address($0)] } ?? []
            queue.isDefault = isDefault
            try administer(.setQueue(queue))
        }
        try queue("inbox", "hotline@desk.example", isDefault: true)
        try queue("recorder", "recorder@desk.example")
        try queue("junk", nil)
        try queue("postmaster", nil)
        for (name, rights) in [("meier", Rights([.read, .work, .move])), ("schulze", [.read, .work, .move])] {
            try agent(name, rights, isAdmin: false)
        }
        try agent("mustermann", [.read, .work, .move, .lead], isAdmin: true)
    }

    /// Adds an agent whose password is his name's first letter.
    func agent(_ name: String, _ rights: Rights, isAdmin: Bool = false, isBot: Bool = false) throws {
        let agent = try #require(AgentName(name))
        let made = ScramKeys.make(password: String(name.prefix(1)), salt: randomBytes(16), iterations: 4096)
        let key = PasswordKey(
            salt: made.salt, iterations: made.iterations, storedKey: made.storedKey.bytes,
            serverKey: made.serverKey.bytes)
        try administer(.addAgent(agent, isBot: isBot, isAdmin: isAdmin, password: key))
        try administer(.setRights(agent, queue: nil, rights))
    }

    func administer(_ administration: Administration) throws {
        let answer = try submit(.administer(administration), by: .desk)
        guard case .done = answer else {
            Issue.record("refused: \(answer)")
            return
        }
    }

    /// Has a command decided and tells what became of it.
    func submit(_ command: Command, by agent: AgentName? = nil) throws -> DeskServer.Answer {
        var found: DeskServer.Answer?
        switchboard.submit(Submission(command: command, agent: agent) { found = $0 })
        while found == nil { try goRound() }
        return try #require(found)
    }

    private func line(_ who: String) -> MemoryLine {
        if let line = lines[who] { return line }
        let line = MemoryLine()
        line.session = switchboard.open(line)
        lines[who] = line
        return line
    }

    /// Goes round until nothing is left to be done, decided, read or said.
    func settle() throws {
        try goRound()
        while !switchboard.isIdle || switchboard.sessions.values.contains(where: \.isBusy) { try goRound() }
    }

    func say(_ who: String, _ text: String) throws {
        let session = try #require(line(who).session)
        switchboard.hear(Array((text + "\n").utf8)[...], for: session)
    }

    func hear(_ who: String) throws -> String? {
        let line = line(who)
        if let heard = line.nextLine() { return heard }
        try settle()
        if let heard = line.nextLine() { return heard }
        return try #require(line.session).isClosing ? nil : "(nothing)"
    }

    func endInput(_ who: String) throws {
        switchboard.hearsNoMore(try #require(line(who).session))
    }

    func mail(from: String, to: [String], _ bytes: [UInt8]) throws {
        var hash = SHA256()
        ContentDigest.feed(bytes) { hash.update($0) }
        let facts = Arrival.Delivered(
            raw: SHA256.digest(of: bytes), content: hash.finish(), sender: from.isEmpty ? nil : Address(from),
            recipients: to.map { Address($0) })
        let read = try MailReader().read(bytes)
        let secret = secret
        let arrival = Arrival(read, delivered: facts) { HMAC.code(of: $0, key: secret).bytes }
        _ = try submit(.arrive(arrival))
    }

    func advanceClock(by span: String) throws {
        let span = try TimeSpan(setting: span)
        #expect(switchboard.clock.advance(by: span))
        try settle()
    }

    func desk(_ words: [String]) throws {
        Issue.record("the desk in memory does not know: \(words.joined(separator: " "))")
    }

    private func goRound() throws {
        try loop.wait(milliseconds: switchboard.isIdle ? 1000 : 0)
        try switchboard.keepTime()
        try switchboard.turn()
    }
}

/// The other end of a session, in memory.
final class MemoryLine: ByteSink {
    var session: Session?
    private var bytes: [UInt8] = []

    func send(_ bytes: Span<UInt8>) -> Sent {
        for index in bytes.indices { self.bytes.append(bytes[index]) }
        return .moved(bytes.count)
    }

    func settle() {}

    /// The next whole line; `nil` if none has come.
    func nextLine() -> String? {
        guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        defer { bytes.removeSubrange(...end) }
        return String(decoding: bytes[..<end], as: UTF8.self)
    }
}
