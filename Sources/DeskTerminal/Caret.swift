/// Where the cursor stands after characters that may be wider or more than the screen has columns.
///
/// It follows a terminal with automatic margins: a wide character that does not fit goes to the next row. A row that is
/// just full counts as left, which the one who draws makes true by a line end.
struct Caret: Equatable {
    private(set) var row = 0
    private(set) var column = 0
    let columns: Int

    init(columns: Int) {
        self.columns = max(columns, 1)
    }

    /// Passes a character that takes so many columns.
    mutating func pass(width: Int) {
        column += width
        if column > columns {
            row += 1
            column = width
        } else if column == columns {
            newLine()
        }
    }

    /// Passes a line end.
    mutating func newLine() {
        row += 1
        column = 0
    }
}
