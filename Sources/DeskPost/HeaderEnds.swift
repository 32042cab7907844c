import DeskMail

/// Finds where the headers of a message and of its parts end, and repairs those that do not end with an empty line.
///
/// GMime takes everything up to the next empty line for header fields, so that the first paragraph of the text would be
/// lost. One pass over the lines; what has to be inserted or removed is collected and done at once.
struct HeaderEnds {
    private enum Kind { case message, part }

    /// A header that is being read.
    private struct Header {
        var kind: Kind
        var names: Set<[UInt8]> = []
        var isFirstLine = true
        var lastName: [UInt8] = []
        /// The value of Content-Type, and whether the content is encoded for the way.
        var type: [UInt8] = []
        var isEncoded = false
        /// The last line ends as one that goes on.
        var isOpen = false
    }

    private let bytes: [UInt8]
    private var header: Header? = Header(kind: .message)
    private var boundaries: Set<[UInt8]> = []
    private var edits = ByteEdits()
    /// Edits that only spell a transfer encoding as it should be.
    private var spellings = 0
    /// Where the run of blank-led lines ends that was looked at last.
    private var lookedUpTo = -1
    /// How far a broken header was searched for the field with which it goes on, and whether there is one.
    private var search = (end: 0, isFound: false)

    /// Longest boundary that is kept (RFC 2046 §5.1.1 allows 70), and longest content type that is looked at.
    private static let boundaryLength = 300
    private static let typeLength = 4096
    /// Broken parts beyond any number that is read are left as they are.
    private static let editsMost = 10 * MailLimits.parts

    /// The bytes with every header ended by an empty line and every transfer encoding spelled as RFC 2045 §6.1 has it,
    /// and what was wrong; nil if nothing was.
    static func repaired(_ bytes: [UInt8]) -> (bytes: [UInt8], problems: [Problem])? {
        var ends = HeaderEnds(bytes)
        ends.scan()
        guard ends.edits.count > 0 else { return nil }
        var problems: [Problem] = ends.edits.count > ends.spellings ? [.header] : []
        if ends.spellings > 0 { problems.append(.contentType) }
        return (ends.edits.applied(to: bytes), problems)
    }

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    private mutating func scan() {
        var line = skipEmptyBeginning()
        while line < bytes.count, edits.count < Self.editsMost {
            let next = bytes.nextLine(after: line)
            if let mark = boundary(line, next) {
                header = mark == .opening ? Header(kind: .part) : nil
            } else if header != nil {
                readHeaderLine(line, next)
            }
            line = next
        }
    }

    /// Empty lines before a header that is one beyond doubt, and the mark of UTF-8 that an editor has put there.
    private mutating func skipEmptyBeginning() -> Int {
        var line = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        while line < bytes.count, isBlank(line, bytes.nextLine(after: line)) { line = bytes.nextLine(after: line) }
        guard line > 0, line < bytes.count, let name = fieldName(line), FieldNames.areOpening.contains(name) else {
            return 0
        }
        edits.remove(0..<line)
        return line
    }

    private mutating func readHeaderLine(_ line: Int, _ next: Int) {
        if isEmpty(line) { return endHeader() }
        defer {
            header?.isFirstLine = false
            blankNUL(in: line..<next)
        }
        if bytes[line].isBlankByte { return readBlankLed(line, next) }
        if let name = fieldName(line), isField(name, line, next), !isText(name, line, next) {
            takeField(name, line, next)
        } else if header?.isFirstLine == true, isMailboxMark(line) {
            return
        } else if header?.isOpen == true {
            // The blank before a continuation was lost on the way.
            edits.insert([0x20], at: line)
            takeContinuation(line, next)
        } else if goesOn(at: next) || comesBack(after: line) {
            // What another program broke off, or left behind, in the middle of a header.
            let isSubject = header?.lastName == Array("subject".utf8)
            edits.insert(isSubject ? [0x20] : Array("X-Unparsed: ".utf8), at: line)
        } else {
            edits.insert([0x0A], at: line)
            endHeader()
        }
    }

    /// A NUL would end the value for GMime, whose strings are those of C.
    private mutating func blankNUL(in line: Range<Int>) {
        guard bytes[line].contains(0) else { return }
        // What was replaced as a whole has none any more.
        for index in line where bytes[index] == 0 && index >= edits.end && edits.count < Self.editsMost {
            edits.replace(index..<(index + 1), with: [0x20])
        }
    }

