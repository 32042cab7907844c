import Glibc

/// The terminal of this process, showing nothing of what is typed until this value goes.
///
/// A signal that ends the process lets it show again first, for nobody else would; ^Z does nothing meanwhile.
struct SilentTerminal: ~Copyable {
    private let descriptor: Int32
    private let before: termios
    private let dispositions: [(signal: Int32, before: sigaction)]

    private static let ends = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]

    /// `nil`: this process has no terminal.
    init?() {
        let descriptor = unsafe open("/dev/tty", O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        var before = termios()
        guard unsafe tcgetattr(descriptor, &before) == 0 else {
            close(descriptor)
            return nil
        }
        self.descriptor = descriptor
        self.before = before
        // One that shows nothing anyway is left so by a signal, too.
        let showsKeys = before.c_lflag & tcflag_t(ECHO) != 0
        dispositions = showsKeys ? SilentTerminal.arm() : []
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO)
        unsafe tcsetattr(descriptor, TCSAFLUSH, &silent)
    }

    deinit {
        var before = before
        unsafe tcsetattr(descriptor, TCSAFLUSH, &before)
        for (number, before) in dispositions {
            var before = before
            unsafe sigaction(number, &before, nil)
        }
        close(descriptor)
    }

    /// Asks, and reads a line; `nil` at the end of the input.
    func ask(_ prompt: String) -> String? {
        write(prompt)
        var line = [UInt8](repeating: 0, count: 4096)
        let count = unsafe line.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
        write("\n")
        guard count > 0, line[count - 1] == 0x0A else { return nil }
        return String(decoding: line[..<(count - 1)], as: UTF8.self)
    }

    private func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
    }

    /// Installs the handlers, but for signals that are ignored, and gives what was there before.
    private static func arm() -> [(signal: Int32, before: sigaction)] {
        (ends + [SIGTSTP]).compactMap { number in
            var before = sigaction()
            unsafe sigaction(number, nil, &before)
            let isIgnored = unsafe unsafeBitCast(before.__sigaction_handler.sa_handler, to: Int.self) == 1
            if isIgnored { return nil }
            if number == SIGTSTP { signal(number, SIG_IGN) } else { signal(number, showAndEnd) }
            return (number, before)
        }
    }

    /// Does nothing but what a handler may do (signal-safety(7)); what was half typed is not left for the shell.
    private static let showAndEnd: @convention(c) (Int32) -> Void = { number in
        let path: StaticString = "/dev/tty"
        let terminal = unsafe open(UnsafeRawPointer(path.utf8Start).assumingMemoryBound(to: CChar.self), O_RDWR)
        var settings = termios()
        if unsafe tcgetattr(terminal, &settings) == 0 {
            settings.c_lflag |= tcflag_t(ECHO)
            unsafe tcsetattr(terminal, TCSAFLUSH, &settings)
            let end: StaticString = "\n"
            _ = unsafe Glibc.write(terminal, end.utf8Start, end.utf8CodeUnitCount)
        }
        // It waits until this handler returns.
        signal(number, SIG_DFL)
        raise(number)
    }
}
