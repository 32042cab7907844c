import CGMime
import DeskMail

/// Walks the parts of a mail: which of them is its text, which are files, what a report says.
struct PartWalk {
    private let parser: EntityParser
    private var pieces: [TextPiece] = []
    /// Texts that are listed as files and shown only where there is no other.
    private var spares: [TextPiece] = []
    /// The text of attached mails: what is shown of a mail that was forwarded without a word.
    private var forwarded: [TextPiece] = []
    private var alternatives = Alternatives()
    private var files: [AttachedFile] = []
    private var problems: [Problem] = []
    private var messageIDs: [String] = []
    private var status = DeliveryStatus()
    private var report: Report?
    private var type = ""
    private var count = 0
    /// Parts of attached mails that were looked at; the limit holds for all together.
    private var within = 0
    /// The charset that the first text declares.
    private(set) var charset: String?
    /// What was left out.
    private(set) var cuts = Cuts()
    /// Whether this is the walk of an attached message, whose files are not listed.
    private var isWithin = false
    /// Bytes of messages and entities that may still be opened in parts that are encoded or wrapped: each layer of
    /// them could hold the whole message again.
    private var openableBytes = MailLimits.rawMail

    init(_ parser: EntityParser) {
        self.parser = parser
    }

    /// Visits the parts of a message.
    mutating func visit(_ message: UnsafeMutablePointer<GMimeMessage>, depth: Int = 0) {
        guard let root = unsafe g_mime_message_get_mime_part(message) else { return }
        unsafe visit(root, depth: depth)
    }

    /// Visits a part and what it holds. The recursion ends at the depth that is looked at.
    private mutating func visit(_ object: UnsafeMutablePointer<GMimeObject>, depth: Int) {
        guard depth <= Bound.depth.maximum else { return cuts.leaveOut(1, of: .depth) }
        guard count < Bound.parts.maximum else { return cuts.leaveOut(1, of: .parts) }
        count += 1
        let media = unsafe MediaType(of: object, undeclared: charset)
        if !media.isSound { note(.contentType) }
        cuts.leaveOut(media.leftOut, of: .parameters)
        if depth == 0 { type = media.kind }
        recognise(media, depth: depth)
        if unsafe desk_is_multipart(object) != 0 {
            if media.kind == "multipart/encrypted" { note(.encrypted) }
            unsafe visitMembers(of: object, kind: media.kind, depth: depth)
        } else if unsafe desk_is_message_part(object) != 0 {
            unsafe visitMessagePart(object, media, depth: depth)
        } else if unsafe desk_is_part(object) != 0 {
            unsafe visitLeaf(object, media, depth: depth)
        }
    }

    /// Hands over what was found and tells what was left out; the mail has its header already, which tells old text
    /// from new.
    func finish(_ mail: inout ReadMail) -> Cuts {
        mail.type = type
        mail.report = report == .delivery && status.isDelay ? .delay : report
        mail.files = files
        mail.embeddedMessageIDs = messageIDs
        mail.failedRecipients += status.failed
        mail.diagnosis = status.diagnosis
        var shown = ShownText()
        let answered = AnsweredMail(
            subject: mail.subject, addresses: mail.to + mail.cc, author: mail.from.first)
        for texts in [pieces, spares] where mail.segments.isEmpty {
            mail.segments = Quotation.segments(of: shown.text(of: texts), answered: answered)
        }
        if mail.segments.isEmpty {
            let text = shown.text(of: forwarded).trimmingBlanks
            mail.segments = text.isEmpty ? [] : [Segment(kind: .quoted, text: text)]
        }
        mail.problems = problems + (shown.isMarkupSound ? [] : [.markup])
        var all = cuts
        all.add(shown.cuts)
        all.add(status.cuts)
        return all
    }

    private mutating func note(_ problem: Problem) {
        if !problems.contains(problem) { problems.append(problem) }
    }

    /// A report is a `multipart/report`, or carries a report's part at its first level, whatever its own type says.
    private mutating func recognise(_ media: MediaType, depth: Int) {
        guard depth <= 1 else { return }
        if media.kind == "multipart/report" {
            let subtype = media["report-type"]?.lowercased() ?? ""
            report = Self.reports["message/" + subtype] ?? report ?? .other
        } else if let found = Self.reports[media.kind], report == nil || report == .other {
            report = found
        }
    }

