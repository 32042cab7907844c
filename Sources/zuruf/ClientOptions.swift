import DeskTerminal

/// The parsed command line.
struct ClientOptions: Equatable {
    static let usage = """
        usage: zuruf [option]... HOST[:PORT]
          --user NAME              log in as NAME (default on a terminal: ask)
          --password-file FILE     read the password from the first line of FILE
          --password-command CMD   read it from the first line that CMD prints
                                   (default: the variable ZURUF_PASSWORD, else ask)
          --ca FILE                trust the authorities in FILE instead of the system's
          --pin PIN                trust only the key with this pin, as printed by `zurufd pin`
          --known-servers FILE     store accepted pins in FILE
          --no-color               disable colors
          -c COMMAND               run COMMAND and exit; may be repeated
        Exit status: 0 all OK, 1 some ERR, 2 usage, 4 login refused, 5 no connection, 6 server not trusted.
        """

    /// Where the password is read from.
    enum PasswordSource: Equatable {
        /// ZURUF_PASSWORD if it is set, else a prompt.
        case environmentOrPrompt
        /// The first line of a file.
        case file(String)
        /// The first line that a shell command prints.
        case command(String)
    }

    /// An invalid command line.
    struct UsageError: Error, Equatable {
        let reason: String
    }

    var host = ""
    var port: UInt16 = 6789
    var user: String?
    var passwordSource = PasswordSource.environmentOrPrompt
    var authorities: String?
    var pin: String?
    var knownServers: String?
    var usesColor = true
    var commands: [String] = []

    init(_ arguments: some Collection<String>) throws(UsageError) {
        var rest = arguments[...]
        var server: String?
        while let word = rest.popFirst() {
            let (name, attached) = Self.split(word)
            func value() throws(UsageError) -> String {
                guard let value = attached ?? rest.popFirst() else {
                    throw UsageError(reason: "option \(name) requires a value")
                }
                return value
            }
            switch name {
            case "--user": user = try value()
            case "--password-file": passwordSource = .file(try value())
            case "--password-command": passwordSource = .command(try value())
            case "--ca": authorities = try value()
            case "--pin": pin = try Self.pin(try value())
            case "--known-servers": knownServers = try value()
            case "--no-color", "--no-colour": usesColor = false
            case "-c": commands.append(try value())
            case _ where word.hasPrefix("-"): throw UsageError(reason: "unknown option \(word)")
            case _ where server == nil: server = word
            default: throw UsageError(reason: "unexpected argument \(word): there is a server already")
            }
        }
        guard let server else { throw UsageError(reason: "no server given") }
        try setServer(server)
        try validate()
    }

    /// The base64 of a pin, which is 32 bytes. Anything else would be reported as the pin of another key.
    private static func pin(_ text: String) throws(UsageError) -> String {
        let pin = text.withoutPinPrefix
        let isBase64 = pin.utf8.dropLast().allSatisfy { byte in
            switch UnicodeScalar(byte) {
            case "A"..."Z", "a"..."z", "0"..."9", "+", "/": true
            default: false
            }
        }
        guard pin.utf8.count == 44, pin.hasSuffix("="), isBase64 else {
            throw UsageError(reason: "--pin takes what zurufd pin prints: sha256// and 44 characters")
        }
        return pin
    }

    /// Splits `--name=value`.
    private static func split(_ word: String) -> (name: String, value: String?) {
        guard word.hasPrefix("--"), let equals = word.firstIndex(of: "=") else { return (word, nil) }
        return (String(word[..<equals]), String(word[word.index(after: equals)...]))
    }

    /// Parses `host`, `host:port`, `[address]:port`, or an IPv6 address without brackets and without a port.
    private mutating func setServer(_ word: String) throws(UsageError) {
        var name = word[...]
        var number: Substring?
        if name.first == "[", let close = name.firstIndex(of: "]") {
            let after = name[name.index(after: close)...]
            guard after.isEmpty || after.first == ":" else { throw UsageError(reason: "invalid server \"\(word)\"") }
            number = after.isEmpty ? nil : after.dropFirst()
            name = name[..<close].dropFirst()
        } else if name.count(where: { $0 == ":" }) == 1, let colon = name.firstIndex(of: ":") {
            number = name[name.index(after: colon)...]
            name = name[..<colon]
        }
        guard !name.isEmpty, !name.contains(where: \.isWhitespace) else {
            throw UsageError(reason: "invalid server \"\(word)\"")
        }
        host = String(name)
        guard let number else { return }
        guard let value = UInt16(number), value > 0 else { throw UsageError(reason: "invalid port \"\(number)\"") }
        port = value
    }

    private func validate() throws(UsageError) {
        if pin != nil, authorities != nil { throw UsageError(reason: "--pin and --ca exclude each other") }
        if let user, user.isEmpty || user.contains(where: \.isWhitespace) {
            throw UsageError(reason: "invalid user \"\(user)\"")
        }
        for command in commands {
            let lines = command.split(separator: "\n", omittingEmptySubsequences: false)
            var encoder = CommandEncoder()
            encoder.track(Array(lines[0].utf8))
            if encoder.commandCount == 0 { throw UsageError(reason: "-c requires a command") }
            if lines.count > 1, !encoder.isBlockOpen {
                throw UsageError(reason: "only a command that ends with << may have more than one line in -c")
            }
        }
    }
}

extension String {
    /// The base64 of a pin, without what `zurufd init`, `zurufd pin` or curl write before it.
    var withoutPinPrefix: String {
        var rest = self[...]
        for prefix in ["certificate pin:", " ", "sha256//"] where rest.hasPrefix(prefix) {
            rest = rest.dropFirst(prefix.count)
        }
        return String(rest)
    }
}
