import DeskTerminal
import Glibc

/// A session with a desk, on a terminal, through a pipe, or for the commands of `-c`.
///
/// ```
///   greeting ──→ login ──→ disablingReads ──→ open ──→ closing ──→ exit
///      │ ERR       │ ERR                        │ connection lost
///      5           4                            5                     0, or 1 if a final was ERR (not on a terminal)
/// ```
/// `CommandEncoder` counts the commands sent; the server answers each with one final. A pipe is complete when its input
/// has ended and every final has arrived. A `-c` command is sent after the final of the one before. Where no person
/// reads the output, `session reads=no` is sent after the login, so that the desk does not count messages as read.
final class ClientSession {
    enum Phase { case greeting, login, disablingReads, open, closing }

    let connection: LineConnection
    private let login: [UInt8]?
    private let usesColor: Bool
    /// The `-c` commands not sent yet; nil without `-c`.
    var commands: ArraySlice<String>?
    var phase = Phase.greeting
    var encoder = CommandEncoder()
    var finalCount = 0
    var hasErrors = false
    private var receivedBye = false
    var input: [UInt8] = []
    var inputEnded = false
    private let isInteractive: Bool
    private let isReadByPerson: Bool
    var editor: LineEditor?
    var exitReason: ExitReason?

    /// Takes over a new connection.
    ///
    /// `login`: the line to log in with. `commands`: those of `-c`. `isReadByPerson`: the output goes to a terminal.
    init(
        _ connection: LineConnection, login: [UInt8]?, commands: [String], isInteractive: Bool, isReadByPerson: Bool,
        usesColor: Bool
    ) {
        self.connection = connection
        self.login = login
        self.commands = commands.isEmpty ? nil : commands[...]
        self.isInteractive = isInteractive
        self.isReadByPerson = isReadByPerson
        self.usesColor = usesColor
    }

    /// Runs until the session ends. `history`: the file of the line editor's history.
    func run(history: String?) -> ExitReason {
        while exitReason == nil, phase != .open, phase != .closing { _ = step([]) }
        if isInteractive, exitReason == nil {
            runTerminal(history: history)
        } else {
            while exitReason == nil { stepPipe() }
        }
        return exitReason ?? .completed(hasErrors: hasErrors)
    }

    /// Waits for the connection and the given descriptors, processes what the server sent, and returns the descriptors
    /// that are ready. Until the session is open, 30 seconds of silence end it.
    func step(_ others: [Int32]) -> Set<Int32> {
        let isOpen = phase == .open || phase == .closing
        let ready = Console.wait(
            for: others + [connection.descriptor], writing: connection.writeDescriptor,
            timeout: connection.hasPending ? .zero : isOpen ? nil : .seconds(30))
        if ready.isEmpty, !isOpen, !connection.hasPending { exitReason = .noConnection("the server does not respond") }
        connection.flush()
        show(connection.receive().filter { process($0) })
        if let reason = connection.closeReason, exitReason == nil {
            let isComplete = receivedBye || phase == .closing && finalCount == encoder.commandCount
            exitReason =
                isComplete
                ? .completed(hasErrors: hasErrors && editor == nil) : .noConnection(reason + unansweredCommands)
        }
        return ready
    }

    /// The end of the message for a lost connection: how many commands have no final.
    private var unansweredCommands: String {
        let count = encoder.commandCount - finalCount
        return count > 0 ? "; \(count == 1 ? "one command" : "\(count) commands") unanswered, outcome unknown" : ""
    }

    /// Processes a line from the server; returns whether it is to be shown.
    private func process(_ line: [UInt8]) -> Bool {
        let kind = LineKind(of: line)
        switch phase {
        case .greeting:
            if kind != .greeting {
                exitReason = .noConnection("the server did not accept the connection: " + String(neutral: line))
            } else if let login {
                connection.send(login)
                phase = .login
            } else {
                phase = .open
            }
            return isInteractive
        case .login:
            if kind == .refused { exitReason = .loginRefused(String(neutral: line)) }
            guard kind == .ok else { return isInteractive && kind != .refused }
            phase = isReadByPerson ? .open : .disablingReads
            if !isReadByPerson { connection.send("session reads=no".utf8) }
            return isInteractive
        case .disablingReads:
            // An ERR comes from a server without this verb, which has nothing to disable.
            guard kind.isFinal else { return true }
            phase = .open
            return false
        case .open, .closing:
            guard kind.isFinal else { return true }
            if line.starts(with: "OK bye".utf8) { receivedBye = true }
            if phase == .closing, finalCount == encoder.commandCount { return isInteractive }
            finalCount += 1
            hasErrors = hasErrors || kind == .refused
            return true
        }
    }

    private func show(_ lines: [[UInt8]]) {
        guard !lines.isEmpty else { return }
        let texts = lines.map { line in
            let text = String(neutral: line)
            return usesColor ? LineKind(of: line).colored(text) : text
        }
        if let editor {
            editor.show(texts.joined(separator: "\n"))
        } else if !Console.write(texts.joined(separator: "\n") + "\n") {
            exitReason = .completed(hasErrors: true)
        }
    }

    /// Shows a message of the client itself: above the line being typed, or on standard error.
    func report(_ message: String) {
        if let editor {
            editor.show("zuruf: " + message)
        } else {
            Console.write("zuruf: \(message)\n", toError: true)
        }
    }

    /// Sends `quit`; the server sends the outstanding finals and closes the connection.
    func quit() {
        phase = .closing
        connection.send("quit".utf8)
    }
}
