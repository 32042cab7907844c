import CGMime

/// The content type of a part, which decides what it is taken for.
struct MediaType {
    /// Type and subtype, lower-cased; one that can be used even where the field was none.
    let kind: String
    /// Whether the field, if there was one, was a content type.
    let isSound: Bool
    private let field: FieldParameters?

    /// `undeclared`: the charset of bytes in the field that say nothing of theirs.
    init(of object: UnsafeMutablePointer<GMimeObject>, undeclared: String?) {
        guard let raw = unsafe GMimeValues.raw("Content-Type", of: object) else {
            // A message within a digest, or text (RFC 2046 §5.1.5, RFC 2045 §5.2).
            field = nil
            isSound = true
            kind = unsafe desk_is_message_part(object) != 0 ? "message/rfc822" : "text/plain"
            return
        }
        let field = FieldParameters(raw, undeclared: undeclared)
        self.field = field
        let isMultipart = unsafe desk_is_multipart(object) != 0
        // Of two fields GMime may have taken the other one.
        let isType = Self.isType(field.value) && field.value.hasPrefix("multipart/") == isMultipart
        isSound = isType && !Self.misnomers.contains(field.value) && Self.isRegistered(field.value)
        kind = isSound ? field.value : Self.likely(field.value, isMultipart: isMultipart)
    }

    /// Parameters that were not read.
    var leftOut: Int { field?.leftOut ?? 0 }

    /// A parameter's text; nil if there is none of that name.
    subscript(name: String) -> String? { field?[name] }

    /// Whether a parameter is this word, whatever its case.
    func says(_ name: String, _ word: String) -> Bool { self[name]?.lowercased() == word }

    private static func isType(_ value: String) -> Bool {
        let parts = value.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return parts.count == 2
            && parts.allSatisfy { part in
                !part.isEmpty && part.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"()<>@,;:\\\"[]?=".utf8.contains($0) }
            }
    }

    /// Types that name no format: what is in such a part is text.
    private static let misnomers: Set<String> = ["application/text", "application/plain", "application/txt"]

    /// Whether the type before the slash is one there is (RFC 6838 §4.2), or a private one.
    private static func isRegistered(_ value: String) -> Bool {
        let types = [
            "text", "image", "audio", "video", "application", "multipart", "message", "font", "model", "haptics",
            "chemical",
        ]
        return value.hasPrefix("x-") || types.contains { value.hasPrefix($0 + "/") }
    }

    /// What a value that is no content type was meant to be; text, if nothing speaks against it (RFC 2045 §5.2).
    private static func likely(_ value: String, isMultipart: Bool) -> String {
        if isMultipart { return "multipart/mixed" }
        if misnomers.contains(value) { return "text/plain" }
        if value.hasPrefix("message") { return "message/rfc822" }
        for other in ["application", "image", "audio", "video", "font", "model"] where value.hasPrefix(other) {
            return "application/octet-stream"
        }
        return value.contains("html") ? "text/html" : "text/plain"
    }
}
