import Glibc

/// An exclusive lock on a file, held as long as this value lives; the kernel lets go of it when the process dies
/// (flock(2)).
public struct LockFile: ~Copyable {
    private let file: FileDescriptor

    /// Takes the lock and writes our process id into the file; throws `locked` with the holder's id when it is taken.
    ///
    /// The file stays where it is for ever: removing it would let two processes lock two files of one name.
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
