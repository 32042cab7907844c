import DeskModel
import DeskNet
import DeskTestSupport
import Testing

@testable import DeskStore

/// A desk of the real programs at two moments: the old one, at which it was backed up, and the new one, at which it was
/// killed. In between three customers wrote and were answered.
final class TwoTimes {
    /// One of the two moments.
    enum Moment: String {
        case old, new
    }

    /// What a command said and how it ended.
    struct Said {
        let said: String
        let end: ChildProcess.End
    }

    let folder: String
    private var epoch = ""
    private var lastTicket: Int64 = 0
    private var numbers: Set<String> = []
    private var messageIDs: Set<String> = []
    private var customers = 0
    var state: String { folder + "/state" }
    var backup: String { folder + "/backup" }
    var lost: String { folder + "/lost" }
    var elsewhere: String { folder + "/elsewhere" }
    private var outgoing: String { folder + "/outgoing" }
    private var plan: String { folder + "/faults" }

    init() throws {
        folder = try Files.makeTemporaryDirectory(prefix: "/tmp/zuruf-two-times-")
        try Pattern.copy(to: state)
        try serve(["anna@old.example", "bert@old.example"], isKilled: false)
        try copy(state, to: "\(folder)/old")
        try serve(["carl@lost.example", "dora@lost.example", "emil@lost.example"], isKilled: true)
        try copy(state, to: "\(folder)/new")
        epoch = try readEpoch()
        lastTicket = 5
    }

    deinit {
        try? Files.removeDirectory(folder)
    }

    /// Runs `zurufd` for the desk in `state`; `killedAt`: it dies in that call of those that change files.
    func zurufd(_ words: String..., killedAt place: Int? = nil, state: String? = nil) throws -> Said {
        try zurufd(words, killedAt: place, state: state)
    }

    func zurufd(_ words: [String], killedAt place: Int? = nil, state: String? = nil) throws -> Said {
        try Files.write(Array((place.map { "* kill \($0)" } ?? "").utf8), to: plan)
        let process = try start(words + ["--state", state ?? self.state])
        let said = try Programs.read(process)
        return Said(said: said, end: process.wait())
    }

    private func start(_ words: [String]) throws -> ChildProcess {
        try ChildProcess(
            path: "/bin/sh",
            arguments: [
                "-c", "exec env \"$@\" 2>&1", "sh", "LD_PRELOAD=" + Programs.path("libzuruf-faults.so"),
                "ZURUF_FAULTS=" + plan, Programs.path("zurufd"),
            ] + words, environment: ["PATH=/usr/bin:/bin"], input: .null, output: .pipe, errors: .null)
    }

    /// Serves until each of these customers, who write now, has the automatic reply.
    private func serve(_ senders: [String], isKilled: Bool) throws {
        try Files.write([], to: plan)
        if Files.exists(outgoing) { try Files.removeDirectory(outgoing) }
        try Files.makeDirectory(outgoing)
        let server = try start([
            "serve", "--state", state, "--listen", "127.0.0.1:0", "--outgoing", outgoing, "--host", "desk.example",
        ])
        _ = try Programs.read(server) { $0.contains("for=agents") }
        for sender in senders {
            let message =
                "From: \(sender)\nTo: hotline@desk.example\nSubject: Ton von \(sender)\n\nKein Ton bei \(sender).\n"
            let said = try Programs.run(
                "zurufd", ["deliver", "--state", state, "--from", sender, "hotline@desk.example"],
                input: Array(message.utf8))
            try #require(said.end == .exited(0), "\(said)")
            let number = said.said.split(whereSeparator: { $0 == " " || $0 == "\n" }).last.map(String.init) ?? ""
            #expect(numbers.insert(number).inserted, "\(number) is given out twice")
        }
        _ = try Programs.read(server) { _ in (try? letters().count) == senders.count }
        if isKilled { server.kill() } else { server.send(.terminate) }
        _ = try Programs.read(server)
        _ = server.wait()
        let sent = try letters()
        #expect(Set(sent.map(\.to)) == Set(senders))
        for letter in sent {
            #expect(messageIDs.insert(letter.messageID).inserted, "\(letter.messageID) is given out twice")
            #expect(letter.text.contains("Ton von \(letter.to)"), "\(letter.text)")
        }
    }

