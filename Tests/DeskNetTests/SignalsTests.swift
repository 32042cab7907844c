import DeskNet
import Glibc
import Testing

/// In a process of its own, because signals belong to a whole process.
@Suite struct `Signals in a loop` {
    @Test func `signals are read from the descriptor`() async {
        await #expect(processExitsWith: .success) {
            var signals = try Signals()
            var poller = try Poller()
            try poller.add(signals.descriptor, token: 0, for: .read)
            #expect(signals.next() == nil)
            for signal in Signals.Signal.allCases {
                // To this thread: others of the test's process have not blocked it.
                #expect(pthread_kill(pthread_self(), signal.rawValue) == 0)
                try #require(try poller.wait(milliseconds: 5000) == 1)
                #expect(signals.next() == signal)
            }
            #expect(signals.next() == nil)
        }
    }

    @Test func `writing to a closed connection does not kill the process`() async {
        await #expect(processExitsWith: .success) {
            let scene = try Scene()
            try scene.makeKey()
            let pair = try Pair.open(over: scene.server(), client: scene.client())
            pair.client.close()
            let bytes = [UInt8](repeating: 65, count: 16_384)
            var last = Sent.moved(0)
            for _ in 0..<100 {
                last = pair.server.send(bytes.span)
                guard case .moved = last else { break }
            }
            #expect(last == .failed(.system(errno: EPIPE)) || last == .failed(.system(errno: ECONNRESET)))
        }
    }
}
