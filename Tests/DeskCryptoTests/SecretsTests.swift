import DeskCrypto
import DeskModel
import Testing

@Suite struct `Passwords and tokens` {
    /// The exchange of RFC 7677 §3.
    @Test func `the keys verify the exchange of RFC 7677`() throws {
        let salt = try #require(Base64.standard.decode("W22ZaJ0SNY7soEsUEjb6gQ=="))
        let keys = ScramKeys.make(password: "pencil", salt: salt, iterations: 4096)
        let nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
        let message = Array(
            "n=user,r=rOprNGfwEbeRWgbNEkqO,r=\(nonce),s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=\(nonce)".utf8)
        var proof = try #require(Base64.standard.decode("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="))
        #expect(keys.fit(proof: proof, message: message))
        #expect(
            Base64.standard.encode(HMAC.code(of: message, key: keys.serverKey.bytes).bytes)
                == "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")
        proof[31] ^= 1
        #expect(!keys.fit(proof: proof, message: message))
    }

    @Test func `only the password verifies`() {
        let keys = ScramKeys.make(password: "zürich 42", iterations: 4096)
        #expect(keys.verify(password: "zürich 42"))
        for wrong in ["zürich 43", "", "zürich 42 ", "Zürich 42"] { #expect(!keys.verify(password: wrong)) }
    }

    @Test func `an empty password is a password like any other`() {
        let keys = ScramKeys.make(password: "", iterations: 1)
        #expect(keys.verify(password: ""))
        #expect(!keys.verify(password: "x"))
    }

    @Test func `equal passwords of two people have different keys`() {
        let one = ScramKeys.make(password: "same", iterations: 1)
        let other = ScramKeys.make(password: "same", iterations: 1)
        #expect(one.salt.count == ScramKeys.saltByteCount)
        #expect(one != other)
    }

    @Test func `kept keys come back, but not with absurd iterations`() {
        let keys = ScramKeys.make(password: "x", iterations: 2)
        func kept(iterations: Int) -> ScramKeys? {
            ScramKeys(salt: keys.salt, iterations: iterations, storedKey: keys.storedKey, serverKey: keys.serverKey)
        }
        #expect(kept(iterations: 2) == keys)
        for iterations in [0, -1, 10_000_001, Int.max, Int.min] { #expect(kept(iterations: iterations) == nil) }
    }

    @Test func `an unknown name is told the same salt every time and nobody can sign in as it`() {
        let secret = randomBytes(32)
        let dummy = ScramKeys.dummy(for: "nobody", secret: secret, iterations: 4096)
        #expect(dummy.salt.count == ScramKeys.saltByteCount)
        #expect(dummy.salt == ScramKeys.dummy(for: "nobody", secret: secret, iterations: 1).salt)
        #expect(dummy.salt != ScramKeys.dummy(for: "somebody", secret: secret, iterations: 1).salt)
        #expect(dummy.salt != ScramKeys.dummy(for: "nobody", secret: randomBytes(32), iterations: 1).salt)
        #expect(dummy.iterations == 4096)
        #expect(!dummy.verify(password: ""))
    }

    @Test func `a token is zt- and 43 letters, and its digest finds it again`() throws {
        let token = Token()
        #expect(token.text.hasPrefix("zt-"))
        #expect(token.text.utf8.count == 46)
        #expect(try #require(Token(token.text)).digest == token.digest)
        #expect(Token().digest != token.digest)
    }

    @Test func `what is no token is none`() {
        let letters = Base64.url.encode([UInt8](repeating: 7, count: 32))
        #expect(Token("zt-" + letters) != nil)
        let wrong: [String] = [
            "", "zt-", letters, "zt-\(letters)A", "zt-\(letters.dropLast())", "zt-\(letters)=", "ZT-\(letters)",
            " zt-\(letters)", "zt-\(letters)\n",
        ]
        for text in wrong {
            #expect(Token(text) == nil, "\(text)")
        }
    }
}

extension ScramKeys {
    /// Whether the proof of RFC 5802 §3 fits: it holds the client's key under a signature of the exchange.
    fileprivate func fit(proof: [UInt8], message: [UInt8]) -> Bool {
        let signature = HMAC.code(of: message, key: storedKey.bytes).bytes
        return SHA256.digest(of: zip(proof, signature).map { $0 ^ $1 }) == storedKey
    }
}
