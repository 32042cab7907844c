import DeskMail
import DeskModel
import DeskNet
import DeskTestSupport
import Testing

@testable import DeskServer
@testable import DeskStore

@Suite struct CourierTests {
    private let yard: Yard
    private let desk = PlayedDesk()
    private let keeper: MailKeeper

    init() throws {
        yard = try Yard()
        keeper = MailKeeper(path: yard.files.mail, hashing: .system)
        desk.answer = { _ in .done(.done, 1) }
    }

    private static func entry(_ number: Int64, of ticket: Int64? = nil) -> EntryID {
        EntryID(TicketID(ticket ?? number), 1 + Int(number))
    }

    private static let customer = Address("kunde@example.com")
    private static let three = Recipients(
        to: [customer, Address("zwei@example.com")], cc: [Address("drei@example.com")])

    /// A mail that waits, composed already.
    private func queue(
        _ number: Int64, of ticket: Int64? = nil, isAutomatic: Bool = false, to: Recipients? = nil
    ) throws -> [UInt8] {
        let letter = Letter(
            to: to ?? Recipients(to: [CourierTests.customer]), from: Address("hilfe@desk.example"), text: "Ja.")
        let outgoing = Outgoing(
            sequence: number, at: desk.now, entry: CourierTests.entry(number, of: ticket), isAutomatic: isAutomatic,
            letter: letter)
        desk.outgoing.append(outgoing)
        let bytes = Array("Message-ID: <\(number)@desk.example>\r\n\r\n.Ja.\r\n".utf8)
        _ = try MailArchive(path: yard.files.mail, hashing: .system).write([.composed(outgoing, bytes)])
        return bytes
    }

    private func courier(_ change: (inout Settings) -> Void) throws -> Courier {
        var settings = Settings()
        settings.host = "desk.example"
        settings.pauses = [TimeSpan(milliseconds: 5), TimeSpan(milliseconds: 10)]
        change(&settings)
        return try Courier(
            desk, settings: settings, worker: Programs.path("zuruf-mail"), files: yard.files, keeper: keeper,
            signature: { _ in Array(repeating: 7, count: 32) }, loop: yard.loop, log: .silent)
    }

    private func carry(_ courier: Courier) throws {
        courier.wake()
        try yard.turn { desk.outgoing.isEmpty }
        courier.stop()
        keeper.stop()
    }

