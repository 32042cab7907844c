/// Every maximum that can leave out something of a message.
///
/// Values are cut to a bound through `Cuts` only, which keeps account of what was left out; each bound that was
/// exceeded becomes a `Problem.leftOut`, and the raw message still has all of it.
public enum Bound: UInt8, CaseIterable, Sendable {
    /// Bytes of the text that is shown.
    case text
    /// Bytes of HTML from which text is taken.
    case markup
    /// Header fields.
    case fields
    /// Bytes of the name or the value of one header field.
    case field
    /// Bytes of the subject.
    case subject
    /// Bytes of the Date field.
    case date
    /// Addresses of one kind, in all fields of that name.
    case addresses
    /// Bytes of one email address; a longer one is left out, since its beginning would be another address.
    case address
    /// Bytes of the name beside an address.
    case name
    /// Message-IDs of one kind.
    case messageIDs
    /// Bytes of one Message-ID; a longer one is left out.
    case messageID
    /// Parts that are read, those of attached messages included.
    case parts
    /// Depth of nested parts.
    case depth
    /// Bytes of the name of a file.
    case fileName
    /// Bytes of a content type.
    case type
    /// Parameters of a content type or a disposition.
    case parameters
    /// Recipients that a delivery report names.
    case failedRecipients
    /// Lines of a delivery report.
    case reportLines
    /// Bytes of the reason that a delivery report gives.
    case diagnosis
    /// Lines of the message with all that it holds.
    case lines

    /// The maximum, in the unit of the case.
    public var maximum: Int {
        switch self {
        case .text, .markup: MailLimits.text
        case .fields: MailLimits.fields
        case .field: MailLimits.field
        case .subject: MailLimits.line
        case .date, .type: 200
        case .addresses: MailLimits.addresses
        case .address: 320
        case .name, .fileName: 255
        case .messageIDs, .failedRecipients: MailLimits.messageIDs
        case .messageID: MailLimits.messageID
        case .parts: MailLimits.parts
        case .depth: MailLimits.depth
        case .reportLines: 10_000
        case .diagnosis: 500
        case .parameters: 200
        case .lines: MailLimits.lines
        }
    }

    /// What was left out, in words for an agent; `amount` in the unit that the words name.
    func words(_ amount: Int) -> String {
        switch self {
        case .text: "the text is too long, its last \(amount) bytes were left out"
        case .markup: "the HTML is too long, its last \(amount) bytes were left out"
        case .fields: "the header is too long, its last \(amount) fields were left out"
        case .field: "header fields are too long, \(amount) bytes of them were left out"
        case .subject: "the subject is too long, its last \(amount) bytes were left out"
        case .date: "the date is too long, its last \(amount) bytes were left out"
        case .addresses: "the message names too many addresses, at least \(amount) were left out"
        case .address: "\(amount) addresses are too long and were left out"
        case .name: "names beside addresses are too long, \(amount) bytes at their ends were left out"
        case .messageIDs: "the message refers to too many others, at least \(amount) Message-IDs were left out"
        case .messageID: "\(amount) Message-IDs are too long and were left out"
        case .parts: "the message has too many parts, at least \(amount) were left out"
        case .depth: "parts are nested too deep, at least \(amount) were left out"
        case .fileName: "names of files are too long, \(amount) bytes at their ends were left out"
        case .type: "content types are too long, \(amount) bytes at their ends were left out"
        case .parameters: "a content type has too many parameters, at least \(amount) were left out"
        case .failedRecipients: "the report names too many recipients, \(amount) were left out"
        case .reportLines: "the report is too long, its last \(amount) lines were left out"
        case .diagnosis: "the reason in the report is too long, its last \(amount) bytes were left out"
        case .lines: "the message has too many lines, its last \(amount) bytes were not read"
        }
    }
}
