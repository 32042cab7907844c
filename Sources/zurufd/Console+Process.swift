import DeskServer
import Glibc

extension Console {
    /// What this process stands in.
    static var process: Console {
        Console(
            arguments: Array(CommandLine.arguments.dropFirst()), program: programPath(), environment: environment(),
            userID: geteuid(), print: { write($0, to: 1) }, complain: { write($0, to: 2) }, readInput: readInput,
            readSecret: readSecret, armLastWords: LastWords.arm)
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

    private static func write(_ line: String, to descriptor: Int32) {
        var rest = Array("\(line)\n".utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno != EINTR { return }
            rest = rest.dropFirst(max(0, count))
        }
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
}
