import DeskMail
import DeskModel
import DeskTestSupport
import Testing

struct SignedMessageIDTests {
    /// A keyed mixing of bytes that stands in for HMAC: every bit of the key and the text matters.
    static func signature(_ key: UInt64) -> ([UInt8]) -> [UInt8] {
        { bytes in
            var dice = Dice(seed: bytes.reduce(key) { ($0 &* 31) ^ UInt64($1) })
            return (0..<32).map { _ in UInt8(truncatingIfNeeded: dice.next()) }
        }
    }

    static let entry = EntryID(TicketID(42), 3)

    @Test func `an own Message-ID names its text again`() {
        let id = SignedMessageID.make(for: Self.entry, host: "desk.example", signature: Self.signature(1))
        #expect(id.hasPrefix("t42.e3.") && id.hasSuffix("@desk.example"))
        #expect(SignedMessageID.entry(of: id, signature: Self.signature(1)) == Self.entry)
        // Some programs change the case, and the desk may have moved.
        #expect(SignedMessageID.entry(of: id.uppercased(), signature: Self.signature(1)) == Self.entry)
        let moved = SignedMessageID.make(for: Self.entry, host: "other.example", signature: Self.signature(1))
        #expect(SignedMessageID.entry(of: moved, signature: Self.signature(1)) == Self.entry)
    }

    @Test func `sixteen letters of lower case and digits are the signature`() {
        let id = SignedMessageID.make(for: Self.entry, host: "h", signature: Self.signature(1))
        let seal = id.split(separator: "@")[0].split(separator: ".")[2]
        #expect(seal.count == 16 && seal.allSatisfy { ("a"..."z").contains($0) || ("2"..."7").contains($0) })
    }

    @Test func `nobody else can make one`() {
        let id = SignedMessageID.make(for: Self.entry, host: "desk.example", signature: Self.signature(1))
        #expect(SignedMessageID.entry(of: id, signature: Self.signature(2)) == nil)
        let forged = "t43" + id.dropFirst(3)
        #expect(SignedMessageID.entry(of: forged, signature: Self.signature(1)) == nil)
    }

    @Test func `a changed letter anywhere in front of the host spoils it`() {
        let id = SignedMessageID.make(for: Self.entry, host: "desk.example", signature: Self.signature(1))
        for index in 0..<(id.utf8.count - "@desk.example".count) {
            var bytes = Array(id.utf8)
            bytes[index] = bytes[index] == UInt8(ascii: "9") ? UInt8(ascii: "8") : UInt8(ascii: "9")
            let changed = String(decoding: bytes, as: UTF8.self)
            #expect(SignedMessageID.entry(of: changed, signature: Self.signature(1)) == nil, "\(changed)")
        }
    }

    @Test(arguments: [
        "", "@", "t42.e3.@x", "t42.e3", "a@b", "t.e.aaaaaaaaaaaaaaaa@x", "t42.e3.aaaaaaaaaaaaaaaa",
        "t99999999999999999999.e1.aaaaaaaaaaaaaaaa@x", "t042.e3.aaaaaaaaaaaaaaaa@x", "t-1.e3.aaaaaaaaaaaaaaaa@x",
        "t42.e3.aaaaaaaaaaaaaaaa.x@y", String(repeating: "t", count: 10_000),
    ])
    func `other Message-IDs are none of ours`(id: String) {
        #expect(SignedMessageID.entry(of: id, signature: Self.signature(1)) == nil)
    }
}
