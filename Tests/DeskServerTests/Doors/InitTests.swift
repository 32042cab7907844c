import DeskModel
import DeskNet
import DeskTestSupport
import Glibc
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

    /// Only root can give a folder away.
    @Test(.enabled(if: geteuid() == 0)) func `root gives no folder away that something is in`() throws {
        let hall = try Hall()
        let again = try hall.zurufd("init", "--state", hall.state, "--user", "nobody", "--password-stdin", input: "x\n")
        #expect(again.end == .exited(1))
        let other = hall.yard.path + "/other"
        try Files.makeDirectory(other)
        try Files.write([], to: other + "/file")
        let said = try hall.zurufd("init", "--state", other, "--user", "nobody", "--password-stdin", input: "x\n")
        #expect(said.errors == "zurufd init: \(other) belongs to root and is not empty\n")
        for folder in [hall.state, other] { #expect(try Files.owner(of: folder).user == 0) }
    }

    /// A turn of a server ends after 5 ms: on a busy machine `init` made a desk without its admin.
    @Test func `what a desk begins with is one turn, however long it takes`() throws {
        let hall = try Hall()
        var settings = Settings()
        settings.state = hall.state
        let desk = try StoppedDesk(settings, log: .standardError(isJournal: false))
        defer { desk.close() }
        let names = try (1...500).map { try #require(AgentName("a\($0)")) }
        try desk.found(names.map { .addAgent($0, isBot: false, isAdmin: false, password: nil, []) })
        #expect(try desk.fulfil(.agents).lines.count == 501)
    }

    /// What was not yet in its file may be in a write-ahead log.
    @Test(arguments: ["journal.db-wal", "mail.db-wal", "desk.db-wal"])
    func `a write-ahead log is a desk's remains as well`(name: String) throws {
        let yard = try Yard()
        let state = yard.path + "/state"
        try Files.makeDirectory(state)
        try Files.write(Array("x".utf8), to: "\(state)/\(name)")
        for words in [["init", "--password-stdin"], ["status"]] {
            let (end, said) = try Programs.run("zurufd", words + ["--state", state], input: Array("x\n".utf8))
            #expect(end == .exited(1) && said.contains("\(name)"), "\(said)")
        }
        #expect(try Files.list(state) == [name])
    }

    @Test func `an empty folder is closed to others, one with files is refused untouched`() throws {
        let yard = try Yard()
        let state = yard.path + "/state"
        try Files.makeDirectory(state, mode: 0o755)
        try Files.write([], to: state + "/other")
        let words = ["init", "--state", state, "--password-stdin", "--password-iterations", "4096"]
        let refused = try Programs.run("zurufd", words, input: Array("x\n".utf8))
        let sentence = "the state directory \(state) is accessible to others than its owner: chmod 750 \(state)"
        #expect(refused.end == .exited(1) && refused.said == "zurufd init: \(sentence)\n")
        #expect(try Files.list(state) == ["other"])
        try Files.remove(state + "/other")
        try Files.makeDirectory(state + "/lost+found")
        let made = try Programs.run("zurufd", words, input: Array("x\n".utf8))
        #expect(made.end == .exited(0) && made.said.contains("\(state) is closed to others now (mode 700)\n"))
        try Files.requirePrivateDirectory(state, as: "state")
    }

    @Test func `a file in the place of the state directory is called what it is`() throws {
        let yard = try Yard()
        let state = yard.path + "/state"
        try Files.write([], to: state)
        for (words, sentence) in [
            (["status"], "\(state) is not a directory"),
            (["init", "--password-stdin"], "cannot read the state directory \(state): Not a directory"),
        ] {
            let (end, said) = try Programs.run("zurufd", words + ["--state", state], input: Array("x\n".utf8))
            #expect(end == .exited(1) && said == "zurufd \(words[0]): \(sentence)\n")
        }
    }

    @Test func `an interrupted init is done again, and a whole desk is not made twice`() throws {
        let hall = try Hall()
        let mark = hall.state + "/init.unfinished"
        try Files.write([], to: mark)
        let sentence = "zurufd init was interrupted in \(hall.state): run it again\n"
        let backup = ["backup", hall.yard.path + "/b"]
        for words in [["serve"] + Programs.sendsNothing, ["agent", "list"], ["status"], backup] {
            let said = try hall.zurufd(words + ["--state", hall.state], input: [])
            #expect(said.end == .exited(1) && said.errors.hasSuffix(sentence), "\(said)")
        }
        let again = try hall.zurufd("init", "--state", hall.state, "--password-stdin", input: "x\n")
        #expect(again.end == .exited(1) && again.errors.contains("zurufd agent passwd sets a password"), "\(again)")
        #expect(!Files.exists(mark))
        #expect(try hall.zurufd("agent", "list", "--state", hall.state).end == .exited(0))
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
