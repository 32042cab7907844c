/// What an agent may do in one queue.
public struct Rights: OptionSet, Hashable, Sendable, CustomStringConvertible {
    /// The bits, as stored in events.
    public let rawValue: UInt8

    /// Takes the bits as stored.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// See its tickets, write notes.
    public static let read = Rights(rawValue: 1)
    /// Claim and answer.
    public static let work = Rights(rawValue: 2)
    /// Move tickets into it; dispatch and close what nobody holds.
    public static let move = Rights(rawValue: 4)
    /// Lead: take from others, give others' tickets away, override a strict guard.
    public static let lead = Rights(rawValue: 8)

    /// Reads letters of `rwml`, each at most once, or `-` for none; `nil` otherwise.
    public init?(letters: some StringProtocol) {
        var rights: Rights = []
        for letter in letters.utf8 where letters != "-" {
            guard let right = Rights.letters.first(where: { $0.letter == letter })?.right, !rights.contains(right)
            else {
                return nil
            }
            rights.insert(right)
        }
        self = rights
    }

    /// The letters in the order `rwml`; `-` for none.
    public var description: String {
        let letters = Rights.letters.filter { contains($0.right) }.map(\.letter)
        return letters.isEmpty ? "-" : String(decoding: letters, as: UTF8.self)
    }

    private static let letters: [(letter: UInt8, right: Rights)] = [
        (UInt8(ascii: "r"), .read), (UInt8(ascii: "w"), .work), (UInt8(ascii: "m"), .move), (UInt8(ascii: "l"), .lead),
    ]
}

/// Somebody who works here, or a program that does.
public struct Agent: Equatable, Sendable {
    /// The name by which he logs in and is shown.
    public let name: AgentName
    /// May administer: agents, queues, customers, tokens.
    public var isAdmin = false
    /// A program: holds no claims and answers nobody unless that was granted queue by queue.
    public var isBot = false
    /// No longer works here: cannot log in, keeps his name in the history.
    public var isRetired = false
    /// What he may do in every queue, now or later.
    public var everywhere: Rights = []
    /// What he may do beyond that, queue by queue.
    public var rights: [QueueName: Rights] = [:]
    /// The key of his password; `nil` if he has none.
    public var password: PasswordKey?
    /// His tokens by name; what is kept is only each token's digest.
    public var tokens: [String: Digest] = [:]

    /// An agent without any right.
    public init(name: AgentName) {
        self.name = name
    }

    /// What he may do in `queue`.
    public func rights(in queue: QueueName) -> Rights {
        if isRetired { return [] }
        let granted = rights[queue] ?? []
        return granted.union(isBot ? everywhere.intersection(.read) : everywhere)
    }

    /// The one question about rights that the whole product asks.
    public func may(_ right: Rights, in queue: QueueName) -> Bool {
        rights(in: queue).isSuperset(of: right)
    }
}

/// What is kept of a password: the keys of SCRAM-SHA-256 (RFC 5802, RFC 7677), from which it cannot be read back.
public struct PasswordKey: Equatable, Sendable {
    /// The salt, 16 bytes.
    public let salt: [UInt8]
    /// Rounds of PBKDF2.
    public let iterations: Int
    /// H(ClientKey), 32 bytes.
    public let storedKey: [UInt8]
    /// HMAC(SaltedPassword, "Server Key"), 32 bytes.
    public let serverKey: [UInt8]

    /// Keeps what was derived elsewhere.
    public init(salt: [UInt8], iterations: Int, storedKey: [UInt8], serverKey: [UInt8]) {
        self.salt = salt
        self.iterations = iterations
        self.storedKey = storedKey
        self.serverKey = serverKey
    }
}

/// A queue: what its mail looks like and how its claims behave.
public struct Queue: Equatable, Sendable {
    /// The customer guard of a queue: who may serve a customer whom a colleague serves already.
    public enum Guard: UInt8, Equatable, Sendable {
        /// Whoever may work here, if he gives a reason.
        case ask
        /// Only a lead, who gives a reason.
        case strict
        /// Everybody, unasked.
        case off
    }

