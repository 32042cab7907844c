import Glibc

/// What `deliver` says when a signal kills it: that the mail should come again, so that no mail server bounces it.
///
/// A bug of ours is a signal too (a Swift trap is SIGILL or SIGTRAP), and mail servers take an unknown end for a
/// permanent one.
enum LastWords {
    /// Installs the handler; it does nothing but write(2) and _exit(2), which is what a handler may do
    /// (signal-safety(7)).
    static func arm() {
        for number in [SIGSEGV, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGXCPU] {
            signal(number) { _ in
                let words: StaticString = "4.3.0 deliver was killed before the desk had the mail for sure\n"
                _ = unsafe write(1, words.utf8Start, words.utf8CodeUnitCount)
                _exit(75)
            }
        }
        // A desk that hangs up is an error of write(2).
        signal(SIGPIPE, SIG_IGN)
    }
}
