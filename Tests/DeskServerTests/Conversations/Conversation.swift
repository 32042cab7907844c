import DeskNet
import Testing

/// A conversation as a file tells it: who says what, and what is heard.
///
///     # Two agents reach for one ticket; exactly one has it.          a comment
///     mail    from schmidt@example.org to hotline@desk.example       a mail comes in, its lines behind bars
///             | Subject: Videorekorder
///             |
///             | Guten Tag, …
///     meier   > claim 1                                               meier types a line
///     meier   < OK claimed #1 seq=… lease=… customer=… unread=1 …     this is the next line that he hears
///     meier   ~ OK closed #1 …                                        other lines, then this one
///     schulze .                                                       nothing more is heard by schulze now
///     schulze /                                                       schulze closes his side, and goes on listening
///     schulze x                                                       the desk has closed the connection
///     clock   + 11m                                                   so much later
///     desk    shell agent retire schulze                              somebody at the desk's shell
///     desk    storage full                                            writing fails from now on; `works` ends it
///
/// `…` in what is heard stands for anything within a line. Whoever has not said anything yet is connected by his first
/// step; the greeting is heard by him first, unless he says something before.
struct Conversation {
    /// One step.
    struct Step {
        enum Action: Equatable {
            case say(String)
            case hear(String)
            case hearSoon(String)
            case hearNothing
            case endInput
            case expectClosed
            case mail(from: String, to: [String], bytes: String)
            case clock(String)
            case desk([String])
        }

        let line: Int
        let who: String
        var action: Action
    }

    let name: String
    let path: String
    let steps: [Step]

    /// All conversations of `Tests/Conversations`.
    static func all() throws -> [Conversation] {
        let folder = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" } + "/Conversations"
        return try Files.list(folder).filter { $0.hasSuffix(".txt") }.sorted().map { name in
            let path = "\(folder)/\(name)"
            let text = String(decoding: try Files.read(path, limit: 1 << 20), as: UTF8.self)
            return try Conversation(name: name, path: path, text: text)
        }
    }

    init(name: String, path: String, text: String) throws {
        self.name = name
        self.path = path
        var steps: [Step] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let trimmed = line.drop { $0 == " " }
            if trimmed.isEmpty || trimmed.hasPrefix("#") { continue }
            if trimmed.hasPrefix("|") {
                guard case .mail(let from, let to, let bytes)? = steps.last?.action else {
                    throw Misread(path: path, line: index + 1, why: "a line of a mail without a mail")
                }
                let content = trimmed.dropFirst(trimmed.hasPrefix("| ") ? 2 : 1)
                steps[steps.count - 1].action = .mail(from: from, to: to, bytes: bytes + content + "\r\n")
                continue
            }
            let words = trimmed.split(separator: " ", maxSplits: 1)
            guard words.count == 2, let action = Conversation.action(words[0], words[1]) else {
                throw Misread(path: path, line: index + 1, why: "what is this? \(trimmed)")
            }
            steps.append(Step(line: index + 1, who: String(words[0]), action: action))
        }
        self.steps = steps
    }

    struct Misread: Error, CustomStringConvertible {
        let path: String
        let line: Int
        let why: String

        var description: String { "\(path):\(line): \(why)" }
    }

    private static func action(_ who: Substring, _ rest: Substring) -> Step.Action? {
        let rest = rest.drop { $0 == " " }
        switch who {
        case "mail":
            let words = rest.split(separator: " ").map(String.init)
            guard words.count >= 4, words[0] == "from", words[2] == "to" else { return nil }
            return .mail(from: words[1] == "<>" ? "" : words[1], to: Array(words[3...]), bytes: "")
        case "clock": return .clock(String(rest.drop { $0 == "+" || $0 == " " }))
        case "desk": return .desk(rest.split(separator: " ").map(String.init))
        default: break
        }
        let text = String(rest.dropFirst(rest.dropFirst().first == " " ? 2 : 1))
        switch rest.first {
        case ">": return .say(text)
        case "<": return .hear(text)
        case "~": return .hearSoon(text)
        case ".": return .hearNothing
        case "/": return .endInput
        case "x": return .expectClosed
        default: return nil
        }
    }
}

/// Whether `line` is what `pattern` says, in which `…` stands for anything.
func fits(_ line: String, _ pattern: String) -> Bool {
    let parts = pattern.split(separator: "…", omittingEmptySubsequences: false)
    guard let first = parts.first, line.hasPrefix(first) else { return false }
    if parts.count == 1 { return line == pattern }
    var rest = line.dropFirst(first.count)
    for part in parts.dropFirst().dropLast() where !part.isEmpty {
        guard let found = rest.firstRange(of: part) else { return false }
        rest = rest[found.upperBound...]
    }
    return rest.hasSuffix(parts.last ?? "")
}

extension Substring {
    /// Where `part` stands first.
    fileprivate func firstRange(of part: Substring) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(part) { return start..<index(start, offsetBy: part.count) }
            start = index(after: start)
        }
        return nil
    }
}

/// Where a conversation takes place: in memory, or over TLS against the real program.
protocol Stage {
    /// Sends a line.
    func say(_ who: String, _ line: String) throws
    /// The next line that comes, or `nil` if none comes any more, since the desk has closed the connection.
    func hear(_ who: String) throws -> String?
    /// Ends what this one has to say; he goes on listening.
    func endInput(_ who: String) throws
    /// Hands a mail in, as a mail server does.
    func mail(from: String, to: [String], _ bytes: [UInt8]) throws
    /// Sets the clock on.
    func advanceClock(by span: String) throws
    /// Does something to the desk itself.
    func desk(_ words: [String]) throws
}

extension Conversation {
    /// Plays it on a stage; what is not as it should be is an issue at its line of the file.
    func play(on stage: any Stage) throws {
        for step in steps {
            let place = SourceLocation(fileID: "Conversations/\(name)", filePath: path, line: step.line, column: 1)
            switch step.action {
            case .say(let line): try stage.say(step.who, line)
            case .hear(let pattern):
                let heard = try stage.hear(step.who)
                #expect(
                    heard.map { fits($0, pattern) } == true, "heard: \(heard ?? "nothing, it is closed")",
                    sourceLocation: place)
            case .hearSoon(let pattern): try hearSoon(step.who, pattern, on: stage, place)
            case .hearNothing:
                try stage.say(step.who, "@fence ping")
                let heard = try stage.hear(step.who)
                #expect(
                    heard?.hasPrefix("@fence OK pong") == true, "heard: \(heard ?? "nothing, it is closed")",
                    sourceLocation: place)
            case .endInput: try stage.endInput(step.who)
            case .expectClosed:
                let heard = try stage.hear(step.who)
                #expect(heard == nil, "heard: \(heard ?? "")", sourceLocation: place)
            case .mail(let from, let to, let bytes): try stage.mail(from: from, to: to, Array(bytes.utf8))
            case .clock(let span): try stage.advanceClock(by: span)
            case .desk(let words): try stage.desk(words)
            }
        }
    }

    private func hearSoon(_ who: String, _ pattern: String, on stage: any Stage, _ place: SourceLocation) throws {
        var others: [String] = []
        while let heard = try stage.hear(who) {
            if fits(heard, pattern) { return }
            others.append(heard)
        }
        Issue.record("heard only: \(others.joined(separator: " ⏎ "))", sourceLocation: place)
    }
}
