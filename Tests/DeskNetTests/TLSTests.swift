import DeskCrypto
import DeskNet
import Glibc
import Testing

@Suite struct `TLS` {
    @Test func `a client that trusts the authority connects, with TLS 1.3 and ALPN`() throws {
        let scene = try Scene()
        try scene.makeKey()
        let pair = try Pair.open(over: scene.server(), client: scene.client())
        #expect(pair.server.version == "TLSv1.3")
        #expect(pair.server.protocolName == "desk/1")
        #expect(pair.client.protocolName == "desk/1")
        try pair.client.sendAll("hello\n")
        #expect(try pair.server.hear(6) == "hello\n")
    }

    @Test func `a client with the right pin connects, regardless of the name`() throws {
        let scene = try Scene()
        let pin = try scene.makeKey()
        let pair = try Pair.open(
            over: scene.server(), client: TLSContext(trusting: .pin(pin)), host: "elsewhere.example")
        #expect(pair.client.peerPin == pin)
    }

    @Test func `a wrong pin, a wrong name and a wrong authority are rejected`() throws {
        let scene = try Scene()
        try scene.makeKey()
        let otherPin = try scene.makeKey("other")
        let wrongPin = try Pair(over: scene.server(), client: TLSContext(trusting: .pin(otherPin)))
        #expect(wrongPin.shake().client == .failed(.wrongPin))
        // X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT
        let wrongName = try Pair(over: scene.server(), client: scene.client(), host: "elsewhere.example")
        #expect(wrongName.shake().client == .failed(.untrusted(verdict: 62)))
        let wrongAddress = try Pair(over: scene.server(), client: scene.client(), host: "127.0.0.2")
        #expect(wrongAddress.shake().client == .failed(.untrusted(verdict: 64)))
        let wrongAuthority = try Pair(over: scene.server(), client: scene.client("other"))
        #expect(wrongAuthority.shake().client == .failed(.untrusted(verdict: 18)))
    }

    @Test func `a certificate can contain an address`() throws {
        let scene = try Scene()
        try scene.makeKey(for: ["desk.example", "127.0.0.1"])
        let pair = try Pair.open(over: scene.server(), client: scene.client(), host: "127.0.0.1")
        #expect(pair.client.isEncrypted)
    }

    @Test(arguments: [
        (["desk/1"], "desk/1"), ([], ""), (["http/1.1", "desk/1"], "desk/1"), (["desk/1", "h2"], "desk/1"),
    ])
    func `a client can offer desk/1 among other protocols, or none`(offer: [String], expected: String) throws {
        let scene = try Scene()
        try scene.makeKey()
        let pair = try Pair.open(over: scene.server(), client: scene.client(offering: offer))
        #expect(pair.server.protocolName == expected)
    }

    @Test(arguments: [["http/1.1"], ["h2", "http/1.1"], ["desk/2"], ["desk/10"], ["desk"]])
    func `a client that offers only other protocols gets no_application_protocol`(offer: [String]) throws {
        let scene = try Scene()
        try scene.makeKey()
        let ends = try Pair(over: scene.server(), client: scene.client(offering: offer)).shake()
        guard case .failed(.tls) = ends.server, case .failed(let failure) = ends.client else {
            Issue.record("not refused: \(ends)")
            return
        }
        #expect(failure.description == "tlsv1 alert no application protocol")
    }

    @Test func `plain text on the TLS port is rejected, and the next client is not affected`() throws {
        let scene = try Scene()
        try scene.makeKey()
        let server = try scene.server()
        let plain = try Pair(over: server, client: nil)
        try plain.client.sendAll("GET / HTTP/1.1\r\n\r\n")
        #expect(plain.server.wait(for: .read, milliseconds: 5000))
        guard case .failed(let failure) = plain.server.handshake() else {
            Issue.record("HTTP was taken for TLS")
            return
        }
        #expect(failure.description == "http request")
        let next = try Pair.open(over: server, client: scene.client())
        var buffer = [UInt8](repeating: 0, count: 10)
        #expect(next.server.receive(into: &buffer) == .wait)
    }

    @Test func `a server that answers in plain text is said not to speak TLS`() throws {
        let scene = try Scene()
        try scene.makeKey()
        let pair = try Pair(over: nil, client: scene.client())
        #expect(pair.client.handshake() == .wantsRead)
        try pair.server.sendAll("220 mail.example.org ESMTP\r\n")
        #expect(pair.client.wait(for: .read, milliseconds: 5000))
        guard case .failed(let failure) = pair.client.handshake() else {
            Issue.record("SMTP was taken for TLS")
            return
        }
        #expect(failure.description == "the other end does not speak TLS")
    }

