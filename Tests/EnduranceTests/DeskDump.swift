import DeskTestSupport

@testable import DeskStore

/// What `desk.db` holds but for soft things: equal for equal desks.
enum DeskDump {
    /// All rows of all tables but shown marks and the moment of the last stop, as text.
    static func of(_ state: String) throws -> [String] {
        let database = try Database(path: StateFiles(directory: state).desk, .readWrite)
        return try DatabaseFile.rows(without: "stopped") { sql in
            var found: [String] = []
            try database.prepare(sql).each { found.append($0.text(0)) }
            return found
        }
    }
}
