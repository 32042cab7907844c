internal import DeskModel

// ` name=value`, as replies, events and notices are made of.
extension [UInt8] {
    mutating func pair(_ name: String, _ value: String, most: Int = WireLimits.value) {
        begin(name)
        self.value(value, most: most)
    }

    mutating func pair(_ name: String, _ number: Int64) {
        begin(name)
        put(number)
    }

    mutating func pair(_ name: String, _ number: Int) {
        pair(name, Int64(number))
    }

    mutating func pair(_ name: String, _ moment: Moment) {
        begin(name)
        moment.append(to: &self)
    }

    mutating func pair(_ name: String, _ ticket: TicketID) {
        begin(name)
        put(ticket)
    }

    mutating func pair(_ name: String, _ entry: EntryID) {
        begin(name)
        put(entry)
    }

    mutating func pair(_ name: String, _ address: Address) {
        pair(name, address.description)
    }

    mutating func pair(_ name: String, _ queue: QueueName) {
        begin(name)
        put(queue.description)
    }

    /// An agent, or `-` for nobody.
    mutating func pair(_ name: String, holder: AgentName?) {
        begin(name)
        if let holder { put(holder.description) } else { append(Ascii.dash) }
    }

    /// A subject, as long as lines show them.
    mutating func pair(subject: String) {
        begin("subject")
        value(subject, characters: Limits.subject, most: WireLimits.subject)
    }

    /// A reason or a word of chat.
    mutating func pair(text: String) {
        pair("text", text, most: WireLimits.reason)
    }

    /// `name=yes`, if it is so.
    mutating func flag(_ name: String, _ isSo: Bool) {
        if isSo {
            begin(name)
            put("yes")
        }
    }

    /// A list of tickets; `-` if there are none.
    mutating func pair(_ name: String, _ tickets: [TicketID]) {
        begin(name)
        list(tickets) { $0.put($1) }
    }

    /// A list of tickets, if there are any.
    mutating func pair(ifAny name: String, _ tickets: [TicketID]) {
        if !tickets.isEmpty { pair(name, tickets) }
    }

    /// A list of tickets, if there are any, as many as the final has room for with `rest` bytes behind them.
    mutating func pair(ifAny name: String, _ tickets: [TicketID], before rest: Int) {
        guard !tickets.isEmpty else { return }
        begin(name)
        list(tickets, most: room(reserving: rest + WireLimits.again)) { $0.put($1) }
    }

    /// A list of texts; `-` if there are none.
    mutating func pair(_ name: String, list texts: [String], most: Int = WireLimits.list) {
        begin(name)
        list(texts, most: most)
    }

    /// Bytes that the line at the end can still have if `reserve` bytes follow.
    func room(reserving reserve: Int) -> Int {
        Swift.max(0, Limits.line - reserve - reversed().prefix { $0 != Ascii.feed }.count)
    }

    /// Addresses that an answer goes to: never cut, since `Recipients.fits`.
    mutating func pair(_ name: String, addresses: [Address], most: Int = WireLimits.recipients) {
        begin(name)
        list(addresses.map(\.description), most: most, escaped: most + 20)
    }

    /// Who the next answer goes to: both lists always, `-` for an empty one.
    mutating func pairs(answering recipients: Recipients) {
        pair("to", addresses: recipients.to)
        pair("cc", addresses: recipients.cc)
    }

    /// Who the next answer goes to, and the customer's name if one is known.
    mutating func pairs(_ addressee: Addressee) {
        pairs(answering: addressee.recipients)
        guard !addressee.name.isEmpty else { return }
        begin("name")
        value(addressee.name, characters: Limits.displayName, most: WireLimits.value)
    }

    /// Who a message of ours went to: `cc=` only if there is one.
    mutating func pairs(sentTo recipients: Recipients) {
        pair("to", addresses: recipients.to)
        if !recipients.cc.isEmpty { pair("cc", addresses: recipients.cc) }
    }

    /// Words joined by commas in one value; `-` if there are none.
    ///
    /// `most` are the bytes of the texts, `escaped` those of the value: a list that is longer is cut and ends with `…`.
    mutating func list(_ texts: [String], most: Int = WireLimits.list, escaped: Int? = nil) {
        guard !texts.isEmpty else { return append(Ascii.dash) }
        let shown = texts.prefix(bytes: most)
        let members = shown.map { $0 } + (shown.count < texts.count ? ["…"] : [])
        value(members.joined(separator: ","), most: escaped ?? most * 4)
    }

    /// Values of ours joined by commas; a list that would not fit ends with `…`.
    private mutating func list<Value>(
        _ values: [Value], most: Int = WireLimits.list, _ write: (inout [UInt8], Value) -> Void
    ) {
        if values.isEmpty { append(Ascii.dash) }
        let start = count
        for (index, value) in values.enumerated() {
            if index > 0 { append(Ascii.comma) }
            guard count - start <= most - WireLimits.member else { return put("…") }
            write(&self, value)
        }
    }

    @inline(__always)
    private mutating func begin(_ name: String) {
        append(Ascii.space)
        put(name)
        append(Ascii.equals)
    }
}

extension Collection<String> {
    /// As many of the texts as have `most` bytes, joined by commas.
    func prefix(bytes most: Int) -> SubSequence {
        var length = 0
        return prefix { text in
            length += text.utf8.count + 1
            return length <= most
        }
    }

    /// The texts in groups that have `most` bytes each, joined by commas; no text has more.
    func grouped(bytes most: Int) -> [[String]] {
        var groups: [[String]] = []
        var rest = self[...]
        while !rest.isEmpty {
            let group = rest.prefix(bytes: most)
            groups.append(Array(group))
            rest = rest.dropFirst(Swift.max(1, group.count))
        }
        return groups
    }
}
