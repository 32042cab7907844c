/// The text of a mail as DATA brings it: takes the dots out, finds the end, keeps to the limit.
///
/// Only CR LF `.` CR LF ends it. A CR or LF alone is text like any other: mail programs let them slip through, and a
/// mail that is refused for one is lost to its customer. Whoever took them for line ends would let mails be smuggled
/// (CVE-2023-51764).
struct LMTPText {
    /// How far it is.
    enum Progress: Equatable {
        /// More is to come.
        case open
        /// It is whole.
        case ended
        /// It is whole, and was longer than allowed; nothing of it is kept.
        case tooLarge
        /// It goes on for ever.
        case endless
    }

    private enum Position {
        case lineStart, line, carriageReturn, dot, dotCarriageReturn
    }

    /// What has come, dots taken out.
    private(set) var bytes: [UInt8] = []
    private let most: Int
    private var count = 0
    private var position = Position.lineStart

    /// A text so many times over the limit is not swallowed any longer.
    private static let patience = 4

    init(most: Int) {
        self.most = most
    }

    /// Takes bytes from the front of `input` until the text ends or the bytes do; says how many and how far it is.
    mutating func take(_ input: ArraySlice<UInt8>) -> (taken: Int, Progress) {
        var kept = input.startIndex
        var index = input.startIndex
        while index < input.endIndex {
            let byte = input[index]
            switch (position, byte) {
            case (.carriageReturn, 0x0A): position = .lineStart
            case (.dotCarriageReturn, 0x0A):
                return (index + 1 - input.startIndex, isEndless ? .endless : count > most ? .tooLarge : .ended)
            case (.dot, 0x0D): position = .dotCarriageReturn
            case (.lineStart, UInt8(ascii: ".")):
                keep(input[kept..<index])
                kept = index + 1
                position = .dot
            default:
                // It was no end mark.
                if position == .dotCarriageReturn { keep([0x0D]) }
                position = byte == 0x0D ? .carriageReturn : .line
            }
            // The end mark's own CR belongs to no line.
            if position == .dotCarriageReturn { kept = index + 1 }
            index += 1
        }
        keep(input[min(kept, index)..<index])
        return (input.count, isEndless ? .endless : .open)
    }

    private var isEndless: Bool { count > most * LMTPText.patience }

    private mutating func keep(_ part: ArraySlice<UInt8>) {
        count += part.count
        if count <= most { bytes += part } else { bytes = [] }
    }
}
