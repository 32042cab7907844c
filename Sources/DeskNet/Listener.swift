import CLinux
import Glibc

/// The result of accepting.
public enum Acceptance {
    /// A new connection; continue with `Connection.handshake`.
    case accepted(Connection, from: PeerAddress)
    /// No connection is pending, or it was closed before it could be accepted.
    case wouldBlock
    /// Out of descriptors or memory (the errno). One pending connection may have been closed. Stop polling the listener
    /// for `Listener.restMilliseconds`: it stays readable while connections are pending, so the poller would not wait.
    case exhausted(errno: Int32)
}

/// A non-blocking listening socket, TCP or Unix. Use it on the event loop's thread.
public final class Listener {
    /// How long not to poll a listener after `Acceptance.exhausted`.
    public static let restMilliseconds: Int64 = 250

    private let socket: FileDescriptor
    private let path: String?
    // Reserved for the case that no other descriptor is available; see `rejectOne`.
    private var spare: FileDescriptor?

    private init(_ socket: consuming FileDescriptor, at place: String, path: String?) throws(NetError) {
        guard listen(socket.raw, 4096) == 0 else { throw .last(doing: "listen on \(place)") }
        self.socket = socket
        self.path = path
        spare = Listener.openSpare()
    }

    deinit {
        if let path { unsafe unlink(path) }
    }

    /// Listens on a TCP port; without a host, on all addresses of this machine, IPv4 and IPv6. Port 0 selects a free
    /// port.
    public static func tcp(host: String?, port: UInt16) throws(NetError) -> Listener {
        if let host { return try tcp(host, port, alsoIPv4: false) }
        do throws(NetError) { return try tcp("::", port, alsoIPv4: true) } catch {
            // Try again with IPv4 only if this machine has no IPv6.
            guard error.isWithoutIPv6 else { throw error }
            return try tcp("0.0.0.0", port, alsoIPv4: true)
        }
    }

    private static func tcp(_ host: String, _ port: UInt16, alsoIPv4: Bool) throws(NetError) -> Listener {
        let place = Sockets.place(host, port)
        let socket = unsafe try Sockets.first(host: host, port: port, passive: true) { entry throws(NetError) in
            let socket = unsafe try Sockets.open(family: entry.ai_family, for: place)
            // Without it, bind(2) fails after a restart while old connections are in TIME-WAIT.
            try Sockets.set(socket, SOL_SOCKET, SO_REUSEADDR, 1, for: place)
            if unsafe entry.ai_family == AF_INET6 {
                try Sockets.set(socket, Int32(IPPROTO_IPV6), IPV6_V6ONLY, alsoIPv4 ? 0 : 1, for: place)
            }
            try Sockets.tune(socket, for: place)
            guard unsafe bind(socket.raw, entry.ai_addr, entry.ai_addrlen) == 0 else {
                throw .last(doing: "listen on \(place)")
            }
            return socket
        }
        return try Listener(socket, at: place, path: nil)
    }

    /// Listens on a Unix socket. `mode`: connecting requires write permission (unix(7)).
    ///
    /// Replaces the socket of a process that has exited. Throws `inUse` if a process listens on it, and `wrongKind` if
    /// the file is not a socket. The file is removed when the listener is released.
    public static func unix(path: String, mode: UInt32) throws(NetError) -> Listener {
        try removeStale(path)
        let socket = try Sockets.open(family: AF_UNIX, for: path)
        // bind(2) creates the file with the mode of the socket, less the umask, so that it never has more permissions
        // than `mode`; chmod(2) then adds those that the umask removed.
        guard fchmod(socket.raw, mode) == 0 else { throw .last(doing: "set the mode of \(path)") }
        unsafe try Sockets.withUnixAddress(path) { address, length throws(NetError) in
            guard unsafe bind(socket.raw, address, length) == 0 else { throw .last(doing: "listen on \(path)") }
        }
        guard unsafe chmod(path, mode) == 0 else { throw .last(doing: "set the mode of \(path)") }
        return try Listener(socket, at: path, path: path)
    }

    /// The descriptor to poll for reading.
    public var descriptor: Int32 { socket.raw }

    /// The TCP port, also if port 0 was requested; nil for a Unix socket.
    public var port: UInt16? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let found = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(socket.raw, $0, &length)
            }
        }
        guard found == 0 else { return nil }
        switch PeerAddress(storage, socket: socket.raw) {
        case .ipv4(_, let port), .ipv6(_, _, let port): return port
        default: return nil
        }
    }

    /// Accepts the next pending connection, with TLS if a context is given. Does not block.
    public func accept(over tls: TLSContext? = nil) -> Acceptance {
        var storage = sockaddr_storage()
        let raw = acceptOne(&storage)
        guard raw >= 0 else { return refusal(errno) }
        let socket = FileDescriptor(owning: raw)
        let peer = PeerAddress(storage, socket: raw)
        guard let connection = Connection(accepted: socket, over: tls) else { return .exhausted(errno: ENOMEM) }
        return .accepted(connection, from: peer)
    }

    private func acceptOne(_ storage: inout sockaddr_storage) -> Int32 {
        var length = UInt32(MemoryLayout<sockaddr_storage>.size)
        return retrying { unsafe desk_accept(socket.raw, &storage, &length) }
    }

    private func refusal(_ reason: Int32) -> Acceptance {
        switch reason {
        // The pending connection failed before it was accepted: accept(2), "Error handling".
        case EAGAIN, ECONNABORTED, EPROTO, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, ENONET, EHOSTUNREACH, EOPNOTSUPP,
            ENETUNREACH, EPERM:
            return .wouldBlock
        case EMFILE, ENFILE:
            rejectOne()
            return .exhausted(errno: reason)
        default:
            return .exhausted(errno: reason)
        }
    }

    /// Accepts one pending connection with the spare descriptor and closes it; without that, the peer would wait.
    ///
    /// Tried once: if the second accept finds no connection, there is none to reject.
    private func rejectOne() {
        spare = nil
        var storage = sockaddr_storage()
        let raw = acceptOne(&storage)
        if raw >= 0 { close(raw) }
        spare = Listener.openSpare()
    }

    private static func openSpare() -> FileDescriptor? {
        let raw = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
        return raw >= 0 ? FileDescriptor(owning: raw) : nil
    }

    /// Removes the socket of a process that has exited; throws for any other file.
    private static func removeStale(_ path: String) throws(NetError) {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw .wrongKind(path: path) }
        let probe = try Sockets.open(family: AF_UNIX, for: path)
        let refused = unsafe try Sockets.withUnixAddress(path) { address, length throws(NetError) in
            retrying { unsafe connect(probe.raw, address, length) } != 0 && errno == ECONNREFUSED
        }
        guard refused else { throw .inUse(path: path) }
        guard unsafe unlink(path) == 0 else { throw .last(doing: "remove the stale socket \(path)") }
    }
}
