import DeskNet
import DeskTerminal
import Glibc

/// Runs the line client and returns its exit status.
func run(_ arguments: some Collection<String>) -> Int32 {
    openStandardDescriptors()
    Signals.ignoreBrokenPipes()
    if arguments.contains("--help") {
        Console.write(ClientOptions.usage + "\n")
        return 0
    }
    var reason: ExitReason
    do throws(ClientOptions.UsageError) {
        reason = runSession(try ClientOptions(arguments))
    } catch {
        reason = .usage("\(error.reason)\n\(ClientOptions.usage)")
    }
    if let message = reason.message { Console.write("zuruf: \(message)\n", toError: true) }
    return reason.status
}

private func runSession(_ options: ClientOptions) -> ExitReason {
    do throws(ExitReason) {
        let isInteractive = Console.isTerminal && options.commands.isEmpty
        guard isInteractive || !Console.hasKeyboard || !options.commands.isEmpty else {
            // Without the line editor, pasted text would be executed as commands.
            return .usage("typing requires a terminal for input and output (TERM is not dumb); use -c or a pipe")
        }
        let connection = LineConnection(try Connector(options: options).connect())
        let session = ClientSession(
            connection, login: try login(options, isInteractive: isInteractive), commands: options.commands,
            isInteractive: isInteractive, isReadByPerson: Console.isTerminal,
            usesColor: options.usesColor && Console.supportsColor)
        return session.run(history: isInteractive ? historyFile() : nil)
    } catch {
        return error
    }
}

/// The path of the history file; nil, and no history, if its folder cannot be created.
private func historyFile() -> String? {
    do throws(NetError) {
        guard let path = userFile("history", in: "XDG_STATE_HOME", else: ".local/state") else { return nil }
        try makeFolders(above: path)
        return path
    } catch {
        return nil
    }
}

/// The `login` line, or nil for a session without a login. Asks for what the command line does not give.
private func login(_ options: ClientOptions, isInteractive: Bool) throws(ExitReason) -> [UInt8]? {
    var user = options.user
    if user == nil, isInteractive { user = String(decoding: try ask("name: "), as: UTF8.self) }
    guard let user, !user.isEmpty else { return nil }
    return Array("login \(user) ".utf8) + (try password(options))
}

private func password(_ options: ClientOptions) throws(ExitReason) -> [UInt8] {
    var password: [UInt8]?
    switch options.passwordSource {
    case .file(let path):
        do throws(NetError) {
            password = Console.firstLine(try Files.read(path, limit: 1 << 16, mayWait: true))
        } catch {
            throw .usage("\(error)")
        }
    case .command(let command): password = Console.firstLine(of: command)
    case .environmentOrPrompt:
        password = Console.environment("ZURUF_PASSWORD").flatMap { Console.firstLine(Array($0.utf8)) }
        if password == nil { password = try ask("password: ", isSecret: true) }
    }
    guard let password, !password.isEmpty else { throw .usage("the password is empty") }
    return password
}

private func ask(_ question: String, isSecret: Bool = false) throws(ExitReason) -> [UInt8] {
    do throws(TerminalError) {
        return try Console.ask(question, isSecret: isSecret)
    } catch .unusable {
        throw .usage("no password: use --password-file, --password-command or ZURUF_PASSWORD")
    } catch {
        throw .signal(SIGINT)
    }
}
