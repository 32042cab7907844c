import DeskCrypto
import DeskModel
import Testing

@Suite struct `Digests and codes` {
    /// FIPS 180-4, examples of SHA-256.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func `the digest of a text is that of FIPS 180-4`(text: String, expected: String) {
        #expect(SHA256.digest(of: Array(text.utf8)).description == expected)
    }

    @Test func `incremental hashing gives the same digest`() {
        let whole = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
        let expected = SHA256.digest(of: whole)
        for cut in [0, 1, 63, 64, 65, 999, 1000] {
            var hash = SHA256()
            hash.update(Array(whole[..<cut]))
            hash.update(whole.span.extracting(cut..<whole.count))
            #expect(hash.finish() == expected)
        }
    }

    @Test func `a digest has exactly 32 bytes`() {
        let bytes = (0..<32).map { UInt8($0) }
        #expect(Digest(bytes)?.bytes == bytes)
        #expect(Digest([]) == nil)
        #expect(Digest(bytes + [0]) == nil)
        #expect(Digest(Array(bytes.dropLast())) == nil)
    }

    /// RFC 4231, cases 1, 2 and 6 (a key longer than a block).
    @Test(arguments: [
        (
            [UInt8](repeating: 0x0b, count: 20), "Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xaa, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
    ])
    func `the code is that of RFC 4231`(key: [UInt8], message: String, expected: String) {
        #expect(HMAC.code(of: Array(message.utf8), key: key).description == expected)
    }

    @Test func `constant-time comparison compares all bytes`() {
        #expect(constantTimeEqual(SHA256.digest(of: [1]), SHA256.digest(of: [1])))
        #expect(!constantTimeEqual(SHA256.digest(of: [1]), SHA256.digest(of: [2])))
    }

    @Test func `random bytes differ and have the requested length`() {
        #expect(randomBytes(0) == [])
        #expect(randomBytes(33).count == 33)
        #expect(randomBytes(16) != randomBytes(16))
    }
}