    private static let reports: [String: Report] = [
        "message/delivery-status": .delivery, "message/global-delivery-status": .delivery,
        "message/disposition-notification": .disposition, "message/feedback-report": .feedback,
    ]
}

// MARK: - Parts that hold others

extension PartWalk {
    private mutating func visitMembers(of object: UnsafeMutablePointer<GMimeObject>, kind: String, depth: Int) {
        let parts = unsafe desk_multipart(object)
        let members = unsafe g_mime_multipart_get_count(parts)
        // Without its boundary a multipart has no members; its text stands where their prologue would.
        if members == 0 {
            note(.contentType)
            let prologue = unsafe GMimeValues.text(g_mime_multipart_get_prologue(parts))
            if let entity = Self.entity(kind: kind, prologue), visitEntity(entity, depth: depth) { return }
            pieces.append(TextPiece(text: CleanText.text(prologue), isMarkup: false))
        }
        let before = pieces
        var choices: [[TextPiece]] = []
        for index in 0..<max(0, members) {
            guard count < Bound.parts.maximum else {
                cuts.leaveOut(Int(members - index), of: .parts)
                break
            }
            guard let member = unsafe g_mime_multipart_get_part(parts, index) else { continue }
            guard kind == "multipart/alternative" else {
                unsafe visit(member, depth: depth + 1)
                continue
            }
            pieces = []
            unsafe visit(member, depth: depth + 1)
            if pieces.contains(where: { !$0.isBlank }) { choices.append(pieces) }
            pieces = before
        }
        pieces += alternatives.choice(of: choices)
    }

    /// A multipart whose boundary is the one that its content has, whatever its header says.
    private static func entity(kind: String, _ prologue: String) -> [UInt8]? {
        let lines = prologue.utf8.split(separator: 0x0A).map { $0.last == 0x0D ? $0.dropLast() : $0 }
        let boundary = lines.first { $0.starts(with: "--".utf8) && (3...72).contains($0.count) }?.dropFirst(2)
        guard let boundary, !boundary.contains(where: { $0 <= 0x20 || $0 == UInt8(ascii: "\"") }) else { return nil }
        return Array("Content-Type: \(kind); boundary=\"\(Substring(boundary))\"\n\n\(prologue)".utf8)
    }

    private mutating func visitMessagePart(
        _ object: UnsafeMutablePointer<GMimeObject>, _ media: MediaType, depth: Int
    ) {
        var size = 0
        // Each message holds all of those within it, so that only the outermost is written.
        if !isWithin {
            let stream = unsafe g_mime_stream_null_new()
            defer { unsafe desk_unref(stream) }
            size = unsafe Int(g_mime_object_write_to_stream(object, nil, stream))
        }
        let inner = unsafe g_mime_message_part_get_message(desk_message_part(object))
        unsafe visitMessage(inner, name: name(of: object, media), kind: media.kind, size: size, depth: depth)
    }

    private mutating func visitMessage(
        _ inner: UnsafeMutablePointer<GMimeMessage>?, name: String, kind: String, size: Int, depth: Int
    ) {
        let part = count
        var subject = ""
        if let inner = unsafe inner {
            // A walk of its own: neither its files nor what it reports are this mail's.
            var walk = PartWalk(parser)
            walk.isWithin = true
            walk.openableBytes = openableBytes
            walk.count = count + within
            unsafe walk.visit(inner, depth: depth + 1)
            openableBytes = walk.openableBytes
            within = walk.count + walk.within - count
            forwarded += walk.pieces.allSatisfy(\.isBlank) ? walk.spares + walk.forwarded : walk.pieces
            cuts.add(walk.cuts)
            walk.problems.forEach { note($0) }
            if let object = unsafe desk_object(inner) {
                if let id = unsafe GMimeValues.raw("Message-ID", of: object) {
                    keep(messageID: MessageIDList.own(in: String(decoding: id, as: UTF8.self)))
                }
                var text = HeaderText(undeclared: walk.charset)
                subject = unsafe text.text(GMimeValues.raw("Subject", of: object) ?? [])
            }
        }
        files.append(
            AttachedFile(name: FileName.safe(name.isEmpty ? subject : name), type: kind, size: max(0, size), part: part)
        )
    }

