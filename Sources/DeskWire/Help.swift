/// What `help` says: the tables of this module as text lines.
public enum Help {
    /// What `help` tells about besides verbs.
    static let topics = ["events", "errors", "limits", "bot", "openssl"]

    /// The lines for a topic (`nil`: the overview); `.unknownTopic` if there is nothing to say.
    public static func lines(about topic: String?) throws(Malformed) -> [String] {
        guard let topic else { return overview }
        let word = topic.lowercased()
        switch word {
        case "events": return events
        case "errors": return errors
        case "limits": return limits
        case "bot": return bot
        case "openssl": return openssl
        default: break
        }
        guard let verb = Verb.named(word) else { throw .unknownTopic(topic) }
        let longer = Verb.all.filter { $0.name.hasPrefix(verb.name + " ") }
        return Array(([verb] + longer).map(\.explanation).joined(separator: [""]))
    }

    private static var overview: [String] {
        Verb.all.flatMap(\.forms) + [
            "",
            "T is a ticket: 42, #42 or its public number. TEXT goes to the end of the line; << there begins a block,",
            "lines up to one that is . alone. More: help VERB, or help about \(topics.joined(separator: ", ")).",
        ]
    }

    private static var events: [String] {
        EventKind.all.map { kind in
            line("*", [kind.name, kind.subject, kind.common, kind.pairs], kind.meaning)
        }
    }

    private static var errors: [String] {
        ErrorCode.all.map { code in line("ERR", [code.name, code.subject, code.pairs], code.meaning) }
    }

    private static func line(_ mark: String, _ parts: [String], _ meaning: String) -> String {
        "\(mark) \(parts.filter { !$0.isEmpty }.joined(separator: " ")) : \(meaning)"
    }
}
