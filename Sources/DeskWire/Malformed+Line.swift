internal import DeskModel

extension Malformed {
    /// The code of PROTOCOL.md, "Errors".
    var code: String {
        switch self {
        case .lineTooLong: "line-too-long"
        case .badUTF8: "bad-utf8"
        case .badCharacter: "bad-char"
        case .badTag: "bad-tag"
        case .badKey: "bad-key"
        case .canceled: "canceled"
        case .textTooLong: "text-too-long"
        case .unknownVerb: "unknown-verb"
        case .unknownTopic, .usage: "usage"
        case .mistypedNumber: "no-such-ticket"
        }
    }

    /// Appends what follows `ERR`.
    func append(for reader: HintReader, to out: inout [UInt8]) {
        if case .mistypedNumber(let text) = self {
            let refusal = Refusal.mistypedNumber(text)
            refusal.append(to: &out)
            return refusal.appendHint(for: reader, after: nil, to: &out)
        }
        out.put(code)
        switch self {
        case .lineTooLong: out.pair("max", Limits.line)
        case .textTooLong(let most): out.pair("max", most)
        case .unknownVerb(let word): out.subject(word)
        default: break
        }
        if let hint = hint(for: reader) { out.hint(hint) }
    }

    private func hint(for reader: HintReader) -> String? {
        switch self {
        case .badTag: "a tag is 1 to \(Limits.tag) of A-Z a-z 0-9 . _ - and not that of a pending wait"
        case .badKey: "a key is 1 to \(Limits.key) of A-Z a-z 0-9 . _ - :"
        case .badUTF8: "this is not UTF-8"
        case .badCharacter: "control characters are not taken"
        case .canceled, .lineTooLong, .textTooLong, .mistypedNumber: nil
        case .unknownVerb(let word): Malformed.didYouMean(word, reader.words)
        case .unknownTopic(let word): Malformed.didYouMean(word, HintReader.everything.words + Help.topics)
        case .usage(let verb, let why): Malformed.form(of: verb, why, reader)
        }
    }

    private static func didYouMean(_ word: String, _ words: [String]) -> String {
        Verb.nearest(to: word, among: words).map { "did you mean \"\($0)\"?" } ?? "type \"help\""
    }

    /// What is wrong, and the form; of a verb that the reader may not use the form is of no use.
    private static func form(of verb: Verb?, _ why: String?, _ reader: HintReader) -> String? {
        if let verb, !reader.mayUse(verb) { return why }
        let form = verb?.forms.joined(separator: ", or ") ?? "[@TAG] [!KEY] VERB [ARGUMENTS], see \"help\""
        return why.map { "\($0): \(form)" } ?? form
    }
}
