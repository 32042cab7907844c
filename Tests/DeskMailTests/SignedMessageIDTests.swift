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

    static let at = Moment(milliseconds: 1_795_557_992_509)

    /// An id of ours, as desks of today write it and as older ones did.
    private static func id(at moment: Moment? = at, host: String = "desk.example", key: UInt64 = 1) -> String {
        SignedMessageID(entry, at: moment).text(host: host, signature: signature(key))
    }

    private static func read(_ id: String, key: UInt64 = 1) -> SignedMessageID? {
        SignedMessageID(id, signature: signature(key))
    }

    @Test(arguments: [at, nil]) func `an own Message-ID names its text again, and when it was queued`(moment: Moment?) {
        let id = Self.id(at: moment)
        #expect(id.hasPrefix(moment == nil ? "t42.e3." : "t42.e3.m1795557992509.") && id.hasSuffix("@desk.example"))
        #expect(Self.read(id) == SignedMessageID(Self.entry, at: moment))
        // Some programs change the case, and the desk may have moved.
        #expect(Self.read(id.uppercased()) == SignedMessageID(Self.entry, at: moment))
        #expect(Self.read(Self.id(at: moment, host: "other.example")) == SignedMessageID(Self.entry, at: moment))
    }

    @Test func `the same text of another time has another id`() {
        let later = Moment(milliseconds: Self.at.milliseconds + 1)
        let seals = [Self.id(), Self.id(at: later), Self.id(at: nil)].map { id in
            String(id.split(separator: "@")[0].split(separator: ".").last ?? "")
        }
        #expect(Set(seals).count == 3)
        // The time cannot be cut out or exchanged.
        for (moment, seal) in [(Optional(Self.at), seals[1]), (later, seals[0]), (nil, seals[0]), (Self.at, seals[2])] {
            let local = Self.id(at: moment).split(separator: "@")[0].split(separator: ".").dropLast()
            #expect(Self.read(local.joined(separator: ".") + ".\(seal)@desk.example") == nil)
        }
    }

    @Test func `sixteen letters of lower case and digits are the signature`() {
        let seal = Self.id().split(separator: "@")[0].split(separator: ".")[3]
        #expect(seal.count == 16 && seal.allSatisfy { ("a"..."z").contains($0) || ("2"..."7").contains($0) })
    }

    @Test func `nobody else can make one`() {
        #expect(Self.read(Self.id(), key: 2) == nil)
        #expect(Self.read("t43" + Self.id().dropFirst(3)) == nil)
    }

    @Test(arguments: [at, nil]) func `a changed letter anywhere in front of the host spoils it`(moment: Moment?) {
        let id = Self.id(at: moment)
        for index in 0..<(id.utf8.count - "@desk.example".count) {
            var bytes = Array(id.utf8)
            bytes[index] = bytes[index] == UInt8(ascii: "9") ? UInt8(ascii: "8") : UInt8(ascii: "9")
            let changed = String(decoding: bytes, as: UTF8.self)
            #expect(Self.read(changed) == nil, "\(changed)")
        }
    }

    @Test(arguments: [
        "", "@", "t42.e3.@x", "t42.e3", "a@b", "t.e.aaaaaaaaaaaaaaaa@x", "t42.e3.aaaaaaaaaaaaaaaa",
        "t99999999999999999999.e1.aaaaaaaaaaaaaaaa@x", "t042.e3.aaaaaaaaaaaaaaaa@x", "t-1.e3.aaaaaaaaaaaaaaaa@x",
        "t42.e3.aaaaaaaaaaaaaaaa.x@y", "t42.e3.m1.x.aaaaaaaaaaaaaaaa@y", "t42.e3.x1.aaaaaaaaaaaaaaaa@y",
        String(repeating: "t", count: 10_000),
    ])
    func `other Message-IDs are none of ours`(id: String) {
        #expect(Self.read(id) == nil)
    }
}
