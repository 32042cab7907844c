/// Keeps an address with letters beyond ASCII from a server that does not offer SMTPUTF8: libcurl would say it all the
/// same, against RFC 6531 §3.4.
struct UTF8Watch {
    /// The server has answered MAIL FROM of a transfer that needs what it does not offer: the transfer must end here.
    private(set) var isLacking = false
    private var isNeeded = false
    /// Of the connection, which may be kept from one transfer to the next.
    private var isOffered = false
    private var lastCode = ""

    /// A transfer begins.
    mutating func begin(needsUTF8: Bool) {
        (isNeeded, isLacking) = (needsUTF8, false)
    }

    /// Takes a line of a reply.
    mutating func hear(_ line: String) {
        let code = String(line.prefix(3))
        // A 220 greets, or answers STARTTLS: EHLO is what comes next (RFC 5321 §4.1.1.1).
        let isHello = lastCode == "220" && code == "250"
        if isHello, line.dropFirst(4).uppercased().hasPrefix("SMTPUTF8") { isOffered = true }
        if line.utf8.dropFirst(3).first == UInt8(ascii: "-") { return }
        if code == "220" { isOffered = false }
        lastCode = code
        if isNeeded, !isOffered, code == "250", !isHello { isLacking = true }
    }
}
