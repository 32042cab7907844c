import DeskNet
import DeskTestSupport
import Testing

@testable import DeskServer

/// `init` where there is something already.
@Suite struct InitTests {
    /// What is left of a desk is neither taken for one nor overwritten, and no sentence asks for that.
    @Test(arguments: ["journal.db", "journal.db mail.db", "journal.db desk.db", "journal.db mail.db desk.db secret"])
    func `over the remains of a desk no new one is made`(gone: String) throws {
        let hall = try Hall()
        let before = try Files.list(hall.state)
        for name in gone.split(separator: " ") { try Files.remove("\(hall.state)/\(name)") }
        let left = try Files.list(hall.state)
        let again = try hall.zurufd("init", "--state", hall.state, "--password-stdin", input: "x\n")
        #expect(again.end == .exited(1))
        #expect(again.errors.hasPrefix("zurufd init: there are remains of a desk in \(hall.state) ("), "\(again)")
        for words in [["serve", "--listen", "127.0.0.1:0"], ["agent", "list"], ["status"]] {
            let said = try hall.zurufd(words + ["--state", hall.state], input: [])
            #expect(said.errors.contains("journal.db is missing in \(hall.state), where "), "\(said)")
            #expect(said.end == .exited(1) && !said.errors.contains("init"))
        }
        #expect(try Files.list(hall.state) == left && Set(left).isSubset(of: before))
    }

    @Test func `what a killed init has left is no desk, and init goes on`() throws {
        let hall = try Hall()
        for name in ["journal.db", "desk.db", "mail.db"] { try Files.remove("\(hall.state)/\(name)") }
        try Files.write([], to: hall.state + "/init.unfinished")
        let serve = try hall.zurufd("serve", "--state", hall.state, "--listen", "127.0.0.1:0")
        #expect(serve.errors == "zurufd serve: there is no desk in \(hall.state); zurufd init makes one\n")
        let again = try hall.zurufd("init", "--state", hall.state, "--password-stdin", input: "x\n")
        #expect(again.end == .exited(0), "\(again)")
        #expect(!Files.exists(hall.state + "/init.unfinished"))
    }
}