    /// A continuation, or a line of blanks where the empty one should be.
    private mutating func readBlankLed(_ line: Int, _ next: Int) {
        if isBlank(line, next) {
            // At the very end of a header it does no harm.
            guard next < bytes.count, !isEmpty(next), !goesOn(at: next) else { return }
            var end = next
            while end > line, bytes[end - 1] == 0x0A || bytes[end - 1] == 0x0D { end -= 1 }
            edits.remove(line..<end)
            endHeader()
        } else if header?.isFirstLine == true {
            let isHeader = goesOn(at: next)
            edits.insert(isHeader ? Array("X-Unparsed:".utf8) : [0x0A], at: line)
            if !isHeader { endHeader() }
        } else {
            takeContinuation(line, next)
        }
    }

    /// The fields of a part are those of RFC 2045 §3; another name there is more likely the text's first line.
    private mutating func isField(_ name: [UInt8], _ line: Int, _ next: Int) -> Bool {
        guard header?.kind == .part else { return true }
        return FieldNames.areKnown(name) || goesOn(at: next)
    }

    /// Whether a field of no known name is a line of the text: a word, a colon and words, such as `Fehler: kein Bild`,
    /// and no field of a header below it.
    private mutating func isText(_ name: [UInt8], _ line: Int, _ next: Int) -> Bool {
        guard header?.kind == .message, header?.names.isEmpty == false, !FieldNames.areKnown(name),
            name.allSatisfy({ $0 >= 0x61 && $0 <= 0x7A || $0 >= 0x80 })
        else { return false }
        let value = bytes[(line + name.count)..<next].drop { $0 == UInt8(ascii: ":") || $0 <= 0x20 }
        let words = value.split { $0 <= 0x20 }
        let letters = words.count { $0.contains { $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A || $0 >= 0x80 } }
        guard words.count > 1, letters > 0, !value.contains(UInt8(ascii: "=")), !value.contains(0x3B) else {
            return false
        }
        return !goesOn(at: next) && !comesBack(after: line)
    }

    /// Whether the line, or the first behind it that is no continuation, is a field that belongs to this header.
    private mutating func goesOn(at line: Int) -> Bool {
        var at = max(line, lookedUpTo)
        while at < bytes.count, bytes[at].isBlankByte { at = bytes.nextLine(after: at) }
        lookedUpTo = max(lookedUpTo, at)
        guard at < bytes.count, !isEmpty(at), let name = fieldName(at), FieldNames.areKnown(name) else { return false }
        return FieldNames.mayRepeat(name) || !(header?.names.contains(name) ?? false)
    }

    /// Whether a header of a message goes on further below: its continuations may have lost the blanks before them.
    ///
    /// Each line is looked at once, since what was found holds for all lines before it.
    private mutating func comesBack(after line: Int) -> Bool {
        guard header?.kind == .message else { return false }
        if line >= search.end { search = (bytes.nextLine(after: line), false) }
        while !search.isFound, search.end < bytes.count, !isEmpty(search.end) {
            if let name = fieldName(search.end), FieldNames.areOpening.contains(name) {
                search.isFound = !(header?.names.contains(name) ?? false)
            }
            if !search.isFound { search.end = bytes.nextLine(after: search.end) }
        }
        return search.isFound
    }

    private mutating func takeField(_ name: [UInt8], _ line: Int, _ next: Int) {
        header?.names.insert(name)
        header?.lastName = name
        let isOpen = isOpen(line, next)
        header?.isOpen = isOpen
        guard let colon = bytes[line..<next].firstIndex(of: UInt8(ascii: ":")) else { return }
        let value = bytes[(colon + 1)..<next]
        if name == FieldNames.contentType, header?.type.isEmpty == true {
            header?.type = Array(value.prefix(Self.typeLength))
        } else if name == FieldNames.transferEncoding {
            let encoding = TransferEncoding(value)
            header?.isEncoded = encoding != nil
            guard let encoding, !encoding.isSpelled(value), edits.count < Self.editsMost else { return }
            let end = value.lastIndex { $0 != 0x0A && $0 != 0x0D }.map { $0 + 1 } ?? value.endIndex
            edits.replace(value.startIndex..<end, with: Array((" " + encoding.rawValue).utf8))
            spellings += 1
        }
    }

    private mutating func takeContinuation(_ line: Int, _ next: Int) {
        let isOpen = isOpen(line, next)
        header?.isOpen = isOpen
        guard header?.lastName == FieldNames.contentType, header?.type.count ?? 0 < Self.typeLength else { return }
        header?.type += bytes[line..<next].prefix(Self.typeLength)
    }

    private mutating func endHeader() {
        guard let ended = header else { return }
        header = nil
        guard !ended.type.isEmpty else { return }
        let type = FieldParameters(ended.type)
        if let boundary = type["boundary"], (1...Self.boundaryLength).contains(boundary.utf8.count) {
            boundaries.insert(Array(boundary.utf8))
        }
        let isMessage =
            type.value == "message/rfc822" || type.value == "message/rfc2822"
            || type.value == "message/global" || type.value == "message/news"
        if isMessage, !ended.isEncoded { header = Header(kind: .message) }
    }
}

