public import DeskModel

/// The last line of a reply, the one that says `OK` or `ERR`.
///
/// Every outcome, refusal and error of the product becomes a line here and nowhere else.
public enum Final: Equatable, Sendable {
    /// A command was done; with the number of its last event, if it made any.
    case done(Outcome, sequence: SequenceNumber?)
    /// A command was refused. `verb` lets the hint tell the form and what helps.
    case refused(Refusal, verb: Verb? = nil)
    /// A line was wrong.
    case malformed(Malformed)
    /// Something was read or concerns the connection; `at` is the position that the reply speaks of.
    case answered(Answer, at: SequenceNumber?)
    /// A retried command finds the line that it got the first time (`Event.Retry.final`).
    case again(String)

    /// Appends the line without tag and without line end; its hint names only what `reader` may do.
    public func append(for reader: HintReader, to out: inout [UInt8]) {
        switch self {
        case .done(let outcome, let sequence):
            out.put("OK ")
            outcome.append(to: &out, sequence)
        case .refused(let refusal, let verb):
            out.put("ERR ")
            refusal.append(to: &out)
            refusal.appendHint(for: reader, after: verb, to: &out)
        case .malformed(let malformed):
            out.put("ERR ")
            malformed.append(for: reader, to: &out)
        case .answered(let answer, let at):
            out.put("OK ")
            answer.append(to: &out, at)
        case .again(let stored): Final.append(again: stored, to: &out)
        }
    }

    /// The line without tag and line end, as a retry key keeps it: a key keeps only what was done.
    public var text: String {
        var out: [UInt8] = []
        append(for: .everything, to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    /// `again=yes` is the last pair, so it comes before the hint: the first lone colon outside of quotes.
    private static func append(again stored: String, to out: inout [UInt8]) {
        let line = Array(stored.utf8)
        let end = hint(of: line) ?? line.count
        out.append(contentsOf: line[..<end])
        out.put(" again=yes")
        out.append(contentsOf: line[end...])
    }

    private static func hint(of line: [UInt8]) -> Int? {
        var isQuoted = false
        var at = 0
        while at < line.count {
            switch line[at] {
            case Ascii.backslash where isQuoted: at += 1
            case Ascii.quote: isQuoted.toggle()
            case Ascii.space where !isQuoted:
                let isLone = at + 1 < line.count && line[at + 1] == Ascii.colon
                if isLone && (at + 2 == line.count || line[at + 2] == Ascii.space) { return at }
            default: break
            }
            at += 1
        }
        return nil
    }
}

/// What was read, or what the connection is told about itself.
public enum Answer: Equatable, Sendable {
    /// So many text lines of help.
    case help(lines: Int)
    /// So many records about what the desk can do.
    case caps(count: Int)
    /// The token, said back.
    case pong(token: String?)
    /// The last line.
    case bye
    /// Logged in.
    case hello(AgentName, epoch: String, held: Int, drafts: Int, says: Int)
    /// What this connection is set to.
    case session(reads: Bool)
    /// The asker, in so many records.
    case me(count: Int)
    /// So many agents.
    case who(count: Int)
    /// So many queues.
    case queues(count: Int)
    /// So many tickets that the asker holds.
    case mine(count: Int)
    /// So many tickets.
    case list(count: Int, more: Cursor?)
    /// A ticket with so many of its texts.
    case show(TicketID, count: Int, hasDraft: Bool, more: Cursor?)
    /// One text.
    case showEntry(EntryID, more: Cursor?)
    /// So many texts and events of a ticket.
    case history(TicketID, count: Int, more: Cursor?)
    /// A mail in so many lines of base64.
    case raw(EntryID, lines: Int, more: Cursor?)
    /// The asker's draft.
    case draft(TicketID)
    /// Who the next answer in a ticket goes to.
    case recipients(TicketID, Addressee)
    /// These subscriptions have begun, with a replay of what came after `since`.
    case subscribed([Subscription], since: SequenceNumber?)
    /// These have ended, those are left.
    case unsubscribed([Subscription], left: [Subscription])
    /// A wait has ended.
    case canceled(tag: String)

    /// Bytes of what comes behind a list: `,… left= since= at=` and two numbers.
    private static let positions = 80

    fileprivate func append(to out: inout [UInt8], _ at: SequenceNumber?) {
        switch self {
        case .help(let lines): out.counted("help", lines)
        case .caps(let count): out.counted("caps", count)
        case .pong(let token):
            out.put("pong")
            if let token {
                out.append(Ascii.space)
                out.value(token)
            }
        case .bye: out.put("bye")
        case .session(let reads):
            out.put("session")
            out.pair("reads", reads ? "yes" : "no")
        case .hello(let name, let epoch, let held, let drafts, let says):
            out.put("hello \(name)")
            if let at { out.pair("at", at) }
            out.pair("epoch", epoch)
            out.pair("held", held)
            out.pair("drafts", drafts)
            if says > 0 { out.pair("says", says) }
            return
        case .me(let count): out.counted("me", count)
        case .who(let count): out.counted("who", count)
        case .queues(let count): out.counted("queues", count)
        case .mine(let count): out.counted("mine", count)
        case .list(let count, let more):
            out.counted("list", count)
            out.pair(ifAny: more)
        case .show, .showEntry, .history, .raw, .draft, .recipients: appendTicket(to: &out)
        case .subscribed(let what, let since):
            out.put("subscribed ")
            out.list(what.map(\.wire), most: out.room(reserving: Answer.positions))
            if let since { out.pair("since", since) }
        case .unsubscribed(let what, let left):
            out.put("unsubscribed ")
            out.list(what.map(\.wire), most: out.room(reserving: Answer.positions) / 2)
            out.pair("left", list: left.map(\.wire), most: out.room(reserving: Answer.positions))
        case .canceled(let tag): out.put("canceled \(tag)")
        }
        if let at { out.pair("at", at) }
    }

    private func appendTicket(to out: inout [UInt8]) {
        switch self {
        case .show(let id, let count, let hasDraft, let more):
            out.counted("show \(id)", count)
            out.flag("draft", hasDraft)
            out.pair(ifAny: more)
        case .showEntry(let id, let more):
            out.counted("show \(id)", 1)
            out.pair(ifAny: more)
        case .history(let id, let count, let more):
            out.counted("history \(id)", count)
            out.pair(ifAny: more)
        case .raw(let id, let lines, let more):
            out.counted("raw \(id)", lines)
            out.pair(ifAny: more)
        case .draft(let id): out.counted("draft \(id)", 1)
        case .recipients(let id, let addressee):
            out.put("to \(id)")
            out.pairs(addressee)
        default: break
        }
    }
}

extension [UInt8] {
    fileprivate mutating func counted(_ words: String, _ count: Int) {
        put(words)
        pair("n", count)
    }

    fileprivate mutating func pair(ifAny more: Cursor?) {
        if let more { pair("more", more.wire) }
    }
}
