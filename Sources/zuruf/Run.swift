import DeskNet
import DeskTerminal

/// Runs the line client and returns its exit status.
func run(_ arguments: some Collection<String>) -> Int32 {
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
        let caller = Caller(options: options, known: try knownServers(options))
        let link = Link(try caller.call())
        let session = Session(
            link, login: try login(options, isTerminal: isTerminal), commands: options.commands,
            isTerminal: isTerminal, isColourful: options.isColourful && Console.takesColours)
        return session.run(history: isTerminal ? history() : nil)
    } catch {
        return error
    }
}

private func knownServers(_ options: Options) throws(Ending) -> KnownServers {
    if let path = options.knownServers { return KnownServers(path: path) }
    do throws(NetError) {
        return KnownServers(path: try ownFile("known-servers", in: "XDG_CONFIG_HOME", else: ".config"))
    } catch {
        throw .usage("\(error)")
    }
}

/// Without a place for it there is no history; that is no reason not to talk.
private func history() -> String? {
    do throws(NetError) {
        return try ownFile("history", in: "XDG_STATE_HOME", else: ".local/state")
    } catch {
        return nil
    }
}

/// The line that logs in, or nil to talk without. A person is asked for what the command line does not say.
private func login(_ options: Options, isTerminal: Bool) throws(Ending) -> [UInt8]? {
    do throws(TerminalError) {
        var user = options.user
        if user == nil, isTerminal { user = String(decoding: try Console.ask("name: "), as: UTF8.self) }
        guard let user, !user.isEmpty else { return nil }
        return Array("login \(user) ".utf8) + (try password(options) ?? [])
    } catch .unusable {
        throw .usage("no password: give --password-file, --password-command or ZURUF_PASSWORD")
    } catch {
        throw .killed(2)
    }
}

/// The password; without one the desk refuses the login in its own words.
private func password(_ options: Options) throws(TerminalError) -> [UInt8]? {
    switch options.password {
    case .file(let path): return firstLine(ofFile: path)
    case .command(let command): return Console.firstLine(of: command)
    case .asked:
        if let password = Console.environment("ZURUF_PASSWORD") { return Array(password.utf8) }
        return try Console.ask("password: ", secretly: true)
    }
}

private func firstLine(ofFile path: String) -> [UInt8]? {
    do throws(NetError) { return Console.firstLine(try Files.read(path, limit: 1 << 16)) } catch { return nil }
}
