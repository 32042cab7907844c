import DeskTestSupport

@testable import DeskStore

extension DeskDump {
    /// What the `desk.db` of a state directory holds, but for the moment of the last stop.
    static func of(_ state: String) throws -> [String] {
        let database = try Database(path: StateFiles(directory: state).desk, .readWrite)
        return try rows(without: "stopped") { sql in
            var found: [String] = []
            try database.prepare(sql).each { found.append($0.text(0)) }
            return found
        }
    }

    /// Deletes the `desk.db` of a state directory; nobody has it open.
    static func remove(_ state: String) {
        Database.remove(StateFiles(directory: state).desk)
    }
}
