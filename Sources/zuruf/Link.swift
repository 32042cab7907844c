import DeskNet

/// A connection to a desk as lines in both directions.
final class Link {
    private let connection: Connection
    private var inbox: [UInt8] = []
    private var outbox: [UInt8] = []
    private var buffer = [UInt8](repeating: 0, count: Connection.recordByteCount)
    /// Why nothing more can be received, once that is so.
    private(set) var end: String?

    /// Takes over a connection whose handshake is done.
    init(_ connection: Connection) {
        self.connection = connection
    }

    /// How many bytes wait to be sent.
    var backlog: Int { outbox.count }

    /// What is polled for reading.
    var descriptor: Int32 { connection.descriptor }

    /// What is polled for writing; -1 for nothing.
    var writing: Int32 {
        connection.interest(receiving: true, sending: backlog > 0).contains(.write) ? connection.descriptor : -1
    }

    /// Whether there is more to receive of which a poll knows nothing.
    var hasPending: Bool { end == nil && connection.hasPending }

    /// Sends a line, now or as soon as the desk takes it.
    func send(_ line: some Collection<UInt8>) {
        outbox += line
        outbox.append(UInt8(ascii: "\n"))
        flush()
    }

    /// Sends what waits, as far as the desk takes it.
    func flush() {
        while !outbox.isEmpty, end == nil {
            switch connection.send(outbox.span) {
            case .moved(let count): outbox.removeFirst(count)
            case .wait: return
            case .failed: outbox = []  // Receiving goes on: the desk may have said why.
            }
        }
    }

    /// The lines that have come, without their endings; some records at most, so that the keyboard gets its turn.
    func receive() -> [[UInt8]] {
        for _ in 0..<16 {
            guard end == nil else { break }
            switch connection.receive(into: &buffer) {
            case .bytes(let count): inbox += buffer[..<count]
            case .wait: return takeLines()
            case .ended: end = "the desk closed the connection"
            case .failed(let failure): end = "the connection is lost: \(failure)"
            }
        }
        return takeLines()
    }

    private func takeLines() -> [[UInt8]] {
        guard let last = inbox.lastIndex(of: UInt8(ascii: "\n")) else {
            // The desk promises at most 4000 bytes.
            if inbox.count > 1 << 16 { end = "the other end does not speak in lines" }
            return []
        }
        let lines = inbox[..<last].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        inbox.removeFirst(last + 1)
        return lines.map(Array.init)
    }
}