    @Test func `closing during the handshake is reported as such`() throws {
        let scene = try Scene()
        try scene.makeKey()
        let pair = try Pair(over: scene.server(), client: nil)
        #expect(pair.server.handshake() == .wantsRead)
        pair.client.close()
        #expect(pair.server.wait(for: .read, milliseconds: 5000))
        #expect(pair.server.handshake() == .failed(.endedInHandshake))
    }

    @Test func `a new context uses the new certificate, and existing connections continue`() throws {
        let scene = try Scene()
        let oldPin = try scene.makeKey()
        var current = try scene.server()
        let old = try Pair.open(over: current, client: scene.client())
        let newPin = try scene.makeKey()
        current = try scene.server()
        let new = try Pair.open(over: current, client: scene.client())
        #expect(old.client.peerPin == oldPin)
        #expect(new.client.peerPin == newPin)
        for pair in [old, new] {
            try pair.server.sendAll("still here\n")
            #expect(try pair.client.hear(11) == "still here\n")
        }
    }

    @Test func `keys that do not match, are exposed, encrypted or missing are rejected`() throws {
        let scene = try Scene()
        try scene.makeKey()
        try scene.makeKey("other")
        func refusal(_ certificate: String, _ key: String) -> NetError? {
            do throws(NetError) {
                _ = try TLSContext(certificateFile: certificate, keyFile: key)
                return nil
            } catch { return error }
        }
        #expect(refusal(scene.certificate(), scene.key()) == nil)
        #expect(
            refusal(scene.certificate(), scene.key("other"))
                == .tls(doing: "use the key \(scene.key("other"))", reason: "it does not belong to the certificate"))
        #expect(
            refusal(scene.certificate(), "\(scene.path)/no")
                == .system(doing: "read the key \(scene.path)/no", errno: 2))
        #expect(refusal("\(scene.path)/no", scene.key()) != nil)
        #expect(refusal(scene.key(), scene.key()) != nil)
        let key = try Files.read(scene.key(), limit: 10_000)
        for mode: UInt32 in [0o640, 0o604, 0o620] {
            try Files.write(key, to: scene.key(), mode: mode)
            #expect(
                refusal(scene.certificate(), scene.key())
                    == .exposed("the key \(scene.key())", fix: "chmod 600 \(scene.key())"))
        }
        try Files.write(key, to: scene.key(), mode: 0o400)
        #expect(refusal(scene.certificate(), scene.key()) == nil)
    }

    @Test func `hasPending reports bytes that TLS has read from the socket`() throws {
        let scene = try Scene()
        try scene.makeKey()
        let pair = try Pair.open(over: scene.server(), client: scene.client())
        try pair.client.sendAll("0123456789")
        #expect(try pair.server.hear(4) == "0123")
        #expect(pair.server.hasPending)
        #expect(!pair.server.wait(for: .read, milliseconds: 0))
        #expect(try pair.server.hear(6) == "456789")
        #expect(!pair.server.hasPending)
    }

    @Test func `hasPending reports bytes that arrive with the last handshake message`() throws {
        let scene = try Scene()
        try scene.makeKey()
        let pair = try Pair(over: scene.server(), client: scene.client())
        #expect(pair.client.handshake() == .wantsRead)
        #expect(pair.server.wait(for: .read, milliseconds: 5000))
        #expect(pair.server.handshake() == .wantsRead)
        #expect(pair.client.wait(for: .read, milliseconds: 5000))
        #expect(pair.client.handshake() == .done)
        try pair.client.sendAll("early\n")
        #expect(pair.server.wait(for: .read, milliseconds: 5000))
        #expect(pair.server.handshake() == .done)
        #expect(pair.server.hasPending)
        #expect(!pair.server.wait(for: .read, milliseconds: 0))
        #expect(try pair.server.hear(6) == "early\n")
    }

    @Test func `an incomplete record is not pending`() throws {
        let scene = try Scene()
        try scene.makeKey()
        let pair = try Pair.open(over: scene.server(), client: scene.client())
        // The head of a record of 100 bytes, sent beside TLS.
        #expect(unsafe send(pair.client.descriptor, [0x17, 3, 3, 0, 100, 1, 2] as [UInt8], 7, 0) == 7)
        #expect(pair.server.wait(for: .read, milliseconds: 5000))
        var buffer = [UInt8](repeating: 0, count: 100)
        #expect(pair.server.receive(into: &buffer) == .wait)
        #expect(!pair.server.hasPending)
    }

    @Test func `one send accepts at most one record`() throws {
        let scene = try Scene()
        try scene.makeKey()
        let pair = try Pair.open(over: scene.server(), client: scene.client())
        let bytes = [UInt8](repeating: 65, count: 100_000)
        #expect(pair.server.send(bytes.span) == .moved(Connection.recordByteCount))
        #expect(pair.server.send([UInt8]().span) == .moved(0))
    }
}
