import CLinux
import Glibc

/// Where the process at the other end of a Unix socket comes from.
public enum PeerDescent: Equatable, Sendable {
    /// This process did not start it.
    case foreign
    /// This process started it, directly or through others.
    case own
    /// It has ended, so nothing can be said of it any more; another process may hold its socket.
    case ended
}

extension Connection {
    /// Where the process comes from that connected, `pid` by SO_PEERCRED.
    ///
    /// Two signs, since either may be missing: its parents lead here, or it may never write to a file, which a mail
    /// worker hands down to whatever it starts and which cannot be taken back. A pidfd makes sure that both were read
    /// of the process that connected, not of a later one with its number; before Linux 6.5 from this call on.
    public func descent(ofPeer pid: Int32) -> PeerDescent {
        let raw = desk_peer_pidfd(descriptor, pid)
        guard raw >= 0 else {
            // Before Linux 5.3 there is only the number.
            return errno == ENOSYS ? PeerDescent(of: pid) : .ended
        }
        let handle = FileDescriptor(owning: raw)
        let descent = PeerDescent(of: pid)
        var entry = pollfd(fd: handle.raw, events: Int16(POLLIN), revents: 0)
        // Readable once the process has ended: pidfd_open(2).
        return unsafe poll(&entry, 1, 0) > 0 ? .ended : descent
    }
}

extension PeerDescent {
    /// More generations than any process has.
    private static let generations = 64

    fileprivate init(of pid: Int32) {
        self = desk_may_write_no_file(pid) != 0 || PeerDescent.hasAncestor(pid) ? .own : .foreign
    }

    private static func hasAncestor(_ pid: Int32) -> Bool {
        let ours = getpid()
        // The first process of a container adopts what others started.
        guard ours != 1 else { return false }
        var next = parent(of: pid)
        for _ in 0..<generations {
            guard let found = next, found > 1 else { return false }
            if found == ours { return true }
            next = parent(of: found)
        }
        return false
    }

    /// The fourth field of /proc/PID/stat (proc(5)); the second is a name in parentheses, which may hold anything.
    private static func parent(of pid: Int32) -> Int32? {
        guard let bytes = try? Files.read("/proc/\(pid)/stat", limit: 4096),
            let end = bytes.lastIndex(of: UInt8(ascii: ")"))
        else { return nil }
        let fields = bytes[(end + 1)...].split(separator: 0x20)
        return fields.count > 1 ? Int32(String(decoding: fields[1], as: UTF8.self)) : nil
    }
}
