import CLinux
import Glibc

/// Wakes the event loop's poller from any thread (eventfd(2)).
public final class Wakeup: Sendable {
    private let event: FileDescriptor

    /// Creates a wakeup that is not signaled.
    public init() throws(NetError) {
        event = try FileDescriptor(desk_eventfd(), doing: "open an eventfd")
    }

    /// The descriptor to poll for reading.
    public var descriptor: Int32 { event.raw }

    /// Signals the wakeup. Any thread may call this. Signals before `clear` count as one.
    public func signal() {
        var one: UInt64 = 1
        // EAGAIN: the counter is at its maximum, so the descriptor is readable already.
        _ = retrying { unsafe write(event.raw, &one, 8) }
    }

    /// Resets the wakeup. The event loop calls this before it processes what was signaled.
    public func clear() {
        var count: UInt64 = 0
        _ = retrying { unsafe read(event.raw, &count, 8) }
    }
}

/// Passes values from any thread to the event loop's thread, in the order in which they were posted.
///
/// Contains the only lock of this target, held for one append or one exchange.
public final class Mailbox<Message: Sendable>: Sendable {
    private let messages = Lock<[Message]>([])
    private let wakeup: Wakeup

    /// Creates an empty mailbox.
    public init() throws(NetError) {
        wakeup = try Wakeup()
    }

    /// The descriptor to poll for reading.
    public var descriptor: Int32 { wakeup.descriptor }

    /// Adds a message. Any thread may call this. Signals only if the mailbox was empty; otherwise it is signaled
    /// already.
    public func post(_ message: Message) {
        let isFirst = messages.withLock { messages in
            messages.append(message)
            return messages.count == 1
        }
        if isFirst { wakeup.signal() }
    }

    /// Removes and returns all messages, oldest first. The event loop calls this when the descriptor is readable.
    public func takeAll() -> [Message] {
        // Clear first: a message posted between the two statements signals again and is not missed.
        wakeup.clear()
        return messages.withLock { messages in
            let taken = messages
            messages = []
            return taken
        }
    }
}
