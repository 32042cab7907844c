/// Where the cursor stands while a line is typed that may be longer than the screen is wide.
///
/// It follows libedit's own drawing: a wide character that does not fit goes to the next row, a row that is just full
/// is left at once, a tab fills up to the next multiple of eight, another control character is drawn as two.
struct Caret: Equatable {
    private(set) var row = 0
    private(set) var column = 0
    let columns: Int

    init(columns: Int) {
        self.columns = max(columns, 1)
    }

    /// Passes one scalar that takes `width` columns.
    mutating func pass(_ scalar: UInt32, width: Int) {
        if scalar == 0x09 {
            repeat { step(1) } while column % 8 != 0
        } else {
            step(width < 0 ? 2 : width)
        }
    }

    private mutating func step(_ width: Int) {
        column += width
        if column > columns {
            row += 1
            column = width
        } else if column == columns {
            row += 1
            column = 0
        }
    }
}
