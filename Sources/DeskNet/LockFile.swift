import Glibc

/// An exclusive lock on a file (flock(2)), released when this value is destroyed or the process exits.
public struct LockFile: ~Copyable {
    private let file: FileDescriptor

    /// Acquires the lock and writes this process's ID to the file. Throws `locked` with the ID of the holder if another
    /// process holds it. Does not block.
    ///
    /// The file is never removed: otherwise two processes could lock two files of the same name.
    public init(path: String, mode: UInt32 = 0o600) throws(NetError) {
        let flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
        let file = try Files.open(path, flags, mode: mode, doing: "lock \(path)")
        if retrying({ flock(file.raw, LOCK_EX | LOCK_NB) }) != 0 {
            guard errno == EWOULDBLOCK else { throw .last(doing: "lock \(path)") }
            throw .locked(path: path, by: LockFile.holder(file))
        }
        guard ftruncate(file.raw, 0) == 0 else { throw .last(doing: "write \(path)") }
        try Files.writeAll(Array("\(getpid())\n".utf8), to: file, path: path)
        self.file = file
    }

    private static func holder(_ file: borrowing FileDescriptor) -> Int32? {
        var buffer = [UInt8](repeating: 0, count: 16)
        guard case .bytes(let count) = file.receive(into: &buffer) else { return nil }
        return Int32(String(decoding: buffer[..<count].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }
}
