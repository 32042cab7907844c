public import DeskModel

/// The secret with which a bot logs in: `zt-` and 43 characters of base64url, which encode 32 random bytes.
///
/// The text is shown once, when the token is created; the SHA-256 of the 32 bytes is stored. 256 random bits cannot be
/// guessed, so neither a salt nor iterations are needed.
public struct Token: Sendable {
    /// The text that the bot sends.
    public let text: String
    /// The stored value, by which the token is found.
    public let digest: Digest

    private static let prefix = "zt-"

    /// Creates a random token.
    public init() {
        let secret = randomBytes(32)
        text = Token.prefix + Base64.url.encode(secret)
        digest = SHA256.digest(of: secret)
    }

    /// Parses a token; nil if the text is not one.
    public init?(_ text: String) {
        guard text.hasPrefix(Token.prefix),
            let secret = Base64.url.decode(Array(text.utf8.dropFirst(Token.prefix.utf8.count))), secret.count == 32
        else { return nil }
        self.text = text
        digest = SHA256.digest(of: secret)
    }
}
