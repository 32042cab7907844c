import DeskCrypto
import DeskNet
import Testing

/// Other TLS clients. Those that are not installed are skipped; openssl(1) is part of OpenSSL.
@Suite struct `Peers of other makers` {
    private static let openssl = "/usr/bin/openssl"

    @Test func `openssl verifies the certificate for its names and as its own authority`() throws {
        let scene = try Scene()
        try scene.makeKey(for: ["desk.example", "*.desk.example", "127.0.0.1", "::1"])
        let text = try run("x509", "-in", scene.certificate(), "-noout", "-text")
        for expected in [
            "Public Key Algorithm: id-ecPublicKey", "NIST CURVE: P-256", "Signature Algorithm: ecdsa-with-SHA256",
            "Subject: CN = desk.example", "Version: 3", "CA:FALSE", "TLS Web Server Authentication",
            "DNS:desk.example, DNS:*.desk.example, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1",
        ] {
            #expect(text.contains(expected), "\(expected) is missing in \(text)")
        }
        for check in [
            ["-verify_hostname", "desk.example"], ["-verify_hostname", "a.desk.example"], ["-verify_ip", "127.0.0.1"],
            ["-verify_ip", "::1"], ["-purpose", "sslserver", "-x509_strict"],
        ] {
            let arguments = ["verify", "-CAfile", scene.certificate()] + check + [scene.certificate()]
            #expect(try run(arguments).hasSuffix(": OK\n"), "\(check)")
        }
        #expect(try run("pkey", "-in", scene.key(), "-noout", "-text").contains("NIST CURVE: P-256"))
        let days = try run("x509", "-in", scene.certificate(), "-noout", "-checkend", "172000")
        #expect(days == "Certificate will not expire\n")
        let soon = try ChildProcess(
            path: Self.openssl, arguments: ["x509", "-in", scene.certificate(), "-noout", "-checkend", "172900"],
            output: .null)
        #expect(soon.wait() == .exited(1))
    }

    @Test func `the pin is what openssl computes`() throws {
        let scene = try Scene()
        let pin = try scene.makeKey()
        // The recipe that everybody knows (RFC 7469, appendix A).
        let recipe = """
            openssl x509 -in "$0" -noout -pubkey | openssl pkey -pubin -outform DER |
                openssl dgst -sha256 -binary | openssl enc -base64
            """
        let child = try ChildProcess(
            path: "/bin/sh", arguments: ["-c", recipe, scene.certificate()], environment: ["PATH=/usr/bin:/bin"],
            input: .null)
        #expect(try child.hear() == pin + "\n")
        #expect(child.wait() == .exited(0))
    }

    @Test(arguments: [
        ([], true), (["-alpn", "desk/1"], true), (["-alpn", "http/1.1,desk/1"], true), (["-alpn", "http/1.1"], false),
        (["-alpn", "h2"], false), (["-tls1_2"], true), (["-tls1_1", "-cipher", "ALL@SECLEVEL=0"], false),
        (["-tls1_2", "-cipher", "AES128-SHA"], false), (["-curves", "P-256"], true), (["-curves", "P-384"], false),
    ])
    func `s_client connects with supported settings only`(options: [String], expected: Bool) throws {
        let scene = try Scene()
        try scene.makeKey()
        let listener = try Listener.tcp(host: "127.0.0.1", port: 0)
        let client = try ChildProcess(
            path: Self.openssl,
            arguments: ["s_client", "-quiet", "-connect", "127.0.0.1:\(try #require(listener.port))"]
                + ["-CAfile", scene.certificate(), "-verify_return_error", "-verify_hostname", "localhost"] + options,
            errors: .null)
        let server = try listener.next(over: scene.server()).0
        #expect(server.shake() == expected)
        if expected {
            try client.say("hello\n")
            #expect(try server.hear(6) == "hello\n")
            try server.sendAll("welcome\n")
            #expect(server.shutdown() == .moved(0))
        }
        server.close()
        client.closeInput()
        #expect(try client.hear() == (expected ? "welcome\n" : ""))
        #expect((client.wait() == .exited(0)) == expected)
    }

    @Test func `s_client cannot renegotiate and gets no ticket`() throws {
        let scene = try Scene()
        try scene.makeKey()
        let listener = try Listener.tcp(host: "127.0.0.1", port: 0)
        let client = try ChildProcess(
            path: Self.openssl,
            arguments: ["s_client", "-tls1_2", "-connect", "127.0.0.1:\(try #require(listener.port))"], errors: .null)
        let server = try listener.next(over: scene.server()).0
        #expect(server.shake())
        // s_client takes a line that begins with R as the wish for a new handshake; refused, it gives up.
        try client.say("R\n")
        let failure = #expect(throws: NetError.self) { try server.hear() }
        #expect(failure?.description == "no connection to peer: sslv3 alert handshake failure")
        server.close()
        client.closeInput()
        let heard = try client.hear()
        #expect(heard.contains("Verify return code: 18"))
        #expect(!heard.contains("TLS session ticket:"))
        _ = client.wait()
    }

    /// They end sending differently: ncat by FIN only, socat and gnutls-cli by close_notify.
    @Test(
        arguments: [
            ("/usr/bin/ncat", ["--ssl", "127.0.0.1", "PORT"]),
            ("/usr/bin/socat", ["-t5", "-", "OPENSSL:127.0.0.1:PORT,verify=0"]),
            ("/usr/bin/gnutls-cli", ["--insecure", "--logfile=/dev/null", "-p", "PORT", "127.0.0.1"]),
        ].filter { Files.exists($0.0) })
    func `a client that has ended sending still receives`(program: String, arguments: [String]) throws {
        let scene = try Scene()
        try scene.makeKey()
        let listener = try Listener.tcp(host: "127.0.0.1", port: 0)
        let port = String(try #require(listener.port))
        let client = try ChildProcess(
            path: program, arguments: arguments.map { $0.replacing("PORT", with: port) }, errors: .null)
        let server = try listener.next(over: scene.server()).0
        #expect(server.shake())
        try client.say("one\ntwo\n")
        client.closeInput()
        #expect(try server.hear() == "one\ntwo\n")
        try server.sendAll("late answer\n")
        #expect(server.shutdown() == .moved(0))
        server.close()
        #expect(try client.hear().hasSuffix("late answer\n"))
        _ = client.wait()
    }

    private func run(_ arguments: String...) throws -> String {
        try run(arguments)
    }

    private func run(_ arguments: [String]) throws -> String {
        let child = try ChildProcess(path: Self.openssl, arguments: arguments, input: .null)
        let heard = try child.hear()
        #expect(child.wait() == .exited(0), "openssl \(arguments)")
        return heard
    }
}

extension Connection {
    /// Completes the handshake with a peer in another process; returns whether it succeeded.
    func shake() -> Bool {
        do throws(NetError) {
            try completeHandshake(host: "peer", milliseconds: 5000)
            return true
        } catch {
            return false
        }
    }
}
