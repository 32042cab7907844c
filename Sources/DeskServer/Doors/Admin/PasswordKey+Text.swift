internal import DeskCrypto
internal import DeskModel

extension PasswordKey {
    /// Derives the key of a password; takes tens of milliseconds, so never on the owner thread.
    init(password: String, iterations: Int) {
        let keys = ScramKeys.make(password: password, iterations: iterations)
        self.init(
            salt: keys.salt, iterations: keys.iterations, storedKey: keys.storedKey.bytes,
            serverKey: keys.serverKey.bytes)
    }

    /// As PostgreSQL writes them: `SCRAM-SHA-256$ITERATIONS:SALT$STOREDKEY:SERVERKEY`, base64.
    var text: String {
        let base64 = Base64.standard
        return "\(PasswordKey.scheme)$\(iterations):\(base64.encode(salt))"
            + "$\(base64.encode(storedKey)):\(base64.encode(serverKey))"
    }

    /// Reads what `text` wrote.
    init?(text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == PasswordKey.scheme else { return nil }
        let first = parts[1].split(separator: ":", omittingEmptySubsequences: false)
        let second = parts[2].split(separator: ":", omittingEmptySubsequences: false)
        guard first.count == 2, second.count == 2, let iterations = Int(decimal: first[0].utf8),
            ScramKeys.iterationBounds.contains(iterations)
        else { return nil }
        let base64 = Base64.standard
        guard let salt = base64.decode(String(first[1])), let stored = base64.decode(String(second[0])),
            let server = base64.decode(String(second[1])), salt.count == ScramKeys.saltByteCount,
            stored.count == 32, server.count == 32
        else { return nil }
        self.init(salt: salt, iterations: iterations, storedKey: stored, serverKey: server)
    }

    private static let scheme = "SCRAM-SHA-256"
}
