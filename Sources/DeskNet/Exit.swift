import Glibc

/// Ends the process at once (_exit(2)): nothing is said, written or closed any more.
public func exitAtOnce(_ status: Int32) -> Never {
    _exit(status)
}
