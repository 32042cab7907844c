import Glibc

/// Exits at once (_exit(2)): no buffers are flushed, no exit functions are called.
public func exitAtOnce(_ status: Int32) -> Never {
    _exit(status)
}
