import DeskMail

/// The address in a field that breaks the grammar of addresses (RFC 5322 §3.4) and is one that people have all the
/// same: a Japanese carrier gave its customers names with two dots in a row, or one before the `@`.
enum LooseAddress {
    /// What stands between the last angle brackets, else the first word with an `@`; nil if mail cannot go there.
    static func find(in value: String) -> MailAddress? {
        let bytes = value.utf8
        if let open = bytes.lastIndex(of: UInt8(ascii: "<")) {
            let inner = bytes[bytes.index(after: open)...].prefix { $0 != UInt8(ascii: ">") }
            let name = String(value[..<open]).filter { $0 != "\"" }
            return address(Substring(inner), name: name.trimmingBlanks)
        }
        return bytes.split(whereSeparator: { $0 <= 0x20 || separators.contains($0) }).lazy
            .compactMap { address(Substring($0), name: "") }.first
    }

    /// Whether all of a field is one mailbox: it ends with an address in brackets and has nothing that parts mailboxes.
    static func isOne(_ value: String) -> Bool {
        let bytes = value.trimmingBlanks.utf8
        return bytes.last == UInt8(ascii: ">") && bytes.count { $0 == UInt8(ascii: "<") } == 1
            && !bytes.contains { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: ";") }
    }

    private static let separators = Array("\",;:()[]>".utf8)

    private static func address(_ text: Substring, name: String) -> MailAddress? {
        let bare = String(text).trimmingBlanks
        let scheme = "mailto:"
        let isLink = bare.prefix(scheme.count).lowercased() == scheme
        let address = MailAddress(name: name, address: isLink ? String(bare.dropFirst(scheme.count)) : bare)
        guard address.isSendable, let at = address.address.utf8.firstIndex(of: UInt8(ascii: "@")) else { return nil }
        let host = address.address.utf8[at...].dropFirst()
        return host.allSatisfy { $0.isWordByte || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") } ? address : nil
    }
}
