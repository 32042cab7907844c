internal import DeskModel
internal import DeskNet
internal import DeskStore
internal import DeskWire

/// The desk at work: sockets around the switchboard, one loop, one thread.
final class Server: LineHouse {
    /// What waits for sockets and deadlines.
    let loop: Loop
    /// Who is on the line.
    let switchboard: Switchboard
    /// The buffer that all lines receive into.
    var scratch = [UInt8](repeating: 0, count: 16 * 1024)

    private let settings: Settings
    /// What newcomers are spoken to with.
    private(set) var tls: TLSContext
    private var doors: [Door] = []
    private var lines: [ObjectIdentifier: AgentLine] = [:]
    private var handshakes: [AgentLine] = []
    private var withMore: [AgentLine] = []
    private var crowd = Crowd()
    private let log: Log
    private let handshakeMilliseconds: Int64

    /// Handshake steps of one turn: the costliest thing a stranger can ask for must not hold up a claim (0.2 ms each).
    private static let handshakesPerTurn = 8

    /// A server that listens nowhere yet; a handshake that is not done in time ends the connection.
    init(
        loop: Loop, switchboard: Switchboard, tls: TLSContext, settings: Settings, log: Log,
        handshakeMilliseconds: Int64 = 10_000
    ) {
        self.loop = loop
        self.switchboard = switchboard
        self.tls = tls
        self.settings = settings
        self.log = log
        self.handshakeMilliseconds = handshakeMilliseconds
    }

    /// Begins to listen; gives the endpoints, with their true ports, in the order of `settings.listen`, then of
    /// `settings.plainListen`.
    ///
    /// Where nothing was said about `listen` and this machine has no IPv6, it listens on IPv4 alone.
    func listen() throws(NetError) -> [Settings.Endpoint] {
        var open: [Settings.Endpoint] = []
        for endpoint in settings.listen {
            do throws(NetError) {
                open.append(try listen(at: endpoint, isEncrypted: true))
            } catch {
                guard settings.isOptional(endpoint, after: error) else { throw error }
                log.note(.withoutIPv6)
            }
        }
        for endpoint in settings.plainListen { open.append(try listen(at: endpoint, isEncrypted: false)) }
        return open
    }

    /// Uses another certificate for everybody who comes from now on.
    func use(_ tls: TLSContext) {
        self.tls = tls
    }

    /// Goes round until `isOver` says so.
    func run(until isOver: () -> Bool) throws {
        while !isOver() {
            try goRound()
        }
    }

    /// Waits for something to happen, and lets the switchboard have a turn.
    func goRound() throws {
        let isBusy = !handshakes.isEmpty || !withMore.isEmpty || !switchboard.isIdle
        switchboard.archive.letProjectorCatchUp()
        try loop.wait(milliseconds: isBusy ? 0 : switchboard.patience)
        shakeHands()
        let row = withMore
        withMore.removeAll(keepingCapacity: true)
        for line in row { line.receive() }
        try switchboard.keepTime()
        try switchboard.turn()
        settle()
    }

    /// Closes every connection at once.
    func closeConnections() {
        for line in lines.values { line.close() }
    }

    /// Stops listening; who is connected stays.
    func stopListening() {
        for door in doors { door.close() }
        doors = []
    }

    /// Connections that are open.
    var connectionCount: Int {
        lines.count
    }

    private func listen(at endpoint: Settings.Endpoint, isEncrypted: Bool) throws(NetError) -> Settings.Endpoint {
        let listener = try Listener.tcp(host: endpoint.host, port: endpoint.port)
        let door = Door(listener, isEncrypted: isEncrypted, server: self)
        try door.open(in: loop)
        doors.append(door)
        return Settings.Endpoint(host: endpoint.host, port: listener.port ?? endpoint.port)
    }

    private func shakeHands() {
        let count = min(handshakes.count, Server.handshakesPerTurn)
        let row = Array(handshakes.prefix(count))
        handshakes.removeFirst(count)
        for line in row { line.stepHandshake() }
    }

    /// Lets the line of every session that did something look what that means for its socket.
    private func settle() {
        for session in switchboard.takeSettled() { session.line.settle() }
    }
}

extension Server {
    /// Takes newcomers in, unless there are too many of them.
    fileprivate func accept(from door: Door) {
        for _ in 0..<64 {
            switch door.listener.accept(over: door.isEncrypted ? tls : nil) {
            case .accepted(let connection, let peer): welcome(connection, from: peer)
            case .wouldBlock: return
            case .exhausted:
                log.note(.descriptorsExhausted)
                door.rest(in: loop)
                return
            }
        }
    }

    private func welcome(_ connection: Connection, from peer: PeerAddress) {
        guard crowd.hasRoom(settings) else { return connection.close() }
        let line = AgentLine(connection, from: peer, house: self)
        lines[ObjectIdentifier(line)] = line
        crowd.enter(line.origin)
        do throws(NetError) {
            try line.open(in: loop)
        } catch {
            line.close()
            return
        }
        loop.after(milliseconds: handshakeMilliseconds) { [weak line] in
            if let line, line.isHandshaking { line.close() }
        }
    }

    func wantsHandshake(_ line: AgentLine) {
        handshakes.append(line)
    }

    func begin(_ line: AgentLine) -> Session {
        let isFull = crowd.isFull(for: line.origin, settings)
        if isFull { crowd.change(&line.standing, to: .turnedAway, line.origin) }
        return switchboard.open(line, from: line.peer, isFull: isFull)
    }

    func knows(_ line: AgentLine) {
        crowd.change(&line.standing, to: .known, line.origin)
    }

    func hear(_ count: Int, for session: Session) {
        switchboard.hear(scratch[..<count], for: session)
    }

    func hearsNoMore(_ session: Session) {
        switchboard.hearsNoMore(session)
    }

    func hasMore(_ line: AgentLine) {
        withMore.append(line)
    }

    func canSpeak(_ session: Session) {
        switchboard.listUnsaid(session)
    }

    func lost(_ line: AgentLine) {
        line.close()
    }

    func closed(_ line: AgentLine) {
        guard lines.removeValue(forKey: ObjectIdentifier(line)) != nil else { return }
        crowd.leave(line.standing, line.origin)
        if let session = line.session { switchboard.close(session) }
    }
}

/// A listening socket and what it does when nobody can be taken in.
private final class Door: Watcher {
    let listener: Listener
    let isEncrypted: Bool
    private unowned let server: Server
    private var token: Loop.Token?

    init(_ listener: Listener, isEncrypted: Bool, server: Server) {
        self.listener = listener
        self.isEncrypted = isEncrypted
        self.server = server
    }

    func open(in loop: Loop) throws(NetError) {
        token = try loop.watch(listener.descriptor, for: .read, by: self)
    }

    func isReady(_ readiness: Readiness) {
        server.accept(from: self)
    }

    /// Looks away for a moment: as long as somebody waits, the poller would report it at once again.
    func rest(in loop: Loop) {
        guard let token else { return }
        try? loop.change(token, listener.descriptor, to: [])
        loop.after(milliseconds: Listener.restMilliseconds) { [weak self, weak loop] in
            guard let self, let loop, let token = self.token else { return }
            try? loop.change(token, self.listener.descriptor, to: .read)
        }
    }

    func close() {
        if let token { server.loop.unwatch(token, listener.descriptor) }
        token = nil
    }
}
