import CLinux
import Glibc

/// Owns an open file, socket or pipe and closes it when its life ends.
public struct FileDescriptor: ~Copyable, Sendable {
    /// The number, for calls that need one; it stays with this value and must not be closed elsewhere.
    public let raw: Int32

    /// Takes over an open descriptor.
    public init(owning raw: Int32) {
        self.raw = raw
    }

    deinit {
        // Not retried on EINTR: Linux has closed it by then (close(2)), and another thread may own the number already.
        close(raw)
    }

    /// Takes over the result of a call, or throws when the call has failed.
    init(_ result: Int32, doing: @autoclosure () -> String) throws(NetError) {
        guard result >= 0 else { throw .last(doing: doing()) }
        raw = result
    }

    /// Gives the number away; whoever takes it closes it.
    public consuming func release() -> Int32 {
        let raw = raw
        discard self
        return raw
    }

    /// Reads at most `limit` bytes into the front of the buffer, which is used as long as it is.
    public borrowing func receive(into buffer: inout [UInt8], limit: Int = .max) -> Received {
        let raw = raw
        let count = unsafe buffer.withUnsafeMutableBytes { target in
            retrying { unsafe read(raw, target.baseAddress, min(limit, target.count)) }
        }
        return .init(count: count)
    }

    /// Writes as many of the bytes as the other side takes now. SIGPIPE must be ignored (`Signals.ignoreBrokenPipes`).
    public borrowing func send(_ bytes: Span<UInt8>) -> Sent {
        let raw = raw
        let count = unsafe bytes.withUnsafeBytes { source in
            retrying { unsafe write(raw, source.baseAddress, source.count) }
        }
        return .init(count: count)
    }

    /// Whether a line could be written now without waiting for whoever reads it (a pipe: PIPE_BUF bytes, pipe(7)).
    public borrowing func takesLine() -> Bool {
        var entry = pollfd(fd: raw, events: Int16(POLLOUT), revents: 0)
        return unsafe poll(&entry, 1, 0) > 0
    }

    /// Sets whether calls return at once when nothing can be done.
    public borrowing func setNonBlocking(_ on: Bool) throws(NetError) {
        let flags = fcntl(raw, F_GETFL)
        guard flags >= 0, fcntl(raw, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK) == 0 else {
            throw .last(doing: "set the mode of a descriptor")
        }
    }
}

extension Received {
    /// Says what read(2) or recv(2) has returned.
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
    /// Says what write(2) or send(2) has returned.
    init(count: Int) {
        if count >= 0 {
            self = .moved(count)
        } else {
            let reason = errno
            self = reason == EAGAIN ? .wait : .failed(.system(errno: reason))
        }
    }
}

/// Raises the limit of open descriptors to the hard limit and says what it is then.
///
/// Called once at the start. The caller keeps a reserve below it, because the database opens files too.
public func raiseDescriptorLimit() throws(NetError) -> Int {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
        throw .last(doing: "ask for the limit of descriptors")
    }
    limit.rlim_cur = limit.rlim_max
    guard unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
        throw .last(doing: "raise the limit of descriptors")
    }
    return Int(clamping: limit.rlim_cur)
}

/// Opens those of the descriptors 0, 1 and 2 that are closed on /dev/null, so that no file or socket gets their numbers
/// and what is written to standard error ends up in it. To be called first of all.
public func openStandardDescriptors() {
    desk_open_standard_descriptors()
}
