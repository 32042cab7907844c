import Glibc

/// Standard output, and whether everything that was printed has got there: a password that is shown once must not be
/// lost on a full disk without a word.
final class StandardOutput {
    /// The errno of the first write that failed; 0: none has.
    private var failure: Int32 = 0

    /// What went wrong with a write; `nil`: nothing has.
    var complaint: String? {
        failure == 0 ? nil : unsafe "cannot write standard output: \(String(cString: strerror(failure)))"
    }

    /// Writes a line.
    func print(_ line: String) {
        let failure = writeLine(line, to: 1)
        if self.failure == 0 { self.failure = failure }
    }
}

/// Writes a line to a descriptor; the errno, or 0.
func writeLine(_ line: String, to descriptor: Int32) -> Int32 {
    var rest = Array("\(line)\n".utf8)[...]
    while !rest.isEmpty {
        let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
        if count < 0, errno != EINTR { return errno }
        rest = rest.dropFirst(max(0, count))
    }
    return 0
}
