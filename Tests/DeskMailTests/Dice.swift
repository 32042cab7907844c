import DeskMail
import DeskTestSupport

extension Dice {
    mutating func number(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &self)
    }

    mutating func text(_ most: Int = 40) -> String {
        let letters = Array("abcXYZ 0189äöß€\u{1F600}<>@:;.\"\n\r\0\u{1B}")
        return String((0..<number(0...most)).map { _ in letters[number(0...(letters.count - 1))] })
    }

    mutating func list<Item>(_ most: Int = 4, _ make: (inout Dice) -> Item) -> [Item] {
        (0..<number(0...most)).map { _ in make(&self) }
    }

    mutating func address() -> MailAddress {
        MailAddress(name: text(20), address: text(30))
    }

    /// Some read mail, hostile characters and all.
    mutating func mail() -> ReadMail {
        var mail = ReadMail()
        mail.fields = list(8) { HeaderField(name: $0.text(10), value: $0.text(80)) }
        mail.from = list { $0.address() }
        mail.sender = list { $0.address() }
        mail.replyTo = list { $0.address() }
        mail.to = list { $0.address() }
        mail.cc = list { $0.address() }
        mail.subject = text(100)
        mail.date = text()
        mail.messageID = text()
        mail.inReplyTo = list { $0.text() }
        mail.references = list { $0.text() }
        mail.type = text(20)
        mail.report = number(0...1) == 0 ? nil : Report.allCases[number(0...(Report.allCases.count - 1))]
        mail.segments = list(6) { dice in
            Segment(kind: Segment.Kind.allCases[dice.number(0...2)], text: dice.text(200))
        }
        mail.files = list { dice in
            AttachedFile(
                name: dice.text(), type: dice.text(), size: dice.number(-5...9_000_000_000), part: dice.number(0...9))
        }
        mail.embeddedMessageIDs = list { $0.text() }
        mail.failedRecipients = list { $0.text() }
        mail.diagnosis = text()
        mail.problems = list { dice in Problem.plain[dice.number(0...(Problem.plain.count - 1))] }
        return mail
    }
}
