internal import DeskCrypto
internal import DeskModel

/// What the shell asks of a desk, running or stopped, once secrets have become keys and digests.
enum ShellRequest: Equatable {
    /// A change, all of it or nothing.
    case administer(Administration)
    /// What a change would do, in words for the person who is about to make it.
    case preview(Administration)
    /// A new queue, or other settings of one.
    case queue(QueueName, isNew: Bool, QueueWords)
    /// All agents.
    case agents
    /// All queues.
    case queues
    /// One customer, by any of his addresses.
    case customer(Address)
    /// How the desk is.
    case status
    /// The clock that is set by hand goes on so much.
    case advanceClock(TimeSpan)
}

/// The settings of a queue that were said; the others stay.
struct QueueWords: Equatable {
    var addresses: [Address]?
    var lease: TimeSpan?
    var customerGuard: Queue.Guard?
    var heldMost: Int?
    var reply: String?
    var answersAutomatically: Bool?
    var isDefault: Bool?
    var keepsCc: Bool?

    /// The queue with what was said.
    func applied(to queue: Queue) -> Queue {
        var queue = queue
        if let addresses { queue.addresses = addresses }
        if let lease { queue.lease = lease }
        if let customerGuard { queue.customerGuard = customerGuard }
        if let heldMost { queue.heldMost = heldMost }
        if let reply { queue.automaticReply = reply.isEmpty ? nil : reply }
        if let answersAutomatically { queue.answersAutomatically = answersAutomatically }
        if let isDefault { queue.isDefault = isDefault }
        if let keepsCc { queue.keepsCc = keepsCc }
        return queue
    }
}

extension ShellRequest {
    /// Options of the requests, as they travel; the shell's own options about secrets are gone by then.
    static let options: [ShellOption] = [
        ShellOption("admin", nil, "may administer"),
        ShellOption("bot", nil, "is a program"),
        ShellOption("rights", "QUEUE=RIGHTS", "what he may do there, of r w m l; * is every queue"),
        ShellOption("key", "KEY", "the key of his password"),
        ShellOption("digest", "DIGEST", "the digest of the token"),
        ShellOption("address", "ADDRESS", "mail to it comes here; the first is the sender of answers"),
        ShellOption("lease", "TIME", "how long a claim lasts without work"),
        ShellOption("guard", "ask|strict|off", "who may serve a customer whom a colleague serves"),
        ShellOption("held", "N", "tickets that one agent may hold"),
        ShellOption("reply", "TEXT", "the text of the automatic reply; empty: the desk's own"),
        ShellOption("automatic", "yes|no", "whether mail is answered automatically"),
        ShellOption("default", "yes|no", "whether mail comes here that no queue claims"),
        ShellOption("preview", nil, "show what would change, and change nothing"),
        ShellOption("cc", "keep|drop", "whether an answer goes to everyone that the message went to"),
    ]

    /// Reads the words of a request: `agent add meier --rights=*=rwm --key=…`.
    init(_ words: [String]) throws(ShellError) {
        let sorted = try ShellWords(words, options: ShellRequest.options)
        let reader = RequestReader(words: sorted)
        self = try ShellRequest(reader, sorted)
        if sorted.has("preview"), case .administer(let change) = self { self = .preview(change) }
    }

    private init(_ reader: RequestReader, _ sorted: ShellWords) throws(ShellError) {
        switch (sorted.plain.first ?? "", sorted.plain.dropFirst().first ?? "") {
        case ("agent", let verb): self = try reader.agent(verb)
        case ("queue", let verb): self = try reader.queue(verb)
        case ("customer", let verb): self = try reader.customer(verb)
        case ("token", let verb): self = try reader.token(verb)
        case ("clock", "advance"):
            try reader.allow(3)
            self = .advanceClock(try reader.span(reader.word(2, "TIME")))
        case ("status", _):
            try reader.allow(1)
            self = .status
        default:
            let name = sorted.plain.prefix(2).map { Log.quoted($0) }.joined(separator: " ")
            throw .usage("there is no command \(name)")
        }
    }
}

