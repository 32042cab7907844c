public import DeskModel

/// Message-IDs that prove which text of which ticket they belong to: `t42.e3.mfrggzdfmztwq2lk@desk.example`.
///
/// The keyed hash lets the desk trust a reference without a look-up, whoever sends it, and keeps strangers from naming
/// tickets. Lower case and digits only, because some mail programs change the case; the dots keep it out of the shapes
/// that spam filters score.
public struct SignedMessageID {
    /// A keyed hash (HMAC-SHA-256) of some bytes.
    public typealias Signature = ([UInt8]) -> [UInt8]

    /// 16 letters of base32 are 80 bits.
    private static let letters = 16
    private static let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)

    /// The Message-ID of a text of ours, without angle brackets.
    public static func make(for entry: EntryID, host: String, signature: Signature) -> String {
        let name = "t\(entry.ticket.value).e\(entry.entry)"
        return "\(name).\(String(decoding: seal(name, signature), as: UTF8.self))@\(host)"
    }

    /// The text that a Message-ID names; nil if it is not one of ours.
    public static func entry(of messageID: String, signature: Signature) -> EntryID? {
        guard messageID.utf8.count <= MailLimits.messageID else { return nil }
        let local = messageID.utf8.prefix { $0 != UInt8(ascii: "@") }.map(\.lowercasedASCII)
        let words = local.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard words.count == 3, words[2].count == letters, local.count < messageID.utf8.count else { return nil }
        guard let ticket = number(words[0], behind: UInt8(ascii: "t")),
            let entry = number(words[1], behind: UInt8(ascii: "e"))
        else { return nil }
        let wanted = seal("t\(ticket).e\(entry)", signature)
        // Every letter is compared, so that the time tells nothing about the right ones.
        let difference = zip(wanted, words[2]).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
        return difference == 0 && wanted.count == letters ? EntryID(TicketID(ticket), Int(entry)) : nil
    }

    /// `t42`: the letter and 1 to 18 digits without a leading zero.
    private static func number(_ word: ArraySlice<UInt8>, behind letter: UInt8) -> Int64? {
        guard word.first == letter, (2...19).contains(word.count) else { return nil }
        let digits = word.dropFirst()
        guard digits.allSatisfy(\.isDigit), digits.first != UInt8(ascii: "0") else { return nil }
        return digits.reduce(Int64(0)) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
    }

    private static func seal(_ name: String, _ signature: Signature) -> [UInt8] {
        var letters: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for byte in signature(Array(name.utf8)) {
            bits = (bits & 0xFF) << 8 | UInt32(byte)
            count += 8
            while count >= 5, letters.count < Self.letters {
                count -= 5
                letters.append(alphabet[Int(bits >> UInt32(count)) & 31])
            }
        }
        return letters
    }
}
