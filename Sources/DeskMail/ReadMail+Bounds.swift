extension ReadMail {
    /// The mail cut to `MailLimits` and cleaned, so that the desk's decoder accepts every bit of it.
    ///
    /// The worker calls it last; nothing that builds a mail has to think of sizes.
    public func bounded() -> ReadMail {
        var mail = self
        mail.fields = boundedFields(&mail.problems)
        for list in [\ReadMail.from, \.sender, \.replyTo, \.to, \.cc] {
            mail[keyPath: list] = Self.bounded(mail[keyPath: list])
        }
        mail.subject = CleanText.line(subject)
        mail.date = CleanText.line(date, atMost: 200)
        mail.messageID = Self.token(messageID) ?? ""
        mail.inReplyTo = Self.tokens(inReplyTo)
        mail.references = Self.tokens(references)
        mail.embeddedMessageIDs = Self.tokens(embeddedMessageIDs)
        mail.failedRecipients = failedRecipients.prefix(MailLimits.messageIDs).map { CleanText.line($0, atMost: 320) }
        mail.diagnosis = CleanText.line(diagnosis, atMost: 500)
        mail.type = CleanText.line(type, atMost: 200)
        mail.segments = boundedSegments(&mail.problems)
        mail.files = files.prefix(MailLimits.parts).map { file in
            AttachedFile(
                name: CleanText.line(file.name, atMost: 255), type: CleanText.line(file.type, atMost: 200),
                size: max(0, min(file.size, Int(UInt32.max))), part: max(0, min(file.part, Int(UInt32.max))))
        }
        mail.problems = Array(mail.problems.prefix(MailLimits.problems))
        return mail
    }

    private func boundedFields(_ problems: inout [Problem]) -> [HeaderField] {
        var kept: [HeaderField] = []
        var room = MailLimits.headerBytes
        for field in fields {
            let name = CleanText.line(field.name, atMost: 255)
            let value = CleanText.line(field.value)
            room -= name.utf8.count + value.utf8.count
            guard room >= 0, kept.count < MailLimits.fields else {
                if !problems.contains(.headers) { problems.append(.headers) }
                break
            }
            kept.append(HeaderField(name: name, value: value))
        }
        return kept
    }

    private func boundedSegments(_ problems: inout [Problem]) -> [Segment] {
        var kept: [Segment] = []
        var room = MailLimits.text
        for segment in segments {
            guard room > 0, kept.count < MailLimits.segments else {
                if !problems.contains(.text) { problems.append(.text) }
                break
            }
            let text = CleanText.text(segment.text, atMost: room)
            kept.append(Segment(kind: segment.kind, text: text))
            room -= text.utf8.count + 1
        }
        return kept
    }

    private static func bounded(_ addresses: [MailAddress]) -> [MailAddress] {
        addresses.prefix(MailLimits.addresses).map {
            MailAddress(name: CleanText.line($0.name, atMost: 255), address: CleanText.line($0.address, atMost: 320))
        }
    }

    private static func tokens(_ ids: [String]) -> [String] {
        // Of a long chain the newest links decide, and they stand last.
        Array(ids.compactMap(token).suffix(MailLimits.messageIDs))
    }

    /// The Message-ID if it is one: no blanks, brackets or controls in it, and not too long.
    private static func token(_ id: String) -> String? {
        let isPlain = id.utf8.allSatisfy {
            $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">")
        }
        return !id.isEmpty && id.utf8.count <= MailLimits.messageID && isPlain ? id : nil
    }
}
