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

    /// What is changed while an automatic reply and an answer wait; `isRebuilt`: `desk.db` is lost as well.
    @Test(arguments: [
        ("journal.db", "UPDATE text SET bytes = CAST('Ihr Geld ist weg.' AS BLOB) WHERE instr(bytes, 'Dank')", false),
        ("journal.db", "UPDATE text SET bytes = CAST('Ihr Geld ist weg.' AS BLOB) WHERE instr(bytes, 'Dank')", true),
        (
            "journal.db",
            "UPDATE text SET bytes = CAST('eve@example.com' AS BLOB) WHERE bytes = CAST('karl@example.com' AS BLOB)",
            false
        ),
        ("journal.db", "DELETE FROM text WHERE bytes = CAST('karl@example.com' AS BLOB)", false),
        ("journal.db", "DELETE FROM text WHERE bytes = CAST('karl@example.com' AS BLOB)", true),
        ("desk.db", "UPDATE delivery SET address = 'eve@example.com'", false),
    ])
    func `an answer whose text or recipient was changed is not sent, and its holder is told`(
        file: String, sql: String, isRebuilt: Bool
    ) throws {
        let hall = try Hall()
        let outgoing = hall.yard.path + "/outgoing"
        let gone = try Listener.tcp(host: "127.0.0.1", port: 0).port ?? 1
        try hall.serve("--smarthost", "127.0.0.1:\(gone)", "--pauses", "1h")
        _ = try hall.zurufd(
            ["deliver", "--state", hall.state, "--from", "karl@example.com", "hotline@desk.example"],
            input: Array(DamageTests.message.utf8))
        let said = try hall.says(["login mustermann geheim", "claim 1", "show 1", "reply 1 Vielen Dank, Karl."])
        #expect(said.last?.hasPrefix("OK queued #1.3 ") == true, "\(said)")
        try hall.wait(for: "courier: not yet")
        #expect(hall.stop() == .exited(0))
        try Database(path: hall.state + "/" + file, .readWrite).execute(sql)
        if isRebuilt { Database.remove(hall.state + "/desk.db") }
        try hall.serve("--outgoing", outgoing)
        #expect(try hall.wait(for: "courier: given up").contains("changed outside of the desk"))
        let heard = try hall.says(["login mustermann geheim", "subscribe #1 since=0", "ping"])
        let failed = heard.filter { $0.contains(" failed #1.3 ") }
        #expect(failed.count == 1 && failed[0].contains("text=\"its text or recipients were changed"), "\(heard)")
        let status = try hall.zurufd("status", "--state", hall.state).output
        #expect(status.contains("outbox=0\n") && status.contains("damaged="), "\(status)")
        #expect(hall.stop() == .exited(0))
        #expect(try Files.list(outgoing).allSatisfy { !$0.hasSuffix(".eml") })
    }

    /// Which events a turn holds is checked as well, not only the texts beside it; a start checks the newest alone.
    @Test func `an old turn that was changed is read by nobody, and the log tells`() throws {
        let hall = try Hall()
        try hall.serve()
        _ = try hall.zurufd(
            ["deliver", "--state", hall.state, "--from", "karl@example.com", "hotline@desk.example"],
            input: Array(DamageTests.message.utf8))
        let notes = Array(repeating: "note 1 Notiz", count: 1010)
        #expect(try hall.says(["login mustermann geheim"] + notes).last?.hasPrefix("OK noted") == true)
        #expect(hall.stop() == .exited(0))
        let journal = try Database(path: hall.state + "/journal.db", .readWrite)
        try journal.execute(
            "UPDATE turn SET body = CAST(replace(body, 'inbox', 'outbx') AS BLOB) WHERE first = "
                + "(SELECT first FROM turn ORDER BY first DESC LIMIT 1 OFFSET 1005)")
        try hall.serve()
        let heard = try hall.says(["login mustermann geheim", "show 1", "history 1"])
        #expect(heard.filter { $0.hasPrefix("ERR storage retry=") }.count == 2, "\(heard)")
        try hall.wait(for: "what a client asked for cannot be read why=\"the chain is broken")
        let replay = try hall.says(["login mustermann geheim", "subscribe * since=0", "ping"])
        #expect(replay.last?.hasPrefix("OK pong") != true, "\(replay.suffix(3))")
        #expect(hall.stop() == .exited(0))
    }
}
