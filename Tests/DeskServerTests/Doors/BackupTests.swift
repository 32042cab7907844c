import DeskNet
import DeskTestSupport
import Glibc
import Testing

@testable import DeskServer
@testable import DeskStore

/// `zurufd backup` and `zurufd restore`, the real programs.
@Suite struct BackupTests {
    private let hall: Hall
    private var backup: String { hall.yard.path + "/backup" }

    init() throws {
        hall = try Hall()
        try Files.makeDirectory(hall.yard.path + "/outgoing")
    }

    private func serve() throws {
        try hall.serve("--outgoing", hall.yard.path + "/outgoing")
    }

    /// Hands a message in; its ticket's public number.
    @discardableResult
    private func deliver(_ number: Int) throws -> String {
        let text =
            "From: k\(number)@example.com\nTo: a@desk.example\nSubject: Nr. \(number)\n"
            + "Message-ID: <m\(number)@example.com>\n\nHallo \(number).\n"
        let said = try hall.zurufd(
            ["deliver", "--state", hall.state, "--from", "k\(number)@example.com", "a@desk.example"],
            input: Array(text.utf8))
        try #require(said.end == .exited(0), "\(said)")
        return String(said.output.split(separator: " ").last ?? "").filter { $0 != "\n" }
    }

    private func zurufd(_ words: String...) throws -> Hall.Said {
        try hall.zurufd(words + ["--state", hall.state], input: [])
    }

    private func status() throws -> String { try zurufd("status").output }

    /// The state folder goes to another place, as one moves a desk away.
    private func moveAway() throws -> String {
        let old = hall.yard.path + "/old"
        try Files.move(hall.state, to: old)
        return old
    }

