import DeskNet
import DeskTerminal
import Glibc

/// Runs the line client and returns its exit status.
func run(_ arguments: some Collection<String>) -> Int32 {
    openStandardDescriptors()
    Signals.ignoreBrokenPipes()
    if arguments.contains("--help") {
        Console.write(Options.form + "\n")
        return 0
    }
    var ending: Ending
    do throws(Options.Usage) {
        ending = converse(try Options(arguments))
    } catch {
        ending = .usage("\(error.reason)\n\(Options.form)")
    }
    if let sentence = ending.sentence { Console.write("zuruf: \(sentence)\n", toError: true) }
    return ending.status
}

private func converse(_ options: Options) -> Ending {
    do throws(Ending) {
        let isTerminal = Console.isTerminal && options.commands.isEmpty
        guard isTerminal || !Console.hasKeyboard || !options.commands.isEmpty else {
            // Without the editor a paste would run as commands.
            return .usage("typing needs a terminal that can be drawn on, at both ends; or give -c, or a pipe")
        }
        let link = Link(try Caller(options: options).call())
        let session = Session(
            link, login: try login(options, isTerminal: isTerminal), commands: options.commands,
            isTerminal: isTerminal, isRead: Console.isTerminal,
            isColourful: options.isColourful && Console.takesColours)
        return session.run(history: isTerminal ? history() : nil)
    } catch {
        return error
    }
}

/// Where the history is kept. Without a place for it there is none; that is no reason not to talk.
private func history() -> String? {
    do throws(NetError) {
        guard let path = ownFile("history", in: "XDG_STATE_HOME", else: ".local/state") else { return nil }
        try makeFolders(above: path)
        return path
    } catch {
        return nil
    }
}

/// The line that logs in, or nil to talk without. A person is asked for what the command line does not say.
private func login(_ options: Options, isTerminal: Bool) throws(Ending) -> [UInt8]? {
    var user = options.user
    if user == nil, isTerminal { user = String(decoding: try ask("name: "), as: UTF8.self) }
    guard let user, !user.isEmpty else { return nil }
    return Array("login \(user) ".utf8) + (try password(options))
}

private func password(_ options: Options) throws(Ending) -> [UInt8] {
    var password: [UInt8]?
    switch options.password {
    case .file(let path):
        do throws(NetError) {
            password = Console.firstLine(try Files.read(path, limit: 1 << 16, mayWait: true))
        } catch {
            throw .usage("\(error)")
        }
    case .command(let command): password = Console.firstLine(of: command)
    case .asked: password = Console.environment("ZURUF_PASSWORD").flatMap { Console.firstLine(Array($0.utf8)) }
    }
    if password == nil, options.password == .asked { password = try ask("password: ", secretly: true) }
    guard let password, !password.isEmpty else { throw .usage("the password is empty") }
    return password
}

private func ask(_ question: String, secretly: Bool = false) throws(Ending) -> [UInt8] {
    do throws(TerminalError) {
        return try Console.ask(question, secretly: secretly)
    } catch .unusable {
        throw .usage("no password: give --password-file, --password-command or ZURUF_PASSWORD")
    } catch {
        throw .killed(SIGINT)
    }
}
