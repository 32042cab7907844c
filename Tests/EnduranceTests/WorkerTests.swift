import DeskNet
import DeskTestSupport
import Testing

/// Workers of the running desk that die and hang in the middle of a mail.
@Suite struct WorkerTests {
    /// A worker that fails as long as a file says how, and is the real one else.
    private final class Worker {
        private let folder: String

        init() throws {
            folder = try Files.makeTemporaryDirectory(prefix: "/tmp/zuruf-worker-")
            let script = """
                #!/bin/sh
                case $(cat \(folder)/way) in
                dies) head -c 40 >/dev/null; kill -9 $$ ;;
                hangs) head -c 40 >/dev/null; exec sleep 60 ;;
                *) exec \(Programs.path("zuruf-mail")) "$@" ;;
                esac
                """
            try Files.write(Array(script.utf8), to: path, mode: 0o755)
            try fail("")
        }

        deinit { try? Files.removeDirectory(folder) }

        var path: String { folder + "/worker" }

        func fail(_ way: String) throws {
            try Files.write(Array(way.utf8), to: folder + "/way")
        }
    }

    @Test(arguments: ["dies", "hangs"])
    func `no mail is lost, and no claim is delayed`(way: String) throws {
        let worker = try Worker()
        let desk = try Desk(["--worker", worker.path])
        try desk.bringIn(1)
        let meier = try desk.connect("meier")
        let usual = try claims(meier, count: 300)

        // A fresh worker, which fails: the one that has read the first mail is ended from without.
        try worker.fail(way)
        for worker in try desk.children() { try Programs.end(worker) }
        let post = try desk.post()
        #expect(try post.begin(.number(1)))
        try desk.hear("worker: failed")
        let meanwhile = try claims(meier, count: 300)
        print(
            "worker \(way): claim and release p50 \(usual.p50) µs, p99 \(usual.p99) µs usually;"
                + " p50 \(meanwhile.p50) µs, p99 \(meanwhile.p99) µs meanwhile")
        #expect(meanwhile.p50 < 5 * usual.p50 + 5000)
        try worker.fail("")
        #expect(try post.finish()?.hasPrefix("250 ") == true)
        #expect(try post.send(.number(2))?.hasPrefix("250 ") == true)
        let log = try desk.connect("mustermann").log()
        #expect(log.count { Said($0).words[2] == "new" } == 3)
        #expect(desk.stop() == .exited(0))
    }

    /// How long it takes to claim a ticket and release it, in microseconds.
    private func claims(_ agent: LiveLine, count: Int) throws -> (p50: Int64, p99: Int64) {
        var times: [Int64] = []
        for _ in 0..<count {
            let began = Clock.monotonic()
            try #require(try agent.ask("claim 1").hasPrefix("OK claimed "))
            try #require(try agent.ask("release 1").hasPrefix("OK released "))
            times.append((Clock.monotonic() - began) / 1000)
        }
        times.sort()
        return (times[count / 2], times[count * 99 / 100])
    }
}

extension Desk {
    /// The processes that the server has started.
    func children() throws -> [Int32] {
        let path = "/proc/\(pid)/task/\(pid)/children"
        let text = String(decoding: try Files.read(path, limit: 1 << 12), as: UTF8.self)
        return text.split(separator: " ").compactMap { Int32($0) }
    }
}

extension Programs {
    /// Ends a process that a program of ours has started.
    fileprivate static func end(_ pid: Int32) throws {
        let killer = try ChildProcess(path: "/bin/sh", arguments: ["-c", "kill -9 \(pid)"])
        #expect(killer.wait() == .exited(0))
    }
}
