import COpenSSL

/// What can go wrong in this target: only the reading and making of certificates fails, everything else is total.
public enum CryptoError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The bytes are not a certificate in the form that was asked for.
    case notACertificate
    /// The name can stand in no certificate: empty, or with characters that no host name and no address has.
    case badName(String)
    /// libcrypto refused; its own words.
    case library(doing: String, reason: String)

    /// One sentence for a person, without a full stop.
    public var description: String {
        switch self {
        case .notACertificate: "this is not a certificate"
        case .badName(let name): "\"\(name)\" is neither a host name nor an address"
        case .library(let doing, let reason): "cannot \(doing): \(reason)"
        }
    }

    /// Takes libcrypto's newest complaint and leaves its queue empty, so that nobody else reads it as his own.
    static func fromLibrary(doing: String) -> CryptoError {
        let code = ERR_peek_last_error()
        ERR_clear_error()
        guard let reason = unsafe ERR_reason_error_string(code) else {
            return .library(doing: doing, reason: "error \(code)")
        }
        return unsafe .library(doing: doing, reason: String(cString: reason))
    }
}
