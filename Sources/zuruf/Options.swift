import DeskTerminal

/// What the command line asks for.
struct Options: Equatable {
    static let form = """
        usage: zuruf [option]... HOST[:PORT]
          --user NAME              log in as NAME (on a terminal: asked for)
          --password-file FILE     take the password from the first line of FILE
          --password-command CMD   or of what CMD prints; else ZURUF_PASSWORD, else asked for
          --ca FILE                trust the authorities in FILE instead of the system's
          --pin PIN                trust the one key with this pin, as `zurufd pin` prints it
          --known-servers FILE     where accepted pins are kept
          --no-color               print no colours
          -c COMMAND               run COMMAND and end; may be repeated
        Ends with 0: all OK, 1: some ERR, 2: usage, 4: login refused, 5: no connection, 6: certificate refused.
        """

    /// Where the password comes from.
    enum Password: Equatable {
        case asked
        case file(String)
        case command(String)
    }

    /// A command line that cannot be followed, and why.
    struct Usage: Error, Equatable {
        let reason: String
    }

    var host = ""
    var port: UInt16 = 6789
    var user: String?
    var password = Password.asked
    var authorities: String?
    var pin: String?
    var knownServers: String?
    var isColourful = true
    var commands: [String] = []

    init(_ arguments: some Collection<String>) throws(Usage) {
        var rest = arguments[...]
        var server: String?
        while let word = rest.popFirst() {
            let (name, attached) = Self.parts(of: word)
            func value() throws(Usage) -> String {
                guard let value = attached ?? rest.popFirst() else { throw Usage(reason: "\(name) needs a value") }
                return value
            }
            switch name {
            case "--user": user = try value()
            case "--password-file": password = .file(try value())
            case "--password-command": password = .command(try value())
            case "--ca": authorities = try value()
            case "--pin": pin = try value().withoutPinPrefix
            case "--known-servers": knownServers = try value()
            case "--no-color", "--no-colour": isColourful = false
            case "-c": commands.append(try value())
            case _ where word.hasPrefix("-"): throw Usage(reason: "unknown option \(word)")
            case _ where server == nil: server = word
            default: throw Usage(reason: "one server at a time, not \(word) too")
            }
        }
        guard let server else { throw Usage(reason: "which server?") }
        try setServer(server)
        try check()
    }

    /// `--name=value` in its two parts.
    private static func parts(of word: String) -> (name: String, value: String?) {
        guard word.hasPrefix("--"), let equals = word.firstIndex(of: "=") else { return (word, nil) }
        return (String(word[..<equals]), String(word[word.index(after: equals)...]))
    }

    /// Takes `host`, `host:port`, `[address]:port`, or an IPv6 address without brackets, which has no port.
    private mutating func setServer(_ word: String) throws(Usage) {
        var name = word[...]
        var number: Substring?
        if name.first == "[", let close = name.firstIndex(of: "]") {
            let after = name[name.index(after: close)...]
            guard after.isEmpty || after.first == ":" else { throw Usage(reason: "no server has the name \(word)") }
            number = after.isEmpty ? nil : after.dropFirst()
            name = name[..<close].dropFirst()
        } else if name.count(where: { $0 == ":" }) == 1, let colon = name.firstIndex(of: ":") {
            number = name[name.index(after: colon)...]
            name = name[..<colon]
        }
        guard !name.isEmpty, !name.contains(where: \.isWhitespace) else {
            throw Usage(reason: "no server has the name \(word)")
        }
        host = String(name)
        guard let number else { return }
        guard let value = UInt16(number), value > 0 else { throw Usage(reason: "\(number) is no port") }
        port = value
    }

    private func check() throws(Usage) {
        if pin != nil, authorities != nil { throw Usage(reason: "--pin and --ca exclude each other") }
        if let user, user.isEmpty || user.contains(where: \.isWhitespace) {
            throw Usage(reason: "no agent has that name")
        }
        for command in commands {
            let lines = command.split(separator: "\n", omittingEmptySubsequences: false)
            var outgoing = Outgoing()
            outgoing.passes(Array(lines[0].utf8))
            if outgoing.commands == 0 { throw Usage(reason: "-c needs a command") }
            if lines.count > 1, !outgoing.isBlockOpen {
                throw Usage(reason: "-c has further lines, which only a command that ends with << may have")
            }
        }
    }
}

extension String {
    /// The base64 of a pin that is written as `zurufd init` and `zurufd pin` print it, or as curl takes it.
    var withoutPinPrefix: String {
        var rest = self[...]
        for prefix in ["certificate pin:", " ", "sha256//"] where rest.hasPrefix(prefix) {
            rest = rest.dropFirst(prefix.count)
        }
        return String(rest)
    }
}
