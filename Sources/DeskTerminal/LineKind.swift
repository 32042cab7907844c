/// What a line of the desk is, told by its first character after an optional `@tag`.
public enum LineKind: Sendable, Equatable {
    case greeting, record, text, event, notice, ok, refused, unknown

    /// Reads the kind off a line without its ending.
    public init(of line: some BidirectionalCollection<UInt8>) {
        var rest = line[...]
        if rest.first == UInt8(ascii: "@") {
            rest = rest.drop { $0 != UInt8(ascii: " ") }.dropFirst()
        }
        switch rest.first {
        case UInt8(ascii: "-"): self = .record
        case UInt8(ascii: "|"), UInt8(ascii: "\\"): self = .text
        case UInt8(ascii: "*"): self = .event
        case UInt8(ascii: "~"): self = .notice
        default:
            let word = rest.prefix { $0 != UInt8(ascii: " ") }
            if word.elementsEqual("OK".utf8) {
                self = .ok
            } else if word.elementsEqual("ERR".utf8) {
                self = .refused
            } else {
                self = word.starts(with: "DESK/".utf8) ? .greeting : .unknown
            }
        }
    }

    /// Whether the line ends a reply: every command gets exactly one such line.
    public var isFinal: Bool { self == .ok || self == .refused }

    /// The line in the colour of its kind: green and red for finals, cyan for events, the passing and the framing dim.
    public func painted(_ line: String) -> String {
        switch self {
        case .ok: "\u{1b}[32m\(line)\u{1b}[m"
        case .refused: "\u{1b}[1;31m\(line)\u{1b}[m"
        case .event: "\u{1b}[36m\(line)\u{1b}[m"
        case .record: "\u{1b}[33m\(line)\u{1b}[m"
        case .notice, .greeting: "\u{1b}[2m\(line)\u{1b}[m"
        case .text, .unknown: line
        }
    }
}
