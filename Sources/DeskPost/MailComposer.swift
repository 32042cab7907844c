import CGMime
public import DeskMail

/// Makes the bytes of outgoing mails with GMime: 7-bit clean, CRLF, always the same for the same value.
public enum MailComposer {
    /// The mail's bytes, or nil if none of its recipients, or not its sender, is an address that a header may hold.
    /// Such a recipient is left out.
    ///
    /// GMime must have been initialised (`MailReader`). Everything that a stranger may have written is encoded anew:
    /// the subject as encoded words, addresses from their parts, references only if they look like Message-IDs.
    public static func compose(_ mail: OutgoingMail) -> [UInt8]? {
        let (to, cc) = (mail.to.filter(\.isSendable), mail.cc.filter(\.isSendable))
        guard mail.from.isSendable, !(to + cc).isEmpty, isToken(mail.messageID) else { return nil }
        guard let message = unsafe g_mime_message_new(0) else { return nil }
        defer { unsafe desk_unref(message) }
        let object = unsafe desk_object(message)
        unsafe add(mail.from, as: GMIME_ADDRESS_TYPE_FROM, to: message)
        for address in to { unsafe add(address, as: GMIME_ADDRESS_TYPE_TO, to: message) }
        for address in cc { unsafe add(address, as: GMIME_ADDRESS_TYPE_CC, to: message) }
        unsafe g_mime_message_set_subject(message, CleanText.shortened(mail.subject, to: 1000), "utf-8")
        if let date = unsafe g_date_time_new_from_unix_utc(gint64(clamping: mail.date)) {
            unsafe g_mime_message_set_date(message, date)
            unsafe g_date_time_unref(date)
        }
        unsafe g_mime_message_set_message_id(message, mail.messageID)
        for (name, value) in threading(mail) { unsafe g_mime_object_set_header(object, name, value, nil) }
        for mark in mail.marks { unsafe g_mime_object_set_header(object, mark.name, mark.value, nil) }
        unsafe setText(mail.text, of: message)
        return unsafe bytes(of: object)
    }

    private static func add(
        _ address: MailAddress, as role: GMimeAddressType, to message: UnsafeMutablePointer<GMimeMessage>
    ) {
        let name = CleanText.shortened(address.name, to: 255)
        guard let mailbox = unsafe internet_address_mailbox_new(name.isEmpty ? nil : name, address.address) else {
            return
        }
        defer { unsafe desk_unref(mailbox) }
        // Otherwise GMime takes the smallest charset that fits.
        unsafe internet_address_set_charset(mailbox, "utf-8")
        unsafe internet_address_list_add(g_mime_message_get_addresses(message, role), mailbox)
    }

    /// In-Reply-To and References, as far as they are Message-IDs; the newest twenty and the oldest one are enough.
    private static func threading(_ mail: OutgoingMail) -> [(String, String)] {
        var fields: [(String, String)] = []
        if isToken(mail.inReplyTo) { fields.append(("In-Reply-To", "<\(mail.inReplyTo)>")) }
        var chain = mail.references.filter(isToken)
        if chain.count > 21 { chain = [chain[0]] + chain.suffix(20) }
        if !chain.isEmpty { fields.append(("References", chain.map { "<\($0)>" }.joined(separator: " "))) }
        return fields
    }

    /// Bytes that a Message-ID may have between its angle brackets.
    private static func isToken(_ id: String) -> Bool {
        (1...MailLimits.messageID).contains(id.utf8.count)
            && id.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">") }
    }

    private static func setText(_ text: String, of message: UnsafeMutablePointer<GMimeMessage>) {
        guard let part = unsafe g_mime_text_part_new_with_subtype("plain") else { return }
        defer { unsafe desk_unref(part) }
        let object = unsafe desk_text_object(part)
        // Not g_mime_text_part_set_text, which changes the charset to the smallest that fits.
        let encoding = encoding(of: text)
        // In base64 nobody turns line ends into CRLF any more (RFC 2045 §6.8), in the other encodings the stream does.
        let body = lines(of: text, endedBy: encoding == GMIME_CONTENT_ENCODING_BASE64 ? "\r\n" : "\n")
        let stream = unsafe g_mime_stream_mem_new_with_buffer(body, body.utf8.count)
        defer { unsafe desk_unref(stream) }
        guard let content = unsafe g_mime_data_wrapper_new_with_stream(stream, GMIME_CONTENT_ENCODING_DEFAULT) else {
            return
        }
        defer { unsafe desk_unref(content) }
        unsafe g_mime_part_set_content(desk_text_leaf(part), content)
        unsafe g_mime_text_part_set_charset(part, "utf-8")
        unsafe g_mime_part_set_content_encoding(desk_text_leaf(part), encoding)
        unsafe g_mime_message_set_mime_part(message, object)
    }

    private static func lines(of text: String, endedBy end: String) -> String {
        let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
        let body = lines.map { String(Substring($0)) }.joined(separator: end)
        return text.hasSuffix("\n") ? body : body + end
    }

    /// 7bit where the text is; base64 where quoted-printable would be longer still, and where a line begins with
    /// "From ", which some relay would quote. A line of 998 bytes is the most that SMTP carries.
    private static func encoding(of text: String) -> GMimeContentEncoding {
        var high = 0
        var line = 0
        var isLong = false
        for byte in text.utf8 {
            if byte >= 0x80 || byte == 0x7F || byte < 0x20 && byte != 0x0A && byte != 0x09 { high += 1 }
            line = byte == 0x0A ? 0 : line + 1
            if line > 900 { isLong = true }
        }
        let hasFrom = text.hasPrefix("From ") || text.contains("\nFrom ")
        if high * 6 > text.utf8.count || hasFrom { return GMIME_CONTENT_ENCODING_BASE64 }
        return high == 0 && !isLong ? GMIME_CONTENT_ENCODING_7BIT : GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE
    }

    private static func bytes(of object: UnsafeMutablePointer<GMimeObject>?) -> [UInt8]? {
        guard let array = unsafe g_byte_array_new(), let format = unsafe g_mime_format_options_new() else { return nil }
        defer {
            unsafe g_mime_format_options_free(format)
            unsafe g_byte_array_free(array, 1)
        }
        unsafe g_mime_format_options_set_newline_format(format, GMIME_NEWLINE_FORMAT_DOS)
        let sink = unsafe desk_sink(array)
        defer { unsafe desk_unref(sink) }
        guard unsafe g_mime_object_write_to_stream(object, format, sink) > 0 else { return nil }
        return unsafe Array(UnsafeBufferPointer(start: array.pointee.data, count: Int(array.pointee.len)))
    }
}