    private mutating func takeOpenable(_ bytes: Int) -> Bool {
        guard bytes <= openableBytes else { return false }
        openableBytes -= bytes
        return true
    }

    /// What a part holds that is a MIME entity of its own, such as the content of a signed message.
    private mutating func visitEntity(_ bytes: [UInt8], depth: Int) -> Bool {
        guard takeOpenable(bytes.count) else { return false }
        let repair = HeaderRepair(bytes)
        var copy = self
        let walked = unsafe parser.part(repair.bytes) { part in
            unsafe copy.visit(part, depth: depth + 1)
            return copy
        }
        guard let walked else { return false }
        self = walked
        repair.problems.forEach { note($0) }
        cuts.add(repair.cuts)
        return true
    }
}

// MARK: - Leaves

extension PartWalk {
    private mutating func visitLeaf(_ object: UnsafeMutablePointer<GMimeObject>, _ media: MediaType, depth: Int) {
        guard let part = unsafe desk_part(object) else { return }
        let disposition = unsafe FieldParameters(
            GMimeValues.raw("Content-Disposition", of: object) ?? [], undeclared: charset)
        let name = disposition["filename"] ?? media["name"] ?? ""
        cuts.leaveOut(disposition.leftOut, of: .parameters)
        let isAttached = disposition.value == "attachment"
        if media.kind == "text/plain" || media.kind == "text/html", !isAttached {
            let piece = unsafe piece(part, media)
            if name.isEmpty { return pieces.append(piece) }
            // A named text is a file that its sender may want to be read in its place.
            if disposition.value == "inline", piece.text.utf8.count <= Self.inlineMost {
                pieces.append(piece)
            } else {
                spares.append(piece)
            }
        } else if media.kind.hasPrefix("text/"), !isAttached, !Self.data.contains(media.kind) {
            // An unknown kind of text is text (RFC 2046 §4.1.4).
            spares.append(unsafe piece(part, media))
        } else if unsafe visitWrapping(part, media, name: name, depth: depth) {
            return
        }
        if Self.reports[media.kind] == .delivery { status.read(unsafe decoded(part, label: nil)) }
        if media.kind == "text/rfc822-headers" { scanForMessageIDs(unsafe decoded(part, label: nil)) }
        unsafe list(part, name: name, kind: media.kind)
    }

    /// Bytes of a named text that is shown in its place; a longer one is only a file.
    private static let inlineMost = 64 << 10
    /// Texts that are made for programs.
    private static let data: Set<String> = [
        "text/calendar", "text/vcard", "text/x-vcard", "text/directory", "text/css", "text/csv", "text/xml",
        "text/rfc822-headers", "text/x-amp-html", "text/javascript", "text/rtf",
    ]

    private mutating func list(_ part: UnsafeMutablePointer<GMimePart>, name: String, kind: String) {
        files.append(
            AttachedFile(name: FileName.safe(name), type: kind, size: unsafe size(of: part), part: count))
    }

    /// Opens a part that holds a message or an entity; whether it is listed already.
    private mutating func visitWrapping(
        _ part: UnsafeMutablePointer<GMimePart>, _ media: MediaType, name: String, depth: Int
    ) -> Bool {
        if Self.messages.contains(media.kind) {
            // GMime leaves one alone that is encoded for the way.
            let raw = unsafe content(of: part)
            guard takeOpenable(raw.count) else {
                note(.wrapping)
                return false
            }
            let repair = HeaderRepair(raw)
            var copy = self
            let walked = unsafe parser.message(repair.bytes) { inner in
                unsafe copy.visitMessage(inner, name: name, kind: media.kind, size: raw.count, depth: depth)
                return copy
            }
            guard let walked else { return false }
            self = walked
            repair.problems.forEach { note($0) }
            cuts.add(repair.cuts)
            return true
        }
        let isSigned = media.kind == "application/pkcs7-mime" || media.kind == "application/x-pkcs7-mime"
        guard isSigned || media.kind == "application/octet-stream" && name.lowercased().hasSuffix(".p7m") else {
            return false
        }
        unsafe list(part, name: name, kind: media.kind)
        switch SignedEntity(unsafe content(of: part)) {
        case .content(let entity): if !visitEntity(entity, depth: depth) { note(.wrapping) }
        case .encrypted: note(.encrypted)
        case .nothing, .broken: note(.wrapping)
        }
        return true
    }

