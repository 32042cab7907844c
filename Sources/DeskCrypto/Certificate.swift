import COpenSSL
public import DeskModel

/// Reads the pin and the validity of an X.509 certificate (RFC 5280).
public enum Certificate {
    /// The pin of the first certificate in a PEM text: base64 of SHA-256 over its SubjectPublicKeyInfo (RFC 7469 §2.4).
    ///
    /// A certificate renewed with the same key has the same pin. Throws `notACertificate` if there is none.
    public static func pin(pem: [UInt8]) throws(CryptoError) -> String {
        let text = unsafe BIO_new_mem_buf(pem, Int32(clamping: pem.count))
        defer { unsafe BIO_free(text) }
        return unsafe try pin(owned: PEM_read_bio_X509(text, nil, nil, nil))
    }

    /// The pin of a certificate in DER, the form used in TLS. Throws `notACertificate` if it is not one.
    public static func pin(der: [UInt8]) throws(CryptoError) -> String {
        let certificate = unsafe der.withUnsafeBufferPointer { bytes in
            var position = bytes.baseAddress
            return unsafe d2i_X509(nil, &position, bytes.count)
        }
        return unsafe try pin(owned: certificate)
    }

    /// The validity period of a certificate, both ends included (RFC 5280 §4.1.2.5).
    public struct Validity: Equatable, Sendable {
        /// notBefore.
        public let from: Moment
        /// notAfter.
        public let until: Moment

        /// Creates a validity period.
        public init(from: Moment, until: Moment) {
            self.from = from
            self.until = until
        }

        /// The state of a certificate at a point in time.
        public enum State: String, Equatable, Sendable {
            case valid
            /// Valid, but due for renewal.
            case expiring
            case expired
            case notYetValid = "not-yet-valid"
        }

        /// The state at `now`. `expiring` begins 14 days before the end, but not in the first half of the period: some
        /// certificates are valid for a few days only.
        public func state(at now: Moment) -> State {
            if now < from { return .notYetValid }
            if now > until { return .expired }
            let isInFirstHalf = now - from < until - now
            return until - now < .days(14) && !isInFirstHalf ? .expiring : .valid
        }
    }

    /// The validity of the first certificate in a PEM text. In a chain that is the server's own; clients ignore expired
    /// certificates that they do not need. Throws `notACertificate` if there is none.
    public static func validity(pem: [UInt8]) throws(CryptoError) -> Validity {
        let text = unsafe BIO_new_mem_buf(pem, Int32(clamping: pem.count))
        defer { unsafe BIO_free(text) }
        guard let certificate = unsafe PEM_read_bio_X509(text, nil, nil, nil) else {
            ERR_clear_error()
            throw .notACertificate
        }
        defer { unsafe X509_free(certificate) }
        return unsafe Validity(
            from: try moment(X509_get0_notBefore(certificate)), until: try moment(X509_get0_notAfter(certificate)))
    }

    private static func moment(_ time: UnsafePointer<ASN1_TIME>?) throws(CryptoError) -> Moment {
        let epoch = unsafe ASN1_TIME_set(nil, 0)
        defer { unsafe ASN1_STRING_free(epoch) }
        var days: Int32 = 0
        var seconds: Int32 = 0
        guard unsafe ASN1_TIME_diff(&days, &seconds, epoch, time) == 1 else {
            throw .fromLibrary(doing: "read a certificate's time")
        }
        return Moment(milliseconds: (Int64(days) * 86_400 + Int64(seconds)) * 1000)
    }

    private static func pin(owned certificate: OpaquePointer?) throws(CryptoError) -> String {
        guard let certificate = unsafe certificate else {
            ERR_clear_error()
            throw .notACertificate
        }
        defer { unsafe X509_free(certificate) }
        var encoded: UnsafeMutablePointer<UInt8>?
        let count = unsafe i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &encoded)
        guard count > 0, let encoded = unsafe encoded else { throw .fromLibrary(doing: "encode a public key") }
        defer { unsafe CRYPTO_free(encoded, nil, 0) }
        let digest = unsafe SHA256.digest(of: Array(UnsafeBufferPointer(start: encoded, count: Int(count))))
        return Base64.standard.encode(digest.bytes)
    }
}
