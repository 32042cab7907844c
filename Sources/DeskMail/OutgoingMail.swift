/// A mail that the desk sends: an agent's answer or an automatic reply, as values; the worker makes the bytes.
public struct OutgoingMail: Equatable, Sendable {
    /// Who is speaking, which decides the marks in the header.
    public enum Kind: UInt8, Sendable, CaseIterable {
        /// A person's answer: the queue's address as envelope sender, so that a failure comes back.
        case answer
        /// The desk's own reply: the null sender and the marks that keep other machines from answering (RFC 3834).
        case automatic
    }

    /// Who is speaking.
    public var kind: Kind
    /// The queue's address.
    public var from: MailAddress
    /// The addresses of To.
    public var to: [MailAddress]
    /// The addresses of Cc.
    public var cc: [MailAddress]
    /// The finished subject, decoded.
    public var subject: String
    /// The body, lines ended by LF.
    public var text: String
    /// Seconds since 1970; the Date field shows it in UTC.
    public var date: Int64
    /// The Message-ID without its angle brackets.
    public var messageID: String
    /// The Message-ID that this mail answers; empty if it answers none.
    public var inReplyTo: String
    /// The Message-IDs of the conversation, oldest first.
    public var references: [String]

    /// Makes an outgoing mail; `date` in seconds since 1970.
    public init(
        kind: Kind, from: MailAddress, to: [MailAddress], cc: [MailAddress] = [], subject: String, text: String,
        date: Int64, messageID: String, inReplyTo: String = "", references: [String] = []
    ) {
        self.kind = kind
        self.from = from
        self.to = to
        self.cc = cc
        self.subject = subject
        self.text = text
        self.date = date
        self.messageID = messageID
        self.inReplyTo = inReplyTo
        self.references = references
    }

    /// The header fields that tell other machines not to answer; none for a person's mail.
    public var marks: [HeaderField] {
        guard kind == .automatic else { return [] }
        return [
            HeaderField(name: "Auto-Submitted", value: "auto-replied"),
            HeaderField(name: "X-Auto-Response-Suppress", value: "All"),
            HeaderField(name: "Precedence", value: "bulk"),
        ]
    }
}

extension OutgoingMail {
    func write(to writer: inout FieldWriter) {
        writer.byte(kind.rawValue)
        from.write(to: &writer)
        for list in [to, cc] { writer.list(list) { $1.write(to: &$0) } }
        writer.text(subject)
        writer.text(text)
        writer.wide(date)
        writer.text(messageID)
        writer.text(inReplyTo)
        writer.texts(references)
    }

    init(from reader: inout FieldReader) throws(MailError) {
        guard let kind = Kind(rawValue: try reader.byte()) else { throw .malformed }
        self.init(
            kind: kind, from: try MailAddress(from: &reader), to: try reader.addresses(),
            cc: try reader.addresses(), subject: try reader.line(), text: try reader.text(atMost: MailLimits.outgoing),
            date: try reader.wide(),
            messageID: try reader.line(), inReplyTo: try reader.line(), references: try reader.lines())
    }

    /// The mail cleaned so that the worker's decoder accepts it. Of the references the first and the newest are enough
    /// (docs/mail.md); a text beyond the limit, which no command can make, is refused by the decoder and never cut.
    func cleaned() -> OutgoingMail {
        let thread =
            references.count > MailLimits.messageIDs
            ? references.prefix(1) + references.suffix(MailLimits.messageIDs - 1) : references[...]
        return OutgoingMail(
            kind: kind, from: Self.cleaned(from), to: to.map(Self.cleaned), cc: cc.map(Self.cleaned),
            subject: CleanText.line(subject), text: CleanText.text(text), date: date,
            messageID: CleanText.line(messageID),
            inReplyTo: CleanText.line(inReplyTo),
            references: thread.map { CleanText.line($0) })
    }

    private static func cleaned(_ address: MailAddress) -> MailAddress {
        MailAddress(name: CleanText.line(address.name), address: CleanText.line(address.address))
    }
}
