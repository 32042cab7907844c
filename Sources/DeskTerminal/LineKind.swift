/// The kind of a line sent by the server, given by its first character after an optional `@tag`.
public enum LineKind: Sendable, Equatable {
    case greeting, record, text, event, notice, ok, refused, unknown

    /// Classifies a line without its line ending.
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

    /// Whether the line is a final: the server sends exactly one for each command.
    public var isFinal: Bool { self == .ok || self == .refused }

    /// The text in the color of this kind: finals green or red, events cyan, records yellow, notices and greeting dim.
    public func colored(_ line: String) -> String {
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
