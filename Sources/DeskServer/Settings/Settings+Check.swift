internal import DeskNet

extension Settings.Endpoint {
    /// Whether it can be reached from this machine alone: `localhost` or an address of the loopback network.
    public var isLoopback: Bool {
        host.lowercased() == "localhost" || PeerAddress(digits: host)?.isLoopback == true
    }
}

extension Settings {
    /// Whether a desk does without listening here after that error: where the owner has not said where to listen, IPv4
    /// alone will do on a machine without IPv6.
    func isOptional(_ endpoint: Endpoint, after error: NetError) -> Bool {
        listen == Settings.everywhere && endpoint == Settings.everywhere.first && error.isWithoutIPv6
    }
}

/// What single words of the configuration cannot show: whether they make sense together.
extension Settings {
    /// Throws, in one sentence, if mail could not go out, could go out two ways, or would cross a network in a way that
    /// the owner has not chosen.
    func checkOutgoingMail() throws(ShellError) {
        let named = smarthost.namedWords
        switch (smarthost.endpoint, outgoing) {
        case (nil, nil): throw .failed("it is not said how mail goes out: set smarthost or outgoing")
        case (.some, .some): throw .failed("smarthost and outgoing are both set: mail goes out one way")
        case (nil, .some):
            if let word = named.first { throw .failed("\(word) is set, but mail goes to the folder of outgoing") }
        case (let endpoint?, nil): try checkSmarthost(endpoint)
        }
    }

    private func checkSmarthost(_ endpoint: Endpoint) throws(ShellError) {
        guard smarthost.security != nil || endpoint.isLoopback else {
            throw .failed(
                "smarthost \(endpoint) is on another machine: set smarthost-security to tls, starttls or none")
        }
        switch (smarthost.user.isEmpty, smarthost.passwordFile) {
        case (false, nil): throw .failed("smarthost-user is set without smarthost-password")
        case (true, .some): throw .failed("smarthost-password is set without smarthost-user")
        case (false, .some), (true, nil): break
        }
    }
}

extension Settings.Smarthost {
    /// The words about it that were said.
    fileprivate var namedWords: [String] {
        var words: [String] = []
        if security != nil { words.append("smarthost-security") }
        if !user.isEmpty { words.append("smarthost-user") }
        if passwordFile != nil { words.append("smarthost-password") }
        if authorities != nil { words.append("smarthost-authorities") }
        return words
    }

    /// The password to log in by, from the first line of its file; empty where none is set.
    ///
    /// Throws a sentence if the file is missing, empty, no text, or readable by others.
    func readPassword() throws -> String {
        guard let passwordFile else { return "" }
        let bytes = try Files.readPrivate(passwordFile, as: "the smarthost-password file", limit: 4096)
        let subject = "the smarthost-password file \(passwordFile)"
        guard let line = String(validating: bytes.prefix { $0 != 0x0A && $0 != 0x0D }, as: UTF8.self) else {
            throw ShellError.failed("\(subject) is not UTF-8 text")
        }
        guard !line.isEmpty else { throw ShellError.failed("\(subject) has no text in its first line") }
        // A NUL would end the password for libcurl, and an unwanted byte order mark is none of anybody's.
        guard SettingValue.isPrintable(line), !line.unicodeScalars.starts(with: ["\u{FEFF}"]) else {
            throw ShellError.failed("\(subject) has a byte order mark or control characters in its first line")
        }
        return line
    }
}
