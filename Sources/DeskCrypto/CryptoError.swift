import COpenSSL
import Glibc

/// Errors of reading and making certificates. Nothing else in this target fails.
public enum CryptoError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The bytes are not a certificate in the expected encoding.
    case notACertificate
    /// The name is neither a host name nor an IP address.
    case badName(String)
    /// libcrypto reported an error; `reason` is its text.
    case library(doing: String, reason: String)

    /// A message without a full stop.
    public var description: String {
        switch self {
        case .notACertificate: "this is not a certificate"
        case .badName(let name): "\"\(name)\" is neither a host name nor an address"
        case .library(let doing, let reason): "cannot \(doing): \(reason)"
        }
    }

    /// The error that libcrypto reported last. Empties its error queue, so that no later call reports this error again.
    static func fromLibrary(doing: String) -> CryptoError {
        .library(doing: doing, reason: takeReason())
    }

    /// Empties libcrypto's error queue of this thread and returns a text for its content: the text of an errno if one
    /// is in the queue (libcrypto's own text for it is only "system lib"), else that of the newest error.
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

    /// The text of an error code of libcrypto or libssl.
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
