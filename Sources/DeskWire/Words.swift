internal import DeskModel

/// Takes the words of a line off its front. Copies nothing but what is taken.
struct Words {
    let bytes: [UInt8]
    private(set) var at: Int
    private let end: Int
    /// The text of the block that followed, if one did.
    let block: String?
    /// The row by whose form the words are read; known once the verb is.
    var verb: Verb?

    init(_ bytes: [UInt8], _ range: Range<Int>, block: String?) {
        self.bytes = bytes
        at = range.lowerBound
        end = range.upperBound
        self.block = block
    }

    /// What is wrong, in words, or nothing but the form.
    func usage(_ why: String? = nil) -> Malformed {
        .usage(verb, why)
    }

    var isAtEnd: Bool {
        mutating get {
            skipBlanks()
            return at == end
        }
    }

    /// The next word, up to a blank.
    mutating func next() -> Range<Int>? {
        skipBlanks()
        guard at < end else { return nil }
        let start = at
        while at < end, !bytes[at].isBlank { at += 1 }
        return start..<at
    }

    /// The next word without its first byte, if that is `mark`.
    mutating func prefix(_ mark: UInt8) -> Range<Int>? {
        skipBlanks()
        guard at < end, bytes[at] == mark else { return nil }
        at += 1
        let start = at
        while at < end, !bytes[at].isBlank { at += 1 }
        return start..<at
    }

    /// Takes the next word only if it is `text`, in small letters or capitals.
    mutating func skip(_ text: String) -> Bool {
        let before = at
        if let word = next(), word.count == text.utf8.count,
            bytes[word].lazy.map(\.lowered).elementsEqual(text.utf8)
        {
            return true
        }
        at = before
        return false
    }

    /// The next byte that is not blank, not taken.
    var ahead: UInt8? {
        mutating get {
            skipBlanks()
            return at < end ? bytes[at] : nil
        }
    }

    /// Everything to the end of the line, blanks at its ends left out.
    mutating func rest() -> String {
        skipBlanks()
        defer { at = end }
        return bytes.text(bytes.trimmed(at..<end))
    }

    /// The next word as it stands.
    mutating func word(_ what: String) throws(Malformed) -> String {
        guard let word = next() else { throw usage("\(what) is missing") }
        return bytes.text(word)
    }

    /// Nothing more may come.
    mutating func finish() throws(Malformed) {
        guard isAtEnd else { throw usage("too many words") }
        guard block == nil else { throw usage("it takes no text") }
    }

    /// Goes back to `index`, to read what stands there byte by byte.
    mutating func rewind(to index: Int) {
        at = index
    }

    /// The next byte, blank or not.
    mutating func take() -> UInt8? {
        guard at < end else { return nil }
        defer { at += 1 }
        return bytes[at]
    }

    /// Whether no word goes on here.
    var isBetweenWords: Bool {
        at == end || bytes[at].isBlank
    }

    private mutating func skipBlanks() {
        while at < end, bytes[at].isBlank { at += 1 }
    }
}

// What words mean.
extension Words {
    /// `42`, `#42`, or the number that customers see.
    mutating func ticket() throws(Malformed) -> TicketReference {
        guard let word = next() else { throw usage("a ticket is missing") }
        return try ticket(word)
    }

    /// A ticket, or one of its texts: `42.3`.
    mutating func ticketOrEntry() throws(Malformed) -> (TicketReference, Int?) {
        guard let word = next() else { throw usage("a ticket is missing") }
        guard let dot = bytes[word].firstIndex(of: Ascii.dot) else { return (try ticket(word), nil) }
        guard let entry = bytes.number((dot + 1)..<word.upperBound), let entry = Int(exactly: entry) else {
            throw usage("the text of a ticket is named like 42.3")
        }
        return (try ticket(word.lowerBound..<dot), entry)
    }

    /// The ticket that `word` names.
    func ticket(_ word: Range<Int>) throws(Malformed) -> TicketReference {
        let isMarked = !word.isEmpty && bytes[word.lowerBound] == Ascii.hash
        let digits = isMarked ? (word.lowerBound + 1)..<word.upperBound : word
        if digits.count < 14, let number = bytes.number(digits) { return .id(TicketID(number)) }
        switch TicketNumber.read(bytes[digits]) {
        case .number(let number): return .number(number)
        case .wrongCheckDigit: throw .mistypedNumber(bytes.text(word))
        case .other: throw usage("a ticket is named like 42, #42 or 20261124-00042-4")
        }
    }

    /// An agent: `schulze` or `@schulze`.
    mutating func agent() throws(Malformed) -> AgentName {
        guard let word = next() else { throw usage("an agent is missing") }
        let isMarked = bytes[word.lowerBound] == Ascii.at
        guard let name = AgentName(bytes.text(isMarked ? (word.lowerBound + 1)..<word.upperBound : word)) else {
            throw usage("no agent can be called so")
        }
        return name
    }

    /// A queue.
    mutating func queue() throws(Malformed) -> QueueName {
        guard let word = next() else { throw usage("a queue is missing") }
        return try queue(word)
    }

    /// The queue that `word` names.
    func queue(_ word: Range<Int>) throws(Malformed) -> QueueName {
        guard let name = QueueName(bytes.text(word)), !name.isReserved else {
            throw usage("no queue can be called so")
        }
        return name
    }

    /// Text to the end of the line, or the block; `nil` if there is neither or nothing stands in it.
    mutating func text(most: Int) throws(Malformed) -> String? {
        let text: String
        if let block {
            guard isAtEnd else { throw usage("with << no text may stand on the line") }
            text = block
        } else {
            text = rest()
        }
        guard text.utf8.count <= most else { throw .textTooLong(most: most) }
        return text.utf8.allSatisfy { $0.isBlank || $0 == Ascii.feed } ? nil : text
    }

    /// Text that may not be missing.
    mutating func neededText(_ what: String = "the text", most: Int) throws(Malformed) -> String {
        guard let text = try text(most: most) else { throw usage("\(what) is missing") }
        return text
    }
}

extension [UInt8] {
    /// A number of 1 … 18 digits that does not begin with 0.
    func number(_ range: Range<Int>) -> Int64? {
        guard (1...18).contains(range.count), self[range.lowerBound] != UInt8(ascii: "0") else { return nil }
        var value: Int64 = 0
        for index in range {
            guard self[index].isDigit else { return nil }
            value = value * 10 + Int64(self[index] & 0x0F)
        }
        return value
    }
}
