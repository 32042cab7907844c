import CGMime
import DeskMail

/// Walks the parts of a mail: which of them is its text, which are files, what a report says.
struct PartWalk {
    /// A part that is shown as text.
    private struct Piece {
        var text: String
        var isMarkup: Bool
        var isBlank: Bool { text.utf8.allSatisfy { $0 <= 0x20 } }
    }

    private var pieces: [Piece] = []
    /// The text of attached mails: what is shown of a mail that was forwarded without a word.
    private var forwarded: [Piece] = []
    private var files: [AttachedFile] = []
    private var problems: [Problem] = []
    private var messageIDs: [String] = []
    private var status = DeliveryStatus()
    private var report: Report?
    private var type = ""
    private var count = 0
    /// Parts of attached mails that were looked at; the limit holds for all together.
    private var within = 0

    /// Visits a part and what it holds. The recursion ends at the depth that is looked at.
    mutating func visit(_ object: UnsafeMutablePointer<GMimeObject>, depth: Int = 0) {
        guard depth <= MailLimits.depth else { return note(.depth) }
        guard count < MailLimits.parts else { return note(.parts) }
        count += 1
        let content = unsafe g_mime_object_get_content_type(object)
        let kind = unsafe GMimeValues.text(taking: g_mime_content_type_get_mime_type(content)).lowercased()
        if depth == 0 { type = kind }
        unsafe recognise(kind, of: content, depth: depth)
        if unsafe desk_is_multipart(object) != 0 {
            unsafe visitMembers(of: object, kind: kind, depth: depth)
        } else if unsafe desk_is_message_part(object) != 0 {
            unsafe visitMessage(object, kind: kind, depth: depth)
        } else if unsafe desk_is_part(object) != 0 {
            unsafe visitLeaf(object, kind: kind, content: content)
        }
    }

    /// Hands over what was found.
    func finish(_ mail: inout ReadMail) {
        mail.type = type
        mail.report = report == .delivery && status.isDelay ? .delay : report
        mail.files = files
        mail.problems += problems
        mail.embeddedMessageIDs = messageIDs
        mail.failedRecipients += status.failed
        mail.diagnosis = status.diagnosis
        mail.segments = Quotation.segments(of: shown(pieces, &mail))
        if mail.segments.isEmpty {
            let text = shown(forwarded, &mail)
            mail.segments = Quotation.segments(of: text).map { Segment(kind: .quoted, text: $0.text) }
        }
    }

    private func shown(_ pieces: [Piece], _ mail: inout ReadMail) -> String {
        var texts: [String] = []
        for piece in pieces where !piece.isBlank {
            guard piece.isMarkup else {
                texts.append(piece.text)
                continue
            }
            let (text, isSound) = Markup.text(of: piece.text, atMost: MailLimits.text)
            texts.append(text)
            if !isSound { mail.problems.append(.markup) }
        }
        return CleanText.text(texts.joined(separator: "\n\n"))
    }

    private mutating func note(_ problem: Problem) {
        if !problems.contains(problem) { problems.append(problem) }
    }

    /// A report is a `multipart/report`, or carries a report's part at its first level, whatever its own type says.
    private mutating func recognise(_ kind: String, of content: UnsafeMutablePointer<GMimeContentType>?, depth: Int) {
        guard depth <= 1 else { return }
        switch kind {
        case "multipart/report":
            let subtype = unsafe GMimeValues.text(g_mime_content_type_get_parameter(content, "report-type"))
            report = Self.reports["message/" + subtype.lowercased()] ?? report ?? .other
        default:
            if let found = Self.reports[kind], report == nil || report == .other { report = found }
        }
    }

    private static let reports: [String: Report] = [
        "message/delivery-status": .delivery, "message/global-delivery-status": .delivery,
        "message/disposition-notification": .disposition, "message/feedback-report": .feedback,
    ]

    private mutating func visitMembers(of object: UnsafeMutablePointer<GMimeObject>, kind: String, depth: Int) {
        let parts = unsafe desk_multipart(object)
        let members = unsafe g_mime_multipart_get_count(parts)
        // Without its boundary a multipart has no members; its text stands where their prologue would.
        if members == 0 {
            let prologue = unsafe GMimeValues.text(g_mime_multipart_get_prologue(parts))
            pieces.append(Piece(text: prologue, isMarkup: false))
        }
        let before = pieces
        var alternatives: [[Piece]] = []
        for index in 0..<max(0, members) where count < MailLimits.parts {
            guard let member = unsafe g_mime_multipart_get_part(parts, index) else { continue }
            guard kind == "multipart/alternative" else {
                unsafe visit(member, depth: depth + 1)
                continue
            }
            pieces = []
            unsafe visit(member, depth: depth + 1)
            if pieces.contains(where: { !$0.isBlank }) { alternatives.append(pieces) }
            pieces = before
        }
        if members > 0, count >= MailLimits.parts { note(.parts) }
        // Plain text is what the sender saw fit for readers like us; failing that, the richest comes last.
        pieces += alternatives.first { $0.allSatisfy { !$0.isMarkup } } ?? alternatives.last ?? []
    }

