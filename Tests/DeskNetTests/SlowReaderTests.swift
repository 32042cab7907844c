import DeskNet
import DeskTestSupport
import Testing

@Suite struct `Slow readers` {
    @Test(arguments: [false, true])
    func `a full socket says wait, and nothing is lost or doubled when the bytes have moved in memory`(
        encrypted: Bool
    ) throws {
        let scene = try Scene()
        try scene.makeKey()
        let pair = try encrypted ? Pair.open(over: scene.server(), client: scene.client()) : Pair.open()
        let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        var sent = 0
        var received: [UInt8] = []
        var waits = 0
        var dice = Dice(seed: 7)
        var buffer = [UInt8](repeating: 0, count: 70_000)
        while received.count < bytes.count {
            // A fresh copy each time: what is offered again lies elsewhere, and more may have come behind it.
            let offer = Array(bytes[sent..<min(bytes.count, sent + Int.random(in: 20_000...50_000, using: &dice))])
            switch pair.server.send(offer.span) {
            case .moved(let count): sent += count
            case .failed(let failure): throw NetError.failed(host: "peer", failure)
            case .wait:
                waits += 1
                #expect(pair.server.interest(receiving: true, sending: true) == [.read, .write])
                let target = min(received.count + Int.random(in: 1...200_000, using: &dice), sent)
                while received.count < target {
                    guard case .bytes(let count) = pair.client.receive(into: &buffer) else { break }
                    received += buffer[..<count]
                }
            }
            if sent == bytes.count, case .bytes(let count) = pair.client.receive(into: &buffer) {
                received += buffer[..<count]
            }
        }
        #expect(received == bytes)
        #expect(waits > 5)
    }

    @Test func `a peer that does not read occupies bounded kernel memory`() throws {
        let pair = try Pair.open()
        let bytes = [UInt8](repeating: 65, count: 65_536)
        var sent = 0
        while case .moved(let count) = pair.server.send(bytes.span), sent < 10_000_000 { sent += count }
        #expect(sent > 64 * 1024)
        #expect(sent < 1_000_000)
    }
}
