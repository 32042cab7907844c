internal import DeskCrypto
internal import DeskModel
internal import DeskNet

/// The commands that administer a desk: the same whether it runs or not.
///
/// Passwords become keys and tokens digests here, in the shell's own process; what goes on is a `ShellRequest`.
enum AdministrationCommand {
    static let state = [
        ShellOption("state", "DIR", "the desk's state directory [/var/lib/zuruf]"),
        ShellOption("config", "FILE", "its configuration file, for `state` and `password-iterations`"),
    ]
    private static let password = [
        NewPassword.option,
        ShellOption("password-iterations", "N", "rounds of PBKDF2 [100000]"),
    ]
    private static let asking = [ShellOption("yes", nil, "do it without asking")]
    private static let queue = [
        options("address", "lease", "guard", "held"),
        [ShellOption("reply-file", "FILE", "a file with the text of the automatic reply; empty: the desk's own")],
        options("automatic", "default", "cc"),
    ].flatMap { $0 }

    static let verbs: [ShellVerb] = [
        verb("agent add", "NAME [--rights QUEUE=RIGHTS…]", "a new agent", options("admin", "bot", "rights") + password),
        verb("agent passwd", "NAME", "another password", password),
        verb("agent rights", "NAME QUEUE=RIGHTS…", "other rights, of r w m l or -; * is every queue", []),
        verb("agent flags", "NAME admin|bot|-…", "what he is from now on", []),
        verb("agent retire", "NAME", "deactivates an agent, after showing what that does", asking),
        verb("agent list", "", "who works here", []),
        verb("queue add", "NAME [--address ADDRESS…]", "a new queue", queue),
        verb("queue set", "NAME [--WHAT VALUE…]", "other settings of a queue", queue),
        verb("queue list", "", "the queues and their settings", []),
        verb(
            "customer join", "ADDRESS OTHER-ADDRESS", "makes two customers one, after showing what that does", asking),
        verb(
            "customer split", "ADDRESS OTHER-ADDRESS",
            "undoes a join: OTHER-ADDRESS is a customer of its own, with the tickets it opened", []),
        verb("customer address", "ADDRESS NEW-ADDRESS", "one more address of a customer", []),
        verb("customer flags", "ADDRESS relay|no-reply|unguarded|guarded|-…", "what they are from now on", []),
        verb("customer show", "ADDRESS", "what is known of a customer", []),
        verb("token add", "AGENT NAME", "a token for a program, shown once", []),
        verb("token revoke", "AGENT NAME", "it is void", []),
        ShellVerb("passwd", "NAME", "the same as agent passwd", state + password) { words, console throws(ShellError) in
            try run(["agent", "passwd"], state + password, words, console)
        },
        verb("clock advance", "TIME", "sets a desk's clock on that is set by hand", []),
        verb("status", "", "how the desk is", []),
    ]

    private static func options(_ names: String...) -> [ShellOption] {
        names.compactMap { name in ShellRequest.options.first { $0.name == name } }
    }

    private static func verb(_ name: String, _ form: String, _ summary: String, _ options: [ShellOption]) -> ShellVerb {
        ShellVerb(name, form, summary, options + state) { words, console throws(ShellError) in
            try run(name.split(separator: " ").map(String.init), options + state, words, console)
        }
    }

    private static func run(
        _ name: [String], _ options: [ShellOption], _ words: [String], _ console: Console
    ) throws(ShellError) -> Int32 {
        let said = try ShellWords(words, options: options)
        let settings = try Settings(said)
        let (request, secret) = try seal(name, said, settings, console)
        // What is wrong with the words is told before anything is asked of the desk.
        let parsed = try ShellRequest(request)
        var console = console
        let directory = StateDirectory(path: settings.state)
        try directory.becomeOwner(&console)
        if parsed == .status, try !directory.isServed() {
            console.print("running=no")
            return Shell.notRunning
        }
        if case .administer(let change) = parsed, change.isConfirmed, !said.has("yes") {
            let preview = try directory.fulfil(["--preview"] + request, .preview(change), settings)
            try confirm(preview, console)
        }
        let reply = try directory.fulfil(request, parsed, settings)
        for line in reply.lines { console.print(line) }
        if let failure = reply.failure { throw .failed(failure) }
        if let secret { console.print(secret) }
        return Shell.done
    }

