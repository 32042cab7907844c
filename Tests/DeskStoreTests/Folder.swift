import DeskModel
import DeskNet
import DeskTestSupport
import Testing

@testable import DeskStore

/// A folder for one test, with everything in it removed when the test lets go of it.
final class Folder {
    let path: String
    var files: StateFiles { StateFiles(directory: path) }

    init() {
        do { path = try Files.makeTemporaryDirectory(prefix: "/tmp/zuruf-store-") } catch { fatalError("\(error)") }
    }

    deinit {
        do { try Files.removeDirectory(path) } catch { Issue.record("\(error)") }
    }

    /// What lies in it.
    var names: [String] {
        get throws { try Files.list(path) }
    }

    /// The bytes of a file.
    func bytes(_ name: String) throws -> [UInt8] {
        try Files.read(path + "/" + name, limit: 16 << 20)
    }

    /// Puts those bytes in the place of a file.
    func write(_ bytes: [UInt8], to name: String) throws {
        try Files.write(bytes, to: path + "/" + name)
    }

    /// Deletes a file with what SQLite keeps beside it.
    func remove(_ name: String) {
        Database.remove(path + "/" + name)
    }

    /// Runs statements on a file, as a shell would.
    func execute(_ name: String, _ sql: String) throws(StoreError) {
        try Database(path: path + "/" + name, .readWrite).execute(sql)
    }

    /// One number out of a file.
    func integer(_ name: String, _ sql: String) throws(StoreError) -> Int64 {
        try Database(path: path + "/" + name, .readWrite).integer(sql)
    }

    /// The journal in it. It does not wait for the disk, since no test here pulls the plug.
    func journal() throws(StoreError) -> Journal {
        let journal = try Journal(path: files.journal, hashing: .system)
        try journal.database.execute("PRAGMA synchronous = OFF")
        return journal
    }

    /// What desk.db holds but for soft marks.
    func dump() throws -> [String] {
        let database = try Database(path: files.desk, .readWrite)
        return try DeskDump.rows { sql in
            var found: [String] = []
            try database.prepare(sql).each { found.append($0.text(0)) }
            return found
        }
    }
}

extension Journal {
    /// The events after `sequence`, at most `limit` of them.
    func read(after sequence: SequenceNumber, limit: Int) throws(StoreError) -> [Event] {
        var found: [Event] = []
        try read(after: sequence, limit: limit) { found += $0 }
        return found
    }
}
