import CLinux
import Glibc

/// The address of a peer.
public enum PeerAddress: Hashable, Sendable, CustomStringConvertible {
    /// An IPv4 address in host byte order; also for an IPv4 peer of an IPv6 socket.
    case ipv4(UInt32, port: UInt16)
    /// An IPv6 address: its upper and its lower half in host byte order.
    case ipv6(UInt64, UInt64, port: UInt16)
    /// A process on this machine; its effective user and its ID as reported by the kernel (SO_PEERCRED, unix(7)).
    case local(uid: UInt32, pid: Int32)
    /// An address of another family, or none.
    case unknown

    /// The key for counting connections per origin: without port and process ID, and the same for all addresses of an
    /// IPv6 /64, which is what one subscriber is assigned.
    public var origin: PeerAddress {
        switch self {
        case .ipv4(let address, _): .ipv4(address, port: 0)
        case .ipv6(let upper, _, _): .ipv6(upper, 0, port: 0)
        case .local(let uid, _): .local(uid: uid, pid: 0)
        case .unknown: .unknown
        }
    }

    /// Whether the peer is on this machine: 127.0.0.0/8, ::1 or a Unix socket.
    public var isLoopback: Bool {
        switch self {
        case .ipv4(let address, _): address >> 24 == 127
        case .ipv6(let upper, let lower, _): upper == 0 && lower == 1
        case .local: true
        case .unknown: false
        }
    }

    /// The address without the port, for logs: `192.0.2.7`, `2001:db8::7`, `uid 1000`.
    public var host: String {
        switch self {
        case .ipv4(let address, _):
            stride(from: 24, through: 0, by: -8).map { String(address >> UInt32($0) & 255) }.joined(separator: ".")
        case .ipv6(let upper, let lower, _): PeerAddress.text(upper, lower)
        case .local(let uid, _): "uid \(uid)"
        case .unknown: "unknown"
        }
    }

    /// `192.0.2.7:41234`, `[2001:db8::7]:41234`, `uid 1000 (pid 4711)`.
    public var description: String {
        switch self {
        case .ipv4(_, let port): "\(host):\(port)"
        case .ipv6(_, _, let port): "[\(host)]:\(port)"
        case .local(_, let pid): "\(host) (pid \(pid))"
        case .unknown: host
        }
    }

    /// Parses a numeric address as getaddrinfo(3) does (also `127.1`); nil for a host name.
    public init?(digits text: String) {
        var hints = unsafe addrinfo()
        unsafe hints.ai_flags = AI_NUMERICHOST
        var found: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(text, nil, &hints, &found) == 0 else { return nil }
        defer { unsafe freeaddrinfo(found) }
        var storage = sockaddr_storage()
        guard let entry = unsafe found?.pointee, let address = unsafe entry.ai_addr else { return nil }
        unsafe withUnsafeMutableBytes(of: &storage) {
            unsafe $0.copyMemory(from: UnsafeRawBufferPointer(start: address, count: Int(entry.ai_addrlen)))
        }
        self.init(storage, socket: -1)
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

    /// Converts the result of accept(2) or getpeername(2). `socket` is used to get the user of a local peer.
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
        // ::ffff:a.b.c.d is an IPv4 peer of a dual-stack socket (RFC 4291 §2.5.5.2), 64:ff9b::a.b.c.d one behind NAT64
        // (RFC 6052 §2.1). As IPv6 addresses, all of them would be in one /64.
        let isMapped = upper == 0 && lower >> 32 == 0xffff
        if isMapped || upper == 0x0064_ff9b_0000_0000 && lower >> 32 == 0 {
            return .ipv4(UInt32(truncatingIfNeeded: lower), port: port)
        }
        return .ipv6(upper, lower, port: port)
    }
}
