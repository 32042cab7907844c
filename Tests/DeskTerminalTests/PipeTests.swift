import DeskNet
import DeskTerminal
import DeskTestSupport
import Testing

@testable import zuruf

/// The real `zuruf` in a pipe, against a scripted server.
struct PipeTests {
    private let desk: ScriptedDesk

    init() throws { desk = try ScriptedDesk() }

    private func start(_ arguments: [String], login: Bool = false, input: String? = nil) throws -> ChildProcess {
        let user = login ? ["--user", "meier", "--password-command", "echo geheim; echo more"] : []
        let child = try ChildProcess(
            path: Programs.path("zuruf"), arguments: user + arguments, environment: desk.environment, output: .pipe,
            errors: .pipe)
        if let input { #expect(child.send(Array(input.utf8).span) == .moved(input.utf8.count)) }
        child.closeInput()
        return child
    }

    private func end(_ child: ChildProcess) throws -> (status: ChildProcess.End, output: String, errors: String) {
        let output = try Programs.read(child)
        let errors = try Programs.read(child, errors: true)
        return (child.wait(), output, errors)
    }

    @Test(arguments: [("OK pong", Int32(0)), ("ERR usage", 1)])
    func `lines are passed in both directions, and the exit status reflects the finals`(final: String, status: Int32)
        throws
    {
        let child = try start(["--pin", desk.pin, desk.server], login: true, input: "ping\n\nreply 42 <<\n|x\n.\n")
        try desk.openSession()
        for line in ["ping", "", "reply 42 <<", "|x", "."] { try desk.expect(line) }
        try desk.send("* 7 new #42", "- #42", final, "OK queued #42.3")
        try desk.expect("quit")
        try desk.send("OK bye")
        desk.close()
        let end = try end(child)
        #expect(end.status == .exited(status))
        #expect(end.output == "* 7 new #42\n- #42\n\(final)\nOK queued #42.3\n")
        #expect(end.errors == "")
    }

    @Test func `each -c command waits for the final of the one before, and its further lines are text`() throws {
        let child = try start(["--pin=" + desk.pin, "-c", "@7 next", "-c", "note 42 <<\n.\n|x", desk.server])
        try desk.openSession(login: false)
        try desk.expect("@7 next")
        try desk.send("~ here meier", "@7 OK claimed #42")
        for line in ["note 42 <<", "|.", "||x", "."] { try desk.expect(line) }
        try desk.send("ERR not-holder #42")
        try desk.expect("quit")
        try desk.send("OK bye")
        desk.close()
        let end = try end(child)
        #expect(end.status == .exited(1))
        #expect(end.output == "~ here meier\n@7 OK claimed #42\nERR not-holder #42\n")
    }

    @Test func `a truncated line is not sent, and an open text is canceled`() throws {
        let child = try start(["--pin", desk.pin, desk.server], input: "reply 42 <<\ntext\nclose 4")
        try desk.openSession(login: false)
        for line in ["reply 42 <<", "text", ".cancel"] { try desk.expect(line) }
        try desk.send("ERR canceled")
        try desk.expect("quit")
        desk.close()
        let end = try end(child)
        #expect(end.status == .exited(1))
        #expect(end.errors.split(separator: "\n").count == 2)
    }

    @Test func `a refused login exits with 4`() throws {
        let child = try start(["--pin", desk.pin, desk.server], login: true)
        try desk.accept()
        try desk.send(ScriptedDesk.greeting)
        try desk.expect("login meier geheim")
        try desk.send("ERR bad-login")
        let end = try end(child)
        #expect(end.status == .exited(4))
        #expect(end.errors == "zuruf: login refused: ERR bad-login\n")
    }

    @Test func `a busy server and a lost connection exit with 5, an invalid port with 2`() throws {
        let busy = try start(["--pin", desk.pin, desk.server])
        try desk.accept()
        try desk.send("ERR busy retry=30")
        #expect(try end(busy).status == .exited(5))

        let lost = try start(["--pin", desk.pin, desk.server], input: "claim 42\n")
        try desk.openSession(login: false)
        try desk.expect("claim 42")
        desk.close()
        let end = try end(lost)
        #expect(end.status == .exited(5))
        #expect(end.errors.hasSuffix("one command unanswered, outcome unknown\n"))

        let listener = try Listener.tcp(host: "127.0.0.1", port: 0)
        let port = try #require(listener.port)
        let missing = try start(["--pin", desk.pin, "127.0.0.1:\(port)x"])
        #expect(try self.end(missing).status == .exited(2))
    }

    @Test func `an untrusted server receives nothing, and the exit status is 6`() throws {
        let strange = String(repeating: "A", count: 43) + "="
        let other = try start(["--pin", strange, desk.server], login: true)
        try desk.accept()
        try desk.accept()
        try desk.expect("(end)")
        let end = try end(other)
        #expect(end.status == .exited(6))
        #expect(end.errors.contains(desk.pin))

        let unknown = try start([desk.server], login: true)
        #expect(try !desk.accept())
        try desk.accept()
        try desk.expect("(end)")
        let second = try self.end(unknown)
        #expect(second.status == .exited(6))
        #expect(second.errors.contains(desk.pin))

        let authority = try start(["--ca", desk.folder + "/cert.pem", "-c", "ping", desk.server])
        try desk.openSession(login: false)
        try desk.expect("ping")
        try desk.send("OK pong")
        try desk.expect("quit")
        desk.close()
        #expect(try self.end(authority).status == .exited(0))
    }
}

struct ClientOptionsTests {
    @Test(arguments: [
        ("desk", "desk", UInt16(6789)), ("desk:7", "desk", 7), ("[::1]:7", "::1", 7), ("[::1]", "::1", 6789),
        ("fe80::1", "fe80::1", 6789), ("10.0.0.1:65535", "10.0.0.1", 65535),
    ])
    func `a server is a host and an optional port`(word: String, host: String, port: UInt16) throws {
        let options = try ClientOptions([word])
        #expect(options.host == host && options.port == port)
    }

