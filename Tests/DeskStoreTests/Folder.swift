import DeskModel
import Glibc

@testable import DeskStore

/// A folder for one test, with everything in it removed when the test lets go of it.
@safe final class Folder {
    let path: String
    var files: StateFiles { StateFiles(directory: path) }

    init() {
        let parent = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
        var template = Array((parent + "/zuruf-store-XXXXXX").utf8CString)
        path = unsafe String(cString: mkdtemp(&template))
    }

    deinit {
        for name in names { unsafe unlink(path + "/" + name) }
        unsafe rmdir(path)
    }

    /// What lies in it.
    var names: [String] {
        guard let folder = unsafe opendir(path) else { return [] }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// The bytes of a file.
    func bytes(_ name: String) -> [UInt8] {
        guard let file = unsafe fopen(path + "/" + name, "r") else { return [] }
        defer { unsafe fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 16 << 20)
        let count = unsafe fread(&bytes, 1, bytes.count, file)
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    /// Puts those bytes in the place of a file.
    func write(_ bytes: [UInt8], to name: String) {
        guard let file = unsafe fopen(path + "/" + name, "w") else { return }
        unsafe fwrite(bytes, 1, bytes.count, file)
        unsafe fclose(file)
    }

    /// Deletes a file with what SQLite keeps beside it.
    func remove(_ name: String) {
        for suffix in ["", "-wal", "-shm"] { unsafe unlink(path + "/" + name + suffix) }
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

    /// All rows of all tables of desk.db but the soft marks, as text: equal for equal files.
    func dump() throws(StoreError) -> [String] {
        let database = try Database(path: files.desk, .readWrite)
        var tables: [String] = []
        try database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'shown' ORDER BY name")
            .each { tables.append($0.text(0)) }
        var rows: [String] = []
        for table in tables {
            var columns: [String] = []
            try database.prepare("SELECT 'quote(' || name || ')' FROM pragma_table_info('\(table)')").each {
                columns.append($0.text(0))
            }
            try database.prepare("SELECT \(columns.joined(separator: " || '|' || ")) FROM \(table) ORDER BY 1").each {
                rows.append(table + ": " + $0.text(0))
            }
        }
        return rows
    }
}
