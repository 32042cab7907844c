extension ReadMail {
    func write(to writer: inout FieldWriter) {
        writer.list(fields) { writer, field in
            writer.text(field.name)
            writer.text(field.value)
        }
        for list in [from, sender, replyTo, to, cc] { writer.list(list) { $1.write(to: &$0) } }
        for value in [subject, date, messageID] { writer.text(value) }
        writer.texts(inReplyTo)
        writer.texts(references)
        writer.text(type)
        writer.byte(report.map { $0.rawValue + 1 } ?? 0)
        writer.list(segments) { writer, segment in
            writer.byte(segment.kind.rawValue)
            writer.text(segment.text)
        }
        writer.list(files) { writer, file in
            writer.text(file.name)
            writer.text(file.type)
            writer.number(file.size)
            writer.number(file.part)
        }
        writer.texts(embeddedMessageIDs)
        writer.texts(failedRecipients)
        writer.text(diagnosis)
        writer.list(problems) { $1.write(to: &$0) }
    }

    init(from reader: inout FieldReader) throws(MailError) {
        self.init()
        fields = try reader.list(atMost: MailLimits.fields) { reader throws(MailError) in
            HeaderField(
                name: try reader.line(atMost: MailLimits.field), value: try reader.line(atMost: MailLimits.field))
        }
        from = try reader.addresses()
        sender = try reader.addresses()
        replyTo = try reader.addresses()
        to = try reader.addresses()
        cc = try reader.addresses()
        subject = try reader.line()
        date = try reader.line()
        messageID = try reader.line()
        inReplyTo = try reader.lines()
        references = try reader.lines()
        type = try reader.line()
        report = try reader.report()
        segments = try reader.segments()
        files = try reader.list(atMost: MailLimits.parts) { reader throws(MailError) in
            AttachedFile(
                name: try reader.line(), type: try reader.line(), size: try reader.number(), part: try reader.number())
        }
        embeddedMessageIDs = try reader.lines()
        failedRecipients = try reader.lines()
        diagnosis = try reader.line()
        problems = try reader.list(atMost: Problem.maximumCount) { reader throws(MailError) in
            try Problem(from: &reader)
        }
    }
}

extension MailAddress {
    func write(to writer: inout FieldWriter) {
        writer.text(name)
        writer.text(address)
    }

    init(from reader: inout FieldReader) throws(MailError) {
        self.init(name: try reader.line(), address: try reader.line())
    }
}

extension FieldReader {
    mutating func addresses() throws(MailError) -> [MailAddress] {
        try list(atMost: MailLimits.addresses) { reader throws(MailError) in try MailAddress(from: &reader) }
    }

    mutating func lines() throws(MailError) -> [String] {
        try list(atMost: MailLimits.messageIDs) { reader throws(MailError) in try reader.line() }
    }

    fileprivate mutating func report() throws(MailError) -> Report? {
        let code = try byte()
        guard code > 0 else { return nil }
        guard let report = Report(rawValue: code - 1) else { throw .malformed }
        return report
    }

    fileprivate mutating func segments() throws(MailError) -> [Segment] {
        var room = MailLimits.text + MailLimits.segments
        return try list(atMost: MailLimits.segments) { reader throws(MailError) in
            guard let kind = Segment.Kind(rawValue: try reader.byte()) else { throw .malformed }
            let text = try reader.text(atMost: room)
            room -= text.utf8.count
            return Segment(kind: kind, text: text)
        }
    }
}