// MARK: - Lines

extension HeaderEnds {
    private func isEmpty(_ line: Int) -> Bool {
        bytes[line] == 0x0A || bytes[line] == 0x0D && (line + 1 == bytes.count || bytes[line + 1] == 0x0A)
    }

    private func isOpen(_ line: Int, _ next: Int) -> Bool {
        let last = bytes[line..<next].last { $0 > 0x20 }
        return last == UInt8(ascii: ";") || last == UInt8(ascii: ",")
    }

    private func isBlank(_ line: Int, _ next: Int) -> Bool {
        bytes[line..<next].allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D || $0 == 0x0A }
    }

    private enum BoundaryMark { case opening, closing }

    /// Whether the line is `--` and a boundary that some header has named, at the end perhaps `--` again.
    private func boundary(_ line: Int, _ next: Int) -> BoundaryMark? {
        let dash = UInt8(ascii: "-")
        guard !boundaries.isEmpty, next - line > 2, next - line < Self.boundaryLength + 80, bytes[line] == dash,
            bytes[line + 1] == dash
        else { return nil }
        var end = next
        while end > line + 2, bytes[end - 1] <= 0x20 { end -= 1 }
        if boundaries.contains(Array(bytes[(line + 2)..<end])) { return .opening }
        let isClosing =
            end - line > 4 && bytes[end - 1] == dash && bytes[end - 2] == dash
            && boundaries.contains(Array(bytes[(line + 2)..<(end - 2)]))
        return isClosing ? .closing : nil
    }

    /// The lower-cased name if the line begins as a field does (RFC 5322 §3.6.8): no address of a web page, no time.
    private func fieldName(_ line: Int) -> [UInt8]? {
        var end = line
        while end < bytes.count, bytes[end] > 0x20, bytes[end] < 0x7F, bytes[end] != UInt8(ascii: ":") { end += 1 }
        let name = bytes[line..<end]
        while end < bytes.count, bytes[end].isBlankByte { end += 1 }
        guard !name.isEmpty, name.count <= 200, end < bytes.count, bytes[end] == UInt8(ascii: ":") else { return nil }
        guard !bytes[(end + 1)...].starts(with: "//".utf8), name.contains(where: { $0 > 0x40 }) else { return nil }
        return name.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
    }

    /// The line that a mailbox file puts before a message.
    private func isMailboxMark(_ line: Int) -> Bool {
        bytes[line...].starts(with: "From ".utf8) || bytes[line...].starts(with: ">From ".utf8)
    }
}

/// Names of header fields, lower case, by what they tell about a line.
private enum FieldNames {
    static let contentType = Array("content-type".utf8)
    static let transferEncoding = Array("content-transfer-encoding".utf8)

    /// Fields with which a header may begin.
    static let areOpening = set([
        "from", "received", "return-path", "delivered-to", "date", "subject", "to", "message-id", "mime-version",
        "dkim-signature", "content-type",
    ])

    private static let known = set([
        "from", "to", "cc", "bcc", "subject", "date", "message-id", "in-reply-to", "references", "reply-to", "sender",
        "received", "return-path", "delivered-to", "envelope-to", "mime-version", "dkim-signature",
        "domainkey-signature",
        "authentication-results", "received-spf", "importance", "priority", "precedence", "user-agent",
        "organization", "organisation", "thread-topic", "thread-index", "accept-language", "auto-submitted",
        "autocrypt",
        "errors-to", "return-receipt-to", "disposition-notification-to", "keywords", "comments", "encrypted", "lines",
        "status", "feedback-id", "mailing-list", "newsgroups", "path", "xref", "nntp-posting-host", "followup-to",
        "apparently-to", "original-recipient", "face", "bounces-to", "deferred-delivery", "delivery-date",
        "openpgp", "expires", "supersedes", "distribution", "summary", "approved", "control", "language", "hashcash",
        "antivirus", "authenticated", "archived-at", "envelope-from", "conversion", "sensitivity", "generator",
    ])
    private static let families = ["x-", "content-", "list-", "resent-", "arc-", "original-", "illegal-"].map {
        Array($0.utf8)
    }
    private static let single = set([
        "from", "to", "cc", "bcc", "subject", "date", "message-id", "in-reply-to", "references", "reply-to", "sender",
        "mime-version", "content-type", "content-transfer-encoding", "content-disposition", "status", "priority",
        "importance", "organization", "organisation", "keywords", "comments", "path", "lines",
    ])

    static func areKnown(_ name: [UInt8]) -> Bool {
        known.contains(name) || families.contains { name.starts(with: $0) }
    }

    static func mayRepeat(_ name: [UInt8]) -> Bool { !single.contains(name) }

    private static func set(_ names: [String]) -> Set<[UInt8]> { Set(names.map { Array($0.utf8) }) }
}
