internal import DeskModel
internal import DeskNet

/// A connection of an agent: between the socket and the session, nothing but bytes.
///
///     accepted ─ handshake ─▶ talking ─ session is done ─▶ leaving (our end is said, theirs awaited) ─▶ closed
final class AgentLine: Watcher, ByteSink {
    private enum Phase {
        case handshaking
        case talking
        case leaving
        case closed
    }

    private let connection: Connection
    private var phase: Phase
    private unowned let house: any LineHouse
    /// Who is at the other end.
    let peer: PeerAddress
    /// Which origin it counts towards.
    let origin: PeerAddress
    private var token: Loop.Token?
    private var asked: Interest = .read
    private var peerHasEnded = false
    /// Whether it waits for its next handshake step.
    private var isQueued = false
    /// The conversation, from the end of the handshake on.
    private(set) var session: Session?
    /// As what it counts.
    var standing = Crowd.Standing.stranger

    /// Takes over a connection that has been accepted.
    init(_ connection: Connection, from peer: PeerAddress, house: any LineHouse) {
        self.connection = connection
        self.peer = peer
        origin = peer.origin
        self.house = house
        phase = .handshaking
    }

    /// Begins to watch the socket; a plain one begins to talk at once.
    func open(in loop: Loop) throws(NetError) {
        token = try loop.watch(connection.descriptor, for: .read, by: self)
        if !connection.isEncrypted { beginTalking() }
    }

    func isReady(_ readiness: Readiness) {
        switch phase {
        case .handshaking:
            if !isQueued { house.wantsHandshake(self) }
            isQueued = true
        case .talking:
            if connection.canReceive(readiness) { receive() }
            if connection.canSend(readiness), let session { house.canSpeak(session) }
            if readiness.hangup, let session, session.isBusy {
                if session.agent == nil { close() } else { lookAway() }
            }
        case .leaving: awaitTheirEnd()
        case .closed: break
        }
    }

    /// Goes a step on with the handshake; the house limits how many of these a turn makes.
    func stepHandshake() {
        isQueued = false
        guard phase == .handshaking else { return }
        switch connection.handshake() {
        case .done: beginTalking()
        case .wantsRead: ask(.read)
        case .wantsWrite: ask(.write)
        case .failed: close()
        }
    }

    /// Receives until nothing is left or the session has its share of a turn, so that all lines that have arrived
    /// belong to one turn, however many TLS records they came in.
    ///
    /// TLS fetches all records that are there in one read, so that nothing is left once nothing is pending; the poller
    /// reports what arrives meanwhile. Records and bytes are bounded as well: blank lines and blocks without an end
    /// could be sent as fast as they are read.
    func receive() {
        guard phase == .talking, let session else { return }
        var received = 0
        for _ in 0..<AgentLine.maximumReceives where received < Session.inputBytesMost {
            guard session.wantsInput else { return }
            switch connection.receive(into: &house.scratch) {
            case .bytes(let count):
                received += count
                house.hear(count, for: session)
            case .wait: return
            case .ended:
                peerHasEnded = true
                house.hearsNoMore(session)
                return
            case .failed:
                house.lost(self)
                return
            }
            guard connection.hasPending else { return }
        }
        house.hasMore(self)
    }

    /// Takes bytes for the peer, as `Connection.send` does.
    func send(_ bytes: Span<UInt8>) -> Sent {
        phase == .talking ? connection.send(bytes) : .failed(.closed)
    }

    /// Asks the poller for what the session wants now, or ends with it.
    func settle() {
        guard phase == .talking, let session else { return }
        if session.isLost { return close() }
        if standing == .stranger, session.agent != nil { house.knows(self) }
        if session.isClosing, session.hasSaidAll { return leave() }
        if token == nil, !session.isBusy, session.inputs.isEmpty { return close() }
        let interest = connection.interest(
            receiving: session.wantsInput && !peerHasEnded, sending: !session.outlet.isDrained)
        ask(interest)
        // What TLS has decrypted already is unknown to the poller.
        if session.wantsInput, connection.hasPending { house.hasMore(self) }
    }

    /// Ends it politely: says our end, waits for theirs, so that the last words are not thrown away.
    func leave() {
        guard phase == .talking else { return }
        phase = .leaving
        _ = connection.shutdown()
        if peerHasEnded {
            close()
        } else {
            ask(.read)
            house.loop.after(milliseconds: AgentLine.patience) { [weak self] in self?.close() }
        }
    }

    /// Ends it at once.
    func close() {
        guard phase != .closed else { return }
        phase = .closed
        lookAway()
        connection.close()
        house.closed(self)
        session = nil
    }

    /// Whether the handshake is still going on.
    var isHandshaking: Bool {
        phase == .handshaking
    }

    /// How long the peer may take to say his end, in milliseconds.
    private static let patience: Int64 = 2000
    /// How often one report of the poller lets it receive: once for each line of a turn, since a client may send each
    /// in a record of its own. What is left is reported again.
    private static let maximumReceives = Session.inputsMost

    private func beginTalking() {
        phase = .talking
        session = house.begin(self)
        ask(.read)
        receive()
        if let session { house.canSpeak(session) }
    }

    /// Leaves a peer who is gone out of sight while the session is busy: the poller would report him all that time.
    private func lookAway() {
        if let token { house.loop.unwatch(token, connection.descriptor) }
        token = nil
    }

    /// Throws away what still comes, a turn's share at a time.
    private func awaitTheirEnd() {
        for _ in 0..<AgentLine.maximumReceives {
            switch connection.receive(into: &house.scratch) {
            case .bytes: continue
            case .wait: return
            case .ended, .failed: return close()
            }
        }
    }

    private func ask(_ interest: Interest) {
        guard interest != asked, let token else { return }
        asked = interest
        do { try house.loop.change(token, connection.descriptor, to: interest) } catch { close() }
    }
}

/// What a line asks of the server around it.
protocol LineHouse: AnyObject {
    /// The loop that watches it.
    var loop: Loop { get }
    /// The buffer that all lines receive into.
    var scratch: [UInt8] { get set }
    /// A handshake can go on; the house calls `stepHandshake` when its turn comes.
    func wantsHandshake(_ line: AgentLine)
    /// The handshake is over: a conversation begins.
    func begin(_ line: AgentLine) -> Session
    /// Its agent has logged in.
    func knows(_ line: AgentLine)
    /// So many bytes at the front of `scratch` came in for a session.
    func hear(_ count: Int, for session: Session)
    /// Its client sends nothing more.
    func hearsNoMore(_ session: Session)
    /// Bytes of the line are left that the poller does not know of.
    func hasMore(_ line: AgentLine)
    /// Its socket takes bytes again.
    func canSpeak(_ session: Session)
    /// The other end is gone.
    func lost(_ line: AgentLine)
    /// It is closed and counts no longer.
    func closed(_ line: AgentLine)
}
