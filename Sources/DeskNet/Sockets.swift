import Glibc

/// What connections and listeners ask of sockets; internal, because only bytes and connections leave this target.
enum Sockets {
    /// Resolves a host and port, and tries one address after the other until one fits; throws the last complaint.
    ///
    /// `passive` asks for addresses to listen on. Asks DNS if it must,
    /// and makes the caller wait for it.
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
        var complaint = NetError.unresolved(host: place, reason: "it has no address")
        var next = unsafe found
        while let entry = unsafe next?.pointee {
            do throws(NetError) { return unsafe try attempt(entry) } catch { complaint = error }
            unsafe next = unsafe entry.ai_next
        }
        throw complaint
    }

    /// Opens a stream socket that does not make the caller wait and that no child inherits; `place` is the address that
    /// error messages name.
    static func open(family: Int32, for place: String) throws(NetError) -> FileDescriptor {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        return try FileDescriptor(socket(family, kind, 0), doing: "open a socket for \(place)")
    }

    /// Sets one option that is a number.
    static func set(
        _ socket: borrowing FileDescriptor, _ level: Int32, _ option: Int32, _ value: Int32, for place: String
    ) throws(NetError) {
        var value = value
        guard unsafe setsockopt(socket.raw, level, option, &value, socklen_t(MemoryLayout<Int32>.size)) == 0 else {
            throw .last(doing: "set option \(option) of the socket for \(place)")
        }
    }

    /// Sets what every TCP connection of ours wants. On a listener it counts for all that it accepts: Linux hands these
    /// options down to them, which saves eight system calls per newcomer.
    static func tune(_ socket: borrowing FileDescriptor, for place: String) throws(NetError) {
        let tcp = Int32(IPPROTO_TCP)
        try set(socket, tcp, TCP_NODELAY, 1, for: place)
        try set(socket, SOL_SOCKET, SO_KEEPALIVE, 1, for: place)
        try set(socket, tcp, TCP_KEEPIDLE, 60, for: place)
        try set(socket, tcp, TCP_KEEPINTVL, 10, for: place)
        try set(socket, tcp, TCP_KEEPCNT, 6, for: place)
        // A peer who does not acknowledge what was sent is gone after two minutes (RFC 5482).
        try set(socket, tcp, TCP_USER_TIMEOUT, 120_000, for: place)
        // The kernel's automatic would let one stalled reader hold 4 MiB and one ignored writer 32 MiB.
        try set(socket, SOL_SOCKET, SO_SNDBUF, 64 * 1024, for: place)
        try set(socket, SOL_SOCKET, SO_RCVBUF, 64 * 1024, for: place)
    }

    /// `HOST:PORT` for error messages, an address of IPv6 in brackets.
    static func place(_ host: String, _ port: UInt16) -> String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// Lends the address of a Unix socket; throws when the path is too long for one (107 bytes).
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
