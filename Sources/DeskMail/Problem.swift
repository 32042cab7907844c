/// What the reader found wrong with a message and how it went on.
public enum Problem: Hashable, Sendable {
    /// Nothing could be parsed; only the raw message tells.
    case unreadable
    /// There was not one header field.
    case headless
    /// A header, the message's own or a part's, did not end with an empty line, or had lines in it that are no fields.
    case header
    /// Header fields whose bytes are not what they are declared as, or not declared at all.
    case headerText
    /// An address field so wild that it was taken as text.
    case addresses
    /// A content type that is none, or that its part contradicts.
    case contentType
    /// A charset that is unknown, or bytes that are not of it.
    case charset
    /// HTML that was too wild to be parsed as such.
    case markup
    /// A part that only the recipient's key opens.
    case encrypted
    /// A part whose wrapping, such as that of a signature, could not be read.
    case wrapping
    /// Something beyond a bound: how much of it was left out.
    case leftOut(Bound, Int)

    /// The problem in words for an agent.
    public var words: String {
        switch self {
        case .unreadable: "the message could not be read, see the raw message"
        case .headless: "the message has no header"
        case .header:
            "a header is broken, its end was found by guessing; see the raw message if text seems to be missing"
        case .headerText: "a header field is not in the charset that it names, or names none; its charset was guessed"
        case .addresses: "an address field could not be read"
        case .contentType: "a content type is broken, the part was read as what it seems to be"
        case .charset: "the text is not in the charset that the message names"
        case .markup: "the HTML is broken, its text was taken out crudely"
        case .encrypted: "a part is encrypted and cannot be read here"
        case .wrapping: "a signed or packed part could not be opened; it is listed as a file"
        case .leftOut(let bound, let amount): bound.words(amount)
        }
    }
}

extension Problem {
    /// The problems that are no amount.
    public static let plain: [Problem] = [
        .unreadable, .headless, .header, .headerText, .addresses, .contentType, .charset, .markup, .encrypted,
        .wrapping,
    ]

    /// Problems that one message can have: each plain one, and each bound, once.
    public static var maximumCount: Int { plain.count + Bound.allCases.count }

    func write(to writer: inout FieldWriter) {
        if case .leftOut(let bound, let amount) = self {
            writer.byte(UInt8(Self.plain.count))
            writer.byte(bound.rawValue)
            writer.number(amount)
        } else {
            writer.byte(UInt8(Self.plain.firstIndex(of: self) ?? 0))
        }
    }

    init(from reader: inout FieldReader) throws(MailError) {
        let code = Int(try reader.byte())
        if code < Self.plain.count {
            self = Self.plain[code]
        } else {
            guard code == Self.plain.count, let bound = Bound(rawValue: try reader.byte()) else { throw .malformed }
            self = .leftOut(bound, try reader.number())
        }
    }
}
