import DeskTestSupport
import DeskWire
import Testing

struct DripTests {
    private static let pieces: [[UInt8]] =
        [
            "claim 42\n", "@7 !k-1 claim #42 anyway=\"a \\\"b\\\" \\n\" lease=2h\r\n", "\n", " \r\n", "note 42 <<\n",
            "|x\n",
            ".\n", ".cancel\n", ".\r\n", "\\more\n", "<<\n", " <<\n", "@t <<", "\r", "\n", "\t", " ", "@", "!",
            "reply 42.1 ",
            "ä€😀", "\u{1B}", "\u{85}", "GET / HTTP/1.1\r\n", "quit\n", "subscribe * #42 mine since=0\n",
            "claim next inbox\n",
            String(repeating: "x", count: 3990), String(repeating: " ", count: 4001),
            String(repeating: "y", count: 9000),
        ].map { Array($0.utf8) } + [[0xFF], [0xC3], [0xE2, 0x82]]

    @Test(arguments: 1...200)
    func `any split of the same bytes gives the same inputs`(seed: UInt64) {
        var dice = Dice(seed: seed)
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 1...25, using: &dice) {
            bytes += DripTests.pieces.randomElement(using: &dice) ?? []
        }
        let whole = inputs(bytes)
        var reader = LineReader()
        var drops: [Input] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let longest = [2, 50, 5000].randomElement(using: &dice) ?? 1
            let drop = Array(rest.prefix(Int.random(in: 1...longest, using: &dice)))
            rest = rest.dropFirst(drop.count)
            var at = 0
            while at < drop.count {
                let most = Int.random(in: 1...3, using: &dice)
                at = reader.take(drop, from: at, most: most) { drops.append($0) }
            }
        }
        #expect(drops == whole)
    }

    @Test(arguments: 1...100)
    func `no bytes whatever do harm`(seed: UInt64) {
        var dice = Dice(seed: seed)
        let bytes = (0..<2000).map { _ in
            Bool.random(using: &dice) ? UInt8.random(in: 0...255, using: &dice) : UInt8(ascii: "\n")
        }
        for input in inputs(bytes) {
            if case .malformed(let malformed, let tag) = input {
                var line: [UInt8] = []
                Reply(tag: tag).end(.malformed(malformed), for: .everything, to: &line)
                #expect(Grammar.isOutput(line))
            }
        }
    }
}
