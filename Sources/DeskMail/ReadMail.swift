/// A mail as the worker read it: plain values, bounded, nothing left to decode.
///
/// Single-line values hold no NUL, CR or LF; texts hold no NUL and end their lines with LF. Other control characters
/// are still in them: the last function before the wire neutralises those.
public struct ReadMail: Equatable, Sendable {
    /// The header fields in the order of the mail.
    public var fields: [HeaderField] = []
    /// The addresses of From; empty when the field is missing or names nobody.
    public var from: [MailAddress] = []
    /// The addresses of Sender.
    public var sender: [MailAddress] = []
    /// The addresses of Reply-To.
    public var replyTo: [MailAddress] = []
    /// The addresses of To.
    public var to: [MailAddress] = []
    /// The addresses of Cc.
    public var cc: [MailAddress] = []
    /// The subject, decoded.
    public var subject = ""
    /// The Date field as written; nothing relies on it.
    public var date = ""
    /// The Message-ID without its angle brackets; empty when the mail has none.
    public var messageID = ""
    /// The Message-IDs of In-Reply-To, without brackets.
    public var inReplyTo: [String] = []
    /// The Message-IDs of References in their order, without brackets.
    public var references: [String] = []
    /// The content type of the whole mail, lower-cased, without parameters.
    public var type = "text/plain"
    /// What kind of report the mail is, if it is one.
    public var report: Report?
    /// The text in its order, cut into what is new, what is quoted and what is a signature.
    public var segments: [Segment] = []
    /// The parts that are not shown as text.
    public var files: [AttachedFile] = []
    /// The Message-IDs of mails that a report or a forward carries inside, without brackets.
    public var embeddedMessageIDs: [String] = []
    /// The addresses that a delivery report calls failed.
    public var failedRecipients: [String] = []
    /// What a delivery report says went wrong, as one line; empty otherwise.
    public var diagnosis = ""
    /// What was wrong with the mail, in words of the reader.
    public var problems: [Problem] = []

    /// Makes an empty mail, to be filled by the reader.
    public init() {}

    /// The values of every header field of that name, whatever its case.
    public func values(of name: String) -> [String] {
        fields.filter { $0.isNamed(name) }.map(\.value)
    }
}

/// One header field.
public struct HeaderField: Equatable, Sendable {
    /// The name as sent.
    public var name: String
    /// The value, unfolded and decoded.
    public var value: String

    /// Makes a field from name and value.
    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    /// Whether the field has that name, whatever its case.
    public func isNamed(_ other: String) -> Bool {
        name.utf8.count == other.utf8.count
            && name.utf8.elementsEqual(other.utf8) { $0.lowercasedASCII == $1.lowercasedASCII }
    }
}

/// A run of whole lines of one kind.
public struct Segment: Equatable, Sendable {
    /// Who is speaking in these lines.
    public enum Kind: UInt8, Sendable, CaseIterable {
        /// The sender himself.
        case new
        /// Somebody whom he quotes, and the line that introduces the quote.
        case quoted
        /// His signature or his telephone.
        case signature
    }

    /// Who is speaking.
    public var kind: Kind
    /// The lines, separated by LF, without one at the end.
    public var text: String

    /// Makes a segment from lines that are joined already.
    public init(kind: Kind, text: String) {
        self.kind = kind
        self.text = text
    }
}

/// A part of a mail that is not shown as its text.
public struct AttachedFile: Equatable, Sendable {
    /// The last component of the name that the sender gave; empty if he gave none.
    public var name: String
    /// The content type, lower-cased.
    public var type: String
    /// The size after decoding, in bytes.
    public var size: Int
    /// The part's number in the order of the mail, counted from 1 over all parts, containers included.
    public var part: Int

    /// Makes the description of one part.
    public init(name: String, type: String, size: Int, part: Int) {
        self.name = name
        self.type = type
        self.size = size
        self.part = part
    }
}

/// The kinds of machine reports (RFC 3462 and its family).
public enum Report: UInt8, Sendable, CaseIterable {
    /// A delivery status notification (RFC 3464).
    case delivery
    /// A message disposition notification, such as a receipt (RFC 8098).
    case disposition
    /// A complaint in abuse reporting format (RFC 5965).
    case feedback
    /// A `multipart/report` of another kind.
    case other
    /// A delivery status notification that gives nobody up: the server goes on trying, or has passed the mail on.
    case delay
}

extension UInt8 {
    /// The byte, lower-cased if it is a capital letter of ASCII.
    var lowercasedASCII: UInt8 { self >= 0x41 && self <= 0x5A ? self | 0x20 : self }
    /// Whether the byte is a digit of ASCII.
    var isDigit: Bool { self >= 0x30 && self <= 0x39 }
    /// Whether the byte is a blank or a tab.
    var isBlank: Bool { self == 0x20 || self == 0x09 }
}
