import DeskNet
import Testing

/// Where a conversation takes place: in memory, or over TLS against the real programs.
protocol Stage {
    /// Where mails of ours go, one file each.
    var postFolder: String { get }
    /// The desk's state directory.
    var stateFolder: String { get }
    /// Sends bytes.
    func send(_ who: String, _ bytes: [UInt8]) throws
    /// The next line that comes, or `nil` if none comes any more, since the desk has closed the connection.
    func hear(_ who: String) throws -> String?
    /// Ends what this one has to say; he goes on listening.
    func endInput(_ who: String) throws
    /// Tears his connection.
    func tear(_ who: String) throws
    /// Stops or goes on to read what he is told, where that makes a difference.
    func read(_ who: String, _ isReading: Bool) throws
    /// Hands a mail in, as a mail server does, and gives what that is told: `2.0.0 …` if it was taken in.
    func mail(from: String, to: [String], _ bytes: [UInt8]) throws -> String
    /// Sets the clock on.
    func advanceClock(by span: String) throws
    /// Does something to the desk itself; `false` if this stage cannot.
    func desk(_ words: [String]) throws -> Bool
    /// Runs a command of the shell, and gives what it says.
    func shell(_ words: [String]) throws -> [String]
}

extension Stage {
    /// `copy FILE` or `put-back FILE`, of a desk that is down: with what SQLite keeps beside the file.
    func replaceFile(_ words: [String]) throws -> Bool {
        guard words.count == 2, words[0] == "copy" || words[0] == "put-back" else { return false }
        let (file, copy) = ("\(stateFolder)/\(words[1])", "\(stateFolder).\(words[1])")
        let (from, to) = words[0] == "copy" ? (file, copy) : (copy, file)
        for rest in ["", "-wal", "-shm"] { try Files.remove(to + rest) }
        for rest in ["", "-wal"] where Files.exists(from + rest) {
            try Files.write(try Files.read(from + rest, limit: 1 << 26), to: to + rest)
        }
        return true
    }
}

/// One playing of a conversation: what was heard and not yet looked at, and what the names stand for.
private struct Playing {
    let stage: any Stage
    var values: [String: String] = [:]
    /// Lines for those who have no connection: mail servers, the shell, customers.
    var lines: [String: [String]] = [:]
    var lastLetter: Conversation.Letter?
    var opened: Set<String> = []

    /// The next line; nobody has to hear the greeting who has not waited for it.
    mutating func hear(_ who: String, _ pattern: String = "") throws -> String? {
        let heard = try hearLine(who)
        let isGreeting = heard?.hasPrefix("DESK/1 ") == true && !pattern.hasPrefix("DESK/1 ")
        return isGreeting ? try hearLine(who) : heard
    }

    private mutating func hearLine(_ who: String) throws -> String? {
        if who.contains("@"), lines[who, default: []].isEmpty { try openLetter(for: who) }
        guard who == "mail" || who == "shell" || who.contains("@") else { return try stage.hear(who) }
        return lines[who, default: []].isEmpty ? "(nothing)" : lines[who]?.removeFirst()
    }

    /// The next mail to a customer, its header fields unfolded.
    private mutating func openLetter(for customer: String) throws {
        for name in try Files.list(stage.postFolder).sorted() where name.hasSuffix(".eml") && !opened.contains(name) {
            let mail = String(decoding: try Files.read("\(stage.postFolder)/\(name)", limit: 1 << 24), as: UTF8.self)
            let text = mail.replacing("\r\n ", with: " ").replacing("\r\n\t", with: " ")
            guard text.contains("\r\nTo: \(customer)\r\n") || text.contains("<\(customer)>\r\n") else { continue }
            opened.insert(name)
            lines[customer] = text.split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init)
            return
        }
    }

    mutating func say(_ who: String, _ text: String) throws {
        let text = LinePattern.fill(text, known: values)
        if who == "shell" {
            lines[who] = try stage.shell(text.split(separator: " ").map(String.init))
        } else {
            try stage.send(who, Array((text + "\n").utf8))
        }
    }

    mutating func mail(_ letter: Conversation.Letter) throws {
        lastLetter = letter
        let text = LinePattern.fill(letter.text, known: values)
        lines["mail"] = [try stage.mail(from: letter.from, to: letter.to, Array(text.utf8))]
    }

    /// Whether `heard` is what `pattern` says; keeps what the names in it stand for.
    mutating func fits(_ heard: String?, _ pattern: String) -> Bool {
        guard let found = heard.flatMap(LinePattern(pattern, known: values).match) else { return false }
        values.merge(found) { _, new in new }
        return true
    }
}

extension Conversation {
    /// Plays it on a stage; the first thing that is not as it should be is an issue at its line of the file.
    func play(on stage: any Stage) throws {
        var playing = Playing(stage: stage)
        for (index, step) in steps.enumerated() {
            guard let trouble = try perform(step, before: steps.dropFirst(index + 1).first, &playing) else { continue }
            Issue.record(
                "\(name):\(step.line): \(trouble)",
                sourceLocation: SourceLocation(
                    fileID: "Conversations/\(name)", filePath: path, line: step.line, column: 1))
            return
        }
    }

    /// Performs a step, and gives what is wrong.
    private func perform(_ step: Step, before next: Step?, _ playing: inout Playing) throws -> String? {
        switch step.action {
        case .say(let line): try playing.say(step.who, line)
        case .send(let text):
            try playing.stage.send(step.who, LinePattern.bytes(LinePattern.fill(text, known: playing.values)))
        case .hear(let pattern):
            let heard = try playing.hear(step.who, pattern)
            if !playing.fits(heard, pattern) { return "heard: \(heard ?? "nothing, it is closed")" }
        case .hearSoon(let pattern): return try hearSoon(step.who, pattern, &playing)
        case .hearNothing:
            try playing.say(step.who, "@fence ping")
            let heard = try playing.hear(step.who)
            if heard?.hasPrefix("@fence OK pong") != true { return "heard: \(heard ?? "nothing, it is closed")" }
        case .endInput: try playing.stage.endInput(step.who)
        case .tear: try playing.stage.tear(step.who)
        case .read(let isReading): try playing.stage.read(step.who, isReading)
        case .expectClosed:
            if let heard = try playing.hear(step.who) { return "heard: \(heard)" }
        case .mail(let letter):
            guard let letter = letter ?? playing.lastLetter else { return "which mail?" }
            try playing.mail(letter)
            let answer = playing.lines["mail"]?.first ?? ""
            if next?.who != "mail" || next?.action.isHearing != true, !answer.hasPrefix("2.") { return answer }
        case .clock(let span): try playing.stage.advanceClock(by: span)
        case .desk(let words):
            if try !playing.stage.desk(words) { return "nobody here can do that to the desk" }
        }
        return nil
    }

    private func hearSoon(_ who: String, _ pattern: String, _ playing: inout Playing) throws -> String? {
        var others: [String] = []
        while let heard = try playing.hear(who, pattern) {
            if playing.fits(heard, pattern) { return nil }
            others.append(heard)
            if heard == "(nothing)" { break }
        }
        return "heard only: \(others.joined(separator: " ⏎ "))"
    }
}

extension Conversation.Step.Action {
    fileprivate var isHearing: Bool {
        switch self {
        case .hear, .hearSoon: true
        default: false
        }
    }
}
