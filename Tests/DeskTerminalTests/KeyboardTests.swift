import DeskTestSupport
import Testing

@testable import DeskTerminal

struct KeyboardTests {
    @Test(arguments: [
        ("ab", ["a", "b"]), ("ü日👋", ["ü", "日", "👋"]), ("\u{1b}[A\u{1b}OB", ["\u{1b}[A", "\u{1b}OB"]),
        ("\u{1b}[1;5Cx", ["\u{1b}[1;5C", "x"]), ("\u{1b}[15~", ["\u{1b}[15~"]), ("\u{1b}f", ["\u{1b}f"]),
        ("\u{1b}ü", ["\u{1b}ü"]), ("ls\r", ["l", "s", "\r"]), ("\r\r", ["\r", "\r"]),
        ("\u{1b}\u{1b}", ["\u{1b}\u{1b}"]),
    ])
    func `keys are complete`(typed: String, keys: [String]) {
        var keyboard = Keyboard()
        #expect(keyboard.read(typed.utf8) == keys.map { .key(Array($0.utf8)) })
    }

    @Test(arguments: ["\u{1b}", "\u{1b}[", "\u{1b}[1;5", "\u{1b}O", "\u{1b}[200~", "\u{1b}[200~text", "\u{1b}[20"])
    func `an incomplete key is buffered`(typed: String) {
        var keyboard = Keyboard()
        #expect(keyboard.read(typed.utf8) == [])
    }

    @Test(arguments: 0..<100)
    func `any split of the bytes gives the same strokes`(seed: UInt64) {
        var dice = Dice(seed: seed)
        let before = "aü\u{1b}[A日\u{1b}[200~Hallo\rquit\n\u{1b}[A.\n\u{1b}[201~"
        let all = Array((before + "x\u{1b}f\u{1b}[200~\u{1b}[201~\r").utf8)
        let expected: [Keyboard.Stroke] = [
            .key([0x61]), .key(Array("ü".utf8)), .key(Array("\u{1b}[A".utf8)), .key(Array("日".utf8)),
            .paste(Array("Hallo\rquit\n\u{1b}[A.\n".utf8)), .key([0x78]), .key(Array("\u{1b}f".utf8)), .paste([]),
            .key([0x0D]),
        ]
        var keyboard = Keyboard()
        var strokes: [Keyboard.Stroke] = []
        var rest = all[...]
        while !rest.isEmpty {
            let part = rest.prefix(Int.random(in: 1...12, using: &dice))
            rest = rest.dropFirst(part.count)
            strokes += keyboard.read(part)
        }
        #expect(strokes == expected)
    }

    @Test(arguments: [
        ("Sehr geehrte\rquit\r", true), ("a\nb", true), ("\nx", true), ("quit\r", false), ("\r\r", false),
        ("\r\u{1b}[A\r", false),
    ])
    func `text after a line ending is a paste, even without brackets`(read: String, pasted: Bool) {
        var keyboard = Keyboard()
        let strokes = keyboard.read(read.utf8)
        #expect((strokes == [.paste(Array(read.utf8))]) == pasted)
        #expect((strokes.count > 1) != pasted)
    }

    @Test func `each byte of invalid UTF-8 is a key`() {
        var keyboard = Keyboard()
        #expect(keyboard.read([0xC3, 0x28, 0x80]) == [.key([0xC3]), .key([0x28]), .key([0x80])])
    }

    @Test(arguments: [
        ("", 0, 0), ("abc", 0, 3), ("0123456789", 1, 0), ("012345678日", 1, 2), ("01234567日", 1, 0),
        ("0123456789abcdefghij", 2, 0), ("a\nb", 1, 1), ("日日日日日日", 1, 2),
    ])
    func `the cursor is where a terminal puts it`(text: String, row: Int, column: Int) {
        var cursor = CursorPosition(columns: 10)
        for scalar in text.unicodeScalars {
            if scalar == "\n" { cursor.newLine() } else { cursor.advance(width: scalar.value > 0x3000 ? 2 : 1) }
        }
        #expect(cursor.row == row)
        #expect(cursor.column == column)
    }
}
