internal import DeskNet

/// Something with a descriptor that the loop tells when it is ready.
protocol Watcher: AnyObject {
    /// The descriptor can be read or written; level-triggered, so whatever is left undone is told again.
    func isReady(_ readiness: Readiness)
}

/// The one thread's wait: descriptors and deadlines, nothing of tickets.
///
/// Belongs to the owner thread, like everything that it calls.
final class Loop {
    /// Names what is watched; a token of something that is no longer watched reaches nobody.
    struct Token: Hashable {
        fileprivate let raw: UInt64
    }

    private var poller: Poller
    private var timers = Timers<() -> Void>()
    private var watchers: [UInt64: any Watcher] = [:]
    private var lastToken: UInt64 = 0

    /// Opens a loop that watches nothing.
    init() throws(NetError) {
        poller = try Poller()
    }

    /// Watches `descriptor` until `unwatch`; the loop keeps `watcher` alive meanwhile.
    func watch(_ descriptor: Int32, for interest: Interest, by watcher: any Watcher) throws(NetError) -> Token {
        lastToken += 1
        try poller.add(descriptor, token: lastToken, for: interest)
        watchers[lastToken] = watcher
        return Token(raw: lastToken)
    }

    /// Asks for something else from now on.
    func change(_ token: Token, _ descriptor: Int32, to interest: Interest) throws(NetError) {
        try poller.modify(descriptor, token: token.raw, for: interest)
    }

    /// Forgets a descriptor, which may be open or closed already.
    func unwatch(_ token: Token, _ descriptor: Int32) {
        watchers[token.raw] = nil
        try? poller.remove(descriptor)
    }

    /// Does `work` at a time of `Clock.monotonic()`, in nanoseconds.
    @discardableResult
    func at(_ time: Int64, _ work: @escaping () -> Void) -> Timers<() -> Void>.ID {
        timers.set(at: time, work)
    }

    /// Does `work` so many milliseconds from now.
    @discardableResult
    func after(milliseconds: Int64, _ work: @escaping () -> Void) -> Timers<() -> Void>.ID {
        at(Clock.monotonic() + milliseconds * 1_000_000, work)
    }

    /// Takes a deadline back.
    func cancel(_ id: Timers<() -> Void>.ID) {
        timers.cancel(id)
    }

    /// Forgets everything that it watches and that is due, and with it whatever only the loop kept alive.
    func close() {
        watchers = [:]
        timers = Timers()
    }

    /// Waits at most `milliseconds` (-1: for ever) for something to be ready or due, and tells whom it concerns.
    func wait(milliseconds most: Int32) throws(NetError) {
        let due = timers.milliseconds(from: Clock.monotonic())
        let patience = most < 0 ? due : due < 0 ? most : min(due, most)
        let count = try poller.wait(milliseconds: patience)
        for index in 0..<count {
            let readiness = poller[index]
            watchers[readiness.token]?.isReady(readiness)
        }
        let now = Clock.monotonic()
        while let work = timers.next(at: now) { work() }
    }
}
