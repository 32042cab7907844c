/// What a door tells whoever handed a mail in.
enum IntakeAnswer: Equatable, Sendable {
    /// It is in, for good; the number of its ticket.
    case taken(ticket: String)
    /// It is in and belongs to no ticket: the same mail had come before, or nobody needs to see it.
    case dropped
    /// Not now, come again; why, in a few words.
    case later(String)
    /// Never: it is larger than the limit. Nothing of it was stored.
    case tooLarge(most: Int)

    /// Reply code, enhanced code (RFC 3463) and text, without a line end.
    var reply: String {
        switch self {
        case .taken(let ticket): "250 2.0.0 ticket \(ticket)"
        case .dropped: "250 2.0.0 this mail is here already"
        case .later(let why): "451 4.3.0 \(why)"
        case .tooLarge(let most): "552 5.3.4 a mail may have \(most) bytes"
        }
    }
}
