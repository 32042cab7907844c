import DeskNet
import Glibc
import Testing

@Suite struct `Files of a server` {
    @Test func `a file is replaced as a whole, with its mode, and nothing stays beside it`() throws {
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
        #expect(throws: NetError.tooLarge(path: "/dev/zero", limit: 1000)) { try Files.read("/dev/zero", limit: 1000) }
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

    @Test func `folders are made with their mode, listed in order, and removed with all that is in them`() throws {
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

    @Test func `removing what is not there is no error`() throws {
        let scene = try Scene()
        try Files.write([], to: "\(scene.path)/a")
        try Files.remove("\(scene.path)/a")
        try Files.remove("\(scene.path)/a")
        #expect(throws: NetError.system(doing: "remove \(scene.path)", errno: EISDIR)) { try Files.remove(scene.path) }
    }

    @Test func `a lock keeps others out, names its holder, and ends with its value`() throws {
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
}
