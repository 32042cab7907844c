internal import DeskModel

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
    /// here. Letters beyond ASCII in its local part need a server with SMTPUTF8.
    public var isSendable: Bool {
        Address(known: address).isComplete
    }
}
