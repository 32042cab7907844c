import Glibc

/// The few things that a server does with whole small files. What is written here is durable when the call comes back.
public enum Files {
    /// Reads a whole file of at most `limit` bytes; throws `tooLarge` for a longer one without reading on.
    ///
    /// `what` stands before the path in error messages. Only a regular file is read, so that a FIFO or a device in its
    /// place cannot hold up the caller; throws `notRegular` for anything else. `mayWait` takes pipes and devices too:
    /// for what a person names on a command line.
    public static func read(
        _ path: String, as what: String = "", limit: Int, mayWait: Bool = false
    ) throws(NetError) -> [UInt8] {
        let subject = what.isEmpty ? path : "\(what) \(path)"
        let file = try open(path, mayWait ? O_RDONLY : O_RDONLY | O_NONBLOCK | O_NOCTTY, doing: "read \(subject)")
        if !mayWait { try requireRegular(try status(of: file, subject), subject) }
        return try readAll(file, path, limit: limit)
    }

    /// Reads a file that nobody but its owner may know, at most `limit` bytes; `what` names it in error messages.
    ///
    /// The owner is this process's user or root. Throws `exposed` if group or others may read or write it; a file of
    /// root that this process can read only through its group may be readable to that group. Throws `notRegular` for
    /// what is no file.
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

    /// Makes sure that others cannot enter a folder and the group cannot change it.
    ///
    /// The group may enter: there are sockets inside that it may use. Throws `exposed`, or the system's reason if the
    /// folder is missing or cannot be read.
    public static func requirePrivateDirectory(_ path: String, as what: String) throws(NetError) {
        let folder = try open(path, O_RDONLY | O_DIRECTORY, doing: "read \(what) \(path)")
        let status = try status(of: folder, "\(what) \(path)")
        guard isOurs(status) else { throw .exposed("\(what) \(path)", fix: "chown \(geteuid()) \(path)") }
        guard status.st_mode & 0o027 == 0 else { throw .exposed("\(what) \(path)", fix: "chmod 750 \(path)") }
    }

    /// Whether something is at the path; throws where the system does not let that be known (a folder above it that may
    /// not be searched).
    public static func isThere(_ path: String) throws(NetError) -> Bool {
        var status = Glibc.stat()
        if unsafe stat(path, &status) == 0 { return true }
        guard errno == ENOENT || errno == ENOTDIR else { throw .last(doing: "read \(path)") }
        return false
    }

    /// Whether something is at the path that is no empty file; throws as `isThere` does.
    public static func hasContent(_ path: String) throws(NetError) -> Bool {
        guard try isThere(path) else { return false }
        var status = Glibc.stat()
        guard unsafe stat(path, &status) == 0 else { throw .last(doing: "read \(path)") }
        return status.st_size > 0 || status.st_mode & S_IFMT != S_IFREG
    }

    /// The user and the group that own what is at the path.
    public static func owner(of path: String) throws(NetError) -> (user: UInt32, group: UInt32) {
        var status = Glibc.stat()
        guard unsafe stat(path, &status) == 0 else { throw .last(doing: "read \(path)") }
        return (status.st_uid, status.st_gid)
    }

    /// Replaces a file as a whole: after a crash there is the old one or the new one, never a part.
    ///
    /// Written beside it, synced, renamed, and the folder synced (rename(2), fsync(2)). On an error the old file
    /// stands, and the new one is removed. Two writers of one path must take turns. A link at either name is replaced,
    /// never followed.
    public static func write(_ bytes: [UInt8], to path: String, mode: UInt32 = 0o600) throws(NetError) {
        let temporary = path + ".new"
        // What a crash has left, or a link that somebody has put there: the name goes, not what it leads to.
        unsafe unlink(temporary)
        let file = try open(
            temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: mode, doing: "write \(temporary)")
        do throws(NetError) {
            // The mode that was asked for, whatever the umask is.
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

    /// Gives a file another name, durably; what had that name is replaced.
    public static func move(_ path: String, to name: String) throws(NetError) {
        guard unsafe Glibc.rename(path, name) == 0 else { throw .last(doing: "rename \(path)") }
        try syncFolder(of: name)
    }

    /// Removes a file; that it is not there is no error.
    public static func remove(_ path: String) throws(NetError) {
        guard unsafe unlink(path) == 0 || errno == ENOENT else { throw .last(doing: "remove \(path)") }
    }

    /// Whether something stands at the path.
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

    /// Makes a folder with this mode, whatever the umask is. One that is there already is left as it is; its parent
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

    /// Gives a folder to another user and group; only root may.
    public static func giveDirectory(_ path: String, to user: UInt32, _ group: UInt32) throws(NetError) {
        let folder = try open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, doing: "change the owner of \(path)")
        guard fchown(folder.raw, user, group) == 0 else { throw .last(doing: "change the owner of \(path)") }
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

    /// Whether a file belongs to this process's user or to root; to root every file does.
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
