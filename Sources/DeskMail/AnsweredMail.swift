/// What is known of the mail that a text answers, or forwards: what tells an old mail from any other within it.
public struct AnsweredMail {
    /// The text is a forward: everything in it was sent to be read.
    let isForward: Bool
    private let subject: String
    private let domains: [String]

    /// `subject`: that of the mail with the text; `addresses`: those that it was sent to, which are the desk's or its
    /// colleagues'.
    public init(subject: String, addresses: [MailAddress]) {
        self.subject = Self.words(subject)
        isForward = SubjectLine.outerMark(of: subject) == .forward
        domains = addresses.compactMap { address in
            let domain = address.address.utf8.lastIndex(of: UInt8(ascii: "@")).map { address.address[$0...] }
            return domain.map { $0.lowercased() }
        }
    }

    /// Whether a line names an address of the domains that the mail was sent to.
    func isNamed(in line: some StringProtocol) -> Bool {
        guard line.utf8.contains(UInt8(ascii: "@")) else { return false }
        let lowered = line.lowercased()
        return domains.contains { lowered.contains($0) }
    }

    /// Whether a header field holds the subject of the answered mail.
    func isSubject(of field: Substring) -> Bool {
        guard let colon = field.firstIndex(where: { $0 == ":" || $0 == "：" }) else { return false }
        let other = Self.words(String(field[field.index(after: colon)...]).filter { $0 != "*" })
        // It may be wrapped, so the beginning is enough.
        return !other.isEmpty && !subject.isEmpty && subject.hasPrefix(other)
    }

    private static func words(_ subject: String) -> String {
        SubjectLine.withoutMarks(subject).lowercased().filter { $0.isLetter || $0.isNumber }
    }
}
