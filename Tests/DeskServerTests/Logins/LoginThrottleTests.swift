import DeskModel
import DeskNet
import Testing

@testable import DeskServer

@Suite struct LoginThrottleTests {
    private let second: Int64 = 1_000_000_000
    private let office = PeerAddress.ipv4(0xC000_0207, port: 0)
    private let elsewhere = PeerAddress.ipv4(0xCB00_7105, port: 0)

    @Test func `the pause doubles from the second failure on, and ends after an hour or a login`() throws {
        var throttle = LoginThrottle()
        var now: Int64 = 0
        var pauses: [Int?] = []
        for _ in 1...9 {
            pauses.append(throttle.fail("meier", from: office, at: now))
            now += second
        }
        #expect(pauses == [nil, 1, 2, 4, 8, 16, 32, 60, 60])
        #expect(throttle.pause(for: "meier", from: office, at: now) == 59)
        #expect(throttle.pause(for: "meier", from: office, at: now + 59 * second) == 0)
        #expect(throttle.hasFailed(office, at: now + 3599 * second - second))
        #expect(!throttle.hasFailed(office, at: now + 3600 * second))
        let later = throttle.fail("meier", from: office, at: now + 3600 * second)
        #expect(later == nil)
        throttle.succeed(try #require(AgentName("meier")), from: office)
        #expect(throttle.count == 0)
    }

    @Test func `guesses from elsewhere and at other names are held against nobody`() {
        var throttle = LoginThrottle()
        for _ in 1...10 { _ = throttle.fail("meier", from: elsewhere, at: 0) }
        #expect(throttle.pause(for: "meier", from: elsewhere, at: 0) == 60)
        #expect(throttle.pause(for: "meier", from: office, at: 0) == 0)
        #expect(throttle.pause(for: "schulze", from: elsewhere, at: 0) == 0)
    }

    /// Names are invented to push a guessed one out of the table.
    @Test(arguments: [10_001, 100_000]) func `an origin that tries many names is slowed as if they were one`(count: Int)
    {
        var throttle = LoginThrottle()
        for _ in 1...10 { _ = throttle.fail("meier", from: elsewhere, at: 0) }
        _ = throttle.fail("schulze", from: office, at: 0)
        _ = throttle.fail("schulze", from: office, at: 0)
        for number in 1...count { _ = throttle.fail("name\(number)", from: elsewhere, at: 0) }
        #expect(throttle.count == 2)
        #expect(throttle.pause(for: "meier", from: elsewhere, at: 0) == 60)
        #expect(throttle.pause(for: "never-tried", from: elsewhere, at: 0) == 60)
        #expect(throttle.pause(for: "schulze", from: office, at: 0) == 1)
        #expect(throttle.pause(for: "meier", from: office, at: 0) == 0)
    }

    @Test func `names that no agent can have share one counter`() {
        var throttle = LoginThrottle()
        for name in ["Meier", "", "a b", "\u{1B}[2J", String(repeating: "x", count: 4000)] {
            _ = throttle.fail(name, from: elsewhere, at: 0)
        }
        #expect(throttle.pause(for: "ÄÖÜ", from: elsewhere, at: 0) == 8)
        #expect(throttle.pause(for: "meier", from: elsewhere, at: 0) == 0)
    }

    @Test func `many origins fill a table of a fixed size, and those that are held back most stay`() {
        var throttle = LoginThrottle()
        for _ in 1...10 { _ = throttle.fail("meier", from: elsewhere, at: 0) }
        for number in 0..<50_000 {
            _ = throttle.fail("meier", from: .ipv6(UInt64(number) << 16, 0, port: 0), at: Int64(number))
        }
        #expect(throttle.count <= LoginThrottle.capacity)
        #expect(throttle.pause(for: "meier", from: elsewhere, at: 50_000) == 60)
        #expect(throttle.pause(for: "meier", from: office, at: 50_000) == 0)
    }

    @Test func `known origins survive on paper, are bounded, and rubbish among them is left out`() throws {
        let meier = try #require(AgentName("meier"))
        var known = KnownOrigins()
        var isNew = [known.add(office, of: meier), known.add(office, of: meier)]
        #expect(isNew == [true, false])
        isNew = [known.add(.local(uid: 1000, pid: 0), of: meier)]
        let network = PeerAddress.ipv6(0x2001_0db8_0001_0002, 0, port: 0)
        isNew.append(known.add(network, of: meier))
        #expect(isNew == [true, true])
        #expect(String(decoding: known.text, as: UTF8.self) == "meier 192.0.2.7\nmeier 2001:db8:1:2::\n")
        let read = KnownOrigins(text: Array("\u{1}\nmeier\nMEIER 192.0.2.8\nmeier x\n".utf8) + known.text)
        #expect(read.contains(office, of: meier) && read.contains(network, of: meier))
        #expect(read.text == known.text)
        for number in 1...40 { isNew.append(known.add(.ipv4(UInt32(number), port: 0), of: meier)) }
        #expect(!isNew.contains(false))
        #expect(!known.contains(office, of: meier))
        #expect(known.contains(.ipv4(9, port: 0), of: meier))
        #expect(!known.contains(.ipv4(8, port: 0), of: meier))
    }
}

@Suite struct PasswordCheckQueueTests {
    private func address(_ number: Int) -> PeerAddress { .ipv4(UInt32(number), port: 0) }

