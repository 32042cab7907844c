import DeskNet
import DeskTestSupport
import Glibc
import Testing

@Suite struct `Parts of a loop` {
    @Test func `the poller reports exactly the ready descriptors and their events`() throws {
        var poller = try Poller()
        let pair = try Pair.open()
        try poller.add(pair.server.descriptor, token: 7, for: .read)
        #expect(try poller.wait(milliseconds: 0) == 0)
        try pair.client.sendAll("x")
        #expect(try poller.wait(milliseconds: 5000) == 1)
        #expect(poller[0].token == 7)
        #expect(poller[0].readable && !poller[0].writable && !poller[0].hangup)
        // Level-triggered: it is told until it is done.
        #expect(try poller.wait(milliseconds: 0) == 1)
        try poller.modify(pair.server.descriptor, token: .max, for: [.read, .write])
        #expect(try poller.wait(milliseconds: 0) == 1)
        #expect(poller[0].token == .max && poller[0].readable && poller[0].writable)
        try poller.modify(pair.server.descriptor, token: 8, for: [])
        #expect(try poller.wait(milliseconds: 0) == 0)
        try poller.remove(pair.server.descriptor)
        #expect(throws: NetError.system(doing: "watch a descriptor", errno: ENOENT)) {
            try poller.remove(pair.server.descriptor)
        }
    }

    @Test func `a hang-up is reported for an empty interest`() throws {
        var poller = try Poller()
        let pair = try Pair.open()
        try poller.add(pair.server.descriptor, token: 1, for: [])
        try pair.server.sendAll("unread")
        #expect(pair.client.wait(for: .read, milliseconds: 5000))
        pair.client.close()
        #expect(try poller.wait(milliseconds: 5000) == 1)
        #expect(poller[0].hangup && pair.server.canReceive(poller[0]) && pair.server.canSend(poller[0]))
        pair.server.close()
        #expect(try poller.wait(milliseconds: 0) == 0)
    }

    @Test func `a wait reports several descriptors, at most the capacity`() throws {
        var poller = try Poller(capacity: 2)
        let pairs = try (0..<3).map { _ in try Pair.open() }
        for (token, pair) in pairs.enumerated() {
            try poller.add(pair.server.descriptor, token: UInt64(token), for: .write)
        }
        #expect(try poller.wait(milliseconds: 0) == 2)
        let first = Set((0..<2).map { poller[$0].token })
        #expect(try poller.wait(milliseconds: 0) == 2)
        // The one who had to wait is among the next.
        #expect(first.union((0..<2).map { poller[$0].token }) == [0, 1, 2])
    }

    @Test func `messages of many threads arrive, those of each thread in order`() throws {
        let mailbox = try Mailbox<(thread: Int, number: Int)>()
        var poller = try Poller()
        try poller.add(mailbox.descriptor, token: 1, for: .read)
        #expect(try poller.wait(milliseconds: 0) == 0)
        let threads = (0..<4).map { thread in
            Thread { for number in 0..<5000 { mailbox.post((thread, number)) } }
        }
        var heard: [[Int]] = [[], [], [], []]
        var count = 0
        while count < 20_000 {
            try #require(try poller.wait(milliseconds: 5000) == 1)
            let letters = mailbox.takeAll()
            for letter in letters { heard[letter.thread].append(letter.number) }
            count += letters.count
        }
        for thread in threads { thread.join() }
        #expect(heard.allSatisfy { $0 == Array(0..<5000) })
        #expect(try poller.wait(milliseconds: 0) == 0)
        #expect(mailbox.takeAll().isEmpty)
    }

    @Test func `two signals are one wakeup`() throws {
        let bell = try Wakeup()
        var poller = try Poller()
        try poller.add(bell.descriptor, token: 1, for: .read)
        bell.signal()
        bell.signal()
        #expect(try poller.wait(milliseconds: 0) == 1)
        bell.clear()
        #expect(try poller.wait(milliseconds: 0) == 0)
    }

    @Test func `the clocks advance`() {
        let before = Clock.monotonic()
        #expect(Clock.monotonic() >= before)
        #expect(Clock.wall() > 1_700_000_000_000)
    }
}

@Suite struct `Timers in order` {
    @Test func `timers expire in order, equal ones as they were set, none early`() {
        var timers = Timers<String>()
        timers.set(at: 30, "c")
        timers.set(at: 10, "a")
        timers.set(at: 30, "d")
        timers.set(at: 20, "b")
        #expect(timers.next(at: 9) == nil)
        #expect(timers.next(at: 25) == "a")
        #expect(timers.next(at: 25) == "b")
        #expect(timers.next(at: 25) == nil)
        #expect(timers.count == 2)
        #expect(timers.next(at: 30) == "c")
        #expect(timers.next(at: 30) == "d")
        #expect(timers.next(at: .max) == nil)
    }

    @Test func `a canceled timer does not expire and cannot be canceled again`() {
        var timers = Timers<String>()
        let first = timers.set(at: 10, "a")
        let second = timers.set(at: 20, "b")
        #expect(timers.cancel(first) == "a")
        #expect(timers.cancel(first) == nil)
        #expect(timers.milliseconds(from: 0) == 1)
        #expect(timers.next(at: 100) == "b")
        #expect(timers.cancel(second) == nil)
        #expect(timers.milliseconds(from: 0) == -1)
    }

    @Test(
        arguments: [
            (0, 0, 0), (0, 1, 1), (0, 1_000_000, 1), (0, 1_000_001, 2), (5, 4, 0), (0, 60_000_000_000, 60_000),
            (0, .max, .max), (-10, .max, .max), (.max, .min, 0), (.max, .max, 0),
        ] as [(Int64, Int64, Int32)])
    func `the time to the next timer is rounded up and bounded`(now: Int64, time: Int64, expected: Int32) {
        var timers = Timers<Int>()
        timers.set(at: time, 1)
        #expect(timers.milliseconds(from: now) == expected)
    }

    @Test(arguments: 0..<30)
    func `random operations give the same result as a sorted list`(seed: UInt64) {
        var dice = Dice(seed: seed)
        var timers = Timers<Int>()
        var model: [(time: Int64, due: Int, id: Timers<Int>.ID)] = []
        var now: Int64 = 0
        for due in 0..<600 {
            switch Int.random(in: 0..<4, using: &dice) {
            case 0, 1:
                let time = now + Int64.random(in: 0...50, using: &dice)
                model.append((time, due, timers.set(at: time, due)))
            case 2:
                guard let index = model.indices.randomElement(using: &dice) else { continue }
                #expect(timers.cancel(model[index].id) == model[index].due)
                model.remove(at: index)
            default:
                now += Int64.random(in: 0...9, using: &dice)
                let expected = model.filter { $0.time <= now }.sorted { ($0.time, $0.due) < ($1.time, $1.due) }.map(
                    \.due)
                var taken: [Int] = []
                while let next = timers.next(at: now) { taken.append(next) }
                #expect(taken == expected)
                model.removeAll { $0.time <= now }
            }
            #expect(timers.count == model.count)
        }
    }
}

/// A thread that can be joined.
final class Thread {
    private var id = pthread_t()

    init(_ body: @escaping @Sendable () -> Void) {
        let box = unsafe Unmanaged.passRetained(Body(body)).toOpaque()
        let started = unsafe pthread_create(
            &id, nil,
            { box in
                guard let box = unsafe box else { return nil }
                unsafe Unmanaged<Body>.fromOpaque(box).takeRetainedValue().run()
                return nil
            }, box)
        precondition(started == 0, "no thread")
    }

    func join() {
        _ = pthread_join(id, nil)
    }

    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }
}
