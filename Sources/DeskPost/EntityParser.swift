import CGMime

/// GMime's parser for whole messages and for single parts, with the settings that the desk reads with.
///
/// Undeclared 8-bit bytes in address fields are tried as UTF-8, then as windows-1252.
@safe struct EntityParser {
    let options: OpaquePointer

    /// GMime must have been initialised; the settings live until `free`.
    init() throws(PostError) {
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

    func free() {
        unsafe g_mime_parser_options_free(options)
    }

    /// What `body` makes of the message, which lives no longer; nil if the bytes are none.
    func message<Value>(_ bytes: [UInt8], _ body: (UnsafeMutablePointer<GMimeMessage>) -> Value) -> Value? {
        unsafe withParser(bytes) { parser in
            guard let message = unsafe g_mime_parser_construct_message(parser, options) else { return nil }
            defer { unsafe desk_unref(message) }
            return unsafe body(message)
        }
    }

    /// What `body` makes of the part, header and content, which lives no longer; nil if the bytes are none.
    func part<Value>(_ bytes: [UInt8], _ body: (UnsafeMutablePointer<GMimeObject>) -> Value) -> Value? {
        unsafe withParser(bytes) { parser in
            guard let part = unsafe g_mime_parser_construct_part(parser, options) else { return nil }
            defer { unsafe desk_unref(part) }
            return unsafe body(part)
        }
    }

    private func withParser<Value>(
        _ bytes: [UInt8], _ body: (UnsafeMutablePointer<GMimeParser>) -> Value?
    ) -> Value? {
        let stream = unsafe bytes.withUnsafeBytes { bytes in
            unsafe g_mime_stream_mem_new_with_buffer(
                bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        defer { unsafe desk_unref(stream) }
        guard let parser = unsafe g_mime_parser_new_with_stream(stream) else { return nil }
        defer { unsafe desk_unref(parser) }
        return unsafe body(parser)
    }
}
