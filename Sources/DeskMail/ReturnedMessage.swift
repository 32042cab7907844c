/// What in the text of a message says that a mail server returns another one.
struct ReturnedMessage {
    /// A reply or status code of a server that refuses a recipient (RFC 5321 §4.2, RFC 3463).
    private(set) var hasReplyCode = false
    /// Words about a recipient, as people do not speak of one.
    private(set) var namesRecipient = false
    /// Words about a message or a parcel that did not arrive.
    private(set) var hasPhrase = false
    /// The header of the message that it returns.
    private(set) var hasHeader = false

    /// Either may be in a person's message; the two together are a server's.
    var isConclusive: Bool { (hasReplyCode || namesRecipient || hasPhrase) && hasHeader }

    /// Bytes of the text that are looked at; reports say at their beginning what they are about.
    private static let maximumText = 16 << 10

    static func evidence(in mail: ReadMail) -> ReturnedMessage {
        var evidence = ReturnedMessage()
        evidence.hasHeader = !mail.embeddedMessageIDs.isEmpty
        var room = maximumText
        for segment in mail.segments where room > 0 {
            evidence.read(segment.text.utf8.prefix(room))
            room -= segment.text.utf8.count
        }
        return evidence
    }

    private mutating func read(_ text: Substring.UTF8View) {
        for line in text.split(separator: 0x0A) {
            let words = line.map(\.lowercasedASCII)
            if !hasReplyCode { hasReplyCode = Self.hasReplyCode(words) }
            if !namesRecipient { namesRecipient = Self.recipientPhrases.contains { words.holds($0) } }
            if !hasPhrase { hasPhrase = Self.phrases.contains { words.holds($0) } }
            if !hasHeader { hasHeader = Self.traceFields.contains { words.starts(with: $0) } }
        }
    }

    private static let traceFields = ["received: ", "message-id: ", "return-path: ", ">received: ", "> received: "]
        .map { Array($0.utf8) }

    /// `550 `, `551-` or `5.1.1` as a word of its own.
    private static func hasReplyCode(_ line: [UInt8]) -> Bool {
        line.split { !($0.isDigit || $0 == UInt8(ascii: ".")) }.contains { word in
            let digits = Array(word)
            if digits.count == 3 { return digits[0] == UInt8(ascii: "5") && digits[1] == UInt8(ascii: "5") }
            guard digits.count >= 5, digits[0] == UInt8(ascii: "5") else { return false }
            let parts = digits.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map(\.count)
            return parts.count == 3 && parts[0] == 1 && parts.allSatisfy { (1...3).contains($0) }
        }
    }

    private static let recipientPhrases = [
        "intended recipient", "following recipient", "following address", "failed recipient", "no such user",
        "user unknown", "unknown user", "unknown recipient", "recipient unknown", "user not found",
        "mailbox unavailable", "mailbox not found", "permanent fatal error", "transcript of session",
        "rejected your message",
    ].map { Array($0.utf8) }

    private static let phrases = [
        "could not be delivered", "could not deliver", "couldn't be delivered", "couldn't deliver",
        "wasn't able to deliver", "was not able to deliver", "unable to deliver", "not be delivered", "not delivered",
        "cannot be delivered", "can not be delivered", "undeliverable", "undelivered", "delivery failed",
        "delivery failure", "delivery has failed", "failed to deliver", "mailbox full", "mailbox is full", "over quota",
        "quota exceeded", "exceeded quota", "unrouteable", "permanent error", "returned message", "returning message",
        "message was rejected", "has been rejected", "konnte nicht zugestellt", "nicht zugestellt werden",
        "unzustellbar",
    ].map { Array($0.utf8) }
}

extension [UInt8] {
    /// Whether `phrase` is somewhere in it.
    fileprivate func holds(_ phrase: [UInt8]) -> Bool {
        guard let first = phrase.first, count >= phrase.count else { return false }
        return (0...(count - phrase.count)).contains { at in
            self[at] == first && self[at..<(at + phrase.count)].elementsEqual(phrase)
        }
    }
}
