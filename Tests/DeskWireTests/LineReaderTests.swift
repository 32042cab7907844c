import DeskModel
import DeskWire
import Testing

struct LineReaderTests {
    @Test func `one line, one command`() throws {
        guard case .line(let line) = try #require(inputs("@7 !k-1 claim #42 lease=2h\r\n").first) else {
            Issue.record("not a line")
            return
        }
        #expect(line.tag == "7")
        #expect(line.key == "k-1")
        #expect(line.verb.name == "claim")
        #expect(try line.request.get() == .change(.claim(.short(42), lease: .hours(2), anyway: nil)))
    }
}
