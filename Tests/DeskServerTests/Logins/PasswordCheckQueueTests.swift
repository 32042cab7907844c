import DeskNet
import Testing

@testable import DeskServer

@Suite struct PasswordCheckQueueTests {
    private var queue = PasswordCheckQueue<Int>(capacity: 256)
    private let hour: Int64 = 3_600_000_000_000

    /// A host of its own in a /24 of its own.
    private func address(_ network: Int, host: Int = 1) -> PeerAddress { .ipv4(UInt32(network << 8 + host), port: 0) }

    private func subscriber(provider: UInt64, site: UInt64 = 0, _ network: UInt64 = 0) -> PeerAddress {
        .ipv6(provider << 32 | site << 16 | network, 0, port: 0)
    }

    private mutating func add(
        _ session: Int, _ origin: PeerAddress, _ standing: LoginStanding = .stranger, as name: String = "x",
        at now: Int64 = 0
    ) -> Int? {
        queue.add(session, of: session, as: name, from: origin, standing, at: now)
    }

    private mutating func drain(at now: Int64 = 0) -> [Int] {
        var order: [Int] = []
        while let next = queue.next(at: now) { order.append(next) }
        return order
    }

    @Test mutating func `known agents come before all others, and the others take turns by network`() {
        for session in 1...4 { _ = add(session, address(1)) }
        _ = add(5, address(2))
        for session in 6...7 { _ = add(session, address(3)) }
        _ = add(8, address(4), .knownAfterFailures, as: "schulze")
        _ = add(9, address(4), .known, as: "meier")
        let order = drain()
        #expect(order == [9, 1, 5, 6, 8, 2, 7, 3, 4])
    }

    @Test mutating func `sessions that have ended are not checked`() {
        for session in 1...4 { _ = add(session, address(session % 2)) }
        for session in [3, 2, 2, 77] { queue.remove(session) }
        let order = drain()
        #expect(order == [1, 4])
        #expect(queue.count == 0)
    }

    /// The attacker's networks have asked before, or ask first; in each there are many origins and connections.
    @Test(arguments: [1, 3, 20]) mutating func `a newcomer waits for one check of each attacking network at most`(
        networks: Int
    ) {
        func attack(_ number: Int) -> PeerAddress { address(100 + number % networks, host: number / networks % 250) }
        for session in 1...250 { _ = add(session, attack(session)) }
        _ = add(1000, address(7))
        var before = 0
        while let next = queue.next(at: 0), next != 1000 { before += 1 }
        #expect(before == networks)
        // From now on they wait for newcomers.
        for session in 2000...2200 { _ = add(session, attack(session)) }
        for newcomer in 1...50 {
            _ = add(3000 + newcomer, address(1000 + newcomer))
            let next = queue.next(at: 0)
            #expect(next == 3000 + newcomer)
        }
    }

    /// One subscriber may have 65,536 networks of 64 bits, a provider as many sites.
    @Test mutating func `networks of IPv6 are counted by site and provider`() {
        for session in 1...60 { _ = add(session, subscriber(provider: 1, site: 1, UInt64(session))) }
        for session in 61...120 { _ = add(session, subscriber(provider: 2, site: UInt64(session))) }
        _ = add(1000, subscriber(provider: 3))
        _ = add(1001, subscriber(provider: 1, site: 2))
        let order = drain()
        #expect(order.prefix(5) == [1, 61, 1000, 62, 1001])
    }

    @Test mutating func `three hundred networks hold a newcomer up once, and known agents never`() {
        for session in 1...300 { _ = add(session, address(session)) }
        #expect(queue.count == 256)
        // The queue is full of newcomers: the last of them is to come again.
        let turnedAway = add(999, address(999))
        #expect(turnedAway == 999)
        _ = add(1000, address(10_000), .known, as: "meier")
        let known = queue.next(at: 0)
        #expect(known == 1000)
        _ = drain()
        for session in 1...256 { _ = add(session, address(1 + session % 200)) }
        let pushedOut = add(1001, address(1001))
        #expect(pushedOut != nil && pushedOut != 1001)
        let next = queue.next(at: 0)
        #expect(next == 1001)
        // Checks are forgotten, one an hour.
        _ = drain(at: 0)
        for session in 1...3 { _ = add(session, address(session), at: 10 * hour) }
        _ = add(1002, address(1002), at: 10 * hour)
        let order = drain(at: 10 * hour)
        #expect(order == [1, 2, 3, 1002])
    }

    @Test mutating func `a name that fails at a known origin competes as a newcomer five times`() {
        for session in 1...8 { _ = add(session, address(1), .knownAfterFailures, as: "meier") }
        for session in 11...18 { _ = add(session, address(session)) }
        let order = drain()
        #expect(order.prefix(5) == [1, 2, 3, 4, 5] && order.suffix(3) == [6, 7, 8])
    }

    @Test mutating func `a check that has let an agent in counts for nothing`() {
        _ = add(1, address(1))
        _ = queue.next(at: 0)
        queue.refundLast()
        queue.refundLast()
        _ = add(2, address(1, host: 2))
        _ = add(3, address(2))
        let order = drain()
        #expect(order == [2, 3])
    }

    @Test mutating func `a full queue turns away the last in the order`() {
        queue = PasswordCheckQueue<Int>(capacity: 3)
        _ = add(0, address(2))
        _ = queue.next(at: 0)
        var turnedAway: [Int?] = []
        for session in 1...2 { turnedAway.append(add(session, address(1))) }
        turnedAway.append(add(3, address(2)))
        turnedAway.append(add(4, address(1), .known, as: "meier"))
        turnedAway.append(add(5, address(3)))
        turnedAway.append(add(6, address(2)))
        #expect(turnedAway == [nil, nil, nil, 3, 5, 6])
        let order = drain()
        #expect(order == [4, 1, 2])
    }
}
