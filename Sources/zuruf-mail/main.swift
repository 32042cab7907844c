import DeskPost
import Glibc

/// The mail worker of a desk: `zuruf-mail read` and `zuruf-mail send`, started by the desk.
///
/// With `check` after the role it only closes that role's sandbox and prints its layers: `landlock-7,seccomp`.
func start() -> Int32 {
    let words = CommandLine.arguments.dropFirst()
    guard let role = words.first.flatMap(Worker.Role.init(rawValue:)), words.count == 1 || words.last == "check",
        words.count <= 2
    else {
        complain("usage: zuruf-mail read|send [check]; the desk starts it and speaks to it")
        return EX_USAGE
    }
    do {
        if words.count == 2 { say("\(try Sandbox.close(for: role))", to: 1) } else { try Worker.run(role) }
        return 0
    } catch {
        complain("zuruf-mail: \(error)")
        return EX_SOFTWARE
    }
}

/// One line for the desk's log.
func complain(_ line: String) {
    say(line, to: 2)
}

func say(_ line: String, to descriptor: Int32) {
    let bytes = Array((line + "\n").utf8)
    _ = unsafe bytes.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
}

exit(start())
