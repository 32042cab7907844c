public import DeskModel

/// One thing that a client has said.
public enum Input: Equatable, Sendable {
    /// A line or block whose verb exists.
    case line(Line)
    /// What was said is wrong before its verb could be understood; answered under `tag`, if that could be read.
    case malformed(Malformed, tag: String?)
    /// The connection closes without an answer.
    case hangUp(HangUp)

    /// Why a connection closes without an answer.
    public enum HangUp: Equatable, Sendable {
        /// A web browser has lost its way.
        case http
        /// A block went on and on.
        case endlessBlock
    }
}

/// A command as it was said: its prefixes, its verb, and what the verb's row made of the rest.
public struct Line: Equatable, Sendable {
    /// What every line of the reply begins with.
    public let tag: String?
    /// The retry key.
    public let key: String?
    /// The verb's row; whether it may be said before login comes before whether it was said rightly.
    public let verb: Verb
    /// What is asked, or what is wrong with the arguments.
    public let request: Result<Request, Malformed>

    /// A command of which everything is said.
    public init(tag: String?, key: String?, verb: Verb, request: Result<Request, Malformed>) {
        self.tag = tag
        self.key = key
        self.verb = verb
        self.request = request
    }
}

extension Line {
    /// Reads a line of sound characters that is not blank, and the text of its block.
    static func read(_ bytes: [UInt8], _ range: Range<Int>, block: String?) -> Input {
        var words = Words(bytes, range, block: block)
        var tag: String?
        var key: String?
        if let word = words.prefix(Ascii.at) {
            guard let text = bytes.tag(in: word) else { return .malformed(.badTag, tag: nil) }
            tag = text
        }
        if let word = words.prefix(Ascii.bang) {
            guard let text = bytes.key(in: word) else { return .malformed(.badKey, tag: tag) }
            key = text
        }
        guard let word = words.next() else { return .malformed(.usage(nil, "a verb is missing"), tag: tag) }
        guard let verb = Verb.named(bytes, word, &words) else {
            return .malformed(.unknownVerb(bytes.text(word)), tag: tag)
        }
        words.verb = verb
        let request: Result<Request, Malformed>
        do throws(Malformed) {
            request = .success(try verb.parse(&words))
        } catch {
            request = .failure(error)
        }
        return .line(Line(tag: tag, key: key, verb: verb, request: request))
    }

    /// The tag of a line that is not read further; `nil` if it has none that is right. `goesOn`: the line does not end
    /// where `range` does, so a tag that touches its end is not whole.
    static func tag(of bytes: [UInt8], _ range: Range<Int>, goesOn: Bool = false) -> String? {
        var words = Words(bytes, range, block: nil)
        guard let word = words.prefix(Ascii.at), !goesOn || word.upperBound < range.upperBound else { return nil }
        return bytes.tag(in: word)
    }
}

extension [UInt8] {
    fileprivate func tag(in word: Range<Int>) -> String? {
        guard (1...Limits.tag).contains(word.count), self[word].allSatisfy(\.isTagByte) else { return nil }
        return text(word)
    }

    fileprivate func key(in word: Range<Int>) -> String? {
        guard (1...Limits.key).contains(word.count) else { return nil }
        return self[word].allSatisfy { $0.isTagByte || $0 == Ascii.colon } ? text(word) : nil
    }
}
