internal import DeskNet

/// The shell's way into a running desk: a socket in the state directory, for root and the desk's own user alone, but
/// not for what the desk itself has started: a worker has met strangers' bytes.
///
///     → agent add meier --rights=*=rwm
///     ← OK
///     → agent rights meier nowhere=r
///     ← ERR "there is no queue nowhere"
///
/// Lines of words as `ShellLine` writes them; records come as `- WORD`, then `OK` or `ERR WORD`.
final class ShellDoor {
    private let loop: Loop
    private let log: Log
    private let counter: ShellCounter
    private let userID: UInt32
    private var listener: DoorListener?

    private static let lineMost = 1 << 20
    private static let peersMost = 8
    private static let patienceMilliseconds: Int64 = 600_000

    /// Lets in root and `userID`.
    init(_ desk: any AdministeredDesk, userID: UInt32, loop: Loop, log: Log) {
        counter = ShellCounter(desk)
        self.userID = userID
        self.loop = loop
        self.log = log
    }

    /// Opens the socket at `path`.
    func open(path: String) throws(NetError) {
        let log = log
        listener = try DoorListener(
            try Listener.unix(path: path, mode: 0o600), on: loop, most: ShellDoor.peersMost,
            complain: { log.note(.exhausted(door: path, why: $0)) }, welcome: { [weak self] in self?.welcome($0) })
    }

    /// Closes the socket.
    func shut() {
        listener?.shut()
        listener = nil
    }

    private func welcome(_ stream: DoorStream) {
        guard case .local(let uid, let pid) = stream.peer, uid == 0 || uid == userID else {
            if case .local(let uid, _) = stream.peer { log.note(.stranger(uid: uid)) }
            return refuse(stream, "only root and the desk's own user may do that")
        }
        guard stream.descent == .foreign else {
            log.note(.ownChildRefused(pid: pid))
            return refuse(stream, "no program that the desk has started may do that")
        }
        let peer = Peer(stream)
        stream.received = { [weak self] bytes in
            peer.input += bytes
            self?.goOn(peer)
        }
        stream.ended = { [weak self] in
            peer.hasEnded = true
            self?.goOn(peer)
        }
        stream.expire(afterMilliseconds: ShellDoor.patienceMilliseconds)
    }

    private func refuse(_ stream: DoorStream, _ why: String) {
        stream.send(ShellLine.encode(["ERR", why]))
        stream.closeWhenSent()
    }

    /// One request at a time; the next line waits for its answer.
    private func goOn(_ peer: Peer) {
        guard let stream = peer.stream, !peer.isBusy else { return }
        guard let end = peer.input.firstIndex(of: 0x0A) else {
            if peer.hasEnded || peer.input.count > ShellDoor.lineMost { stream.closeWhenSent() }
            return
        }
        let line = Array(peer.input[..<end])
        peer.input.removeSubrange(...end)
        peer.isBusy = true
        stream.pause(true)
        fulfil(line, of: stream) { [weak self] reply in
            for line in reply.lines { peer.stream?.send(ShellLine.encode(["-", line])) }
            peer.stream?.send(ShellLine.encode(reply.failure.map { ["ERR", $0] } ?? ["OK"]))
            peer.isBusy = false
            peer.stream?.pause(false)
            self?.goOn(peer)
        }
    }

    private func fulfil(_ line: [UInt8], of stream: DoorStream, then: @escaping (ShellReply) -> Void) {
        guard let words = ShellLine.decode(line[...]) else {
            return then(ShellReply(failure: "this is no line of words"))
        }
        do throws(ShellError) {
            let request = try ShellRequest(words)
            if case .local(let uid, _) = stream.peer {
                log.note(.administered(what: ShellDoor.name(of: words), uid: uid))
            }
            counter.fulfil(request, then: then)
        } catch {
            then(ShellReply(failure: error.text))
        }
    }

    /// What the log may know: the command and whom it concerns, no option.
    private static func name(of words: [String]) -> String {
        words.filter { !$0.hasPrefix("--") }.prefix(3).joined(separator: " ")
    }

    /// Somebody at a shell.
    private final class Peer {
        weak var stream: DoorStream?
        var input: [UInt8] = []
        var isBusy = false
        var hasEnded = false

        init(_ stream: DoorStream) {
            self.stream = stream
        }
    }
}
