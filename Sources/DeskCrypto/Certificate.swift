import COpenSSL
import DeskModel

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
