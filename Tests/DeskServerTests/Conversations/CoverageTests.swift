import DeskWire
import Testing

/// Nothing of PROTOCOL.md's tables is without a conversation in which it is said or heard.
@Suite struct Coverage {
    private static let steps = Result { try (Conversation.all() + Conversation.examples()).flatMap(\.steps) }

    /// What the first version cannot produce, or not over a line.
    private static let silentCodes: Set<String> = [
        // Merging, trimming and the circle of recipients come later; a bug cannot be ordered; customers are joined at
        // the shell, which has words of its own.
        "merged", "too-old", "internal", "no-such-customer",
    ]

    @Test func `every verb and alias is said`() throws {
        let said = Set(try Coverage.steps.get().compactMap(\.verb))
        let verbs = Verb.all.flatMap { [$0.name] + $0.aliases }
        #expect(verbs.filter { !said.contains($0) } == [])
    }

    @Test func `every OK of every verb is heard`() throws {
        let heard = try Coverage.heard("OK ")
        let finals = Set(Verb.all.flatMap { $0.finals.map { Coverage.word($0) } })
        #expect(finals.filter { !heard.contains($0) }.sorted() == [])
    }

    @Test func `every error code is heard`() throws {
        let heard = try Coverage.heard("ERR ")
        let codes = ErrorCode.all.map(\.name).filter { !Coverage.silentCodes.contains($0) }
        #expect(codes.filter { !heard.contains($0) } == [])
    }

    @Test func `every kind of event is heard`() throws {
        let heard = Set(
            try Coverage.lines().filter { $0.hasPrefix("* ") }.compactMap { line in
                line.split(separator: " ").dropFirst(2).first.map(String.init)
            })
        // No stream shows that something was heard.
        #expect(EventKind.all.map(\.name).filter { !heard.contains($0) }.sorted() == ["heard"])
    }

    @Test(arguments: ["live", "tick", "cut", "lease", "here", "gone", "looking", "hint", "bye"])
    func `every notice is heard`(_ notice: String) throws {
        #expect(try Coverage.heard("~ ").contains(notice))
    }

    @Test(arguments: ["bye why=shutdown", "bye why=login", "bye why=errors", "bye why=admin"])
    func `every farewell is heard`(_ farewell: String) throws {
        #expect(try Coverage.lines().contains { $0.hasPrefix("~ \(farewell)") })
    }

    @Test func `every guarantee is named by a conversation`() throws {
        let comments = try Conversation.all().map { $0.comments.joined(separator: " ") }
        let named = comments.flatMap { comment in
            comment.split(separator: "Guarantee").dropFirst().flatMap { rest in
                rest.prefix { "s ,0123456789#".contains($0) }.split { !"0123456789".contains($0) }.compactMap {
                    Int($0)
                }
            }
        }
        #expect(Set(named).isSuperset(of: 1...12))
    }

    @Test func `every conversation says in its first line what it shows, and names its section of PROTOCOL.md`() throws
    {
        for conversation in try Conversation.all() {
            let head = conversation.comments.prefix(4).joined(separator: " ")
            #expect(head.contains("PROTOCOL.md:"), "\(conversation.name)")
        }
    }

    /// The words behind `mark` in what is heard, tags left out.
    private static func heard(_ mark: String) throws -> Set<String> {
        Set(try lines().filter { $0.hasPrefix(mark) }.map { word($0.dropFirst(mark.count)) })
    }

    private static func word(_ line: some StringProtocol) -> String {
        String(line.prefix { $0 != " " && $0 != "…" })
    }

    /// What is heard, without tags.
    private static func lines() throws -> [Substring] {
        try steps.get().compactMap { step in
            switch step.action {
            case .hear(let text), .hearSoon(let text):
                text.hasPrefix("@") ? text.drop { $0 != " " }.dropFirst() : text[...]
            default: nil
            }
        }
    }
}

extension Conversation.Step {
    /// The verb of what is said, in small letters, `claim next` as one.
    fileprivate var verb: String? {
        guard case .say(let text) = action, who != "shell" else { return nil }
        let words = text.split(separator: " ").drop { $0.hasPrefix("@") || $0.hasPrefix("!") }.map { $0.lowercased() }
        return words.prefix(2) == ["claim", "next"] ? "claim next" : words.first
    }
}
