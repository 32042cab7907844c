import Glibc

/// Operations on whole small files. All writes are durable when the call returns.
public enum Files {
    /// Reads a whole file of at most `limit` bytes; throws `tooLarge` if it is longer.
    ///
    /// `what` precedes the path in error messages. Throws `notRegular` for anything but a regular file, because a FIFO
    /// or a device could block. `mayWait` accepts these as well: for files given on a command line.
    public static func read(
        _ path: String, as what: String = "", limit: Int, mayWait: Bool = false
    ) throws(NetError) -> [UInt8] {
        let subject = what.isEmpty ? path : "\(what) \(path)"
        let file = try open(path, mayWait ? O_RDONLY : O_RDONLY | O_NONBLOCK | O_NOCTTY, doing: "read \(subject)")
        if !mayWait { try requireRegular(try status(of: file, subject), subject) }
        return try readAll(file, path, limit: limit)
    }

    /// Reads a secret of at most `limit` bytes from a file that only its owner can access; `what` names it in error
    /// messages.
    ///
    /// The owner must be this process's user or root. Throws `exposed` if group or others can read or write the file,
    /// except that a file of root may be readable by this process's group. Throws `notRegular` for anything but a
    /// regular file.
    public static func readPrivate(_ path: String, as what: String, limit: Int) throws(NetError) -> [UInt8] {
        let file = try open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, doing: "read \(what) \(path)")
        let status = try status(of: file, "\(what) \(path)")
        try requireRegular(status, "\(what) \(path)")
        guard isOurs(status) else { throw .exposed("\(what) \(path)", fix: "chown \(geteuid()) \(path)") }
        let others = status.st_mode & 0o077
        let isForOurGroup = status.st_uid == 0 && geteuid() != 0 && status.st_gid == getegid() && others == 0o040
        guard others == 0 || isForOurGroup else { throw .exposed("\(what) \(path)", fix: "chmod 600 \(path)") }
        return try readAll(file, path, limit: limit)
    }

    /// Throws `exposed` if others can access a folder or its group can write to it. Throws `system` if it cannot be
    /// opened.
    ///
    /// The group may enter, because it may use sockets in the folder.
    public static func requirePrivateDirectory(_ path: String, as what: String) throws(NetError) {
        let folder = try open(path, O_RDONLY | O_DIRECTORY, doing: "read \(what) \(path)")
        let status = try status(of: folder, "\(what) \(path)")
        guard isOurs(status) else { throw .exposed("\(what) \(path)", fix: "chown \(geteuid()) \(path)") }
        guard status.st_mode & 0o027 == 0 else { throw .exposed("\(what) \(path)", fix: "chmod 750 \(path)") }
    }

    /// Whether the path exists; throws if that cannot be determined (no search permission for a folder above it).
    public static func isThere(_ path: String) throws(NetError) -> Bool {
        var status = Glibc.stat()
        if unsafe stat(path, &status) == 0 { return true }
        guard errno == ENOENT || errno == ENOTDIR else { throw .last(doing: "read \(path)") }
        return false
    }

    /// The IDs of the user and the group that own the file.
    public static func owner(of path: String) throws(NetError) -> (user: UInt32, group: UInt32) {
        var status = Glibc.stat()
        guard unsafe stat(path, &status) == 0 else { throw .last(doing: "read \(path)") }
        return (status.st_uid, status.st_gid)
    }

    /// Replaces a file atomically and durably: after a crash, there is the old or the new content, never a mixture.
    ///
    /// Writes `path.new`, syncs it, renames it, and syncs the folder (rename(2), fsync(2)). After an error, the old
    /// file is unchanged and `path.new` is removed. Do not call it for one path on two threads. Symbolic links at both
    /// names are replaced, not followed.
    public static func write(_ bytes: [UInt8], to path: String, mode: UInt32 = 0o600) throws(NetError) {
        let temporary = path + ".new"
        // Left by a crash, or a symbolic link: remove the name, not its target.
        unsafe unlink(temporary)
        let file = try open(
            temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: mode, doing: "write \(temporary)")
        do throws(NetError) {
            // Set the mode again: open(2) applies the umask.
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

    /// Renames a file durably, replacing a file of that name.
    public static func move(_ path: String, to name: String) throws(NetError) {
        guard unsafe Glibc.rename(path, name) == 0 else { throw .last(doing: "rename \(path)") }
        try syncFolder(of: name)
    }

    /// Removes a file; does nothing if there is none.
    public static func remove(_ path: String) throws(NetError) {
        guard unsafe unlink(path) == 0 || errno == ENOENT else { throw .last(doing: "remove \(path)") }
    }

    /// Whether the path exists and can be reached.
    public static func exists(_ path: String) -> Bool {
        unsafe access(path, F_OK) == 0
    }

    /// Whether the path leads to a folder.
    public static func isDirectory(_ path: String) -> Bool {
        var status = Glibc.stat()
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
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

    /// Creates a folder durably, with this mode regardless of the umask. An existing one is left unchanged. The parent
    /// must exist.
    public static func makeDirectory(_ path: String, mode: UInt32 = 0o700) throws(NetError) {
        if unsafe mkdir(path, mode) != 0 {
            guard errno == EEXIST else { throw .last(doing: "make the folder \(path)") }
            return
        }
        try setMode(ofDirectory: path, mode)
        try syncFolder(of: path)
    }

    /// Gives a folder another mode; a link is not followed.
    public static func setMode(ofDirectory path: String, _ mode: UInt32) throws(NetError) {
        let folder = try open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, doing: "set the mode of \(path)")
        guard fchmod(folder.raw, mode) == 0 else { throw .last(doing: "set the mode of \(path)") }
    }

    /// Changes the owner and the group of a folder. Requires root.
    public static func giveDirectory(_ path: String, to user: UInt32, _ group: UInt32) throws(NetError) {
        let folder = try open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, doing: "change the owner of \(path)")
        guard fchown(folder.raw, user, group) == 0 else { throw .last(doing: "change the owner of \(path)") }
    }

    /// Creates a folder with mode 0700 and an unused name: `prefix` and six characters (mkdtemp(3)).
    public static func makeTemporaryDirectory(prefix: String) throws(NetError) -> String {
        var template = Array((prefix + "XXXXXX").utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw .last(doing: "make a folder \(prefix)…") }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Removes a folder recursively. Symbolic links are removed, not followed.
    public static func removeDirectory(_ path: String) throws(NetError) {
        for name in try list(path) {
            let entry = "\(path)/\(name)"
            var status = stat()
            guard unsafe lstat(entry, &status) == 0 else { continue }
            if status.st_mode & S_IFMT == S_IFDIR { try removeDirectory(entry) } else { try remove(entry) }
        }
        guard unsafe rmdir(path) == 0 else { throw .last(doing: "remove \(path)") }
    }

    /// Syncs the folder that contains this path, so that its entries are durable.
    static func syncFolder(of path: String) throws(NetError) {
        let parent = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let folder = try open(parent, O_RDONLY | O_DIRECTORY, doing: "sync \(parent)")
        guard fsync(folder.raw) == 0 else { throw .last(doing: "sync \(parent)") }
    }

    private static func readAll(
        _ file: borrowing FileDescriptor, _ path: String, limit: Int
    ) throws(NetError) -> [UInt8] {
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

    static func status(of file: borrowing FileDescriptor, _ subject: String) throws(NetError) -> stat {
        var status = stat()
        guard unsafe fstat(file.raw, &status) == 0 else { throw .last(doing: "read \(subject)") }
        return status
    }

    static func requireRegular(_ status: stat, _ subject: String) throws(NetError) {
        let kind = status.st_mode & S_IFMT
        guard kind != S_IFREG else { return }
        throw .notRegular(subject, isFolder: kind == S_IFDIR)
    }

    /// Whether a file belongs to this process's user or to root. Always true for root.
    private static func isOurs(_ status: stat) -> Bool {
        geteuid() == 0 || status.st_uid == geteuid() || status.st_uid == 0
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
