internal import DeskModel

extension Cursor {
    /// What `more=` says: the kind and the numbers in base 36. Opaque to clients, so it may change at any time.
    var wire: String {
        let numbers = [position, offset] + (ticket.map { [$0.value] } ?? [])
        return String(decoding: [kind], as: UTF8.self) + numbers.map { String($0, radix: 36) }.joined(separator: ".")
    }

    /// Reads what `wire` wrote; `nil` for anything else.
    init?(wire text: String) {
        let parts = text.utf8.dropFirst().split(separator: Ascii.dot, omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Int64(Substring($0), radix: 36) }.filter { $0 >= 0 }
        guard let kind = text.utf8.first, (2...3).contains(parts.count), numbers.count == parts.count else {
            return nil
        }
        let ticket = numbers.count == 3 ? TicketID(numbers[2]) : nil
        self.init(kind: kind, position: numbers[0], offset: numbers[1], ticket: ticket)
        guard wire == text else { return nil }
    }
}
