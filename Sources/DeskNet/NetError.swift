import Glibc

/// Errors of this target.
///
/// A failed connection is not an error but a `Failure`, in the results of `Connection`: servers expect it.
public enum NetError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A system call failed: its purpose and its errno.
    case system(doing: String, errno: Int32)
    /// A host name or port could not be resolved; the resolver's text.
    case unresolved(host: String, reason: String)
    /// Another process listens on the Unix socket.
    case inUse(path: String)
    /// The file is not of the expected kind, for example not a socket.
    case wrongKind(path: String)
    /// Another process holds the lock; its process ID, if the file contains one.
    case locked(path: String, by: Int32?)
    /// The file has more bytes than the limit.
    case tooLarge(path: String, limit: Int)
    /// The file is not a regular file but a folder, a FIFO, a device or a socket.
    case notRegular(_ subject: String, isFolder: Bool)
    /// Users other than the owner can access a secret; the command that fixes it.
    case exposed(_ subject: String, fix: String)
    /// libssl rejected a certificate, a key or a setting; its text.
    case tls(doing: String, reason: String)
    /// A connection could not be opened or has failed.
    case failed(host: String, Failure)

    /// A message without a full stop.
    public var description: String {
        switch self {
        case .system(let doing, let errno): "cannot \(doing): \(NetError.text(of: errno))"
        case .unresolved(let host, let reason): "cannot find \(host): \(reason)"
        case .inUse(let path): "another process listens on \(path)"
        case .wrongKind(let path): "\(path) exists and is not a socket"
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

    /// The error of the last system call, from errno.
    static func last(doing: String) -> NetError {
        .system(doing: doing, errno: errno)
    }

    /// Whether an IPv6 socket failed because this machine has no IPv6 (disabled in the kernel, or no address).
    public var isWithoutIPv6: Bool {
        switch self {
        case .system(_, EAFNOSUPPORT), .system(_, EADDRNOTAVAIL): true
        default: false
        }
    }

    /// Whether connecting to a Unix socket failed because no process listens on it, or none can (the path is too long).
    public var isWithoutListener: Bool {
        switch self {
        case .failed(_, .system(ENOENT)), .failed(_, .system(ECONNREFUSED)), .system(_, ENAMETOOLONG): true
        default: false
        }
    }

    /// The text of an errno (strerror(3)).
    static func text(of errno: Int32) -> String {
        guard let text = unsafe strerror(errno) else { return "error \(errno)" }
        return unsafe String(cString: text)
    }
}

/// Repeats a system call while it fails with EINTR. Returns its result; -1 is a failure, with errno set.
@inline(__always)
func retrying<Number: BinaryInteger>(_ call: () -> Number) -> Number {
    while true {
        let result = call()
        if result != -1 || errno != EINTR { return result }
    }
}
