/// What is known of the message that a text answers, or forwards: what tells an old message from any other within it.
public struct AnsweredMail {
    /// The text is a forward: everything in it was sent to be read.
    let isForward: Bool
    private let subject: [UInt8]
    private let domains: Set<[UInt8]>
    private let author: Set<[UInt8]>

    /// `subject`: that of the message with the text; `addresses`: those that it was sent to, which are the desk's or
    /// its colleagues'; `author`: who wrote the text.
    public init(subject: String, addresses: [MailAddress], author: MailAddress? = nil) {
        self.subject = Self.letters(SubjectLine.withoutMarks(subject))
        isForward = SubjectLine.isForward(subject)
        domains = Set(
            addresses.compactMap { address in
                let bytes = LowerCase.folded(Array(address.address.utf8))
                return bytes.lastIndex(of: UInt8(ascii: "@")).map { Array(bytes[($0 + 1)...]) }
            })
        self.author = author.map { Self.names(of: $0) } ?? []
    }

    /// Whether a line names an address of the domains that the message was sent to.
    func isNamed(in line: TextLine) -> Bool {
        guard !domains.isEmpty else { return false }
        var rest = line.lower[...]
        while let at = rest.firstIndex(of: UInt8(ascii: "@")) {
            let domain = rest[(at + 1)...].prefix { $0.isLetter || $0.isDigit || $0 == 0x2D || $0 == 0x2E }
            if domains.contains(Array(domain)) { return true }
            rest = rest[domain.endIndex...]
        }
        return false
    }

    /// Whether a header field's value is the subject of the answered message.
    func isSubject(_ value: TextLine) -> Bool {
        let other = Self.letters(SubjectLine.withoutMarks(String(decoding: value.trimmed.text, as: UTF8.self)))
        // It may be wrapped, so the beginning is enough.
        return !other.isEmpty && !subject.isEmpty && subject.starts(with: other)
    }

    /// Whether the author's name is in the line.
    func isSigned(by line: TextLine) -> Bool {
        line.lower.split { !$0.isLetter }.contains { author.contains(Array($0)) }
    }

    /// Whether the line is the author's name and nothing else, as it is below a text of theirs.
    func isSignature(_ line: TextLine) -> Bool {
        let words = line.lower.split { !$0.isLetter }
        return (1...4).contains(words.count) && words.contains { author.contains(Array($0)) }
            && words.allSatisfy { author.contains(Array($0)) || $0.count <= 2 }
    }

    /// The words of a name and of the address before its domain.
    private static func names(of address: MailAddress) -> Set<[UInt8]> {
        let local = address.address.utf8.prefix { $0 != UInt8(ascii: "@") }
        let text = LowerCase.folded(Array(address.name.utf8) + [0x20] + local)
        return Set(text.split { !$0.isLetter }.filter { $0.count > 2 }.map { Array($0) })
    }

    private static func letters(_ text: some StringProtocol) -> [UInt8] {
        LowerCase.folded(Array(text.utf8)).filter { $0.isLetter || $0.isDigit }
    }
}
