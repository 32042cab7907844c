import DeskCrypto
import DeskNet
import DeskTestSupport
import Glibc
import Testing

@testable import DeskServer

/// What a server refuses to start with: always one sentence that says what to do, and exit 1.
@Suite struct StartTests {
    /// Options of `serve` besides the state directory; `@` stands for the folder of the test.
    static let refusals: [([String], String)] = [
        ([], "it is not said how mail goes out: set smarthost or outgoing"),
        (
            ["--outgoing", "@/mail", "--smarthost", "127.0.0.1:25"],
            "smarthost and outgoing are both set: mail goes out one way"
        ),
        (
            ["--smarthost", "192.0.2.1:25"],
            "smarthost 192.0.2.1:25 is on another machine: set smarthost-security to tls, starttls or none"
        ),
        (
            ["--smarthost", "127.0.0.1:25", "--smarthost-user", "a", "--smarthost-password", "@/open"],
            "the smarthost-password file @/open is accessible to others than its owner: chmod 600 @/open"
        ),
        (
            ["--smarthost", "127.0.0.1:25", "--smarthost-user", "a", "--smarthost-password", "@/empty"],
            "the smarthost-password file @/empty has no text in its first line"
        ),
        (
            ["--smarthost", "127.0.0.1:25", "--smarthost-user", "a", "--smarthost-password", "@/latin"],
            "the smarthost-password file @/latin is not UTF-8 text"
        ),
        (
            ["--smarthost", "127.0.0.1:25", "--smarthost-user", "a", "--smarthost-password", "@/nul"],
            "the smarthost-password file @/nul has a byte order mark or control characters in its first line"
        ),
        (["--outgoing", "@/open"], "outgoing @/open is not a directory"),
        (
            ["--smarthost", "127.0.0.1:25", "--smarthost-user", "a", "--smarthost-password", "@/fifo"],
            "cannot read the smarthost-password file @/fifo: it is a FIFO, socket or device, not a file"
        ),
        (
            ["--smarthost", "127.0.0.1:25", "--smarthost-authorities", "@/none"],
            "cannot read the authorities @/none: No such file or directory"
        ),
        (
            ["--smarthost", "127.0.0.1:25", "--smarthost-authorities", "@/open"],
            "cannot use the authorities @/open: it holds no certificate in PEM"
        ),
        (
            ["--outgoing", "@/mail", "--key", "@/fifo"],
            "cannot read the key @/fifo: it is a FIFO, socket or device, not a file"
        ),
        (
            ["--outgoing", "@/mail", "--certificate", "@/fifo"],
            "cannot read the certificate @/fifo: it is a FIFO, socket or device, not a file"
        ),
        (
            ["--outgoing", "@/mail", "--certificate", "@"],
            "cannot read the certificate @: it is a directory, not a file"
        ),
        (
            ["--outgoing", "@/mail", "--certificate", "@/none"],
            "cannot read the certificate @/none: No such file or directory"
        ),
        (
            ["--outgoing", "@/mail", "--certificate", "@/open"],
            "cannot use the certificate @/open: it holds no certificate in PEM"
        ),
        (
            ["--outgoing", "@/mail", "--key", "@/empty"],
            "cannot use the key @/empty: it holds no private key in PEM, or one that is encrypted"
        ),
        (
            ["--outgoing", "@/mail", "--key", "@/open"],
            "the key @/open is accessible to others than its owner: chmod 600 @/open"
        ),
        (["--outgoing", "@/mail", "--config", "@/fifo"], "cannot read the configuration @/fifo: it is a FIFO"),
        (["--outgoing", "@/mail", "--worker", "/bin/true"], "the mail worker /bin/true does not work: "),
        (["--outgoing", "@/mail", "--worker", "/bin/cat"], "the mail worker /bin/cat does not work: "),
        (["--outgoing", "@/mail", "--worker", "@"], "the mail worker @ does not work: cannot start @"),
        (["--outgoing", "@/mail", "--listen", "192.0.2.1:1"], "cannot listen on 192.0.2.1:1: "),
        (["--outgoing", "@/mail", "--listen", "[2001:db8::7]:1"], "cannot listen on [2001:db8::7]:1: "),
        (["--outgoing", "@/mail", "--listen", "nobody.invalid:1"], "cannot find nobody.invalid:1: "),
    ]

