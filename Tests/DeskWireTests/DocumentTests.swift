import DeskModel
import DeskWire
import Glibc
import Testing

/// PROTOCOL.md says what the tables of this module say, to the letter: no row is missing and none is too many.
///
/// A row that fails here is printed as it should stand.
struct DocumentTests {
    private static let document: [Substring] = {
        let root = #filePath.components(droppingLast: 3)
        return text(of: root + "/PROTOCOL.md").split(separator: "\n", omittingEmptySubsequences: false)
    }()

    private static let verbs = Verb.all.map { verb in
        row([
            code(verb.forms, ", "), code(verb.aliases), verb.right, code(verb.finals.map { "OK \($0)" }, " · "),
            code(verb.codes), code(verb.events),
        ])
    }

    private static let codes = ErrorCode.all.map { error in
        let subject = error.subject.isEmpty ? "" : " \(error.subject)"
        return row([code([error.name + subject]), code([error.pairs]), error.meaning, error.remedy])
    }

    private static let events = EventKind.all.map { kind in
        row([code(["\(kind.name) \(kind.subject)"]), code([kind.common]), code([kind.pairs]), kind.seen, kind.meaning])
    }

    @Test(arguments: [("Verbs", verbs), ("Errors", codes), ("Events", events)])
    func `a section's table is the code's`(section: String, rows: [String]) {
        #expect(DocumentTests.table(in: section) == rows)
    }

    /// Whoever meets a pair finds its type: those of the tables of the code, and those of the records.
    @Test func `every pair has a type, and none has two by the same name alone`() {
        let types = DocumentTests.table(in: "Pairs").map { $0.split(separator: " | ", maxSplits: 1) }
        let known = Set(types.flatMap { DocumentTests.words($0.last ?? "") })
        let records = DocumentTests.table(in: "Records") + DocumentTests.table(in: "Records", 1)
        let forms =
            Verb.all.flatMap(\.finals) + EventKind.all.flatMap { [$0.common, $0.pairs] } + ErrorCode.all.map(\.pairs)
            + records
        let used = Set(forms.flatMap { DocumentTests.names(in: $0) })
        #expect(used.count > 60)
        #expect(used.subtracting(known).sorted() == [])
    }

    /// A client that checks values by the table takes every event.
    @Test func `every value of an event is of a type that the table gives its pair`() throws {
        let types = DocumentTests.table(in: "Pairs").map { $0.split(separator: " | ", maxSplits: 1) }
        let rows = types.map { (name: $0[0].drop { $0 == "|" || $0 == " " }, pairs: DocumentTests.words($0[1])) }
        for kind in Samples.kinds {
            var out: [UInt8] = []
            Samples.event(1, by: Samples.meier, .ticket(TicketID(42)), Samples.snapshot(holder: nil), [.holder], kind)
                .appendLine(to: &out)
            for (name, value) in DocumentTests.pairs(in: String(decoding: out, as: UTF8.self)) {
                let fitting = rows.filter { $0.pairs.contains(name) && DocumentTests.isValue(value, of: $0.name) }
                #expect(!fitting.isEmpty, "\(kind.word): \(name)=\(value)")
            }
        }
    }

    /// The pairs of a line, each with its value in quotes as it is.
    private static func pairs(in line: String) -> [(String, String)] {
        var pairs: [(String, String)] = []
        var isQuoted = false
        var isEscaped = false
        let words = line.dropLast().split { character in
            defer { isEscaped = isQuoted && character == "\\" && !isEscaped }
            if character == "\"", !isEscaped { isQuoted.toggle() }
            return character == " " && !isQuoted
        }
        for word in words {
            let parts = word.split(separator: "=", maxSplits: 1)
            if parts.count == 2 { pairs.append((String(parts[0]), String(parts[1]))) }
        }
        return pairs
    }

    /// Whether a value has the form that a row of the table names; texts and words have any.
    private static func isValue(_ value: String, of type: Substring) -> Bool {
        func isNumber(_ text: some StringProtocol) -> Bool { !text.isEmpty && text.allSatisfy(\.isWholeNumber) }
        func isTicket(_ text: Substring) -> Bool { text == "…" || text.first == "#" && isNumber(text.dropFirst()) }
        func isName(_ text: some StringProtocol) -> Bool {
            text.first?.isLetter == true && !text.contains { "@,#\" ".contains($0) }
        }
        let members = value.split(separator: ",")
        switch type {
        case "number": return isNumber(value)
        case "time": return value.hasSuffix("Z") && value.count == 24
        case "duration": return isNumber(value.dropLast()) && "smhd".contains(value.last ?? "-")
        case "ticket": return isTicket(value[...])
        case "list of tickets": return value == "-" || members.allSatisfy(isTicket)
        case "list of numbers": return value == "-" || members.allSatisfy { isNumber($0) }
        case "queue": return isName(value) || value == "*"
        case "agent, `-` for none": return isName(value) || value == "-"
        case "list of agents": return members.allSatisfy { isName($0) }
        case "letters of `rwmla`": return value == "-" || value.allSatisfy { "rwmla".contains($0) }
        case "`yes`, or missing": return value == "yes"
        case "`yes` or `no`": return value == "yes" || value == "no"
        case "word": return isName(value) || value.first == "\""
        default: return true
        }
    }

