internal import DeskModel

/// One row of the verb table: everything there is to know about a verb but what it does.
///
/// Parser, `help`, `caps`, usage errors and the check of PROTOCOL.md read the same row. A row is a constant; two rows
/// are the same if they are one.
public final class Verb: Sendable {
    /// The verb in small letters; two words for `claim next`.
    public let name: String
    /// Other words for it.
    public let aliases: [String]
    /// How it is said; more than one form if it means different things.
    public let forms: [String]
    /// Who may say it, as PROTOCOL.md writes it: `-` anybody, `any` who is logged in, else letters of `rwml`.
    public let right: String
    /// The names of its options; a verb has options or takes text, never both.
    public let options: [String]
    /// Its OK lines, without the OK.
    public let finals: [String]
    /// Its own ERR codes, beyond those that every verb of its kind has.
    public let codes: [String]
    /// The events that it makes.
    public let events: [String]
    /// What it does, in a sentence or a few.
    public let help: String
    /// How it may be said.
    public let example: String

    let parse: @Sendable (inout Words) throws(Malformed) -> Request

    init(
        _ name: String, aliases: [String] = [], forms: [String], right: String, options: [String] = [],
        finals: [String], codes: [String] = [], events: [String] = [], help: String,
        example: String, parse: @escaping @Sendable (inout Words) throws(Malformed) -> Request
    ) {
        self.name = name
        self.aliases = aliases
        self.forms = forms
        self.right = right
        self.options = options
        self.finals = finals
        self.codes = codes
        self.events = events
        self.help = help
        self.example = example
        self.parse = parse
    }

    /// Whether it may be said before login.
    public var isOpen: Bool {
        right == "-"
    }

    /// Every verb there is, in the order in which `help` lists them.
    public static let all: [Verb] = session + reading + claims + writing + tickets + following

    /// The verb or alias `word`, in small letters or capitals; `nil` if there is none.
    public static func named(_ word: String) -> Verb? {
        all.first { $0.name == word.lowercased() || $0.aliases.contains(word.lowercased()) }
    }
}

extension Verb: Equatable {
    /// Rows are constants.
    public static func == (left: Verb, right: Verb) -> Bool {
        left === right
    }
}

extension Verb {
    /// The row for a verb as it stands in a line; takes the second word of `claim next` off `words`.
    static func named(_ bytes: [UInt8], _ word: Range<Int>, _ words: inout Words) -> Verb? {
        guard let packed = pack(bytes[word]), let place = index.words.firstIndex(of: packed) else { return nil }
        if let longer = index.longer[place], words.skip(longer.word) { return longer.verb }
        return index.verbs[place]
    }

    /// Every word that may begin a line, as a number: sixteen letters fit, and comparing them costs next to nothing.
    private struct Index {
        var words: [UInt128] = []
        var verbs: [Verb] = []
        /// A row whose name is this word and another one.
        var longer: [(word: String, verb: Verb)?] = []
    }

    private static let index: Index = {
        var index = Index()
        for verb in all {
            for word in [verb.name] + verb.aliases {
                guard let packed = pack(word.utf8) else { continue }
                index.words.append(packed)
                index.verbs.append(verb)
                let longer = all.first { $0.name.hasPrefix(word + " ") }
                index.longer.append(longer.map { (String($0.name.dropFirst(word.utf8.count + 1)), $0) })
            }
        }
        return index
    }()

    private static func pack(_ word: some Collection<UInt8>) -> UInt128? {
        guard word.count <= 16 else { return nil }
        var packed: UInt128 = 0
        for byte in word {
            guard byte.isLetter || byte == Ascii.dash else { return nil }
            packed = packed << 8 | UInt128(byte.lowered)
        }
        return packed
    }

    /// What somebody meant who typed `word`: the verb or alias that is fewest slips away, at most two.
    static func nearest(to word: String, among words: [String]) -> String? {
        let typed = Array(word.utf8.map(\.lowered))
        guard typed.count <= 16 else { return nil }
        var best: (word: String, slips: Int)?
        for candidate in words {
            let slips = slips(from: typed, to: Array(candidate.utf8))
            if slips <= min(2, (typed.count - 1) / 2), slips < best?.slips ?? 3 { best = (candidate, slips) }
        }
        if let best { return best.word }
        return typed.count < 2 ? nil : words.first { $0.utf8.starts(with: typed) }
    }

    /// Letters left out, added, changed or swapped with their neighbour (optimal string alignment).
    private static func slips(from typed: [UInt8], to word: [UInt8]) -> Int {
        var rows = [Array(0...word.count)]
        for (i, letter) in typed.enumerated() {
            var row = [i + 1]
            for (j, other) in word.enumerated() {
                var least = min(row[j] + 1, rows[i][j + 1] + 1, rows[i][j] + (letter == other ? 0 : 1))
                if i > 0, j > 0, letter == word[j - 1], typed[i - 1] == other {
                    least = min(least, rows[i - 1][j - 1] + 1)
                }
                row.append(least)
            }
            rows.append(row)
        }
        return rows[typed.count][word.count]
    }
}
