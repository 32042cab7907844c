import CLinux
import Glibc

/// Delivers signals to the event loop through a descriptor (signalfd(2)), so that no signal handlers are needed.
public struct Signals: ~Copyable {
    /// The signals that can be received.
    public enum Signal: Int32, CaseIterable, Sendable {
        /// SIGTERM: shut down.
        case terminate = 15
        /// SIGINT: ^C.
        case interrupt = 2
        /// SIGHUP: reload settings and certificates.
        case hangup = 1
        /// SIGCHLD: at least one child has ended.
        case child = 17
    }

    private let source: FileDescriptor
    private var buffer = [UInt8](repeating: 0, count: 128)

    /// Blocks the signals in this thread and in threads that it starts later, so call it before starting any. Also
    /// ignores SIGPIPE. `ChildProcess` resets the mask for children.
    public init(_ signals: [Signal] = Signal.allCases) throws(NetError) {
        Signals.ignoreBrokenPipes()
        var mask = sigset_t()
        unsafe sigemptyset(&mask)
        for signal in signals { unsafe sigaddset(&mask, signal.rawValue) }
        let failure = unsafe pthread_sigmask(SIG_BLOCK, &mask, nil)
        guard failure == 0 else { throw .system(doing: "block signals", errno: failure) }
        source = unsafe try FileDescriptor(desk_open_signalfd(&mask), doing: "open a signalfd")
    }

    /// The descriptor to poll for reading.
    public var descriptor: Int32 { source.raw }

    /// Takes the next pending signal; nil if there is none.
    public mutating func next() -> Signal? {
        // A struct signalfd_siginfo has 128 bytes and begins with the signal number.
        guard case .bytes(128) = source.receive(into: &buffer) else { return nil }
        let number = unsafe buffer.withUnsafeBytes { unsafe $0.loadUnaligned(as: UInt32.self) }
        return Signal(rawValue: Int32(truncatingIfNeeded: number))
    }

    /// Ignores SIGPIPE in the whole process: libssl uses write(2), and a closed connection must not kill the process.
    public static func ignoreBrokenPipes() {
        signal(SIGPIPE, SIG_IGN)
    }
}