    private func letters() throws -> [(to: String, messageID: String, text: String)] {
        try Files.list(outgoing).filter { $0.hasSuffix(".eml") }.map { name in
            let text = String(decoding: try Files.read("\(outgoing)/\(name)", limit: 1 << 20), as: UTF8.self)
            var (to, messageID) = ("", "")
            for line in text.split(separator: "\r\n") {
                if line.hasPrefix("To: ") { to = String(line.dropFirst(4)) }
                if line.lowercased().hasPrefix("message-id: ") { messageID = String(line.dropFirst(12)) }
            }
            return (to, messageID, text)
        }
    }

    private func copy(_ source: String, to target: String) throws {
        try Files.makeDirectory(target, mode: 0o700)
        for name in try Files.list(source) where !name.hasSuffix(".sock") && name != "lock" && !name.hasSuffix("-shm") {
            try Files.write(try Files.read("\(source)/\(name)", limit: 1 << 26), to: "\(target)/\(name)")
        }
    }
}

// Where a round begins.
extension TwoTimes {
    /// No desk is there.
    func clear() throws {
        if Files.exists(state) { try Files.removeDirectory(state) }
    }

    /// The files as they were at one of the moments, `missing` ones but for.
    func putBack(journal: Moment, others: Moment = .new, missing: [String] = []) throws {
        try clear()
        try copy("\(folder)/\(others.rawValue)", to: state)
        if journal != others {
            for rest in ["", "-wal"] { try Files.remove("\(state)/journal.db\(rest)") }
            for rest in ["", "-wal"] {
                let file = "\(folder)/\(journal.rawValue)/journal.db\(rest)"
                guard Files.exists(file) else { continue }
                try Files.write(try Files.read(file, limit: 1 << 26), to: "\(state)/journal.db\(rest)")
            }
        }
        for name in missing { Database.remove("\(state)/\(name)") }
    }

    /// Makes a backup of the old moment.
    func makeBackup() throws {
        try putBack(journal: .old, others: .old)
        let said = try zurufd("backup", backup)
        try #require(said.end == .exited(0), "\(said)")
    }

    /// The desk of the new moment, moved away.
    func putLostAside() throws {
        if !Files.exists(lost) { try copy("\(folder)/new", to: lost) }
    }

    /// Removes what a restore to another place has made.
    func removeElsewhere() throws {
        if Files.exists(elsewhere) { try Files.removeDirectory(elsewhere) }
    }
}

// What must be true after it.
extension TwoTimes {
    /// Whether there is nothing of a desk.
    var isEmpty: Bool {
        get throws { try !Files.exists(state) || Files.list(state).allSatisfy { $0 == "lock" } }
    }

    /// Messages of the lost time that are in folders of their own now.
    func setAside() throws -> Int {
        let folders = try Files.list(state).filter { $0.hasPrefix("lost-") }
        return Set(try folders.flatMap { try Files.list("\(state)/\($0)").filter { $0.hasSuffix(".eml") } }).count
    }

    func expectOpens() throws {
        let said = try zurufd("agent", "list")
        #expect(said.end == .exited(0) && said.said.contains("mustermann"), "\(said)")
    }

    func expectVerified() throws {
        try JournalReader(path: state + "/journal.db").verify()
    }

    /// The log has another name, and goes on after every number that was given out.
    func expectNothingTwice() throws {
        try expectVerified()
        #expect(try readEpoch() != epoch)
        let image = try DeskReader(StateFiles(directory: state)).image()
        #expect(image.lastTicket >= lastTicket && image.lastCustomer >= lastTicket)
        #expect(image.lastNumber.map { Int64($0.counter) } ?? 0 >= lastTicket)
    }

    /// What two customers who write now get is new, and theirs.
    func expectNewCustomersHearTheirOwn() throws {
        let before = (numbers, messageIDs)
        try serve(["fritz@new.example", "gerd@new.example"], isKilled: false)
        (numbers, messageIDs) = before
    }

    private func readEpoch() throws -> String {
        try Database(path: state + "/journal.db", .readOnly).prepare("SELECT epoch FROM log").first { $0.text(0) } ?? ""
    }
}
