import CGMime
import DeskMail

/// Reads the header fields of a message into values.
struct HeadReader {
    private let parser: EntityParser
    private var text: HeaderText
    private var fields: [(name: String, raw: [UInt8])] = []
    /// What was left out.
    private(set) var cuts = Cuts()

    /// `undeclared`: the charset of bytes that say nothing of theirs, such as that of the message's text.
    init(_ parser: EntityParser, undeclared: String?) {
        self.parser = parser
        text = HeaderText(undeclared: undeclared)
    }

    var problems: [Problem] { text.isSound ? [] : [.headerText] }

    mutating func read(_ message: UnsafeMutablePointer<GMimeMessage>, into mail: inout ReadMail) {
        guard let object = unsafe desk_object(message) else { return }
        fields = unsafe GMimeValues.fields(of: object)
        mail.subject = text.text(first("Subject"))
        mail.messageID = MessageIDList.own(in: String(decoding: first("Message-ID"), as: UTF8.self))
        mail.from = addresses("From", isLoose: true)
        mail.sender = addresses("Sender")
        mail.replyTo = addresses("Reply-To", isLoose: true)
        mail.to = addresses("To")
        mail.cc = addresses("Cc")
        mail.inReplyTo = messageIDs("In-Reply-To")
        mail.references = messageIDs("References")
        mail.date = text.text(first("Date"))
        mail.fields = fields.map { HeaderField(name: $0.name, value: text.text($0.raw)) }
        let failed = mail.values(of: "X-Failed-Recipients").flatMap { $0.split(separator: ",") }
        mail.failedRecipients = failed.map { String($0).trimmingBlanks }
    }

    private func values(_ name: String) -> [[UInt8]] {
        fields.filter { HeaderField(name: $0.name, value: "").isNamed(name) }.map(\.raw)
    }

    private func first(_ name: String) -> [UInt8] { values(name).first ?? [] }

    /// The mailboxes of all fields of that name; where the grammar has none, `isLoose` takes one that it forbids.
    private mutating func addresses(_ name: String, isLoose: Bool = false) -> [MailAddress] {
        let values = values(name)
        var found: [MailAddress] = []
        for value in values {
            found += unsafe GMimeValues.addresses(text.normalised(value), parser.options, &cuts)
        }
        guard isLoose else { return found }
        let loose = values.lazy.compactMap { [text] value in
            var text = text
            return LooseAddress.find(in: text.text(value))
        }.first
        guard let loose else { return found }
        // The grammar may take what is around the brackets for an address, and all of it for one without a domain.
        let isMisread = values.count == 1 && found.count > 1 && LooseAddress.isOne(text.text(values[0]))
        return found.contains(where: \.isSendable) && !isMisread ? found : [loose]
    }

    /// Those of all fields of that name in their order.
    private mutating func messageIDs(_ name: String) -> [String] {
        var ids: [String] = []
        for value in values(name) {
            // Of a field beyond that length only the end is read.
            let left = value.dropLast(MessageIDList.maximum).count { $0 == UInt8(ascii: "@") }
            cuts.leaveOut(left, of: .messageIDs)
            // Some programs encode the whole field.
            let isEncoded = value.starts(with: "=?".utf8) || value.starts(with: " =?".utf8)
            ids += MessageIDList.ids(in: isEncoded ? text.text(value) : String(decoding: value, as: UTF8.self))
        }
        return ids
    }
}
