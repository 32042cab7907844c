internal import DeskModel
internal import DeskNet

/// Where a session's bytes go: a connection, or a test's memory.
protocol ByteSink: AnyObject {
    /// Takes bytes from the front of what is offered, as `Connection.send` does.
    func send(_ bytes: Span<UInt8>) -> Sent
    /// The session has done something: the line looks what it wants now, or whether it is over.
    func settle()
}

/// What a session still has to say, in the one order that its client sees.
///
/// Replies wait in it, each with the position up to which the client must have seen all its events first; events do not
/// lie here, the stream's cursor finds them in the log. So a slow reader costs its replies and the
/// bytes that its socket did not take, never the events that it lags behind.
struct Outlet {
    private struct Piece {
        var position: SequenceNumber
        let bytes: [UInt8]
        let mark: Shown?
    }

    private var pieces: [Piece] = []
    private var next = 0
    /// How many replies have been taken out so far.
    private(set) var taken = 0
    /// Bytes that were offered to the line and not taken yet.
    private var unsent: [UInt8] = []
    private var sent = 0
    /// Bytes of all pieces that were not taken out yet.
    private var waiting = 0
    /// What the agent has been shown once the line has taken everything that was offered.
    private(set) var marks: [Shown] = []

    /// Queues a whole reply behind all events up to `position`.
    mutating func append(_ bytes: [UInt8], after position: SequenceNumber, mark: Shown? = nil) {
        guard !bytes.isEmpty else { return }
        pieces.append(Piece(position: position, bytes: bytes, mark: mark))
        waiting += bytes.count
    }

    /// How many replies have been queued so far.
    var queued: Int {
        taken + pieces.count - next
    }

    /// The position that the next reply waits for; `nil` if there is none.
    var nextPosition: SequenceNumber? {
        next < pieces.count ? pieces[next].position : nil
    }

    /// Takes the next reply out.
    mutating func take() -> [UInt8]? {
        guard next < pieces.count else { return nil }
        let bytes = pieces[next].bytes
        if let mark = pieces[next].mark { marks.append(mark) }
        next += 1
        taken += 1
        waiting -= bytes.count
        if next == pieces.count {
            pieces.removeAll(keepingCapacity: false)
            next = 0
        }
        return bytes
    }

    /// Lets all replies go without waiting for events: what was queued before a stream began has nothing to wait for.
    mutating func release() {
        for index in pieces.indices { pieces[index].position = 0 }
    }

    /// Takes the marks out, once everything offered has been taken.
    mutating func takeMarks() -> [Shown] {
        guard isDrained, !marks.isEmpty else { return [] }
        defer { marks = [] }
        return marks
    }

    /// Bytes that wait, taken out or not: what limits reading from the same client.
    var backlog: Int {
        waiting + unsent.count - sent
    }

    /// Whether the line has taken everything that was offered.
    var isDrained: Bool {
        sent == unsent.count
    }

    /// Whether nothing waits at all.
    var isEmpty: Bool {
        next == pieces.count && isDrained
    }

    /// Offers what the line did not take before; `false` if it still does not take all of it.
    mutating func drain(into line: any ByteSink) throws(LineLost) -> Bool {
        while !isDrained {
            switch line.send(unsent.span.extracting(sent..<unsent.count)) {
            case .moved(let count): sent += count
            case .wait: return false
            case .failed: throw LineLost()
            }
        }
        unsent.removeAll(keepingCapacity: false)
        sent = 0
        return true
    }

    /// Offers bytes to a drained line and keeps what it does not take; `false` if it did not take all.
    mutating func offer(_ bytes: borrowing [UInt8], to line: any ByteSink) throws(LineLost) -> Bool {
        var start = 0
        while start < bytes.count {
            switch line.send(bytes.span.extracting(start..<bytes.count)) {
            case .moved(let count): start += count
            case .wait:
                unsent.append(contentsOf: bytes[start...])
                return false
            case .failed: throw LineLost()
            }
        }
        return true
    }
}

/// The other end is gone; nobody can be told.
struct LineLost: Error {}