    /// The name.
    public let name: QueueName
    /// Mail to these addresses comes here; the first is the sender of its answers.
    public var addresses: [Address] = []
    /// What a claim is granted for where nothing else is said.
    public var lease = TimeSpan.minutes(30)
    /// The customer guard.
    public var customerGuard = Guard.ask
    /// Tickets that one agent may hold here.
    public var heldMost = 10
    /// The text of the automatic reply, with `{number}`, `{subject}` and `{queue}` in it; `nil`: the desk's own text.
    public var automaticReply: String?
    /// Whether mail here is answered automatically at all.
    public var answersAutomatically = true
    /// Whether mail that no queue claims comes here.
    public var isDefault = false
    /// Whether an answer goes to everyone that a message went to, by Cc, unless an agent says otherwise.
    public var keepsCc = false

    /// A queue with the usual settings and no address.
    public init(name: QueueName) {
        self.name = name
    }
}

/// A mail address as the desk compares it: lower-cased, plus-tags kept, domain as A-label.
public struct Address: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The address: `local@domain`, or whatever the mail had in its place.
    public let description: String

    /// Lower-cases `text` and drops the dot that may end a domain name: `a@example.org.` is the same mailbox. DeskMail
    /// has already turned its domain into an A-label.
    public init(_ text: some StringProtocol) {
        var address = text.lowercased()
        if address.utf8.last == UInt8(ascii: "."), address.utf8.contains(UInt8(ascii: "@")) { address.removeLast() }
        description = address
    }

    /// In place of the recipients of a message of ours that the log does not have any more. It is no address, and
    /// nothing is sent to it.
    static let unreadable = Address("?")

    /// Takes the `description` of an address: it is lower-cased already.
    public init(known text: String) {
        description = text
    }

    /// What follows the last `@`; empty if there is none.
    public var domain: Substring {
        guard let at = description.lastIndex(of: "@") else { return "" }
        return description[description.index(after: at)...]
    }

    /// What precedes the last `@`; all of it if there is none.
    public var local: Substring {
        description[..<(description.lastIndex(of: "@") ?? description.endIndex)]
    }

    /// Whether a message can be sent there at all: something on both sides of the `@`, and nothing that would end it in
    /// a header, an envelope or a list of ours. A local part in quotes may have blanks (RFC 5321 §4.1.2), and letters
    /// beyond ASCII (RFC 6531); a domain with such letters is an A-label.
    public var isComplete: Bool {
        let name = local.utf8
        guard !name.isEmpty, !domain.isEmpty, description.utf8.count <= 254 else { return false }
        guard description.utf8.allSatisfy(Address.isPrintable), domain.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return false }
        let isPlain = name.allSatisfy { $0 != 0x20 && $0 != UInt8(ascii: "@") && $0 != UInt8(ascii: ",") }
        return isPlain || Address.isQuoted(name)
    }

    /// Whether the local part has letters beyond ASCII, which not every mail server takes.
    public var needsUTF8: Bool {
        !description.utf8.allSatisfy { $0 < 0x80 }
    }

    private static func isPrintable(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != 0x7F && byte != UInt8(ascii: "<") && byte != UInt8(ascii: ">")
    }

    /// Quotes around it, and none within that is not escaped.
    private static func isQuoted(_ name: Substring.UTF8View) -> Bool {
        let quote = UInt8(ascii: "\"")
        guard name.count >= 2, name.first == quote, name.last == quote else { return false }
        var isEscaped = false
        let isWhole = name.dropFirst().dropLast().allSatisfy { byte in
            let isFree = !isEscaped
            isEscaped = isFree && byte == UInt8(ascii: "\\")
            return byte != quote || !isFree
        }
        return isWhole && !isEscaped
    }

    /// The same mailbox without its plus-tag: `hotline@desk.example` for `hotline+spring@desk.example`.
    public var untagged: Address {
        let name = local.utf8.prefix { $0 != UInt8(ascii: "+") }
        return name.count == local.utf8.count ? self : Address("\(Substring(name))@\(domain)")
    }

    /// Addresses sort byte by byte.
    public static func < (left: Address, right: Address) -> Bool {
        left.description < right.description
    }
}
