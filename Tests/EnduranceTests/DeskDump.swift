@testable import DeskStore

/// What `desk.db` holds but for soft things: equal for equal desks.
enum DeskDump {
    /// All rows of all tables but shown marks and the moment of the last stop, as text.
    static func of(_ state: String) throws -> [String] {
        let database = try Database(path: StateFiles(directory: state).desk, .readWrite)
        var tables: [String] = []
        try database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'shown' ORDER BY name")
            .each { tables.append($0.text(0)) }
        var rows: [String] = []
        for table in tables {
            var columns: [String] = []
            try database.prepare(
                "SELECT 'quote(' || name || ')' FROM pragma_table_info('\(table)') WHERE name <> 'stopped'"
            ).each { columns.append($0.text(0)) }
            try database.prepare("SELECT \(columns.joined(separator: " || '|' || ")) FROM \(table) ORDER BY 1").each {
                rows.append(table + ": " + $0.text(0))
            }
        }
        return rows
    }
}
