import DeskNet
import DeskTerminal
import DeskTestSupport
import Testing

@testable import zuruf

/// The real program in a pipe, against a desk that the test plays.
struct PipeTests {
    private let stage: Stage

    init() throws { stage = try Stage() }

    private func start(_ arguments: [String], login: Bool = false, input: String? = nil) throws -> ChildProcess {
        let user = login ? ["--user", "meier", "--password-command", "echo geheim; echo more"] : []
        let child = try ChildProcess(
            path: Programs.path("zuruf"), arguments: user + arguments, environment: stage.environment, output: .pipe,
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
    func `lines go through, replies come out, the status tells`(final: String, status: Int32) throws {
        let child = try start(["--pin", stage.pin, stage.server], login: true, input: "ping\n\nreply 42 <<\n|x\n.\n")
        try stage.welcome()
        for line in ["ping", "", "reply 42 <<", "|x", "."] { try stage.hears(line) }
        try stage.say("* 7 new #42", "- #42", final, "OK queued #42.3")
        try stage.hears("quit")
        try stage.say("OK bye")
        stage.hangUp()
        let end = try end(child)
        #expect(end.status == .exited(status))
        #expect(end.output == "* 7 new #42\n- #42\n\(final)\nOK queued #42.3\n")
        #expect(end.errors == "")
    }

    @Test func `commands of the command line wait for one another, and further lines are text`() throws {
        let child = try start(["--pin=" + stage.pin, "-c", "@7 next", "-c", "note 42 <<\n.\n|x", stage.server])
        try stage.welcome(login: false)
        try stage.hears("@7 next")
        try stage.say("~ here meier", "@7 OK claimed #42")
        for line in ["note 42 <<", "|.", "||x", "."] { try stage.hears(line) }
        try stage.say("ERR not-holder #42")
        try stage.hears("quit")
        try stage.say("OK bye")
        stage.hangUp()
        let end = try end(child)
        #expect(end.status == .exited(1))
        #expect(end.output == "~ here meier\n@7 OK claimed #42\nERR not-holder #42\n")
    }

    @Test func `what ends too early is not sent or dropped`() throws {
        let child = try start(["--pin", stage.pin, stage.server], input: "reply 42 <<\ntext\nclose 4")
        try stage.welcome(login: false)
        for line in ["reply 42 <<", "text", ".cancel"] { try stage.hears(line) }
        try stage.say("ERR canceled")
        try stage.hears("quit")
        stage.hangUp()
        let end = try end(child)
        #expect(end.status == .exited(1))
        #expect(end.errors.split(separator: "\n").count == 2)
    }

    @Test func `a refused login ends with 4`() throws {
        let child = try start(["--pin", stage.pin, stage.server], login: true)
        try stage.accept()
        try stage.say(Stage.greeting)
        try stage.hears("login meier geheim")
        try stage.say("ERR bad-login")
        let end = try end(child)
        #expect(end.status == .exited(4))
        #expect(end.errors == "zuruf: login refused: ERR bad-login\n")
    }

    @Test func `a full desk, a lost one and none end with 5`() throws {
        let busy = try start(["--pin", stage.pin, stage.server])
        try stage.accept()
        try stage.say("ERR busy retry=30")
        #expect(try end(busy).status == .exited(5))

        let lost = try start(["--pin", stage.pin, stage.server], input: "claim 42\n")
        try stage.welcome(login: false)
        try stage.hears("claim 42")
        stage.hangUp()
        let end = try end(lost)
        #expect(end.status == .exited(5))
        #expect(end.errors.hasSuffix("one command unanswered, outcome unknown\n"))

        let listener = try Listener.tcp(host: "127.0.0.1", port: 0)
        let port = try #require(listener.port)
        let missing = try start(["--pin", stage.pin, "127.0.0.1:\(port)x"])
        #expect(try self.end(missing).status == .exited(2))
    }

    @Test func `a server that cannot show who it is hears nothing and the status is 6`() throws {
        let other = try start(["--pin", String(stage.pin.reversed()), stage.server], login: true)
        try stage.accept()
        try stage.accept()
        try stage.hears("(end)")
        let end = try end(other)
        #expect(end.status == .exited(6))
        #expect(end.errors.contains(stage.pin))

        let unknown = try start([stage.server], login: true)
        #expect(try !stage.accept())
        try stage.accept()
        try stage.hears("(end)")
        let second = try self.end(unknown)
        #expect(second.status == .exited(6))
        #expect(second.errors.contains(stage.pin))

        let authority = try start(["--ca", stage.folder + "/cert.pem", "-c", "ping", stage.server])
        try stage.welcome(login: false)
        try stage.hears("ping")
        try stage.say("OK pong")
        try stage.hears("quit")
        stage.hangUp()
        #expect(try self.end(authority).status == .exited(0))
    }
}

struct OptionsTests {
    @Test(arguments: [
        ("desk", "desk", UInt16(6789)), ("desk:7", "desk", 7), ("[::1]:7", "::1", 7), ("[::1]", "::1", 6789),
        ("fe80::1", "fe80::1", 6789), ("10.0.0.1:65535", "10.0.0.1", 65535),
    ])
    func `a server is a name and perhaps a port`(word: String, host: String, port: UInt16) throws {
        let options = try Options([word])
        #expect(options.host == host && options.port == port)
    }

    @Test(arguments: [
        [], ["a", "b"], ["a:0"], ["a:65536"], ["a:x"], ["a:"], [""], [":7"], ["[::1]x"], ["a b"], ["--nope", "a"],
        ["-x", "a"],
        ["a", "--user"], ["--user", "", "a"], ["--user", "a b", "a"], ["-c", "", "a"], ["-c", "say x\nclose 42", "a"],
        ["--pin", "x", "--ca", "y", "a"],
    ])
    func `a command line that cannot be followed says why`(arguments: [String]) {
        #expect(throws: Options.Usage.self) { try Options(arguments) }
    }

    @Test func `every option is taken, with a blank or with an equals sign`() throws {
        let words = [
            "--user=meier", "--password-command", "pass desk", "--known-servers=/k", "--no-color", "-c", "me", "h",
        ]
        let options = try Options(words)
        #expect(options.user == "meier" && options.password == .command("pass desk") && options.knownServers == "/k")
        #expect(!options.isColourful && options.commands == ["me"] && options.host == "h")
        #expect(try Options(["--ca", "/c", "--password-file", "/p", "h"]).authorities == "/c")
    }

    @Test(arguments: ["certificate pin: sha256//AbC+/=", "sha256//AbC+/=", "AbC+/="])
    func `a pin is taken as zurufd prints it`(word: String) throws {
        #expect(try Options(["--pin", word, "h"]).pin == "AbC+/=")
        #expect(try Options(["--pin=" + word, "h"]).pin == "AbC+/=")
    }

    @Test func `the newest line of a server counts and nobody else's lines are touched`() throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "/tmp/zuruf-known-")
        defer { do { try Files.removeDirectory(folder) } catch { Issue.record("\(error)") } }
        let known = KnownServers(path: folder + "/known")
        #expect(try known.pin(of: "a:1") == nil)
        try Files.write(Array("# mine\na:1 old\n\nb:1".utf8), to: known.path)
        try known.remember("a:1", pin: "new=")
        #expect(try known.pin(of: "a:1") == "new=")
        #expect(try known.pin(of: "b:1") == nil)
        #expect(try Files.read(known.path, limit: 999) == Array("# mine\na:1 old\n\nb:1\na:1 new=\n".utf8))
    }
}
