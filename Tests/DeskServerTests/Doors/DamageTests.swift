import DeskNet
import DeskTestSupport
import Testing

@testable import DeskServer
@testable import DeskStore

/// Rows that were changed outside of the desk: what its users then see.
@Suite struct DamageTests {
    private static let message =
        "From: Karl <karl@example.com>\r\nTo: hotline@desk.example\r\nSubject: Ton fehlt\r\n"
        + "Message-ID: <1@example.com>\r\n\r\nKein Ton seit gestern.\r\n"

    /// The lines of a reply, its final last.
    private func ask(_ desk: LiveDesk, _ line: String) throws -> [String] {
        try desk.say("meier", line)
        var lines: [String] = []
        while let heard = try desk.hear("meier") {
            lines.append(heard)
            if heard.hasPrefix("OK ") || heard.hasPrefix("ERR ") { return lines }
        }
        return lines
    }

    private func change(_ desk: LiveDesk, _ file: String, _ sql: String) throws {
        desk.kill()
        desk.forgetLines()
        try Database(path: "\(desk.folder)/state/\(file)", .readWrite).execute(sql)
        try desk.start()
        #expect(try ask(desk, "login meier m").last?.hasPrefix("OK hello") == true)
    }

    @Test(arguments: [
        "UPDATE text SET bytes = CAST('Alles bestens.' AS BLOB) WHERE instr(bytes, 'Kein Ton')",
        "UPDATE text SET salt = zeroblob(16) WHERE instr(bytes, 'Kein Ton')",
        "DELETE FROM text WHERE instr(bytes, 'Kein Ton')",
    ])
    func `a text that was changed is not shown, and its reader is told`(sql: String) throws {
        let desk = try LiveDesk()
        let said = try desk.deliver(
            from: "karl@example.com", to: ["hotline@desk.example"], Array(DamageTests.message.utf8))
        #expect(said.end == .exited(0))
        #expect(try ask(desk, "login meier m").last?.hasPrefix("OK hello") == true)
        let before = try ask(desk, "show 1")
        #expect(before.contains("|Kein Ton seit gestern.") && !before.contains { $0.contains("part=problem") })
        try change(desk, "journal.db", sql)
        for question in ["show 1", "show 1.1", "history 1"] {
            let lines = try ask(desk, question)
            #expect(lines.contains { $0.hasPrefix("- #1.1 part=problem text=") }, "\(lines)")
            #expect(!lines.contains { $0.contains("Kein Ton") || $0.contains("bestens") })
            #expect(lines.contains { $0.contains("subject=\"Ton fehlt\"") })
        }
        #expect(try desk.shell(["status"]).contains("damaged=1\n"))
    }

    @Test(arguments: ["UPDATE raw SET bytes = CAST('From: nobody' AS BLOB)", "DELETE FROM raw"])
    func `a message that was changed is not shown, and its reader is told`(sql: String) throws {
        let desk = try LiveDesk()
        _ = try desk.deliver(from: "karl@example.com", to: ["hotline@desk.example"], Array(DamageTests.message.utf8))
        #expect(try ask(desk, "login meier m").last?.hasPrefix("OK hello") == true)
        #expect(try ask(desk, "raw 1.1").last?.hasPrefix("OK raw #1.1 n=") == true)
        try change(desk, "mail.db", sql)
        let lines = try ask(desk, "raw 1.1")
        #expect(lines.first?.hasPrefix("- #1.1 part=problem text=") == true && lines.count == 2, "\(lines)")
        #expect(lines.last?.hasPrefix("OK raw #1.1 n=0") == true)
        #expect(try desk.shell(["status"]).contains("damaged=1\n"))
    }

    @Test func `an answer whose text was changed does not go out`() throws {
        let hall = try Hall()
        let outgoing = hall.yard.path + "/outgoing"
        let gone = try Listener.tcp(host: "127.0.0.1", port: 0).port ?? 1
        try hall.serve("--smarthost", "127.0.0.1:\(gone)", "--pauses", "1h")
        _ = try hall.zurufd(
            ["deliver", "--state", hall.state, "--from", "karl@example.com", "hotline@desk.example"],
            input: Array(DamageTests.message.utf8))
        try hall.wait(for: "courier: not yet")
        #expect(hall.stop() == .exited(0))
        try Database(path: hall.state + "/journal.db", .readWrite).execute(
            "UPDATE text SET bytes = CAST('Ihr Geld ist weg.' AS BLOB) WHERE instr(bytes, 'vielen Dank')")
        try hall.serve("--outgoing", outgoing)
        #expect(try hall.wait(for: "courier: given up").contains("its text was changed outside of the desk"))
        #expect(hall.stop() == .exited(0))
        #expect(try Files.list(outgoing).isEmpty)
    }
}
