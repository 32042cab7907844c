import CLinux
import Glibc

/// The events for which a descriptor is polled. Hang-ups and errors are always reported.
public struct Interest: OptionSet, Hashable, Sendable {
    /// The bits of epoll_ctl(2).
    public let rawValue: UInt32

    /// Creates an interest from the bits of epoll_ctl(2).
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Bytes, a new connection or the end of the stream can be received.
    public static let read = Interest(rawValue: 0x001)
    /// Bytes can be sent.
    public static let write = Interest(rawValue: 0x004)
}

/// One descriptor that is ready.
public struct Readiness: Equatable, Sendable {
    /// The token under which the descriptor was added.
    public let token: UInt64
    fileprivate let events: UInt32

    /// Receiving does not block: there are bytes, the end of the stream, or an error.
    public var readable: Bool { events & (Interest.read.rawValue | Readiness.broken) != 0 }
    /// Sending does not block: there is space, or an error.
    public var writable: Bool { events & (Interest.write.rawValue | Readiness.broken) != 0 }
    /// Both directions have ended, or an error is pending. Reported for any interest, until the descriptor is closed or
    /// removed from the poller.
    public var hangup: Bool { events & Readiness.broken != 0 }

    // EPOLLERR and EPOLLHUP.
    private static let broken: UInt32 = 0x008 | 0x010
}

/// Waits for events on many descriptors (epoll(7), level-triggered).
///
/// Use it on the event loop's thread. A descriptor is removed when it is closed.
///
///     for index in 0..<(try poller.wait(milliseconds: timers.milliseconds(from: Clock.monotonic()))) {
///         let ready = poller[index]
///     }
public struct Poller: ~Copyable {
    private let epoll: FileDescriptor
    private var events: [desk_event]

    /// Creates a poller that reports at most `capacity` descriptors per wait, at most 256.
    public init(capacity: Int = 256) throws(NetError) {
        epoll = try FileDescriptor(desk_epoll_create(), doing: "open a poller")
        events = [desk_event](repeating: desk_event(), count: min(max(capacity, 1), 256))
    }

    /// Adds a descriptor.
    public func add(_ descriptor: Int32, token: UInt64, for interest: Interest) throws(NetError) {
        try change(1, descriptor, token, interest)
    }

    /// Changes the token and the interest of a descriptor.
    public func modify(_ descriptor: Int32, token: UInt64, for interest: Interest) throws(NetError) {
        try change(3, descriptor, token, interest)
    }

    /// Removes a descriptor. Not needed before closing it.
    public func remove(_ descriptor: Int32) throws(NetError) {
        try change(2, descriptor, 0, [])
    }

    /// Waits until a descriptor is ready, for at most `milliseconds`, and returns how many are; -1 waits without a
    /// limit, 0 does not wait.
    ///
    /// They are `self[0]` to `self[count - 1]` until the next wait. Returns 0 after a signal.
    public mutating func wait(milliseconds: Int32) throws(NetError) -> Int {
        let epoll = epoll.raw
        let count = unsafe events.withUnsafeMutableBufferPointer { buffer in
            unsafe desk_epoll_wait(epoll, buffer.baseAddress, Int32(buffer.count), milliseconds)
        }
        if count < 0 {
            guard errno == EINTR else { throw .last(doing: "wait for events") }
            return 0
        }
        return Int(count)
    }

    /// A ready descriptor of the last wait.
    public subscript(index: Int) -> Readiness {
        Readiness(token: events[index].token, events: events[index].events)
    }

    private func change(
        _ operation: Int32, _ descriptor: Int32, _ token: UInt64, _ interest: Interest
    ) throws(NetError) {
        guard desk_epoll_ctl(epoll.raw, operation, descriptor, interest.rawValue, token) == 0 else {
            throw .last(doing: "watch a descriptor")
        }
    }
}
