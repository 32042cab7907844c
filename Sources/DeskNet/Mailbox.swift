import CLinux
import Glibc

/// A bell that any thread rings and that the loop's poller hears (eventfd(2)).
public final class Wakeup: Sendable {
    private let event: FileDescriptor

    /// Makes a bell that has not been rung.
    public init() throws(NetError) {
        event = try FileDescriptor(desk_eventfd(), doing: "open an eventfd")
    }

    /// What the poller watches for reading.
    public var descriptor: Int32 { event.raw }

    /// Rings; any thread may. Rung several times before it is heard, it is heard once.
    public func signal() {
        var one: UInt64 = 1
        // EAGAIN means that the counter is full: then it rings anyway.
        _ = retrying { unsafe write(event.raw, &one, 8) }
    }

    /// Makes it quiet again; the loop's thread calls this before it looks at what the bell was rung for.
    public func clear() {
        var count: UInt64 = 0
        _ = retrying { unsafe read(event.raw, &count, 8) }
    }
}

/// Carries values from any thread to the loop's thread, in the order in which they were posted.
///
/// The only lock of this target; it is held for one append or one exchange.
public final class Mailbox<Message: Sendable>: Sendable {
    private let messages = Lock<[Message]>([])
    private let wakeup: Wakeup

    /// Makes an empty mailbox with a bell of its own.
    public init() throws(NetError) {
        wakeup = try Wakeup()
    }

    /// What the poller watches for reading.
    public var descriptor: Int32 { wakeup.descriptor }

    /// Puts a message in; any thread may. Rings only when the box was empty, since otherwise the bell has been rung.
    public func post(_ message: Message) {
        let isFirst = messages.withLock { messages in
            messages.append(message)
            return messages.count == 1
        }
        if isFirst { wakeup.signal() }
    }

    /// Takes all messages out, the oldest first; the loop's thread calls this when the descriptor is readable.
    public func takeAll() -> [Message] {
        // First the bell: a message posted between the two lines rings it again and is not overlooked.
        wakeup.clear()
        return messages.withLock { messages in
            let taken = messages
            messages = []
            return taken
        }
    }
}
