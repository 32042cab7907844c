import Glibc

/// The state of a handshake.
public enum Handshake: Equatable, Sendable {
    /// Complete: bytes can be sent and received.
    case done
    /// Call `handshake` again when the socket is readable.
    case wantsRead
    /// Call `handshake` again when the socket is writable.
    case wantsWrite
    /// Failed; close the connection.
    case failed(Failure)
}

/// A non-blocking stream socket, plain or with TLS, of a server or a client.
///
/// It buffers no bytes: bytes are received into a buffer of the caller, which all connections can share, and bytes that
/// cannot be sent yet remain with the caller. The two directions end independently (half-close): after `Received.ended`
/// it can still send, and after `shutdown` it can still receive. Use it on the event loop's thread. Releasing the last
/// reference closes it.
///
///     connecting ── handshake ──▶ open ──▶ peer has ended ─┐
///                                  │  └──▶ shut down      ─┴──▶ close()
///                                  └── Failure ───────────────▶ close()
public final class Connection {
    private let tls: TLSSession?
    // Nil once closed. libssl stores the descriptor number, so `tls` must not be used from then on.
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

    /// The maximum that one `send` accepts over TLS: the payload of one record.
    public static let recordByteCount = 16 * 1024

    /// Takes over an accepted socket; nil if there is no memory for TLS.
    init?(accepted socket: consuming FileDescriptor, over context: TLSContext?) {
        if let context {
            guard let session = context.serve(socket.raw) else { return nil }
            tls = consume session
        } else {
            tls = nil
        }
        self.socket = consume socket
    }

    /// Takes over a connected socket of a client; nil if there is no memory for TLS.
    init?(connected socket: consuming FileDescriptor, over context: TLSContext?, host: String) {
        if let context {
            guard let session = context.call(socket.raw, host: host) else { return nil }
            tls = consume session
        } else {
            tls = nil
        }
        self.socket = consume socket
    }

    /// The descriptor to poll; -1 once closed.
    public var descriptor: Int32 {
        switch socket {
        case .none: -1
        case .some(let socket): socket.raw
        }
    }

    /// Continues the handshake. Call it until it is `done`, before sending or receiving. A plain socket has none.
    ///
    /// When it is done, call `receive` at once: TLS may already have read the peer's first bytes from the socket, and
    /// the poller does not report those.
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

    /// Receives at most `limit` bytes into the front of the buffer. The size of the buffer does not change.
    ///
    /// Over TLS, receives at most one record. Call it again while `hasPending` is true before waiting for the poller.
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

    /// Sends as many of the bytes as the socket accepts; over TLS at most one record, so call it again for the rest.
    ///
    /// After `Sent.wait`, the next call must begin with the same bytes; more may follow them (SSL_write(3)).
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

    /// Ends sending (close_notify over TLS, then FIN). Receiving still works.
    ///
    /// Closing while the peer still sends makes the kernel send a reset, which may discard the bytes sent last. An
    /// orderly close is therefore: `shutdown`, `receive` until `Received.ended` or a timeout, `close`. Returns
    /// `moved(0)` when done.
    public func shutdown() -> Sent {
        guard !state.contains(.isClosed) else { return .failed(.closed) }
        // SSL_shutdown(3) must not be called after a fatal error.
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

    /// The poller interest for a caller that wants to receive or to send. Changes with every call.
    ///
    /// TLS may have to write before it can read (key updates), or read before it can write. Do not pass `receiving`
    /// after `Received.ended`: the poller would report the end again and again.
    public func interest(receiving: Bool, sending: Bool) -> Interest {
        var interest: Interest = []
        if receiving { interest.insert(state.contains(.receiveAwaitsWrite) ? .write : .read) }
        if sending { interest.insert(state.contains(.sendAwaitsRead) ? .read : .write) }
        return interest
    }

    /// Whether to call `receive` after this readiness.
    public func canReceive(_ ready: Readiness) -> Bool {
        ready.readable || ready.writable && state.contains(.receiveAwaitsWrite)
    }

    /// Whether to call `send` after this readiness.
    public func canSend(_ ready: Readiness) -> Bool {
        ready.writable || ready.readable && state.contains(.sendAwaitsRead)
    }

    /// Whether TLS holds bytes that it has read from the socket, which the poller does not report: call `receive`
    /// again. Never true after `Received.wait`.
    public var hasPending: Bool {
        switch tls {
        case .none: false
        case .some(let session): state.isDisjoint(with: [.isClosed, .isDrained]) && session.hasPending
        }
    }

    /// Whether the connection uses TLS.
    public var isEncrypted: Bool { tls != nil }

    /// The protocol negotiated by ALPN, after the handshake; empty if there is none.
    public var protocolName: String {
        switch tls {
        case .none: ""
        case .some(let session): session.protocolName
        }
    }

    /// The TLS version, such as `TLSv1.3`; empty for a plain socket.
    public var version: String {
        switch tls {
        case .none: ""
        case .some(let session): session.version
        }
    }

    /// The pin of the peer's key (`Certificate.pin`), also after `Failure.wrongPin`; nil if it presented none.
    public var peerPin: String? {
        switch tls {
        case .none: nil
        case .some(let session): session.peerPin
        }
    }

    /// Closes the socket at once, without close_notify. The kernel removes it from the poller.
    public func close() {
        state.insert(.isClosed)
        socket = nil
    }
}
