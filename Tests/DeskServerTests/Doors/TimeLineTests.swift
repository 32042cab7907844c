import DeskModel
import DeskNet
import DeskTestSupport
import Testing

@testable import DeskServer
@testable import DeskStore

/// The real programs on files of which some were replaced by older copies, as a careless restore does.
@Suite struct TimeLineTests {
    private let hall: Hall
    private var outgoing: String { hall.yard.path + "/outgoing" }
    private static let files = ["journal.db", "mail.db", "desk.db"]

    init() throws {
        hall = try Hall()
        try Files.makeDirectory(outgoing)
        let address = ["queue", "set", "inbox", "--address", "hilfe@desk.example", "--state", hall.state]
        try #require(try hall.zurufd(address, input: []).end == .exited(0))
    }

    /// Hands in a message of each of these customers, and waits until each has the automatic reply; then the desk goes
    /// down in order, or is killed.
    private func run(customers: [String], isKilled: Bool = false, _ options: String...) throws {
        try hall.serve(["--outgoing", outgoing, "--host", "desk.example"] + options)
        let before = try letters().count
        for customer in customers { try deliver(from: customer) }
        let latest = Clock.monotonic() + 30_000_000_000
        while try letters().count < before + customers.count {
            try #require(Clock.monotonic() < latest, "the replies do not come")
            try hall.yard.loop.wait(milliseconds: 5)
        }
        if isKilled { hall.kill() } else { #expect(hall.stop() == .exited(0)) }
    }

    @discardableResult
    private func deliver(from customer: String, references: String? = nil, text: String = "") throws -> String {
        var lines = ["From: \(customer)", "To: hilfe@desk.example", "Subject: Ton von \(customer)"]
        lines.append("Message-ID: <\(customer.filter { $0 != "@" })\(text.utf8.count)@customer.example>")
        if let references { lines.append("References: <\(references)>") }
        let bytes = Array((lines + ["", "Kein Ton bei \(customer). \(text)", ""]).joined(separator: "\n").utf8)
        let said = try hall.zurufd(
            ["deliver", "--state", hall.state, "--from", customer, "hilfe@desk.example"], input: bytes)
        #expect(said.end == .exited(0), "\(said)")
        return said.output
    }

    /// A message that has gone out.
    private struct Sent: Hashable {
        var to = ""
        var messageID = ""
        var number = ""
        var text = ""
    }

    private func letters() throws -> [Sent] {
        try Files.list(outgoing).filter { $0.hasSuffix(".eml") }.map { name in
            let text = String(decoding: try Files.read("\(outgoing)/\(name)", limit: 1 << 20), as: UTF8.self)
            var sent = Sent(text: text)
            for line in text.split(separator: "\r\n") {
                if line.hasPrefix("To: ") { sent.to = String(line.dropFirst(4)) }
                if line.lowercased().hasPrefix("message-id: ") {
                    sent.messageID = String(line.dropFirst(13).dropLast())
                }
                if line.hasPrefix("Subject: "), let number = line.split(separator: "#").dropFirst().first {
                    sent.number = String(number.prefix { $0 != "]" })
                }
            }
            return sent
        }
    }

    private func copy(_ names: [String] = files) throws -> [String: [UInt8]] {
        let here = try Files.list(hall.state).filter { file in names.contains { file == $0 || file == $0 + "-wal" } }
        return try Dictionary(
            uniqueKeysWithValues: here.map { ($0, try Files.read("\(hall.state)/\($0)", limit: 1 << 26)) })
    }

    /// Puts files, with what SQLite keeps beside them, in the place of those that are there.
    private func put(_ copies: [String: [UInt8]], missing: [String] = []) throws {
        for name in TimeLineTests.files where missing.contains(name) || copies[name] != nil {
            for rest in ["", "-wal", "-shm"] { try Files.remove("\(hall.state)/\(name)\(rest)") }
        }
        for (name, bytes) in copies { try Files.write(bytes, to: "\(hall.state)/\(name)") }
    }

    /// The name of the log, whether a server runs or not.
    private func epoch() throws -> String {
        try Database(path: hall.state + "/journal.db", .readOnly).prepare("SELECT epoch FROM log").first {
            $0.text(0)
        } ?? ""
    }

    private func status() throws -> [String: String] {
        let said = try hall.zurufd("status", "--state", hall.state).output
        return said.split(separator: "\n").reduce(into: [:]) { pairs, line in
            let pair = line.split(separator: "=", maxSplits: 1)
            if pair.count == 2 { pairs[String(pair[0])] = String(pair[1]) }
        }
    }

    /// In the lost time and after it different customers write: each must hear of their own ticket alone.
    @Test(arguments: [[], ["desk.db"], ["mail.db"]], [false, true])
    func `of two time lines from one copy no customer hears what was meant for another`(
        olderToo: [String], isKilled: Bool
    ) throws {
        try run(customers: ["anna@one.example", "bert@one.example"])
        let old = try copy()
        let before = try epoch()
        try run(customers: ["carl@lost.example", "dora@lost.example", "emil@lost.example"], isKilled: isKilled)
        let lost = Set(try letters())
        // The journal is older than the other files; one of those is as old, or is not there at all.
        let missing = olderToo == ["desk.db"] ? ["desk.db"] : []
        let older = ["journal.db"] + olderToo.filter { $0 == "mail.db" }
        try put(old.filter { file in older.contains { file.key.hasPrefix($0) } }, missing: missing)
        try run(customers: ["fritz@new.example", "gerd@new.example", "hans@new.example", "ida@new.example"])
        let log = String(decoding: try Files.read(hall.yard.path + "/log", limit: 1 << 20), as: UTF8.self)
        #expect(log.contains("journal.db is older than other files"), "\(log)")
        let after = try epoch()
        #expect(after != before)
        let all = try letters()
        #expect(all.count == 9 && lost.isSubset(of: Set(all)))
        for letter in all {
            let name = letter.to.split(separator: "@")[0]
            #expect(letter.text.contains("Ton von \(name)@"), "\(letter)")
        }
        #expect(Set(all.map(\.messageID)).count == 9 && Set(all.map(\.number)).count == 9)
        #expect(Set(all.map(\.to)).count == 9)
        // Once seen, it is over: the next start says nothing.
        try hall.serve("--outgoing", outgoing)
        let quiet = String(decoding: try Files.read(hall.yard.path + "/log", limit: 1 << 20), as: UTF8.self)
        #expect(!quiet.contains("older than"), "\(quiet)")
        let status = try status()
        #expect(status["epoch"] == after && status["restored-from"] == before)
        #expect(hall.stop() == .exited(0))
    }

    @Test func `an answer to a message of the lost time finds no stranger's ticket, and its original is set aside`()
        throws
    {
        try run(customers: ["anna@one.example"])
        let old = try copy(["journal.db"])
        try run(customers: ["carl@lost.example"])
        let lost = try #require(try letters().first { $0.to.contains("carl") })
        let kept = try #require(try letters().first { $0.to.contains("anna") })
        try put(old)
        try run(customers: ["fritz@new.example"])
        let new = try #require(try letters().first { $0.to.contains("fritz") })
        try hall.serve("--outgoing", outgoing)
        let answer = try deliver(from: "carl@lost.example", references: lost.messageID, text: "Noch da?")
        #expect(!answer.contains(new.number) && !answer.contains(lost.number) && !answer.contains(kept.number))
        // An id of the time before still leads home, whoever answers.
        #expect(
            try deliver(from: "boss@one.example", references: kept.messageID, text: "Ich auch.").contains(kept.number))
        #expect(hall.stop() == .exited(0))
        let folders = try Files.list(hall.state).filter { $0.hasPrefix("lost-") }
        try #require(folders.count == 1)
        let messages = try Files.list("\(hall.state)/\(folders[0])")
        try #require(messages.count == 1)
        let text = try Files.read("\(hall.state)/\(folders[0])/\(messages[0])", limit: 10_000)
        #expect(String(decoding: text, as: UTF8.self).contains("Kein Ton bei carl@lost.example"))
    }

