import DeskPost
import Glibc

/// The mail worker of a desk: `zuruf-mail read` and `zuruf-mail send`. Not to be started by hand.
func start() -> Int32 {
    guard CommandLine.arguments.count == 2, let role = Worker.Role(rawValue: CommandLine.arguments[1]) else {
        complain("usage: zuruf-mail read|send; the desk starts it and speaks to it")
        return EX_USAGE
    }
    do {
        try Worker.run(role)
        return 0
    } catch {
        complain("zuruf-mail: \(error)")
        return EX_SOFTWARE
    }
}

/// One line for the desk's log.
func complain(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = unsafe bytes.withUnsafeBytes { unsafe write(2, $0.baseAddress, $0.count) }
}

exit(start())
