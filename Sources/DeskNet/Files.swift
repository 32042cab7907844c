import Glibc

/// The few things that a server does with whole small files. What is written here is durable when the call comes back.
public enum Files {
    /// Reads a whole file of at most `limit` bytes; throws `tooLarge` for a longer one without reading on.
    public static func read(_ path: String, limit: Int) throws(NetError) -> [UInt8] {
        let file = try open(path, O_RDONLY, doing: "read \(path)")
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: min(max(limit, 0), 65_535) + 1)
        while true {
            switch file.receive(into: &buffer) {
            case .bytes(let count):
                guard content.count + count <= limit else { throw .tooLarge(path: path, limit: limit) }
                content += buffer[..<count]
            case .ended: return content
            case .wait: throw .system(doing: "read \(path)", errno: EAGAIN)
            case .failed(.system(let errno)): throw .system(doing: "read \(path)", errno: errno)
            case .failed(let failure): throw .failed(host: path, failure)
            }
        }
    }

    /// Replaces a file as a whole: after a crash there is the old one or the new one, never a part.
    ///
    /// Written beside it, synced, renamed, and the folder synced (rename(2), fsync(2)). On an error the old file
    /// stands, and the new one is removed. Two writers of one path must take turns.
    public static func write(_ bytes: [UInt8], to path: String, mode: UInt32 = 0o600) throws(NetError) {
        let temporary = path + ".new"
        do throws(NetError) {
            let file = try open(temporary, O_WRONLY | O_CREAT | O_TRUNC, mode: mode, doing: "write \(temporary)")
            // The mode that was asked for, whatever the umask is and whoever left a file of this name behind.
            guard fchmod(file.raw, mode) == 0 else { throw .last(doing: "set the mode of \(temporary)") }
            try writeAll(bytes, to: file, path: temporary)
            guard fsync(file.raw) == 0 else { throw .last(doing: "sync \(temporary)") }
            guard unsafe rename(temporary, path) == 0 else { throw .last(doing: "rename \(temporary)") }
        } catch {
            unsafe unlink(temporary)
            throw error
        }
        try syncFolder(of: path)
    }

    /// Removes a file; that it is not there is no error.
    public static func remove(_ path: String) throws(NetError) {
        guard unsafe unlink(path) == 0 || errno == ENOENT else { throw .last(doing: "remove \(path)") }
    }

    /// Whether something stands at the path.
    public static func exists(_ path: String) -> Bool {
        unsafe access(path, F_OK) == 0
    }

    /// The names in a folder, sorted, without `.` and `..`.
    public static func list(_ path: String) throws(NetError) -> [String] {
        guard let folder = unsafe opendir(path) else { throw .last(doing: "list \(path)") }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Makes a folder with this mode, whatever the umask is. One that is there already is left as it is; its parent
    /// must exist.
    public static func makeDirectory(_ path: String, mode: UInt32 = 0o700) throws(NetError) {
        if unsafe mkdir(path, mode) != 0 {
            guard errno == EEXIST else { throw .last(doing: "make the folder \(path)") }
            return
        }
        guard unsafe chmod(path, mode) == 0 else { throw .last(doing: "set the mode of \(path)") }
        try syncFolder(of: path)
    }

    /// Makes a new empty folder for this caller alone, `prefix` and six letters.
    public static func makeTemporaryDirectory(prefix: String) throws(NetError) -> String {
        var template = Array((prefix + "XXXXXX").utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw .last(doing: "make a folder \(prefix)…") }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Removes a folder and all that is in it. Symbolic links are removed, not followed.
    public static func removeDirectory(_ path: String) throws(NetError) {
        for name in try list(path) {
            let entry = "\(path)/\(name)"
            var status = stat()
            guard unsafe lstat(entry, &status) == 0 else { continue }
            if status.st_mode & S_IFMT == S_IFDIR { try removeDirectory(entry) } else { try remove(entry) }
        }
        guard unsafe rmdir(path) == 0 else { throw .last(doing: "remove \(path)") }
    }

    /// Makes the names in the folder of this path durable.
    private static func syncFolder(of path: String) throws(NetError) {
        let parent = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let folder = try open(parent, O_RDONLY | O_DIRECTORY, doing: "sync \(parent)")
        guard fsync(folder.raw) == 0 else { throw .last(doing: "sync \(parent)") }
    }

    static func open(
        _ path: String, _ flags: Int32, mode: UInt32 = 0, doing: String
    ) throws(NetError) -> FileDescriptor {
        try FileDescriptor(retrying { unsafe Glibc.open(path, flags | O_CLOEXEC, mode) }, doing: doing)
    }

    static func writeAll(
        _ bytes: [UInt8], to file: borrowing FileDescriptor, path: String
    ) throws(NetError) {
        var start = 0
        while start < bytes.count {
            switch file.send(bytes.span.extracting(start..<bytes.count)) {
            case .moved(let count): start += count
            case .wait: throw .system(doing: "write \(path)", errno: EAGAIN)
            case .failed(.system(let errno)): throw .system(doing: "write \(path)", errno: errno)
            case .failed(let failure): throw .failed(host: path, failure)
            }
        }
    }
}

/// An exclusive lock on a file, held as long as this value lives; the kernel lets go of it when the process dies
/// (flock(2)).
public struct LockFile: ~Copyable {
    private let file: FileDescriptor

    /// Takes the lock and writes our process id into the file; throws `locked` with the holder's id when it is taken.
    ///
    /// The file stays where it is for ever: removing it would let two processes lock two files of one name.
    public init(path: String, mode: UInt32 = 0o600) throws(NetError) {
        let file = try Files.open(path, O_RDWR | O_CREAT, mode: mode, doing: "lock \(path)")
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
