import COpenSSL
import DeskCrypto

/// Loading certificates and keys in PEM into a context.
extension TLSContext {
    /// Uses a certificate chain; the server's own certificate is the first.
    func use(_ chain: [UInt8], from file: String) throws(NetError) {
        let doing = "use the certificate \(file)"
        var count = 0
        unsafe try TLSContext.eachCertificate(of: chain, doing) { certificate throws(NetError) in
            let isUsed =
                unsafe count == 0
                ? SSL_CTX_use_certificate(raw, certificate) == 1 : desk_ctx_add_chain(raw, certificate) == 1
            guard isUsed else { throw .library(doing: doing) }
            count += 1
        }
        guard count > 0 else { throw .tls(doing: doing, reason: "it holds no certificate in PEM") }
    }

    /// Uses a private key, which must belong to the certificate and must not be encrypted.
    func use(key: [UInt8], from file: String) throws(NetError) {
        let doing = "use the key \(file)"
        let text = unsafe BIO_new_mem_buf(key, Int32(clamping: key.count))
        defer { unsafe BIO_free(text) }
        // Without a callback, libcrypto would prompt for the pass phrase of an encrypted key on the terminal.
        let found = unsafe PEM_read_bio_PrivateKey(text, nil, { _, _, _, _ in -1 }, nil)
        guard let found = unsafe found else {
            _ = CryptoError.takeReason()
            throw .tls(doing: doing, reason: "it holds no private key in PEM, or one that is encrypted")
        }
        defer { unsafe EVP_PKEY_free(found) }
        let certificate = unsafe SSL_CTX_get0_certificate(raw)
        guard unsafe certificate == nil || X509_check_private_key(certificate, found) == 1 else {
            _ = CryptoError.takeReason()
            throw .tls(doing: doing, reason: "it does not belong to the certificate")
        }
        guard unsafe SSL_CTX_use_PrivateKey(raw, found) == 1, unsafe SSL_CTX_check_private_key(raw) == 1 else {
            throw .library(doing: doing)
        }
    }

    /// Trusts the certificates in a file, and no others.
    func trustAuthorities(of file: String) throws(NetError) {
        let text = try Files.read(file, as: "the authorities", limit: 4 << 20)
        let doing = "use the authorities \(file)"
        var count = 0
        unsafe try TLSContext.eachCertificate(of: text, doing) { certificate throws(NetError) in
            guard unsafe X509_STORE_add_cert(SSL_CTX_get_cert_store(raw), certificate) == 1 else {
                throw .library(doing: doing)
            }
            count += 1
        }
        guard count > 0 else { throw .tls(doing: doing, reason: "it holds no certificate in PEM") }
    }

    /// Calls `body` for each certificate of a PEM text. Text between them is ignored (RFC 7468 §2).
    private static func eachCertificate(
        of pem: [UInt8], _ doing: String, _ body: (OpaquePointer) throws(NetError) -> Void
    ) throws(NetError) {
        let text = unsafe BIO_new_mem_buf(pem, Int32(clamping: pem.count))
        defer { unsafe BIO_free(text) }
        while let certificate = unsafe PEM_read_bio_X509_AUX(text, nil, nil, nil) {
            defer { unsafe X509_free(certificate) }
            unsafe try body(certificate)
        }
        // libcrypto reports the end of the text as an error.
        let isEnd = desk_is_end_of_pem() == 1
        let reason = CryptoError.takeReason()
        guard isEnd else { throw .tls(doing: doing, reason: "its PEM is damaged: \(reason)") }
    }
}
