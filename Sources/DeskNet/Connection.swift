import Glibc

/// How far a handshake has come.
public enum Handshake: Equatable, Sendable {
    /// Bytes can be sent and received.
    case done
    /// Call again when the socket is readable.
    case wantsRead
    /// Call again when the socket is writable.
    case wantsWrite
    /// The peer will not be a connection of ours; close it.
    case failed(Failure)
}

/// One socket, plain or in TLS, at the server's or at the client's end: bytes in, bytes out, no waiting.
///
/// It keeps no bytes: what is received lands in the caller's buffer, which all connections share, and what cannot be
/// sent stays with the caller. The two directions end independently (half-close): after `Received.ended` everything
/// can still be sent, and after `shutdown` everything can still be received. Belongs to the thread of the loop.
/// Dropping the last reference closes it.
///
///     connecting ── handshake ──▶ open ──▶ peer has ended ─┐
///                                  │  └──▶ we have ended  ─┴──▶ close()
///                                  └── Failure ───────────────▶ close()
public final class Connection {
    private let tls: TLSSession?
    // Nil once closed. libssl knows the number, too, so nothing may be asked of `tls` from then on.
    private var socket: FileDescriptor?
    private var state: State = []

    private struct State: OptionSet {
        let rawValue: UInt8
        static let isClosed = State(rawValue: 1)
        static let receiveAwaitsWrite = State(rawValue: 2)
        static let sendAwaitsRead = State(rawValue: 4)
        static let hasFailed = State(rawValue: 8)
        static let isDrained = State(rawValue: 16)
    }

    /// The most that one `send` moves over TLS: one record.
    public static let recordByteCount = 16 * 1024

    /// Takes over a socket that a listener has accepted; nil without memory for TLS.
    init?(accepted socket: consuming FileDescriptor, over context: TLSContext?) {
        if let context {
            guard let session = context.serve(socket.raw) else { return nil }
            tls = consume session
        } else {
            tls = nil
        }
        self.socket = consume socket
    }

    /// Takes over a connected socket as the client's end; nil without memory for TLS.
    init?(connected socket: consuming FileDescriptor, over context: TLSContext?, host: String) {
        if let context {
            guard let session = context.call(socket.raw, host: host) else { return nil }
            tls = consume session
        } else {
            tls = nil
        }
        self.socket = consume socket
    }

    /// What the poller watches; -1 once closed.
    public var descriptor: Int32 {
        switch socket {
        case .none: -1
        case .some(let socket): socket.raw
        }
    }

    /// Goes on with the handshake; call it until it is `done`, before anything is sent or received. A plain socket
    /// needs none.
    ///
    /// When it is done, `receive` at once: the peer's first bytes may have come together with his last message, and
    /// then the poller does not tell.
    public func handshake() -> Handshake {
        guard !state.contains(.isClosed) else { return .failed(.closed) }
        switch tls {
        case .none: return .done
        case .some(let session):
            switch session.handshake() {
            case .done: return .done
            case .wantsRead: return .wantsRead
            case .wantsWrite: return .wantsWrite
            case .ended: return .failed(.endedInHandshake)
            case .failed(let failure):
                state.insert(.hasFailed)
                return .failed(failure)
            }
        }
    }

    /// Receives at most `limit` bytes into the front of the buffer, which is used as long as it is and never grows.
    ///
    /// Over TLS it moves at most one record. Before waiting for the poller again, go on while `hasPending` is true.
    public func receive(into buffer: inout [UInt8], limit: Int = .max) -> Received {
        guard !state.contains(.isClosed) else { return .failed(.closed) }
        switch tls {
        case .none: return receivePlain(into: &buffer, limit: limit)
        case .some(let session):
            let progress = unsafe buffer.withUnsafeMutableBytes { target in
                unsafe session.read(UnsafeMutableRawBufferPointer(rebasing: target[..<min(limit, target.count)]))
            }
            switch progress {
            case .done(let count):
                state.subtract([.receiveAwaitsWrite, .isDrained])
                return .bytes(count)
            case .wantsRead:
                state.remove(.receiveAwaitsWrite)
                state.insert(.isDrained)
                return .wait
            case .wantsWrite:
                state.formUnion([.receiveAwaitsWrite, .isDrained])
                return .wait
            case .ended: return .ended
            case .failed(let failure):
                state.insert(.hasFailed)
                return .failed(failure)
            }
        }
    }