    @Test func `mails go into a folder, each a file named by its number`() throws {
        let first = try queue(7)
        let second = try queue(12, isAutomatic: true)
        try Files.makeDirectory(yard.path + "/out")
        try carry(try courier { $0.outgoing = yard.path + "/out" })
        #expect(
            desk.commands == [
                .sent(CourierTests.entry(7), to: [CourierTests.customer]),
                .sent(CourierTests.entry(12), to: [CourierTests.customer]),
            ])
        #expect(try Files.list(yard.path + "/out") == ["0000000007.eml", "0000000012.eml"])
        #expect(try Files.read(yard.path + "/out/0000000007.eml", limit: 1000) == first)
        #expect(try Files.read(yard.path + "/out/0000000012.eml", limit: 1000) == second)
    }

    @Test func `a person's answer names its sender to the mail server, an automatic one nobody`() throws {
        let office = try PlayedPostOffice(on: yard.loop)
        let first = try queue(1, of: 5)
        let second = try queue(2, of: 5, isAutomatic: true)
        try carry(try courier { $0.smarthost = Settings.Smarthost(endpoint: office.endpoint) })
        #expect(office.handed.map(\.sender) == ["hilfe@desk.example", ""])
        #expect(office.handed.map(\.recipient) == ["kunde@example.com", "kunde@example.com"])
        #expect(office.handed.map(\.text) == [first, second])
        #expect(
            desk.commands == [
                .sent(CourierTests.entry(1, of: 5), to: [CourierTests.customer]),
                .sent(CourierTests.entry(2, of: 5), to: [CourierTests.customer]),
            ])
    }

    @Test func `what is not taken now comes again, the same bytes, and others do not wait for it`() throws {
        let office = try PlayedPostOffice(
            on: yard.loop, answers: ["451 4.3.0 later", "250 2.0.0 ok", "", "250 2.0.0 ok"])
        let first = try queue(1, of: 5)
        let second = try queue(2, of: 5)
        try carry(try courier { $0.smarthost = Settings.Smarthost(endpoint: office.endpoint) })
        #expect(office.handed.map(\.text).filter { $0 == first }.count >= 2)
        #expect(office.handed[1].text == second)
        #expect(Set(desk.commands.map { "\($0)" }).count == 2)
        #expect(desk.commands.count == 2)
    }

    @Test func `an answer is handed over once for each recipient, the same bytes`() throws {
        let office = try PlayedPostOffice(on: yard.loop)
        let text = try queue(1, to: CourierTests.three)
        try carry(try courier { $0.smarthost = Settings.Smarthost(endpoint: office.endpoint) })
        #expect(office.handed.map(\.recipient) == CourierTests.three.all.map(\.description))
        #expect(office.handed.allSatisfy { $0.text == text })
        #expect(desk.commands == CourierTests.three.all.map { .sent(CourierTests.entry(1), to: [$0]) })
    }

    @Test func `one recipient is refused, one put off: only that one is tried again, behind nobody`() throws {
        let office = try PlayedPostOffice(
            on: yard.loop, answers: ["451 4.3.0 later", "550 5.1.1 nobody here", "250 2.0.0 ok"])
        _ = try queue(1, to: CourierTests.three)
        try carry(try courier { $0.smarthost = Settings.Smarthost(endpoint: office.endpoint) })
        #expect(
            office.handed.map(\.recipient) == CourierTests.three.all.map(\.description) + ["kunde@example.com"])
        guard case .failed(_, [Address("zwei@example.com")], _) = try #require(desk.commands.first) else {
            Issue.record("\(desk.commands)")
            return
        }
        #expect(
            desk.commands.dropFirst() == [
                .sent(CourierTests.entry(1), to: [Address("drei@example.com")]),
                .sent(CourierTests.entry(1), to: [CourierTests.customer]),
            ])
    }

    @Test func `recipients who are put off hold up neither the others nor other mails`() throws {
        let office = try PlayedPostOffice(
            on: yard.loop, answers: ["451 1", "451 2", "451 3", "250 ok", "250 ok"])
        let many = Recipients(to: (1...5).map { Address("a\($0)@example.com") })
        _ = try queue(1, to: many)
        try carry(try courier { $0.smarthost = Settings.Smarthost(endpoint: office.endpoint) })
        // A round ends with the third who is put off; the next begins with those who were not tried.
        #expect(office.handed.map { $0.recipient.prefix(2) } == ["a1", "a2", "a3", "a4", "a5", "a1", "a2", "a3"])
    }

    @Test func `in a folder an answer is one file, however many it goes to`() throws {
        let text = try queue(7, to: CourierTests.three)
        try Files.makeDirectory(yard.path + "/out")
        try carry(try courier { $0.outgoing = yard.path + "/out" })
        #expect(desk.commands == [.sent(CourierTests.entry(7), to: CourierTests.three.all)])
        #expect(try Files.list(yard.path + "/out") == ["0000000007.eml"])
        #expect(try Files.read(yard.path + "/out/0000000007.eml", limit: 1000) == text)
    }

    @Test func `a mail server that falls silent holds up one mail, and the next of its ticket, and no other`() throws {
        let office = try PlayedPostOffice(on: yard.loop)
        let first = try queue(1, of: 5)
        let next = try queue(2, of: 5)
        office.silences = 1
        let courier = try courier { $0.smarthost = Settings.Smarthost(endpoint: office.endpoint) }
        courier.wake()
        try yard.turn { office.silent.count == 1 }
        let began = Clock.monotonic()
        let others = try (11...30).map { try queue($0, isAutomatic: true) }
        courier.wake()
        try yard.turn { office.handed.count == 1 }
        let one = (Clock.monotonic() - began) / 1_000_000
        try yard.turn { desk.outgoing.count == 2 }
        let all = (Clock.monotonic() - began) / 1_000_000
        print("courier: with one silent connection another mail is out after \(one) ms, twenty after \(all) ms")
        #expect(Set(office.handed.map(\.text)) == Set(others))
        office.silent[0].close()
        try carry(courier)
        // It pauses, and the next one no longer has to wait for it.
        #expect(office.handed.suffix(2).map(\.text) == [next, first])
        #expect(
            desk.commands.suffix(2) == [
                .sent(CourierTests.entry(2, of: 5), to: [CourierTests.customer]),
                .sent(CourierTests.entry(1, of: 5), to: [CourierTests.customer]),
            ])
        #expect(desk.commands.count == 22)
    }

    @Test func `what is out is written down before anything else goes out`() throws {
        let office = try PlayedPostOffice(on: yard.loop)
        for number: Int64 in 1...6 { _ = try queue(number) }
        var isFull = true
        var refused = 0
        desk.answer = { _ in
            guard isFull else { return .done(.done, 1) }
            refused += 1
            return .refused(.storage(retry: 1))
        }
        let courier = try courier { $0.smarthost = Settings.Smarthost(endpoint: office.endpoint) }
        courier.wake()
        // Those that were underway when the first could not be written down, told twice; no other.
        try yard.turn { refused > office.handed.count && refused >= 2 }
        let out = Set(office.handed.map(\.text))
        #expect(out.count <= 4)
        isFull = false
        try carry(courier)
        #expect(office.handed.count == 6)
        #expect(Set(office.handed.map(\.text)).count == 6)
    }

    @Test func `what is refused for good has failed, with the server's words`() throws {
        let office = try PlayedPostOffice(on: yard.loop, answers: ["550 5.1.1 nobody here"])
        _ = try queue(1)
        try carry(try courier { $0.smarthost = Settings.Smarthost(endpoint: office.endpoint) })
        guard case .failed(CourierTests.entry(1), _, let text) = try #require(desk.commands.first) else {
            Issue.record("\(desk.commands)")
            return
        }
        #expect(text.contains("nobody here"))
        #expect(office.handed.count == 1)
    }

    @Test func `what is too old is given up after one more try`() throws {
        _ = try queue(1)
        desk.now = desk.now + .days(6)
        let gone = try Listener.tcp(host: "127.0.0.1", port: 0)
        let endpoint = Settings.Endpoint(host: "127.0.0.1", port: try #require(gone.port))
        withExtendedLifetime(gone) {}
        try carry(
            try courier {
                $0.smarthost = Settings.Smarthost(endpoint: endpoint)
                $0.smarthost.security = .tls
                $0.smarthost.authorities = yard.path + "/nothing"
            })
        guard case .failed(CourierTests.entry(1), _, _) = try #require(desk.commands.first) else {
            Issue.record("\(desk.commands)")
            return
        }
    }

    @Test func `nothing is carried while nothing can be written, and what is out is told until it is durable`() throws {
        _ = try queue(1)
        try Files.makeDirectory(yard.path + "/out")
        desk.isReadOnly = true
        var refusals = 1
        desk.answer = { _ in
            refusals -= 1
            return refusals >= 0 ? .refused(.storage(retry: 1)) : .done(.done, 1)
        }
        let courier = try courier { $0.outgoing = yard.path + "/out" }
        courier.wake()
        for _ in 0..<5 { try yard.loop.wait(milliseconds: 1) }
        #expect(try Files.list(yard.path + "/out").isEmpty)
        desk.isReadOnly = false
        try carry(courier)
        #expect(
            desk.commands == [
                .sent(CourierTests.entry(1), to: [CourierTests.customer]),
                .sent(CourierTests.entry(1), to: [CourierTests.customer]),
            ])
        #expect(try Files.list(yard.path + "/out").count == 1)
    }
}

