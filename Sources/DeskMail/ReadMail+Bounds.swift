extension ReadMail {
    /// The mail cut to its bounds and cleaned, so that the desk's decoder accepts every bit of it.
    ///
    /// `cuts` is what the reader left out by itself; all that was left out is among the problems of the result. The
    /// worker calls it last; nothing that builds a mail has to think of sizes.
    public func bounded(_ cuts: Cuts = Cuts()) -> ReadMail {
        var mail = self
        var cuts = cuts
        mail.fields = Self.bounded(fields, &cuts)
        for list in [\ReadMail.from, \.sender, \.replyTo, \.to, \.cc] {
            mail[keyPath: list] = Self.bounded(mail[keyPath: list], &cuts)
        }
        mail.subject = cuts.line(subject, within: .subject)
        mail.date = cuts.line(date, within: .date)
        mail.messageID = Self.tokens(messageID.isEmpty ? [] : [messageID], &cuts).first ?? ""
        mail.inReplyTo = Self.tokens(inReplyTo, &cuts)
        mail.references = Self.tokens(references, &cuts)
        mail.embeddedMessageIDs = Self.tokens(embeddedMessageIDs, &cuts)
        mail.failedRecipients = cuts.first(failedRecipients, within: .failedRecipients)
            .map { cuts.line($0, within: .address) }
        mail.diagnosis = cuts.line(diagnosis, within: .diagnosis)
        mail.type = cuts.line(type, within: .type)
        mail.segments = Self.bounded(segments, &cuts)
        mail.files = cuts.first(files, within: .parts).map { file in
            AttachedFile(
                name: cuts.line(file.name, within: .fileName), type: cuts.line(file.type, within: .type),
                size: max(0, min(file.size, Int(UInt32.max))), part: max(0, min(file.part, Int(UInt32.max))))
        }
        var seen: Set<Problem> = []
        mail.problems = (problems + cuts.problems).filter { seen.insert($0).inserted }
        return mail
    }

    private static func bounded(_ fields: [HeaderField], _ cuts: inout Cuts) -> [HeaderField] {
        var kept: [HeaderField] = []
        var room = MailLimits.headerBytes
        for (index, field) in fields.enumerated() {
            let name = cuts.line(field.name, within: .field)
            let value = cuts.line(field.value, within: .field)
            room -= name.utf8.count + value.utf8.count
            guard room >= 0, kept.count < Bound.fields.maximum else {
                cuts.leaveOut(fields.count - index, of: .fields)
                break
            }
            kept.append(HeaderField(name: name, value: value))
        }
        return kept
    }

    private static func bounded(_ segments: [Segment], _ cuts: inout Cuts) -> [Segment] {
        var kept: [Segment] = []
        var used = 0
        for segment in joined(segments) {
            let text = cuts.text(segment.text, within: .text, used: used)
            used += text.utf8.count + 1
            if !text.isEmpty { kept.append(Segment(kind: segment.kind, text: text)) }
        }
        return kept
    }

    /// At most `MailLimits.segments`: in a text that changes its kind more often, the rest counts as new.
    private static func joined(_ segments: [Segment]) -> [Segment] {
        let most = MailLimits.segments
        guard segments.count > most else { return segments }
        let rest = segments[(most - 1)...].map(\.text).joined(separator: "\n")
        return segments[..<(most - 1)] + [Segment(kind: .new, text: rest)]
    }

    private static func bounded(_ addresses: [MailAddress], _ cuts: inout Cuts) -> [MailAddress] {
        cuts.first(addresses, within: .addresses).compactMap { address in
            guard address.address.utf8.count <= Bound.address.maximum else {
                cuts.leaveOut(1, of: .address)
                return nil
            }
            return MailAddress(
                name: cuts.line(address.name, within: .name), address: CleanText.line(address.address))
        }
    }

    /// What is a Message-ID: no blanks, brackets or controls in it, and not too long.
    private static func tokens(_ ids: [String], _ cuts: inout Cuts) -> [String] {
        let tokens = ids.filter { id in
            guard id.utf8.count <= Bound.messageID.maximum else {
                cuts.leaveOut(1, of: .messageID)
                return false
            }
            return !id.isEmpty
                && id.utf8.allSatisfy {
                    $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">")
                }
        }
        // Of a long chain the newest links decide, and they stand last.
        return cuts.last(tokens, within: .messageIDs)
    }
}
