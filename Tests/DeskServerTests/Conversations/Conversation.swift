import DeskNet
import Testing

/// A conversation as a file tells it: who says what, and what is heard.
///
///     # Two agents reach for one ticket; exactly one has it.          a comment
///     mail    from schmidt@example.org to hotline@desk.example       a mail comes in, its lines behind bars
///             | Subject: Videorekorder
///             |
///             | Guten Tag, …
///     mail    < 4.3.0 …                                               what its sender is told, if it is not taken in
///     mail    again                                                   the same mail once more
///     meier   > claim 1                                               meier types a line
///     meier   & ping \xff\n                                           he sends bytes, without a line end of their own
///     meier   < OK claimed #1 seq=… lease=… customer=… unread=1 …     this is the next line that he hears
///     meier   ~ OK closed #1 …                                        other lines, then this one
///     schulze .                                                       nothing more is heard by schulze now
///     schulze (                                                       schulze reads nothing for now
///     schulze )                                                       he reads on
///     schulze /                                                       schulze closes his side, and goes on listening
///     schulze !                                                       his connection is torn
///     schulze x                                                       the desk has closed the connection
///     huber@example.org ~ Subject: Re: …                              in the next mail that the customer gets
///     clock   + 11m                                                   so much later
///     shell   > agent retire schulze                                  somebody at the desk's shell
///     shell   < zt-…                                                  what the shell says to that
///     desk    crash | stop | start                                    the desk dies; goes down in order; starts again
///     desk    copy journal.db                                         while it is down, a file is copied
///     desk    put-back journal.db                                     the copy takes the place of the file
///     desk    storage full | fails | dies | works                     what becomes of what it writes to the journal
///     desk    storage full mail.db                                    or to another file of its
///     desk    post broken | works                                     mails cannot go out; they can
///     desk    with login-failures 3                                   a setting of the whole conversation
///     desk    with outgoing out                                       its mails go out; without it they only wait
///
/// `…` in what is heard stands for anything within a line. `{name}` in it stands for a value, and for the same one
/// wherever it comes again, in what is said too. `{a*4001}` is so many of a letter. A password is its name's first
/// letter. Whoever has not said anything yet is connected by his first step, and hears the greeting; `meier.2` is
/// another connection. A comment `# live only` marks what needs the real programs.
struct Conversation {
    /// One step.
    struct Step {
        enum Action: Equatable {
            case say(String)
            case send(String)
            case hear(String)
            case hearSoon(String)
            case hearNothing
            case endInput
            case tear
            case read(Bool)
            case expectClosed
            case mail(Letter?)
            case clock(String)
            case desk([String])
        }

        let line: Int
        let who: String
        var action: Action
    }

    /// A mail as it is handed in.
    struct Letter: Equatable {
        var from: String
        var to: [String]
        var text = ""
    }

    let name: String
    let path: String
    /// What the file tells beside the steps.
    private(set) var comments: [Substring] = []
    private(set) var steps: [Step] = []
    /// The settings of its desk, word and value.
    private(set) var settings: [(word: String, value: String)] = []

    /// Whether it needs the real programs: a comment says so, or its storage fails.
    var isLiveOnly: Bool {
        comments.contains { $0.hasPrefix("# live only") } || steps.contains { $0.action.touchesStorage }
    }

    /// The folder of the conversations.
    static let folder = root + "/Tests/Conversations"
    /// The package.
    static let root = #filePath.split(separator: "/").dropLast(4).reduce("") { "\($0)/\($1)" }

    /// All conversations of `Tests/Conversations`.
    static func all() throws -> [Conversation] {
        try Files.list(folder).filter { $0.hasSuffix(".txt") }.sorted().map { name in
            let path = "\(folder)/\(name)"
            let text = String(decoding: try Files.read(path, limit: 1 << 20), as: UTF8.self)
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            return try Conversation(name: name, path: path, lines: lines[...])
        }
    }

    /// The examples of PROTOCOL.md: each block of the language `conversation` is one.
    static func examples() throws -> [Conversation] {
        let path = root + "/PROTOCOL.md"
        let text = String(decoding: try Files.read(path, limit: 1 << 20), as: UTF8.self)
        var rest = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
        var examples: [Conversation] = []
        while let start = rest.firstIndex(of: "```conversation") {
            let block = rest[(start + 1)...].prefix { $0 != "```" }
            examples.append(try Conversation(name: "PROTOCOL.md:\(start + 1)", path: path, lines: block))
            rest = rest[block.endIndex...]
        }
        return examples
    }

    /// Reads lines, whose indices are their numbers in the file, counted from 0.
    init(name: String, path: String, lines: ArraySlice<Substring>) throws {
        self.name = name
        self.path = path
        for (index, line) in zip(lines.indices, lines) {
            let trimmed = line.drop { $0 == " " }
            if trimmed.isEmpty { continue }
            if trimmed.hasPrefix("#") {
                comments.append(trimmed)
            } else if trimmed.hasPrefix("|") {
                guard case .mail(var letter?)? = steps.last?.action else {
                    throw Misread(path: path, line: index + 1, why: "a line of a mail without a mail")
                }
                letter.text += trimmed.dropFirst(trimmed.hasPrefix("| ") ? 2 : 1) + "\r\n"
                steps[steps.count - 1].action = .mail(letter)
            } else {
                let words = trimmed.split(separator: " ", maxSplits: 1)
                guard words.count == 2, let action = Conversation.action(words[0], words[1].drop { $0 == " " }) else {
                    throw Misread(path: path, line: index + 1, why: "what is this? \(trimmed)")
                }
                if case .desk(let said) = action, said.count == 3, said[0] == "with" {
                    settings.append((said[1], said[2]))
                } else {
                    steps.append(Step(line: index + 1, who: String(words[0]), action: action))
                }
            }
        }
    }

    struct Misread: Error, CustomStringConvertible {
        let path: String
        let line: Int
        let why: String

        var description: String { "\(path):\(line): \(why)" }
    }

    private static func action(_ who: Substring, _ rest: Substring) -> Step.Action? {
        switch who {
        case "mail" where rest == "again": return .mail(nil)
        case "mail" where rest.hasPrefix("from "):
            let words = rest.split(separator: " ").map(String.init)
            guard words.count >= 4, words[2] == "to" else { return nil }
            return .mail(Letter(from: words[1] == "<>" ? "" : words[1], to: Array(words[3...])))
        case "clock": return .clock(String(rest.drop { $0 == "+" || $0 == " " }))
        case "desk": return .desk(rest.split(separator: " ").map(String.init))
        default: break
        }
        let text = String(rest.dropFirst(rest.dropFirst().first == " " ? 2 : 1))
        switch rest.first {
        case ">": return .say(text)
        case "&": return .send(text)
        case "<": return .hear(text)
        case "~": return .hearSoon(text)
        case ".": return .hearNothing
        case "/": return .endInput
        case "!": return .tear
        case "(": return .read(false)
        case ")": return .read(true)
        case "x": return .expectClosed
        default: return nil
        }
    }
}

extension Conversation.Step.Action {
    fileprivate var touchesStorage: Bool {
        if case .desk(let words) = self { words.first == "storage" } else { false }
    }
}

extension Conversation: CustomTestStringConvertible {
    var testDescription: String { name }
}
