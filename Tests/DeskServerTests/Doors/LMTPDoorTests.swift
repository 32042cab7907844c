import DeskNet
import Testing

@testable import DeskServer

@Suite struct LMTPDoorTests {
    private let yard: Yard
    private let taken = Taken()
    private let door: LMTPDoor

    /// What was handed in, and what waits for an answer.
    private final class Taken {
        var mails: [Delivered] = []
        var waiting: [(IntakeAnswer) -> Void] = []
    }

    init() throws {
        yard = try Yard()
        var settings = Settings()
        settings.host = "desk.example"
        settings.mailMost = 1_000_000
        door = LMTPDoor(settings: settings, loop: yard.loop, log: .silent) { [taken] mail, answer in
            taken.mails.append(mail)
            taken.waiting.append(answer)
        }
        try door.open(try Listener.unix(path: yard.path + "/lmtp.sock", mode: 0o600), name: "lmtp.sock")
    }

    private func connect() throws -> Connection {
        try Connection.connect(unixPath: yard.path + "/lmtp.sock")
    }

    private static let mail =
        "LHLO mta\r\nMAIL FROM:<kunde@example.com>\r\nRCPT TO:<a@desk.example>\r\nRCPT TO:<b@desk.example>\r\nDATA\r\n"

    private func say(_ text: String, to connection: Connection) throws {
        let bytes = Array(text.utf8)
        var sent = 0
        try yard.turn {
            if case .moved(let count) = connection.send(bytes.span.extracting(sent..<bytes.count)) { sent += count }
            return sent == bytes.count
        }
    }

    /// Goes round until so many lines have come, or the end.
    private func hear(_ count: Int, from connection: Connection) throws -> [String] {
        var heard: [UInt8] = []
        var room = [UInt8](repeating: 0, count: 64 * 1024)
        var hasEnded = false
        try yard.turn {
            switch connection.receive(into: &room) {
            case .bytes(let count): heard += room[..<count]
            case .wait: break
            case .ended, .failed: hasEnded = true
            }
            return hasEnded || heard.count { $0 == 0x0A } >= count
        }
        return String(decoding: heard, as: UTF8.self).split(separator: "\r\n").map(String.init)
    }

    @Test func `all of a mail said at once, and nothing more to come, is still answered`() throws {
        let connection = try connect()
        try say(LMTPDoorTests.mail + "Subject: x\r\n\r\ny\r\n.\r\n", to: connection)
        _ = connection.shutdown()
        try yard.turn { taken.waiting.count == 1 }
        #expect(taken.mails.first?.recipients == ["a@desk.example", "b@desk.example"])
        taken.waiting[0](.taken(ticket: "20261124-00042-4"))
        let heard = try hear(1000, from: connection)
        #expect(heard.suffix(2) == ["250 2.0.0 ticket 20261124-00042-4", "250 2.0.0 ticket 20261124-00042-4"])
    }

    /// More than a small message by more than is received at once, and by less than a socket holds.
    private static let large = String(repeating: "x", count: Delivered.smallBytes + (80 << 10))

    @Test func `large messages beyond four wait for room, small ones for nothing`() throws {
        let connections = try (0..<6).map { _ in try connect() }
        for connection in connections {
            try say(LMTPDoorTests.mail + LMTPDoorTests.large + "\r\n.\r\n", to: connection)
        }
        try yard.turn { taken.mails.count == 4 }
        let small = try connect()
        try say(LMTPDoorTests.mail + "klein\r\n.\r\n", to: small)
        try yard.turn { taken.mails.count == 5 }
        #expect(taken.mails[4].bytes == Array("klein\r\n".utf8))
        taken.waiting[0](.later("not now"))
        try yard.turn { taken.mails.count == 6 }
        taken.waiting[1](.taken(ticket: "20261124-00042-4"))
        try yard.turn { taken.mails.count == 7 }
        #expect(taken.mails[6].bytes == Array((LMTPDoorTests.large + "\r\n").utf8))
    }

    @Test func `a large message that waits for room gives its place up when its sender leaves`() throws {
        let connections = try (0..<6).map { _ in try connect() }
        for connection in connections { try say(LMTPDoorTests.mail + LMTPDoorTests.large, to: connection) }
        for _ in 0..<3 { try yard.loop.wait(milliseconds: 1) }
        for connection in connections[..<5] { connection.close() }
        try say("\r\n.\r\n", to: connections[5])
        try yard.turn { taken.mails.count == 1 }
    }

    @Test func `who leaves while his mail is taken in keeps its room until it is, and harms nobody`() throws {
        let connection = try connect()
        try say(LMTPDoorTests.mail + "x\r\n.\r\n", to: connection)
        try yard.turn { taken.waiting.count == 1 }
        connection.close()
        for _ in 0..<3 { try yard.loop.wait(milliseconds: 1) }
        taken.waiting[0](.taken(ticket: "20261124-00042-4"))
        let next = try connect()
        try say(LMTPDoorTests.mail + "x\r\n.\r\n", to: next)
        try yard.turn { taken.waiting.count == 2 }
    }

    @Test func `who asks without reading the answers is not listened to for ever`() throws {
        let connection = try connect()
        let flood = Array(String(repeating: "NOOP\r\n", count: 10_000).utf8)
        var sent = 0
        var idle = 0
        while idle < 50, sent < 100_000_000 {
            if case .moved(let count) = connection.send(flood.span) {
                sent += count
                idle = 0
            } else {
                idle += 1
            }
            try yard.loop.wait(milliseconds: 0)
        }
        #expect(sent < 10_000_000, "\(sent) bytes were taken of somebody who reads nothing")
    }

    @Test func `at most so many are inside, the others wait outside`() throws {
        let inside = try (0..<20).map { _ in try connect() }
        for connection in inside { #expect(try hear(1, from: connection) == ["220 desk.example LMTP"]) }
        let outside = try connect()
        for _ in 0..<5 { try yard.loop.wait(milliseconds: 1) }
        var room = [UInt8](repeating: 0, count: 100)
        #expect(outside.receive(into: &room) == .wait)
        inside[3].close()
        #expect(try hear(1, from: outside) == ["220 desk.example LMTP"])
    }
}