@Suite struct CompositionTests {
    @Test func `an answer is made of its letter, its ticket and the mail that it answers`() throws {
        let customer = Address("karl@example.com")
        let entry = EntryID(TicketID(42), 1)
        let mail = Mail(
            entry: entry, customer: CustomerID(1), customerName: customer, sender: customer, senderName: "Karl",
            subject: "AW: [Ticket#20261124-00042-4] Ton fehlt", messageID: "b@x",
            references: ["a@x"], raw: .zero, content: .zero, body: [])
        let number = TicketNumber(day: 20_261_124, counter: 42)
        let ticket = Ticket(
            id: entry.ticket, number: number, mail: mail, queue: .inbox, at: Moment(milliseconds: 0), sequence: 1)
        let outgoing = Outgoing(
            sequence: 9, at: Moment(milliseconds: 1_800_000_000_500), entry: EntryID(TicketID(42), 2),
            isAutomatic: false, letter: Letter(to: Recipients(to: [customer]), text: "Ja.", answers: 1))
        let made = Composition(ticket: ticket, answered: mail).mail(
            for: outgoing, from: Address("hilfe@desk.example"), host: "desk.example", unstamped: 8
        ) { _ in Array(repeating: 0, count: 32) }
        #expect(made.kind == .answer)
        #expect(made.to == [MailAddress(name: "Karl", address: "karl@example.com")] && made.cc.isEmpty)
        #expect(made.subject == "Re: [Ticket#\(number)] Ton fehlt")
        #expect(made.date == 1_800_000_000)
        #expect(made.messageID == "t42.e2.m1800000000500.aaaaaaaaaaaaaaaa@desk.example")
        #expect(made.inReplyTo == "b@x")
        #expect(made.references == ["a@x", "b@x"])
        let old = Composition(ticket: ticket, answered: mail).mail(
            for: outgoing, from: Address("hilfe@desk.example"), host: "desk.example", unstamped: 9
        ) { _ in Array(repeating: 0, count: 32) }
        #expect(old.messageID == "t42.e2.aaaaaaaaaaaaaaaa@desk.example")
    }
}