    /// Shows what a change would do and asks for a yes.
    private static func confirm(_ preview: ShellReply, _ console: Console) throws(ShellError) {
        for line in preview.lines { console.print(line) }
        if let failure = preview.failure { throw .failed(failure) }
        guard let answer = console.readAnswer("Go on? [yes/no] ") else {
            throw .failed("nothing is changed: without a terminal say --yes")
        }
        guard answer == "yes" else { throw .failed("nothing is changed") }
    }

    /// The request's words, secrets replaced, and what is to be printed when it is done.
    private static func seal(
        _ name: [String], _ said: ShellWords, _ settings: Settings, _ console: Console
    ) throws(ShellError) -> (request: [String], secret: String?) {
        var request = said
        request.plain = name + said.plain
        request.options.removeAll { option in !ShellRequest.options.contains { $0.name == option.name } }
        var secret: String?
        // A bot logs in by tokens, unless somebody wants otherwise.
        let hasPassword = !said.has("bot") || said.has(NewPassword.option.name)
        switch name {
        case ["agent", "add"] where hasPassword, ["agent", "passwd"] where hasPassword:
            guard let agent = said.plain.first else { throw .usage("NAME is missing") }
            let password = try NewPassword.get(said, for: agent, console)
            let key = PasswordKey(password: password.text, iterations: settings.passwordIterations)
            request.options.append(("key", key.text))
            if password.isMadeUp { secret = "password of \(agent): \(password.text)" }
        case ["token", "add"]:
            let token = Token()
            request.options.append(("digest", Base64.standard.encode(token.digest.bytes)))
            secret = token.text
        case ["queue", "add"], ["queue", "set"]:
            guard let path = said.value(of: "reply-file") else { break }
            request.options.append(("reply", try replyText(path)))
        default: break
        }
        return (request.words, secret)
    }

    private static func replyText(_ path: String) throws(ShellError) -> String {
        do {
            let bytes = try Files.read(path, limit: Limits.reply, mayWait: true)
            guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
                throw ShellError.failed("\(path) is not UTF-8 text")
            }
            return text
        } catch let error as ShellError {
            throw error
        } catch {
            throw .failed("\(error)")
        }
    }
}

extension Administration {
    /// Whether a slip of the hand would be hard to take back.
    fileprivate var isConfirmed: Bool {
        switch self {
        case .retireAgent, .joinCustomers: true
        default: false
        }
    }
}

extension StateDirectory {
    /// Whether a server answers for the desk here.
    fileprivate func isServed() throws(ShellError) -> Bool {
        try requireDesk()
        return try dialogue() != nil
    }

    /// Has a request fulfilled: by the server if one runs, else here, under the lock.
    fileprivate func fulfil(
        _ words: [String], _ request: ShellRequest, _ settings: Settings
    ) throws(ShellError) -> ShellReply {
        try requireDesk()
        guard let dialogue = try dialogue() else {
            let desk = try StoppedDesk(settings, log: .standardError(isJournal: false))
            defer { desk.close() }
            return try desk.fulfil(request)
        }
        do throws(Dialogue.Broken) {
            return try ask(words, dialogue)
        } catch {
            throw .failed("the desk: \(error.why)")
        }
    }

    /// A connection to the server; `nil`: none runs.
    private func dialogue() throws(ShellError) -> Dialogue? {
        do throws(NetError) {
            return try Dialogue(unixPath: shellSocket, seconds: 60)
        } catch {
            if error.isWithoutListener { return nil }
            throw .failed("the desk does not answer: \(error)")
        }
    }

    private func ask(_ words: [String], _ dialogue: Dialogue) throws(Dialogue.Broken) -> ShellReply {
        var reply = ShellReply()
        try dialogue.say(ShellLine.encode(words))
        while true {
            let line = ShellLine.decode(try dialogue.hear()) ?? []
            switch line.first {
            case "-": reply.lines.append(line.dropFirst().first ?? "")
            case "OK": return reply
            case "ERR":
                reply.failure = line.dropFirst().first ?? "refused"
                return reply
            default: throw Dialogue.Broken(why: "it said something that this program does not know")
            }
        }
    }
}
