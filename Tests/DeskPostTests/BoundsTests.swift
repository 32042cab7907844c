import DeskMail
import Testing

/// Nothing is cut silently: a message that exceeds a bound says so, with the amount.
struct BoundsTests {
    private static func repeated(_ text: String, _ count: Int) -> String {
        String(repeating: text, count: count)
    }

    private static func list(_ count: Int, _ item: (Int) -> String) -> String {
        (0..<count).map(item).joined(separator: ", ")
    }

    private static func report(_ lines: String) -> String {
        "Content-Type: message/delivery-status\n\n\(lines)"
    }

    /// A message that exceeds the bound, and how much of it has to be left out.
    private static func sample(_ bound: Bound) -> (raw: String, amount: Int) {
        let head = "From: a@b.example\n"
        let most = bound.maximum
        switch bound {
        case .text: return (head + "\n" + repeated("x", most + 10), 10)
        case .markup:
            return (head + "Content-Type: text/html\n\n<p>" + repeated("x ", most / 2) + "</p>", 3 + 4)
        case .fields: return (head + repeated("X-A: b\n", most + 4) + "\nja", 5)
        case .field: return (head + "X-A: " + repeated("x", most + 3) + "\n\nja", 3)
        case .subject: return (head + "Subject: " + repeated("x", most + 7) + "\n\nja", 7)
        case .date: return (head + "Date: " + repeated("1", most + 2) + "\n\nja", 2)
        case .addresses: return (head + "To: " + list(most + 3) { "a\($0)@b.example" } + "\n\nja", 3)
        case .address: return ("From: \(repeated("a", most))@b.example\n\nja", 1)
        case .name: return ("From: \"\(repeated("n", most + 5))\" <a@b.example>\n\nja", 5)
        case .messageIDs: return (head + "References: " + list(most + 6) { "<\($0)@b>" } + "\n\nja", 6)
        case .messageID: return (head + "In-Reply-To: <\(repeated("m", most))@b> <kurz@b>\n\nja", 1)
        case .parts:
            return (head + "Content-Type: multipart/mixed; boundary=b\n\n" + repeated("--b\n\nx\n", most + 8), 9)
        case .depth:
            let parts = (0...most + 1).map { "Content-Type: multipart/mixed; boundary=b\($0).\n\n--b\($0).\n" }
            return (head + parts.joined() + "\nja", 1)
        case .fileName:
            return (head + "Content-Disposition: attachment; filename=\(repeated("f", most + 4))\n\nja", 4)
        case .type: return (head + "Content-Type: application/\(repeated("t", most))\n\nja", 2 * 12)
        case .parameters: return (head + "Content-Type: text/plain; " + repeated("a=b; ", most + 3) + "\n\nja", 3)
        case .failedRecipients:
            return (head + "X-Failed-Recipients: " + list(most + 2) { "a\($0)@b.example" } + "\n\nja", 2)
        case .lines: return (head + "\n" + repeated("x\n", most + 2), 2 * 4)
        case .reportLines: return (head + report(repeated("X-A: b\n", most + 5)), 6)
        case .diagnosis:
            return (
                head
                    + report(
                        "Final-Recipient: rfc822;a@b\nAction: failed\nDiagnostic-Code: x;\(repeated("d", most + 9))"), 9
            )
        }
    }

    @Test(arguments: Bound.allCases)
    func `what exceeds a bound is left out and said`(bound: Bound) throws {
        let (raw, amount) = Self.sample(bound)
        let problems = try WorkerProcess("read").read(raw).problems
        #expect(problems.contains(.leftOut(bound, amount)), "\(problems)")
    }

    @Test func `a normal message leaves nothing out`() throws {
        #expect(try WorkerProcess("read").read("From: a@b.example\nSubject: x\n\nja").problems == [])
    }

    @Test func `images that stand in HTML do not push its text out`() throws {
        let image = "<img alt=Foto src=\"data:image/png;base64,\(Self.repeated("QUFB", 600_000))\">"
        let mail = try WorkerProcess("read").read(
            "From: a@b.example\nContent-Type: text/html\n\n<p>Siehe \(image)</p><p>Bitte um Rückruf.</p>")
        #expect(mail.text == "Siehe\n\nBitte um Rückruf." && mail.problems == [])
    }
}
