internal import DeskModel

extension Outcome {
    /// Appends what follows `OK`: code, subject, pairs in the order of PROTOCOL.md, hint.
    func append(to out: inout [UInt8], _ sequence: SequenceNumber?) {
        switch self {
        case .claimed(let id, let claim): claim.append(to: &out, id, sequence)
        case .held(let id, let lease):
            out.code("held", id)
            out.pair("lease", lease)
        case .released(let id, let still):
            out.code("released", id, sequence)
            out.pair(ifAny: "still", still, before: 0)
        case .given(let id, let holder, let also, let addressee):
            out.code("given", id, sequence)
            out.pair("holder", holder: holder)
            var rest: [UInt8] = []
            rest.pairs(addressee)
            out.pair(ifAny: "also", also, before: rest.count)
            out += rest
        case .addressed(let id, let addressee):
            out.code("to", id, sequence)
            out.pairs(addressee)
        case .already(let id, let holder, let queue):
            out.code("already", id)
            if let holder { out.pair("holder", holder: holder) }
            if let queue { out.pair("queue", queue) }
        case .queued(let id, let to):
            out.code("queued", id, sequence)
            out.pairs(sentTo: to)
            out.hint("stored; the mail goes out now")
        case .drafted(let id, let bytes):
            out.code("drafted", id, sequence)
            out.pair("bytes", bytes)
        case .noted(let id): out.code("noted", id, sequence)
        case .closed(let id, let isUnanswered):
            out.code("closed", id, sequence)
            out.flag("unanswered", isUnanswered)
        case .reopened(let id): out.code("reopened", id, sequence)
        case .moved(let id, let queue):
            out.code("moved", id)
            out.pair("queue", queue)
            out.pair(ifAny: sequence)
        case .customerSet(let id, let customer, let to):
            out.code("customer", id, sequence)
            out.pair("customer", customer)
            out.pairs(sentTo: to)
        case .said(let target):
            out.put("said \(target.wire)")
            out.pair(ifAny: sequence)
        case .saidIn(let id): out.code("said", id, sequence)
        case .says(let says):
            out.put("says")
            out.pair("n", says.count)
            out.pair(ifAny: sequence)
        case .arrived(let id, _):
            if let id { out.code("arrived", id, sequence) } else { out.put("arrived") }
        case .done:
            out.put("done")
            out.pair(ifAny: sequence)
        }
    }
}

extension Outcome.Claimed {
    fileprivate func append(to out: inout [UInt8], _ id: TicketID, _ sequence: SequenceNumber?) {
        out.code(isNew ? "claimed" : "yours", id, sequence)
        out.pair("lease", lease)
        out.pair("customer", customer)
        out.pair("unread", unread)
        var rest: [UInt8] = []
        if let was { rest.pair("was", holder: was) }
        rest.pairs(addressee)
        if isNew {
            rest.put(" : yours; read it: \"show ")
            rest.put(id.value)
            rest.append(Ascii.quote)
        }
        out.pair(ifAny: "also", also, before: rest.count)
        out += rest
    }
}

extension [UInt8] {
    fileprivate mutating func code(_ code: String, _ ticket: TicketID, _ sequence: SequenceNumber? = nil) {
        put(code)
        append(Ascii.space)
        put(ticket)
        pair(ifAny: sequence)
    }

    fileprivate mutating func code(_ code: String, _ entry: EntryID, _ sequence: SequenceNumber?) {
        put(code)
        append(Ascii.space)
        put(entry)
        pair(ifAny: sequence)
    }

    fileprivate mutating func pair(ifAny sequence: SequenceNumber?) {
        if let sequence { pair("seq", sequence) }
    }
}
