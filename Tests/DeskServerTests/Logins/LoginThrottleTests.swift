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
        let meier = try #require(AgentName("meier"))
        #expect(throttle.hasFailed(office, as: meier, at: now + 3599 * second - second))
        #expect(!throttle.hasFailed(office, as: meier, at: now + 3600 * second))
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
