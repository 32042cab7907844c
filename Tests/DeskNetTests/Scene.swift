import DeskCrypto
import DeskNet
import Testing

/// A temporary folder with keys and certificates, removed when the test ends.
final class Scene {
    let path: String

    init() throws {
        Signals.ignoreBrokenPipes()
        path = try Files.makeTemporaryDirectory(prefix: "/tmp/desk-net-")
    }

    deinit {
        do { try Files.removeDirectory(path) } catch { Issue.record("\(error)") }
    }

    /// Writes a new key and certificate and returns the certificate's pin.
    @discardableResult
    func makeKey(_ name: String = "server", for names: [String] = ["localhost", "127.0.0.1"]) throws -> String {
        let made = try SelfSigned(names: names, days: 2)
        try Files.write(made.certificate, to: certificate(name), mode: 0o644)
        try Files.write(made.key, to: key(name))
        return try Certificate.pin(pem: made.certificate)
    }

    func certificate(_ name: String = "server") -> String { "\(path)/\(name).crt" }
    func key(_ name: String = "server") -> String { "\(path)/\(name).key" }

    func server(_ name: String = "server") throws -> TLSContext {
        try TLSContext(certificateFile: certificate(name), keyFile: key(name))
    }

    /// A client that trusts the named certificate as its only authority.
    func client(_ name: String = "server", offering protocols: [String] = ["desk/1"]) throws -> TLSContext {
        try TLSContext(trusting: .authorities(file: certificate(name)), offering: protocols)
    }
}

/// Both ends of a TCP connection.
struct Pair {
    let server: Connection
    let client: Connection

    /// Connects without a handshake.
    init(over context: TLSContext?, client clientContext: TLSContext?, host: String = "localhost") throws {
        let listener = try Listener.tcp(host: "127.0.0.1", port: 0)
        let port = try #require(listener.port)
        client = try Connection.connect(host: "127.0.0.1", port: port, over: clientContext, named: host)
        server = try listener.next(over: context).0
    }

    /// Connects and completes the handshake.
    static func open(over context: TLSContext? = nil, client: TLSContext? = nil, host: String = "localhost") throws
        -> Pair
    {
        let pair = try Pair(over: context, client: client, host: host)
        let ends = pair.shake()
        try #require(ends.server == .done && ends.client == .done, "\(ends)")
        return pair
    }

    /// Continues the handshake of both ends until both are done or have failed.
    func shake() -> (server: Handshake, client: Handshake) {
        var (ofServer, ofClient) = (Handshake.wantsRead, Handshake.wantsRead)
        for _ in 0..<100 {
            if !ofClient.isOver { ofClient = client.handshake() }
            if !ofServer.isOver { ofServer = server.handshake() }
            if ofClient.isOver, ofServer.isOver { break }
            // One who has failed hangs up, as every caller does.
            if case .failed = ofServer { server.close() }
            if case .failed = ofClient { client.close() }
            _ = (ofServer.isOver ? client : server).wait(for: .read, milliseconds: 20)
        }
        return (ofServer, ofClient)
    }
}

extension Handshake {
    var isOver: Bool {
        switch self {
        case .done, .failed: true
        case .wantsRead, .wantsWrite: false
        }
    }
}

extension Listener {
    /// Waits for the next connection.
    func next(over context: TLSContext? = nil) throws -> (Connection, PeerAddress) {
        var poller = try Poller()
        try poller.add(descriptor, token: 0, for: .read)
        for _ in 0..<10 {
            if case .accepted(let connection, let peer) = accept(over: context) { return (connection, peer) }
            _ = try poller.wait(milliseconds: 1000)
        }
        throw NetError.unresolved(host: "client", reason: "no connection was accepted")
    }
}

extension Connection {
    /// Sends all bytes. Blocks.
    func sendAll(_ text: String) throws {
        try sendAll(Array(text.utf8))
    }

    func sendAll(_ bytes: [UInt8]) throws {
        var start = 0
        while start < bytes.count {
            switch send(bytes.span.extracting(start..<bytes.count)) {
            case .moved(let count): start += count
            case .wait:
                let ready = wait(for: interest(receiving: false, sending: true), milliseconds: 5000)
                try #require(ready, "the peer takes nothing")
            case .failed(let failure): throw NetError.failed(host: "peer", failure)
            }
        }
    }

    /// Receives the given number of bytes, or until the end if there is none.
    func receiveAll(_ count: Int = .max) throws -> [UInt8] {
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16384)
        while received.count < count {
            switch receive(into: &buffer, limit: count - received.count) {
            case .bytes(let count): received += buffer[..<count]
            case .wait:
                let ready = wait(for: interest(receiving: true, sending: false), milliseconds: 5000)
                try #require(ready, "the peer sends nothing")
            case .ended: return received
            case .failed(let failure): throw NetError.failed(host: "peer", failure)
            }
        }
        return received
    }

    /// Sends while the other end receives, so that more bytes pass than the sockets can buffer; returns what was
    /// received.
    func transfer(_ bytes: [UInt8], to other: Connection) throws -> [UInt8] {
        var start = 0
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 5000)
        while received.count < bytes.count {
            if case .moved(let count) = send(bytes.span.extracting(start..<bytes.count)) { start += count }
            switch other.receive(into: &buffer) {
            case .bytes(let count): received += buffer[..<count]
            case .wait: try #require(other.wait(for: .read, milliseconds: 5000), "stuck at \(received.count)")
            case .ended: return received
            case .failed(let failure): throw NetError.failed(host: "peer", failure)
            }
        }
        return received
    }

    func hear(_ count: Int = .max) throws -> String {
        String(decoding: try receiveAll(count), as: UTF8.self)
    }
}