    private static let messages: Set<String> = ["message/rfc822", "message/rfc2822", "message/global", "message/news"]

    private func name(of object: UnsafeMutablePointer<GMimeObject>, _ media: MediaType) -> String {
        let disposition = unsafe FieldParameters(
            GMimeValues.raw("Content-Disposition", of: object) ?? [], undeclared: charset)
        return disposition["filename"] ?? media["name"] ?? ""
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
        if !messageID.isEmpty { messageIDs.append(messageID) }
    }
}

// MARK: - Content

extension PartWalk {
    private mutating func piece(_ part: UnsafeMutablePointer<GMimePart>, _ media: MediaType) -> TextPiece {
        let isMarkup = media.kind == "text/html"
        if charset == nil { charset = media["charset"] }
        var text = unsafe decoded(part, label: media["charset"], isMarkup: isMarkup)
        if !isMarkup, media.says("format", "flowed") {
            text = FlowedText.unwrapped(text, deletesSpace: media.says("delsp", "yes"))
        }
        if !isMarkup {
            scanForMessageIDs(text)
            if holdsArmour(text) { note(.encrypted) }
        }
        return TextPiece(text: text, isMarkup: isMarkup)
    }

    /// Whether what the sender wrote is encrypted within the text (RFC 9580 §6.2).
    private func holdsArmour(_ text: String) -> Bool {
        text.utf8.split(separator: 0x0A).contains { $0.starts(with: "-----BEGIN PGP MESSAGE-----".utf8) }
    }

    /// Content out of its charset, with LF line ends.
    private mutating func decoded(
        _ part: UnsafeMutablePointer<GMimePart>, label: String?, isMarkup: Bool = false
    ) -> String {
        var bytes = unsafe content(of: part)
        if unsafe g_mime_part_get_content_encoding(part) == GMIME_CONTENT_ENCODING_BASE64,
            let plain = unsafe plainContent(of: part)
        {
            bytes = plain
            note(.contentType)
        }
        // A charset may take several bytes for one of ours, HTML several images for a word.
        let most = (isMarkup ? 16 : 4) * Bound.text.maximum
        if bytes.count > most {
            cuts.leaveOut(bytes.count - most, of: isMarkup ? .markup : .text)
            bytes.removeSubrange(most...)
        }
        let declared = label?.isEmpty == false ? label : isMarkup ? Charset.declared(in: bytes) : nil
        let (text, isSound) = Charset.decode(bytes, label: declared)
        if !isSound { note(.charset) }
        return CleanText.text(text)
    }

    /// The content as it is in the message, if it is declared as base64 and is none: it has blanks between words.
    private func plainContent(of part: UnsafeMutablePointer<GMimePart>) -> [UInt8]? {
        guard let array = unsafe g_byte_array_new() else { return nil }
        defer { unsafe g_byte_array_free(array, 1) }
        let stream = unsafe g_mime_data_wrapper_get_stream(g_mime_part_get_content(part))
        let sink = unsafe desk_sink(array)
        _ = unsafe g_mime_stream_reset(stream)
        _ = unsafe g_mime_stream_write_to_stream(stream, sink)
        unsafe desk_unref(sink)
        let raw = unsafe UnsafeBufferPointer(start: array.pointee.data, count: Int(array.pointee.len))
        let line = unsafe raw.drop { $0 <= 0x20 }.prefix { $0 != 0x0A && $0 != 0x0D }
        guard unsafe line.split(separator: 0x20).count > 1 else { return nil }
        return unsafe Array(raw)
    }

    /// Content after its transfer encoding.
    private func content(of part: UnsafeMutablePointer<GMimePart>) -> [UInt8] {
        guard let array = unsafe g_byte_array_new() else { return [] }
        defer { unsafe g_byte_array_free(array, 1) }
        let sink = unsafe desk_sink(array)
        _ = unsafe g_mime_data_wrapper_write_to_stream(g_mime_part_get_content(part), sink)
        unsafe desk_unref(sink)
        return unsafe Array(UnsafeBufferPointer(start: array.pointee.data, count: Int(array.pointee.len)))
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
