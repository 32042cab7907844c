internal import DeskNet

/// The doors through which mail comes in: LMTP on a socket in the file system and, if wanted, on loopback TCP.
///
/// Bounded: so many peers inside, so many large messages underway; the messages are all that takes memory here. A peer
/// whose message turns out to be large waits in the middle of it until there is room; a small one waits for nothing.
final class LMTPDoor {
    private let loop: Loop
    private let log: Log
    private let host: String
    private let mailMost: Int
    private let takeIn: (Delivered, @escaping (IntakeAnswer) -> Void) -> Void
    private var listeners: [DoorListener] = []
    private var largeUnderway = 0
    private var waiting: [Peer] = []

    private static let peersMost = 20
    private static let largeMaximum = 4
    private static let commandMilliseconds: Int64 = 60_000
    private static let mailMilliseconds: Int64 = 600_000

    /// Hands every mail to `takeIn`, which answers once.
    init(
        settings: Settings, loop: Loop, log: Log,
        takeIn: @escaping (Delivered, @escaping (IntakeAnswer) -> Void) -> Void
    ) {
        self.loop = loop
        self.log = log
        self.takeIn = takeIn
        host = settings.host
        mailMost = settings.mailMost
    }

    /// Opens one more way in; `name` is what the log calls it.
    func open(_ listener: Listener, name: String) throws(NetError) {
        let log = log
        listeners.append(
            try DoorListener(
                listener, on: loop, most: LMTPDoor.peersMost,
                complain: { log.note(.exhausted(door: name, why: $0)) }, welcome: { [weak self] in self?.welcome($0) }))
        log.note(.listening(on: name, for: "mail"))
    }

    /// Lets nobody in any more; who has handed a mail over gets his answer.
    func shut() {
        for listener in listeners { listener.shut() }
        listeners = []
    }

    private func welcome(_ stream: DoorStream) {
        let peer = Peer(stream, LMTPSession(host: host, mailMost: mailMost))
        // The stream keeps its peer alive, the peer does not keep the stream.
        stream.received = { [weak self] bytes in
            peer.session.receive(bytes)
            self?.go(on: peer)
        }
        stream.ended = { [weak self] in self?.ended(peer) }
        stream.closed = { [weak self] in self?.gone(peer) }
        go(on: peer)
    }

    private func go(on peer: Peer) {
        var steps = 0
        while let stream = peer.stream, stream.isOpen, let step = peer.session.next() {
            steps += 1
            switch step {
            case .reply(let reply): stream.send(reply.utf8)
            case .close: stream.closeWhenSent()
            case .wantsRoom:
                waiting.append(peer)
                letIn()
            case .mail(let mail):
                takeIn(mail) { [weak self] answer in self?.answered(peer, answer) }
            }
        }
        guard let stream = peer.stream, stream.isOpen else { return }
        stream.pause(!peer.session.wantsInput)
        // Half a line and half a mail give nobody more time.
        if steps > 0 {
            stream.expire(
                afterMilliseconds: peer.session.isInText ? LMTPDoor.mailMilliseconds : LMTPDoor.commandMilliseconds)
        }
        if peer.hasEnded, peer.session.wantsInput { stream.closeWhenSent() }
    }

    private func letIn() {
        while largeUnderway < LMTPDoor.largeMaximum, !waiting.isEmpty {
            let peer = waiting.removeFirst()
            largeUnderway += 1
            peer.hasRoom = true
            peer.session.giveRoom()
            go(on: peer)
        }
    }

    private func answered(_ peer: Peer, _ answer: IntakeAnswer) {
        peer.session.answer(answer)
        go(on: peer)
        leave(peer)
    }

    /// A peer that half-closes after a pipelined mail still gets his answer.
    private func ended(_ peer: Peer) {
        peer.hasEnded = true
        go(on: peer)
    }

    private func gone(_ peer: Peer) {
        waiting.removeAll { $0 === peer }
        // A mail that is being taken in keeps its room until it is.
        if !peer.session.isInText || peer.session.wantsInput { leave(peer) }
    }

    private func leave(_ peer: Peer) {
        guard peer.hasRoom else { return }
        peer.hasRoom = false
        largeUnderway -= 1
        letIn()
    }

    /// Somebody who hands mail in.
    private final class Peer {
        weak var stream: DoorStream?
        var session: LMTPSession
        var hasRoom = false
        var hasEnded = false

        init(_ stream: DoorStream, _ session: LMTPSession) {
            self.stream = stream
            self.session = session
        }
    }
}
