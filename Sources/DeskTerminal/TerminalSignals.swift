import CEdit
import Glibc

/// The signals a terminal program must answer in its own time, as a descriptor to poll instead of a handler.
///
/// While the value lives they are blocked and wait here; when it goes they do again what they did before.
public struct TerminalSignals: ~Copyable {
    /// What happened to the terminal or to us.
    public enum Signal: Sendable, Equatable {
        /// ^C.
        case interrupt
        /// ^Z.
        case stop
        /// The window has another size.
        case resize
        /// Somebody wants us gone; the number is the signal's.
        case end(Int32)
    }

    /// Readable when a signal waits.
    public let descriptor: Int32
    private var before = sigset_t()

    /// Blocks the signals for the calling thread. Call it before any other thread is started.
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

    /// The next signal that waits, or nil.
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
