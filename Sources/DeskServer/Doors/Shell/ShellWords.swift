/// An option of a command of the shell.
struct ShellOption: Sendable {
    /// Its name without the two dashes.
    let name: String
    /// What its value looks like; `nil`: it has none.
    let form: String?
    /// What it is for.
    let help: String

    init(_ name: String, _ form: String?, _ help: String) {
        self.name = name
        self.form = form
        self.help = help
    }
}

/// The words of a command, sorted: what stands for itself, and options with their values.
struct ShellWords: Equatable {
    /// The words that are no options, in order.
    var plain: [String] = []
    /// The options that were given, in order; the value of one without a form is `nil`.
    var options: [(name: String, value: String?)] = []

    /// Sorts `words`: `--name value` or `--name=value`; all that follows `--` stands for itself.
    ///
    /// `isFlag`: whether an option has no value; `nil`: there is no such option.
    init(_ words: some Sequence<String>, isFlag: (String) -> Bool?) throws(ShellError) {
        var rest = Array(words)[...]
        while let word = rest.popFirst() {
            if word == "--" {
                plain += rest
                return
            }
            guard word.hasPrefix("--") else {
                plain.append(word)
                continue
            }
            let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            guard let isFlag = isFlag(name) else { throw .usage("there is no option --\(name)") }
            if parts.count > 1 {
                guard !isFlag else { throw .usage("--\(name) takes no value") }
                options.append((name, String(parts[1])))
            } else if isFlag {
                options.append((name, nil))
            } else {
                guard let value = rest.popFirst() else { throw .usage("--\(name) needs a value") }
                options.append((name, value))
            }
        }
    }

    /// Sorts `words` by a table of options.
    init(_ words: some Sequence<String>, options: [ShellOption]) throws(ShellError) {
        try self.init(words) { name in options.first { $0.name == name }.map { $0.form == nil } }
    }

    /// The value of an option; of several the last.
    func value(of name: String) -> String? {
        options.last { $0.name == name }?.value ?? nil
    }

    /// Every value of an option.
    func values(of name: String) -> [String] {
        options.filter { $0.name == name }.compactMap(\.value)
    }

    /// Whether an option was said.
    func has(_ name: String) -> Bool {
        options.contains { $0.name == name }
    }

    /// The words once more, so that `init` would sort them the same.
    var words: [String] {
        options.map { option in "--\(option.name)" + (option.value.map { "=\($0)" } ?? "") } + ["--"] + plain
    }

    static func == (left: ShellWords, right: ShellWords) -> Bool {
        left.plain == right.plain && left.options.elementsEqual(right.options) { $0 == $1 }
    }
}

/// How words travel over the shell's socket: one line, words apart by a blank, what needs it in double quotes with the
/// escapes `\n`, `\"` and `\\`.
enum ShellLine {
    /// The line of some words, line end included.
    static func encode(_ words: [String]) -> [UInt8] {
        var line: [UInt8] = []
        for word in words {
            if !line.isEmpty { line.append(UInt8(ascii: " ")) }
            line += quoted(word)
        }
        return line + [0x0A]
    }

    private static func quoted(_ word: String) -> [UInt8] {
        let isPlain = word.utf8.allSatisfy { $0 > 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
        if isPlain, !word.isEmpty { return Array(word.utf8) }
        var bytes = [UInt8(ascii: "\"")]
        for byte in word.utf8 {
            switch byte {
            case 0x0A: bytes += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            default: bytes.append(byte)
            }
        }
        return bytes + [UInt8(ascii: "\"")]
    }

    /// The words of a line without its end; `nil` if a quote or escape is not what it should be, or it is no UTF-8.
    static func decode(_ line: ArraySlice<UInt8>) -> [String]? {
        var words: [String] = []
        var rest = line.drop { $0 == UInt8(ascii: " ") }
        while let first = rest.first {
            let bytes: [UInt8]
            if first == UInt8(ascii: "\"") {
                guard let (inside, after) = unquoted(rest.dropFirst()) else { return nil }
                (bytes, rest) = (inside, after)
                guard rest.isEmpty || rest.first == UInt8(ascii: " ") else { return nil }
            } else {
                bytes = Array(rest.prefix { $0 != UInt8(ascii: " ") })
                rest = rest.dropFirst(bytes.count)
            }
            guard let word = String(validating: bytes, as: UTF8.self) else { return nil }
            words.append(word)
            rest = rest.drop { $0 == UInt8(ascii: " ") }
        }
        return words
    }

    private static func unquoted(_ text: ArraySlice<UInt8>) -> ([UInt8], ArraySlice<UInt8>)? {
        var bytes: [UInt8] = []
        var rest = text
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): return (bytes, rest)
            case UInt8(ascii: "\\"):
                switch rest.popFirst() {
                case UInt8(ascii: "n"): bytes.append(0x0A)
                case .some(let escaped) where escaped == UInt8(ascii: "\"") || escaped == UInt8(ascii: "\\"):
                    bytes.append(escaped)
                default: return nil
                }
            default: bytes.append(byte)
            }
        }
        return nil
    }
}
