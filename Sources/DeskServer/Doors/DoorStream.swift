internal import DeskNet

/// One plain connection of a door: tells what comes, sends what it is given, keeps to a deadline.
///
/// Belongs to the owner thread. The loop keeps it alive until it is closed.
final class DoorStream: Watcher {
    /// Gets the bytes as they come; they are valid during the call.
    var received: (ArraySlice<UInt8>) -> Void = { _ in }
    /// The peer has said all he will say.
    var ended: () -> Void = {}
    /// It is closed, by whomever.
    var closed: () -> Void = {}
    /// Who is at the other end.
    let peer: PeerAddress

    private let loop: Loop
    private let connection: Connection
    private var token: Loop.Token?
    private var output: [UInt8] = []
    private var isPaused = false
    private var hasEnded = false
    private var closesWhenSent = false
    private var deadline: Timers<() -> Void>.ID?
    private var interest: Interest = .read

    private static let chunk = 64 * 1024
    /// Who does not read what he is told is not listened to any longer.
    private static let unsentMost = 64 * 1024

    init(_ connection: Connection, from peer: PeerAddress, on loop: Loop) throws(NetError) {
        self.loop = loop
        self.connection = connection
        self.peer = peer
        token = try loop.watch(connection.descriptor, for: interest, by: self)
    }

    /// Where the process at the other end comes from; `foreign` for a peer on another machine.
    var descent: PeerDescent {
        guard isOpen, case .local(_, let pid) = peer else { return .foreign }
        return connection.descent(ofPeer: pid)
    }

    /// Whether it is still open.
    var isOpen: Bool { token != nil }

    /// Sends the bytes after all that was given before.
    func send(_ bytes: some Sequence<UInt8>) {
        guard isOpen, !closesWhenSent else { return }
        output += bytes
        flush()
    }

    /// Leaves what comes in the socket, or takes it again.
    func pause(_ on: Bool) {
        isPaused = on
        ask()
    }

    /// Closes as soon as everything has been sent.
    func closeWhenSent() {
        closesWhenSent = true
        flush()
    }

    /// Closes unless it is told otherwise within so many milliseconds.
    func expire(afterMilliseconds time: Int64) {
        if let deadline { loop.cancel(deadline) }
        deadline = loop.after(milliseconds: time) { [weak self] in self?.close() }
    }

    /// Closes now.
    func close() {
        guard let token else { return }
        self.token = nil
        if let deadline { loop.cancel(deadline) }
        loop.unwatch(token, connection.descriptor)
        connection.close()
        closed()
        (received, ended, closed) = ({ _ in }, {}, {})
    }

    func isReady(_ readiness: Readiness) {
        if connection.canSend(readiness), !output.isEmpty { flush() }
        guard isOpen, listens, connection.canReceive(readiness) else {
            // Reported as long as it is watched, so who does not read it must close.
            if readiness.hangup, !listens { close() }
            return
        }
        var buffer = [UInt8](repeating: 0, count: DoorStream.chunk)
        switch connection.receive(into: &buffer) {
        case .bytes(let count): received(buffer[..<count])
        case .wait: break
        case .ended:
            hasEnded = true
            ended()
        case .failed: close()
        }
        ask()
    }

    private func flush() {
        var start = 0
        sending: while start < output.count {
            switch connection.send(output.span.extracting(start...)) {
            case .moved(let count): start += count
            case .wait: break sending
            case .failed:
                close()
                return
            }
        }
        output.removeSubrange(..<start)
        if output.isEmpty, closesWhenSent { close() } else { ask() }
    }

    private var listens: Bool { !isPaused && !hasEnded && output.count <= DoorStream.unsentMost }

    private func ask() {
        guard let token else { return }
        let wanted = connection.interest(receiving: listens, sending: !output.isEmpty)
        guard wanted != interest else { return }
        interest = wanted
        do { try loop.change(token, connection.descriptor, to: wanted) } catch { close() }
    }
}

/// A listening socket of a door; at most so many are inside at once, the others wait outside.
final class DoorListener: Watcher {
    private let listener: Listener
    private let loop: Loop
    private let most: Int
    private let welcome: (DoorStream) -> Void
    private let complain: (String) -> Void
    private var token: Loop.Token?
    private var inside = 0

    /// Watches `listener`; each newcomer is handed to `welcome`, which sets what is to be done with him.
    init(
        _ listener: Listener, on loop: Loop, most: Int, complain: @escaping (String) -> Void,
        welcome: @escaping (DoorStream) -> Void
    ) throws(NetError) {
        self.listener = listener
        self.loop = loop
        self.most = most
        self.complain = complain
        self.welcome = welcome
        try open()
    }

    /// The TCP port, also when 0 was asked for; `nil` for a path.
    var port: UInt16? { listener.port }

    /// Takes nobody in any more; who is inside stays.
    func shut() {
        if let token { loop.unwatch(token, listener.descriptor) }
        token = nil
    }

    func isReady(_ readiness: Readiness) {
        while inside < most {
            switch listener.accept() {
            case .accepted(let connection, let peer): take(connection, peer)
            case .wouldBlock: return
            case .exhausted(let errno):
                complain(NetError.system(doing: "accept", errno: errno).description)
                rest()
                return
            }
        }
        shut()
    }

    private func take(_ connection: Connection, _ peer: PeerAddress) {
        guard let stream = try? DoorStream(connection, from: peer, on: loop) else { return }
        inside += 1
        welcome(stream)
        let then = stream.closed
        stream.closed = { [weak self] in
            then()
            self?.left()
        }
        // It may have been closed in `welcome`, and then said so to nobody.
        if !stream.isOpen { left() }
    }

    private func left() {
        inside -= 1
        if token == nil, inside == most - 1 { try? open() }
    }

    private func rest() {
        shut()
        loop.after(milliseconds: Listener.restMilliseconds) { [weak self] in try? self?.open() }
    }

    private func open() throws(NetError) {
        guard token == nil else { return }
        token = try loop.watch(listener.descriptor, for: .read, by: self)
    }
}
