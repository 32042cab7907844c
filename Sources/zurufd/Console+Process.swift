import DeskServer
import Glibc

extension Console {
    /// What this process stands in.
    static func process(_ output: StandardOutput) -> Console {
        var console = Console(
            arguments: Array(CommandLine.arguments.dropFirst()), program: programPath(), environment: environment(),
            userID: geteuid(), print: output.print, complain: { _ = writeLine($0, to: 2) }, readInput: readInput,
            readSecret: readSecret, readAnswer: readAnswer, findUser: findUser, become: become,
            armLastWords: LastWords.arm)
        if isatty(2) == 1 { console.showProgress = { show($0) } }
        return console
    }

    /// Writes over the terminal's line (ECMA-48, EL).
    private static func show(_ text: String) {
        let bytes = Array("\r\u{1B}[K\(text)".utf8)
        _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(2, $0.baseAddress, $0.count) }
    }

    /// The path of the running program, also when it was found by way of PATH (proc(5)).
    private static func programPath() -> String {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = unsafe buffer.withUnsafeMutableBytes { room in
            guard let start = unsafe room.baseAddress?.assumingMemoryBound(to: CChar.self) else { return 0 }
            return unsafe readlink("/proc/self/exe", start, room.count)
        }
        guard count > 0 else { return CommandLine.arguments.first ?? "zurufd" }
        return String(decoding: buffer[..<count], as: UTF8.self)
    }

    private static func environment() -> [String: String] {
        var found: [String: String] = [:]
        var entry = unsafe environ
        while let text = unsafe entry.pointee {
            let pair = unsafe String(cString: text).split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if pair.count == 2 { found[String(pair[0])] = String(pair[1]) }
            unsafe entry += 1
        }
        return found
    }

    private static func readInput(_ most: Int) -> [UInt8]? {
        var input: [UInt8] = []
        var room = [UInt8](repeating: 0, count: 64 * 1024)
        while input.count <= most {
            let count = unsafe room.withUnsafeMutableBytes { unsafe read(0, $0.baseAddress, $0.count) }
            if count == 0 { break }
            if count > 0 { input += room[..<count] } else if errno != EINTR { return nil }
        }
        return input
    }

    /// Asks on the terminal itself, whatever the other standard streams are; nothing of the answer is shown.
    private static func readSecret(_ prompt: String) -> String? {
        guard isatty(0) == 1 else { return nil }
        return SilentTerminal()?.ask(prompt)
    }

    /// Asks on the terminal, as `readSecret` does, but shows the answer.
    private static func readAnswer(_ prompt: String) -> String? {
        guard isatty(0) == 1 else { return nil }
        let terminal = unsafe open("/dev/tty", O_RDWR | O_CLOEXEC)
        guard terminal >= 0 else { return nil }
        defer { close(terminal) }
        let bytes = Array(prompt.utf8)
        _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(terminal, $0.baseAddress, $0.count) }
        var line = [UInt8](repeating: 0, count: 256)
        let count = unsafe line.withUnsafeMutableBytes { unsafe read(terminal, $0.baseAddress, $0.count) }
        return String(decoding: line.prefix(max(0, count)).prefix { $0 != 0x0A }, as: UTF8.self)
    }

    private static func findUser(_ name: String) -> User? {
        guard let entry = unsafe getpwnam(name) else { return nil }
        return unsafe User(id: entry.pointee.pw_uid, group: entry.pointee.pw_gid)
    }

    /// Groups first: without root's rights they can no longer be changed (setuid(2)).
    private static func become(_ user: User) -> Bool {
        let entry = unsafe getpwuid(user.id)
        let hasGroups =
            unsafe entry.map { unsafe initgroups($0.pointee.pw_name, user.group) == 0 } ?? (setgroups(0, nil) == 0)
        return hasGroups && setgid(user.group) == 0 && setuid(user.id) == 0
    }
}
