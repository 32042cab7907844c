import COpenSSL
import Glibc

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

    /// Takes libcrypto's complaint and leaves its queue empty, so that no other part reads it as its own.
    static func fromLibrary(doing: String) -> CryptoError {
        .library(doing: doing, reason: takeReason())
    }

    /// Empties libcrypto's error queue of this thread and says in words what happened: what the system reported where
    /// that is known ("system lib" is all that libcrypto itself says then), else the newest error.
    public static func takeReason() -> String {
        var newest: UInt = 0
        var number: Int32 = 0
        while true {
            let code = ERR_get_error()
            guard code != 0 else { break }
            newest = code
            if number == 0 { number = desk_error_number(code) }
        }
        return number != 0 ? text(ofErrno: number) : reason(of: newest)
    }

    /// An error code of libcrypto or libssl in words.
    public static func reason(of code: UInt) -> String {
        let number = desk_error_number(code)
        if number != 0 { return text(ofErrno: number) }
        guard let reason = unsafe ERR_reason_error_string(code) else { return "error \(code)" }
        return unsafe String(cString: reason)
    }

    private static func text(ofErrno number: Int32) -> String {
        guard let text = unsafe strerror(number) else { return "error \(number)" }
        return unsafe String(cString: text)
    }
}
