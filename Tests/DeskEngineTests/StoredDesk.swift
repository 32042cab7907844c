import DeskModel
import DeskNet
import DeskTestSupport
import Testing

@testable import DeskStore

/// The real disk under a desk: journal and desk.db in a folder of their own, which goes when the test lets go of it.
final class StoredDesk: Follower {
    private let path: String
    private var journal: Journal
    private var desk: (projection: Projection, reader: DeskReader)?

    init() throws {
        path = try Files.makeTemporaryDirectory(prefix: "/tmp/zuruf-dice-")
        journal = try Journal(path: path + "/journal.db", hashing: .system)
        // No test here pulls the plug.
        try journal.database.execute("PRAGMA synchronous = OFF")
        try open()
    }

    deinit {
        do { try Files.removeDirectory(path) } catch { Issue.record("\(error)") }
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
        Database.remove(files.desk)
        #expect(try Projector.bringUp(files, progress: { _, _ in }) == .missing)
        try open()
    }

    /// What desk.db holds but for soft marks.
    var rows: [String] {
        get throws {
            let database = try Database(path: files.desk, .readWrite)
            return try DeskDump.rows { sql in
                var found: [String] = []
                try database.prepare(sql).each { found.append($0.text(0)) }
                return found
            }
        }
    }

    private var files: StateFiles { StateFiles(directory: path) }

    private func open() throws {
        desk = (try Projection(path: files.desk), try DeskReader(files))
    }
}