    /// Sends bytes from the front of what is offered; over TLS at most one record, so offer what is there and call
    /// again.
    ///
    /// After `Sent.wait` the same bytes must be offered again first, with or without more behind them.
    public func send(_ bytes: Span<UInt8>) -> Sent {
        guard !state.contains(.isClosed) else { return .failed(.closed) }
        guard !bytes.isEmpty else { return .moved(0) }
        switch tls {
        case .none: return sendPlain(bytes)
        case .some(let session):
            switch unsafe bytes.withUnsafeBytes({ unsafe session.write($0) }) {
            case .done(let count):
                state.remove(.sendAwaitsRead)
                return .moved(count)
            case .wantsWrite:
                state.remove(.sendAwaitsRead)
                return .wait
            case .wantsRead:
                state.insert(.sendAwaitsRead)
                return .wait
            case .ended:
                state.insert(.hasFailed)
                return .failed(.system(errno: EPIPE))
            case .failed(let failure):
                state.insert(.hasFailed)
                return .failed(failure)
            }
        }
    }

    private func receivePlain(into buffer: inout [UInt8], limit: Int) -> Received {
        switch socket {
        case .none: .failed(.closed)
        case .some(let socket): socket.receive(into: &buffer, limit: limit)
        }
    }

    private func sendPlain(_ bytes: Span<UInt8>) -> Sent {
        let socket = descriptor
        let count = unsafe bytes.withUnsafeBytes { source in
            retrying { unsafe Glibc.send(socket, source.baseAddress, source.count, Int32(MSG_NOSIGNAL)) }
        }
        return Sent(count: count)
    }

    /// Says that nothing more will be sent (close_notify over TLS, and FIN); receiving still works.
    ///
    /// Closing without having received the peer's end may throw away what was sent last, when he is still talking; so
    /// a polite end is: shutdown, receive until `Received.ended` or some seconds have passed, close. Gives `moved(0)`
    /// when it is said.
    public func shutdown() -> Sent {
        guard !state.contains(.isClosed) else { return .failed(.closed) }
        // libssl forbids it after a fatal error (SSL_shutdown(3)).
        if !state.contains(.hasFailed) {
            switch tls {
            case .none: break
            case .some(let session):
                switch session.shutdown() {
                case .wantsWrite, .wantsRead: return .wait
                case .failed(let failure): return .failed(failure)
                case .done, .ended: break
                }
            }
        }
        guard Glibc.shutdown(descriptor, Int32(SHUT_WR)) == 0 else { return .failed(.system(errno: errno)) }
        return .moved(0)
    }

    /// What to ask of the poller next, for a caller who would like to receive or to send; ask again after every call.
    ///
    /// It is not always what one would think: TLS may have to write before it can go on reading (key updates), or
    /// read before it can go on writing. Don't ask to receive after `Received.ended`, else the poller reports the end
    /// for ever.
    public func interest(receiving: Bool, sending: Bool) -> Interest {
        var interest: Interest = []
        if receiving { interest.insert(state.contains(.receiveAwaitsWrite) ? .write : .read) }
        if sending { interest.insert(state.contains(.sendAwaitsRead) ? .read : .write) }
        return interest
    }

    /// Whether `receive` is worth a try after this report.
    public func canReceive(_ ready: Readiness) -> Bool {
        ready.readable || ready.writable && state.contains(.receiveAwaitsWrite)
    }

    /// Whether `send` is worth a try after this report.
    public func canSend(_ ready: Readiness) -> Bool {
        ready.writable || ready.readable && state.contains(.sendAwaitsRead)
    }

    /// Whether TLS has taken more from the socket than was received, of which the poller knows nothing: then `receive`
    /// again, or remember to. Never true after `Received.wait`.
    public var hasPending: Bool {
        switch tls {
        case .none: false
        case .some(let session): state.isDisjoint(with: [.isClosed, .isDrained]) && session.hasPending
        }
    }

    /// Whether TLS is spoken.
    public var isEncrypted: Bool { tls != nil }

    /// The protocol agreed on by ALPN, after the handshake; empty when none was.
    public var protocolName: String {
        switch tls {
        case .none: ""
        case .some(let session): session.protocolName
        }
    }

    /// The version of TLS, as `TLSv1.3`; empty on a plain socket.
    public var version: String {
        switch tls {
        case .none: ""
        case .some(let session): session.version
        }
    }

    /// The pin of the key that the peer has shown (`Certificate.pin`), also after `Failure.wrongPin`; nil without one.
    public var peerPin: String? {
        switch tls {
        case .none: nil
        case .some(let session): session.peerPin
        }
    }

    /// Ends both directions at once, without a word, and frees the descriptor; the poller forgets it by itself.
    public func close() {
        state.insert(.isClosed)
        socket = nil
    }
}
