internal import DeskNet

/// The command line of `zurufd`: one table of commands; help, options and errors come from it.
public enum Shell {
    static let done: Int32 = 0
    static let failed: Int32 = 1
    static let misused: Int32 = 2
    /// `status`: no server runs.
    static let notRunning: Int32 = 3

    /// The version of this program.
    public static let version = "0.1"

    /// Does what the arguments say and gives the exit code: 0, 1 for refused or failed, 2 for words that make no sense,
    /// 3 where `status` finds no server.
    ///
    /// `deliver` alone has codes of its own, which mail servers understand: 0, 69, 75.
    public static func run(_ console: Console) -> Int32 {
        openStandardDescriptors()
        let words = console.arguments
        switch words.first {
        case nil:
            console.complain(overview)
            return misused
        case "help", "--help", "-h": return printHelp(about: Array(words.dropFirst()), console)
        case "version", "--version":
            console.print("zurufd \(version)")
            return done
        default: return obey(words, console)
        }
    }

    private static func printHelp(about words: [String], _ console: Console) -> Int32 {
        guard !words.isEmpty else {
            console.print(overview)
            return done
        }
        guard let help = help(about: words) else { return refuse(words, console) }
        console.print(help)
        return done
    }

    private static func obey(_ words: [String], _ console: Console) -> Int32 {
        guard let (verb, rest) = ShellVerb.find(in: words) else { return refuse(words, console) }
        if asksForHelp(words) {
            console.print(verb.help)
            return done
        }
        do throws(ShellError) {
            return try verb.run(rest, console)
        } catch {
            console.complain("zurufd \(verb.name): \(error.text)")
            guard case .usage = error else { return failed }
            console.complain("usage: \(verb.usage)")
            return misused
        }
    }

    /// One sentence about words that make no command; a group of commands alone gets the help of all of them.
    private static func refuse(_ words: [String], _ console: Console) -> Int32 {
        let plain = words.filter { !$0.hasPrefix("-") }
        let group = ShellVerb.all.filter { $0.words.first == plain.first && $0.words.count > 1 }
        if let first = plain.first, plain.count == 1, let help = help(about: [first]) {
            console.complain(help)
        } else if plain.count > 1, !group.isEmpty {
            let known = group.map(\.name).joined(separator: ", ")
            let name = plain.prefix(2).map { Log.quoted($0) }.joined(separator: " ")
            console.complain("zurufd: there is no command \(name); there are \(known)")
        } else {
            let name = plain.first.map { "there is no command \(Log.quoted($0))" } ?? "a command is missing"
            console.complain("zurufd: \(name); zurufd --help lists the commands")
        }
        return misused
    }

    private static func asksForHelp(_ words: [String]) -> Bool {
        words.prefix { $0 != "--" }.contains { $0 == "--help" || $0 == "-h" }
    }

    static let overview: String = {
        let width = ShellVerb.all.map { $0.usage.count }.filter { $0 <= 44 }.max() ?? 0
        let lines = ShellVerb.all.map { verb in
            let gap = verb.usage.count > width ? "\n" + String(repeating: " ", count: width + 2) : ""
            let pad = gap.isEmpty ? String(repeating: " ", count: width - verb.usage.count) : gap
            return "  \(verb.usage)\(pad)  \(verb.summary)"
        }
        return "usage:\n" + lines.joined(separator: "\n")
            + "\n\nEvery command knows --help. Exit status: 0 done, 1 refused or failed, 2 not understood,"
            + "\n3 no server runs (status)."
    }()

    private static func help(about words: [String]) -> String? {
        let verbs = ShellVerb.all.filter { $0.words.starts(with: words) }
        return verbs.isEmpty ? nil : verbs.map(\.help).joined(separator: "\n\n")
    }
}

/// One command of the shell.
struct ShellVerb: Sendable {
    /// One or two words: `agent add`.
    let words: [String]
    /// What follows them.
    let form: String
    /// What it does, one line.
    let summary: String
    /// Its options.
    let options: [ShellOption]
    /// Does it with the words that follow, and gives the exit code.
    let run: @Sendable ([String], Console) throws(ShellError) -> Int32

    init(
        _ name: String, _ form: String, _ summary: String, _ options: [ShellOption],
        _ run: @escaping @Sendable ([String], Console) throws(ShellError) -> Int32
    ) {
        words = name.split(separator: " ").map(String.init)
        self.form = form
        self.summary = summary
        self.options = options
        self.run = run
    }

    var name: String { words.joined(separator: " ") }

    var usage: String { form.isEmpty ? "zurufd \(name)" : "zurufd \(name) \(form)" }

    /// Usage, what it does, options.
    var help: String {
        let width = options.map { $0.left.count }.max() ?? 0
        let lines = options.map { option in
            "\n  \(option.left)\(String(repeating: " ", count: width - option.left.count))  \(option.help)"
        }
        return "\(usage)\n  \(summary)" + lines.joined()
    }

    /// The command that `words` name, and its arguments; options may stand before and between its words, too.
    static func find(in words: [String]) -> (verb: ShellVerb, rest: [String])? {
        for verb in all.sorted(by: { $0.words.count > $1.words.count }) {
            if let rest = verb.rest(of: words) { return (verb, rest) }
        }
        return nil
    }

    /// What `words` say beyond the words of this command; `nil`: they name another one.
    private func rest(of words: [String]) -> [String]? {
        var missing = self.words[...]
        var rest: [String] = []
        var others = words[...]
        while let expected = missing.first, let word = others.popFirst() {
            guard word.hasPrefix("--") else {
                guard word == expected else { return nil }
                missing = missing.dropFirst()
                continue
            }
            rest.append(word)
            // Whether an option has a value is known of this command's own ones; others are refused later.
            let hasValue = options.contains { "--\($0.name)" == word && $0.form != nil }
            if hasValue, let value = others.popFirst() { rest.append(value) }
        }
        return missing.isEmpty ? rest + others : nil
    }

    /// Every command there is.
    static let all: [ShellVerb] =
        [
            ShellVerb(
                "serve", "[--config FILE] [--WORD VALUE…]", "opens the desk; runs until SIGTERM", ServeCommand.options,
                ServeCommand.run),
            ShellVerb(
                "init", "[--state DIR] [--admin NAME]", "sets a new desk up: certificate, queues, first admin",
                InitCommand.options, InitCommand.run),
            PinCommand.verb,
            BackupCommand.verb,
            RestoreCommand.verb,
            ShellVerb(
                "deliver", "[--from ADDRESS] [RECIPIENT…] <MAIL", "hands a mail in; for pipes of mail servers",
                Deliver.options
            ) { words, console in Deliver.run(words, console) },
        ] + AdministrationCommand.verbs
}

extension ShellOption {
    /// The option as it is typed.
    fileprivate var left: String { "--\(name)" + (form.map { " \($0)" } ?? "") }
}
