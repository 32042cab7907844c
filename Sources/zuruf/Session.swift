import DeskTerminal
import Glibc

/// One conversation with a desk, on a terminal or through a pipe.
///
/// ```
///   greeting ──→ login ──→ declaring ──→ open ──→ leaving ──→ end
///      │ ERR       │ ERR                   │ connection lost
///      5           4                       5                    0, or 1 if a reply to a pipe was ERR
/// ```
/// What goes out is counted by `Outgoing`, and every command is owed one final. A pipe is done when its input has ended
/// and all finals are there. `-c` commands go out one after the other, each after the final of the one before. Where no
/// person reads, the desk is told first that nothing counts as read.
final class Session {
    enum Phase { case greeting, login, declaring, open, leaving }

    let link: Link
    private let login: [UInt8]?
    private let isColourful: Bool
    var commands: ArraySlice<String>?
    var phase = Phase.greeting
    var outgoing = Outgoing()
    var finals = 0
    var hasRefusal = false
    private var saidBye = false
    var input: [UInt8] = []
    var inputEnded = false
    private let isTerminal: Bool
    private let isRead: Bool
    var editor: LineEditor?
    var ending: Ending?

    /// Takes over a fresh connection; `login` is the line that logs in, `commands` those of `-c`, if there are any.
    /// `isRead`: a person sees what the desk says.
    init(_ link: Link, login: [UInt8]?, commands: [String], isTerminal: Bool, isRead: Bool, isColourful: Bool) {
        self.link = link
        self.login = login
        self.commands = commands.isEmpty ? nil : commands[...]
        self.isTerminal = isTerminal
        self.isRead = isRead
        self.isColourful = isColourful
    }

    /// Talks until the end and says how it was.
    func run(history: String?) -> Ending {
        while ending == nil, phase != .open, phase != .leaving { _ = step([]) }
        if isTerminal, ending == nil {
            converse(history: history)
        } else {
            while ending == nil { pipe() }
        }
        return ending ?? .done(refusals: hasRefusal)
    }

    /// Waits for the desk and for what else is to be read, takes what the desk says, and returns what can be read.
    func step(_ others: [Int32]) -> Set<Int32> {
        let isLetIn = phase == .open || phase == .leaving
        let ready = Console.wait(
            for: others + [link.descriptor], writing: link.writing,
            milliseconds: link.hasPending ? 0 : isLetIn ? -1 : 30_000)
        if ready.isEmpty, !isLetIn, !link.hasPending { ending = .lost("the other end says nothing") }
        link.flush()
        show(link.receive().filter { hears($0) })
        if let reason = link.end, ending == nil {
            let isOver = saidBye || phase == .leaving && finals == outgoing.commands
            ending = isOver ? .done(refusals: hasRefusal && editor == nil) : .lost(reason + unanswered)
        }
        return ready
    }

    /// What a lost connection leaves unknown.
    private var unanswered: String {
        let count = outgoing.commands - finals
        return count > 0 ? "; \(count == 1 ? "one command" : "\(count) commands") unanswered, outcome unknown" : ""
    }

    /// Takes note of a line of the desk and says whether the person or the pipe is to see it.
    private func hears(_ line: [UInt8]) -> Bool {
        let kind = LineKind(of: line)
        switch phase {
        case .greeting:
            if kind != .greeting {
                ending = .lost("no desk, or one that does not let us in: " + String(neutral: line))
            } else if let login {
                link.send(login)
                phase = .login
            } else {
                phase = .open
            }
            return isTerminal
        case .login:
            if kind == .refused { ending = .loginRefused(String(neutral: line)) }
            guard kind == .ok else { return isTerminal && kind != .refused }
            phase = isRead ? .open : .declaring
            if !isRead { link.send("session reads=no".utf8) }
            return isTerminal
        case .declaring:
            // A desk that does not know the verb has nothing to be told.
            guard kind.isFinal else { return true }
            phase = .open
            return false
        case .open, .leaving:
            guard kind.isFinal else { return true }
            if line.starts(with: "OK bye".utf8) { saidBye = true }
            if phase == .leaving, finals == outgoing.commands { return isTerminal }
            finals += 1
            hasRefusal = hasRefusal || kind == .refused
            return true
        }
    }

    private func show(_ lines: [[UInt8]]) {
        guard !lines.isEmpty else { return }
        let texts = lines.map { line in
            let text = String(neutral: line)
            return isColourful ? LineKind(of: line).painted(text) : text
        }
        if let editor {
            editor.show(texts.joined(separator: "\n"))
        } else if !Console.write(texts.joined(separator: "\n") + "\n") {
            ending = .done(refusals: true)
        }
    }

    /// Says something of our own, apart from what the desk says.
    func say(_ text: String) {
        if let editor { editor.show("zuruf: " + text) } else { Console.write("zuruf: \(text)\n", toError: true) }
    }

    /// Asks for the end; the desk answers what it owes and closes.
    func leave() {
        phase = .leaving
        link.send("quit".utf8)
    }
}
