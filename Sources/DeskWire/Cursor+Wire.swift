internal import DeskModel

extension Cursor {
    /// What `more=` says: the kind and two numbers in base 36. Opaque to clients, so it may change at any time.
    var wire: String {
        let kind = String(decoding: [kind], as: UTF8.self)
        return "\(kind)\(String(position, radix: 36)).\(String(offset, radix: 36))"
    }

    /// Reads what `wire` wrote; `nil` for anything else.
    init?(wire text: String) {
        let parts = text.utf8.dropFirst().split(separator: Ascii.dot, omittingEmptySubsequences: false)
        guard let kind = text.utf8.first, parts.count == 2,
            let position = Int64(Substring(parts[0]), radix: 36), position >= 0,
            let offset = Int64(Substring(parts[1]), radix: 36), offset >= 0
        else { return nil }
        self.init(kind: kind, position: position, offset: offset)
        guard wire == text else { return nil }
    }
}
