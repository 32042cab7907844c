public import DeskModel

/// Message-IDs that prove which text of which ticket they belong to:
/// `t42.e3.m1795557992509.mfrggzdfmztwq2lk@desk.example`.
///
/// The keyed hash lets the desk trust a reference without a look-up, whoever sends it, and keeps strangers from naming
/// tickets. It covers the ticket, the text, and the time at which the message was queued: after a restore the desk may
/// count from an older state, and an id of the lost time must not lead to a ticket that was made later. Lower case and
/// digits only, because some mail programs change the case; the dots keep it out of the shapes that spam filters score.
public struct SignedMessageID: Equatable, Sendable {
    /// The text that it names.
    public let entry: EntryID
    /// When that text was queued; `nil` in an id of a desk from before times were part of it.
    public let at: Moment?

    /// A keyed hash (HMAC-SHA-256) of some bytes.
    public typealias Signature = ([UInt8]) -> [UInt8]

    /// 16 letters of base32 are 80 bits.
    private static let letters = 16
    private static let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)

    /// The Message-ID of a text of ours that was queued at `at`; a message that went out first without a time keeps its
    /// id without one.
    public init(_ entry: EntryID, at: Moment?) {
        self.entry = entry
        self.at = at
    }

    /// The id as it is written, without angle brackets.
    public func text(host: String, signature: Signature) -> String {
        "\(name).\(String(decoding: SignedMessageID.seal(name, signature), as: UTF8.self))@\(host)"
    }

    /// Reads a Message-ID; `nil` if it is not one of ours.
    public init?(_ messageID: String, signature: Signature) {
        guard messageID.utf8.count <= MailLimits.messageID else { return nil }
        let local = messageID.utf8.prefix { $0 != UInt8(ascii: "@") }.map(\.lowercasedASCII)
        let words = local.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard (3...4).contains(words.count), let seal = words.last, seal.count == SignedMessageID.letters,
            local.count < messageID.utf8.count, let ticket = SignedMessageID.number(words[0], behind: "t"),
            let entry = SignedMessageID.number(words[1], behind: "e")
        else { return nil }
        let milliseconds = words.count == 4 ? SignedMessageID.number(words[2], behind: "m") : nil
        guard words.count == 3 || milliseconds != nil else { return nil }
        self.init(EntryID(TicketID(ticket), Int(entry)), at: milliseconds.map { Moment(milliseconds: $0) })
        let wanted = SignedMessageID.seal(name, signature)
        // Every letter is compared, so that the time tells nothing about the right ones.
        let difference = zip(wanted, seal).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
        guard difference == 0, wanted.count == SignedMessageID.letters else { return nil }
    }

    /// What is signed.
    private var name: String {
        "t\(entry.ticket.value).e\(entry.entry)" + (at.map { ".m\($0.milliseconds)" } ?? "")
    }

    /// `t42`: the letter and 1 to 18 digits without a leading zero.
    private static func number(_ word: ArraySlice<UInt8>, behind letter: Unicode.Scalar) -> Int64? {
        guard word.first == UInt8(ascii: letter), (2...19).contains(word.count) else { return nil }
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
