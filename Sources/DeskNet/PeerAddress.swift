import CLinux
import Glibc

/// Who is at the other end: a small value that can be compared, counted by, and shown.
public enum PeerAddress: Hashable, Sendable, CustomStringConvertible {
    /// A host of IPv4; the address in host byte order. An IPv4 peer of an IPv6 socket is told as this, too.
    case ipv4(UInt32, port: UInt16)
    /// A host of IPv6; the upper and the lower half in host byte order.
    case ipv6(UInt64, UInt64, port: UInt16)
    /// A process on this machine, with its effective user as the kernel vouches for it (SO_PEERCRED, unix(7)).
    case local(uid: UInt32, pid: Int32)
    /// Nothing that is known here.
    case unknown

    /// For counting connections per origin: the same for all ports and processes, and for all of one IPv6 network of
    /// 64 bits, which is what one subscriber gets.
    public var origin: PeerAddress {
        switch self {
        case .ipv4(let address, _): .ipv4(address, port: 0)
        case .ipv6(let upper, _, _): .ipv6(upper, 0, port: 0)
        case .local(let uid, _): .local(uid: uid, pid: 0)
        case .unknown: .unknown
        }
    }

    /// `192.0.2.7:41234`, `[2001:db8::7]:41234`, `uid 1000 (pid 4711)`.
    public var description: String {
        switch self {
        case .ipv4(let address, let port):
            let parts = stride(from: 24, through: 0, by: -8).map { String(address >> UInt32($0) & 255) }
            return parts.joined(separator: ".") + ":\(port)"
        case .ipv6(let upper, let lower, let port):
            return "[\(PeerAddress.text(upper, lower))]:\(port)"
        case .local(let uid, let pid): return "uid \(uid) (pid \(pid))"
        case .unknown: return "unknown"
        }
    }

    private static func text(_ upper: UInt64, _ lower: UInt64) -> String {
        var address = in6_addr()
        unsafe withUnsafeMutableBytes(of: &address) { target in
            unsafe target.storeBytes(of: upper.bigEndian, as: UInt64.self)
            unsafe target.storeBytes(of: lower.bigEndian, toByteOffset: 8, as: UInt64.self)
        }
        var buffer = [UInt8](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let written = unsafe buffer.withUnsafeMutableBytes { target in
            unsafe inet_ntop(AF_INET6, &address, target.baseAddress?.assumingMemoryBound(to: CChar.self), longestText)
        }
        guard unsafe written != nil else { return "?" }
        return String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
    }

    private static let longestText = socklen_t(INET6_ADDRSTRLEN)

    /// Reads what accept(2) or getpeername(2) has written; the socket itself is asked for the user of a local peer.
    init(_ storage: sockaddr_storage, socket: Int32) {
        switch Int32(storage.ss_family) {
        case AF_INET: self = PeerAddress.ipv4(storage)
        case AF_INET6: self = PeerAddress.ipv6(storage)
        case AF_UNIX:
            var uid: UInt32 = 0
            var pid: Int32 = 0
            guard unsafe desk_peer_credentials(socket, &uid, &pid) == 0 else {
                self = .unknown
                return
            }
            self = .local(uid: uid, pid: pid)
        default: self = .unknown
        }
    }

    private static func ipv4(_ storage: sockaddr_storage) -> PeerAddress {
        unsafe withUnsafeBytes(of: storage) { bytes in
            let address = unsafe bytes.load(as: sockaddr_in.self)
            return .ipv4(UInt32(bigEndian: address.sin_addr.s_addr), port: UInt16(bigEndian: address.sin_port))
        }
    }

    private static func ipv6(_ storage: sockaddr_storage) -> PeerAddress {
        let (upper, lower, port) = unsafe withUnsafeBytes(of: storage) { bytes in
            let address = unsafe bytes.load(as: sockaddr_in6.self)
            let halves = unsafe withUnsafeBytes(of: address.sin6_addr) { half in
                unsafe (
                    UInt64(bigEndian: half.loadUnaligned(as: UInt64.self)),
                    UInt64(bigEndian: half.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
                )
            }
            return (halves.0, halves.1, UInt16(bigEndian: address.sin6_port))
        }
        // ::ffff:a.b.c.d is an IPv4 host at a socket for both (RFC 4291 §2.5.5.2).
        if upper == 0, lower >> 32 == 0xffff { return .ipv4(UInt32(truncatingIfNeeded: lower), port: port) }
        return .ipv6(upper, lower, port: port)
    }
}
