import CLinux
import Glibc

/// Owns an open file descriptor and closes it when destroyed.
public struct FileDescriptor: ~Copyable, Sendable {
    /// The descriptor number. Owned by this value: do not close it.
    public let raw: Int32

    /// Takes ownership of an open descriptor.
    public init(owning raw: Int32) {
        self.raw = raw
    }

    deinit {
        // Not retried on EINTR: Linux has closed it by then (close(2)), and another thread may have reused the number.
        close(raw)
    }

    /// Takes ownership of the result of a system call; throws if the call failed.
    init(_ result: Int32, doing: @autoclosure () -> String) throws(NetError) {
        guard result >= 0 else { throw .last(doing: doing()) }
        raw = result
    }

    /// Gives up ownership; the caller must close the descriptor.
    public consuming func release() -> Int32 {
        let raw = raw
        discard self
        return raw
    }

    /// Reads at most `limit` bytes into the front of the buffer. The size of the buffer does not change.
    public borrowing func receive(into buffer: inout [UInt8], limit: Int = .max) -> Received {
        let raw = raw
        let count = unsafe buffer.withUnsafeMutableBytes { target in
            retrying { unsafe read(raw, target.baseAddress, min(limit, target.count)) }
        }
        return .init(count: count)
    }

    /// Writes as many of the bytes as write(2) accepts. SIGPIPE must be ignored (`Signals.ignoreBrokenPipes`).
    public borrowing func send(_ bytes: Span<UInt8>) -> Sent {
        let raw = raw
        let count = unsafe bytes.withUnsafeBytes { source in
            retrying { unsafe write(raw, source.baseAddress, source.count) }
        }
        return .init(count: count)
    }

    /// Whether a line can be written without blocking (to a pipe, PIPE_BUF bytes; pipe(7)).
    public borrowing func takesLine() -> Bool {
        var entry = pollfd(fd: raw, events: Int16(POLLOUT), revents: 0)
        return unsafe poll(&entry, 1, 0) > 0
    }

    /// Sets or clears O_NONBLOCK.
    public borrowing func setNonBlocking(_ on: Bool) throws(NetError) {
        let flags = fcntl(raw, F_GETFL)
        guard flags >= 0, fcntl(raw, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK) == 0 else {
            throw .last(doing: "set the mode of a descriptor")
        }
    }
}

extension Received {
    /// Converts the result of read(2) or recv(2).
    init(count: Int) {
        if count > 0 {
            self = .bytes(count)
        } else if count == 0 {
            self = .ended
        } else {
            let reason = errno
            self = reason == EAGAIN ? .wait : .failed(.system(errno: reason))
        }
    }
}

extension Sent {
    /// Converts the result of write(2) or send(2).
    init(count: Int) {
        if count >= 0 {
            self = .moved(count)
        } else {
            let reason = errno
            self = reason == EAGAIN ? .wait : .failed(.system(errno: reason))
        }
    }
}

/// Raises the soft limit of open descriptors (RLIMIT_NOFILE) to the hard limit and returns it.
///
/// Call it once at startup. Leave a reserve below the limit: the database opens files as well.
public func raiseDescriptorLimit() throws(NetError) -> Int {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
        throw .last(doing: "get the limit of open descriptors")
    }
    limit.rlim_cur = limit.rlim_max
    guard unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
        throw .last(doing: "raise the limit of open descriptors")
    }
    return Int(clamping: limit.rlim_cur)
}

/// Opens /dev/null for each closed one of the descriptors 0, 1 and 2, so that no file or socket gets their numbers and
/// receives what is written to standard error. Call it before any other function.
public func openStandardDescriptors() {
    desk_open_standard_descriptors()
}
