/// Follows the replies of a mail server and objects where libcurl would go on without a login: it sends the message all
/// the same to a server whose EHLO reply offers no AUTH (RFC 4954), or that knows no EHLO.
///
///     220 ─▶ 2xx of EHLO ─▶ 235 ─▶ anything          (after STARTTLS once more from 220)
///
/// A connection that libcurl uses again begins without a 220 and has logged in before.
struct LoginWatch {
    private enum Stage {
        case greeting
        case hello
        case login
        case done
    }

    /// Why the transfer must not go on; one sentence, no full stop.
    private(set) var objection: String?

    private var greetings: Int
    private var stage = Stage.greeting
    private var offersLogin = false

    /// `greetings`: how many 220 come before the EHLO whose reply counts; with STARTTLS two.
    init(greetings: Int) {
        self.greetings = greetings
    }

    /// Takes a line of a reply: `250-AUTH PLAIN LOGIN`.
    mutating func hear(_ line: String) {
        let code = line.prefix(3)
        let isLast = line.utf8.dropFirst(3).first != UInt8(ascii: "-")
        switch stage {
        case .greeting where code == "220":
            guard isLast else { return }
            greetings -= 1
            if greetings == 0 { stage = .hello }
        case .hello where code == "250":
            // As libcurl reads it: the keyword, a blank, the mechanisms.
            if line.dropFirst(4).uppercased().hasPrefix("AUTH ") { offersLogin = true }
            guard isLast else { return }
            stage = .login
            if !offersLogin { object() }
        case .login where code == "235": stage = .done
        case .login where code.hasPrefix("2"): object()
        case .greeting, .hello, .login, .done: break
        }
    }

    private mutating func object() {
        objection = "the server offers no login (AUTH), which smarthost-user needs"
    }
}
