import CCurl
public import DeskMail
import Glibc

/// Sends mails over SMTP with libcurl, one recipient per transfer.
///
/// The one libcurl handle keeps its connection, so that mails in a row cost one greeting. Not for several threads.
@safe public struct MailTransfer: ~Copyable {
    private let handle: UnsafeMutableRawPointer
    /// Where libcurl writes what went wrong, more exactly than its result code says.
    private let trouble: UnsafeMutablePointer<CChar>
    private let body = Body()

    /// Initialises libcurl.
    public init() throws(PostError) {
        guard desk_curl_global() == CURLE_OK, let handle = unsafe curl_easy_init() else {
            throw .library("curl")
        }
        unsafe self.handle = handle
        unsafe trouble = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe trouble.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        unsafe curl_easy_cleanup(handle)
        unsafe trouble.deallocate()
    }

    /// Sends one mail and says how that ended; never throws, since every failure is one of the outcomes.
    public func send(_ delivery: Delivery) -> DeliveryOutcome {
        guard MailAddress(address: delivery.recipient).isSendable else { return .refused("not an address") }
        guard delivery.sender.isEmpty || MailAddress(address: delivery.sender).isSendable else {
            return .refused("not a sender's address")
        }
        guard isHost(delivery.server.host), isHost(delivery.server.greeting) else {
            return .later("not a server's name")
        }
        let server = delivery.server
        let login = server.user.isEmpty ? nil : LoginWatch(greetings: server.protection == .startTLS ? 2 : 1)
        let needsUTF8 = !(delivery.recipient + delivery.sender).utf8.allSatisfy { $0 < 0x80 }
        body.begin(delivery.message, login: login, needsUTF8: needsUTF8)
        defer { body.bytes = [] }
        unsafe curl_easy_reset(handle)
        unsafe trouble.pointee = 0
        unsafe desk_curl_trouble(handle, trouble)
        guard set(delivery.server), set(delivery.sender) else { return .later("libcurl refuses a setting") }
        return perform(to: delivery.recipient)
    }

    /// Names and addresses of machines: nothing that could end the URL's host.
    private func isHost(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 255
            && name.utf8.allSatisfy {
                $0.isWordByte || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ":")
                    || $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "]")
            }
    }

    private func set(_ server: Delivery.Server) -> Bool {
        let scheme = server.protection == .implicit ? "smtps" : "smtp"
        let security = server.protection == .startTLS ? CURLUSESSL_ALL : CURLUSESSL_NONE
        // The URL's path is the name in EHLO. A signal would interrupt other work: NOSIGNAL.
        var isSet = set(CURLOPT_URL, "\(scheme)://\(server.host):\(server.port)/\(server.greeting)")
        isSet = set(CURLOPT_PROTOCOLS_STR, "smtp,smtps") && isSet
        isSet = set(CURLOPT_USE_SSL, Int(security.rawValue)) && isSet
        isSet = set(CURLOPT_NOSIGNAL, 1) && set(CURLOPT_UPLOAD, 1) && isSet
        isSet = set(CURLOPT_CONNECTTIMEOUT_MS, max(1, server.connectTime)) && isSet
        isSet = set(CURLOPT_TIMEOUT_MS, max(1, server.totalTime)) && isSet
        // Less than a byte a second for so long: the server has fallen silent.
        isSet = set(CURLOPT_LOW_SPEED_LIMIT, 1) && set(CURLOPT_LOW_SPEED_TIME, max(1, server.silence)) && isSet
        if !server.authorities.isEmpty { isSet = set(CURLOPT_CAINFO, server.authorities) && isSet }
        if !server.user.isEmpty {
            isSet = set(CURLOPT_USERNAME, server.user) && set(CURLOPT_PASSWORD, server.password) && isSet
        }
        return isSet
    }

    /// An empty sender makes libcurl say `MAIL FROM:<>`.
    private func set(_ sender: String) -> Bool {
        let address = unsafe Unmanaged.passUnretained(body).toOpaque()
        unsafe desk_curl_reader(handle, read, address)
        unsafe desk_curl_header(handle, hear, address)
        return set(CURLOPT_MAIL_FROM, sender) && set(CURLOPT_INFILESIZE, body.bytes.count)
    }

    private func set(_ option: CURLoption, _ value: String) -> Bool {
        unsafe desk_curl_text(handle, option, value) == CURLE_OK
    }

    private func set(_ option: CURLoption, _ value: Int) -> Bool {
        unsafe desk_curl_long(handle, option, value) == CURLE_OK
    }

    private func perform(to recipient: String) -> DeliveryOutcome {
        // libcurl copies nothing of the list: it must live until the transfer is over.
        guard let recipients = unsafe curl_slist_append(nil, recipient) else { return .later("out of memory") }
        defer { unsafe curl_slist_free_all(recipients) }
        guard unsafe desk_curl_list(handle, CURLOPT_MAIL_RCPT, recipients) == CURLE_OK else {
            return .later("libcurl refuses the recipient")
        }
        let result = unsafe curl_easy_perform(handle)
        if let objection = body.login?.objection { return .later(objection) }
        if body.letters.isLacking {
            return .refused("the mail server takes no address with letters beyond ASCII (SMTPUTF8)")
        }
        let code = unsafe desk_curl_response(handle)
        let told = sentence(about: result)
        let words = body.reply.isEmpty ? told : body.reply
        if result == CURLE_OK { return .accepted(words) }
        // A server that refuses the connection itself says nothing about the mail (RFC 5321 §3.1).
        let isGreeting = unsafe desk_curl_connects(handle) > 0 && body.replies < 2
        return isGreeting ? .later(told) : outcome(code: code, words: words, told: told)
    }

    /// What went wrong in a transfer: the server's refusal, else what libcurl has found.
    private func sentence(about result: CURLcode) -> String {
        let found = unsafe trouble.pointee == 0 ? String(cString: curl_easy_strerror(result)) : String(cString: trouble)
        let isRefusal = body.reply.hasPrefix("4") || body.reply.hasPrefix("5")
        switch result {
        case CURLE_USE_SSL_FAILED where !isRefusal:
            return "the server offers no STARTTLS, which smarthost-security needs"
        case CURLE_LOGIN_DENIED where body.reply.hasPrefix("250"):
            return "the server offers no way to log in that is known here: \(body.reply)"
        case CURLE_RECV_ERROR where !isRefusal, CURLE_GOT_NOTHING where !isRefusal:
            return "the server closed the connection without an answer"
        case CURLE_SSL_CONNECT_ERROR where found.contains("wrong version number"):
            return "the server does not speak TLS on this port"
        case CURLE_SSL_CONNECT_ERROR where found.contains("SSL_ERROR_SYSCALL"):
            return "the server closed the connection during the TLS handshake"
        default: return CleanText.shortened(isRefusal ? "\(found): \(body.reply)" : found, to: 400)
        }
    }

    /// The server's code decides; libcurl's result tells nothing about how a mail was refused. 354 as the last code
    /// means that the mail was on its way: if all of it had gone out, it may have been taken.
    private func outcome(code: Int, words: String, told: String) -> DeliveryOutcome {
        switch code {
        // The codes of a login or a TLS refusal speak of us, not of the mail.
        case 530...539: .later(told)
        case 500...599: .refused(words)
        case 400...499: .later(words)
        case 354: body.sent == body.bytes.count ? .uncertain(told) : .later(told)
        default: .later(told)
        }
    }
}

