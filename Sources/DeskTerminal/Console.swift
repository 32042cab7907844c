import Glibc

/// What a program of the command line asks of the system beyond its typed line.
public enum Console {
    /// Whether lines can be edited: standard input and output are a terminal that can be drawn on.
    public static var isTerminal: Bool {
        hasKeyboard && isatty(STDOUT_FILENO) == 1 && environment("TERM").map { $0 != "dumb" } ?? false
    }

    /// Whether a person types what standard input holds.
    public static var hasKeyboard: Bool { isatty(STDIN_FILENO) == 1 }

    /// The value of an environment variable, or nil where it is unset or empty.
    public static func environment(_ name: String) -> String? {
        guard let value = unsafe getenv(name), unsafe value.pointee != 0 else { return nil }
        return unsafe String(cString: value)
    }

    /// Writes a whole text to standard output (or error); false once nobody reads it any more.
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

    /// Reads what standard input holds, waiting for the first byte; empty at its end.
    public static func read() -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, filled in
            var count = 0
            repeat {
                count = unsafe Glibc.read(STDIN_FILENO, buffer.baseAddress, buffer.count)
            } while count < 0 && errno == EINTR
            filled = max(count, 0)
        }
    }

    /// Waits until one of the descriptors can be read, or `writing` can be written, and says which of all can be used.
    ///
    /// A descriptor of -1 is not waited for. The answer is empty when the time (in milliseconds) is over.
    public static func wait(for reading: [Int32], writing: Int32 = -1, milliseconds: Int32 = -1) -> Set<Int32> {
        var polled = reading.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        polled.append(pollfd(fd: writing, events: Int16(POLLOUT), revents: 0))
        while unsafe poll(&polled, nfds_t(polled.count), milliseconds) < 0, errno == EINTR {}
        return Set(polled.filter { $0.revents != 0 }.map(\.fd))
    }

    /// Whether standard output shows colours: it is a terminal that has some, and NO_COLOR (no-color.org) is not set.
    public static var takesColours: Bool {
        isatty(STDOUT_FILENO) == 1 && environment("NO_COLOR") == nil && environment("TERM") != "dumb"
    }

    /// Asks the person at standard input a question, on standard error, and reads the answer.
    ///
    /// What is typed is shown unless the answer is secret.
    public static func ask(_ question: String, secretly: Bool = false) throws(TerminalError) -> [UInt8] {
        guard hasKeyboard else { throw .unusable }
        let signals = TerminalSignals()
        var before = termios()
        guard unsafe tcgetattr(STDIN_FILENO, &before) == 0 else { throw .unusable }
        var silent = before
        if secretly { silent.c_lflag &= ~tcflag_t(ECHO) }
        unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        defer {
            unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
            if secretly { write("\n", toError: true) }
        }
        write(question, toError: true)
        // The signals wait on a descriptor, so no key and no kill leaves the terminal silent.
        while !wait(for: [STDIN_FILENO, signals.descriptor]).contains(STDIN_FILENO) {
            if let signal = signals.next(), signal != .resize, signal != .stop { throw .canceled }
        }
        let answer = read()
        guard answer.last == UInt8(ascii: "\n") else { throw .canceled }
        return answer.dropLast()
    }

    /// The first line that a shell command prints, or nil if it fails or prints none.
    public static func firstLine(of command: String) -> [UInt8]? {
        guard let output = unsafe popen(command, "r") else { return nil }
        var line: [UInt8] = []
        while case let byte = unsafe getc(output), byte != EOF { line.append(UInt8(truncatingIfNeeded: byte)) }
        guard unsafe pclose(output) == 0 else { return nil }
        return firstLine(line)
    }

    /// The first line of a text, without its ending; nil if there is none.
    public static func firstLine(_ text: [UInt8]) -> [UInt8]? {
        let line = text.prefix { !$0.isLineEnd }
        return line.isEmpty ? nil : Array(line)
    }
}
