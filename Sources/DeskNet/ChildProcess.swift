import CLinux
import Glibc

/// A child process: started with posix_spawn(3), connected through pipes or a socket, killed and reaped.
///
/// It inherits descriptors 0, 1 and 2 only, the given environment, and no blocked or ignored signals. Use it on one
/// thread.
public final class ChildProcess {
    /// What a child's standard stream is connected to.
    public enum Stream: Equatable, Sendable {
        /// The stream of this process.
        case inherited
        /// /dev/null.
        case null
        /// A pipe; this process holds the other end, in non-blocking mode.
        case pipe
        /// A socket for both input and output; this process holds the other end, in non-blocking mode.
        case socket
    }

    /// How a child has ended.
    public enum End: Equatable, Sendable, CustomStringConvertible {
        /// Exited with this status.
        case exited(Int32)
        /// Killed by this signal.
        case killed(signal: Int32)
        /// Reaped by other code of this process, so that its status is unknown.
        case lost

        /// `exit status 75`, `killed by signal 9`.
        public var description: String {
            switch self {
            case .exited(let status): "exit status \(status)"
            case .killed(let signal): "killed by signal \(signal)"
            case .lost: "reaped elsewhere, exit status unknown"
            }
        }
    }

    /// The process ID; another process may have it once `reap` has returned an end.
    public let pid: Int32
    // This process's ends. A socket is stored in `output`; `input` is nil then.
    private var input: FileDescriptor?
    private let output: FileDescriptor?
    private let errors: FileDescriptor?
    private var isInputOpen: Bool
    private let isSocket: Bool
    private var end: End?

    /// Starts a program. `arguments` are those after its name; `environment` is its whole environment, as `NAME=value`.
    ///
    /// `input` and `output` must both be `.socket`, or neither. Throws if the program cannot be started; nothing is
    /// left open then.
    public init(
        path: String, arguments: [String] = [], environment: [String] = [], input: Stream = .pipe,
        output: Stream = .pipe, errors: Stream = .inherited
    ) throws(NetError) {
        precondition((input == .socket) == (output == .socket) && errors != .socket, "a socket is input and output")
        let first = try Ends(input, childWrites: false)
        let second = try Ends(output == .socket ? .inherited : output, childWrites: true)
        let third = try Ends(errors, childWrites: true)
        var actions = FileActions()
        actions.connect(first, input, to: 0)
        if output == .socket { actions.connect(first, output, to: 1) } else { actions.connect(second, output, to: 1) }
        actions.connect(third, errors, to: 2)
        actions.closeRest()
        pid = try actions.spawn(path, [path] + arguments, environment)
        isSocket = input == .socket
        isInputOpen = isSocket || input == .pipe
        self.input = isSocket ? nil : first.takeOurs()
        self.output = isSocket ? first.takeOurs() : second.takeOurs()
        self.errors = third.takeOurs()
    }

    /// The descriptor to poll for writing to the child's input; -1 if this process does not hold it.
    public var inputDescriptor: Int32 { isInputOpen ? isSocket ? number(of: output) : number(of: input) : -1 }
    /// The descriptor to poll for the child's output, and for its input if both are a socket; -1 if this process does
    /// not hold it.
    public var outputDescriptor: Int32 { number(of: output) }
    /// The descriptor to poll for the child's standard error; -1 if this process does not hold it.
    public var errorsDescriptor: Int32 { number(of: errors) }

