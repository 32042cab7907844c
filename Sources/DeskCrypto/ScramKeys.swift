import COpenSSL
public import DeskModel

/// The keys that are stored for a password: those of SCRAM-SHA-256 (RFC 5802 §3, RFC 7677).
///
/// They do not allow a login, and reveal the password only to guessing. Passwords are prepared first
/// (`Password.prepared`).
public struct ScramKeys: Equatable, Sendable {
    /// Random bytes, so that equal passwords have different keys.
    public let salt: [UInt8]
    /// The number of iterations of PBKDF2; each guess costs as many.
    public let iterations: Int
    /// SHA-256 of the client key: verifies a client, but cannot be used to log in.
    public let storedKey: Digest
    /// Proves the server to the client.
    public let serverKey: Digest

    /// The length of a new salt in bytes.
    public static let saltByteCount = 16
    /// The valid range of `iterations`; it keeps a corrupted row from occupying a thread for hours.
    public static let iterationBounds = 1...10_000_000

    /// Creates keys from stored values; nil if `iterations` is out of bounds.
    public init?(salt: [UInt8], iterations: Int, storedKey: Digest, serverKey: Digest) {
        guard ScramKeys.iterationBounds.contains(iterations) else { return nil }
        self.salt = salt
        self.iterations = iterations
        self.storedKey = storedKey
        self.serverKey = serverKey
    }

    /// Derives the keys of a password. Expensive (32 ms for 100,000 iterations): do not call it on the event loop's
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

    /// Whether this is the password. Expensive, like `make`.
    ///
    /// The duration is that of the larger of `iterations` and the iterations of these keys, and the comparison is
    /// constant-time: neither reveals anything about the keys. Keys may be older than the preparation of passwords, so
    /// a password that `prepared` changes is also tried as typed; that doubles the duration and reveals only a property
    /// of the given password.
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

    /// The salt of an unknown name. Always the same for one name, so that it does not reveal which names exist.
    private static func dummySalt(for name: String, secret: [UInt8]) -> [UInt8] {
        Array(HMAC.code(of: Array("salt of \(name)".utf8), key: secret).bytes.prefix(saltByteCount))
    }

    /// Keys for an unknown name, with the dummy salt. No password matches them; verifying costs the same as for real
    /// keys, so that the duration does not reveal which names exist.
    public static func dummy(for name: String, secret: [UInt8], iterations: Int) -> ScramKeys {
        // Not derived from a password: no preimage of these keys is known.
        let unknown = HMAC.code(of: Array("keys of \(name)".utf8), key: secret).bytes
        let bounded = min(max(iterations, iterationBounds.lowerBound), iterationBounds.upperBound)
        return ScramKeys(salt: dummySalt(for: name, secret: secret), iterations: bounded, salted: unknown)
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
