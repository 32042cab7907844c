import DeskNet
import DeskTestSupport
import Testing

@testable import DeskServer

/// What goes into the programs of the shell and what comes out of them.
@Suite struct ArgumentTests {
    /// The text of an empty file is the desk's own reply, not the word that comes next.
    @Test func `an option with an empty value keeps it on its way to the desk`() throws {
        let hall = try Hall()
        let (text, empty) = (hall.yard.path + "/text", hall.yard.path + "/empty")
        try Files.write(Array("Danke.\n".utf8), to: text)
        try Files.write([], to: empty)
        for isRunning in [false, true] {
            if isRunning { try hall.serve() }
            for (file, reply) in [(text, "own"), (empty, "desk")] {
                let words = ["queue", "set", "inbox", "--reply-file", file, "--state", hall.state]
                #expect(try hall.zurufd(words, input: []).end == .exited(0))
                let queues = try hall.zurufd("queue", "list", "--state", hall.state).output
                #expect(queues.contains("reply=\(reply)\njunk"), "\(queues)")
            }
            let nothing = try hall.zurufd(
                ["queue", "set", "inbox", "--address=", "--state", hall.state], input: [])
            #expect(nothing.errors.hasPrefix("zurufd queue set: \"\" is no address\n"), "\(nothing)")
            let yes = try hall.zurufd("agent", "retire", "mustermann", "--yes=no", "--state", hall.state)
            #expect(yes.errors.hasPrefix("zurufd agent retire: --yes takes no value\n"), "\(yes)")
        }
        #expect(hall.stop() == .exited(0))
    }

    @Test func `what cannot be printed is an error, above all a password that is shown once`() throws {
        let yard = try Yard()
        let line = "\(Programs.path("zurufd")) init --state \(yard.path)/state >/dev/full"
        let child = try ChildProcess(path: "/bin/sh", arguments: ["-c", line], input: .null, errors: .pipe)
        let said = try Programs.read(child, errors: true)
        #expect(child.wait() == .exited(1))
        #expect(said == "zurufd: cannot write standard output: No space left on device\n")
    }

    /// 256 bytes as it counts, 384 as some keyboards send it.
    @Test func `a password is as long as what counts of it`() throws {
        let yard = try Yard()
        let words = ["init", "--state", yard.path + "/state", "--password-stdin", "--password-iterations", "4096"]
        let password = String(repeating: "u\u{308}", count: 128)
        #expect(try Programs.run("zurufd", words, input: Array((password + "\n").utf8)).end == .exited(0))
    }
}
