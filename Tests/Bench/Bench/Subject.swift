import DeskModel
import DeskNet
import DeskStore
import Glibc

/// A server that is measured: the desk, or the floor; a process of its own, with what it has used so far.
final class Subject {
    let child: ChildProcess
    private(set) var port: UInt16 = 0

    /// Starts a program and waits until it has said where it listens.
    init(_ path: String, _ words: [String], errors: Bool) throws {
        child = try ChildProcess(path: path, arguments: words, input: .null, errors: errors ? .pipe : .inherited)
        var said: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while port == 0 {
            switch errors ? child.receiveErrors(into: &buffer) : child.receive(into: &buffer) {
            case .bytes(let count): said += buffer[..<count]
            case .wait: try wait(errors ? child.errorsDescriptor : child.outputDescriptor)
            case .ended, .failed: throw Stopped("\(path) ended: \(String(decoding: said, as: UTF8.self))")
            }
            port = Subject.port(in: String(decoding: said, as: UTF8.self)) ?? 0
        }
    }

    /// The port in `port 4711` or `listening on 127.0.0.1:4711 …`, once its line is whole.
    private static func port(in said: String) -> UInt16? {
        guard said.hasSuffix("\n") else { return nil }
        for word in said.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
            if word.hasPrefix("127.0.0.1:"), let port = UInt16(word.dropFirst(10)) { return port }
        }
        let words = said.split(whereSeparator: { $0 == " " || $0 == "\n" })
        return words.first == "port" && words.count > 1 ? UInt16(words[1]) : nil
    }

    private func wait(_ descriptor: Int32) throws {
        var poller = try Poller()
        try poller.add(descriptor, token: 0, for: .read)
        guard try poller.wait(milliseconds: 120_000) > 0 else { throw Stopped("a server does not come up") }
    }

    func end() {
        child.kill()
        _ = child.wait()
    }

    /// CPU of all threads so far, in microseconds, as fine as the kernel counts (schedstat of each task).
    var cpu: Double {
        Subject.cpu(of: child.pid)
    }

    static func cpu(of pid: Int32) -> Double {
        let tasks = (try? Files.list("/proc/\(pid)/task")) ?? []
        return tasks.reduce(0) { sum, task in
            let text = (try? Files.read("/proc/\(pid)/task/\(task)/schedstat", limit: 256)) ?? []
            let first = String(decoding: text, as: UTF8.self).split(separator: " ").first
            return sum + (first.flatMap { Double($0) } ?? 0) / 1000
        }
    }

    /// Memory of its own in kilobytes: proportional set size, or the anonymous pages where only root may read that,
    /// since the desk hides its memory.
    var memory: Double { figure("Pss:", in: "smaps_rollup") ?? figure("RssAnon:", in: "status") ?? 0 }

    private func figure(_ name: String, in file: String) -> Double? {
        let text = (try? Files.read("/proc/\(child.pid)/\(file)", limit: 8192)) ?? []
        let line = String(decoding: text, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix(name) }
        return line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Double($0) }
    }

    /// Processes that it has started.
    var children: [Int32] {
        let text = (try? Files.read("/proc/\(child.pid)/task/\(child.pid)/children", limit: 4096)) ?? []
        return String(decoding: text, as: UTF8.self).split(separator: " ").compactMap { Int32($0) }
    }
}

/// A folder with a desk in it that the bench has filled.
final class BenchDesk {
    let folder: String
    private let program: String

    /// Makes a desk with agents a0 … and, in the queue inbox, `open` tickets of as many customers and `closed` ones.
    init(agents: Int, open: Int, closed: Int = 0) throws {
        folder = try Files.makeTemporaryDirectory(prefix: "/tmp/zuruf-bench-")
        program = BenchDesk.folderOfPrograms
        try call(["init", "--state", state, "--admin", "owner"] + BenchDesk.password)
        try call(["queue", "set", "inbox", "--held", "1000000", "--address", "hotline@desk.example", "--state", state])
        for number in 0..<agents {
            let words = ["agent", "add", "a\(number)", "--rights", "*=rwm", "--state", state]
            try call(words + BenchDesk.password)
        }
        if open + closed > 0 { try History.write(to: StateFiles(directory: state), open: open, closed: closed) }
    }

    deinit {
        try? Files.removeDirectory(folder)
    }

    var state: String { folder + "/state" }

    private static let password = ["--password-stdin", "--password-iterations", "4096"]

    /// Starts the desk; the limits per address are raised, since everything comes from one.
    func serve(_ more: [String] = []) throws -> Subject {
        try Subject(
            program + "/zurufd",
            [
                "serve", "--state", state, "--listen", "127.0.0.1:0", "--outgoing", folder + "/out",
                "--connections", "100000", "--connections-per-address", "100000", "--strangers-per-address", "100000",
                "--password-iterations", "4096",
            ] + more, errors: true)
    }

    /// Starts the floor with this desk's certificate.
    func floor() throws -> Subject {
        try Subject(
            program + "/zuruf-bench",
            ["floor", state + "/certificate.pem", state + "/key.pem", folder + "/floor-\(Clock.monotonic()).db"],
            errors: false)
    }

    /// Whom clients believe.
    func trust() throws -> TLSContext {
        try TLSContext(trusting: .authorities(file: state + "/certificate.pem"))
    }

    private func call(_ words: [String]) throws {
        let child = try ChildProcess(path: program + "/zurufd", arguments: words, output: .null)
        let secret = Array("bench\n".utf8)
        _ = child.send(secret.span)
        child.closeInput()
        guard child.wait() == .exited(0) else { throw Stopped("zurufd \(words.joined(separator: " ")) failed") }
    }

    /// Where the programs lie: beside this one.
    private static var folderOfPrograms: String {
        var path = [CChar](repeating: 0, count: 4096)
        let count = unsafe readlink("/proc/self/exe", &path, 4095)
        let own = String(decoding: path.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return own.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    }
}
