import DeskCrypto
import DeskMail
import DeskNet
import Glibc
import Testing

/// An SMTP server that follows a script, on the thread of the test: it serves until the worker has answered.
final class SMTPPeer {
    /// What the server does beyond accepting everything.
    struct Script {
        /// How a connection begins: plain, in TLS, or plain with STARTTLS.
        var protection = Delivery.Protection.none
        /// Whether EHLO offers STARTTLS.
        var offersTLS = true
        /// The reply to a line that begins so, instead of the usual one; "DATA." is the end of the mail, "" the
        /// greeting.
        var replies: [String: String] = [:]
        /// Where the server falls silent: as in `replies`.
        var silence: String?
    }

    let script: Script
    private(set) var heard: [String] = []
    private(set) var messages: [String] = []
    private(set) var connections = 0
    private let listener: Listener
    private let folder: String
    private let context: TLSContext
    /// The connection as it was accepted, and the one that speaks SMTP: after STARTTLS the first is only a pipe.
    private var outer: Connection?
    private var session: Connection?
    private var pump: Connection?
    private var isOpen = false
    private var input: [UInt8] = []
    private var mail: [UInt8]?

    init(_ script: Script = Script()) throws {
        self.script = script
        folder = try Files.makeTemporaryDirectory(prefix: "/tmp/desk-smtp-")
        let made = try SelfSigned(names: ["localhost", "127.0.0.1"], days: 2)
        try Files.write(made.certificate, to: "\(folder)/crt", mode: 0o644)
        try Files.write(made.key, to: "\(folder)/key")
        context = try TLSContext(certificateFile: "\(folder)/crt", keyFile: "\(folder)/key")
        listener = try Listener.tcp(host: "127.0.0.1", port: 0)
    }

    deinit {
        do { try Files.removeDirectory(folder) } catch { Issue.record("\(error)") }
    }

    var authorities: String { "\(folder)/crt" }
    var port: Int { Int(listener.port ?? 0) }

    func server(trusting authorities: String? = nil) -> Delivery.Server {
        Delivery.Server(
            host: "127.0.0.1", port: port, protection: script.protection, authorities: authorities ?? self.authorities,
            greeting: "desk.example", connectTime: 3000, totalTime: 1500, silence: 60)
    }

    /// Serves until the worker has said how its transfer ended.
    func outcome(of delivery: Delivery, from worker: WorkerProcess) throws -> DeliveryOutcome? {
        worker.send(WorkerRequest.send(delivery).frame())
        for _ in 0..<2000 {
            let ends = [outer, pump, session].compactMap { $0?.descriptor }
            var watched = ([worker.child.outputDescriptor, listener.descriptor] + ends).map {
                pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
            }
            _ = unsafe poll(&watched, UInt(watched.count), 5000)
            if watched[0].revents != 0 {
                guard case .delivered(let outcome)? = try worker.answer() else { return nil }
                return outcome
            }
            if watched[1].revents != 0 { accept() }
            try relay()
            try converse()
        }
        return nil
    }

    private func accept() {
        let tls = script.protection == .implicit ? context : nil
        guard case .accepted(let connection, _) = listener.accept(over: tls) else { return }
        connections += 1
        (outer, session, pump, isOpen, input, mail) = (connection, connection, nil, false, [], nil)
    }

    /// After STARTTLS: what came on the plain connection goes to the TLS end and back.
    private func relay() throws {
        guard let outer, let pump else { return }
        try move(outer, to: pump)
        try move(pump, to: outer)
    }

    private func move(_ source: Connection, to target: Connection) throws {
        var room = [UInt8](repeating: 0, count: 32 * 1024)
        while case .bytes(let count) = source.receive(into: &room) { send(Array(room[..<count]), on: target) }
    }

    private func converse() throws {
        guard let session else { return }
        if !isOpen {
            guard case .done = session.handshake() else { return }
            isOpen = true
            if pump == nil { reply(to: "", "220 mx.example ESMTP") }
        }
        var room = [UInt8](repeating: 0, count: 32 * 1024)
        receiving: while true {
            switch session.receive(into: &room) {
            case .bytes(let count): input += room[..<count]
            case .wait: break receiving
            case .ended, .failed:
                (outer, self.session, pump) = (nil, nil, nil)
                break receiving
            }
        }
        while let end = input.firstIndex(of: 0x0A) {
            let line = String(decoding: input[..<end].dropLast(), as: UTF8.self)
            input.removeSubrange(...end)
            try hear(line)
        }
    }

    private func hear(_ line: String) throws {
        if let text = mail {
            guard line == "." else {
                mail = text + line.utf8 + [0x0D, 0x0A]
                return
            }
            messages.append(String(decoding: text, as: UTF8.self))
            mail = nil
            return reply(to: "DATA.", "250 2.0.0 queued as 4711")
        }
        heard.append(line)
        if line.hasPrefix("EHLO") {
            let hasTLS = script.offersTLS && pump == nil && script.protection == .startTLS
            reply(to: line, hasTLS ? "250-mx.example\r\n250-STARTTLS\r\n250 SIZE" : "250-mx.example\r\n250 SIZE")
        } else if line == "STARTTLS" {
            reply(to: line, "220 go ahead")
            try begin()
        } else {
            if line == "DATA", !script.replies.keys.contains("DATA") { mail = [] }
            reply(to: line, line == "DATA" ? "354 go on" : line == "QUIT" ? "221 bye" : "250 2.1.0 ok")
        }
    }

    /// The session goes on in TLS, behind a listener of its own.
    private func begin() throws {
        let inner = try Listener.tcp(host: "127.0.0.1", port: 0)
        pump = try Connection.connect(host: "127.0.0.1", port: try #require(inner.port))
        guard case .accepted(let connection, _) = inner.accept(over: context) else { return }
        (session, isOpen) = (connection, false)
    }

    private func reply(to line: String, _ usual: String) {
        if let silence = script.silence, silence.isEmpty ? line.isEmpty : line.hasPrefix(silence) { return }
        let scripted = script.replies.first { !$0.key.isEmpty && line.hasPrefix($0.key) || $0.key == line }
        if let session { send(Array(((scripted?.value ?? usual) + "\r\n").utf8), on: session) }
    }

    private func send(_ bytes: [UInt8], on connection: Connection) {
        var at = 0
        while at < bytes.count, case .moved(let count) = connection.send(bytes.span.extracting(at..<bytes.count)) {
            at += count
        }
    }
}
