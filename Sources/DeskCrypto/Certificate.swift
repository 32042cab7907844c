import COpenSSL
public import DeskModel

/// Questions to an X.509 certificate (RFC 5280).
public enum Certificate {
    /// The pin of the first certificate in a PEM text: base64 of SHA-256 over its SubjectPublicKeyInfo (RFC 7469 §2.4).
    ///
    /// A certificate that is renewed for the same key keeps its pin.
    public static func pin(pem: [UInt8]) throws(CryptoError) -> String {
        let text = unsafe BIO_new_mem_buf(pem, Int32(clamping: pem.count))
        defer { unsafe BIO_free(text) }
        return unsafe try pin(owned: PEM_read_bio_X509(text, nil, nil, nil))
    }

    /// The pin of a certificate in DER, as it travels in TLS.
    public static func pin(der: [UInt8]) throws(CryptoError) -> String {
        let certificate = unsafe der.withUnsafeBufferPointer { bytes in
            var position = bytes.baseAddress
            return unsafe d2i_X509(nil, &position, bytes.count)
        }
        return unsafe try pin(owned: certificate)
    }

    /// From when until when a certificate is valid (RFC 5280 §4.1.2.5).
    public struct Validity: Equatable, Sendable {
        /// The first moment.
        public let from: Moment
        /// The last moment.
        public let until: Moment

        /// The time between two moments.
        public init(from: Moment, until: Moment) {
            self.from = from
            self.until = until
        }

        /// How a certificate is at some moment.
        public enum State: String, Equatable, Sendable {
            case valid
            /// Valid, and renewed too late unless that happens soon.
            case expiring
            case expired
            case notYetValid = "not-yet-valid"
        }

        /// Whether it is valid at `now`; `expiring` within 14 days of its end, but not within the first half of its
        /// time, for certificates that live for days only.
        public func state(at now: Moment) -> State {
            if now < from { return .notYetValid }
            if now > until { return .expired }
            let isInFirstHalf = now - from < until - now
            return until - now < .days(14) && !isInFirstHalf ? .expiring : .valid
        }
    }

    /// The validity of the first certificate in a PEM text: of a chain the server's own, since clients ignore expired
    /// ones that they do not need.
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
