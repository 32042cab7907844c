import DeskNet
import DeskStore
import DeskTestSupport
import Testing

@testable import DeskServer

/// A server in this process, whose handshakes are over in no time or never.
@Suite struct HandshakeTests {
    private let yard: Yard
    private let opening: Opening
    private let switchboard: Switchboard

    private static let patience: Int64 = 100

    init() throws {
        yard = try Yard()
        try Pattern.copy(to: yard.path + "/state")
        let files = StateFiles(directory: yard.path + "/state")
        opening = try Opening(files, settings: Settings(), log: .silent) { _, _ in }
        switchboard = Switchboard(
            engine: opening.engine, archive: opening.archive, clock: opening.clock, settings: Settings(),
            passwordChecker: try PasswordChecker(),
            readingRoom: try ReadingRoom(files, projector: opening.archive.projector), log: .silent)
    }

    private func serve() throws -> (server: Server, port: UInt16, plain: UInt16) {
        var settings = Settings()
        settings.listen = [Settings.Endpoint(host: "127.0.0.1", port: 0)]
        settings.plainListen = settings.listen
        let state = yard.path + "/state"
        let server = Server(
            loop: yard.loop, switchboard: switchboard,
            tls: try TLSContext(certificateFile: state + "/certificate.pem", keyFile: state + "/key.pem"),
            settings: settings, log: .silent, handshakeMilliseconds: HandshakeTests.patience)
        try switchboard.watch(yard.loop)
        let ports = try server.listen()
        return (server, ports[0].port, ports[1].port)
    }

    /// Goes round until `isOver`; the server looks in the meantime, what it waits for included.
    private func turn(_ server: Server, until isOver: () -> Bool) throws {
        let latest = Clock.monotonic() + 60_000_000_000
        while !isOver() {
            try #require(Clock.monotonic() < latest, "what the test waits for does not come")
            yard.loop.after(milliseconds: 5) {}
            try server.goRound()
        }
    }

    /// What a stranger sends: nothing, half a record, or that and a byte now and then.
    @Test(arguments: [(0, false), (7, false), (7, true)])
    func `a handshake that does not come to its end is ended in time, and nobody else`(
        sent: Int, drips: Bool
    ) throws {
        let (server, port, plain) = try serve()
        // The beginning of a ClientHello (RFC 8446 section 4.1.2) of 512 bytes.
        let hello: [UInt8] = [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFC, 0x03, 0x03]
        let talker = try Connection.connect(host: "127.0.0.1", port: plain)
        let stranger = try Connection.connect(host: "127.0.0.1", port: port)
        #expect(stranger.send(hello.span.extracting(..<sent)) == .moved(sent) || sent == 0)
        try turn(server) { server.connectionCount == 2 }
        let began = Clock.monotonic()
        var rest = hello[sent...]
        try turn(server) {
            if drips, let byte = rest.popFirst() { _ = stranger.send([byte].span) }
            return server.connectionCount == 1
        }
        #expect(Clock.monotonic() - began >= (HandshakeTests.patience - 10) * 1_000_000)
        var buffer = [UInt8](repeating: 0, count: 1000)
        if case .bytes = stranger.receive(into: &buffer) { Issue.record("a stranger is told something") }
        // Who talks, with no handshake to do, stays: the greeting is there, and nothing else.
        guard case .bytes(let count) = talker.receive(into: &buffer) else {
            Issue.record("nobody is greeted")
            return
        }
        #expect(String(decoding: buffer[..<count], as: UTF8.self).hasPrefix("DESK/1 "))
        #expect(talker.receive(into: &buffer) == .wait)
        server.stopListening()
        server.closeConnections()
        switchboard.shut()
    }

    @Test func `a connection whose handshake is done outlives the time for it`() throws {
        let (server, port, _) = try serve()
        let tls = try TLSContext(trusting: .authorities(file: yard.path + "/state/certificate.pem"))
        let line = try Connection.connect(host: "127.0.0.1", port: port, over: tls)
        var isDone = false
        try turn(server) {
            if !isDone, case .done = line.handshake() { isDone = true }
            return isDone
        }
        let began = Clock.monotonic()
        try turn(server) { Clock.monotonic() - began > 2 * HandshakeTests.patience * 1_000_000 }
        #expect(server.connectionCount == 1)
        server.stopListening()
        server.closeConnections()
        switchboard.shut()
    }
}
