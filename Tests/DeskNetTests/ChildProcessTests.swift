import DeskNet
import Glibc
import Testing

@Suite struct `Child processes` {
    @Test func `a child returns what is written to it, and its end is reported`() throws {
        let child = try ChildProcess(path: "/bin/cat")
        #expect(child.reap() == nil)
        try child.say("hello\n")
        child.closeInput()
        #expect(try child.hear() == "hello\n")
        #expect(child.wait() == .exited(0))
        #expect(child.reap() == .exited(0))
    }

    @Test func `a socket serves as input and output`() throws {
        let child = try ChildProcess(path: "/bin/cat", input: .socket, output: .socket)
        #expect(child.inputDescriptor == child.outputDescriptor && child.errorsDescriptor == -1)
        try child.say("hello\n")
        child.closeInput()
        #expect(try child.hear() == "hello\n")
        #expect(child.wait() == .exited(0))
    }

    @Test func `the child has no environment and no descriptor but three`() throws {
        let held = try Poller()
        let child = try ChildProcess(
            path: "/bin/sh", arguments: ["-c", "echo \"[$HOME]\"; ls /proc/self/fd"], input: .null)
        let heard = try child.hear().split(separator: "\n").map(String.init)
        // The fourth is the one with which ls reads the list.
        #expect(heard == ["[]", "0", "1", "2", "3"])
        #expect(child.wait() == .exited(0))
        withExtendedLifetime(held) {}
    }

    @Test func `arguments and environment arrive as they are`() throws {
        let child = try ChildProcess(
            path: "/bin/sh", arguments: ["-c", "printf '%s|' \"$0\" \"$1\" \"$NAME\" >&2", "a b", "ü\"'$x"],
            environment: ["NAME=value"], input: .null, output: .null, errors: .pipe)
        #expect(try child.hearErrors() == "a b|ü\"'$x|value|")
        #expect(child.wait() == .exited(0))
    }

    @Test func `exit status and signal are distinguished, and blocked signals reach the child`() throws {
        let status = try ChildProcess(path: "/bin/sh", arguments: ["-c", "exit 75"], input: .null)
        #expect(status.wait() == .exited(75))
        #expect(ChildProcess.End.exited(75).description == "exit status 75")
        var mask = sigset_t()
        unsafe sigemptyset(&mask)
        unsafe sigaddset(&mask, SIGTERM)
        #expect(unsafe pthread_sigmask(SIG_BLOCK, &mask, nil) == 0)
        let ended = try ChildProcess(path: "/bin/cat")
        ended.send(.terminate)
        #expect(ended.wait() == .killed(signal: SIGTERM))
        #expect(unsafe pthread_sigmask(SIG_UNBLOCK, &mask, nil) == 0)
        let killed = try ChildProcess(path: "/bin/cat")
        killed.kill()
        #expect(killed.wait() == .killed(signal: SIGKILL))
        killed.kill()
    }

    @Test func `SIGPIPE kills the child, although this process ignores it`() throws {
        Signals.ignoreBrokenPipes()
        let child = try ChildProcess(
            path: "/bin/sh",
            arguments: ["-c", "exec /bin/cat /dev/zero | exec /usr/bin/head -c 1 >/dev/null; kill -PIPE $$"],
            input: .null, output: .null)
        #expect(child.wait() == .killed(signal: SIGPIPE))
    }

    @Test func `a missing program is an error with a message`() {
        let error = #expect(throws: NetError.self) { try ChildProcess(path: "/no/such/program") }
        #expect(error?.description == "cannot start /no/such/program: No such file or directory")
    }
}

extension ChildProcess {
    func say(_ text: String) throws {
        let bytes = Array(text.utf8)
        #expect(send(bytes.span) == .moved(bytes.count))
    }

    /// Its output until it is closed.
    func hear() throws -> String {
        try hear(outputDescriptor) { receive(into: &$0) }
    }

    func hearErrors() throws -> String {
        try hear(errorsDescriptor) { receiveErrors(into: &$0) }
    }

    private func hear(_ descriptor: Int32, _ receive: (inout [UInt8]) -> Received) throws -> String {
        var poller = try Poller()
        try poller.add(descriptor, token: 0, for: .read)
        var heard: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            switch receive(&buffer) {
            case .bytes(let count): heard += buffer[..<count]
            case .wait: try #require(try poller.wait(milliseconds: 10_000) == 1, "the child says nothing")
            case .ended: return String(decoding: heard, as: UTF8.self)
            case .failed(let failure): throw NetError.failed(host: "child", failure)
            }
        }
    }
}
