import DeskPost
import Glibc

/// Closes the box of the reading or sending worker around itself, tries one thing, and says how that ended.
func probe() -> Int32 {
    let arguments = CommandLine.arguments
    guard arguments.count == 3 else { return EX_USAGE }
    do {
        if arguments[1] == "read" {
            let abi = try Sandbox.closeForReading()
            say("landlock \(abi)")
        } else {
            try Sandbox.closeForSending()
        }
    } catch {
        say("\(error)")
        return EX_SOFTWARE
    }
    errno = 0
    say(attempt(arguments[2]) ? "done" : "refused \(errno)")
    return 0
}

/// Whether it was allowed; errno tells why not.
func attempt(_ what: String) -> Bool {
    switch what {
    case "socket": return socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) >= 0
    case "unix": return socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0) >= 0
    case "fork":
        var pid: Int32 = 0
        var arguments: [UnsafeMutablePointer<CChar>?] = unsafe [nil]
        let result = unsafe posix_spawn(&pid, "/bin/true", nil, nil, &arguments, nil)
        errno = result
        return result == 0
    case "exec":
        var arguments: [UnsafeMutablePointer<CChar>?] = unsafe [nil]
        return unsafe execve("/bin/true", &arguments, &arguments) == 0
    case "passwd": return unsafe open("/etc/passwd", O_RDONLY) >= 0
    case "memory": return unsafe open("/proc/self/mem", O_RDWR) >= 0
    case "create": return unsafe open("/tmp/desk-probe-must-not-exist", O_WRONLY | O_CREAT, 0o600) >= 0
    case "unlink": return unsafe unlink("/tmp/desk-probe-must-not-exist") == 0
    case "parent": return kill(getppid(), 0) == 0
    case "space": return unsafe malloc(2 << 30) != nil
    case "thread": return startsThread()
    case "japanese": return converts("ISO-2022-JP") && converts("EUC-JP") && converts("GB18030")
    default: return false
    }
}

func converts(_ charset: String) -> Bool {
    let converter = unsafe iconv_open("UTF-8", charset)
    return Int(bitPattern: converter) != -1
}

func startsThread() -> Bool {
    var thread = pthread_t()
    guard unsafe pthread_create(&thread, nil, { _ in nil }, nil) == 0 else { return false }
    return pthread_join(thread, nil) == 0
}

func say(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = unsafe bytes.withUnsafeBytes { unsafe write(1, $0.baseAddress, $0.count) }
}

exit(probe())
