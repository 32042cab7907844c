internal import DeskNet

/// What the server says to its operator, on standard error: one line a fact, a few words, then pairs.
///
///     intake: mail taken in ticket=20261124-00042-4 bytes=1802 ms=12
///
/// The vocabulary is `Fact`, so that no secret, no body and no subject gets here by accident; what strangers wrote
/// passes `quoted`. A reader of the log that is slow slows the desk, one that is gone does not stop it.
struct Log: Sendable {
    /// How bad it is, as syslog counts.
    enum Level: Int, Sendable {
        /// The desk ends, or something is lost to it.
        case error = 3
        /// Something does not work at the moment.
        case warning = 4
        /// Somebody should know.
        case notice = 5
        /// Daily business.
        case routine = 6
    }

    private let isJournal: Bool
    private let write: @Sendable ([UInt8]) -> Void

    /// Writes with `write`; under `isJournal` each line begins with its level, as systemd wants it (sd-daemon(3)).
    init(isJournal: Bool, write: @escaping @Sendable ([UInt8]) -> Void) {
        self.isJournal = isJournal
        self.write = write
    }

    /// Writes to standard error; a line that its reader does not take at once is lost, because nobody's claim may wait
    /// for a pager.
    static func standardError(isJournal: Bool) -> Log {
        Log(isJournal: isJournal) { bytes in
            let errors = FileDescriptor(owning: 2)
            if errors.takesLine() { _ = errors.send(bytes.span) }
            _ = errors.release()
        }
    }

    /// Notes one fact.
    func note(_ fact: Fact) {
        let (level, words, pairs) = fact.spoken
        var line = isJournal ? "<\(level.rawValue)>" : ""
        line += words
        for (name, value) in pairs { line += " \(name)=\(Log.quoted(value))" }
        write(Array(line.utf8) + [UInt8(ascii: "\n")])
    }

    /// The text as a value of a pair: plain if nothing in it needs care, else in quotes with everything escaped that a
    /// terminal, a pager or a parser of the log could take amiss; at most 400 characters of it. `always`: in quotes in
    /// any case.
    static func quoted(_ text: some StringProtocol, always: Bool = false) -> String {
        let isPlain = text.utf8.allSatisfy {
            $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
        }
        if isPlain, !always, !text.isEmpty, text.utf8.count <= 400 { return String(text) }
        var quoted = "\""
        for scalar in text.unicodeScalars.prefix(400) {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            default: quoted += isHarmless(scalar) ? String(scalar) : "\\u{\(String(scalar.value, radix: 16))}"
            }
        }
        return quoted + "\""
    }

    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: false
        default: true
        }
    }
}
