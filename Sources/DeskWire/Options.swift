internal import DeskModel

/// The options of a line: `name=value`, in any order, each once, none that the verb's row does not name.
struct Options {
    private var values: [(name: String, value: String)] = []
    private let verb: Verb?

    /// Reads options to the end of the line, which takes no text then.
    init(_ words: inout Words) throws(Malformed) {
        verb = words.verb
        while !words.isAtEnd {
            let (name, value) = try words.option()
            guard verb?.options.contains(name) == true else { throw words.usage("it has no option \(name)=") }
            guard self[name] == nil else { throw words.usage("\(name)= stands there twice") }
            values.append((name, value))
        }
        try words.finish()
    }

    /// What was said for `name`.
    subscript(name: String) -> String? {
        values.first { $0.name == name }?.value
    }

    /// A duration: `90`, `90s`, `30m`, `2h`, `7d`.
    func duration(_ name: String, in bounds: ClosedRange<TimeSpan>? = nil) throws(Malformed) -> TimeSpan? {
        guard let text = self[name] else { return nil }
        guard let span = TimeSpan(wire: text) else {
            throw .usage(verb, "\(name)= is a duration like 90s, 30m, 2h or 7d")
        }
        if let bounds, !bounds.contains(span) {
            throw .usage(verb, "\(name)= is from \(bounds.lowerBound.wire) to \(bounds.upperBound.wire)")
        }
        return span
    }

    /// A place in the log: 0 or a number.
    func position(_ name: String) throws(Malformed) -> SequenceNumber? {
        guard let text = self[name] else { return nil }
        if text == "0" { return 0 }
        let bytes = Array(text.utf8)
        guard let number = bytes.number(0..<bytes.count) else { throw .usage(verb, "\(name)= is a number") }
        return number
    }

    /// `yes` or `no`.
    func flag(_ name: String) throws(Malformed) -> Bool? {
        switch self[name] {
        case nil: nil
        case "yes"?: true
        case "no"?: false
        default: throw .usage(verb, "\(name)= is yes or no")
        }
    }

    /// A count within bounds.
    func count(_ name: String, in bounds: ClosedRange<Int>) throws(Malformed) -> Int? {
        guard let number = try position(name) else { return nil }
        guard let count = Int(exactly: number), bounds.contains(count) else {
            throw .usage(verb, "\(name)= is from \(bounds.lowerBound) to \(bounds.upperBound)")
        }
        return count
    }

    /// Where an earlier reply of the same verb was cut.
    func cursor(_ name: String, of kind: UInt8) throws(Malformed) -> Cursor? {
        guard let text = self[name] else { return nil }
        guard let cursor = Cursor(wire: text), cursor.kind == kind else {
            throw .usage(verb, "\(name)= is what an earlier reply of this command gave as more=")
        }
        return cursor
    }

    /// A text that may not be empty.
    func reason(_ name: String) throws(Malformed) -> String? {
        guard let text = self[name] else { return nil }
        guard text.utf8.count <= Limits.reason else { throw .textTooLong(most: Limits.reason) }
        guard !text.utf8.allSatisfy({ $0.isBlank || $0 == Ascii.feed }) else {
            throw .usage(verb, "\(name)= wants a reason")
        }
        return text
    }

    /// The members of a list by comma, each read by `read`.
    func list<Value>(
        _ name: String, of what: String, _ read: (Substring) -> Value?
    ) throws(Malformed) -> [Value] {
        guard let text = self[name] else { return [] }
        var values: [Value] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let value = read(part) else { throw .usage(verb, "\(name)= is \(what)") }
            values.append(value)
        }
        return values
    }
}

extension Options {
    /// Addresses by comma, `-` for none; `nil` if nothing was said.
    func addresses(_ name: String) throws(Malformed) -> [Address]? {
        guard let text = self[name] else { return nil }
        if text == "-" { return [] }
        return try list(name, of: "addresses by comma") { text in
            let address = Address(text)
            return address.isComplete ? address : nil
        }
    }
}