    private mutating func visitMessage(_ object: UnsafeMutablePointer<GMimeObject>, kind: String, depth: Int) {
        var subject = ""
        if let inner = unsafe g_mime_message_part_get_message(desk_message_part(object)) {
            unsafe keep(messageID: GMimeValues.text(g_mime_message_get_message_id(inner)))
            unsafe subject = GMimeValues.text(g_mime_message_get_subject(inner))
            if let root = unsafe g_mime_message_get_mime_part(inner) {
                // A walk of its own: neither its files nor what it reports are this mail's.
                var walk = PartWalk()
                walk.count = count + within
                unsafe walk.visit(root, depth: depth + 1)
                within = walk.count + walk.within - count
                forwarded += walk.pieces
            }
        }
        let stream = unsafe g_mime_stream_null_new()
        defer { unsafe desk_unref(stream) }
        let size = unsafe g_mime_object_write_to_stream(object, nil, stream)
        files.append(AttachedFile(name: FileName.safe(subject), type: kind, size: max(0, Int(size)), part: count))
    }

    private mutating func visitLeaf(
        _ object: UnsafeMutablePointer<GMimeObject>, kind: String, content: UnsafeMutablePointer<GMimeContentType>?
    ) {
        guard let part = unsafe desk_part(object) else { return }
        let name = unsafe GMimeValues.text(g_mime_part_get_filename(part))
        let isAttached = unsafe GMimeValues.text(g_mime_object_get_disposition(object)).lowercased() == "attachment"
        let isReadable = kind == "text/plain" || kind == "text/html" || kind.isEmpty
        if isReadable, !isAttached, name.isEmpty || pieces.isEmpty {
            let label = unsafe GMimeValues.text(g_mime_content_type_get_parameter(content, "charset"))
            let isMarkup = kind == "text/html"
            var text = unsafe decoded(part, label: label.isEmpty ? nil : label, isMarkup: isMarkup)
            if !isMarkup, unsafe says(content, "format", "flowed") {
                text = FlowedText.unwrapped(text, deletesSpace: unsafe says(content, "delsp", "yes"))
            }
            pieces.append(Piece(text: text, isMarkup: isMarkup))
            if !isMarkup { scanForMessageIDs(text) }
            return
        }
        if Self.reports[kind] == .delivery { status.read(unsafe decoded(part, label: nil)) }
        if kind == "text/rfc822-headers" { scanForMessageIDs(unsafe decoded(part, label: nil)) }
        files.append(AttachedFile(name: FileName.safe(name), type: kind, size: unsafe size(of: part), part: count))
    }

    /// Old mail servers return a mail within the text of their report. What is found counts only in a machine's mail,
    /// and only if it proves to be ours.
    private mutating func scanForMessageIDs(_ text: String) {
        for line in text.utf8.split(separator: 0x0A) where line.count < 400 {
            let value = line.drop { $0 == 0x20 || $0 == UInt8(ascii: ">") }
            guard value.count > 12, value.prefix(11).elementsEqual("message-id:".utf8, by: { $0 | 0x20 == $1 | 0x20 })
            else { continue }
            MessageIDList.ids(in: String(decoding: value.dropFirst(11), as: UTF8.self)).forEach { keep(messageID: $0) }
        }
    }

    private mutating func keep(messageID: String) {
        guard !messageID.isEmpty, messageIDs.count < MailLimits.messageIDs else { return }
        messageIDs.append(messageID)
    }

    /// Content after its transfer encoding and out of its charset, with LF line ends.
    private mutating func decoded(
        _ part: UnsafeMutablePointer<GMimePart>, label: String?, isMarkup: Bool = false
    ) -> String {
        guard let array = unsafe g_byte_array_new() else { return "" }
        defer { unsafe g_byte_array_free(array, 1) }
        let sink = unsafe desk_sink(array)
        _ = unsafe g_mime_data_wrapper_write_to_stream(g_mime_part_get_content(part), sink)
        unsafe desk_unref(sink)
        let length = unsafe Int(array.pointee.len)
        // Twice the limit: a charset may take two bytes for one of ours.
        let kept = min(length, 2 * MailLimits.text)
        if kept < length { note(.text) }
        let bytes = unsafe Array(UnsafeBufferPointer(start: array.pointee.data, count: kept))
        let declared = isMarkup ? label ?? Charset.declared(in: bytes) : label
        let (text, isSound) = Charset.decode(bytes, label: declared)
        if !isSound { note(.charset) }
        return CleanText.text(text)
    }

    private func says(
        _ content: UnsafeMutablePointer<GMimeContentType>?, _ parameter: String, _ value: String
    ) -> Bool {
        unsafe GMimeValues.text(g_mime_content_type_get_parameter(content, parameter)).lowercased() == value
    }

    private func size(of part: UnsafeMutablePointer<GMimePart>) -> Int {
        guard let content = unsafe g_mime_part_get_content(part), let stream = unsafe g_mime_stream_null_new() else {
            return 0
        }
        defer { unsafe desk_unref(stream) }
        _ = unsafe g_mime_data_wrapper_write_to_stream(content, stream)
        return unsafe Int(clamping: desk_null_written(stream))
    }
}
