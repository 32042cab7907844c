import CGMime
import DeskMail

/// One header as GMime reads it: where its fields are, what of them is beyond the bounds, and what the header says of
/// the content below it.
struct HeaderScan {
    /// What holds other entities.
    enum Container {
        /// With the boundary of its parts.
        case multipart(boundary: [UInt8], isDigest: Bool)
        case message
    }

    private enum Name {
        case contentType, encoding, addresses, references, other
    }

    private var fields: [(name: Name, range: Range<Int>)] = []
    private let isDigestPart: Bool
    /// Where the fields begin that are beyond the bounds, and how many they are.
    private var surplus: (start: Int, count: Int)?
    private var end = 0
    /// Bytes that are kept.
    private(set) var keptBytes = 0

    private static let fieldBytes = 2 * MailLimits.field
    private static let typeBytes = 16 << 10
    private static let headerBytes = 512 << 10

    /// `isDigestPart`: without a content type it would be a message.
    init(isDigestPart: Bool) {
        self.isDigestPart = isDigestPart
    }

    /// Takes the next line, which is neither empty nor a boundary.
    mutating func take(_ line: Range<Int>, of bytes: [UInt8]) {
        end = line.upperBound
        let isFolded = bytes[line.lowerBound].isBlankByte
        if let surplus {
            if !isFolded { self.surplus = (surplus.start, surplus.count + 1) }
            return
        }
        if isFolded, let last = fields.last {
            fields[fields.count - 1].range = last.range.lowerBound..<line.upperBound
            return
        }
        // A long field is cut, and counts with what is kept of it.
        if let last = fields.last { keptBytes += min(last.range.count, Self.limit(of: last.name)) }
        if fields.count == Bound.fields.maximum || keptBytes > Self.headerBytes {
            surplus = (line.lowerBound, 1)
        } else {
            fields.append((Self.name(at: line, of: bytes), line))
        }
    }

    /// The field that declares the content's type; GMime takes the first.
    var typeField: Range<Int>? { fields.first { $0.name == .contentType }?.range }

    /// Further fields that declare a type: GMime would take the type of the first and the boundary of the last.
    var otherTypeFields: [Range<Int>] { fields.filter { $0.name == .contentType }.dropFirst().map(\.range) }

    /// What is to be taken out, in the order of the bytes; what is beyond a bound is taken down in `cuts`.
    func removals(in bytes: [UInt8], _ cuts: inout Cuts) -> [Range<Int>] {
        let others = otherTypeFields
        var ranges: [Range<Int>] = []
        for (name, range) in fields {
            if others.contains(range) {
                ranges.append(range)
            } else if let excess = Self.excess(name, range, bytes) {
                ranges.append(excess)
                cuts.leaveOut(excess.count, of: .field)
            }
        }
        if let surplus {
            ranges.append(surplus.start..<end)
            cuts.leaveOut(surplus.count, of: .fields)
        }
        return ranges
    }

    /// What the content is if it holds other entities.
    func container(in bytes: [UInt8]) -> Container? {
        guard let range = typeField else { return isDigestPart && !isEncoded(bytes) ? .message : nil }
        let value = Self.value(range, bytes)
        let type = unsafe value.withUnsafeBufferPointer { value in
            unsafe value.withMemoryRebound(to: CChar.self) { value in
                unsafe g_mime_content_type_parse(nil, value.baseAddress)
            }
        }
        guard let type = unsafe type else { return nil }
        defer { unsafe desk_unref(type) }
        let kind = unsafe GMimeValues.text(taking: g_mime_content_type_get_mime_type(type)).lowercased()
        if kind.hasPrefix("multipart/") {
            let boundary = unsafe GMimeValues.text(g_mime_content_type_get_parameter(type, "boundary"))
            return boundary.isEmpty
                ? nil : .multipart(boundary: Array(boundary.utf8), isDigest: kind == "multipart/digest")
        }
        let isMessage = Self.messages.contains(kind) || isDigestPart && !value.contains(UInt8(ascii: "/"))
        return isMessage && !isEncoded(bytes) ? .message : nil
    }

    private static let messages: Set<String> = ["message/rfc822", "message/rfc2822", "message/global", "message/news"]

    /// Whether a message would be encoded for the way, and then be no message to GMime.
    private func isEncoded(_ bytes: [UInt8]) -> Bool {
        guard let field = fields.first(where: { $0.name == .encoding }) else { return false }
        let text = String(decoding: Self.value(field.range, bytes).dropLast(), as: UTF8.self).trimmingBlanks
            .lowercased()
        return ["base64", "quoted-printable", "uuencode", "x-uuencode", "x-uue"].contains(text)
    }

    /// What follows the colon, and a NUL.
    private static func value(_ range: Range<Int>, _ bytes: [UInt8]) -> [UInt8] {
        guard let colon = bytes.index(of: UInt8(ascii: ":"), from: range.lowerBound) else { return [0] }
        return bytes[min(colon + 1, range.upperBound)..<range.upperBound].prefix(typeBytes) + [0]
    }

    private static let names: [(text: String, name: Name)] = [
        ("content-type", .contentType), ("content-transfer-encoding", .encoding), ("references", .references),
        ("in-reply-to", .references), ("from", .addresses), ("to", .addresses), ("cc", .addresses),
        ("bcc", .addresses), ("reply-to", .addresses), ("sender", .addresses), ("resent-to", .addresses),
        ("resent-cc", .addresses), ("resent-bcc", .addresses), ("resent-from", .addresses),
        ("resent-sender", .addresses), ("resent-reply-to", .addresses),
    ]
    private static let longestName = 25

    /// Blanks may stand before the colon.
    private static func name(at line: Range<Int>, of bytes: [UInt8]) -> Name {
        let head = bytes[line].prefix(longestName + 10)
        guard let colon = head.firstIndex(of: UInt8(ascii: ":")) else { return .other }
        let text = String(decoding: head[..<colon], as: UTF8.self).trimmingBlanks.lowercased()
        return names.first { $0.text == text }?.name ?? .other
    }

    /// Bytes of one field of that name.
    private static func limit(of name: Name) -> Int {
        name == .contentType ? typeBytes : fieldBytes
    }

    /// What of a field is too much: its end, without its last line end; of References the beginning, since the newest
    /// links decide. No address and no Message-ID is cut in two.
    private static func excess(_ name: Name, _ range: Range<Int>, _ bytes: [UInt8]) -> Range<Int>? {
        let limit = limit(of: name)
        guard range.count > limit else { return nil }
        if name == .references, let colon = bytes.index(of: UInt8(ascii: ":"), from: range.lowerBound),
            let first = bytes.index(of: UInt8(ascii: "<"), from: range.upperBound - limit), first < range.upperBound
        {
            return colon + 1..<first
        }
        let end = range.lowerBound + limit
        let separator = name == .addresses ? UInt8(ascii: ",") : 0x20
        return (bytes[(end - limit / 4)..<end].lastIndex(of: separator) ?? end)..<(range.upperBound - 1)
    }
}
