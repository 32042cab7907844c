import CGMime
public import DeskMail

/// Reads raw mails into values with GMime; no mail makes it fail.
///
/// One per process: GMime's own initialisation is global. Not for use by several threads.
@safe public struct MailReader: ~Copyable {
    private let options: OpaquePointer

    /// Initialises GMime. Undeclared 8-bit bytes in header fields are tried as UTF-8, then as windows-1252.
    public init() throws(PostError) {
        g_mime_init()
        guard let made = unsafe g_mime_parser_options_new() else { throw .library("gmime") }
        unsafe options = made
        unsafe "utf-8".withCString { first in
            unsafe "windows-1252".withCString { second in
                var names: [UnsafePointer<CChar>?] = unsafe [first, second, nil]
                unsafe names.withUnsafeMutableBufferPointer { names in
                    unsafe g_mime_parser_options_set_fallback_charsets(options, names.baseAddress)
                }
            }
        }
    }

    deinit {
        unsafe g_mime_parser_options_free(options)
    }

    /// The mail as a value. What could not be read is empty and noted in its `problems`.
    public func read(_ raw: [UInt8]) -> ReadMail {
        let repair = HeaderRepair(raw)
        if var mail = parse(repair.bytes) {
            mail.problems = repair.problems + mail.problems
            return mail.bounded()
        }
        // GMime gives nothing for a mail without one header field.
        if !raw.isEmpty, var mail = parse(Array("Subject:\n\n".utf8) + repair.bytes) {
            mail.fields = []
            mail.problems = [.headless] + repair.problems + mail.problems
            return mail.bounded()
        }
        var mail = ReadMail()
        mail.problems = [.unreadable]
        return mail
    }

    private func parse(_ bytes: [UInt8]) -> ReadMail? {
        let stream = unsafe bytes.withUnsafeBytes { bytes in
            unsafe g_mime_stream_mem_new_with_buffer(
                bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        defer { unsafe desk_unref(stream) }
        guard let parser = unsafe g_mime_parser_new_with_stream(stream) else { return nil }
        defer { unsafe desk_unref(parser) }
        guard let message = unsafe g_mime_parser_construct_message(parser, options) else { return nil }
        defer { unsafe desk_unref(message) }
        var mail = ReadMail()
        unsafe readHead(of: message, into: &mail)
        if let root = unsafe g_mime_message_get_mime_part(message) {
            var walk = PartWalk()
            unsafe walk.visit(root)
            walk.finish(&mail)
        }
        return mail
    }

    private func readHead(of message: UnsafeMutablePointer<GMimeMessage>, into mail: inout ReadMail) {
        let object = unsafe desk_object(message)
        unsafe mail.subject = GMimeValues.text(g_mime_message_get_subject(message))
        unsafe mail.from = GMimeValues.addresses(g_mime_message_get_from(message))
        unsafe mail.sender = GMimeValues.addresses(g_mime_message_get_sender(message))
        unsafe mail.replyTo = GMimeValues.addresses(g_mime_message_get_reply_to(message))
        unsafe mail.to = GMimeValues.addresses(g_mime_message_get_to(message))
        unsafe mail.cc = GMimeValues.addresses(g_mime_message_get_cc(message))
        if mail.from.isEmpty { mail.from = unsafe loose("From", of: object) }
        if mail.replyTo.isEmpty { mail.replyTo = unsafe loose("Reply-To", of: object) }
        unsafe mail.date = GMimeValues.text(g_mime_object_get_header(object, "Date"))
        unsafe mail.fields = fields(of: object)
        mail.messageID = mail.values(of: "Message-ID").flatMap(MessageIDList.ids).first ?? ""
        mail.inReplyTo = mail.values(of: "In-Reply-To").flatMap(MessageIDList.ids)
        mail.references = mail.values(of: "References").flatMap(MessageIDList.ids)
        mail.failedRecipients = mail.values(of: "X-Failed-Recipients")
            .flatMap { $0.split(separator: ",") }.map { String($0).trimmingBlanks }
    }

    private func loose(_ field: String, of object: UnsafeMutablePointer<GMimeObject>?) -> [MailAddress] {
        let value = unsafe GMimeValues.text(g_mime_object_get_header(object, field))
        return LooseAddress.find(in: value).map { [$0] } ?? []
    }

    private func fields(of object: UnsafeMutablePointer<GMimeObject>?) -> [HeaderField] {
        guard let list = unsafe g_mime_object_get_header_list(object) else { return [] }
        let count = unsafe min(Int(g_mime_header_list_get_count(list)), MailLimits.fields)
        return (0..<max(0, count)).compactMap { index in
            guard let header = unsafe g_mime_header_list_get_header_at(list, Int32(index)) else { return nil }
            return unsafe HeaderField(
                name: GMimeValues.text(g_mime_header_get_name(header)),
                value: GMimeValues.text(g_mime_header_get_value(header)))
        }
    }
}