/// Reads the arguments of one request.
private struct RequestReader {
    let words: ShellWords

    func agent(_ verb: String) throws(ShellError) -> ShellRequest {
        if verb != "rights", verb != "flags" { try allow(verb == "list" ? 2 : 3) }
        switch verb {
        case "list": return .agents
        case "add": return try addAgent()
        case "passwd": return .administer(.setPassword(try agentName(2), try key()))
        case "rights":
            let name = try agentName(2)
            guard words.plain.count > 3 else { throw .usage("QUEUE=RIGHTS is missing, for example *=rwm") }
            return .administer(.setRights(name, try grants(words.plain.dropFirst(3))))
        case "flags":
            let flags = try flags(words.plain.dropFirst(3), known: ["admin", "bot"])
            let name = try agentName(2)
            return .administer(.setFlags(name, isBot: flags.contains("bot"), isAdmin: flags.contains("admin")))
        case "retire": return .administer(.retireAgent(try agentName(2)))
        default: throw .usage("agent add, passwd, rights, flags, retire or list")
        }
    }

    private func addAgent() throws(ShellError) -> ShellRequest {
        let name = try agentName(2)
        let key = words.has("key") ? try key() : nil
        let grants = try grants(words.values(of: "rights")[...])
        return .administer(
            .addAgent(name, isBot: words.has("bot"), isAdmin: words.has("admin"), password: key, grants))
    }

    func queue(_ verb: String) throws(ShellError) -> ShellRequest {
        try allow(verb == "list" ? 2 : 3)
        switch verb {
        case "list": return .queues
        case "add", "set": return .queue(try queueName(2), isNew: verb == "add", try queueWords())
        default: throw .usage("queue add, set or list")
        }
    }

    private func queueWords() throws(ShellError) -> QueueWords {
        var said = QueueWords()
        if words.has("address") { said.addresses = try words.values(of: "address").map(address) }
        if let text = words.value(of: "lease") { said.lease = try span(text) }
        if let text = words.value(of: "guard") {
            switch text {
            case "ask": said.customerGuard = .ask
            case "strict": said.customerGuard = .strict
            case "off": said.customerGuard = .off
            default: throw .usage("--guard is ask, strict or off")
            }
        }
        if let text = words.value(of: "cc") {
            switch text {
            case "keep": said.keepsCc = true
            case "drop": said.keepsCc = false
            default: throw .usage("--cc is keep or drop")
            }
        }
        if let text = words.value(of: "held") {
            said.heldMost = try take("--held") { () throws(Expected) in
                try SettingValue.count(text, in: 1...1_000_000)
            }
        }
        said.reply = words.value(of: "reply")
        said.answersAutomatically = try yes("automatic")
        said.isDefault = try yes("default")
        return said
    }

    func customer(_ verb: String) throws(ShellError) -> ShellRequest {
        if verb != "flags" { try allow(verb == "show" ? 3 : 4) }
        switch verb {
        case "show": return .customer(try address(word(2, "ADDRESS")))
        case "join":
            return .administer(.joinCustomers(try address(word(2, "ADDRESS")), try address(word(3, "OTHER-ADDRESS"))))
        case "split":
            return .administer(.splitCustomer(try address(word(2, "ADDRESS")), try address(word(3, "OTHER-ADDRESS"))))
        case "address":
            return .administer(.addAddress(try address(word(2, "ADDRESS")), try address(word(3, "NEW-ADDRESS"))))
        case "flags":
            let flags = try flags(words.plain.dropFirst(3), known: ["relay", "no-reply", "unguarded", "guarded"])
            return .administer(
                .setCustomerFlags(
                    try address(word(2, "ADDRESS")), isRelay: flags.contains("relay"),
                    wantsNoAutomaticReply: flags.contains("no-reply"), isUnguarded: flags.contains("unguarded"),
                    isGuarded: flags.contains("guarded")))
        default: throw .usage("customer show, join, split, address or flags")
        }
    }