/// What a transfer reads and hears; libcurl's callbacks get its address.
private final class Body {
    var bytes: [UInt8] = []
    var sent = 0
    /// The server's last reply, in one line.
    var reply = ""
    /// How many replies there were.
    var replies = 0
    /// What makes sure that libcurl logs in, where it has to.
    private(set) var login: LoginWatch?
    /// What keeps addresses from a server that does not take them.
    private(set) var letters = UTF8Watch()
    private var isContinued = false

    /// Forgets what was heard.
    func begin(_ message: [UInt8], login: LoginWatch?, needsUTF8: Bool) {
        (bytes, sent) = (message, 0)
        self.login = login
        letters.begin(needsUTF8: needsUTF8)
        (reply, replies, isContinued) = ("", 0, false)
    }

    /// Takes a line of a reply. Those that explain most have several, each with the code and the enhanced code again.
    func hear(_ line: String) {
        login?.hear(line)
        letters.hear(line)
        let mark = line.utf8.dropFirst(3)
        var text = Substring(mark.dropFirst())
        if isContinued {
            let status = reply.split(separator: " ").dropFirst().first ?? ""
            if text.hasPrefix(status + " ") { text = text.dropFirst(status.count + 1) }
            reply += " " + text
        } else {
            reply = line.prefix(3) + (text.isEmpty ? "" : " " + text)
        }
        reply = CleanText.shortened(reply, to: 400)
        isContinued = mark.first == UInt8(ascii: "-")
        if !isContinued { replies += 1 }
    }

    static func at(_ address: UnsafeMutableRawPointer?) -> Body? {
        unsafe address.map { unsafe Unmanaged<Body>.fromOpaque($0).takeUnretainedValue() }
    }
}

/// libcurl wants bytes of the mail.
private func read(
    _ room: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ address: UnsafeMutableRawPointer?
) -> Int {
    guard let body = unsafe Body.at(address), let room = unsafe room else { return 0 }
    let part = body.bytes[body.sent...].prefix(size * count)
    unsafe UnsafeMutableRawBufferPointer(start: room, count: part.count).copyBytes(from: part)
    body.sent += part.count
    return part.count
}

/// libcurl has a line of the server's reply.
private func hear(
    _ line: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ address: UnsafeMutableRawPointer?
) -> Int {
    guard let body = unsafe Body.at(address), let line = unsafe line else { return 0 }
    let bytes = unsafe UnsafeRawBufferPointer(start: line, count: size * count)
    let reply = unsafe String(decoding: bytes, as: UTF8.self).trimmingBlanks
    // 221 answers the QUIT that follows a refusal, and says nothing of the mail.
    if !reply.hasPrefix("221") { body.hear(reply) }
    // Any other number makes libcurl end the transfer.
    return body.login?.objection == nil && !body.letters.isLacking ? size * count : 0
}
