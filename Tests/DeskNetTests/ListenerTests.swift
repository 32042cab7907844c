import DeskNet
import Glibc
import Testing

@Suite struct `Listeners` {
    @Test(arguments: ["127.0.0.1", "::1", "localhost"])
    func `a TCP listener has its port, and a connection the peer's address`(host: String) throws {
        let listener = try Listener.tcp(host: host, port: 0)
        let port = try #require(listener.port)
        #expect(port > 0)
        let client = try Connection.connect(host: host, port: port)
        let (server, peer) = try listener.next()
        switch peer {
        case .ipv4(let address, let port):
            #expect(address == 0x7f00_0001)
            #expect(peer.description == "127.0.0.1:\(port)")
            #expect(peer.origin == .ipv4(0x7f00_0001, port: 0))
        case .ipv6(let upper, let lower, let port):
            #expect(upper == 0 && lower == 1)
            #expect(peer.description == "[::1]:\(port)")
            #expect(peer.origin == .ipv6(0, 0, port: 0))
        default: Issue.record("\(peer)")
        }
        try client.sendAll("hello")
        #expect(try server.hear(5) == "hello")
    }

    @Test func `a listener without a host accepts IPv4 and IPv6, and reports IPv4 as such`() throws {
        let listener = try Listener.tcp(host: nil, port: 0)
        let port = try #require(listener.port)
        let first = try Connection.connect(host: "127.0.0.1", port: port)
        guard case .ipv4(0x7f00_0001, _) = try listener.next().1 else {
            Issue.record("not told as IPv4")
            return
        }
        let second = try Connection.connect(host: "::1", port: port)
        guard case .ipv6(0, 1, _) = try listener.next().1 else {
            Issue.record("not told as IPv6")
            return
        }
        #expect(first.descriptor != second.descriptor)
    }

    @Test func `a port in use and an unknown name are errors with a message`() throws {
        let first = try Listener.tcp(host: "127.0.0.1", port: 0)
        let port = try #require(first.port)
        let taken = #expect(throws: NetError.self) { try Listener.tcp(host: "127.0.0.1", port: port) }
        #expect(taken?.description == "cannot listen on 127.0.0.1:\(port): Address already in use")
        #expect(throws: NetError.self) { try Listener.tcp(host: "256.1.1.1", port: 0) }
        let unused = try #require(try Listener.tcp(host: "127.0.0.1", port: 0).port)
        #expect(throws: NetError.failed(host: "127.0.0.1:\(unused)", .system(errno: ECONNREFUSED))) {
            try Connection.connect(host: "127.0.0.1", port: unused)
        }
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("127.1", true), ("::1", true), ("0:0:0:0:0:0:0:1", true), ("::ffff:127.0.0.2", true),
        ("128.0.0.1", false), ("0.0.0.0", false), ("::", false), ("192.0.2.1", false), ("2001:db8::1", false),
        ("127.example.org", nil), ("localhost", nil), ("", nil),
    ]) func `numeric addresses are parsed, and loopback is recognized`(text: String, isLoopback: Bool?) {
        #expect(PeerAddress(digits: text)?.isLoopback == isLoopback)
    }

    /// IPv4 in IPv6 is IPv4; the origin of an IPv6 address is its upper 64 bits.
    @Test(arguments: [
        ("192.0.2.7", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7"), ("64:ff9b::192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"), ("2001:db8:1:2::", "2001:db8:1:2::"),
        ("64:ff9b:1::192.0.2.7", "64:ff9b:1::"), ("::192.0.2.7", "::"),
    ]) func `an origin is an IPv4 address or an IPv6 network`(text: String, origin: String) throws {
        #expect(try #require(PeerAddress(digits: text)).origin.host == origin)
    }

    @Test func `accepting without a pending connection does not block`() throws {
        let listener = try Listener.tcp(host: "127.0.0.1", port: 0)
        guard case .wouldBlock = listener.accept() else {
            Issue.record("accepted a connection")
            return
        }
    }

    /// The options of reliability: keepalive 60/10/6, 120 s for unacknowledged bytes, no delay, bounded buffers.
    @Test func `accepted connections have the options of the listener`() throws {
        let pair = try Pair.open()
        for end in [pair.server, pair.client] {
            #expect(option(end, Int32(IPPROTO_TCP), TCP_NODELAY) == 1)
            #expect(option(end, SOL_SOCKET, SO_KEEPALIVE) == 1)
            #expect(option(end, Int32(IPPROTO_TCP), TCP_KEEPIDLE) == 60)
            #expect(option(end, Int32(IPPROTO_TCP), TCP_KEEPINTVL) == 10)
            #expect(option(end, Int32(IPPROTO_TCP), TCP_KEEPCNT) == 6)
            #expect(option(end, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT) == 120_000)
            // The kernel doubles what is asked for (socket(7)).
            #expect(option(end, SOL_SOCKET, SO_SNDBUF) == 2 * 64 * 1024)
            #expect(option(end, SOL_SOCKET, SO_RCVBUF) == 2 * 64 * 1024)
            #expect(fcntl(end.descriptor, F_GETFL) & O_NONBLOCK != 0)
            #expect(fcntl(end.descriptor, F_GETFD) & FD_CLOEXEC != 0)
        }
    }

    private func option(_ connection: Connection, _ level: Int32, _ name: Int32) -> Int32 {
        var value: Int32 = -1
        var length = socklen_t(4)
        _ = unsafe getsockopt(connection.descriptor, level, name, &value, &length)
        return value
    }
}