    /// The words in backquotes.
    private static func words(_ text: Substring) -> [String] {
        let parts = text.split(separator: "`", omittingEmptySubsequences: false)
        return parts.indices.filter { $0 % 2 == 1 }.map { String(parts[$0]) }
    }

    /// The names of the pairs in a form.
    private static func names(in form: String) -> [String] {
        form.split { !($0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "=")) }
            .filter { $0.contains("=") && $0.first?.isLowercase == true }
            .map { String($0.prefix { $0 != "=" }) }
    }

    @Test func `every notice has its row`() {
        let notices: [Notice] = [
            .live(at: 1), .tick(at: 1), .cut([.mine], at: 1, why: .rights), .here(Samples.meier), .gone(Samples.meier),
            .lease(TicketID(1), until: Samples.at, also: []), .looking(TicketID(1), by: Samples.meier),
            .hint("x", text: "x"), .bye(.shutdown),
        ]
        let rows = DocumentTests.table(in: "Notices").joined()
        for notice in notices {
            var out: [UInt8] = []
            notice.append(to: &out)
            let word = String(decoding: out, as: UTF8.self).split(separator: " ")[1].prefix { $0 != "\n" }
            #expect(rows.contains("`~ \(word)"), "\(word)")
        }
    }

    @Test func `what is heard in the examples keeps to the grammar`() {
        let heard = DocumentTests.examples.filter { $0.mark == "<" || $0.mark == "~" }.map(\.text)
        #expect(heard.count > 60)
        for line in heard {
            let line = line.replacing("t=…", with: "t=2026-11-24T22:06:39.274Z").replacing("* … ", with: "* 1 ")
                .replacing("…", with: "")
            // A value that was only a placeholder is none now.
            let filled = line.split(separator: " ", omittingEmptySubsequences: false)
                .map { $0.hasSuffix("=") ? $0 + "x" : $0[...] }.joined(separator: " ")
            #expect(Grammar.isOutput(Array((filled + "\n").utf8)), "\(filled)")
        }
    }

    @Test func `what is said in the examples is understood, but for the slips on purpose`() {
        var said: [String: String] = [:]
        for (who, mark, text) in DocumentTests.examples where mark == ">" {
            said[who, default: ""] += text + "\n"
        }
        let wrong = said.values.flatMap { inputs($0) }.compactMap { input -> String? in
            switch input {
            case .line(let line): if case .failure(let why) = line.request { Final.malformed(why).text } else { nil }
            case .malformed(let why, _): Final.malformed(why).text
            case .hangUp: "hang up"
            }
        }
        #expect(wrong.map { $0.prefix(16) } == ["ERR unknown-verb", "ERR canceled", "ERR usage : a ti"])
    }

    private static let examples: [(who: String, mark: Character, text: String)] = {
        var isExample = false
        return document.compactMap { line in
            if line.hasPrefix("```") { isExample = line == "```conversation" }
            let words = line.split(separator: " ", maxSplits: 1)
            guard isExample, words.count == 2, let mark = words[1].first(where: { $0 != " " }), "><~".contains(mark)
            else {
                return nil
            }
            return (String(words[0]), mark, String(words[1].drop { $0 == " " }.dropFirst(2)))
        }
    }()

    /// The rows of a table in a section, the first one unless `number` says otherwise, without its head.
    private static func table(in section: String, _ number: Int = 0) -> [String] {
        var rest = document.drop { $0 != "## \(section)" }.drop { !$0.hasPrefix("| ") }
        for _ in 0..<number { rest = rest.drop { $0.hasPrefix("|") }.drop { !$0.hasPrefix("| ") } }
        return rest.prefix { $0.hasPrefix("|") }.dropFirst(2).map(String.init)
    }

    private static func row(_ cells: [String]) -> String {
        "| \(cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ")) |"
    }

    private static func code(_ parts: [String], _ separator: String = " ") -> String {
        let parts = parts.filter { !$0.isEmpty }
        return parts.isEmpty ? "–" : parts.map { "`\($0)`" }.joined(separator: separator)
    }
}

/// The text of a file, up to 1 MiB of it.
private func text(of path: String) -> String {
    let file = unsafe open(path, O_RDONLY)
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = unsafe read(file, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
}

extension String {
    /// The path without its last parts.
    fileprivate func components(droppingLast count: Int) -> String {
        split(separator: "/", omittingEmptySubsequences: false).dropLast(count).joined(separator: "/")
    }
}
