import DeskTerminal
import Testing

struct LineKindTests {
    @Test(arguments: [
        ("DESK/1 host=localhost epoch=gwyvvtzq", LineKind.greeting),
        ("OK hello meier at=3", .ok), ("OK", .ok), ("@7 OK pong", .ok), ("@7 ERR usage", .refused), ("ERR", .refused),
        ("- #42 queue=inbox", .record), ("|Guten Tag", .text), ("\\more", .text), ("@a.b |text", .text),
        ("* 4 claim #42", .event), ("~ live at=3", .notice),
        ("OKAY", .unknown), ("ERROR", .unknown), ("", .unknown), ("@tagonly", .unknown), ("desk", .unknown),
    ])
    func `the first character gives the kind of a line`(line: String, kind: LineKind) {
        #expect(LineKind(of: Array(line.utf8)) == kind)
        #expect(kind.isFinal == (kind == .ok || kind == .refused))
    }

    @Test(arguments: [
        ("OK pong", "\u{1b}[32mOK pong\u{1b}[m"), ("ERR usage", "\u{1b}[1;31mERR usage\u{1b}[m"),
        ("|a text", "|a text"), ("* 1 new #1", "\u{1b}[36m* 1 new #1\u{1b}[m"),
    ])
    func `a line has the color of its kind`(line: String, colored: String) {
        #expect(LineKind(of: Array(line.utf8)).colored(line) == colored)
    }

    @Test(arguments: [
        (Array("Grüße aus 日本 👋🏽".utf8), "Grüße aus 日本 👋🏽"),
        (Array("a\tb".utf8), "a\tb"),
        (Array("\u{1b}[2J\u{1b}]0;x\u{07}".utf8), "␛[2J␛]0;x␇"),
        (Array("a\u{7f}\r\n\u{0}".utf8), "a␡␍␊␀"),
        (Array("\u{9b}2J \u{202e}x \u{2066}y \u{2028}".utf8), "\u{FFFD}2J \u{FFFD}x \u{FFFD}y \u{FFFD}"),
        ([0x61, 0x9B, 0xFF, 0x62], "a\u{FFFD}\u{FFFD}b"),
    ])
    func `text that would control the terminal is replaced`(bytes: [UInt8], shown: String) {
        #expect(String(neutral: bytes) == shown)
    }

    @Test func `no pair of bytes yields a control character`() {
        for first in UInt8.min...UInt8.max {
            for second in UInt8.min...UInt8.max {
                let shown = String(neutral: [first, second]).unicodeScalars
                #expect(!shown.contains { $0 != "\t" && $0.properties.generalCategory == .control })
            }
        }
    }
}
