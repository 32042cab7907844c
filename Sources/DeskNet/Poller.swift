import CLinux
import Glibc

/// What a descriptor is watched for. Hang-ups and errors are reported in any case.
public struct Interest: OptionSet, Hashable, Sendable {
    /// The bits of epoll_ctl(2).
    public let rawValue: UInt32

    /// Takes the bits of epoll_ctl(2).
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Bytes, a newcomer or the end of the stream can be received.
    public static let read = Interest(rawValue: 0x001)
    /// Bytes can be sent.
    public static let write = Interest(rawValue: 0x004)
}

/// One descriptor that is ready.
public struct Readiness: Equatable, Sendable {
    /// The token under which the descriptor was added.
    public let token: UInt64
    fileprivate let events: UInt32

    /// Receiving will not make the caller wait: there are bytes, the end, or an error to be fetched.
    public var readable: Bool { events & (Interest.read.rawValue | Readiness.broken) != 0 }
    /// Sending will not make the caller wait: there is room, or an error to be fetched.
    public var writable: Bool { events & (Interest.write.rawValue | Readiness.broken) != 0 }
    /// Both directions are at their end, or an error is pending. Reported whatever the interest is and as long as the
    /// descriptor is watched, so whoever neither receives nor sends now must close or remove it.
    public var hangup: Bool { events & Readiness.broken != 0 }

    // EPOLLERR and EPOLLHUP.
    private static let broken: UInt32 = 0x008 | 0x010
}

/// Waits for many descriptors at once (epoll(7), level-triggered: what is not finished is reported again).
///
/// Belongs to the thread of the loop. A descriptor leaves by itself when it is closed.
///
///     for index in 0..<(try poller.wait(milliseconds: timers.milliseconds(from: Clock.monotonic()))) {
///         let ready = poller[index]
///     }
public struct Poller: ~Copyable {
    private let epoll: FileDescriptor
    private var events: [desk_event]

    /// Opens a poller that reports at most `capacity` (and never more than 256) descriptors at a time.
    public init(capacity: Int = 256) throws(NetError) {
        epoll = try FileDescriptor(desk_epoll_create(), doing: "open a poller")
        events = [desk_event](repeating: desk_event(), count: min(max(capacity, 1), 256))
    }

    /// Begins to watch a descriptor.
    public func add(_ descriptor: Int32, token: UInt64, for interest: Interest) throws(NetError) {
        try change(1, descriptor, token, interest)
    }

    /// Watches a descriptor for something else from now on.
    public func modify(_ descriptor: Int32, token: UInt64, for interest: Interest) throws(NetError) {
        try change(3, descriptor, token, interest)
    }

    /// Stops watching a descriptor that stays open.
    public func remove(_ descriptor: Int32) throws(NetError) {
        try change(2, descriptor, 0, [])
    }

    /// Waits until something is ready, at most so long (-1: for ever, 0: not at all), and says how many are.
    ///
    /// They stand in `self[0]` and following until the next wait. A signal ends the wait with 0.
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

    /// One of those that the last wait has found.
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
