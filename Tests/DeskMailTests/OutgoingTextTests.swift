import DeskMail
import Testing

struct OutgoingTextTests {
    private func mail(_ kind: OutgoingMail.Kind) -> OutgoingMail {
        OutgoingMail(
            kind: kind, from: MailAddress(address: "hotline@desk.example"), to: [MailAddress(address: "w@example.org")],
            subject: "", text: "", date: 0, messageID: "a@b")
    }

    @Test func `a machine's mail says so, a person's does not`() {
        #expect(mail(.answer).marks.isEmpty)
        #expect(
            mail(.automatic).marks.map { "\($0.name): \($0.value)" }
                == ["Auto-Submitted: auto-replied", "X-Auto-Response-Suppress: All", "Precedence: bulk"])
    }

    @Test(arguments: [
        ("w@example.org", true), ("w+tag@example.org", true), ("w@[192.0.2.1]", true), ("\"a@b\"@example.org", true),
        ("w", false), ("@example.org", false), ("w@", false), ("", false), ("a b@example.org", false),
        ("a@x> X\nRCPT TO:<b@x", false), ("a@x>", false), ("<a@x", false), ("w@exämple.org", false), ("a\0@x", false),
        ("a\r@x", false), ("\"max muster\"@x", true), ("\"a\\\" b\"@x", true), ("\"a\" b@x", false),
        ("müller@example.org", true), (String(repeating: "a", count: 250) + "@x.de", false),
    ])
    func `an address that could break the dialogue is not spoken`(address: String, isSendable: Bool) {
        #expect(MailAddress(address: address).isSendable == isSendable)
    }
}
