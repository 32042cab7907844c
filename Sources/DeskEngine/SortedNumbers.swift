internal import DeskModel

/// Numbers in ascending order, each at most once; insertion and removal touch one chunk of at most 512 of them, so that
/// a hundred thousand tickets cost no more than a few hundred nanoseconds.
struct SortedNumbers: Equatable, Sendable, Sequence {
    private var chunks: [[Int64]] = []
    private(set) var count = 0
    private static let chunkMost = 512

    var isEmpty: Bool { count == 0 }
    var first: Int64? { chunks.first?.first }

    /// Adds `number`; `false` if it is there already.
    @discardableResult
    mutating func insert(_ number: Int64) -> Bool {
        guard let last = chunks.last?.last, number <= last else {
            append(number)
            return true
        }
        let index = chunk(holding: number)
        let offset = chunks[index].partition(before: number)
        guard chunks[index][offset] != number else { return false }
        chunks[index].insert(number, at: offset)
        count += 1
        if chunks[index].count > SortedNumbers.chunkMost { split(index) }
        return true
    }

    /// Takes `number` out; does nothing if it is not there.
    mutating func remove(_ number: Int64) {
        let index = chunk(holding: number)
        guard index < chunks.count else { return }
        let offset = chunks[index].partition(before: number)
        guard chunks[index][offset] == number else { return }
        chunks[index].remove(at: offset)
        count -= 1
        if chunks[index].isEmpty { chunks.remove(at: index) }
    }

    /// The smallest number that is not below `number`.
    func first(from number: Int64) -> Int64? {
        let index = chunk(holding: number)
        guard index < chunks.count else { return nil }
        return chunks[index][chunks[index].partition(before: number)]
    }

    func makeIterator() -> AnyIterator<Int64> {
        AnyIterator(chunks.joined().makeIterator())
    }

    /// How the numbers happen to be cut into chunks makes no difference.
    static func == (left: SortedNumbers, right: SortedNumbers) -> Bool {
        left.count == right.count && left.elementsEqual(right)
    }

    /// New tickets come last: full chunks stay full instead of being halved.
    private mutating func append(_ number: Int64) {
        if let last = chunks.indices.last, chunks[last].count < SortedNumbers.chunkMost {
            chunks[last].append(number)
        } else {
            chunks.append([number])
        }
        count += 1
    }

    private mutating func split(_ index: Int) {
        let half = chunks[index].count / 2
        let upper = Array(chunks[index][half...])
        chunks[index].removeSubrange(half...)
        chunks.insert(upper, at: index + 1)
    }

    /// The first chunk whose last number is not below `number`; the number of chunks if there is none.
    private func chunk(holding number: Int64) -> Int {
        var (low, high) = (0, chunks.count)
        while low < high {
            let middle = (low + high) / 2
            if chunks[middle][chunks[middle].count - 1] < number { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension [Int64] {
    /// The first place in ascending numbers whose number is not below `number`.
    fileprivate func partition(before number: Int64) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// A ticket's place in every list: high priority first, then age. One number, so that order is one comparison.
struct Rank: Equatable, Sendable {
    let value: Int64

    init(_ priority: UInt8, _ id: TicketID) {
        value = (5 - Int64(Swift.min(priority, 5))) << 56 | id.value
    }

    init(_ ticket: Ticket) {
        self.init(ticket.priority, ticket.id)
    }

    /// The ticket at a place.
    static func ticket(_ value: Int64) -> TicketID {
        TicketID(value & (1 << 56 - 1))
    }
}
