/// What a `desk.db` holds but for soft things, as text: equal for equal desks.
package enum DeskDump {
    /// All rows of all tables but shown marks and leases; `column` is left out, whatever table has it.
    ///
    /// `ask` gives the first column of what a statement finds.
    package static func rows(without column: String = "", ask: (String) throws -> [String]) rethrows -> [String] {
        var rows: [String] = []
        let tables = """
            SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('shown', 'lease') ORDER BY name
            """
        for table in try ask(tables) {
            let columns = try ask(
                "SELECT 'quote(' || name || ')' FROM pragma_table_info('\(table)') WHERE name <> '\(column)'")
            let row = columns.joined(separator: " || '|' || ")
            rows += try ask("SELECT \(row) FROM \(table) ORDER BY 1").map { table + ": " + $0 }
        }
        return rows
    }
}