@Suite struct `Unix listeners` {
    @Test func `a Unix listener reports the user, sets the mode, and removes its file`() throws {
        let scene = try Scene()
        let path = "\(scene.path)/desk.sock"
        do {
            let listener = try Listener.unix(path: path, mode: 0o660)
            #expect(listener.port == nil)
            #expect(try scene.mode(of: path) == 0o660)
            let client = try Connection.connect(unixPath: path)
            let (server, peer) = try listener.next()
            #expect(peer == .local(uid: getuid(), pid: getpid()))
            #expect(peer.description == "uid \(getuid()) (pid \(getpid()))")
            try server.sendAll("hello")
            #expect(server.shutdown() == .moved(0))
            #expect(try client.hear() == "hello")
        }
        #expect(!Files.exists(path))
    }

    @Test func `a socket in use is not replaced`() throws {
        let scene = try Scene()
        let path = "\(scene.path)/desk.sock"
        let first = try Listener.unix(path: path, mode: 0o600)
        #expect(throws: NetError.inUse(path: path)) { try Listener.unix(path: path, mode: 0o600) }
        let client = try Connection.connect(unixPath: path)
        #expect(client.descriptor != first.descriptor)
    }

    @Test func `the socket of an exited process is replaced`() throws {
        let scene = try Scene()
        let path = "\(scene.path)/desk.sock"
        try scene.leaveStaleSocket(at: path)
        #expect(throws: NetError.failed(host: path, .system(errno: ECONNREFUSED))) {
            try Connection.connect(unixPath: path)
        }
        let listener = try Listener.unix(path: path, mode: 0o600)
        _ = try Connection.connect(unixPath: path)
        #expect(try listener.next().1 == .local(uid: getuid(), pid: getpid()))
    }

    @Test func `a file that is not a socket is not replaced`() throws {
        let scene = try Scene()
        let path = "\(scene.path)/desk.sock"
        try Files.write(Array("precious".utf8), to: path)
        #expect(throws: NetError.wrongKind(path: path)) { try Listener.unix(path: path, mode: 0o600) }
        #expect(try Files.read(path, limit: 100) == Array("precious".utf8))
    }

    @Test func `a path that is too long for a socket is an error`() throws {
        let path = "/tmp/" + String(repeating: "x", count: 103)
        #expect(throws: NetError.system(doing: "use the path \(path) for a socket", errno: ENAMETOOLONG)) {
            try Listener.unix(path: path, mode: 0o600)
        }
    }
}

extension Scene {
    /// Listens and closes without removing the file, like a killed process.
    func leaveStaleSocket(at path: String) throws {
        do {
            let other = try Listener.unix(path: path + ".live", mode: 0o600)
            #expect(unsafe rename(path + ".live", path) == 0)
            #expect(other.descriptor >= 0)
        }
        // A child that another test is starting holds all our descriptors for a moment, between fork and exec.
        let deadline = Clock.monotonic() + 5_000_000_000
        while Clock.monotonic() < deadline {
            do throws(NetError) { _ = try Connection.connect(unixPath: path) } catch { return }
            sched_yield()
        }
    }

    func mode(of path: String) throws -> UInt32 {
        var status = stat()
        try #require(unsafe lstat(path, &status) == 0)
        return status.st_mode & 0o7777
    }
}
