import Glibc

extension Connection {
    /// Connects to a host and port. Blocks: tries the addresses of the host in turn, each for at most `milliseconds`.
    ///
    /// The returned connection does not block. Over TLS, its handshake has not begun; the context decides which servers
    /// are trusted, and the certificate must contain the host, or `name` if it is given.
    public static func connect(
        host: String, port: UInt16, over tls: TLSContext? = nil, named name: String? = nil, milliseconds: Int32 = 10_000
    ) throws(NetError) -> Connection {
        let place = Sockets.place(host, port)
        let socket = unsafe try Sockets.first(host: host, port: port, passive: false) { entry throws(NetError) in
            let socket = unsafe try Sockets.open(family: entry.ai_family, for: place)
            try Sockets.tune(socket, for: place)
            unsafe try finish(Glibc.connect(socket.raw, entry.ai_addr, entry.ai_addrlen), socket, place, milliseconds)
            return socket
        }
        return try made(Connection(connected: socket, over: tls, host: name ?? host), place)
    }

    /// Connects to a Unix socket, without TLS. Does not block: fails if the listener's backlog is full.
    public static func connect(unixPath path: String) throws(NetError) -> Connection {
        let socket = try Sockets.open(family: AF_UNIX, for: path)
        unsafe try Sockets.withUnixAddress(path) { address, length throws(NetError) in
            unsafe try finish(Glibc.connect(socket.raw, address, length), socket, path, 0)
        }
        return try made(Connection(connected: socket, over: nil, host: path), path)
    }

    /// Waits until the socket is ready, for callers without a poller; returns whether it is. Blocks for at most
    /// `milliseconds`, or without a limit for -1. A signal ends the wait as well.
    public func wait(for interest: Interest, milliseconds: Int32) -> Bool {
        Connection.wait(descriptor, interest, milliseconds)
    }

    /// Completes the handshake. Blocks for at most `milliseconds` between two of its messages.
    public func completeHandshake(host: String, milliseconds: Int32 = 10_000) throws(NetError) {
        while true {
            let interest: Interest
            switch handshake() {
            case .done: return
            case .failed(let failure): throw .failed(host: host, failure)
            case .wantsRead: interest = .read
            case .wantsWrite: interest = .write
            }
            guard wait(for: interest, milliseconds: milliseconds) else {
                throw .failed(host: host, .system(errno: ETIMEDOUT))
            }
        }
    }

    /// Waits until a non-blocking connect(2) has completed, and throws if it failed (SO_ERROR).
    private static func finish(
        _ result: Int32, _ socket: borrowing FileDescriptor, _ host: String, _ milliseconds: Int32
    ) throws(NetError) {
        if result == 0 { return }
        guard errno == EINPROGRESS || errno == EINTR else { throw .failed(host: host, .system(errno: errno)) }
        guard wait(socket.raw, .write, milliseconds) else { throw .failed(host: host, .system(errno: ETIMEDOUT)) }
        var failure: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard unsafe getsockopt(socket.raw, SOL_SOCKET, SO_ERROR, &failure, &length) == 0 else {
            throw .last(doing: "connect to \(host)")
        }
        guard failure == 0 else { throw .failed(host: host, .system(errno: failure)) }
    }

    private static func made(_ connection: Connection?, _ host: String) throws(NetError) -> Connection {
        guard let connection else { throw .failed(host: host, .system(errno: ENOMEM)) }
        return connection
    }

    private static func wait(_ descriptor: Int32, _ interest: Interest, _ milliseconds: Int32) -> Bool {
        // EPOLLIN and EPOLLOUT are POLLIN and POLLOUT.
        var entry = pollfd(fd: descriptor, events: Int16(truncatingIfNeeded: interest.rawValue), revents: 0)
        return unsafe poll(&entry, 1, milliseconds) > 0
    }
}