    /// How long it has used processors, in nanoseconds; 0 once it has ended.
    public var processorTime: Int64 {
        var clock = clockid_t()
        var time = timespec()
        guard end == nil, unsafe clock_getcpuclockid(pid, &clock) == 0, unsafe clock_gettime(clock, &time) == 0 else {
            return 0
        }
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// Writes as many bytes to the child's input as fit. Does not block.
    public func send(_ bytes: Span<UInt8>) -> Sent {
        guard isInputOpen else { return .failed(.closed) }
        return isSocket ? ChildProcess.send(bytes, output) : ChildProcess.send(bytes, input)
    }

    /// Reads from the child's output into the front of the buffer; `ended` once the child has closed it. Does not
    /// block.
    public func receive(into buffer: inout [UInt8], limit: Int = .max) -> Received {
        ChildProcess.receive(into: &buffer, limit, output)
    }

    /// Reads from the child's standard error into the front of the buffer. Does not block.
    public func receiveErrors(into buffer: inout [UInt8], limit: Int = .max) -> Received {
        ChildProcess.receive(into: &buffer, limit, errors)
    }

    /// Kills the child if it still runs, and reaps it.
    deinit {
        guard reap() == nil else { return }
        kill()
        _ = wait()
    }

    /// Closes the child's input; most programs exit then.
    public func closeInput() {
        guard isInputOpen else { return }
        isInputOpen = false
        input = nil
        if isSocket { _ = shutdown(outputDescriptor, Int32(SHUT_WR)) }
    }

    /// Sends a signal, unless the child has been reaped: another process may have its ID then.
    public func send(_ signal: Signals.Signal) {
        if end == nil { _ = Glibc.kill(pid, signal.rawValue) }
    }

    /// Sends SIGKILL, unless the child has been reaped. `reap` it afterwards.
    public func kill() {
        if end == nil { _ = Glibc.kill(pid, SIGKILL) }
    }

    /// How the child ended; nil while it runs. Call this after `Signals.Signal.child`. Does not block.
    public func reap() -> End? {
        take(WNOHANG)
    }

    /// Waits until the child has ended. Blocks.
    public func wait() -> End {
        take(0) ?? .lost
    }

    private func take(_ options: Int32) -> End? {
        if let end { return end }
        var status: Int32 = 0
        let found = retrying { unsafe waitpid(pid, &status, options) }
        if found == 0 { return nil }
        let signal = status & 0x7f
        let way: End = found != pid ? .lost : signal == 0 ? .exited(status >> 8 & 0xff) : .killed(signal: signal)
        end = way
        return way
    }

    private func number(of end: borrowing FileDescriptor?) -> Int32 {
        switch end {
        case .some(let end): end.raw
        case .none: -1
        }
    }

    private static func send(_ bytes: Span<UInt8>, _ end: borrowing FileDescriptor?) -> Sent {
        switch end {
        case .some(let end): end.send(bytes)
        case .none: .failed(.closed)
        }
    }

    private static func receive(
        into buffer: inout [UInt8], _ limit: Int, _ end: borrowing FileDescriptor?
    ) -> Received {
        switch end {
        case .some(let end): end.receive(into: &buffer, limit: limit)
        case .none: .failed(.closed)
        }
    }
}

/// The two ends of one stream while a child is being started.
private final class Ends {
    let theirs: FileDescriptor?
    private var ours: FileDescriptor?

    init(_ stream: ChildProcess.Stream, childWrites: Bool) throws(NetError) {
        var pair: [Int32] = [-1, -1]
        switch stream {
        case .inherited, .null:
            theirs = nil
            ours = nil
            return
        case .pipe:
            guard unsafe desk_pipe(&pair) == 0 else { throw .last(doing: "make a pipe") }
        case .socket:
            let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
            guard unsafe socketpair(AF_UNIX, kind, 0, &pair) == 0 else { throw .last(doing: "make a pair of sockets") }
        }
        // pipe(2): the first end is read from, the second written to.
        theirs = FileDescriptor(owning: pair[childWrites ? 1 : 0])
        let mine = FileDescriptor(owning: pair[childWrites ? 0 : 1])
        try mine.setNonBlocking(true)
        ours = consume mine
    }

    func takeOurs() -> FileDescriptor? {
        ours.take()
    }
}

/// Owns a posix_spawn_file_actions_t: what posix_spawn(3) does between fork and exec.
@safe private struct FileActions: ~Copyable {
    private var raw = unsafe posix_spawn_file_actions_t()

    init() {
        unsafe posix_spawn_file_actions_init(&raw)
    }

    deinit {
        var raw = unsafe raw
        unsafe posix_spawn_file_actions_destroy(&raw)
    }

    mutating func connect(_ ends: Ends, _ stream: ChildProcess.Stream, to number: Int32) {
        switch ends.theirs {
        case .some(let theirs): unsafe posix_spawn_file_actions_adddup2(&raw, theirs.raw, number)
        case .none:
            if stream == .null { unsafe posix_spawn_file_actions_addopen(&raw, number, "/dev/null", O_RDWR, 0) }
        }
    }

    mutating func closeRest() {
        unsafe desk_spawn_close_from(&raw, 3)
    }

    mutating func spawn(_ path: String, _ arguments: [String], _ environment: [String]) throws(NetError) -> Int32 {
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe posix_spawnattr_setsigmask(&attributes, &signals)
        unsafe sigaddset(&signals, SIGPIPE)
        unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var pid: Int32 = 0
        let failure = unsafe withCStrings(arguments) { arguments in
            unsafe withCStrings(environment) { environment in
                guard let arguments = arguments.baseAddress else { return EINVAL }
                return unsafe posix_spawn(&pid, path, &raw, &attributes, arguments, environment.baseAddress)
            }
        }
        guard failure == 0 else { throw .system(doing: "start \(path)", errno: failure) }
        return pid
    }

    private func withCStrings<Result>(
        _ strings: [String], _ body: (UnsafeMutableBufferPointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        var pointers = unsafe strings.map { unsafe strdup($0) }
        defer { unsafe pointers.forEach { unsafe free($0) } }
        unsafe pointers.append(nil)
        return unsafe pointers.withUnsafeMutableBufferPointer { unsafe body($0) }
    }
}
