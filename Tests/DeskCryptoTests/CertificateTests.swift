import DeskCrypto
import DeskModel
import Testing

// That openssl(1) and a handshake accept the certificates is tested in DeskNetTests, which can start processes.
@Suite struct `Certificates` {
    @Test func `a pin belongs to the key, whether read from PEM or DER`() throws {
        let one = try SelfSigned(names: ["localhost", "127.0.0.1"], days: 30)
        let other = try SelfSigned(names: ["localhost"], days: 30)
        let pin = try Certificate.pin(pem: one.certificate)
        #expect(try #require(Base64.standard.decode(pin)).count == Digest.byteCount)
        #expect(try Certificate.pin(pem: other.certificate) != pin)
        #expect(try Certificate.pin(der: der(of: one.certificate)) == pin)
    }

    @Test(arguments: [
        [], [""], ["a,DNS:b"], ["a b"], ["ä.example"], ["*."], ["a\n"], ["a", "b;c"],
        [String(repeating: "a", count: 65)],
    ])
    func `names that could say something else are refused`(names: [String]) {
        #expect(throws: CryptoError.badName(names.last ?? "")) { try SelfSigned(names: names, days: 1) }
    }

    @Test(arguments: [
        [], Array("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".utf8), [0x30, 0x80, 0xff],
    ])
    func `rubbish is no certificate`(bytes: [UInt8]) {
        #expect(throws: CryptoError.notACertificate) { try Certificate.pin(pem: bytes) }
        #expect(throws: CryptoError.notACertificate) { try Certificate.pin(der: bytes) }
    }

    private func der(of pem: [UInt8]) throws -> [UInt8] {
        let lines = String(decoding: pem, as: UTF8.self).split(separator: "\n").filter { !$0.hasPrefix("-----") }
        return try #require(Base64.standard.decode(lines.joined()))
    }
}
