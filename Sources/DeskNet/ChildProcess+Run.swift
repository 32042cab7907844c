import Glibc

extension ChildProcess {
    /// Runs a program to its end and gives what it wrote to standard output, and how it ended.
    ///
    /// Waits; for a program that is known to be quick. After `milliseconds`, or when it writes more than `limit` bytes,
    /// it is killed. Throws when it cannot be started.
    public static func run(
        path: String, arguments: [String], limit: Int = 4096, milliseconds: Int64 = 10_000
    ) throws(NetError) -> (output: [UInt8], end: End) {
        let child = try ChildProcess(path: path, arguments: arguments, input: .null, output: .pipe)
        let latest = Clock.monotonic() + milliseconds * 1_000_000
        var output: [UInt8] = []
        var room = [UInt8](repeating: 0, count: limit)
        while output.count <= limit {
            switch child.receive(into: &room) {
            case .bytes(let count): output += room[..<count]
            case .ended, .failed: return (output, child.wait())
            case .wait:
                let left = (latest - Clock.monotonic()) / 1_000_000
                guard left > 0 else {
                    child.kill()
                    return (output, child.wait())
                }
                var entry = pollfd(fd: child.outputDescriptor, events: Int16(POLLIN), revents: 0)
                _ = unsafe poll(&entry, 1, Int32(clamping: left))
            }
        }
        child.kill()
        return (output, child.wait())
    }
}
