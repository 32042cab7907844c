/// The command line of `zurufd`: one table of commands; help, options and errors come from it.
public enum Shell {
    static let done: Int32 = 0
    static let failed: Int32 = 1
    static let misused: Int32 = 2

    /// The version of this program.
    public static let version = "0.1"

    /// Does what the arguments say and gives the exit code: 0, 1 for refused or failed, 2 for words that make no sense.
    ///
    /// `deliver` alone has codes of its own, which mail servers understand: 0, 69, 75.
    public static func run(_ console: Console) -> Int32 {
        let words = console.arguments
        switch words.first {
        case nil:
            console.complain(overview)
            return misused
        case "help", "--help", "-h":
            console.print(help(about: words.dropFirst().first) ?? overview)
            return done
        case "version", "--version":
            console.print("zurufd \(version)")
            return done
        case "deliver" where !asksForHelp(words): return Deliver.run(Array(words.dropFirst()), console)
        default: return obey(words, console)
        }
    }

    private static func obey(_ words: [String], _ console: Console) -> Int32 {
        guard let verb = ShellVerb.named(words) else {
            let known = ShellVerb.all.contains { $0.words.first == words[0] }
            console.complain(
                known
                    ? help(about: words[0]) ?? overview
                    : "zurufd: there is no command \(words[0]); zurufd --help tells those there are")
            return misused
        }
        if asksForHelp(words) {
            console.print(verb.help)
            return done
        }
        do throws(ShellError) {
            return try verb.run(Array(words.dropFirst(verb.words.count)), console)
        } catch {
            console.complain("zurufd \(verb.name): \(error.text)")
            guard case .usage = error else { return failed }
            console.complain("usage: \(verb.usage)")
            return misused
        }
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
            + "\n\nEvery command knows --help. Exit status: 0 done, 1 refused or failed, 2 not understood."
    }()

    private static func help(about word: String?) -> String? {
        let verbs = ShellVerb.all.filter { $0.words.first == word }
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

    /// The command that `words` begin with; the longest.
    static func named(_ words: [String]) -> ShellVerb? {
        all.filter { words.starts(with: $0.words) }.max { $0.words.count < $1.words.count }
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
