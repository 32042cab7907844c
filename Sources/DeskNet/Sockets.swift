import Glibc

/// Socket functions shared by connections and listeners.
enum Sockets {
    /// Resolves a host and port, and returns the result for the first address for which `attempt` succeeds; throws the
    /// last error otherwise.
    ///
    /// `passive` resolves addresses to listen on. Blocks while it queries DNS.
    static func first<Result: ~Copyable>(
        host: String, port: UInt16, passive: Bool, _ attempt: (addrinfo) throws(NetError) -> Result
    ) throws(NetError) -> Result {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = AI_NUMERICSERV | (passive ? AI_PASSIVE : 0)
        var found: UnsafeMutablePointer<addrinfo>?
        let failure = unsafe getaddrinfo(host, String(port), &hints, &found)
        let place = place(host, port)
        guard failure == 0 else {
            throw unsafe .unresolved(host: place, reason: String(cString: gai_strerror(failure)))
        }
        defer { unsafe freeaddrinfo(found) }
        var lastError = NetError.unresolved(host: place, reason: "it has no address")
        var next = unsafe found
        while let entry = unsafe next?.pointee {
            do throws(NetError) { return unsafe try attempt(entry) } catch { lastError = error }
            unsafe next = unsafe entry.ai_next
        }
        throw lastError
    }

    /// Opens a non-blocking, close-on-exec stream socket. `place` is the address for error messages.
    static func open(family: Int32, for place: String) throws(NetError) -> FileDescriptor {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        return try FileDescriptor(socket(family, kind, 0), doing: "open a socket for \(place)")
    }

    /// Sets an integer option.
    static func set(
        _ socket: borrowing FileDescriptor, _ level: Int32, _ option: Int32, _ value: Int32, for place: String
    ) throws(NetError) {
        var value = value
        guard unsafe setsockopt(socket.raw, level, option, &value, socklen_t(MemoryLayout<Int32>.size)) == 0 else {
            throw .last(doing: "set option \(option) of the socket for \(place)")
        }
    }

    /// Sets the options of a TCP connection. Set on a listener, its accepted connections inherit them on Linux, which
    /// saves eight system calls per connection.
    static func tune(_ socket: borrowing FileDescriptor, for place: String) throws(NetError) {
        let tcp = Int32(IPPROTO_TCP)
        try set(socket, tcp, TCP_NODELAY, 1, for: place)
        try set(socket, SOL_SOCKET, SO_KEEPALIVE, 1, for: place)
        try set(socket, tcp, TCP_KEEPIDLE, 60, for: place)
        try set(socket, tcp, TCP_KEEPINTVL, 10, for: place)
        try set(socket, tcp, TCP_KEEPCNT, 6, for: place)
        // Close the connection if the peer has not acknowledged data for two minutes (RFC 5482).
        try set(socket, tcp, TCP_USER_TIMEOUT, 120_000, for: place)
        // With the kernel's automatic sizes, a peer that does not read could occupy 4 MiB, and one that is not read 32
        // MiB.
        try set(socket, SOL_SOCKET, SO_SNDBUF, 64 * 1024, for: place)
        try set(socket, SOL_SOCKET, SO_RCVBUF, 64 * 1024, for: place)
    }

    /// `HOST:PORT` for error messages; IPv6 addresses are in brackets.
    static func place(_ host: String, _ port: UInt16) -> String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// Calls `body` with the address of a Unix socket; throws if the path is longer than 107 bytes.
    static func withUnixAddress<Result>(
        _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) throws(NetError) -> Result
    ) throws(NetError) -> Result {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard !bytes.isEmpty, bytes.count < room, !bytes.contains(0) else {
            throw .system(doing: "use the path \(path) for a socket", errno: ENAMETOOLONG)
        }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        return unsafe try withUnsafePointer(to: &address) { pointer throws(NetError) in
            unsafe try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer throws(NetError) in
                unsafe try body(pointer, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
