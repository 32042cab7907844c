import COpenSSL

/// A new P-256 key and a self-signed certificate, for a server that has no certificate yet.
///
/// Clients trust it by its pin, or with this certificate as their only authority.
public struct SelfSigned: Sendable {
    /// The certificate, PEM.
    public let certificate: [UInt8]
    /// The private key, PEM (PKCS #8), not encrypted; store it with mode 0600.
    public let key: [UInt8]

    /// Makes a key and a certificate. The first name is the common name; all names are in subjectAltName.
    ///
    /// Names are host names, optionally with a leading `*.`, or IP addresses. The certificate is valid since one hour
    /// ago, to allow for clock differences. Throws `badName` for any other name and if there is none.
    public init(names: [String], days: Int) throws(CryptoError) {
        guard let first = names.first else { throw .badName("") }
        let alternatives = try SelfSigned.alternatives(names)
        let pair = try KeyPair()
        let builder = try CertificateBuilder()
        try builder.set(key: pair, commonName: first, days: days)
        try builder.add(NID_subject_alt_name, alternatives)
        try builder.add(NID_basic_constraints, "critical,CA:FALSE")
        try builder.add(NID_key_usage, "critical,digitalSignature")
        try builder.add(NID_ext_key_usage, "serverAuth")
        certificate = try builder.signed(by: pair)
        key = try pair.pem()
    }

    /// The names in the syntax of x509v3_config(5). The characters are checked, so that a comma cannot add a field.
    private static func alternatives(_ names: [String]) throws(CryptoError) -> String {
        var fields: [String] = []
        for name in names {
            if let address = unsafe a2i_IPADDRESS(name) {
                unsafe ASN1_OCTET_STRING_free(address)
                fields.append("IP:\(name)")
            } else if isHostName(name) {
                fields.append("DNS:\(name)")
            } else {
                throw .badName(name)
            }
        }
        ERR_clear_error()
        return fields.joined(separator: ",")
    }

    private static func isHostName(_ name: String) -> Bool {
        let host = name.hasPrefix("*.") ? name.utf8.dropFirst(2) : name.utf8[...]
        let isPlain = host.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
            default: false
            }
        }
        // 64 is the upper bound of a common name (RFC 5280, ub-common-name).
        return isPlain && !host.isEmpty && name.utf8.count <= 64
    }
}

/// Owns an EVP_PKEY with a new key on P-256.
@safe private struct KeyPair: ~Copyable {
    fileprivate let raw: OpaquePointer

    init() throws(CryptoError) {
        let generator = unsafe EVP_PKEY_CTX_new_id(EVP_PKEY_EC, nil)
        defer { unsafe EVP_PKEY_CTX_free(generator) }
        var key: OpaquePointer?
        guard unsafe EVP_PKEY_keygen_init(generator) == 1,
            unsafe EVP_PKEY_CTX_set_ec_paramgen_curve_nid(generator, NID_X9_62_prime256v1) == 1,
            unsafe EVP_PKEY_keygen(generator, &key) == 1, let key = unsafe key
        else { throw .fromLibrary(doing: "make a key on P-256") }
        unsafe raw = unsafe key
    }

    deinit { unsafe EVP_PKEY_free(raw) }

    func pem() throws(CryptoError) -> [UInt8] {
        unsafe try written(doing: "write a key") {
            unsafe PEM_write_bio_PKCS8PrivateKey($0, raw, nil, nil, 0, nil, nil)
        }
    }
}

/// Builds and signs a certificate. Owns an X509.
@safe private struct CertificateBuilder: ~Copyable {
    private let raw: OpaquePointer

    init() throws(CryptoError) {
        guard let raw = unsafe X509_new() else { throw .fromLibrary(doing: "make a certificate") }
        unsafe self.raw = unsafe raw
    }

    deinit { unsafe X509_free(raw) }

    func set(key: borrowing KeyPair, commonName: String, days: Int) throws(CryptoError) {
        let name = unsafe X509_get_subject_name(raw)
        let subject = Array(commonName.utf8)
        guard unsafe X509_set_version(raw, 2) == 1, setSerialNumber(),
            unsafe X509_gmtime_adj(X509_getm_notBefore(raw), -3600) != nil,
            unsafe X509_time_adj_ex(X509_getm_notAfter(raw), Int32(clamping: days), 0, nil) != nil,
            unsafe X509_set_pubkey(raw, key.raw) == 1,
            unsafe X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, subject, Int32(subject.count), -1, 0) == 1,
            unsafe X509_set_issuer_name(raw, name) == 1
        else { throw .fromLibrary(doing: "fill in a certificate") }
    }

    /// 127 random bits: positive and at most 20 octets, as RFC 5280 §4.1.2.2 requires.
    private func setSerialNumber() -> Bool {
        let number = unsafe BN_new()
        defer { unsafe BN_free(number) }
        return unsafe BN_rand(number, 127, 0, 0) == 1 && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(raw)) != nil
    }

    func add(_ kind: Int32, _ value: String) throws(CryptoError) {
        var scope = unsafe X509V3_CTX()
        unsafe X509V3_set_ctx(&scope, raw, raw, nil, nil, 0)
        let made = unsafe X509V3_EXT_conf_nid(nil, &scope, kind, value)
        defer { unsafe X509_EXTENSION_free(made) }
        guard unsafe made != nil, unsafe X509_add_ext(raw, made, -1) == 1 else {
            throw .fromLibrary(doing: "write \"\(value)\" into a certificate")
        }
    }

    func signed(by key: borrowing KeyPair) throws(CryptoError) -> [UInt8] {
        guard unsafe X509_sign(raw, key.raw, EVP_sha256()) > 0 else { throw .fromLibrary(doing: "sign a certificate") }
        return unsafe try written(doing: "write a certificate") { unsafe PEM_write_bio_X509($0, raw) }
    }
}

/// The bytes that a libcrypto function writes to a BIO.
private func written(doing: String, _ write: (OpaquePointer?) -> Int32) throws(CryptoError) -> [UInt8] {
    let memory = unsafe BIO_new(BIO_s_mem())
    defer { unsafe BIO_free(memory) }
    guard unsafe memory != nil, unsafe write(memory) == 1 else { throw .fromLibrary(doing: doing) }
    let count = unsafe BIO_ctrl_pending(memory)
    return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        filled = unsafe max(0, Int(BIO_read(memory, buffer.baseAddress, Int32(clamping: count))))
    }
}
