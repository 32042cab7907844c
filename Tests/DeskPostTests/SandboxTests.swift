import DeskNet
import DeskTestSupport
import Glibc
import Testing

/// Whether `make tsan` or `make asan` runs this.
private let isSanitized = unsafe getenv("ZURUF_SANITIZER") != nil

struct SandboxTests {
    /// What the probe says and how it ends.
    private func probe(_ role: String, _ attempt: String) throws -> (said: String, end: ChildProcess.End) {
        let child = try ChildProcess(
            path: Programs.path("sandbox-probe"), arguments: [role, attempt], input: .null, output: .pipe)
        return (try Programs.read(child), child.wait())
    }

    @Test(arguments: ["socket", "unix", "fork", "exec", "create", "unlink", "memory", "parent"])
    func `the reading worker may not`(attempt: String) throws {
        let (said, end) = try probe("read", attempt)
        #expect(said.hasSuffix("refused \(EPERM)\n"), "\(said)")
        #expect(end == .exited(0))
    }

    @Test(.disabled(if: isSanitized, "a sanitizer's shadow memory takes terabytes of addresses"))
    func `a mail does not take the machine's memory`() throws {
        #expect(try probe("read", "space").said.hasSuffix("refused \(ENOMEM)\n"))
        #expect(try probe("send", "space").said == "refused \(ENOMEM)\n")
    }

    @Test(arguments: ["fork", "exec", "create", "unlink", "memory", "parent"])
    func `the sending worker may not`(attempt: String) throws {
        let (said, end) = try probe("send", attempt)
        #expect(said == "refused \(EPERM)\n")
        #expect(end == .exited(0))
    }

    @Test func `the reading worker opens no file where the kernel can forbid it`() throws {
        let (said, _) = try probe("read", "passwd")
        // A kernel without Landlock leaves files as the user's rights have them.
        #expect(said.hasPrefix("landlock 0\n") ? said.hasSuffix("done\n") : said.hasSuffix("refused \(EACCES)\n"))
    }

    @Test func `charsets convert inside the box`() throws {
        #expect(try probe("read", "japanese").said.hasSuffix("done\n"))
    }

    @Test func `the sending worker has the network, and both have threads`() throws {
        #expect(try probe("send", "socket").said == "done\n")
        #expect(try probe("send", "thread").said == "done\n")
        #expect(try probe("read", "thread").said.hasSuffix("done\n"))
    }
}
