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
    func `names that could add a field are rejected`(names: [String]) {
        #expect(throws: CryptoError.badName(names.last ?? "")) { try SelfSigned(names: names, days: 1) }
    }

    @Test(arguments: [
        [], Array("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".utf8), [0x30, 0x80, 0xff],
    ])
    func `other bytes are not a certificate`(bytes: [UInt8]) {
        #expect(throws: CryptoError.notACertificate) { try Certificate.pin(pem: bytes) }
        #expect(throws: CryptoError.notACertificate) { try Certificate.pin(der: bytes) }
    }

    @Test func `the validity of a certificate is read`() throws {
        let made = try SelfSigned(names: ["localhost"], days: 30)
        let validity = try Certificate.validity(pem: made.certificate)
        #expect(validity.until == validity.from + .days(30) + .hours(1))
        let ended = try SelfSigned(names: ["localhost"], days: -3)
        #expect(try Certificate.validity(pem: ended.certificate).state(at: validity.from) == .expired)
        #expect(throws: CryptoError.notACertificate) { try Certificate.validity(pem: []) }
    }

    /// A certificate of 90 days, as public authorities issue them, and one of 6 days.
    @Test(
        arguments: [
            (90, -1, .notYetValid), (90, 0, .valid), (90, 75, .valid), (90, 77, .expiring), (90, 90, .expiring),
            (90, 91, .expired), (6, 2, .valid), (6, 4, .expiring), (6, 7, .expired),
        ] as [(Int64, Int64, Certificate.Validity.State)])
    func `a certificate due for renewal is expiring`(
        days: Int64, day: Int64, state: Certificate.Validity.State
    ) {
        let start = Moment(milliseconds: 1_800_000_000_000)
        let validity = Certificate.Validity(from: start, until: start + .days(days))
        #expect(validity.state(at: start + .days(day)) == state)
    }

    private func der(of pem: [UInt8]) throws -> [UInt8] {
        let lines = String(decoding: pem, as: UTF8.self).split(separator: "\n").filter { !$0.hasPrefix("-----") }
        return try #require(Base64.standard.decode(lines.joined()))
    }
}
