import DeskMail
import DeskModel
import DeskNet
import DeskStore
import DeskTestSupport
import Testing

@testable import DeskServer

@Suite struct IntakeTests {
    private let yard: Yard
    private let desk = PlayedDesk()
    private let keeper: MailKeeper

    init() throws {
        yard = try Yard()
        keeper = MailKeeper(path: yard.files.mail, hashing: .system)
    }

    private static let mail = Delivered(
        sender: "kunde@example.com", recipients: ["hilfe@desk.example"],
        bytes: Array("From: Karl <kunde@example.com>\r\nSubject: Ton fehlt\r\n\r\nKein Ton.\r\n".utf8))

    private func intake(_ worker: String, patience: Int64 = 10_000, keeper other: MailKeeper? = nil) throws -> Intake {
        try Intake(
            desk, keeper: other ?? keeper,
            workers: ReadingWorkers(
                path: worker, loop: yard.loop, log: .silent,
                quickly: MailWorker.TimeLimit(milliseconds: patience),
                slowly: MailWorker.TimeLimit(milliseconds: patience)),
            signature: { _ in Array(repeating: 7, count: 32) }, mailMost: 100_000, loop: yard.loop, log: .silent)
    }

    private func arrivals() -> [Arrival] {
        desk.commands.compactMap { if case .arrive(let arrival) = $0 { arrival } else { nil } }
    }

    /// Hands a mail in and waits for the answer.
    private func take(_ intake: Intake, _ mail: Delivered = IntakeTests.mail) throws -> IntakeAnswer? {
        var answer: IntakeAnswer?
        intake.take(mail) { answer = $0 }
        try yard.turn { answer != nil }
        return answer
    }

    /// Not of `self`: what the desk holds must not hold the desk.
    private static func taken(_ command: Command) -> Answer {
        .done(.arrived(EntryID(TicketID(1), 1), number: TicketNumber(day: 20_261_124, counter: 1)), 9)
    }

    @Test func `a mail is durable before it is decided, and decided before anybody is told`() throws {
        defer { keeper.stop() }
        let intake = try intake(Programs.path("zuruf-mail"))
        var answer: IntakeAnswer?
        intake.take(IntakeTests.mail) { answer = $0 }
        try yard.turn { !desk.commands.isEmpty }
        let arrival = try #require(arrivals().first)
        #expect(arrival.subject == "Ton fehlt")
        #expect(arrival.envelopeSender == Address("kunde@example.com"))
        #expect(try MailReader(path: yard.files.mail).raw(arrival.raw) == .intact(IntakeTests.mail.bytes))
        #expect(answer == nil)
        let submission = try #require(desk.open.first)
        submission.then(IntakeTests.taken(submission.command))
        #expect(answer == .taken(ticket: "20261124-00001-6"))
        intake.stop()
    }

    @Test func `a worker that dies is replaced, and the mail read by the next one`() throws {
        defer { keeper.stop() }
        desk.answer = IntakeTests.taken
        let flaky = try yard.program(
            "flaky",
            "[ -e \(yard.path)/died ] || { : >\(yard.path)/died; kill -9 $$; }; exec \(Programs.path("zuruf-mail")) $1")
        #expect(try take(intake(flaky)) == .taken(ticket: "20261124-00001-6"))
        #expect(arrivals().map(\.isUnreadable) == [false])
        #expect(Files.exists(yard.path + "/died"))
    }

    @Test func `a mail on which the worker dies twice becomes visible`() throws {
        defer { keeper.stop() }
        desk.answer = IntakeTests.taken
        let dying = try yard.program("dying", "echo x >>\(yard.path)/starts; kill -SEGV $$")
        #expect(try take(intake(dying)) == .taken(ticket: "20261124-00001-6"))
        #expect(arrivals().map(\.isUnreadable) == [true])
        #expect(arrivals().first?.from == Address("kunde@example.com"))
        #expect(try Files.read(yard.path + "/starts", limit: 100) == Array("x\nx\n".utf8))
    }