extension Words {
    /// The addresses before the options, or `all`; `nil` if there are none.
    mutating func recipients() throws(Malformed) -> RecipientChoice? {
        var addresses: [Address] = []
        while !isAtEnd, !isKnownOption {
            if addresses.isEmpty, skip("all") { return .all }
            let address = Address(try word("an address"))
            guard address.isComplete else { throw usage("\(address) is no address that a message can be sent to") }
            addresses.append(address)
        }
        return addresses.isEmpty ? nil : .addresses(addresses)
    }

    /// Whether the next word is one of the verb's options; an address may hold an equals sign, too.
    private var isKnownOption: Bool {
        mutating get {
            var copy = self
            guard let word = copy.next(), let equals = bytes[word].firstIndex(of: Ascii.equals) else { return false }
            return verb?.options.contains(bytes.text(word.lowerBound..<equals)) == true
        }
    }

    /// Whether the next word is an option.
    var isOption: Bool {
        mutating get {
            var copy = self
            guard let word = copy.next() else { return false }
            return bytes[word].contains(Ascii.equals)
        }
    }

    /// The next `name=value`; the value may be quoted, with `\"`, `\\` and `\n` in it.
    mutating func option() throws(Malformed) -> (String, String) {
        guard let word = next(), let equals = bytes[word].firstIndex(of: Ascii.equals), equals > word.lowerBound else {
            throw usage("too many words, or an option is not written name=value")
        }
        let name = bytes.text(word.lowerBound..<equals)
        let start = equals + 1
        if start < word.upperBound, bytes[start] == Ascii.quote { return (name, try quoted(from: start + 1)) }
        let value = start..<word.upperBound
        let isBare =
            !value.isEmpty
            && bytes[value].allSatisfy {
                $0 != Ascii.quote && $0 != Ascii.equals && $0 != Ascii.backslash
            }
        guard isBare, !bytes.holds(":", at: value) else { throw usage("the value of \(name)= must be quoted") }
        return (name, bytes.text(value))
    }

    /// What stands between quotes, from behind the first one; a blank or the end of the line follows the last one.
    private mutating func quoted(from start: Int) throws(Malformed) -> String {
        rewind(to: start)
        var value: [UInt8] = []
        while let byte = take() {
            switch byte {
            case Ascii.quote:
                guard isBetweenWords else { throw usage("a blank is missing after a quoted value") }
                return String(decoding: value, as: UTF8.self)
            case Ascii.backslash:
                switch take() {
                case Ascii.quote: value.append(Ascii.quote)
                case Ascii.backslash: value.append(Ascii.backslash)
                case UInt8(ascii: "n"): value.append(Ascii.feed)
                default: throw usage(#"in quotes there are \" \\ and \n, no other escapes"#)
                }
            default: value.append(byte)
            }
        }
        throw usage("a closing quote is missing")
    }
}

extension TimeSpan {
    /// Reads 1 to 6 digits and `s`, `m`, `h`, `d` or nothing for seconds.
    init?(wire text: String) {
        var digits = text.utf8[...]
        let unit = digits.last.flatMap { $0.isDigit ? nil : digits.removeLast() } ?? UInt8(ascii: "s")
        guard (1...6).contains(digits.count), digits.allSatisfy(\.isDigit) else { return nil }
        let count = digits.reduce(Int64(0)) { $0 * 10 + Int64($1 & 0x0F) }
        switch unit {
        case UInt8(ascii: "s"): self = .seconds(count)
        case UInt8(ascii: "m"): self = .minutes(count)
        case UInt8(ascii: "h"): self = .hours(count)
        case UInt8(ascii: "d"): self = .days(count)
        default: return nil
        }
    }

    /// The shortest way to say it: `30m`, `90s`, `2h`; rounded to seconds.
    var wire: String {
        let seconds = milliseconds / 1000
        for (length, unit) in [(Int64(86_400), "d"), (3600, "h"), (60, "m")] where seconds > 0 && seconds % length == 0
        {
            return "\(seconds / length)\(unit)"
        }
        return "\(seconds)s"
    }
}
