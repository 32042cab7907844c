import DeskModel
import Glibc
import Testing

@testable import DeskStore

/// The real disk under a desk: journal and desk.db in a folder of their own, which goes when the test lets go of it.
@safe final class StoredDesk: Follower {
    private let path: String
    private var journal: Journal
    private var desk: (projection: Projection, reader: DeskReader)?

    init() throws {
        let parent = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
        var template = Array((parent + "/zuruf-dice-XXXXXX").utf8CString)
        path = unsafe String(cString: mkdtemp(&template))
        journal = try Journal(path: path + "/journal.db", hashing: .system)
        // No test here pulls the plug.
        try journal.database.execute("PRAGMA synchronous = OFF")
        try open()
    }

    deinit {
        desk = nil
        for name in ["journal.db", "desk.db"] { remove(name) }
        unsafe rmdir(path)
    }

    var applied: SequenceNumber { desk?.projection.applied ?? 0 }

    var live: Image {
        get throws { try #require(desk).reader.image() }
    }

    func project(_ events: ArraySlice<Event>) throws {
        guard !events.isEmpty else { return }
        try #require(desk).projection.apply([try journal.append(Array(events))])
    }

    func show(_ mark: Shown) throws {
        try #require(desk).projection.apply([], shown: [mark])
    }

    func fact(_ need: Need) throws -> Fact {
        try #require(desk).reader.fact(for: need)
    }

    /// Lets desk.db be made anew out of the journal, as a start does that finds none.
    func rebuild() throws {
        desk = nil
        remove("desk.db")
        #expect(try Projector.bringUp(files, progress: { _, _ in }) == .missing)
        try open()
    }

    /// All rows of all tables of desk.db but the soft marks, as text: equal for equal files.
    var rows: [String] {
        get throws {
            let database = try Database(path: files.desk, .readWrite)
            var tables: [String] = []
            try database.prepare(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'shown' ORDER BY name"
            ).each { tables.append($0.text(0)) }
            var rows: [String] = []
            for table in tables {
                var columns: [String] = []
                try database.prepare("SELECT 'quote(' || name || ')' FROM pragma_table_info('\(table)')").each {
                    columns.append($0.text(0))
                }
                let row = columns.joined(separator: " || '|' || ")
                try database.prepare("SELECT \(row) FROM \(table) ORDER BY 1").each {
                    rows.append(table + ": " + $0.text(0))
                }
            }
            return rows
        }
    }

    private var files: StateFiles { StateFiles(directory: path) }

    private func open() throws {
        desk = (try Projection(path: files.desk), try DeskReader(files))
    }

    /// Deletes a file with what SQLite keeps beside it.
    private func remove(_ name: String) {
        for suffix in ["", "-wal", "-shm"] { unsafe unlink(path + "/" + name + suffix) }
    }
}
