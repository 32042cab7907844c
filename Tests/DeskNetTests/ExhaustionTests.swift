import DeskNet
import Glibc
import Testing

/// In a process of its own, because the limit of descriptors counts for all tests at once.
@Suite struct `Without descriptors` {
    @Test func `without descriptors, a listener closes one connection, reports it, and recovers`() async {
        await #expect(processExitsWith: .success) {
            let listener = try Listener.tcp(host: "127.0.0.1", port: 0)
            let port = try #require(listener.port)
            let waiting = try (0..<3).map { _ in try Connection.connect(host: "127.0.0.1", port: port) }
            var poller = try Poller()
            try poller.add(listener.descriptor, token: 0, for: .read)
            var hoard = Hoard()
            hoard.fill()
            // One was turned away, with the descriptor kept for this; there is nothing left over nor lost by it.
            try #require(listener.isExhausted)
            let turnedAway = try waiting.filter { client in
                guard client.wait(for: .read, milliseconds: 200) else { return false }
                return try client.hear().isEmpty
            }
            #expect(turnedAway.count == 1)
            #expect(try poller.wait(milliseconds: 0) == 1)
            hoard.fill()
            try #require(listener.isExhausted)
            hoard.release()
            let (server, _) = try listener.next()
            try server.sendAll("welcome\n")
            let welcomed = waiting.filter { $0.wait(for: .read, milliseconds: 200) }
            #expect(welcomed.count == 3)
            let heard = try welcomed.map { try $0.hear(8) }
            #expect(heard.sorted() == ["", "", "welcome\n"])
            #expect(!listener.isExhausted)
        }
    }

    @Test func `without a pending connection, the listener tries only once`() async {
        await #expect(processExitsWith: .success) {
            let listener = try Listener.tcp(host: "127.0.0.1", port: 0)
            var hoard = Hoard()
            hoard.fill()
            // Linux looks for a descriptor before it looks for a newcomer.
            try #require(listener.isExhausted)
            hoard.fill()
            try #require(listener.isExhausted)
            hoard.release()
            #expect(!listener.isExhausted)
        }
    }

    @Test func `the limit can be raised to the hard limit`() async {
        await #expect(processExitsWith: .success) {
            var limit = rlimit()
            let descriptors = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
            try #require(unsafe getrlimit(descriptors, &limit) == 0)
            limit.rlim_cur = 100
            try #require(unsafe setrlimit(descriptors, &limit) == 0)
            #expect(try raiseDescriptorLimit() == Int(clamping: limit.rlim_max))
            try #require(unsafe getrlimit(descriptors, &limit) == 0)
            #expect(limit.rlim_cur == limit.rlim_max)
        }
    }
}

/// Lowers the limit of open descriptors and uses up the rest. Refill it before each check: the test library closes some
/// of its descriptors from time to time.
struct Hoard: ~Copyable {
    private var held: [Int32] = []

    mutating func fill() {
        var limit = rlimit()
        _ = unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = 64
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        while true {
            let next = dup(0)
            guard next >= 0 else { break }
            held.append(next)
        }
    }

    mutating func release() {
        for descriptor in held { close(descriptor) }
        held = []
    }
}

extension Listener {
    var isExhausted: Bool {
        if case .exhausted(EMFILE) = accept() { return true }
        return false
    }
}