    @Test(arguments: refusals) func `what is wrong at the start is told in one sentence`(
        options: [String], sentence: String
    ) throws {
        let hall = try Hall()
        try prepare(hall)
        let words = options.map { $0.replacing("@", with: hall.yard.path) }
        let said = try hall.zurufd(["serve", "--state", hall.state, "--listen", "127.0.0.1:0"] + words, input: [])
        #expect(said.end == .exited(1), "\(said)")
        #expect(said.sentence?.hasPrefix(sentence.replacing("@", with: hall.yard.path)) == true, "\(said)")
    }

    private func prepare(_ hall: Hall) throws {
        try Files.write(Array("geheim\n".utf8), to: hall.yard.path + "/open", mode: 0o644)
        try Files.write(Array("\n".utf8), to: hall.yard.path + "/empty")
        try Files.write([0xFC, 0x0A], to: hall.yard.path + "/latin")
        try Files.write(Array("a\0b\n".utf8), to: hall.yard.path + "/nul")
        #expect(unsafe mkfifo(hall.yard.path + "/fifo", 0o600) == 0)
    }

    /// SQLite waits for a FIFO, and opens what it may not write for reading.
    @Test(arguments: ["journal.db", "mail.db", "desk.db"])
    func `a file of the desk that is none, or may not be written, is refused at once`(name: String) throws {
        let hall = try Hall()
        let path = "\(hall.state)/\(name)"
        if geteuid() != 0, name != "desk.db" {
            #expect(unsafe chmod(path, 0o400) == 0)
            let said = try hall.zurufd(["serve", "--state", hall.state] + Programs.sendsNothing, input: [])
            #expect(said.errors.contains("cannot write \(name): Permission denied"), "\(said)")
        }
        try Files.remove(path)
        #expect(unsafe mkfifo(path, 0o600) == 0)
        let sentence = "cannot open \(name): it is a FIFO, socket or device, not a file"
        let backup = try hall.zurufd("backup", hall.yard.path + "/backup", "--state", hall.state)
        #expect(backup.errors.contains(sentence), "\(backup)")
        // What follows from the journal is made again.
        guard name != "desk.db" else {
            #expect(try hall.zurufd("agent", "list", "--state", hall.state).end == .exited(0))
            return
        }
        for words in [["serve"] + Programs.sendsNothing, ["agent", "list"]] {
            let said = try hall.zurufd(words + ["--state", hall.state], input: [])
            #expect(said.errors.contains(sentence), "\(said)")
        }
    }

    @Test(arguments: [("", UInt32(0o755), "750"), ("/secret", 0o644, "600"), ("/key.pem", 0o640, "600")])
    func `what is open to others is refused`(file: String, mode: UInt32, right: String) throws {
        let hall = try Hall()
        let path = hall.state + file
        #expect(unsafe chmod(path, mode) == 0)
        let words = ["serve", "--state", hall.state, "--listen", "127.0.0.1:0"] + Programs.sendsNothing
        let said = try hall.zurufd(words, input: [])
        #expect(said.end == .exited(1), "\(said)")
        let end = "is accessible to others than its owner: chmod \(right) \(path)"
        #expect(said.sentence?.hasSuffix(end) == true, "\(said)")
    }

    @Test func `a FIFO in the place of the secret is refused at once`() throws {
        let hall = try Hall()
        try Files.remove(hall.state + "/secret")
        #expect(unsafe mkfifo(hall.state + "/secret", 0o600) == 0)
        let words = ["serve", "--state", hall.state, "--listen", "127.0.0.1:0"] + Programs.sendsNothing
        let said = try hall.zurufd(words, input: [])
        #expect(said.end == .exited(1), "\(said)")
        #expect(said.sentence?.hasPrefix("cannot read the secret ") == true, "\(said)")
    }

