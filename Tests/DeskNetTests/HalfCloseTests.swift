import DeskNet
import Glibc
import Testing

@Suite struct `Half-close` {
    @Test(arguments: [false, true])
    func `sending works after the peer has ended`(encrypted: Bool) throws {
        let scene = try Scene()
        try scene.makeKey()
        let pair = try encrypted ? Pair.open(over: scene.server(), client: scene.client()) : Pair.open()
        try pair.client.sendAll("one\ntwo")
        #expect(pair.client.shutdown() == .moved(0))
        #expect(try pair.server.hear() == "one\ntwo")
        var buffer = [UInt8](repeating: 0, count: 10)
        #expect(pair.server.receive(into: &buffer) == .ended)
        let answer = String(repeating: "0123456789\n", count: 10_000)
        #expect(try pair.server.transfer(Array(answer.utf8), to: pair.client) == Array(answer.utf8))
        #expect(pair.server.shutdown() == .moved(0))
        #expect(try pair.client.hear() == "")
    }

    @Test func `sending works after FIN without close_notify`() throws {
        let scene = try Scene()
        try scene.makeKey()
        let pair = try Pair.open(over: scene.server(), client: scene.client())
        try pair.client.sendAll("one\n")
        #expect(shutdown(pair.client.descriptor, Int32(SHUT_WR)) == 0)
        #expect(try pair.server.hear() == "one\n")
        try pair.server.sendAll("late answer\n")
        #expect(pair.server.shutdown() == .moved(0))
        #expect(try pair.client.hear() == "late answer\n")
    }

    @Test(arguments: [false, true])
    func `receiving works after shutdown`(encrypted: Bool) throws {
        let scene = try Scene()
        try scene.makeKey()
        let pair = try encrypted ? Pair.open(over: scene.server(), client: scene.client()) : Pair.open()
        #expect(pair.server.shutdown() == .moved(0))
        #expect(try pair.client.hear() == "")
        try pair.client.sendAll("still talking\n")
        #expect(pair.client.shutdown() == .moved(0))
        #expect(try pair.server.hear() == "still talking\n")
    }

    @Test(arguments: [false, true])
    func `a reset is a failure, not an end`(encrypted: Bool) throws {
        let scene = try Scene()
        try scene.makeKey()
        let pair = try encrypted ? Pair.open(over: scene.server(), client: scene.client()) : Pair.open()
        // Closing with unread bytes makes the kernel say RST instead of FIN (RFC 2525 §2.17).
        try pair.server.sendAll("unread\n")
        #expect(pair.client.wait(for: .read, milliseconds: 5000))
        pair.client.close()
        #expect(throws: NetError.failed(host: "peer", .system(errno: 104))) { try pair.server.hear() }
    }

    @Test func `a closed connection reports closed`() throws {
        let scene = try Scene()
        try scene.makeKey()
        let pair = try Pair.open(over: scene.server(), client: scene.client())
        pair.server.close()
        pair.server.close()
        var buffer = [UInt8](repeating: 0, count: 10)
        #expect(pair.server.receive(into: &buffer) == .failed(.closed))
        #expect(pair.server.send([UInt8]([1]).span) == .failed(.closed))
        #expect(pair.server.shutdown() == .failed(.closed))
        #expect(pair.server.handshake() == .failed(.closed))
        #expect(!pair.server.hasPending)
        #expect(pair.server.descriptor == -1)
        #expect(try pair.client.hear() == "")
    }
}
