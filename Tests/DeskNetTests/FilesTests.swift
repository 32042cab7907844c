import DeskNet
import Glibc
import Testing

@Suite struct `Files of a server` {
    @Test func `a file is replaced atomically, with its mode, and no temporary file remains`() throws {
        let scene = try Scene()
        let path = "\(scene.path)/a"
        let long = [UInt8](repeating: 7, count: 300_000)
        try Files.write(long, to: path, mode: 0o640)
        #expect(try Files.read(path, limit: 300_000) == long)
        #expect(try scene.mode(of: path) == 0o640)
        try Files.write([], to: path)
        #expect(try Files.read(path, limit: 0) == [])
        #expect(try scene.mode(of: path) == 0o600)
        #expect(try Files.list(scene.path) == ["a"])
    }

    @Test func `a file that is too long is not read`() throws {
        let scene = try Scene()
        let path = "\(scene.path)/a"
        try Files.write([UInt8](repeating: 7, count: 70_000), to: path)
        for limit in [0, 10, 65_535, 65_536, 69_999] {
            #expect(throws: NetError.tooLarge(path: path, limit: limit)) { try Files.read(path, limit: limit) }
        }
        #expect(throws: NetError.tooLarge(path: "/dev/zero", limit: 1000)) {
            try Files.read("/dev/zero", limit: 1000, mayWait: true)
        }
        #expect(try Files.read(path, limit: 70_000).count == 70_000)
    }

    @Test func `a write that fails leaves the old file and no new one`() throws {
        let scene = try Scene()
        try Files.makeDirectory("\(scene.path)/a")
        #expect(throws: NetError.system(doing: "rename \(scene.path)/a.new", errno: EISDIR)) {
            try Files.write([1], to: "\(scene.path)/a")
        }
        #expect(try Files.list(scene.path) == ["a"])
        #expect(throws: NetError.system(doing: "write \(scene.path)/no/b.new", errno: ENOENT)) {
            try Files.write([1], to: "\(scene.path)/no/b")
        }
    }

    @Test func `folders are created with their mode, listed in order, and removed recursively`() throws {
        let scene = try Scene()
        let folder = "\(scene.path)/d"
        try Files.makeDirectory(folder, mode: 0o750)
        #expect(try scene.mode(of: folder) == 0o750)
        try Files.makeDirectory(folder, mode: 0o700)
        #expect(try scene.mode(of: folder) == 0o750)
        try Files.makeDirectory("\(folder)/e")
        for name in ["b", "a", "e/c"] { try Files.write([], to: "\(folder)/\(name)") }
        #expect(unsafe symlink("/", "\(folder)/e/root") == 0)
        #expect(try Files.list(folder) == ["a", "b", "e"])
        try Files.removeDirectory(folder)
        #expect(!Files.exists(folder))
        #expect(throws: NetError.system(doing: "list \(folder)", errno: ENOENT)) { try Files.list(folder) }
    }

    @Test func `removing a missing file is not an error`() throws {
        let scene = try Scene()
        try Files.write([], to: "\(scene.path)/a")
        try Files.remove("\(scene.path)/a")
        try Files.remove("\(scene.path)/a")
        #expect(throws: NetError.system(doing: "remove \(scene.path)", errno: EISDIR)) { try Files.remove(scene.path) }
    }

    @Test func `a lock is exclusive, names its holder, and is released with its value`() throws {
        let scene = try Scene()
        let path = "\(scene.path)/lock"
        func lock() throws(NetError) {
            let held = try LockFile(path: path)
            do throws(NetError) {
                _ = try LockFile(path: path)
                Issue.record("two hold one lock")
            } catch {
                #expect(error == .locked(path: path, by: getpid()))
            }
            withExtendedLifetime(held) {}
        }
        try lock()
        try lock()
        #expect(try Files.read(path, limit: 20) == Array("\(getpid())\n".utf8))
    }

    @Test func `a symbolic link is replaced or rejected, never followed`() throws {
        let scene = try Scene()
        let victim = "\(scene.path)/victim"
        for name in ["a", "a.new", "lock"] {
            try Files.write([1], to: victim)
            #expect(unsafe symlink(victim, "\(scene.path)/\(name)") == 0)
        }
        try Files.write([2], to: "\(scene.path)/a")
        #expect(try Files.read("\(scene.path)/a", limit: 1) == [2])
        #expect(throws: NetError.system(doing: "lock \(scene.path)/lock", errno: ELOOP)) {
            _ = try LockFile(path: "\(scene.path)/lock")
        }
        #expect(try Files.read(victim, limit: 1) == [1])
        #expect(try Files.list(scene.path) == ["a", "lock", "victim"])
        #expect(unsafe symlink("\(scene.path)/nowhere", "\(scene.path)/d") == 0)
        #expect(throws: NetError.self) { try Files.makeDirectory("\(scene.path)/d/e") }
        #expect(!Files.exists("\(scene.path)/nowhere"))
    }

    @Test func `anything but a regular file is rejected without blocking`() throws {
        let scene = try Scene()
        let fifo = "\(scene.path)/fifo"
        #expect(unsafe mkfifo(fifo, 0o600) == 0)
        for (path, isFolder) in [(fifo, false), ("/dev/zero", false), (scene.path, true)] {
            #expect(throws: NetError.notRegular("the key \(path)", isFolder: isFolder)) {
                try Files.read(path, as: "the key", limit: 10)
            }
            #expect(throws: NetError.notRegular("the key \(path)", isFolder: isFolder)) {
                try Files.readPrivate(path, as: "the key", limit: 10)
            }
        }
        #expect(
            NetError.notRegular("the key k", isFolder: false).description.hasPrefix("cannot read the key k: it is a "))
    }

    @Test(arguments: [
        (UInt32(0o600), true), (0o400, true), (0o640, false), (0o604, false), (0o620, false), (0o666, false),
        (0o601, false),
    ]) func `a secret that others can access is rejected, and the message contains the fix`(
        mode: UInt32, isPrivate: Bool
    ) throws {
        let scene = try Scene()
        let path = "\(scene.path)/secret"
        try Files.write([1], to: path, mode: mode)
        let refusal: NetError?
        do throws(NetError) {
            #expect(try Files.readPrivate(path, as: "the secret", limit: 1) == [1])
            refusal = nil
        } catch { refusal = error }
        #expect((refusal == nil) == isPrivate)
        if let refusal {
            let sentence = "the secret \(path) is accessible to others than its owner: chmod 600 \(path)"
            #expect(refusal.description == sentence)
        }
    }

    @Test(arguments: [
        (UInt32(0o700), true), (0o750, true), (0o710, true), (0o755, false), (0o770, false), (0o701, false),
        (0o777, false),
    ]) func `a folder that others can enter or the group can change is rejected`(mode: UInt32, isPrivate: Bool) throws {
        let scene = try Scene()
        let path = "\(scene.path)/state"
        try Files.makeDirectory(path, mode: mode)
        let isRefused: Bool
        do throws(NetError) {
            try Files.requirePrivateDirectory(path, as: "the state directory")
            isRefused = false
        } catch {
            isRefused = true
            #expect(error == .exposed("the state directory \(path)", fix: "chmod 750 \(path)"))
        }
        #expect(isRefused != isPrivate)
    }
}
