import DeskMail
import DeskModel
import DeskNet
import Glibc
import Testing

/// Real mails of public projects, which are not part of this repository: a folder of them is named by
/// ZURUF_MAIL_CORPUS, with `sisimai`, `mikel-mail` and `email_reply_trimmer` in it.
@Suite(.enabled(if: Corpus.folder != nil))
struct CorpusTests {
    @Test func `every mail of the corpus is read without a crash`() throws {
        let worker = try WorkerProcess("read")
        var unreadable: [String] = []
        var count = 0
        for (file, raw) in try Corpus.mails() {
            count += 1
            guard let answer = try worker.ask(.read(raw)), case .mail(let mail) = answer else {
                Issue.record("the worker died of \(file)")
                return
            }
            if mail.problems.contains(.unreadable) { unreadable.append(file) }
            guard file.hasPrefix("mikel-mail") else { continue }
            if let reason = MachineRules(mail, hasNullSender: false).suppression {
                print("corpus: suppressed \(file) by \(reason): \(mail.subject) from \(mail.from.map(\.address))")
            }
        }
        print("corpus: \(count) mails, unreadable \(unreadable)")
        #expect(count > 0)
    }

    @Test func `machine mails are suppressed and normal ones are not`() throws {
        let worker = try WorkerProcess("read")
        var missed: [String] = []
        var machines = 0
        var normal = 0
        var reasons: [SuppressReason: Int] = [:]
        for (file, expectation) in try Corpus.expectations("sisimai") {
            let isNormal = expectation.contains("is NOT a bounce")
            guard isNormal || expectation.contains("no auto-reply") else { continue }
            let mail = try worker.read(try Corpus.withoutReturnPath(Corpus.read("sisimai/\(file)")))
            let reason = MachineRules(mail, hasNullSender: false).suppression
            if isNormal {
                normal += 1
                if let reason { print("corpus: normal but suppressed \(file) by \(reason)") }
            } else {
                machines += 1
                if let reason { reasons[reason, default: 0] += 1 } else { missed.append("\(file) \(mail.subject)") }
            }
        }
        let share = Double(machines - missed.count) / Double(max(1, machines))
        print("corpus: \(machines) machine mails, \(normal) normal, missed \(missed.count), share \(share)")
        print("corpus: \(reasons.map { "\($0.key) \($0.value)" }.sorted().joined(separator: ", "))")
        for miss in missed { print("corpus: missed \(miss)") }
        #expect(share >= 0.986)
    }

    @Test func `replies are told from what they quote`() throws {
        var newTexts = 0
        var quotes = 0
        var files: [String] = []
        var inexact: [String] = []
        for (file, _) in try Corpus.expectations("email_reply_trimmer") {
            let name = String(file.dropFirst("test/emails/".count))
            files.append(name)
            let segments = Quotation.segments(of: CleanText.text(try Corpus.text("test/emails/\(name)")))
            let new = segments.filter { $0.kind == .new }.map(\.text).joined(separator: "\n\n")
            let rest = segments.filter { $0.kind != .new }.map(\.text).joined(separator: " ")
            let trimmed = try Corpus.text("test/trimmed/\(name)")
            let isNewRight = Corpus.squeezed(new) == Corpus.squeezed(trimmed)
            if !isNewRight || Corpus.stripped(new) != Corpus.stripped(trimmed) { inexact.append(name) }
            let isRestRight = Corpus.squeezed(rest) == Corpus.squeezed(try Corpus.text("test/elided/\(name)"))
            newTexts += isNewRight ? 1 : 0
            quotes += isRestRight ? 1 : 0
            if !isNewRight || !isRestRight { print("corpus: \(name) new \(isNewRight) rest \(isRestRight)") }
        }
        print("corpus: \(files.count) replies, new text right \(newTexts), rest right \(quotes)")
        print("corpus: new text not right to the byte: \(inexact)")
        #expect(newTexts * 100 >= files.count * 95)
    }
}

/// The folder of real mails and what its projects expect of them.
enum Corpus {
    static let folder: String? = unsafe getenv("ZURUF_MAIL_CORPUS").map { unsafe String(cString: $0) }

    static func read(_ file: String) throws -> [UInt8] {
        try Files.read("\(folder ?? "")/\(file)", limit: 64 << 20)
    }

    static func text(_ file: String) throws -> String {
        String(decoding: try read("email_reply_trimmer/\(file)"), as: UTF8.self)
    }

    /// The rows of a project's table: file and expectation.
    static func expectations(_ project: String) throws -> [(file: String, expectation: String)] {
        var rows: [(file: String, expectation: String)] = []
        for line in String(decoding: try read("\(project)/expectations.tsv"), as: UTF8.self).split(separator: "\n") {
            let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
            guard columns.count >= 2, columns[0] != "file" else { continue }
            rows.append((String(columns[0]), String(columns[1])))
        }
        return rows
    }

    static func mails() throws -> [(file: String, raw: [UInt8])] {
        var mails: [(file: String, raw: [UInt8])] = []
        var seen: Set<String> = []
        for project in ["sisimai", "mikel-mail", "email_reply_trimmer"] {
            for (file, _) in try expectations(project) where seen.insert("\(project)/\(file)").inserted {
                mails.append(("\(project)/\(file)", try read("\(project)/\(file)")))
            }
        }
        return mails
    }

    /// The mail as a server with a sender in its envelope would bring it.
    static func withoutReturnPath(_ raw: [UInt8]) -> [UInt8] {
        let end: UInt8 = raw.contains(0x0A) ? 0x0A : 0x0D
        var lines = raw.split(separator: end, omittingEmptySubsequences: false)
        let body = lines.firstIndex { $0.isEmpty || $0.elementsEqual([0x0D]) } ?? lines.endIndex
        let name = Array("return-path:".utf8)
        lines[..<body].removeAll { line in
            line.count >= name.count && zip(line, name).allSatisfy { $0 | 0x20 == $1 | 0x20 }
        }
        return Array(lines.joined(separator: [end]))
    }

    /// The text without blanks and blank lines at its ends.
    static func stripped(_ text: String) -> Substring {
        let bare = text.drop { $0.isWhitespace }
        return bare.lastIndex { !$0.isWhitespace }.map { bare[...$0] } ?? ""
    }

    /// The words with single blanks between them.
    static func squeezed(_ text: String) -> String {
        text.split { $0.isWhitespace }.joined(separator: " ")
    }
}
