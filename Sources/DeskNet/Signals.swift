import CLinux
import Glibc

/// Turns signals into something that the loop reads (signalfd(2)); no code of ours runs inside a signal.
public struct Signals: ~Copyable {
    /// The signals that are told apart.
    public enum Signal: Int32, CaseIterable, Sendable {
        /// Please stop (SIGTERM).
        case terminate = 15
        /// Ctrl-C (SIGINT).
        case interrupt = 2
        /// Read settings and certificates anew (SIGHUP).
        case hangup = 1
        /// A child has ended (SIGCHLD); several may stand behind one.
        case child = 17
    }

    private let source: FileDescriptor
    private var buffer = [UInt8](repeating: 0, count: 128)

    /// Blocks the signals in this thread and in all that it starts afterwards, so call it before the first thread is
    /// made; also ignores broken pipes. `ChildProcess` gives children an unblocked mask again.
    public init(_ signals: [Signal] = Signal.allCases) throws(NetError) {
        Signals.ignoreBrokenPipes()
        var mask = sigset_t()
        unsafe sigemptyset(&mask)
        for signal in signals { unsafe sigaddset(&mask, signal.rawValue) }
        let failure = unsafe pthread_sigmask(SIG_BLOCK, &mask, nil)
        guard failure == 0 else { throw .system(doing: "block signals", errno: failure) }
        source = unsafe try FileDescriptor(desk_open_signalfd(&mask), doing: "open a signalfd")
    }

    /// What the poller watches for reading.
    public var descriptor: Int32 { source.raw }

    /// Takes the next signal that has arrived; nil when there is none.
    public mutating func next() -> Signal? {
        // A struct signalfd_siginfo is 128 bytes and begins with the number.
        guard case .bytes(128) = source.receive(into: &buffer) else { return nil }
        let number = unsafe buffer.withUnsafeBytes { unsafe $0.loadUnaligned(as: UInt32.self) }
        return Signal(rawValue: Int32(truncatingIfNeeded: number))
    }

    /// Ignores SIGPIPE in the whole process: libssl writes with write(2), and a peer that has gone must not end us.
    public static func ignoreBrokenPipes() {
        signal(SIGPIPE, SIG_IGN)
    }
}
