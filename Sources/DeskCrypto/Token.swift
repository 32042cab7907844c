public import DeskModel

/// The secret with which a bot signs in: `zt-` and 43 letters of base64url that spell 32 random bytes.
///
/// The text is shown once, when it is made; what is kept is the SHA-256 of the 32 bytes. They are random, so no salt
/// and no stirring is needed: nobody can try them all.
public struct Token: Sendable {
    /// What the bot is told.
    public let text: String
    /// What the desk keeps, and by which it finds the token again.
    public let digest: Digest

    private static let prefix = "zt-"

    /// Draws a new token.
    public init() {
        let secret = randomBytes(32)
        text = Token.prefix + Base64.url.encode(secret)
        digest = SHA256.digest(of: secret)
    }

    /// Reads what somebody signs in with; nil for what cannot be a token.
    public init?(_ text: String) {
        guard text.hasPrefix(Token.prefix),
            let secret = Base64.url.decode(Array(text.utf8.dropFirst(Token.prefix.utf8.count))), secret.count == 32
        else { return nil }
        self.text = text
        digest = SHA256.digest(of: secret)
    }
}
