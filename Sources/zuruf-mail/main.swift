import DeskPost
import Glibc

/// The mail worker: `zuruf-mail read` parses messages, `zuruf-mail send` transfers them. zurufd starts both and
/// communicates with them over standard input and output.
///
/// With `check` after the role it only enters that role's sandbox and prints its layers: `landlock-7,seccomp`.
func start() -> Int32 {
    let words = CommandLine.arguments.dropFirst()
    guard let role = words.first.flatMap(Worker.Role.init(rawValue:)), words.count == 1 || words.last == "check",
        words.count <= 2
    else {
        report("usage: zuruf-mail read|send [check]; zurufd starts it")
        return EX_USAGE
    }
    do {
        if words.count == 2 {
            write("\(try Sandbox.close(for: role))", to: STDOUT_FILENO)
        } else {
            try Worker.run(role)
        }
        return 0
    } catch {
        report("zuruf-mail: \(error)")
        return EX_SOFTWARE
    }
}

/// Writes a line to standard error, from where zurufd copies it to its log.
func report(_ line: String) {
    write(line, to: STDERR_FILENO)
}

/// Writes a line. Errors are ignored: there is no other place to report them.
func write(_ line: String, to descriptor: Int32) {
    let bytes = Array((line + "\n").utf8)
    _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
}

exit(start())
