public import DeskModel

extension Command {
    /// The same bytes for the same command however it was said: what a retry key stands for. Tickets are expected by
    /// their short number; two copies of one line then agree whichever alias or number was typed.
    ///
    /// `nil` for what is never said on a line.
    public var canonical: [UInt8]? {
        var writer = ByteWriter()
        switch self {
        case .claim(let ticket, let lease, let anyway): writer.canonical("claim", ticket, lease?.wire, anyway)
        case .claimNext(let queues, let lease):
            writer.canonical("claim next", nil, lease?.wire, queues.map(\.description).joined(separator: ","))
        case .hold(let ticket, let lease): writer.canonical("hold", ticket, lease?.wire)
        case .release(let ticket, let text): writer.canonical("release", ticket, text)
        case .steal(let ticket, let text): writer.canonical("steal", ticket, text)
        case .give(let ticket, let agent, let text): writer.canonical("give", ticket, agent.description, text)
        case .reply(let ticket, let read, let text): writer.canonical("reply", ticket, read.map { "\($0)" }, text)
        case .draft(let ticket, let text): writer.canonical("draft", ticket, text)
        case .send(let ticket, let read): writer.canonical("send", ticket, read.map { "\($0)" })
        case .setRecipients(let ticket, let to, let cc, let anyway):
            writer.canonical("to", ticket, to?.canonical, cc.map(RecipientChoice.canonical), anyway)
        case .note(let ticket, let text): writer.canonical("note", ticket, text)
        case .close(let ticket, let read, let text): writer.canonical("close", ticket, read.map { "\($0)" }, text)
        case .reopen(let ticket, let text): writer.canonical("reopen", ticket, text)
        case .move(let ticket, let queue, let text): writer.canonical("move", ticket, queue.description, text)
        case .setCustomer(let ticket, let address, let anyway):
            writer.canonical("customer", ticket, address.description, anyway)
        case .say(let target, let text): writer.canonical("say", nil, target.wire, text)
        case .says, .heard, .arrive, .sent, .failed, .expire, .administer: return nil
        }
        return writer.bytes
    }
}

extension RecipientChoice {
    fileprivate var canonical: String {
        switch self {
        case .all: "all"
        case .addresses(let addresses): RecipientChoice.canonical(addresses)
        }
    }

    fileprivate static func canonical(_ addresses: [Address]) -> String {
        addresses.map(\.description).joined(separator: ",")
    }
}

extension ByteWriter {
    /// Every field behind its length and none left out, so that no two commands run together.
    fileprivate mutating func canonical(_ verb: String, _ ticket: TicketReference?, _ rest: String?...) {
        string(verb)
        string(ticket?.wire ?? "")
        for field in rest {
            byte(field == nil ? 0 : 1)
            string(field ?? "")
        }
    }
}