    func token(_ verb: String) throws(ShellError) -> ShellRequest {
        try allow(4)
        let name = try word(3, "NAME")
        guard AgentName(name) != nil else { throw .usage("a token's name is made like an agent's, not \(name)") }
        switch verb {
        case "add":
            guard let digest = words.value(of: "digest").flatMap({ Base64.standard.decode($0) }).flatMap({ Digest($0) })
            else { throw .usage("--digest is a SHA-256 in base64") }
            return .administer(.addToken(try agentName(2), token: name, digest))
        case "revoke": return .administer(.revokeToken(try agentName(2), token: name))
        default: throw .usage("token add or revoke")
        }
    }
}

/// What single words stand for.
extension RequestReader {
    /// Refuses words behind the last one that means something: `agent retire a b` must not retire `a` alone.
    func allow(_ count: Int) throws(ShellError) {
        if words.plain.count > count { throw .usage("what is \(Log.quoted(words.plain[count])) for?") }
    }

    func word(_ index: Int, _ form: String) throws(ShellError) -> String {
        guard words.plain.count > index else { throw .usage("\(form) is missing") }
        return words.plain[index]
    }

    private func agentName(_ index: Int) throws(ShellError) -> AgentName {
        let text = try word(index, "NAME")
        guard let name = AgentName(text), !name.isReserved else {
            throw .usage("\(Log.quoted(text)) can be nobody's name: a-z, then a-z 0-9 . _ -, at most 32")
        }
        return name
    }

    private func queueName(_ index: Int) throws(ShellError) -> QueueName {
        try queueName(try word(index, "NAME"))
    }

    private func queueName(_ text: some StringProtocol) throws(ShellError) -> QueueName {
        guard let name = QueueName(text), !name.isReserved else {
            throw .usage("\(Log.quoted(text)) can be no queue's name: a-z, then a-z 0-9 . _ -, at most 32")
        }
        return name
    }

    private func address(_ text: String) throws(ShellError) -> Address {
        let bytes = text.utf8
        guard bytes.contains(UInt8(ascii: "@")), bytes.count <= 254, bytes.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
        else {
            throw .usage("\(Log.quoted(text)) is no address")
        }
        return Address(text)
    }

    private func key() throws(ShellError) -> PasswordKey {
        guard let key = words.value(of: "key").flatMap({ PasswordKey(text: $0) }) else {
            throw .usage("--key is the key of a password")
        }
        return key
    }

    private func grants(_ given: ArraySlice<String>) throws(ShellError) -> [Grant] {
        try given.map { text throws(ShellError) in
            let parts = text.split(separator: "=", omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[1].isEmpty, let rights = Rights(letters: parts[1]) else {
                throw .usage("rights are QUEUE=LETTERS of r w m l, or QUEUE=- for none, not \(Log.quoted(text))")
            }
            return Grant(rights, in: parts[0] == "*" ? nil : try queueName(parts[0]))
        }
    }

    private func flags(_ given: ArraySlice<String>, known: [String]) throws(ShellError) -> Set<String> {
        let wanted = ShellError.usage(
            "the flags that hold from now on: \(known.joined(separator: ", ")), or - for none")
        guard !given.isEmpty, given == ["-"] || given.allSatisfy(known.contains) else { throw wanted }
        return Set(given)
    }

    private func yes(_ name: String) throws(ShellError) -> Bool? {
        guard let text = words.value(of: name) else { return nil }
        return try take("--\(name)") { () throws(Expected) in try SettingValue.yes(text) }
    }

    func span(_ text: String) throws(ShellError) -> TimeSpan {
        try take("TIME") { () throws(Expected) in try TimeSpan(setting: text) }
    }

    private func take<Value>(_ what: String, _ read: () throws(Expected) -> Value) throws(ShellError) -> Value {
        do {
            return try read()
        } catch {
            throw .usage("\(what) is \(error.text)")
        }
    }
}