    /// The folder as a whole is an older copy: nothing can tell. An answer to the lost time leads nowhere all the same.
    @Test func `after a copy of the whole folder no Message-ID comes twice or leads astray`() throws {
        try run(customers: ["anna@one.example"])
        let old = try copy()
        try run(customers: ["carl@lost.example"])
        let lost = try #require(try letters().first { $0.to.contains("carl") })
        try put(old)
        try run(customers: ["fritz@new.example"])
        let all = try letters()
        #expect(all.count == 3 && Set(all.map(\.messageID)).count == 3)
        let new = try #require(all.first { $0.to.contains("fritz") })
        try hall.serve("--outgoing", outgoing)
        #expect(
            try !deliver(from: "carl@lost.example", references: lost.messageID, text: "Noch da?").contains(new.number))
        #expect(hall.stop() == .exited(0))
    }

    @Test func `an older mail.db is told, an older desk.db catches up, and neither draws an epoch`() throws {
        try run(customers: ["anna@one.example"])
        let old = try copy()
        let epoch = try epoch()
        try run(customers: ["carl@one.example", "dora@one.example"])
        let new = try copy()
        for name in ["desk.db", "mail.db"] {
            try put(new)
            try put(old.filter { $0.key.hasPrefix(name) })
            try hall.serve("--outgoing", outgoing)
            let log = String(decoding: try Files.read(hall.yard.path + "/log", limit: 1 << 20), as: UTF8.self)
            #expect(log.contains("original messages are missing messages=2") == (name == "mail.db"), "\(log)")
            let status = try status()
            #expect(status["epoch"] == epoch && status["tickets"] == "3")
            #expect(status["messages-missing"] == (name == "mail.db" ? "2" : nil))
            #expect(hall.stop() == .exited(0))
        }
    }

    @Test func `without mail.db the desk does not start, unless the owner knows what that means`() throws {
        try run(customers: ["anna@one.example"])
        try put([:], missing: ["mail.db"])
        for words in [["serve", "--outgoing", outgoing, "--listen", "127.0.0.1:0"], ["agent", "list"]] {
            let said = try hall.zurufd(words + ["--state", hall.state], input: [])
            #expect(said.errors.contains("mail.db is missing or empty, but the journal names messages in it"))
            #expect(said.end != .exited(0) && !Files.exists(hall.state + "/mail.db"))
        }
        try Files.write([], to: hall.state + "/mail.db")
        let said = try hall.zurufd("agent", "list", "--state", hall.state)
        #expect(said.errors.contains("mail.db is missing or empty") && said.end == .exited(1), "\(said)")
        try run(customers: ["carl@one.example"], "--accept-missing-mail", "yes")
        try run(customers: ["dora@one.example"])
    }

    /// What a copy that was broken off leaves. The other files are still all that there is of the desk.
    @Test(arguments: [[], ["desk.db"], ["mail.db"]])
    func `an empty journal is refused, and what the other files hold stays`(missing: [String]) throws {
        try run(customers: ["anna@one.example"])
        try put([:], missing: missing)
        try put([:], missing: ["journal.db"])
        try Files.write([], to: hall.state + "/journal.db")
        let names = ["mail.db", "desk.db"].filter { !missing.contains($0) }
        let before = try copy(names)
        for _ in 1...2 {
            let said = try hall.zurufd("agent", "list", "--state", hall.state)
            #expect(said.end == .exited(1), "\(said)")
            #expect(said.errors.contains("journal.db is empty, but \(names.reversed().joined(separator: " and ")) "))
            #expect(said.errors.contains("restore the desk from a backup"))
            #expect(try copy(names)[names[0]] == before[names[0]])
        }
    }

    @Test(arguments: ["journal.db", "mail.db"]) func `half a file is refused with what to do`(name: String) throws {
        try run(customers: ["anna@one.example"])
        let bytes = try #require(try copy([name])[name])
        try put([name: Array(bytes[..<(bytes.count / 2)])])
        let said = try hall.zurufd("agent", "list", "--state", hall.state)
        #expect(said.end == .exited(1) && said.errors.contains("restore the desk from a backup"), "\(said)")
    }
}
