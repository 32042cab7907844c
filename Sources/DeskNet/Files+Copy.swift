public import DeskModel
internal import DeskCrypto
import Glibc

/// Large files, read in pieces of 1 MiB.
extension Files {
    /// Copies a file durably and returns the SHA-256 of its bytes. A file at `path` is removed first; after an error,
    /// part of the copy may remain.
    ///
    /// Throws `notRegular` for a FIFO or a device instead of waiting for it.
    public static func copy(_ source: String, to path: String, mode: UInt32) throws(NetError) -> Digest {
        try remove(path)
        let target = try open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: mode, doing: "write \(path)")
        guard fchmod(target.raw, mode) == 0 else { throw .last(doing: "set the mode of \(path)") }
        var hash = SHA256()
        try eachPiece(of: source) { piece throws(NetError) in
            hash.update(piece)
            try writeAll(piece, to: target, path: path)
        }
        guard fsync(target.raw) == 0 else { throw .last(doing: "sync \(path)") }
        return hash.finish()
    }

    /// The SHA-256 of a file.
    public static func digest(of path: String) throws(NetError) -> Digest {
        var hash = SHA256()
        try eachPiece(of: path) { hash.update($0) }
        return hash.finish()
    }

    private static func eachPiece(
        of path: String, _ take: ([UInt8]) throws(NetError) -> Void
    ) throws(NetError) {
        let file = try open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, doing: "read \(path)")
        try requireRegular(try status(of: file, path), path)
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            switch file.receive(into: &buffer) {
            case .bytes(let count): try take(count == buffer.count ? buffer : Array(buffer[..<count]))
            case .ended: return
            case .wait: throw .system(doing: "read \(path)", errno: EAGAIN)
            case .failed(.system(let errno)): throw .system(doing: "read \(path)", errno: errno)
            case .failed(let failure): throw .failed(host: path, failure)
            }
        }
    }
}
