/// One address of a mail header: whom it names and where his mail goes.
public struct MailAddress: Equatable, Hashable, Sendable {
    /// The display name, decoded; empty if the header gave none.
    public var name: String
    /// The address as sent, its domain as A-label where it could be converted.
    public var address: String

    /// Makes an address from its two parts.
    public init(name: String = "", address: String) {
        self.name = name
        self.address = address
    }

    /// Whether the address may be pasted into an SMTP dialogue and a header.
    ///
    /// libcurl writes addresses into the dialogue unchecked, so whatever could end the path or the line is refused
    /// here: controls, blanks, angle brackets, bytes outside ASCII, a missing part beside the `@`.
    public var isSendable: Bool {
        let bytes = address.utf8
        guard bytes.count <= MailLimits.address, let at = bytes.lastIndex(of: UInt8(ascii: "@")) else { return false }
        guard at != bytes.startIndex, bytes.index(after: at) != bytes.endIndex else { return false }
        return bytes.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">") }
    }
}
