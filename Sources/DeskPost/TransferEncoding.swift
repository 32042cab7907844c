/// An encoding of a part for the way (RFC 2045 §6.1) that GMime has to undo; the others leave the bytes as they are.
enum TransferEncoding: String {
    case base64
    case quotedPrintable = "quoted-printable"

    /// What a field's value means, however it is spelled: `Base-64`, `quoted/printable;`.
    init?(_ value: ArraySlice<UInt8>) {
        let word = value.drop { !$0.isWordByte }.prefix { $0 != UInt8(ascii: "(") && $0 != UInt8(ascii: ";") }
        let letters = word.filter { $0.isWordByte && $0 != UInt8(ascii: "_") }.map { $0 | 0x20 }
        let name = letters.starts(with: "x".utf8) ? letters.dropFirst() : letters[...]
        if name.elementsEqual("base64".utf8) || name.elementsEqual("b64".utf8) {
            self = .base64
        } else if name.starts(with: "quotedprint".utf8) || name.elementsEqual("qp".utf8) {
            self = .quotedPrintable
        } else {
            return nil
        }
    }

    /// Whether the value is nothing but the name, whatever its case.
    func isSpelled(_ value: ArraySlice<UInt8>) -> Bool {
        let bare = value.filter { $0 > 0x20 }
        return bare.count == rawValue.utf8.count
            && zip(bare, rawValue.utf8).allSatisfy { $0 == $1 || $0 | 0x20 == $1 }
    }
}
