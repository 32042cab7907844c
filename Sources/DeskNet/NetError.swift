import Glibc

/// What can go wrong in this target where going on is not the caller's daily business.
///
/// A connection that breaks is daily business: that is a `Failure`, a value in the results of `Connection`.
public enum NetError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A call to the system failed: what it was to do, and its errno.
    case system(doing: String, errno: Int32)
    /// A host name or port could not be resolved; the resolver's own words.
    case unresolved(host: String, reason: String)
    /// Somebody answers on the Unix socket already.
    case inUse(path: String)
    /// The file is not what it must be, for example not a socket where a socket is to be replaced.
    case wrongKind(path: String)
    /// Another process holds the lock; its id, if it has written one.
    case locked(path: String, by: Int32?)
    /// The file has more bytes than the caller is ready to read.
    case tooLarge(path: String, limit: Int)
    /// Where a file was expected is something else: a folder, a FIFO, a device, a socket.
    case notRegular(_ subject: String, isFolder: Bool)
    /// Others than its owner can reach a secret; the command that changes that.
    case exposed(_ subject: String, fix: String)
    /// libssl refuses certificates, keys or settings; its own words.
    case tls(doing: String, reason: String)
    /// A connection could not be made or used.
    case failed(host: String, Failure)

    /// One sentence for a person, without a full stop.
    public var description: String {
        switch self {
        case .system(let doing, let errno): "cannot \(doing): \(NetError.text(of: errno))"
        case .unresolved(let host, let reason): "cannot find \(host): \(reason)"
        case .inUse(let path): "somebody listens on \(path) already"
        case .wrongKind(let path): "\(path) is something else than expected and is left alone"
        case .locked(let path, .some(let pid)): "\(path) is locked by process \(pid)"
        case .locked(let path, .none): "\(path) is locked by another process"
        case .tooLarge(let path, let limit): "\(path) has more than \(limit) bytes"
        case .notRegular(let subject, let isFolder):
            "cannot read \(subject): it is \(isFolder ? "a directory" : "a FIFO, socket or device"), not a file"
        case .exposed(let subject, let fix): "\(subject) is accessible to others than its owner: \(fix)"
        case .tls(let doing, let reason): "cannot \(doing): \(reason)"
        case .failed(let host, let failure): "no connection to \(host): \(failure)"
        }
    }

    /// The error of the system call that has just failed.
    static func last(doing: String) -> NetError {
        .system(doing: doing, errno: errno)
    }

    /// Whether a socket of IPv6 could not be used because this machine has no IPv6 (off in the kernel, or without an
    /// address).
    public var isWithoutIPv6: Bool {
        switch self {
        case .system(_, EAFNOSUPPORT), .system(_, EADDRNOTAVAIL): true
        default: false
        }
    }

    /// Whether a Unix socket could not be connected to because no process listens there, or none can (the path is too
    /// long).
    public var isWithoutListener: Bool {
        switch self {
        case .failed(_, .system(ENOENT)), .failed(_, .system(ECONNREFUSED)), .system(_, ENAMETOOLONG): true
        default: false
        }
    }

    /// What the system says about an errno.
    static func text(of errno: Int32) -> String {
        guard let text = unsafe strerror(errno) else { return "error \(errno)" }
        return unsafe String(cString: text)
    }
}

/// Calls again while a signal has interrupted the call; gives its result with -1 for a failure, errno as it left it.
@inline(__always)
func retrying<Number: BinaryInteger>(_ call: () -> Number) -> Number {
    while true {
        let result = call()
        if result != -1 || errno != EINTR { return result }
    }
}
