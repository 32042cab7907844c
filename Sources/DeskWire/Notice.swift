public import DeskModel

/// Something passing: no number, never told again.
public enum Notice: Equatable, Sendable {
    /// Replay has met the present.
    case live(at: SequenceNumber)
    /// Nothing was sent for as long as `tick=` said.
    case tick(at: SequenceNumber)
    /// These subscriptions have ended; everything of them up to `at` was sent.
    case cut([Subscription], at: SequenceNumber, why: Cut, into: TicketID? = nil)
    /// The lease of a customer's tickets ends soon.
    case lease(TicketID, until: Moment, also: [TicketID])
    /// A colleague has come.
    case here(AgentName)
    /// A colleague has gone.
    case gone(AgentName)
    /// A colleague looks at a ticket.
    case looking(TicketID, by: AgentName)
    /// Something for the person at the other end.
    case hint(String, text: String)
    /// The last line before the server closes by its own will.
    case bye(Farewell, retry: Int? = nil)

    /// Why a subscription ended.
    public enum Cut: String, Equatable, Sendable {
        /// The right to read is gone.
        case rights
        /// The ticket lives on in another.
        case merged
        /// The events are no longer kept.
        case trimmed
        /// An admin said so.
        case admin
    }

    /// Why the server closes.
    public enum Farewell: String, Equatable, Sendable {
        /// The desk goes down.
        case shutdown
        /// Nobody logged in in time, or too many attempts failed.
        case login
        /// Too many lines before login that mean nothing.
        case errors
        /// An admin said so.
        case admin
    }

    /// Bytes of a list of subscriptions in one `~ cut`.
    private static let cutList = Limits.line - 100

    /// Appends the notice's line with its end; a `~ cut` of more than one line names is several.
    public func append(to out: inout [UInt8]) {
        if case .cut(let what, let at, let why, let into) = self {
            for group in what.map(\.wire).grouped(bytes: Notice.cutList) {
                out.put("~ cut ")
                out.list(group, most: Limits.line)
                out.pair("at", at)
                out.pair("why", why.rawValue)
                if let into { out.pair("into", into) }
                out.append(Ascii.feed)
            }
            return
        }
        out.put("~ ")
        switch self {
        case .live(let at):
            out.put("live")
            out.pair("at", at)
        case .tick(let at):
            out.put("tick")
            out.pair("at", at)
        case .cut: break  // See above.
        case .lease(let id, let until, let also):
            out.put("lease \(id)")
            out.pair("until", until)
            out.pair(ifAny: "also", also)
            out.hint("still on it? \"hold \(id.value)\"")
        case .here(let name): out.put("here \(name)")
        case .gone(let name): out.put("gone \(name)")
        case .looking(let id, let name):
            out.put("looking \(id)")
            out.pair("by", holder: name)
        case .hint(let word, let text):
            out.put("hint \(word)")
            out.hint(text)
        case .bye(let why, let retry):
            out.put("bye")
            out.pair("why", why.rawValue)
            if let retry { out.pair("retry", retry) }
        }
        out.append(Ascii.feed)
    }
}

/// The first line of a connection, said before anything is heard.
public enum Greeting {
    /// Appends `DESK/1 host= …`. `epoch` names the log.
    public static func append(host: String, epoch: String, to out: inout [UInt8]) {
        out.put("DESK/1")
        out.pair("host", host)
        out.pair("epoch", epoch)
        out.put(" auth=login")
        out.pair("line", Limits.line)
        out.pair("block", Limits.block)
        out.hint("type \"help\"; end with \"quit\"")
        out.append(Ascii.feed)
    }
}
