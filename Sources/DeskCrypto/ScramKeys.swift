import COpenSSL
public import DeskModel

/// What is kept of a password: the keys of SCRAM-SHA-256 (RFC 5802 §3, RFC 7677), never the password itself.
///
/// Whoever steals them can neither sign in with them nor learn the password but by trying. Passwords are prepared first
/// (`Password.prepared`).
public struct ScramKeys: Equatable, Sendable {
    /// What makes equal passwords of two people look different.
    public let salt: [UInt8]
    /// How often the password was stirred; each guess of a thief costs as much.
    public let iterations: Int
    /// SHA-256 of the client's key: verifies him, cannot be used in his place.
    public let storedKey: Digest
    /// Proves the server to the client.
    public let serverKey: Digest

    /// How many bytes a fresh salt has.
    public static let saltByteCount = 16
    /// The bounds within which `iterations` is believed, so that a damaged row cannot keep a thread busy for hours.
    public static let iterationBounds = 1...10_000_000

    /// Takes what was kept; nil when the number of iterations is out of bounds.
    public init?(salt: [UInt8], iterations: Int, storedKey: Digest, serverKey: Digest) {
        guard ScramKeys.iterationBounds.contains(iterations) else { return nil }
        self.salt = salt
        self.iterations = iterations
        self.storedKey = storedKey
        self.serverKey = serverKey
    }

    /// Derives the keys of a password; this takes milliseconds (32 ms at 100,000 iterations), so not on the loop's
    /// thread.
    ///
    /// `iterations` is clamped to `iterationBounds`.
    public static func make(
        password: String, salt: [UInt8] = randomBytes(saltByteCount), iterations: Int
    ) -> ScramKeys {
        let iterations = min(max(iterations, iterationBounds.lowerBound), iterationBounds.upperBound)
        let salted = saltedPassword(Password.prepared(password), salt: salt, iterations: iterations)
        return ScramKeys(salt: salt, iterations: iterations, salted: salted)
    }

    private init(salt: [UInt8], iterations: Int, salted: [UInt8]) {
        self.salt = salt
        self.iterations = iterations
        storedKey = SHA256.digest(of: HMAC.code(of: Array("Client Key".utf8), key: salted).bytes)
        serverKey = HMAC.code(of: Array("Server Key".utf8), key: salted)
    }

    /// Whether this is the password. Takes as long as `iterations` of PBKDF2 take, or as those of these keys if they
    /// are more, and the comparison takes constant time: neither tells anything about the keys.
    ///
    /// Keys that were made before passwords were prepared fit the password as it was typed; a password that `prepared`
    /// changes costs twice as much, which says something about itself only.
    public func verify(password: String, costing iterations: Int = 0) -> Bool {
        let prepared = Password.prepared(password)
        let forms = Array(prepared.utf8) == Array(password.utf8) ? [prepared] : [prepared, password]
        var isRight = false
        for form in forms {
            let other = ScramKeys(
                salt: salt, iterations: self.iterations, salted: saltedPassword(form, self.iterations))
            if constantTimeEqual(other.storedKey, storedKey) { isRight = true }
            if iterations > self.iterations { _ = saltedPassword(form, iterations - self.iterations) }
        }
        return isRight
    }

    private func saltedPassword(_ password: String, _ iterations: Int) -> [UInt8] {
        ScramKeys.saltedPassword(password, salt: salt, iterations: iterations)
    }

    /// The salt that an unknown name is told, always the same for the same name, so that names cannot be probed.
    private static func dummySalt(for name: String, secret: [UInt8]) -> [UInt8] {
        Array(HMAC.code(of: Array("salt of \(name)".utf8), key: secret).bytes.prefix(saltByteCount))
    }

    /// Keys of an unknown name that no password fits, with the dummy salt: verifying against them costs what a real
    /// one costs.
    public static func dummy(for name: String, secret: [UInt8], iterations: Int) -> ScramKeys {
        // Not derived from a password at all: a code over the name is no SHA-256 that anybody has a pre-image of.
        let nobody = HMAC.code(of: Array("keys of \(name)".utf8), key: secret).bytes
        let bounded = min(max(iterations, iterationBounds.lowerBound), iterationBounds.upperBound)
        return ScramKeys(salt: dummySalt(for: name, secret: secret), iterations: bounded, salted: nobody)
    }

    private static func saltedPassword(_ password: String, salt: [UInt8], iterations: Int) -> [UInt8] {
        var password = password
        return unsafe [UInt8](unsafeUninitializedCapacity: Digest.byteCount) { buffer, filled in
            let done = password.withUTF8 { bytes in
                unsafe bytes.withMemoryRebound(to: CChar.self) { text in
                    unsafe PKCS5_PBKDF2_HMAC(
                        text.baseAddress, Int32(text.count), salt, Int32(salt.count), Int32(iterations), EVP_sha256(),
                        Int32(Digest.byteCount), buffer.baseAddress)
                }
            }
            precondition(done == 1, "libcrypto offers no PBKDF2")
            filled = Digest.byteCount
        }
    }
}