    @Test func `a state directory that may not be read is reported as such`() throws {
        // Root may read everything, so it asks as another user.
        let prefix = geteuid() == 0 ? ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : []
        let hall = try Hall()
        #expect(unsafe chmod(hall.yard.path, 0o755) == 0)
        #expect(unsafe chmod(hall.state, geteuid() == 0 ? 0o700 : 0) == 0)
        defer { _ = unsafe chmod(hall.state, 0o700) }
        for words in [["serve"] + Programs.sendsNothing, ["status"], ["agent", "list"]] {
            let line = prefix + [Programs.path("zurufd")] + words + ["--state", hall.state]
            let process = try ChildProcess(
                path: line[0], arguments: Array(line.dropFirst()), input: .null, errors: .pipe)
            let said = try Programs.read(process, errors: true)
            #expect(process.wait() == .exited(1))
            #expect(said.contains("Permission denied") && said.contains(hall.state), "\(words): \(said)")
            #expect(!said.contains("init"), "\(words): \(said)")
        }
    }

    @Test func `a server whose key becomes a FIFO goes on with the old one`() throws {
        let hall = try Hall()
        try hall.serve()
        try Files.remove(hall.state + "/key.pem")
        #expect(unsafe mkfifo(hall.state + "/key.pem", 0o600) == 0)
        hall.send(.hangup)
        try hall.wait(for: "certificate not read, the old one goes on")
        #expect(try hall.zurufd("status", "--state", hall.state).end == .exited(0))
        #expect(hall.stop() == .exited(0))
    }

    @Test func `an expired certificate is reported at the start, on SIGHUP and in status`() throws {
        let hall = try Hall()
        try use(SelfSigned(names: ["localhost"], days: -2), in: hall)
        try hall.serve()
        try hall.wait(for: "certificate has expired until=")
        #expect(try hall.zurufd("status", "--state", hall.state).output.contains("\ncertificate=expired\n"))
        try use(SelfSigned(names: ["localhost"], days: 30), in: hall)
        hall.send(.hangup)
        try hall.wait(for: "certificate read anew")
        #expect(try hall.zurufd("status", "--state", hall.state).output.contains("\ncertificate=valid\n"))
        #expect(hall.stop() == .exited(0))
        let log = try hall.wait(for: "down")
        #expect(log.split(separator: "\n").count { $0.contains("certificate has expired") } == 1)
    }

    private func use(_ made: SelfSigned, in hall: Hall) throws {
        try Files.write(made.key, to: hall.state + "/key.pem")
        try Files.write(made.certificate, to: hall.state + "/certificate.pem")
    }

    /// A journal in the place of standard error would be written over by the first line of the log.
    @Test func `descriptors that were closed at the start are not given to files`() throws {
        let hall = try Hall()
        let out = hall.yard.path + "/listening"
        let script = """
            exec 0<&- 1>&- 2>&-
            "$@" &
            echo $! >\(out)
            """
        let shell = try ChildProcess(
            path: "/bin/sh",
            arguments: ["-c", script, "sh", Programs.path("zurufd"), "serve", "--state", hall.state, "--listen"]
                + ["127.0.0.1:0"] + Programs.sendsNothing, environment: ["PATH=/usr/bin:/bin"], input: .null,
            output: .null, errors: .null)
        #expect(shell.wait() == .exited(0))
        let text = String(decoding: try Files.read(out, limit: 100), as: UTF8.self)
        let pid = try #require(Int32(text.prefix { $0 != "\n" }))
        defer { _ = kill(pid, SIGTERM) }
        try hall.yard.turn { Files.exists(hall.state + "/admin.sock") }
        for number in 0...2 {
            let process = try ChildProcess(
                path: "/usr/bin/readlink", arguments: ["/proc/\(pid)/fd/\(number)"], input: .null)
            #expect(try Programs.read(process) == "/dev/null\n")
        }
        #expect(try hall.zurufd("status", "--state", hall.state).end == .exited(0))
        #expect(kill(pid, SIGTERM) == 0)
        try hall.yard.turn { !Files.exists(hall.state + "/admin.sock") }
    }
}

extension Hall.Said {
    /// What `zurufd serve` says against a start: the last line, and the only one of its kind; before it there may be
    /// lines of the log.
    fileprivate var sentence: Substring? {
        let lines = errors.split(separator: "\n")
        guard let last = lines.last, lines.count(where: { $0.hasPrefix("zurufd serve: ") }) == 1 else { return nil }
        return last.hasPrefix("zurufd serve: ") ? last.dropFirst("zurufd serve: ".count) : nil
    }
}
