import DeskNet

/// What tests do with a file of SQLite.
package enum DatabaseFile {
    /// Deletes it with what SQLite keeps beside it.
    package static func remove(_ path: String) throws {
        for suffix in ["", "-wal", "-shm"] { try Files.remove(path + suffix) }
    }

    /// All rows of all tables of a `desk.db` but the soft marks, as text: equal for equal files.
    ///
    /// `ask` gives the first column of what a statement finds; `column` is left out, whatever table has it.
    package static func rows(without column: String = "", ask: (String) throws -> [String]) rethrows -> [String] {
        var rows: [String] = []
        for table in try ask("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'shown' ORDER BY name") {
            let columns = try ask(
                "SELECT 'quote(' || name || ')' FROM pragma_table_info('\(table)') WHERE name <> '\(column)'")
            let row = columns.joined(separator: " || '|' || ")
            rows += try ask("SELECT \(row) FROM \(table) ORDER BY 1").map { table + ": " + $0 }
        }
        return rows
    }
}
