import CEdit
import Glibc

/// Delivers SIGINT, SIGTSTP, SIGWINCH, SIGTERM, SIGHUP and SIGQUIT through a descriptor to poll (signalfd(2)).
///
/// The signals are blocked while this value exists; the previous mask is restored when it is destroyed.
public struct TerminalSignals: ~Copyable {
    /// A signal that was received.
    public enum Signal: Sendable, Equatable {
        /// SIGINT: ^C.
        case interrupt
        /// SIGTSTP: ^Z.
        case stop
        /// SIGWINCH: the size of the window has changed.
        case resize
        /// Any other: the process is to exit.
        case end(Int32)
    }

    /// Readable while a signal is pending.
    public let descriptor: Int32
    private var before = sigset_t()

    /// Blocks the signals for the calling thread. Call this before starting other threads.
    public init() {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for signal in [SIGINT, SIGTSTP, SIGWINCH, SIGTERM, SIGHUP, SIGQUIT] { unsafe sigaddset(&set, signal) }
        unsafe sigprocmask(SIG_BLOCK, &set, &before)
        descriptor = unsafe desk_terminal_signals(&set)
    }

    deinit {
        var before = before
        unsafe sigprocmask(SIG_SETMASK, &before, nil)
        close(descriptor)
    }

    /// Takes the next pending signal; nil if there is none.
    public func next() -> Signal? {
        switch desk_terminal_signals_next(descriptor) {
        case 0: nil
        case SIGINT: .interrupt
        case SIGTSTP: .stop
        case SIGWINCH: .resize
        case let number: .end(number)
        }
    }
}