    private func drain(_ queue: inout PasswordCheckQueue<Int>) -> [Int] {
        var order: [Int] = []
        while let next = queue.next() { order.append(next) }
        return order
    }

    @Test func `known agents come before all others, and the others take turns by origin`() {
        var queue = PasswordCheckQueue<Int>(capacity: 100)
        for session in 1...4 { _ = queue.add(session, of: session, as: "a\(session)", from: address(1), .fresh) }
        _ = queue.add(5, of: 5, as: "b", from: address(2), .fresh)
        for session in 6...7 { _ = queue.add(session, of: session, as: "c", from: address(3), .afterFailures) }
        _ = queue.add(8, of: 8, as: "schulze", from: address(4), .knownAfterFailures)
        _ = queue.add(9, of: 9, as: "meier", from: address(4), .known)
        let order = drain(&queue)
        #expect(order == [9, 8, 1, 6, 5, 7, 2, 3, 4])
        #expect(queue.count == 0)
    }

    @Test func `whoever has left is not checked`() {
        var queue = PasswordCheckQueue<Int>(capacity: 100)
        for session in 1...4 { _ = queue.add(session, of: session, as: "a", from: address(session % 2), .fresh) }
        for session in [3, 2, 2, 77] { queue.remove(session) }
        let order = drain(&queue)
        #expect(order == [1, 4])
    }

    @Test func `a full queue turns away who asks most with the least standing`() {
        var queue = PasswordCheckQueue<Int>(capacity: 3)
        var turnedAway: [Int?] = []
        for session in 1...2 {
            turnedAway.append(queue.add(session, of: session, as: "a", from: address(1), .fresh))
        }
        turnedAway.append(queue.add(3, of: 3, as: "a", from: address(2), .afterFailures))
        turnedAway.append(queue.add(4, of: 4, as: "meier", from: address(1), .known))
        turnedAway.append(queue.add(5, of: 5, as: "a", from: address(3), .fresh))
        turnedAway.append(queue.add(6, of: 6, as: "a", from: address(2), .afterFailures))
        #expect(turnedAway == [nil, nil, nil, 3, 2, 6])
        let order = drain(&queue)
        #expect(order == [4, 1, 5])
    }

    /// Four hundred origins ask without end; one of them asks with many connections.
    @Test func `whatever strangers do, an agent at a known origin is next, and any origin has its turn`() {
        var queue = PasswordCheckQueue<Int>(capacity: 256)
        for session in 1...400 { _ = queue.add(session, of: session, as: "meier", from: address(session), .fresh) }
        for session in 401...420 { _ = queue.add(session, of: session, as: "x", from: address(9), .afterFailures) }
        #expect(queue.count == 256)
        _ = queue.add(1000, of: 1000, as: "meier", from: address(10_000), .known)
        let first = queue.next()
        #expect(first == 1000)
        _ = queue.add(1001, of: 1001, as: "meier", from: address(10_000), .knownAfterFailures)
        let next = [queue.next(), queue.next(), queue.next()]
        #expect(next.contains(1001))
    }
}
