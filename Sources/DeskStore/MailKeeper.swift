public import DeskModel

/// The thread that writes `mail.db`, so that a large mail holds nobody's commit.
///
/// What has gathered while it wrote goes into its next transaction, and the newest mark of the journal with it. A mark
/// alone is written at most once a second. An error fails the messages it hit and nothing else: the sender comes again.
public final class MailKeeper: Sendable {
    private struct Order: Sendable {
        let what: MailArchive.Order
        let done: @Sendable (Result<Digest, StoreError>) -> Void

        var size: Int {
            switch what {
            case .raw(let bytes), .composed(_, let bytes): bytes.count
            case .claimed(let digests): digests.count * Digest.zero.bytes.count
            }
        }
    }

    private struct Shared: Sendable {
        var orders: [Order] = []
        /// What `mail.db` does not know yet of the journal.
        var mark: JournalMark?
        /// A mark has just been written: only orders and the end are a reason to write the next one.
        var isResting = false
        var isStopping = false
    }

    /// What there is to write.
    private struct Work {
        var orders: [Order] = []
        var mark: JournalMark?
    }

    private let path: String
    private let hashing: Hashing
    private let shared = Monitor(Shared())
    private let thread = ThreadSlot()

    /// Bytes that one transaction takes at most, if it is more than one mail.
    private static let groupSize = 64 << 20
    /// Milliseconds between two marks for which nothing else is written.
    private static let markPause = 1000

    /// Starts the thread behind an archive that exists.
    public init(path: String, hashing: Hashing) {
        self.path = path
        self.hashing = hashing
        thread.start { [self] in run() }
    }

    /// Keeps a mail that came in. `done` is told on the keeper's thread, once it is durable, where it is found again.
    public func put(_ raw: [UInt8], done: @escaping @Sendable (Result<Digest, StoreError>) -> Void) {
        add(Order(what: .raw(raw), done: done))
    }

    /// Keeps a mail of ours, unless one has been composed for that event already. `done` is told on the keeper's
    /// thread.
    public func keep(
        composed: [UInt8], for outgoing: Outgoing, done: @escaping @Sendable (StoreError?) -> Void
    ) {
        add(
            Order(what: .composed(outgoing, composed)) { result in
                switch result {
                case .success: done(nil)
                case .failure(let error): done(error)
                }
            })
    }

    /// Notes, in passing, that committed events name these raw mails. A mail of which this gets lost is looked up at
    /// the next start.
    public func claim(_ digests: [Digest]) {
        add(Order(what: .claimed(digests)) { _ in })
    }

    /// Notes how far the journal is, durably; `mail.db` has it within a second, and before anything that is put or kept
    /// from now on.
    public func follow(_ mark: JournalMark) {
        shared.changeQuietly { shared in
            shared.mark = mark
            return !shared.isResting
        }
    }

    /// Writes what there is, with the mark at which the desk ends, and ends the thread.
    public func stop() {
        shared.change { $0.isStopping = true }
        thread.join()
    }

    private func add(_ order: Order) {
        shared.change { $0.orders.append(order) }
    }

    private func run() {
        var archive: MailArchive?
        var last: JournalMark?
        while let work = nextWork() {
            last = work.mark ?? last
            do throws(StoreError) {
                try write(work.orders, work.mark, &archive)
            } catch {
                archive = nil
                keepMark(work.mark)
                guard work.orders.count > 1 else {
                    work.orders.first?.done(.failure(error))
                    continue
                }
                // One of them may be to blame: too large for what is left of the disk.
                for order in work.orders { alone(order, work.mark, &archive) }
            }
        }
        if let last { try? write([], last, isFinal: true, &archive) }
        archive?.finish()
    }

    /// Tries a mark that could not be written again, unless there is a newer one or the desk stops.
    private func keepMark(_ mark: JournalMark?) {
        shared.change { shared in
            if !shared.isStopping { shared.mark = shared.mark ?? mark }
        }
    }

    private func alone(_ order: Order, _ mark: JournalMark?, _ archive: inout MailArchive?) {
        do throws(StoreError) {
            try write([order], mark, &archive)
        } catch {
            archive = nil
            order.done(.failure(error))
        }
    }

    private func write(
        _ orders: [Order], _ mark: JournalMark?, isFinal: Bool = false, _ archive: inout MailArchive?
    ) throws(StoreError) {
        let opened = if let archive { archive } else { try MailArchive(path: path, hashing: hashing) }
        archive = opened
        let digests = try opened.write(orders.map(\.what), mark: mark, isFinal: isFinal)
        for (order, digest) in zip(orders, digests) { order.done(.success(digest)) }
    }

    /// What waits; `nil` once everything is written and the desk stops.
    private func nextWork() -> Work? {
        if shared.look(\.isResting) {
            let isWoken = shared.wait(atMost: MailKeeper.markPause) { shared in
                !shared.orders.isEmpty || shared.isStopping ? true : nil
            }
            shared.change { $0.isResting = isWoken == true }
        }
        let next = shared.wait { shared -> Work?? in
            guard !shared.orders.isEmpty || shared.mark != nil else { return shared.isStopping ? .some(nil) : nil }
            return .some(MailKeeper.take(from: &shared))
        }
        return next ?? nil
    }

    /// As many orders as make a group, and the mark.
    private static func take(from shared: inout Shared) -> Work {
        var size = 0
        let count = shared.orders.prefix { order in
            defer { size += order.size }
            return size == 0 || size + order.size <= MailKeeper.groupSize
        }.count
        let work = Work(orders: Array(shared.orders.prefix(count)), mark: shared.mark)
        shared.orders.removeFirst(count)
        if shared.mark != nil { shared.isResting = true }
        shared.mark = nil
        return work
    }
}
