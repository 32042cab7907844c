import CLinux
import Glibc

/// Whether this process started the process at the other end of a Unix socket.
public enum PeerDescent: Equatable, Sendable {
    /// This process did not start it.
    case foreign
    /// This process started it, directly or through other processes.
    case own
    /// It has exited, so its origin is unknown; another process may hold its socket.
    case ended
}

extension Connection {
    /// Whether this process started the process that connected, `pid` by SO_PEERCRED.
    ///
    /// Checks two properties, since either can be missing: this process is among its ancestors, or it cannot write to
    /// any file (RLIMIT_FSIZE), which children of a mail worker inherit and cannot undo. A pidfd ensures that both are
    /// read from the process that connected, not from a later one with the same ID; before Linux 6.5, from this call
    /// on.
    public func descent(ofPeer pid: Int32) -> PeerDescent {
        let raw = desk_peer_pidfd(descriptor, pid)
        guard raw >= 0 else {
            // Linux before 5.3 has no pidfd_open(2).
            return errno == ENOSYS ? PeerDescent(of: pid) : .ended
        }
        let handle = FileDescriptor(owning: raw)
        let descent = PeerDescent(of: pid)
        var entry = pollfd(fd: handle.raw, events: Int16(POLLIN), revents: 0)
        // Readable once the process has exited (pidfd_open(2)).
        return unsafe poll(&entry, 1, 0) > 0 ? .ended : descent
    }
}

extension PeerDescent {
    /// The maximum number of ancestors that are examined.
    private static let generations = 64

    fileprivate init(of pid: Int32) {
        self = desk_may_write_no_file(pid) != 0 || PeerDescent.hasAncestor(pid) ? .own : .foreign
    }

    private static func hasAncestor(_ pid: Int32) -> Bool {
        let ours = getpid()
        // Process 1 of a container is the parent of orphans that other processes started.
        guard ours != 1 else { return false }
        var next = parent(of: pid)
        for _ in 0..<generations {
            guard let found = next, found > 1 else { return false }
            if found == ours { return true }
            next = parent(of: found)
        }
        return false
    }

    /// The fourth field of /proc/PID/stat (proc(5)); the second is a name in parentheses, which may contain any
    /// character.
    private static func parent(of pid: Int32) -> Int32? {
        guard let bytes = try? Files.read("/proc/\(pid)/stat", limit: 4096),
            let end = bytes.lastIndex(of: UInt8(ascii: ")"))
        else { return nil }
        let fields = bytes[(end + 1)...].split(separator: 0x20)
        return fields.count > 1 ? Int32(String(decoding: fields[1], as: UTF8.self)) : nil
    }
}