    /// A desk does not start without its secret, so a set without it could not be put to work.
    @Test(arguments: ["", "short", "FIFO"]) func `without a whole secret there is no backup`(secret: String) throws {
        let path = hall.state + "/secret"
        try Files.remove(path)
        if secret == "short" { try Files.write(Array(secret.utf8), to: path) }
        if secret == "FIFO" { #expect(unsafe mkfifo(path, 0o600) == 0) }
        let said = try zurufd("backup", backup)
        #expect(said.end == .exited(1) && said.errors.contains(path), "\(said)")
        #expect(!Files.exists(backup))
    }

    /// As root after `mv`, where nothing tells any more whose the desk was but the lost one or a name.
    @Test(.enabled(if: geteuid() == 0)) func `a restored desk belongs to its service's user`() throws {
        #expect(unsafe chmod(hall.yard.path, 0o755) == 0)
        let (mine, old) = (hall.yard.path + "/mine", hall.yard.path + "/old")
        let secret = ["--password-stdin", "--password-iterations", "4096"]
        try Programs.expect("zurufd", ["init", "--user", "nobody", "--state", mine] + secret, input: Array("x\n".utf8))
        try Files.makeDirectory(backup)
        try Files.giveDirectory(backup, to: 65_534, 65_534)
        try Programs.expect("zurufd", ["backup", backup, "--state", mine])
        try Files.move(mine, to: old)
        for words in [["--lost", old], ["--user", "nobody"]] {
            try Programs.expect("zurufd", ["restore", backup, "--state", mine] + words)
            for name in try Files.list(mine) { #expect(try Files.owner(of: "\(mine)/\(name)").user == 65_534) }
            try Files.removeDirectory(mine)
        }
        let said = try Programs.run("zurufd", ["restore", backup, "--state", mine]).said
        #expect(said.contains("the desk belongs to root; for a service of another user, restore --user NAME\n"))
    }

    @Test(arguments: ["key.pem", "certificate.pem"]) func `a backup names what is not in it, and waits for no FIFO`(
        name: String
    ) throws {
        let path = "\(hall.state)/\(name)"
        try Files.remove(path)
        let said = try zurufd("backup", backup)
        #expect(said.end == .exited(0))
        #expect(said.output.hasSuffix("not in it, because not in \(hall.state): \(name)\n"), "\(said)")
        #expect(unsafe mkfifo(path, 0o600) == 0)
        let waits = try zurufd("backup", backup + "2")
        #expect(waits.errors == "zurufd backup: cannot read \(path): it is a FIFO, socket or device, not a file\n")
    }

    @Test(arguments: [true, false]) func `a desk is backed up while it runs or not, and restored where none is`(
        isRunning: Bool
    ) throws {
        try serve()
        for number in 1...20 { try deliver(number) }
        let epoch = try status().split(separator: "\n").first { $0.hasPrefix("epoch=") }
        if !isRunning { #expect(hall.stop() == .exited(0)) }
        let made = try zurufd("backup", backup)
        #expect(made.end == .exited(0), "\(made)")
        #expect(made.output.contains("20 messages, checked: \(backup)"), "\(made)")
        #expect(
            try Files.list(backup).sorted() == [
                "backup.txt", "certificate.pem", "desk.db", "journal.db", "key.pem", "mail.db", "secret",
            ])
        if isRunning {
            // What comes later is lost.
            for number in 21...25 { try deliver(number) }
            #expect(hall.stop() == .exited(0))
        }
        let old = try moveAway()
        let restored = try zurufd("restore", backup, "--lost", old)
        #expect(restored.end == .exited(0), "\(restored)")
        #expect(restored.output.contains("restored up to event "), "\(restored)")
        #expect(restored.output.contains("lost: events ") == isRunning, "\(restored)")
        #expect(restored.output.contains("numbers go on after ticket #\(isRunning ? 25 : 20), public number "))
        try serve()
        let after = try status()
        #expect(after.contains("tickets=20\n") && !after.contains(epoch ?? "?") && after.contains("restored="))
        #expect(!after.contains("messages-missing") && !after.contains("damaged"))
        for name in ["secret", "key.pem", "journal.db", "mail.db"] {
            _ = try Files.readPrivate("\(hall.state)/\(name)", as: name, limit: .max)
            _ = try Files.readPrivate("\(backup)/\(name)", as: name, limit: .max)
        }
        let number = try deliver(30)
        #expect(number.contains(isRunning ? "-00026-" : "-00021-"), "\(number)")
        #expect(hall.stop() == .exited(0))
    }

    @Test func `without the lost desk numbers are left out, unless nothing was lost`() throws {
        try serve()
        try deliver(1)
        #expect(hall.stop() == .exited(0))
        #expect(try zurufd("backup", backup).end == .exited(0))
        for (words, ticket) in [([], 10_001), (["--nothing-lost"], 1)] {
            try Files.removeDirectory(hall.state)
            let said = try hall.zurufd(["restore", backup, "--state", hall.state] + words, input: [])
            #expect(said.output.contains("numbers go on after ticket #\(ticket), "), "\(said)")
            #expect(said.output.contains("how much is not known") == words.isEmpty)
        }
    }

    @Test func `a desk that is not older than the backup is not replaced, an older one is`() throws {
        try serve()
        try deliver(1)
        #expect(try zurufd("backup", backup).end == .exited(0))
        #expect(try zurufd("restore", backup).errors.contains("is served by process"))
        try deliver(2)
        #expect(hall.stop() == .exited(0))
        let before = try Files.list(hall.state)
        for gone in [[], ["journal.db"], ["journal.db", "desk.db"]] {
            for name in gone { try? Files.remove("\(hall.state)/\(name)") }
            let said = try zurufd("restore", backup)
            #expect(
                said.end == .exited(1) && said.errors.contains("is not older than the backup: it is at event "),
                "\(said)")
            #expect(said.errors.contains("--help says how to move it away"))
            #expect(Set(try Files.list(hall.state)).isSubset(of: before))
        }
        #expect(try zurufd("restore", "--help").output.contains("mv /var/lib/zuruf OLD-DIR"))
        try Files.removeDirectory(hall.state)
        #expect(try zurufd("restore", backup, "--nothing-lost").end == .exited(0))
        try serve()
        try deliver(3)
        #expect(hall.stop() == .exited(0))
        #expect(try zurufd("backup", backup + "2").end == .exited(0))
        #expect(try zurufd("restore", backup + "2").end == .exited(0))
    }

    @Test(arguments: [
        ("journal.db", "UPDATE text SET bytes = CAST('x' AS BLOB) WHERE instr(bytes, 'Hallo')", "a text of event"),
        ("journal.db", "UPDATE turn SET body = body || x'00' WHERE first = 1", "event"),
        ("mail.db", "UPDATE raw SET bytes = CAST('x' AS BLOB)", "was changed"),
        ("mail.db", "DELETE FROM raw", "is missing in mail.db"),
        ("mail.db", "UPDATE composed SET bytes = CAST('x' AS BLOB)", "was changed"),
    ])
    func `what is not as it was written makes no backup`(file: String, sql: String, sentence: String) throws {
        try serve()
        try deliver(1)
        try hall.wait(for: "courier: handed over")
        #expect(hall.stop() == .exited(0))
        try Database(path: "\(hall.state)/\(file)", .readWrite).execute(sql)
        let said = try zurufd("backup", backup)
        #expect(said.end == .exited(1) && said.errors.contains(sentence), "\(said)")
        #expect(try Files.list(backup).allSatisfy { $0.contains(".unfinished") })
        #expect(try zurufd("restore", backup).errors.contains("holds no complete backup"))
    }

    @Test func `a backup goes into no folder with something in it, but for what an interrupted one has left`() throws {
        try Files.makeDirectory(backup)
        try Files.write([1], to: backup + "/mail.db.unfinished")
        try Files.write([1], to: backup + "/mail.db.unfinished-wal")
        #expect(try zurufd("backup", backup).end == .exited(0))
        let again = try zurufd("backup", backup)
        #expect(again.end == .exited(1) && again.errors.contains("\(backup) is not empty"))
        try Files.write([1], to: backup + "/secret")
        let changed = try zurufd("restore", backup)
        #expect(changed.errors.contains("\(backup)/secret is not as it was when it was backed up"), "\(changed)")
        #expect(try Files.list(hall.state).allSatisfy { !$0.contains(".restoring") })
    }

    /// What a killed backup leaves before its list is written, in the order in which it makes it.
    @Test func `a folder without a list is no backup, and the next backup goes into it`() throws {
        #expect(try zurufd("backup", backup).end == .exited(0))
        try Files.remove(backup + "/backup.txt")
        for left in [["backup.unfinished"], ["backup.unfinished", "backup.txt.new"], ["backup.unfinished.new"]] {
            if left.count == 1 && left[0].hasSuffix(".new") { try Files.removeDirectory(backup) }
            try Files.makeDirectory(backup)
            for name in left { try Files.write([], to: "\(backup)/\(name)") }
            let refused = try zurufd("restore", backup)
            #expect(refused.end == .exited(1) && refused.errors.contains("holds no complete backup"), "\(refused)")
            let again = try zurufd("backup", backup)
            #expect(again.end == .exited(0), "\(again)")
            #expect(try Files.list(backup).first == "backup.txt")
            try Files.remove(backup + "/backup.txt")
        }
        // Without the sign the files may be anybody's: those of a desk, for one.
        #expect(try zurufd("backup", backup).errors.contains("is not empty"))
        let own = try zurufd("backup", hall.state)
        #expect(own.end == .exited(1) && own.errors.contains("is not empty"), "\(own)")
        #expect(try zurufd("agent", "list").end == .exited(0))
    }

    /// A new desk has no messages, but clients may have kept its pin.
    @Test func `a key, certificate or secret that the backup does not have is not replaced unasked`() throws {
        #expect(try zurufd("backup", backup).end == .exited(0))
        _ = try moveAway()
        let words = ["init", "--state", hall.state, "--password-iterations", "4096"]
        #expect(try hall.zurufd(words + ["--password-stdin"], input: [0x78, 0x0A]).end == .exited(0))
        let pin = try zurufd("pin").output.split(separator: "\n").first.map(String.init) ?? "?"
        let keys = ["secret", "key.pem", "certificate.pem"]
        for gone in [[], ["journal.db", "mail.db", "desk.db"], ["key.pem", "certificate.pem"]] {
            for name in gone { try Files.remove("\(hall.state)/\(name)") }
            let before = keys.map { try? Files.read("\(hall.state)/\($0)", limit: 10_000) }
            let said = try zurufd("restore", backup)
            #expect(said.end == .exited(1) && said.errors.contains("would be replaced, and the backup has others"))
            #expect(said.errors.contains(pin) == (gone.first != "key.pem"), "\(said)")
            #expect(keys.map { try? Files.read("\(hall.state)/\($0)", limit: 10_000) } == before)
            #expect(try Files.list(hall.state).allSatisfy { !$0.contains(".restoring") })
        }
        let said = try zurufd("restore", backup, "--replace-keys", "--nothing-lost")
        #expect(said.end == .exited(0), "\(said)")
        #expect(try zurufd("pin").output != pin + "\n")
        // The same ones are no obstacle.
        #expect(try zurufd("restore", backup).errors.contains("is not older than the backup"))
    }

    @Test func `an interrupted restore is no desk, and can be repeated`() throws {
        #expect(try zurufd("backup", backup).end == .exited(0))
        for name in ["journal.db", "desk.db"] { try Files.remove("\(hall.state)/\(name)") }
        try Files.write([], to: hall.state + "/restore.unfinished")
        for words in [["serve", "--outgoing", "/tmp/x", "--listen", "127.0.0.1:0"], ["agent", "list"], ["init"]] {
            let said = try hall.zurufd(words + ["--state", hall.state], input: [])
            #expect(said.errors.contains("a restore into \(hall.state) was interrupted: run zurufd restore again"))
            #expect(said.end != .exited(0))
        }
        // Before a file is in place there is only a copy.
        try Files.remove(hall.state + "/restore.unfinished")
        for name in try Files.list(hall.state) where name != "lock" { try Files.remove("\(hall.state)/\(name)") }
        try Files.write([], to: hall.state + "/mail.db.restoring")
        for words in [["agent", "list"], ["init"]] {
            let said = try hall.zurufd(words + ["--state", hall.state], input: [])
            #expect(said.errors.contains("was interrupted: run zurufd restore again") && said.end == .exited(1))
        }
        #expect(try zurufd("restore", backup).end == .exited(0))
        try serve()
        #expect(hall.stop() == .exited(0))
    }
}