    @Test func `a worker that dies while nobody asks costs nothing`() throws {
        defer { keeper.stop() }
        desk.answer = IntakeTests.taken
        let worker = try yard.program(
            "mortal", "echo $$ >>\(yard.path)/pids; exec \(Programs.path("zuruf-mail")) $1")
        let intake = try intake(worker)
        #expect(try take(intake) == .taken(ticket: "20261124-00001-6"))
        func pids() throws -> [String] {
            String(decoding: try Files.read(yard.path + "/pids", limit: 100), as: UTF8.self).split(separator: "\n").map(
                String.init)
        }
        let first = try #require(pids().first)
        _ = try ChildProcess(path: "/bin/sh", arguments: ["-c", "kill -9 \(first)"]).wait()
        try yard.turn { !Files.exists("/proc/\(first)") }
        #expect(try take(intake) == .taken(ticket: "20261124-00001-6"))
        #expect(arrivals().map(\.isUnreadable) == [false, false])
        #expect(try pids().count == 2)
    }

    @Test func `a worker that hangs is killed, and meanwhile the loop goes round`() throws {
        defer { keeper.stop() }
        desk.answer = IntakeTests.taken
        let hanging = try yard.program("hanging", "echo $$ >>\(yard.path)/pids; exec sleep 1000")
        let intake = try intake(hanging, patience: 150)
        var longest: Int64 = 0
        var answer: IntakeAnswer?
        intake.take(IntakeTests.mail) { answer = $0 }
        var before = Clock.monotonic()
        try yard.turn {
            longest = max(longest, Clock.monotonic() - before)
            before = Clock.monotonic()
            return answer != nil
        }
        #expect(answer == .taken(ticket: "20261124-00001-6"))
        #expect(arrivals().map(\.isUnreadable) == [true])
        #expect(longest < 140_000_000, "one round took \(longest / 1_000_000) ms")
        let pids = String(decoding: try Files.read(yard.path + "/pids", limit: 100), as: UTF8.self).split(
            separator: "\n")
        #expect(pids.count == 2)
        try yard.turn { pids.allSatisfy { !Files.exists("/proc/\($0)") } }
    }

    @Test(arguments: ["head -c 4 >/dev/null; printf '\\000\\000\\000\\002\\001\\377'", "printf '\\377\\377\\377\\377'"])
    func `a worker that talks nonsense is not believed`(lines: String) throws {
        defer { keeper.stop() }
        desk.answer = IntakeTests.taken
        #expect(try take(intake(yard.program("mad", lines))) == .taken(ticket: "20261124-00001-6"))
        #expect(arrivals().map(\.isUnreadable) == [true])
    }

    @Test func `without a worker, without a disk, without a turn a mail is sent away until later`() throws {
        defer { keeper.stop() }
        #expect(try take(intake(yard.path + "/nothing")) == .later("the mail cannot be read at the moment"))
        #expect(desk.commands.isEmpty)
        let nowhere = MailKeeper(path: yard.path + "/nowhere/mail.db", hashing: .system)
        defer { nowhere.stop() }
        #expect(
            try take(intake(Programs.path("zuruf-mail"), keeper: nowhere))
                == .later("the mail cannot be kept at the moment"))
        #expect(desk.commands.isEmpty)
        desk.answer = { _ in .refused(.storage(retry: 1)) }
        #expect(
            try take(intake(Programs.path("zuruf-mail"))) == .later("the desk cannot write at the moment, try again"))
    }

    @Test func `a mail over the limit is refused before anything is kept`() throws {
        defer { keeper.stop() }
        var mail = IntakeTests.mail
        mail.bytes += Array(repeating: 0x20, count: 100_000)
        #expect(try take(intake(Programs.path("zuruf-mail")), mail) == .tooLarge(most: 100_000))
        #expect(!Files.exists(yard.files.mail))
    }

    @Test func `a mail that had come before is said to be here`() throws {
        defer { keeper.stop() }
        desk.answer = { _ in .done(.arrived(nil, number: nil), nil) }
        #expect(try take(intake(Programs.path("zuruf-mail"))) == .dropped)
    }
}
