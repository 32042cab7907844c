/// Computes the cursor position after characters have been written to a terminal with automatic margins.
///
/// A wide character that does not fit on the row moves to the next one. When a row is exactly full, the cursor counts
/// as on the next row; terminals delay that wrap, so `LineEditor` writes a line ending there.
struct CursorPosition: Equatable {
    private(set) var row = 0
    private(set) var column = 0
    let columns: Int

    init(columns: Int) {
        self.columns = max(columns, 1)
    }

    /// Advances past a character that takes `width` columns.
    mutating func advance(width: Int) {
        column += width
        if column > columns {
            row += 1
            column = width
        } else if column == columns {
            newLine()
        }
    }

    /// Advances past a line ending.
    mutating func newLine() {
        row += 1
        column = 0
    }
}
