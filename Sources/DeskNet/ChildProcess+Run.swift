import Glibc

extension ChildProcess {
    /// Runs a program until it exits and returns its standard output and how it ended.
    ///
    /// Blocks, so use it for programs that exit quickly. The program is killed after `milliseconds`, or when it has
    /// written more than `limit` bytes. Throws if it cannot be started.
    public static func run(
        path: String, arguments: [String], limit: Int = 4096, milliseconds: Int64 = 10_000
    ) throws(NetError) -> (output: [UInt8], end: End) {
        let child = try ChildProcess(path: path, arguments: arguments, input: .null, output: .pipe)
        let deadline = Clock.monotonic() + milliseconds * 1_000_000
        var output: [UInt8] = []
        var room = [UInt8](repeating: 0, count: limit)
        while output.count <= limit {
            switch child.receive(into: &room) {
            case .bytes(let count): output += room[..<count]
            case .ended, .failed: return (output, child.wait())
            case .wait:
                let left = (deadline - Clock.monotonic()) / 1_000_000
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
