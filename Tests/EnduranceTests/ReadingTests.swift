import DeskNet
import DeskTestSupport
import Testing

/// What reading long tickets costs: no reply takes more memory than a page of it, however much is written there.
@Suite struct ReadingTests {
    /// A line of 2048 bytes with its end; 512 of them are as much as a block may be.
    private static let line = "|" + String(repeating: "x", count: 2046) + "\n"
    private static let note = "note 1 <<\n" + String(repeating: line, count: 511) + ".\n"

    /// A desk with a ticket of 64 notes of 1 MiB, and a reader.
    private func deskWithLongTicket() throws -> (desk: Desk, reader: LiveLine) {
        let desk = try Desk()
        try desk.bringIn(1)
        let meier = try desk.connect("meier")
        for _ in 0..<64 {
            try meier.send(ReadingTests.note)
            #expect(try meier.final().hasPrefix("OK noted "))
        }
        // What was written has left memory once the desk has it on disk and starts again.
        #expect(desk.stop() == .exited(0))
        try desk.start()
        return (desk, try desk.connect("schulze"))
    }

    @Test func `a ticket of many long texts is read page by page within a page's memory`() throws {
        let (desk, reader) = try deskWithLongTicket()
        #expect(try reader.ask("show 1").hasPrefix("OK show #1 "))
        let before = try desk.memory("VmRSS")
        for verb in ["show 1", "history 1", "show 1.3", "raw 1.1"] {
            var bytes = 0
            var pages = 0
            var after = ""
            repeat {
                let final = try reader.ask(verb + after) { if $0.first == "|" { bytes += $0.utf8.count } }
                #expect(final.hasPrefix("OK "), "\(final)")
                let more = final.split(separator: " ").first { $0.hasPrefix("more=") }
                after = more.map { " after=\($0.dropFirst(5))" } ?? ""
                pages += 1
            } while !after.isEmpty && pages < 1000
            if verb == "show 1" || verb == "history 1" { #expect(bytes > 64 * 511 * 2047 && pages > 200) }
            if verb == "show 1.3" { #expect(bytes == 511 * 2047 && pages == 5) }
        }
        let growth = try desk.memory("VmHWM") - before
        print("reading: \(growth) KiB more for a ticket of 64 MiB")
        #expect(growth < 24 * 1024)
        #expect(desk.stop() == .exited(0))
    }

    @Test func `a follower who comes back reads a log of long texts within a turn's memory`() throws {
        let (desk, reader) = try deskWithLongTicket()
        let before = try desk.memory("VmRSS")
        #expect(try reader.log().count { $0.contains(" note #1.") } == 64)
        let growth = try desk.memory("VmHWM") - before
        print("reading: \(growth) KiB more for a replay of 64 MiB")
        #expect(growth < 24 * 1024)
        #expect(desk.stop() == .exited(0))
    }
}
