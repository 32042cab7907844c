public import DeskModel

/// The thread that writes `mail.db`, so that a large mail holds nobody's commit.
///
/// What has gathered while it wrote goes into its next transaction. An error fails the mails it hit and nothing else:
/// the sender comes again.
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
        var isStopping = false
    }

    private let path: String
    private let hashing: Hashing
    private let shared = Monitor(Shared())
    private let thread = ThreadSlot()

    /// Bytes that one transaction takes at most, if it is more than one mail.
    private static let groupSize = 64 << 20

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
        composed: [UInt8], for sequence: SequenceNumber, done: @escaping @Sendable (StoreError?) -> Void
    ) {
        add(
            Order(what: .composed(sequence, composed)) { result in
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

    /// Writes what there is and ends the thread.
    public func stop() {
        shared.change { $0.isStopping = true }
        thread.join()
    }

    private func add(_ order: Order) {
        shared.change { $0.orders.append(order) }
    }

    private func run() {
        var archive: MailArchive?
        while let orders = nextGroup() {
            do throws(StoreError) {
                try write(orders, &archive)
            } catch {
                archive = nil
                guard orders.count > 1 else {
                    orders[0].done(.failure(error))
                    continue
                }
                // One of them may be to blame: too large for what is left of the disk.
                for order in orders { alone(order, &archive) }
            }
        }
    }

    private func alone(_ order: Order, _ archive: inout MailArchive?) {
        do throws(StoreError) {
            try write([order], &archive)
        } catch {
            archive = nil
            order.done(.failure(error))
        }
    }

    private func write(_ orders: [Order], _ archive: inout MailArchive?) throws(StoreError) {
        let opened = if let archive { archive } else { try MailArchive(path: path, hashing: hashing) }
        archive = opened
        let digests = try opened.write(orders.map(\.what))
        for (order, digest) in zip(orders, digests) { order.done(.success(digest)) }
    }

    /// What waits, as much as makes a group; `nil` once everything is written and the desk stops.
    private func nextGroup() -> [Order]? {
        let next = shared.wait { shared -> [Order]?? in
            guard !shared.orders.isEmpty else { return shared.isStopping ? .some(nil) : nil }
            var size = 0
            let count = shared.orders.prefix { order in
                defer { size += order.size }
                return size == 0 || size + order.size <= MailKeeper.groupSize
            }.count
            defer { shared.orders.removeFirst(count) }
            return .some(Array(shared.orders.prefix(count)))
        }
        return next ?? nil
    }
}
