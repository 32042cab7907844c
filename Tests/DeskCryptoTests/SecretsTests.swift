import DeskCrypto
import DeskModel
import Glibc
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

    /// Pairs of passwords as different systems encode them, and whether they are equal.
    @Test(arguments: [
        ("M\u{FC}ller", "Mu\u{308}ller", true), ("\u{212B}", "\u{E5}".uppercased(), true),
        ("\u{1112}\u{1161}\u{11AB}", "\u{D55C}", true), ("q\u{307}\u{323}", "q\u{323}\u{307}", true),
        ("a\u{A0}b", "a b", true), ("a\u{3000}b", "a\u{2007}b", true), ("a  b", "a b", false),
        ("\u{FB01}x", "fix", false), ("\u{FF21}", "A", false), ("Straße", "STRASSE", false), ("e\u{301}", "e", false),
    ]) func `passwords are equal if they are canonically equivalent`(one: String, other: String, isSame: Bool) {
        for (kept, typed) in [(one, other), (other, one)] {
            #expect(ScramKeys.make(password: kept, iterations: 1).verify(password: typed) == isSame)
        }
    }

    /// The keys that 0.1 derived from the unprepared `Mu` + U+0308 + `ller`.
    @Test func `keys made before passwords were prepared still match`() throws {
        let stored = try #require(
            Base64.standard.decode("EjVD5mogEqUPgZ0ImsxdcDxivj9+vmXMvEI5uGPkstc=").flatMap { Digest($0) })
        let server = try #require(
            Base64.standard.decode("90B0xni7lbjOn3xtSfm3OXupMYaSDp9ZOwGnPBG2eEE=").flatMap { Digest($0) })
        let salt = [UInt8](repeating: 7, count: 16)
        let old = try #require(ScramKeys(salt: salt, iterations: 1, storedKey: stored, serverKey: server))
        #expect(old.verify(password: "Mu\u{308}ller"))
        #expect(!old.verify(password: "Muller"))
    }

    /// Measured in CPU time of this thread: always that of 60,000 iterations.
    @Test func `a check costs the same whatever the keys' iterations are and whether the name exists`() {
        func cost(of keys: ScramKeys, _ password: String) -> Double {
            let times = (0..<3).map { _ in
                let before = threadTime()
                _ = keys.verify(password: password, costing: 60_000)
                return threadTime() - before
            }
            return times.min() ?? 0
        }
        let usual = cost(of: ScramKeys.make(password: "x", iterations: 60_000), "x")
        let cheap = ScramKeys.make(password: "x", iterations: 1)
        let unknown = ScramKeys.dummy(for: "nobody", secret: randomBytes(32), iterations: 60_000)
        for (keys, password) in [(cheap, "x"), (cheap, "y"), (unknown, "x")] {
            let ratio = cost(of: keys, password) / usual
            #expect((0.6...1.6).contains(ratio), "\(ratio)")
        }
    }

    /// CPU time of this thread, in seconds.
    private func threadTime() -> Double {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    @Test func `an empty password is a valid password`() {
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

    @Test func `stored keys are restored, but not with iterations out of bounds`() {
        let keys = ScramKeys.make(password: "x", iterations: 2)
        func kept(iterations: Int) -> ScramKeys? {
            ScramKeys(salt: keys.salt, iterations: iterations, storedKey: keys.storedKey, serverKey: keys.serverKey)
        }
        #expect(kept(iterations: 2) == keys)
        for iterations in [0, -1, 10_000_001, Int.max, Int.min] { #expect(kept(iterations: iterations) == nil) }
    }

    @Test func `an unknown name always has the same salt, and no password matches it`() {
        let secret = randomBytes(32)
        let dummy = ScramKeys.dummy(for: "nobody", secret: secret, iterations: 4096)
        #expect(dummy.salt.count == ScramKeys.saltByteCount)
        #expect(dummy.salt == ScramKeys.dummy(for: "nobody", secret: secret, iterations: 1).salt)
        #expect(dummy.salt != ScramKeys.dummy(for: "somebody", secret: secret, iterations: 1).salt)
        #expect(dummy.salt != ScramKeys.dummy(for: "nobody", secret: randomBytes(32), iterations: 1).salt)
        #expect(dummy.iterations == 4096)
        #expect(!dummy.verify(password: ""))
    }

    @Test func `a token is zt- and 43 characters, and is found by its digest`() throws {
        let token = Token()
        #expect(token.text.hasPrefix("zt-"))
        #expect(token.text.utf8.count == 46)
        #expect(try #require(Token(token.text)).digest == token.digest)
        #expect(Token().digest != token.digest)
    }

    @Test func `other texts are not tokens`() {
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
    /// Whether a proof of RFC 5802 §3 is valid: ClientKey XOR ClientSignature.
    fileprivate func fit(proof: [UInt8], message: [UInt8]) -> Bool {
        let signature = HMAC.code(of: message, key: storedKey.bytes).bytes
        return SHA256.digest(of: zip(proof, signature).map { $0 ^ $1 }) == storedKey
    }
}
