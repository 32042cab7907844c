/// What an S/MIME part holds (RFC 8551 §3): a signed message can be read without any key, an encrypted one cannot.
///
/// A walk over the outermost elements of the CMS structure (RFC 5652 §3, §5) with bounded depth: it looks for the one
/// octet string and believes no length. The signature is not checked.
enum SignedEntity: Equatable {
    /// The signed content, a MIME entity.
    case content([UInt8])
    /// Only certificates, or a signature of something that is elsewhere.
    case nothing
    /// Content that a key opens.
    case encrypted
    /// No such structure, or one that is broken.
    case broken

    init(_ bytes: [UInt8]) {
        var reader = BERReader(bytes)
        self = reader.message() ?? .broken
    }
}

/// Reads elements in BER (ITU-T X.690), whose lengths may be indefinite.
private struct BERReader {
    /// An element whose content begins at the reader's place; `end` is nil where its length is indefinite.
    private struct Element {
        var tag: UInt8
        var end: Int?
    }

    private let bytes: [UInt8]
    private var at = 0
    private static let depthMost = 16
    private static let sequence: UInt8 = 0x30
    private static let explicit: UInt8 = 0xA0
    private static let octets: UInt8 = 0x04
    private static let identifier: UInt8 = 0x06

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// `ContentInfo ::= SEQUENCE { contentType OBJECT IDENTIFIER, content [0] EXPLICIT }` (RFC 5652 §3).
    mutating func message() -> SignedEntity? {
        guard enter(Self.sequence) != nil, let type = objectIdentifier() else { return nil }
        switch type {
        case Self.signed: return signed()
        case Self.enveloped, Self.encryptedData, Self.authEnveloped, Self.signedAndEnveloped: return .encrypted
        default: return nil
        }
    }

    /// `SignedData ::= SEQUENCE { version, digestAlgorithms SET, encapContentInfo SEQUENCE, … }` (RFC 5652 §5.1).
    private mutating func signed() -> SignedEntity? {
        guard enter(Self.explicit) != nil, enter(Self.sequence) != nil, skip(0), skip(0) else { return nil }
        guard let info = enter(Self.sequence), objectIdentifier() != nil else { return nil }
        if let end = info.end, at >= end { return .nothing }
        guard at < bytes.count, bytes[at] == Self.explicit else { return .nothing }
        guard enter(Self.explicit) != nil else { return nil }
        var content: [UInt8] = []
        guard octetString(&content, depth: 0) else { return nil }
        return content.isEmpty ? .nothing : .content(content)
    }

    private static let pkcs7: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07]
    private static let signed = pkcs7 + [2]
    private static let enveloped = pkcs7 + [3]
    private static let signedAndEnveloped = pkcs7 + [4]
    private static let encryptedData = pkcs7 + [6]
    private static let authEnveloped: [UInt8] = [
        0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x01, 0x17,
    ]

    private mutating func objectIdentifier() -> [UInt8]? {
        guard let element = element(), element.tag == Self.identifier, let end = element.end else { return nil }
        defer { at = end }
        return Array(bytes[at..<end])
    }

    private mutating func enter(_ tag: UInt8) -> Element? {
        guard let element = element(), element.tag == tag else { return nil }
        return element
    }

    /// Tag and length of the element that begins here; no tag of more than one byte, no length beyond the bytes.
    private mutating func element() -> Element? {
        guard bytes.count - at >= 2 else { return nil }
        let tag = bytes[at]
        let first = bytes[at + 1]
        guard tag & 0x1F != 0x1F else { return nil }
        at += 2
        if first == 0x80 { return tag & 0x20 == 0 ? nil : Element(tag: tag, end: nil) }
        var length = Int(first)
        if first > 0x80 {
            let count = Int(first & 0x7F)
            guard count <= 4, bytes.count - at >= count else { return nil }
            length = bytes[at..<at + count].reduce(0) { $0 << 8 | Int($1) }
            at += count
        }
        guard length <= bytes.count - at else { return nil }
        return Element(tag: tag, end: at + length)
    }

    private mutating func skip(_ depth: Int) -> Bool {
        guard depth < Self.depthMost, let element = element() else { return false }
        if let end = element.end {
            at = end
            return true
        }
        while !takeEndOfContents() {
            guard skip(depth + 1) else { return false }
        }
        return true
    }

    private mutating func takeEndOfContents() -> Bool {
        guard bytes.count - at >= 2, bytes[at] == 0, bytes[at + 1] == 0 else { return false }
        at += 2
        return true
    }

    /// A string in one piece or, constructed, in several.
    private mutating func octetString(_ content: inout [UInt8], depth: Int) -> Bool {
        guard depth < Self.depthMost, let element = element(), element.tag & 0xDF == Self.octets else { return false }
        if element.tag == Self.octets {
            guard let end = element.end else { return false }
            content += bytes[at..<end]
            at = end
            return true
        }
        while element.end.map({ at < $0 }) ?? !takeEndOfContents() {
            guard octetString(&content, depth: depth + 1) else { return false }
        }
        return true
    }
}