    @Test(arguments: [
        [], ["a", "b"], ["a:0"], ["a:65536"], ["a:x"], ["a:"], [""], [":7"], ["[::1]x"], ["a b"], ["--nope", "a"],
        ["-x", "a"],
        ["a", "--user"], ["--user", "", "a"], ["--user", "a b", "a"], ["-c", "", "a"], ["-c", "say x\nclose 42", "a"],
        ["--pin", "x", "--ca", "y", "a"], ["--pin", "", "a"], ["--pin", "sha256//AbC+/=", "a"],
        ["--pin", "sha256/" + String(repeating: "A", count: 43) + "=", "a"],
        ["--pin", String(repeating: "A", count: 44), "a"],
    ])
    func `an invalid command line is an error`(arguments: [String]) {
        #expect(throws: ClientOptions.UsageError.self) { try ClientOptions(arguments) }
    }

    @Test func `options take their value after a space or an equals sign`() throws {
        let words = [
            "--user=meier", "--password-command", "pass desk", "--known-servers=/k", "--no-color", "-c", "me", "h",
        ]
        let options = try ClientOptions(words)
        #expect(
            options.user == "meier" && options.passwordSource == .command("pass desk") && options.knownServers == "/k")
        #expect(!options.usesColor && options.commands == ["me"] && options.host == "h")
        #expect(try ClientOptions(["--ca", "/c", "--password-file", "/p", "h"]).authorities == "/c")
    }

    @Test(arguments: ["certificate pin: sha256//", "sha256//", ""])
    func `a pin is accepted as zurufd prints it`(prefix: String) throws {
        let pin = "/" + String(repeating: "bC+/", count: 10) + "Zz="
        #expect(try ClientOptions(["--pin", prefix + pin, "h"]).pin == pin)
        #expect(try ClientOptions(["--pin=" + prefix + pin, "h"]).pin == pin)
    }

    @Test func `the last line of a server wins, and all other lines are kept`() throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "/tmp/zuruf-known-")
        defer { do { try Files.removeDirectory(folder) } catch { Issue.record("\(error)") } }
        let known = KnownServers(path: folder + "/known")
        #expect(try known.pin(of: "a:1") == nil)
        try Files.write(Array("# mine\na:1 old\n\nb:1".utf8), to: known.path)
        try known.add("a:1", pin: "new=")
        #expect(try known.pin(of: "a:1") == "new=")
        #expect(try known.pin(of: "b:1") == nil)
        #expect(try Files.read(known.path, limit: 999) == Array("# mine\na:1 old\n\nb:1\na:1 new=\n".utf8))
    }
}
