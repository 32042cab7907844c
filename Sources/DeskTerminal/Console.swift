import Glibc

/// The standard streams, the environment and the terminal of a command-line program.
public enum Console {
    /// Whether lines can be edited: standard input and output are a terminal, and TERM is set and not `dumb`.
    public static var isTerminal: Bool {
        hasKeyboard && isatty(STDOUT_FILENO) == 1 && environment("TERM").map { $0 != "dumb" } ?? false
    }

    /// Whether standard input is a terminal.
    public static var hasKeyboard: Bool { isatty(STDIN_FILENO) == 1 }

    /// The value of an environment variable, or nil if it is unset or empty.
    public static func environment(_ name: String) -> String? {
        guard let value = unsafe getenv(name), unsafe value.pointee != 0 else { return nil }
        return unsafe String(cString: value)
    }

    /// Writes all of a text to standard output or standard error. Blocks. Returns false if a write fails, for example
    /// because the reader has closed the pipe.
    @discardableResult
    public static func write(_ text: String, toError: Bool = false) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let descriptor = toError ? STDERR_FILENO : STDOUT_FILENO
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno != EINTR { return false }
            rest = rest.dropFirst(max(count, 0))
        }
        return true
    }

    /// Reads at most 64 KiB from standard input. Blocks until there is a byte; empty at the end of input and after an
    /// error.
    public static func read() -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, filled in
            var count = 0
            repeat {
                count = unsafe Glibc.read(STDIN_FILENO, buffer.baseAddress, buffer.count)
            } while count < 0 && errno == EINTR
            filled = max(count, 0)
        }
    }

    /// Waits until one of the descriptors is readable or `writing` is writable, and returns those that are ready.
    ///
    /// Descriptors of -1 are ignored (poll(2)). Returns an empty set after `timeout`; nil waits without a limit.
    public static func wait(for reading: [Int32], writing: Int32 = -1, timeout: Duration? = nil) -> Set<Int32> {
        var polled = reading.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        polled.append(pollfd(fd: writing, events: Int16(POLLOUT), revents: 0))
        let milliseconds = timeout.map { Int32(clamping: Int64($0 / .milliseconds(1))) } ?? -1
        while unsafe poll(&polled, nfds_t(polled.count), milliseconds) < 0, errno == EINTR {}
        return Set(polled.filter { $0.revents != 0 }.map(\.fd))
    }

    /// Whether standard output is a terminal with colors and NO_COLOR (no-color.org) is not set.
    public static var supportsColor: Bool {
        isatty(STDOUT_FILENO) == 1 && environment("NO_COLOR") == nil && environment("TERM") != "dumb"
    }

    /// Writes a question to standard error and reads a line from the terminal, without its line ending.
    ///
    /// With `isSecret`, typed characters are not echoed. The terminal mode is always restored. Throws `unusable` if
    /// standard input is not a terminal, and `canceled` after a signal or at the end of input.
    public static func ask(_ question: String, isSecret: Bool = false) throws(TerminalError) -> [UInt8] {
        guard hasKeyboard else { throw .unusable }
        let signals = TerminalSignals()
        var before = termios()
        guard unsafe tcgetattr(STDIN_FILENO, &before) == 0 else { throw .unusable }
        var silent = before
        if isSecret { silent.c_lflag &= ~tcflag_t(ECHO) }
        unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        defer {
            unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
            if isSecret { write("\n", toError: true) }
        }
        write(question, toError: true)
        // Signals are read from a descriptor, so that none can end the process while echo is off.
        while !wait(for: [STDIN_FILENO, signals.descriptor]).contains(STDIN_FILENO) {
            if let signal = signals.next(), signal != .resize, signal != .stop { throw .canceled }
        }
        let line = read()
        guard line.last == UInt8(ascii: "\n") else { throw .canceled }
        return line.dropLast()
    }

    /// The first line that a shell command prints; nil if the command fails or prints none. Blocks until it exits.
    public static func firstLine(of command: String) -> [UInt8]? {
        guard let output = unsafe popen(command, "r") else { return nil }
        var line: [UInt8] = []
        while case let byte = unsafe getc(output), byte != EOF { line.append(UInt8(truncatingIfNeeded: byte)) }
        guard unsafe pclose(output) == 0 else { return nil }
        return firstLine(line)
    }

    /// The first line of a text, without its line ending; nil if it is empty.
    public static func firstLine(_ text: [UInt8]) -> [UInt8]? {
        let line = text.prefix { !$0.isLineEnd }
        return line.isEmpty ? nil : Array(line)
    }
}
