import DeskNet

/// Splits a connection into lines. Never blocks: what the socket does not accept is buffered.
final class LineConnection {
    private let connection: Connection
    private var received: [UInt8] = []
    private var unsent: [UInt8] = []
    private var buffer = [UInt8](repeating: 0, count: Connection.recordByteCount)
    /// Why no more lines can arrive; nil while the connection is open.
    private(set) var closeReason: String?

    /// Takes over a connection whose handshake is complete.
    init(_ connection: Connection) {
        self.connection = connection
    }

    /// How many bytes are buffered for sending.
    var unsentByteCount: Int { unsent.count }

    /// The descriptor to poll for reading.
    var descriptor: Int32 { connection.descriptor }

    /// The descriptor to poll for writing; -1 if there is nothing to send.
    var writeDescriptor: Int32 {
        let interest = connection.interest(receiving: true, sending: unsentByteCount > 0)
        return interest.contains(.write) ? connection.descriptor : -1
    }

    /// Whether TLS holds received bytes, which poll(2) does not report.
    var hasPending: Bool { closeReason == nil && connection.hasPending }

    /// Sends a line, or buffers it until the socket accepts it.
    func send(_ line: some Collection<UInt8>) {
        unsent += line
        unsent.append(UInt8(ascii: "\n"))
        flush()
    }

    /// Sends as much of the buffered bytes as the socket accepts.
    func flush() {
        while !unsent.isEmpty, closeReason == nil {
            switch connection.send(unsent.span) {
            case .moved(let count): unsent.removeFirst(count)
            case .wait: return
            case .failed: unsent = []  // Keep receiving: the server may have sent the reason.
            }
        }
    }

    /// The complete lines received so far, without line endings.
    ///
    /// Reads at most 16 records, so that a busy server does not delay the keyboard.
    func receive() -> [[UInt8]] {
        for _ in 0..<16 {
            guard closeReason == nil else { break }
            switch connection.receive(into: &buffer) {
            case .bytes(let count): received += buffer[..<count]
            case .wait: return takeLines()
            case .ended: closeReason = "the server closed the connection"
            case .failed(let failure): closeReason = "connection lost: \(failure)"
            }
        }
        return takeLines()
    }

    private func takeLines() -> [[UInt8]] {
        guard let last = received.lastIndex(of: UInt8(ascii: "\n")) else {
            // A line of DESK/1 has at most 4000 bytes.
            if received.count > 1 << 16 { closeReason = "the server does not speak DESK/1: a line is too long" }
            return []
        }
        let lines = received[..<last].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        received.removeFirst(last + 1)
        return lines.map(Array.init)
    }
}
