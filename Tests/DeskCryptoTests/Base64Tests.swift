import DeskCrypto
import DeskTestSupport
import Testing

@Suite struct `Base64 in both alphabets` {
    /// RFC 4648 §10, and the two characters in which the alphabets differ.
    @Test(arguments: [
        ("", "", ""), ("f", "Zg==", "Zg"), ("fo", "Zm8=", "Zm8"), ("foo", "Zm9v", "Zm9v"),
        ("foob", "Zm9vYg==", "Zm9vYg"),
        ("fooba", "Zm9vYmE=", "Zm9vYmE"), ("foobar", "Zm9vYmFy", "Zm9vYmFy"), ("?>~", "Pz5+", "Pz5-"),
        ("???", "Pz8/", "Pz8_"),
    ])
    func `both alphabets encode and decode`(text: String, standard: String, url: String) {
        let bytes = Array(text.utf8)
        #expect(Base64.standard.encode(bytes) == standard)
        #expect(Base64.standard.decode(standard) == bytes)
        #expect(Base64.url.encode(bytes) == url)
        #expect(Base64.url.decode(url) == bytes)
    }

    @Test(arguments: [
        "Zg", "Zg=", "Zg===", "Z", "=", "==", "====", "Zm9v====", "Zg==Zg==", "Zm9v\n", "Zm 9", " Zm9v", "Zm9v ",
        "Z=g=", "Zh==",
        "Zm9=", "Zm-_", "Zmä=", "Zg==\0\0\0\0", "Zm8=\n",
    ])
    func `standard decoding rejects other forms`(text: String) {
        #expect(Base64.standard.decode(text) == nil)
    }

    @Test(arguments: ["Zg==", "Zm8=", "Z", "Zm9vY", "Zh", "Zm9", "Pz5+", "Pz8/", "Zg\n", " Zg", "Zm9v "])
    func `URL decoding rejects other forms`(text: String) {
        #expect(Base64.url.decode(text) == nil)
    }

    @Test(arguments: 0..<50)
    func `decoding reverses encoding, and no other text has the same result`(seed: UInt64) {
        var dice = Dice(seed: seed)
        let bytes = (0..<Int.random(in: 0...70, using: &dice)).map { _ in UInt8.random(in: 0...255, using: &dice) }
        for codec in [Base64.standard, Base64.url] {
            var text = Array(codec.encode(bytes).utf8)
            #expect(codec.decode(text) == bytes)
            guard !text.isEmpty else { continue }
            text[Int.random(in: text.indices, using: &dice)] = UInt8.random(in: 0...255, using: &dice)
            if let other = codec.decode(text) { #expect(Array(codec.encode(other).utf8) == text) }
        }
    }
}
