import CLinux
import Glibc

/// What came of accepting.
public enum Acceptance {
    /// A newcomer; begin with `Connection.handshake`.
    case accepted(Connection, from: PeerAddress)
    /// Nobody is waiting, or he has gone again.
    case nobody
    /// There are no descriptors or no memory left (the errno). One newcomer may have been turned away to say so. Stop
    /// watching the listener for `Listener.restMilliseconds`: as long as somebody waits, the poller would report it
    /// at once again.
    case exhausted(errno: Int32)
}

/// A socket that others connect to, over TCP or in the file system. Belongs to the thread of the loop.
public final class Listener {
    /// How long a listener rests after `Acceptance.exhausted`.
    public static let restMilliseconds: Int64 = 250

    private let socket: FileDescriptor
    private let path: String?
    // Kept open for the moment when no other is to be had; see `turnAway`.
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

    /// Listens on a TCP port; without a host on all addresses of this machine, IPv4 and IPv6. Port 0 takes a free one.
    public static func tcp(host: String?, port: UInt16) throws(NetError) -> Listener {
        if let host { return try tcp(host, port, alsoIPv4: false) }
        do throws(NetError) { return try tcp("::", port, alsoIPv4: true) } catch {
            // Only a machine without IPv6 is worth a second try.
            guard error.isWithoutIPv6 else { throw error }
            return try tcp("0.0.0.0", port, alsoIPv4: true)
        }
    }

    private static func tcp(_ host: String, _ port: UInt16, alsoIPv4: Bool) throws(NetError) -> Listener {
        let place = Sockets.place(host, port)
        let socket = unsafe try Sockets.first(host: host, port: port, passive: true) { entry throws(NetError) in
            let socket = unsafe try Sockets.open(family: entry.ai_family, for: place)
            // Else a restart would have to wait until the old connections are forgotten.
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

    /// Listens on a path; `mode` says who may connect (connecting needs the right to write).
    ///
    /// What a dead process left there is replaced; throws `inUse` if somebody answers, and `wrongKind` if it is no
    /// socket. The file is removed with the listener.
    public static func unix(path: String, mode: UInt32) throws(NetError) -> Listener {
        try removeStale(path)
        let socket = try Sockets.open(family: AF_UNIX, for: path)
        // The mode of the socket before bind is what the file gets at most, so it is never open to more than it
        // should be; chmod adds what the umask took away.
        guard fchmod(socket.raw, mode) == 0 else { throw .last(doing: "set the mode of \(path)") }
        unsafe try Sockets.withUnixAddress(path) { address, length throws(NetError) in
            guard unsafe bind(socket.raw, address, length) == 0 else { throw .last(doing: "listen on \(path)") }
        }
        guard unsafe chmod(path, mode) == 0 else { throw .last(doing: "set the mode of \(path)") }
        return try Listener(socket, at: path, path: path)
    }

    /// What the poller watches for reading.
    public var descriptor: Int32 { socket.raw }

    /// The TCP port that is listened on, also when 0 was asked for; nil for a path.
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

    /// Takes the next newcomer, to be spoken to in TLS if a context is given; never makes the caller wait.
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
        // The newcomer has gone, or the network has hiccuped before he was taken: accept(2), "Error handling".
        case EAGAIN, ECONNABORTED, EPROTO, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, ENONET, EHOSTUNREACH, EOPNOTSUPP,
            ENETUNREACH, EPERM:
            return .nobody
        case EMFILE, ENFILE:
            turnAway()
            return .exhausted(errno: reason)
        default:
            return .exhausted(errno: reason)
        }
    }

    /// Uses the spare descriptor to hang up on one newcomer, who would otherwise hold a connection that nobody serves.
    ///
    /// One attempt only: if the second accept finds nobody there is nothing to repeat.
    private func turnAway() {
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

    /// Removes the socket of a process that has died; leaves everything else alone.
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
